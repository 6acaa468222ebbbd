/** What an incident is, as reported, in words. */
import { h } from "../base/dom";
import type { Incident, IncidentStatus, Story } from "../base/types";
import { fact } from "../panel/place";
import { nameOfCode, store, timeZone } from "../state";
import { aside, labelled, listed, moment, nameOf, t, word } from "../text";

/** In the order in which they are offered; a state of the contract that is missing here does not compile. */
const EVERY_STATE: Record<IncidentStatus, true> = {
  discovered: true,
  village_corrected: true,
  reported: true,
  accepted: true,
  filed: true,
  dispatched: true,
  arrived: true,
  handled: true,
  fed_back: true,
  verified: true,
  closed: true,
  rated: true,
  returned: true,
  transferred: true,
  void: true,
  merged: true,
};
export const STATES = Object.keys(EVERY_STATE) as IncidentStatus[];

/** A state as the case's profile calls it; those of the township loop have words of their own. */
export function stateName({ states }: Story, state: string): string {
  const own = states?.find((one) => one.state === state);
  return own ? nameOf(own) : word("state", state);
}

export const stateNow = (story: Story) =>
  stateName(story, story.incident.profile?.state ?? story.incident.status);

export function matterName(code: string | null): string {
  if (!code) return t("no_matter");
  const matter = store.state.matters.find((one) => one.code === code);
  return matter ? nameOf(matter) : code;
}

function matterText(code: string | null): string {
  const name = matterName(code);
  return code && name !== code ? aside(name, code) : name;
}

/** `Douglas, Onchan North, grid 12`: as far as it is known by name. */
export function placeWords({ township, village, grid }: Incident): string {
  const names = [township, village, grid].flatMap((code) => {
    const name = nameOfCode(code);
    return name && name !== code ? [name] : [];
  });
  return listed([...new Set(names)]) || (township ?? t("unnamed_area"));
}

export function squadName(id: string): string {
  const squad = store.state.squads.find((one) => one.id === id);
  return squad ? nameOf(squad) : id;
}

/** The smallest area there by now, where others are in force than it was filed in. */
function inForce({ in_force: now }: Incident): string | null {
  return now ? (now.grid ?? now.village ?? now.township ?? now.county) : null;
}

/** What its legal review came to, once there was one. */
function reviewFact({ legal_review: review }: Incident) {
  if (!review?.result) return "";
  const when = `${moment(review.at, timeZone())} ${word("actor", review.actor)}`;
  const result = aside(word("review", review.result), when);
  return fact(t("legal_review"), review.remarks ? labelled(result, review.remarks) : result);
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
    incident.further_matters
      ? fact(t("further_matters"), listed(incident.further_matters.map(matterText)))
      : "",
    fact(t("urgency"), word("urgency", incident.urgency)),
    fact(t("incident_status"), h("b", { id: "case-state" }, word("state", incident.status))),
    fact(t("reported_at"), moment(incident.reported_at, timeZone())),
    incident.due_at ? fact(t("due_at"), moment(incident.due_at, timeZone())) : "",
    reviewFact(incident),
    where(incident.township, t("township")),
    where(incident.village, t("village")),
    where(incident.grid, t("grid")),
    where(inForce(incident), t("in_force_now")),
    incident.description ? fact(t("description"), incident.description) : "",
  );
}
