/** What the browser of lists shows. */
import type {
  BurdenKpis,
  CallKpis,
  CaseKpis,
  ListCompared,
  ListKind,
  ListSummary,
  ListVersion,
  ResponsePlan,
  Unit,
} from "../base/types";

export interface Lists {
  /** Every version of every list; null before somebody looked. */
  all: ListSummary[] | null;
  units: Unit[];
  /** What is looked for. */
  query: string;
  kind: ListKind | null;
  /** How many entries of a list fit what is looked for; null before they were read. */
  fits: ReadonlyMap<string, number> | null;
  open: ListVersion | null;
  compared: ListCompared | null;
  /** Returns of cases by unit; null before somebody looked, as the plans are. */
  burden: BurdenKpis | null;
  cases: CaseKpis | null;
  calls: CallKpis | null;
  plans: ResponsePlan[] | null;
}

export const LISTS_FIRST: Lists = {
  all: null,
  units: [],
  query: "",
  kind: null,
  fits: null,
  open: null,
  compared: null,
  burden: null,
  cases: null,
  calls: null,
  plans: null,
};
