/** What a squad is doing, since when, and that nobody knows whether it still is. */
import type { Squad } from "../base/types";
import { timeZone } from "../state";
import { moment, t, word } from "../text";

/** On the way, though nobody heard of it for long: what it did last. */
export function squadStateText({ state, since }: Squad): string {
  const what = word("state", state);
  return since ? t("state_since", { what, moment: moment(since, timeZone()) }) : what;
}
