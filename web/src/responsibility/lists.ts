/** The browser of lists: found by their names or by the matters in them, read by version, held against others. */
import { api } from "../base/api";
import { debounce, fill, h } from "../base/dom";
import type { EntryAbout, ListEntry, ListKind, ListSummary, ListVersion } from "../base/types";
import type { Scope } from "../panel/scope";
import { type State, store, timeZone } from "../state";
import { aside, clauses, labelled, listed, moment, nameOf, number, t, word } from "../text";
import {
  headText,
  lookInside,
  openList,
  powersText,
  says,
  scopeText,
  setLists,
  shownVersions,
  unitName,
} from "./browse";

/** In the order of the contract; a kind that is missing here does not compile. */
const EVERY_KIND: Record<ListKind, true> = {
  basic: true,
  cooperating: true,
  taken_back: true,
  delegation: true,
  whistle: true,
  guide: true,
  inspection: true,
  temporary: true,
};
const KINDS = Object.keys(EVERY_KIND) as ListKind[];
const REST_MS = 250;
const ENTRIES_SHOWN = 100;

function spanText({ from, until }: { from: string | null; until: string | null }): string {
  const at = (instant: string) => moment(instant, timeZone());
  if (from && until) return t("lists_from_until", { from: at(from), until: at(until) });
  if (from) return t("lists_from", { from: at(from) });
  return until ? t("lists_until", { until: at(until) }) : t("lists_always");
}

function search(scope: Scope): HTMLElement {
  const input = h("input", {
    id: "lists-query",
    type: "search",
    maxlength: 200,
    autocomplete: "off",
    placeholder: t("lists_query_hint"),
    value: store.state.lists.query,
  });
  const look = debounce(() => {
    const query = input.value.trim();
    setLists({ query, fits: null });
    void lookInside();
  }, REST_MS);
  input.addEventListener("input", look);
  const kinds = h(
    "select",
    {
      id: "lists-kind",
      onchange: () => setLists({ kind: (kinds.value || null) as ListKind | null }),
    },
    h("option", { value: "" }, t("lists_all_kinds")),
    KINDS.map((one) => h("option", { value: one }, word("list_kind", one))),
  );
  scope.draw(["lists"], ({ lists }) => {
    kinds.value = lists.kind ?? "";
  });
  return h(
    "div",
    {},
    h("label", { for: input.id }, t("lists_query")),
    input,
    h("div.row", {}, h("label", { for: kinds.id }, t("lists_kind")), kinds),
  );
}

function listLine(one: ListSummary, state: State): HTMLElement {
  const { fits } = state.lists;
  const inside = fits?.get(one.list) ?? 0;
  return h(
    "li",
    { "data-list": one.list },
    h(
      "button.item",
      {
        type: "button",
        "data-key": `list-${one.list}`,
        onclick: () => void openList(one.list, one.version),
      },
      h("span", {}, nameOf(one)),
      h("b", {}, number(inside > 0 ? inside : one.entries)),
      h(
        "small",
        {},
        clauses([
          word("list_kind", one.kind),
          unitName(one.unit),
          t(one.in_force ? "lists_in_force" : "lists_not_in_force"),
          ...(inside > 0 ? [t("lists_inside", { n: number(inside) })] : []),
        ]),
      ),
    ),
  );
}

function found(state: State): HTMLElement {
  const { all, query, kind, fits } = state.lists;
  if (!all) return h("p.loading", {}, t("loading"));
  const shown = shownVersions(all).filter(
    (one) =>
      (!kind || one.kind === kind) &&
      (!query || says(headText(one), query) || (fits?.get(one.list) ?? 0) > 0),
  );
  return h(
    "div",
    {},
    h("p.hint", { role: "status" }, t("lists_found", { n: number(shown.length) })),
    h(
      "ul.items",
      { id: "lists-found" },
      shown.map((one) => listLine(one, state)),
    ),
  );
}

function versionChoice({ list, version }: ListVersion, all: ListSummary[]): HTMLElement {
  const select = h(
    "select",
    {
      id: "lists-version",
      "data-key": "lists-version",
      onchange: () => void openList(list, Number(select.value)),
    },
    all
      .filter((one) => one.list === list)
      .map((one) =>
        h(
          "option",
          { value: one.version, selected: one.version === version },
          aside(
            t("power_version", { n: one.version }),
            one.in_force ? t("lists_in_force") : spanText(one),
          ),
        ),
      ),
  );
  return h("p.row", {}, h("label", { for: select.id }, t("lists_version")), select);
}

function aboutText({ scope, powers, fields }: EntryAbout): string {
  const about = labelled(scopeText(scope), powersText(powers));
  const other = fields?.length ? listed(fields.map((one) => word("list_field", one))) : "";
  return other ? aside(about, other) : about;
}

function differences(state: State): HTMLElement | null {
  const { compared } = state.lists;
  if (!compared) return null;
  const { against_former: former, against_parent: parent } = compared;
  const group = (key: string, title: string, lines: string[]) =>
    lines.length > 0 && [
      h("h4", {}, aside(title, number(lines.length))),
      h(
        "ul.items",
        { "data-difference": key },
        lines.slice(0, ENTRIES_SHOWN).map((line) => h("li", {}, line)),
      ),
    ];
  const same = former.added.length + former.gone.length + former.changed.length === 0;
  return h(
    "section",
    { id: "lists-differences" },
    h("h3", {}, t("lists_differences")),
    former.former
      ? h("p.hint", {}, t("lists_than_former", { n: former.former.version }))
      : h("p.hint", {}, t("lists_first_version")),
    former.former && [
      same && h("p", {}, t("lists_same")),
      group("added", t("lists_added"), former.added.map(aboutText)),
      group("gone", t("lists_gone"), former.gone.map(aboutText)),
      group("changed", t("lists_changed"), former.changed.map(aboutText)),
    ],
    parent && [
      h("p.hint", {}, t("lists_than_parent", { n: number(parent.left) })),
      parent.outside.length === 0
        ? h("p", {}, t("lists_within_parent"))
        : group(
            "outside",
            t("lists_outside"),
            parent.outside.map(({ matter, powers }) =>
              labelled(scopeText({ of: "matter", matter }), powersText(powers)),
            ),
          ),
    ],
  );
}

function entryRow(one: ListEntry): HTMLElement {
  const more = [
    one.mode && word("mode", one.mode),
    one.lead && labelled(t("power_lead"), unitName(one.lead)),
    one.acting && labelled(t("power_acting"), unitName(one.acting)),
    one.supporters.length > 0 &&
      labelled(t("lists_supporters"), listed(one.supporters.map(unitName))),
    one.basis,
    one.consent && labelled(t("lists_consent"), one.consent),
    one.approval && labelled(t("lists_approval"), one.approval),
    (one.from || one.until) && spanText(one),
  ].filter((text): text is string => Boolean(text));
  return h(
    "tr",
    {},
    h("th", { scope: "row" }, scopeText(one.scope)),
    h("td", {}, powersText(one.powers), more.length > 0 && h("small.line", {}, clauses(more))),
  );
}

function entries({ entries: all }: ListVersion, query: string): HTMLElement {
  const fitting = query ? all.filter((one) => says(scopeText(one.scope), query)) : all;
  // A list that was found by its name is shown whole.
  const shown = fitting.length > 0 ? fitting : all;
  const rest = shown.length - ENTRIES_SHOWN;
  return h(
    "section",
    {},
    h(
      "h3",
      {},
      aside(
        t("lists_entries"),
        shown.length === all.length
          ? number(all.length)
          : t("lists_of", { n: number(shown.length), all: number(all.length) }),
      ),
    ),
    h(
      "table.entries",
      { id: "lists-entries" },
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, t("lists_matter")),
          h("th", { scope: "col" }, t("lists_powers")),
        ),
      ),
      h("tbody", {}, shown.slice(0, ENTRIES_SHOWN).map(entryRow)),
    ),
    rest > 0 && h("p.hint", {}, t("studio_more", { n: number(rest) })),
  );
}

function opened(state: State): HTMLElement | null {
  const { open, all, query } = state.lists;
  if (!open || !all) return null;
  const parent = open.parent && all.find((one) => one.list === open.parent);
  return h(
    "article",
    { id: "lists-open", "data-list": open.list, "data-version": open.version },
    h(
      "button.quiet",
      {
        type: "button",
        "data-key": "lists-back",
        onclick: () => {
          const { list } = open;
          setLists({ open: null, compared: null });
          // The keyboard goes on where it was.
          requestAnimationFrame(() =>
            document.querySelector<HTMLElement>(`[data-key="list-${CSS.escape(list)}"]`)?.focus(),
          );
        },
      },
      t("lists_back"),
    ),
    h("h3", {}, nameOf(open)),
    h(
      "p",
      {},
      clauses([
        labelled(word("list_kind", open.kind), unitName(open.unit)),
        spanText(open),
        ...(open.basis ? [open.basis] : []),
      ]),
    ),
    versionChoice(open, all),
    parent &&
      h(
        "p.row",
        {},
        t("lists_parent"),
        h(
          "button.quiet",
          {
            type: "button",
            "data-key": "lists-parent",
            onclick: () => void openList(parent.list, parent.version),
          },
          nameOf(parent),
        ),
      ),
    h(
      "p",
      {},
      h("a", { href: api.listTableUrl(open.list, open.version), download: "" }, t("lists_table")),
    ),
    differences(state),
    entries(open, query),
  );
}

export function listsView(scope: Scope): HTMLElement {
  // One that is open stands in place of those that were found.
  const box = h("div");
  let shown: string | undefined;
  scope.draw(["lists", "matters"], (state) => {
    fill(box, opened(state) ?? found(state));
    const now = state.lists.open?.list;
    if (now !== shown && now) box.querySelector<HTMLElement>("[data-key=lists-back]")?.focus();
    shown = now;
  });
  return h("div", { id: "lists" }, search(scope), box);
}
