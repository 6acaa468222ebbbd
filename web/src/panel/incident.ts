/** One incident, as reported. */
import { selectPlace } from "../actions";
import { h } from "../base/dom";
import type { Incident } from "../base/types";
import { nameOfCode, store, timeZone } from "../state";
import { aside, moment, nameOf, t, word } from "../text";
import { fact } from "./place";

export function matterText(code: string | null): string {
  if (!code) return t("no_matter");
  const matter = store.state.matters.find((one) => one.code === code);
  return matter ? aside(nameOf(matter), code) : code;
}

export function incidentFacts(incident: Incident): HTMLElement {
  const where = (code: string | null, label: string) => {
    const name = nameOfCode(code);
    return (
      name &&
      code &&
      fact(label, name, name === code ? "" : " ", name !== code && h("code", {}, code))
    );
  };
  return h(
    "dl.facts",
    {},
    fact(t("matter"), matterText(incident.matter)),
    fact(t("urgency"), word("urgency", incident.urgency)),
    fact(t("incident_status"), word("state", incident.status)),
    fact(t("reported_at"), moment(incident.reported_at, timeZone())),
    where(incident.township, t("township")),
    where(incident.village, t("village")),
    where(incident.grid, t("grid")),
    incident.description ? fact(t("description"), incident.description) : "",
  );
}

export function incidentCard(incident: Incident): HTMLElement {
  return h(
    "section",
    { id: "incident", "data-id": incident.id },
    h(
      "h3",
      {},
      t("incident"),
      " ",
      incident.synthetic && h("span.badge.synthetic", {}, t("synthetic")),
    ),
    incidentFacts(incident),
    incident.ambiguous && [
      h("p.warning", {}, t("ambiguous")),
      h(
        "ul.plain",
        {},
        incident.candidates.map((one) => h("li", {}, nameOf(one))),
      ),
    ],
    h(
      "button.primary",
      { type: "button", onclick: () => selectPlace({ lng: incident.lng, lat: incident.lat }) },
      t("who_first"),
    ),
  );
}
