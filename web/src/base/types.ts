/** The service's JSON, as the page reads it. Degrees WGS-84, times RFC 3339 UTC, `_s` seconds, `_m` metres. */

export interface Named {
  code: string;
  name: string;
  name_zh?: string | null;
}
export interface LngLat {
  lng: number;
  lat: number;
}
export type BBox = [west: number, south: number, east: number, north: number];

export interface Status {
  version: string;
  county: (Named & { bbox: BBox; time_zone: string }) | null;
  demo: boolean;
  ready: boolean;
  attribution: string[];
  definition: Definition;
  counts: Record<string, number>;
  seq: number;
}

export interface Session {
  role: "admin" | "viewer" | null;
  keyless: boolean;
}

export type Urgency = "urgent" | "quick" | "normal";
export interface Matter extends Named {
  domain: string;
  urgency: Urgency;
  arrive_limit_min: number | null;
}

export type SquadStatus = "available" | "busy" | "out_of_service";
export type Day = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
export interface Shift {
  days: Day[];
  from: string;
  to: string;
}
export interface SquadRef {
  id: string;
  name: string;
  name_zh?: string | null;
  kind: "stationed" | "direct";
}
export interface Squad extends SquadRef {
  unit: string;
  command_area: string;
  profile: string;
  post: LngLat;
  status: SquadStatus;
  on_shift: boolean;
  turnout_s: number;
  crew: { certified_officers: number; uncertified_officers: number; assistants: number };
  shifts: Shift[];
  position: (LngLat & { fixed_at: string; age_s: number; fresh: boolean }) | null;
}

/** Of a zone's team: how many of a role it wants, and how the unit is reached. */
export interface TeamPlaces {
  role: string;
  wanted: number;
  there?: number;
  contact?: string;
}
/** A patrol zone in force over a place. */
export interface ZoneHere {
  layer: string;
  layer_name: string;
  layer_name_zh?: string;
  zone: string;
  name: string;
  name_zh?: string;
  squads: string[];
  team: TeamPlaces[];
}

export interface Place {
  point: LngLat;
  county: Named | null;
  township: Named | null;
  village: Named | null;
  grid: Named | null;
  /** Special areas over the place, the highest priority first. */
  overlays: Named[];
  border: { distance_m: number } | { more_than_m: number } | null;
  /** By layer. */
  zones: ZoneHere[];
  ambiguous: boolean;
  candidates: (Named & { distance_m: number })[];
  nearest: (Named & { distance_m: number }) | null;
  shifted_hint: string | null;
}

export interface Definition {
  handling_s: number;
  walk_m_per_s: number;
  access_limit_m: number;
  snap_limit_m: number;
  profile: string;
  speed_table: string;
  calibration: string;
  fix_max_age_s: number;
}

export interface SquadResponse {
  rank: number;
  squad: SquadRef;
  eta_s: number;
  parts: { handling_s: number; turnout_s: number; drive_s: number; walk_s: number };
  distance_m: number;
  from: LngLat & { source: "fix" | "stale_fix" | "post"; fix_age_s: number | null };
  competence: "full" | "first_response_only";
  /** Those over the place that it serves; left out when there are none. */
  zones?: { layer: string; zone: string }[];
  route: GeoJSON.LineString | null;
}
export type ExclusionReason = "off_shift" | "busy" | "out_of_service" | "unreachable";
export interface Nearest {
  at: string;
  k: number;
  target: {
    point: LngLat;
    snapped: (LngLat & { distance_m: number; island: boolean }) | null;
  };
  definition: Definition;
  squads: SquadResponse[];
  excluded: {
    counts: Partial<Record<ExclusionReason, number>>;
    nearest: { squad: SquadRef; reason: ExclusionReason; straight_line_m: number }[];
  };
  unreachable: string | null;
}

export type Basis = "posts" | "live";
export type CellStatus = "covered" | "late" | "unreachable" | "no_access";
export interface Share {
  covered: number;
  total: number;
  share: number | null;
}
export type ShareKind = "area_m2" | "grids" | "buildings" | "incidents";
export interface CoverageHead {
  minutes: number;
  at: string;
  basis: Basis;
  cell_resolution: number;
  definition: Definition;
  squads: { considered: number; total: number };
  as_of_seq: number;
}
export interface UncoveredCell extends LngLat {
  cell: string;
  township: string | null;
  best_s: number | null;
  reason: "late" | "unreachable";
  buildings: number;
  /** Reported there so far. */
  incidents: number;
}
/** Which of the places not reached come first. */
export type Worst = "minutes" | "buildings" | "incidents";
export interface Uncovered {
  /** The worst first. */
  cells: UncoveredCell[];
  /** How many there are in all. */
  count: number;
}
export interface CoverageSummary extends CoverageHead {
  cells: Record<"total" | CellStatus, number>;
  shares: Record<"all" | "accessible", Record<ShareKind, Share>>;
  uncovered: Uncovered;
}
export interface CoverageTownship extends Named {
  shares: Record<"all" | "accessible", Record<ShareKind, Share>>;
  worst_s: number | null;
  p90_s: number | null;
  unreachable_cells: number;
}
export interface CoverageTownships extends CoverageHead {
  townships: CoverageTownship[];
}

export interface Incident extends LngLat {
  id: string;
  accuracy_m: number | null;
  status: string;
  matter: string | null;
  urgency: Urgency;
  description: string | null;
  reported_at: string;
  county: string | null;
  township: string | null;
  village: string | null;
  grid: string | null;
  ambiguous: boolean;
  candidates: (Named & { distance_m?: number })[];
  synthetic: boolean;
  source: string;
  created_at: string;
}
export interface IncidentDraft extends LngLat {
  id: string;
  accuracy_m?: number;
  matter?: string;
  urgency?: Urgency;
  description?: string;
  reporter?: { name?: string; phone?: string };
}

/** Roads closed or slow for a time. */
export interface Disruption {
  id: string;
  /** `active` or `planned`. */
  phase: string;
  place: { street?: { name: string } };
  /** What becomes of the speed; 0 closes. */
  speed_factor: number;
  profiles: string[];
  from: string;
  until: string | null;
  reason: string;
}
export interface DisruptionDraft {
  id: string;
  /** The road nearest to a point. */
  place: { at: LngLat };
  speed_factor: number;
  from?: string;
  until?: string;
  reason: string;
}
/** On one link of the layer of disruptions. */
export type DisruptedLink = { disruption: string; speed_factor: number; name: string | null };

/** When roads are slower; the first that covers a time holds. */
export interface Slot {
  name: string;
  windows: Shift[];
}

export interface PositionFix extends LngLat {
  squad: string;
  fixed_at: string;
}

export type Collection<P = GeoJSON.GeoJsonProperties> = GeoJSON.FeatureCollection<
  GeoJSON.Geometry,
  P
>;
