/** What the planner's studio shows, and what is done in it. */
import type {
  BBox,
  Clash,
  Comparison,
  DatedForce,
  Judgement,
  LngLat,
  Plan,
  PlanBatch,
  PlanEdit,
  PlanLayer,
  PlanStory,
  PlanWarning,
  RankAnswer,
  Scenario,
  WhatIfAnswer,
  WhatIfPatch,
} from "../base/types";

/** What a hand does on the map. */
export const TOOLS = ["brush", "lasso", "erase", "fill", "split"] as const;
export type Tool = (typeof TOOLS)[number];

/** By what zones are sorted. */
export type ZoneColumn = "zone" | "atoms" | "work" | "p90";

/** How it came about. */
export interface PlanPast extends PlanStory {
  /** The last edits, newest first. */
  edits: PlanBatch[];
}

/** What others changed meanwhile, and what was wished instead. */
export interface Conflict {
  edit: PlanEdit;
  clashes: Clash[];
}

export interface Studio {
  plans: Plan[];
  /** Null means what is in force. */
  plan: string | null;
  layer: string;
  /** The one that grows under the brush. */
  zone: string | null;
  tool: Tool | null;
  radius_m: number;
  /** What a click fills. */
  fills: "village" | "township";
  /** How a zone that a line cuts off is called; its code when nothing is said. */
  newName: string;
  busy: boolean;
  /** The edit that nobody answered, kept to be sent again under its own number. */
  waiting: PlanEdit | null;
  conflict: Conflict | null;
  /** Atoms that the last edit passed over because of a lock. */
  skipped: number;
  /** Places that an undo left as others made them since. */
  left: number;
  /** From the last stroke to its figures. */
  took_ms: number | null;
  judgement: Judgement | null;
  warnings: PlanWarning[];
  /** The open layer with its zones, their squads and posts. */
  cut: PlanLayer | null;
  sort: { by: ZoneColumn; down: boolean };
  /** The revision whose figures are shown: the map follows them. */
  drawn: number | null;
  /** Where somebody is pointed at. */
  marked: BBox | null;
  past: PlanPast | null;
  /** When which plan holds, of the open layer. */
  force: DatedForce[];
  /** What the plan is laid beside: another plan, or what is in force. */
  beside: { with: string | null } | null;
  comparison: Comparison | null;
  /** Whether the map shows the other one. */
  before: boolean;
  /** Whether the other one has a map of its own. */
  linked: boolean;
}

/** Of a drag, in order. */
export type Stroke = LngLat[];

export const STUDIO_FIRST: Studio = {
  plans: [],
  plan: null,
  layer: "enforcement",
  zone: null,
  tool: null,
  radius_m: 500,
  fills: "village",
  newName: "",
  busy: false,
  waiting: null,
  conflict: null,
  skipped: 0,
  left: 0,
  took_ms: null,
  judgement: null,
  warnings: [],
  cut: null,
  sort: { by: "zone", down: false },
  drawn: null,
  marked: null,
  past: null,
  force: [],
  beside: null,
  comparison: null,
  before: false,
  linked: false,
};

/** What a click on the map adds. */
export type Pick = "close" | "move" | "candidate";
export const PICKS: Pick[] = ["move", "close", "candidate"];

export interface WhatIf {
  /** Those that are kept, and the open one as it was when it was opened. */
  scenarios: Scenario[];
  scenario: Scenario | null;
  pick: Pick | null;
  /** Who is moved, or has another shift. */
  squad: string | null;
  patches: WhatIfPatch[];
  /** Where one more squad could be posted. */
  candidates: LngLat[];
  answer: WhatIfAnswer | null;
  ranked: RankAnswer | null;
}

export const WHAT_IF_FIRST: WhatIf = {
  scenarios: [],
  scenario: null,
  pick: null,
  squad: null,
  patches: [],
  candidates: [],
  answer: null,
  ranked: null,
};
