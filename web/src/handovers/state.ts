import type { OpenThings, ShiftHandover, ShownHandover } from "../base/types";

/** The sheet of shift handovers. */
export interface Handing {
  /** The township that is handed over next; null: all that the key sees. */
  area: string | null;
  /** What is open in it, once it was read. */
  open: OpenThings | null;
  /** The handover that is looked at; null while the next one is prepared. */
  shown: ShownHandover | null;
  /** The newest first, as far as they were read. */
  former: ShiftHandover[];
  /** Where the next page begins; null after the last. */
  after: string | null;
  problem: string | null;
}

export const HANDING_FIRST: Handing = {
  area: null,
  open: null,
  shown: null,
  former: [],
  after: null,
  problem: null,
};
