/** What was not taken: nobody answered, or somebody else was there first. Nothing of it is lost. */
import { h } from "../base/dom";
import type { Clash } from "../base/types";
import type { Scope } from "../panel/scope";
import { aside, listed, number, t } from "../text";
import { insist, sendAgain } from "./edits";
import { part } from "./part";
import { setStudio } from "./plans";

const CLASHES_SHOWN = 10;

/** What stands, or ought to stand, at a place: the zones of an atom, a zone's record, a lock. */
function wished(value: unknown): string {
  if (value === null || value === undefined) return t("studio_nothing");
  if (Array.isArray(value))
    return value.length > 0 ? listed(value.map(String)) : t("studio_no_zone");
  if (typeof value === "boolean") return t(value ? "studio_locked" : "studio_unlocked");
  const { code, name, locked } = value as { code?: string; name?: string; locked?: boolean };
  const about = [code, name].filter((one) => one !== undefined).join(" ");
  return locked ? aside(about, t("studio_locked")) : about;
}

/** Atoms that went the same two ways stand on one line. */
function grouped(clashes: Clash[]): [Clash, string[]][] {
  const groups = new Map<string, [Clash, string[]]>();
  for (const clash of clashes) {
    const key = JSON.stringify([clash.zone, clash.by, clash.theirs, clash.yours, clash.layer]);
    const place = clash.atom ?? clash.zone ?? clash.layer;
    const group = groups.get(key);
    if (group) group[1].push(place);
    else groups.set(key, [clash, [place]]);
  }
  return [...groups.values()];
}

function conflict(clashes: Clash[]): HTMLElement {
  const groups = grouped(clashes);
  const rest = groups.length - CLASHES_SHOWN;
  const places = (of: string[]) =>
    of.length > 1 ? aside(of[0] ?? "", t("studio_n_atoms", { n: number(of.length) })) : of[0];
  return h(
    "section.problem",
    { id: "studio-conflict", role: "alert" },
    h("p", {}, t("studio_clash")),
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, t("studio_place")),
          h("th", { scope: "col" }, t("studio_theirs")),
          h("th", { scope: "col" }, t("studio_yours")),
        ),
      ),
      h(
        "tbody",
        {},
        groups
          .slice(0, CLASHES_SHOWN)
          .map(([{ by, theirs, yours }, of]) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, places(of)),
              h("td", {}, aside(wished(theirs), by)),
              h("td", {}, yours === undefined ? t("studio_as_it_was") : wished(yours)),
            ),
          ),
      ),
    ),
    rest > 0 && h("p.hint", {}, t("studio_more", { n: number(rest) })),
    h(
      "div.row",
      {},
      h(
        "button",
        { type: "button", id: "studio-yield", onclick: () => setStudio({ conflict: null }) },
        t("studio_yield"),
      ),
      h(
        "button",
        { type: "button", id: "studio-insist", onclick: () => void insist() },
        t("studio_insist"),
      ),
    ),
  );
}

function unanswered(): HTMLElement {
  return h(
    "section.problem",
    { id: "studio-waiting", role: "alert" },
    h("p", {}, t("studio_waiting")),
    h(
      "div.row",
      {},
      h(
        "button.primary",
        { type: "button", id: "studio-again", onclick: () => sendAgain() },
        t("studio_again"),
      ),
      h(
        "button",
        { type: "button", id: "studio-drop", onclick: () => setStudio({ waiting: null }) },
        t("studio_drop"),
      ),
    ),
  );
}

export function conflictSection(scope: Scope): HTMLElement {
  return part(
    scope,
    ({ studio }) => [studio.conflict, studio.waiting],
    ({ studio }) => [
      studio.waiting && unanswered(),
      studio.conflict && conflict(studio.conflict.clashes),
    ],
  );
}
