/**
 * The service's JSON by the names that the page uses. What it is stands in `contract.ts`, which is made
 * from the contract (`make contract`): a field that is not in it does not compile.
 */
import type { components, paths } from "./contract";

type Schemas = components["schemas"];

export type LngLat = Schemas["LngLat"];
export type BBox = [west: number, south: number, east: number, north: number];
/** What is shown by its name. */
export type Named = Pick<Schemas["Named"], "code" | "name"> & { name_zh?: string | null };

export type Status = Schemas["ServiceStatus"];
export type Session = Schemas["Session"];
export type Right = Schemas["Right"];
export type Urgency = Schemas["Urgency"];
export type Matter = Schemas["CataloguedMatter"];
export type Definition = Schemas["Definition"];
export type Slot = Schemas["Slot"];
/** Where tiles of a layer are, and what they hold. */
export type TileJson = Schemas["TileJson"];

export type SquadStatus = Schemas["SquadStatus"];
/** A status that was told of a squad: when it was so, when that came in, and who told it. */
export type ToldStatus = Schemas["ToldStatus"];
/** What squads do by the clock alone. */
export type TurnedSquad = Schemas["TurnedSquad"];
export type Shift = Schemas["ShiftWindow"];
export type SquadRef = Schemas["SquadRef"];
export type Squad = Schemas["Squad"];

export type Place = Schemas["Located"];
/** How a stage of a case runs. */
export type StageClock = Schemas["StageClock"];
/** A patrol zone in force over a place. */
export type ZoneHere = Schemas["ZoneHere"];
/** Who has the power over a matter at a place. */
export type Responsibility = Schemas["ResponsibilityHere"];
export type Grant = Schemas["Grant"];
export type Reason = Schemas["Reason"];
export type Power = Schemas["Power"];
/** A version of a list, without its entries, and with them. */
export type ListSummary = Schemas["ListSummary"];
export type ListVersion = Schemas["ListWhole"];
export type ListEntry = Schemas["ListEntry"];
export type EntryScope = Schemas["EntryScope"];
export type EntryAbout = Schemas["EntryAbout"];
export type ListKind = Schemas["ListKind"];
export type ListCompared = Schemas["ListCompared"];
export type Unit = Schemas["Unit"];
/** Where powers have holes. */
export type PowersAudit = Schemas["PowersAudit"];
export type BlindSpot = Schemas["BlindSpot"];
export type BlindSpotFound = Schemas["BlindSpotFound"];
export type Nearest = Schemas["NearestSquads"];
export type SquadResponse = Schemas["Ranked"];
/** Whom to send to a case, and what that leaves uncovered. */
export type Advice = Schemas["Advice"];
export type LeftUncovered = Schemas["LeftUncovered"];
/** What a response plan wants. */
export type Wanted = Schemas["Wanted"];
/** Departments that were called to a case, and those that may be. */
export type CaseWhistles = Schemas["CaseWhistles"];
export type ToldWhistle = Schemas["ToldWhistle"];
export type Callable = Schemas["Callable"];
export type WhistleSide = Schemas["WhistleSide"];
export type WhistleDraft = Schemas["NewWhistle"];
export type WhistleStepDraft = Schemas["NewWhistleStep"];
export type WhistleRatingDraft = Schemas["NewWhistleRating"];
export type ExclusionReason = Schemas["ExclusionReason"];

export type Basis = Schemas["Basis"];
export type CellStatus = Schemas["CellStatus"];
export type Share = Schemas["Share"];
export type ShareKind = keyof Schemas["Shares"];
type Coverage = Schemas["CoverageAnswer"];
export type CoverageSummary = Extract<Coverage, { by: "summary" }>;
export type CoverageTownships = Extract<Coverage, { by: "townships" }>;
export type CoverageTownship = CoverageTownships["townships"][number];
export type Uncovered = Schemas["Uncovered"];
export type UncoveredCell = Schemas["UncoveredCell"];

export type Incident = Schemas["Incident"];
export type IncidentStatus = Schemas["IncidentStatus"];
export type IncidentList = Schemas["IncidentList"];
/** All that was done to an incident, and what may follow. */
export type Story = Schemas["IncidentHistory"];
export type Action = Schemas["IncidentAction"];
export type Act = Schemas["IncidentAct"];
/** What is ordered about whose an incident is. */
export type OwnershipOrder = Schemas["OwnershipOrder"];
export type JudgementDraft = Schemas["NewJudgement"];
export type LegalReviewDraft = Schemas["NewLegalReview"];
export type DesignationDraft = Schemas["NewDesignation"];
export type PlaceChoice = Schemas["PlaceChoice"];
export type NextAct = Schemas["NextAct"];
export type Reporter = Schemas["Reporter"];
/** A squad that was sent. */
export type Assignment = Schemas["Assignment"];
export type AssignmentStatus = Schemas["AssignmentStatus"];
export type ToldAssignment = Schemas["IncidentAssignment"];
export type AssignmentDraft = Schemas["NewAssignment"];
export type StepDraft = Schemas["AssignmentStep"];
export type Evidence = Schemas["Evidence"];
export type ActionDraft = Schemas["NewIncidentAction"];
export type IncidentDraft = Schemas["NewIncident"];
/** A report that says only an address, and the same with where it may be. */
export type HeldCall = Schemas["Call"];
export type ShownCall = Schemas["ShownCall"];
export type CallList = Schemas["CallList"];
export type CallDraft = Schemas["NewCall"];
export type CallLocation = Schemas["NewLocation"];
/** Why nothing happens in a case and what to do, and a case that turned. */
export type Stuck = Schemas["Stuck"];
export type TurnedIncident = Schemas["TurnedIncident"];
/** A shift that was handed over, and the same with what was open then. */
export type ShiftHandover = Schemas["ShiftHandover"];
export type ShownHandover = Schemas["ShownHandover"];
export type HandoverList = Schemas["HandoverList"];
export type OpenThings = Schemas["OpenThings"];
export type OpenCase = Schemas["OpenCase"];
export type HandoverDraft = Schemas["NewShiftHandover"];
export type AcceptanceDraft = Schemas["NewShiftAcceptance"];
export type CaseRemark = Schemas["CaseRemark"];
/** Cases that may tell of the same. */
export type RepeatList = Schemas["RepeatList"];
export type Repeat = Schemas["Repeat"];
/** What somebody may mean by a few words. */
export type Found = Schemas["Found"];
export type FindAnswer = Schemas["FindAnswer"];
export type PointInWords = Schemas["PointInWords"];

export type Disruption = Schemas["Disruption"];
export type DisruptionDraft = Schemas["NewDisruption"];

/** As the OSRM door tells a way. */
export type OsrmRoute = Omit<Schemas["OsrmRoute"], "geometry"> & { geometry: GeoJSON.LineString };
export type FixDraft = Schemas["Position"];

export type ArrivalKpis = Schemas["ArrivalKpis"];
export type BurdenKpis = Schemas["BurdenKpis"];
/** How long it took until it was known where calls are that said only an address. */
export type CallKpis = Schemas["CallKpis"];
export type Burden = Schemas["Burden"];
export type ResponsePlan = Schemas["ResponsePlan"];
export type CaseKpis = Schemas["CaseKpis"];
/** Of one group. */
export type CaseFigures = Schemas["Cases"];
export type KpiGroup = Schemas["KpiGroup"];

export type LayerAbout = Schemas["LayerInfo"];

export type Plan = Schemas["PlanWire"];
export type PlanBrush = Schemas["Brush"];
export type PlanDraft = Schemas["NewPlan"];
export type PlanEdit = Schemas["NewEdit"];
/** A line on the map that parts a zone. */
export type Along = Schemas["AlongLine"];
export type PlanCommand = Schemas["PlanCommand"];
/** What an edit did. */
export type PlanBatch = Schemas["PlanBatch"];
/** That somebody edited a plan. */
export type EditedPlan = Schemas["EditedPlan"];
/** A wish that meets another. */
export type Clash = Schemas["PlanClash"];
/** A layer of a plan with its zones, and one of them. */
export type PlanLayer = Schemas["LayerWire"];
export type PlanZone = Schemas["ZoneWire"];
export type PlanWarning = Schemas["PlanWarning"];
export type ZonePart = Schemas["ZonePart"];
export type PlanState = Schemas["PlanState"];
export type PlanStory = Schemas["PlanStory"];
export type PlanVerdict = Schemas["PlanVerdict"];
/** From when on a plan holds. */
export type DatedForce = Schemas["DatedForce"];
export type ForceDraft = Schemas["NewForce"];
/** Zones of a plan in numbers. */
export type Judgement = Schemas["JudgementAnswer"];
export type ZoneFigures = Schemas["ZoneFigures"];
/** What would be otherwise, and what comes of it. */
export type WhatIfPatch = Schemas["WhatIfPatch"];
/** A question of "what if" with a name. */
export type Scenario = Omit<Schemas["Scenario"], "question"> & { question: ScenarioQuestion };
export type ScenarioQuestion = Schemas["ScenarioQuestion"];
export type ScenarioDraft = Schemas["NewScenario"];
export type ScenarioChange = Schemas["ChangedScenario"];
export type ScenarioApplication = Schemas["ScenarioApplication"];
export type ScenarioApplied = Schemas["ScenarioApplied"];
export type WhatIfAsked = Schemas["WhatIf"];
export type WhatIfAnswer = Schemas["WhatIfAnswer"];
export type RankAsked = Schemas["RankPosts"];
export type RankAnswer = Schemas["RankAnswer"];
/** A layer of two plans side by side. */
export type Comparison = Schemas["ComparisonAnswer"];

/** What is told live; `kind` is the event's name. */
export type Event = Schemas["Event"];
export type PositionFix = Schemas["MovedSquad"];

/** Which of the places not reached come first. */
export type Worst = NonNullable<
  NonNullable<paths["/api/v1/coverage"]["get"]["parameters"]["query"]>["worst"]
>;
export type Day = Schemas["Day"];

/** A layer; its properties are what the page reads of them. */
export type Collection<P = GeoJSON.GeoJsonProperties> = GeoJSON.FeatureCollection<
  GeoJSON.Geometry,
  P
>;
/** On one link of the layer of disruptions. */
export type DisruptedLink = { disruption: string; speed_factor: number; name: string | null };
