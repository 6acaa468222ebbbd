/**
 * The one state of the page. Views watch the parts they draw; everything that changes goes through
 * `store.set`. Watchers run once per batch, after the current task.
 */

import type { Wall } from "./base/time";
import type {
  Advice,
  Assignment,
  Basis,
  BlindSpot,
  CaseWhistles,
  Collection,
  CoverageSummary,
  CoverageTownships,
  DisruptedLink,
  Disruption,
  HeldCall,
  Incident,
  IncidentStatus,
  LngLat,
  Matter,
  Named,
  Nearest,
  Place,
  Power,
  PowersAudit,
  RepeatList,
  Responsibility,
  Right,
  Session,
  ShiftHandover,
  ShownCall,
  Slot,
  Squad,
  SquadResponse,
  Status,
  Story,
  UncoveredCell,
  Worst,
} from "./base/types";
import type { Handing } from "./handovers/state";
import { LISTS_FIRST, type Lists } from "./responsibility/state";
import { STUDIO_FIRST, type Studio, WHAT_IF_FIRST, type WhatIf } from "./studio/state";
import { type Lang, nameOf } from "./text";

export type LayerName =
  | "basemap"
  | "coverage"
  | "disruptions"
  | "grids"
  | "incidents"
  | "squads"
  | "zones";
export type Selection =
  | { kind: "place"; point: LngLat }
  | { kind: "incident"; id: string }
  /** A call that says only an address; without an id it is just being taken. */
  | { kind: "call"; id: string | null }
  | { kind: "squad"; id: string };

/** What the queue is narrowed to; a state that nobody chose means: everything that is open. */
export interface CaseFilter {
  /** What is open, unless it says; `any` is what has ended as well. */
  status: IncidentStatus | "any" | null;
  matter: string | null;
  township: string | null;
  /** Only those that wait for a visit after an order to rectify, or whose day is over. */
  revisit: "due" | "overdue" | null;
  /** Only those that were reported within so many days. */
  days: number | null;
  /** Only those in which nothing happens. */
  stuck: boolean;
}

/** The queue as far as it was read: what is due first comes first. */
export interface Cases {
  list: Incident[];
  /** How many match in all. */
  matched: number;
  /** Where the next page begins; null after the last. */
  after: string | null;
}

/** A squad that could not be sent, and who could instead. */
export interface Refusal {
  squad: string;
  why: string;
  /** What it was sent for instead. */
  taken: { assignment: Assignment; incident: Incident } | null;
  nextBest: SquadResponse | null;
}

/** What waits until somebody says why. */
export interface Asking {
  /** The control that asked. */
  key: string;
  title: string;
  go(reason: string): Promise<void>;
}

export interface State {
  lang: Lang;
  minutes: number;
  basis: Basis;
  /** The chosen moment on the county's clock; null follows the present. */
  wall: Wall | null;
  layers: Record<LayerName, boolean>;
  /** What stands beside the map. */
  side: "cases" | "coverage" | "powers" | "studio" | "data";
  /** On narrow screens one of them is seen. */
  tab: "side" | "place";

  status: Status | null;
  session: Session | null;
  signingIn: boolean;
  matters: Matter[];
  squads: Squad[];
  /** Counts how often shifts changed, which moving and busy squads don't. */
  roster: number;
  slots: Slot[];
  /** Layers of zones that are in force at the chosen moment, and the one that is drawn. */
  zoneLayers: string[];
  zoneLayer: string | null;
  studio: Studio;
  whatIf: WhatIf;
  /** In force and planned. */
  disruptions: Disruption[];
  /** The links they mean at the chosen moment. */
  disruptedLinks: Collection<DisruptedLink> | null;
  /** Areas by code, of every level loaded so far. */
  names: ReadonlyMap<string, Named>;
  live: "connecting" | "open" | "lost";
  /** Since when no event arrives. */
  lostAt: Date | null;
  notices: { id: number; text: string }[];

  /** Calls that say only an address; who waits longest comes first. */
  calls: HeldCall[];
  /** Shifts that were handed over and that nobody has accepted yet. */
  handovers: ShiftHandover[];
  /** The sheet of shift handovers, while it is open. */
  handing: Handing | null;
  cases: Cases | null;
  caseFilter: CaseFilter;
  casesProblem: string | null;
  /** Reported since this browser looked last, and not opened yet. */
  unseen: ReadonlySet<string>;
  /** Squads that are sent and have not ended what for, by assignment. */
  sent: ReadonlyMap<string, Assignment>;

  summary: CoverageSummary | null;
  /** When it was computed. */
  summaryAt: Date | null;
  /** Which places not reached come first. */
  worst: Worst;
  /** Those that are shown. */
  placesShown: number;
  /** All of them; null while the summary's own list is long enough. */
  allPlaces: UncoveredCell[] | null;
  townships: CoverageTownships | null;
  coverageBusy: boolean;
  coverageProblem: string | null;

  selection: Selection | null;
  selectionBusy: boolean;
  selectionProblem: string | null;
  place: Place | null;
  /** Which power over which matter the reader asks about; not known when there is none. */
  powerAsked: { matter: string | null; power: Power };
  /** Where powers have holes, once somebody looked. */
  audit: PowersAudit | null;
  /** The kind of hole that is looked at. */
  auditKind: BlindSpot | null;
  auditBusy: boolean;
  auditProblem: string | null;
  /** What stands in the panel of powers. */
  powersView: "audit" | "lists" | "figures";
  lists: Lists;
  responsibility: Responsibility | null;
  responsibilityProblem: string | null;
  nearest: Nearest | null;
  /** When it was answered. */
  nearestAt: Date | null;
  /** Rank of the squad whose route stands out. */
  chosenRank: number;
  /** The open call, and where somebody proposes that it is. */
  call: ShownCall | null;
  callAt: LngLat | null;
  incident: Incident | null;
  /** All that was done to it. */
  story: Story | null;
  /** Departments that were called to it, and those that may be. */
  whistles: CaseWhistles | null;
  /** What may tell of the same as the open case. */
  repeats: RepeatList | null;
  /** Whom to send to it, by its response plan at the alarm level. */
  advice: Advice | null;
  alarmLevel: number;
  /** What the reader asks the service to do, by its control: not twice. */
  doing: ReadonlySet<string>;
  asking: Asking | null;
  refusal: Refusal | null;
  /** The form that is open about the place. */
  form: "report" | "closure" | null;
}

/** How many places not reached are shown before anybody asks for more. */
export const PLACES_FIRST = 8;

export const initial: State = {
  lang: "en",
  minutes: 30,
  basis: "posts",
  wall: null,
  layers: {
    basemap: true,
    coverage: true,
    disruptions: true,
    grids: true,
    incidents: true,
    squads: true,
    zones: true,
  },
  side: "coverage",
  tab: "side",
  status: null,
  session: null,
  signingIn: false,
  matters: [],
  squads: [],
  roster: 0,
  slots: [],
  zoneLayers: [],
  zoneLayer: null,
  studio: STUDIO_FIRST,
  whatIf: WHAT_IF_FIRST,
  disruptions: [],
  disruptedLinks: null,
  names: new Map(),
  live: "connecting",
  lostAt: null,
  notices: [],
  calls: [],
  handovers: [],
  handing: null,
  cases: null,
  caseFilter: {
    status: null,
    matter: null,
    township: null,
    revisit: null,
    days: null,
    stuck: false,
  },
  casesProblem: null,
  unseen: new Set(),
  sent: new Map(),
  summary: null,
  summaryAt: null,
  worst: "minutes",
  placesShown: PLACES_FIRST,
  allPlaces: null,
  townships: null,
  coverageBusy: false,
  coverageProblem: null,
  selection: null,
  selectionBusy: false,
  selectionProblem: null,
  place: null,
  powerAsked: { matter: null, power: "penalise" },
  audit: null,
  auditKind: null,
  auditBusy: false,
  auditProblem: null,
  powersView: "audit",
  lists: LISTS_FIRST,
  responsibility: null,
  responsibilityProblem: null,
  nearest: null,
  nearestAt: null,
  chosenRank: 1,
  call: null,
  callAt: null,
  incident: null,
  story: null,
  whistles: null,
  repeats: null,
  advice: null,
  alarmLevel: 1,
  doing: new Set(),
  asking: null,
  refusal: null,
  form: null,
};

type Watcher = { keys: (keyof State)[]; run: (state: State) => void };

class Store {
  #state = initial;
  #watchers = new Set<Watcher>();
  #changed = new Set<keyof State>();

  get state(): Readonly<State> {
    return this.#state;
  }

  set(patch: Partial<State>): void {
    for (const key of Object.keys(patch) as (keyof State)[]) {
      if (patch[key] === this.#state[key]) continue;
      if (this.#changed.size === 0) queueMicrotask(() => this.#notify());
      this.#changed.add(key);
    }
    this.#state = { ...this.#state, ...patch };
  }

  /** Runs `run` after any of `keys` changed; the answer ends the watch. */
  watch(keys: (keyof State)[], run: (state: State) => void): () => void {
    const watcher = { keys, run };
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #notify(): void {
    const changed = this.#changed;
    this.#changed = new Set();
    for (const { keys, run } of [...this.#watchers]) {
      if (keys.some((key) => changed.has(key))) run(this.#state);
    }
  }
}

export const store = new Store();

/** Whether the reader has a right; the service decides, what one may not do isn't offered. */
export function may(right: Right, { session }: Pick<State, "session">): boolean {
  return session?.rights.includes(right) ?? false;
}

export function timeZone(): string {
  return store.state.status?.county?.time_zone ?? "UTC";
}

export function nameOfCode(code: string | null | undefined): string | null {
  const area = code ? store.state.names.get(code) : null;
  return area ? nameOf(area) : (code ?? null);
}

let lastNotice = 0;

/** Shows an error until it is closed; the same text is shown once. */
export function notify(text: string): void {
  if (store.state.notices.some((notice) => notice.text === text)) return;
  store.set({ notices: [...store.state.notices.slice(-2), { id: ++lastNotice, text }] });
}
