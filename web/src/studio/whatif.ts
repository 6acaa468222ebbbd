/** What would be otherwise if a squad stood elsewhere, had another shift, a road were closed; and where one more helps. */
import { atParam, failed } from "../actions";
import { api, isAbort } from "../base/api";
import { latest } from "../base/dom";
import type { LngLat, WhatIfPatch } from "../base/types";
import { type State, store } from "../state";
import type { WhatIf } from "./state";

export function setWhatIf(whatIf: Partial<WhatIf>): void {
  store.set({ whatIf: { ...store.state.whatIf, ...whatIf } });
}

/** Whether a click on the map is an answer to what the studio asks. */
export const isPicking = ({ side, whatIf }: Asked) => side === "studio" && whatIf.pick !== null;
type Asked = { side: State["side"]; whatIf: WhatIf };

const ask = latest(async (signal) => {
  const { minutes } = store.state;
  const { patches, candidates } = store.state.whatIf;
  const about = { minutes, at: atParam() ?? null };
  try {
    const [answer, ranked] = await Promise.all([
      patches.length > 0 ? api.whatIf({ ...about, patches }, signal) : null,
      candidates.length > 0
        ? api.rankPosts({ ...about, weight: "buildings", candidates }, signal)
        : null,
    ]);
    setWhatIf({ answer, ranked });
  } catch (error) {
    if (isAbort(error)) return;
    setWhatIf({ answer: null, ranked: null });
    failed("failed_what_if", error);
  }
});

export function setPatches(patches: WhatIfPatch[]): void {
  setWhatIf({ patches });
  void ask();
}

export function setCandidates(candidates: LngLat[]): void {
  setWhatIf({ candidates });
  void ask();
}

/** Of one squad only its last place counts, and its last shift. */
export function patch(next: WhatIfPatch): void {
  const { patches } = store.state.whatIf;
  const same = (one: WhatIfPatch) =>
    one.op === next.op && "id" in one && "id" in next && one.id === next.id;
  setPatches([...patches.filter((one) => !same(one)), next]);
}

/** Takes a place for what is picked. */
export function pickAt({ lng, lat }: LngLat): void {
  const { pick, squad, candidates } = store.state.whatIf;
  const at = { lng: Number(lng.toFixed(7)), lat: Number(lat.toFixed(7)) };
  if (pick === "candidate") setCandidates([...candidates, at]);
  else if (pick === "close") patch({ op: "close_roads", place: { at } });
  else if (pick === "move" && squad) patch({ op: "move_squad", id: squad, post: at });
}

/** Asked anew where the moment or the limit is another one. */
export function followWhatIf(): void {
  store.watch(["minutes", "wall"], ({ whatIf }) => {
    if (whatIf.patches.length + whatIf.candidates.length > 0) void ask();
  });
}
