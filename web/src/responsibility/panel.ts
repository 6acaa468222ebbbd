/**
 * Who has the power over a matter at the open place: the lead and whom to call, who helps, by which list,
 * the chain of rules, and why not the units that one might expect.
 */
import { askPower } from "../actions";
import { fill, h } from "../base/dom";
import type { Grant, Power, Reason, Responsibility } from "../base/types";
import { matterOptions } from "../panel/form";
import { fact } from "../panel/place";
import type { Scope } from "../panel/scope";
import { nameOfCode, type State } from "../state";
import { aside, labelled, listed, nameOf, type Text, t, word } from "../text";

/** In the order of the law; a power of the contract that is missing here does not compile. */
const EVERY_POWER: Record<Power, true> = {
  inspect: true,
  penalise: true,
  coerce: true,
  permit: true,
  manage: true,
};
const POWERS = Object.keys(EVERY_POWER) as Power[];

function unitName({ contacts }: Responsibility, code: string): string {
  const unit = contacts.find((one) => one.unit === code);
  return unit ? nameOf(unit) : code;
}

/** The unit, its office line, and who of it is on duty at that hour. */
function unitLine(answer: Responsibility, code: string, more?: string): HTMLElement {
  const contact = answer.contacts.find((one) => one.unit === code);
  const name = unitName(answer, code);
  return h(
    "div",
    { "data-unit": code },
    h("b", {}, name),
    more && ` ${aside("", more).trim()}`,
    contact?.office_line && h("small.line", {}, labelled(t("power_office"), contact.office_line)),
  );
}

function onDuty({ contacts }: Responsibility, code: string): HTMLElement {
  const duty = contacts.find((one) => one.unit === code)?.on_duty ?? [];
  const lines = duty.map(({ role, office_line, leader }) =>
    h("div", {}, `${leader ? aside(role, leader) : role} ${office_line}`),
  );
  return fact(t("power_on_duty"), ...(lines.length > 0 ? lines : [t("power_nobody_on_duty")]));
}

function listName({ lists }: Responsibility, cited: { list: string; version: number }): string {
  const known = lists.find((one) => one.list === cited.list && one.version === cited.version);
  return aside(known ? nameOf(known) : cited.list, t("power_version", { n: cited.version }));
}

function grantFacts(answer: Responsibility, grant: Grant): HTMLElement {
  const other = (label: Text, code: string, than: string) =>
    code !== than && fact(t(label), unitName(answer, code));
  return h(
    "dl.facts",
    { "data-lead": grant.lead },
    fact(t("power_lead"), unitLine(answer, grant.lead, word("mode", grant.mode))),
    onDuty(answer, grant.lead),
    other("power_acting", grant.acting, grant.lead),
    other("power_subject", grant.subject, grant.acting),
    other("power_liable", grant.liable, grant.lead),
    fact(t("power_by"), listName(answer, grant.list)),
    grant.basis &&
      fact(
        t("power_basis"),
        grant.basis_uri && /^https?:/.test(grant.basis_uri)
          ? h("a", { href: grant.basis_uri, rel: "noreferrer" }, grant.basis)
          : grant.basis,
      ),
  );
}

/** `Rule 3: the township does. Douglas, List of Douglas (version 2)` */
function reasonLine(answer: Responsibility, prefix: "why" | "why_not", one: Reason): HTMLElement {
  const about = [
    one.area && (nameOfCode(one.area) ?? one.area),
    one.unit && unitName(answer, one.unit),
    one.list && listName(answer, one.list),
  ].filter((text): text is string => Boolean(text));
  const rule = t("power_rule", { n: one.rule });
  return h(
    "li",
    { "data-rule": one.rule },
    labelled(rule, word(prefix, String(one.rule))),
    about.length > 0 && h("small.line", {}, listed(about)),
  );
}

/** Outlive the answer, which is asked for again and again. */
const opened = { why: false, why_not: false };

/** A chain of reasons, folded; the numbers of the rules are seen all the same. */
function reasons(answer: Responsibility, prefix: "why" | "why_not"): HTMLElement | null {
  const all = answer[prefix];
  if (all.length === 0) return null;
  const rules = [...new Set(all.map(({ rule }) => rule))];
  const details = h(
    "details.reasons-told",
    {
      "data-told": prefix,
      open: opened[prefix],
      ontoggle: () => {
        opened[prefix] = details.open;
      },
    },
    h(
      "summary",
      { "data-key": prefix },
      `${t(`power_${prefix}`)} `,
      h("span.count", {}, t("power_rule", { n: listed(rules.map(String)) })),
    ),
    h(
      "ol.plain",
      {},
      all.map((one) => reasonLine(answer, prefix, one)),
    ),
  );
  return details;
}

function answered(answer: Responsibility): (HTMLElement | null | false)[] {
  const { outcome, leads, supporters, first_receiver, contacts, clock } = answer;
  if (contacts.length === 0) return [h("p.hint", {}, t("power_none"))];
  return [
    outcome === "several_leads" && h("p.warning", {}, t("power_several")),
    outcome === "no_lead" && h("p.warning", {}, t("power_no_lead")),
    outcome === "first_receiver" && h("p.hint", {}, t("power_unknown")),
    ...leads.map((grant) => grantFacts(answer, grant)),
    h(
      "dl.facts",
      {},
      first_receiver && [
        fact(t("power_receiver"), unitLine(answer, first_receiver)),
        onDuty(answer, first_receiver),
      ],
      supporters.length > 0 &&
        fact(
          t("power_supporters"),
          ...supporters.map(({ unit, by }) => unitLine(answer, unit, word("support", by))),
        ),
      clock &&
        fact(
          t("power_clock"),
          t("power_within", {
            urgency: word("urgency", clock.urgency),
            n: clock.arrive_limit_min,
          }),
        ),
    ),
    reasons(answer, "why"),
    reasons(answer, "why_not"),
  ];
}

/** The choice stays as it is while answers come and go. */
export function responsibilityPanel(scope: Scope): HTMLElement {
  const matter = h("select", {
    id: "power-matter",
    onchange: () => askPower({ matter: matter.value || null }),
  });
  const power = h("select", {
    id: "power-kind",
    onchange: () => askPower({ power: power.value as Power }),
  });
  const answer = h("div", { id: "power-answer" });
  const section = h(
    "section",
    { id: "who-has-power" },
    h("h3", {}, t("power_title")),
    h(
      "div.power-choice",
      {},
      h("div.field", {}, h("label", { for: matter.id }, t("report_matter")), matter),
      h("div.field", {}, h("label", { for: power.id }, t("power_kind")), power),
    ),
    answer,
  );
  scope.draw(["matters", "powerAsked"], ({ powerAsked }) => {
    fill(matter, matterOptions(powerAsked.matter, t("power_matter_none")));
    fill(
      power,
      POWERS.map((one) =>
        h("option", { value: one, selected: one === powerAsked.power }, t(`power_${one}`)),
      ),
    );
  });
  scope.draw(["selection"], ({ selection }) => {
    section.hidden = selection?.kind !== "place";
  });
  const draw = ({ responsibility, responsibilityProblem }: State) =>
    fill(
      answer,
      responsibilityProblem && h("p.warning", { role: "alert" }, responsibilityProblem),
      responsibility && answered(responsibility),
    );
  scope.draw(["responsibility", "responsibilityProblem", "names"], draw);
  return h("div", {}, section);
}
