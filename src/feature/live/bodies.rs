//! What the data of each event is, as the document tells it. The tests hold every event that they see
//! against it.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{CallWire, HandoverWire, IncidentWire, Layer, SquadWire};
use crate::{
    base::{Code, LngLat, Timestamp},
    ctx::StuckTurn,
    domain::{
        assignments::Assignment,
        contact::{Doing, SquadState},
        disruptions::Disruption,
        lists::ListRef,
        officers::Officer,
        ownership::Precedent,
        slots::Slot,
        stuck::Stuck,
        whistles::Whistle,
        zones::{force::ForceEntry, history::BatchKind, plan::Revision},
    },
};

/// The data of an event; `kind` is the event's name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventBody {
    /// An incident was reported, or has changed.
    Incident {
        #[serde(flatten)]
        head: Head,
        incident: Box<IncidentWire>,
    },
    /// A call that says only an address came in, was located or dropped.
    Call {
        #[serde(flatten)]
        head: Head,
        call: CallWire,
    },
    /// Nobody has located these calls in time. Not a change: without an id, and not replayed.
    CallsOverdue { calls: Vec<Uuid> },
    /// A shift handed over, or the next one accepted.
    Handover {
        #[serde(flatten)]
        head: Head,
        handover: HandoverWire,
    },
    /// Nobody has accepted these handovers in time. Not a change: without an id, and not replayed.
    HandoversLate { handovers: Vec<Uuid> },
    /// Nothing has happened in these cases for too long, or something has again. Not a change: without an id, and not
    /// replayed.
    IncidentsStuck { incidents: Vec<TurnedIncident> },
    /// Somebody remarked in the history of the incident `id`.
    Remark {
        #[serde(flatten)]
        head: Head,
        action: Uuid,
        actor: String,
    },
    IncidentsImported {
        #[serde(flatten)]
        head: Head,
        count: u32,
    },
    /// A squad was created, or has changed.
    Squad {
        #[serde(flatten)]
        head: Head,
        squad: SquadWire,
    },
    SquadsImported {
        #[serde(flatten)]
        head: Head,
        count: u32,
    },
    /// The areas of a county were replaced.
    Areas {
        #[serde(flatten)]
        head: Head,
        county: Code,
        count: u32,
    },
    /// A generation of a county's areas was drafted, and comes in force `from` then, or when somebody says so.
    AreasDrafted {
        #[serde(flatten)]
        head: Head,
        county: Code,
        generation: i64,
        from: Option<Timestamp>,
    },
    /// A draft of areas was taken away.
    AreasDraftDropped {
        #[serde(flatten)]
        head: Head,
        county: Code,
        generation: i64,
    },
    /// Another road network is in force.
    Roads {
        #[serde(flatten)]
        head: Head,
        hash: String,
    },
    /// Our own list of places was replaced.
    Places {
        #[serde(flatten)]
        head: Head,
        count: u32,
    },
    /// Versions of schemes by which others number matters came in, with so many codes.
    Codes {
        #[serde(flatten)]
        head: Head,
        count: u32,
    },
    /// A question of "what if" was kept or changed.
    Scenario {
        #[serde(flatten)]
        head: Head,
        scenario: Uuid,
    },
    ScenarioDeleted {
        #[serde(flatten)]
        head: Head,
        scenario: Uuid,
    },
    /// The catalogue of matters was replaced.
    Matters {
        #[serde(flatten)]
        head: Head,
        count: u32,
    },
    /// The tree of units was replaced.
    Units {
        #[serde(flatten)]
        head: Head,
        count: u32,
    },
    /// Working time was replaced.
    WorkingTime {
        #[serde(flatten)]
        head: Head,
        count: u32,
    },
    /// The stages of cases were replaced.
    Stages {
        #[serde(flatten)]
        head: Head,
        count: u32,
    },
    /// All scenes were replaced.
    Scenes {
        #[serde(flatten)]
        head: Head,
        count: u32,
    },
    /// All response plans were replaced.
    ResponsePlans {
        #[serde(flatten)]
        head: Head,
        count: u32,
    },
    /// A version of a profile came in; `id` is its name.
    Profiles {
        #[serde(flatten)]
        head: Head,
        version: u32,
    },
    /// All officers were replaced.
    Officers {
        #[serde(flatten)]
        head: Head,
        count: u32,
    },
    /// An officer is recused from other cases.
    Officer {
        #[serde(flatten)]
        head: Head,
        officer: Officer,
    },
    /// Versions of lists came in.
    Lists {
        #[serde(flatten)]
        head: Head,
        lists: Vec<ListRef>,
    },
    /// A department was called, or answered.
    Whistle {
        #[serde(flatten)]
        head: Head,
        whistle: Whistle,
    },
    /// A judge decided whose like cases are.
    Precedent {
        #[serde(flatten)]
        head: Head,
        precedent: Precedent,
    },
    /// All rosters were replaced.
    Rosters {
        #[serde(flatten)]
        head: Head,
        count: u32,
    },
    Slots {
        #[serde(flatten)]
        head: Head,
        slots: Vec<Slot>,
    },
    Arrivals {
        #[serde(flatten)]
        head: Head,
        count: u32,
    },
    Calibration {
        #[serde(flatten)]
        head: Head,
        /// As in every definition.
        calibration: String,
    },
    /// A squad was sent to an incident, or got farther.
    Assignment {
        #[serde(flatten)]
        head: Head,
        assignment: Assignment,
    },
    Disruption {
        #[serde(flatten)]
        head: Head,
        disruption: Disruption,
    },
    DisruptionLifted {
        #[serde(flatten)]
        head: Head,
        disruption: Lifted,
    },
    /// A plan of zones was made, or came into another state.
    Plan {
        #[serde(flatten)]
        head: Head,
        plan: Uuid,
    },
    PlanEdited {
        #[serde(flatten)]
        head: Head,
        edit: Edited,
    },
    /// A plan is to be in force from a date on.
    ZonesInForce {
        #[serde(flatten)]
        head: Head,
        in_force: ForceEntry,
    },
    /// That date has come.
    ZonesSwitched {
        #[serde(flatten)]
        head: Head,
        in_force: ForceEntry,
    },
    /// Tiles may look otherwise from the change `seq` on, which is told next. Without an id.
    Tiles { seq: i64, layers: Vec<TouchedLayer> },
    /// Squads have moved. Not a change: without an id, and not replayed.
    Positions { positions: Vec<Moved> },
    /// By the clock alone, squads are asked for or out of contact now, or were heard again. Not a change: without an
    /// id, and not replayed.
    Contact { squads: Vec<Turned> },
    /// The feed of positions fell silent, or came back. Not a change: without an id, and not replayed.
    PositionFeed {
        /// When the last position came in; null: they come in.
        silent_since: Option<Timestamp>,
    },
    /// A record has left the caller's scope. Not a change by itself: without an id, and before the change that
    /// made it so.
    Removed {
        seq: i64,
        /// What it was: `incident`.
        record: String,
        id: Uuid,
    },
    /// What the client knows is out of date: read everything anew.
    Reset { seq: i64 },
}

/// What every change says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventHead)]
pub struct Head {
    pub seq: i64,
    pub at: Timestamp,
    /// Of the record, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub id: Option<String>,
    /// Where it lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub township: Option<Code>,
    /// The smallest area it is known to lie in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub area: Option<Code>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EditedPlan)]
pub struct Edited {
    pub plan: Uuid,
    pub revision: Revision,
    /// The edit's id.
    pub batch: Uuid,
    pub author: String,
    pub did: BatchKind,
    /// The zones of each layer.
    #[schema(value_type = BTreeMap<String, Vec<Code>>)]
    pub touched: BTreeMap<Code, Vec<Code>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LiftedDisruption)]
pub struct Lifted {
    pub id: Uuid,
}

/// Where a layer's tiles may look otherwise; those outside are as they were.
#[derive(Debug, Serialize, ToSchema)]
pub struct TouchedLayer {
    pub layer: Layer,
    pub minzoom: u8,
    pub maxzoom: u8,
    /// west, south, east, north; absent: everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub bbox: Option<[f64; 4]>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MovedSquad)]
pub struct Moved {
    pub squad: Code,
    #[serde(flatten)]
    #[schema(inline)]
    pub at: LngLat,
    pub fixed_at: Timestamp,
}

/// What a squad is doing now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TurnedSquad)]
pub struct Turned {
    pub squad: Code,
    pub state: SquadState,
    pub since: Option<Timestamp>,
    pub asked_at: Option<Timestamp>,
}

/// A case that is stuck by the clock alone, or is no more.
#[derive(Debug, Serialize, ToSchema)]
pub struct TurnedIncident {
    pub id: Uuid,
    /// Why it is, and what to do; null once something has happened.
    pub stuck: Option<Stuck>,
}

impl TurnedIncident {
    pub fn of((incident, stuck): &StuckTurn) -> Self {
        Self { id: incident.id, stuck: *stuck }
    }
}

impl Turned {
    pub fn of(squad: &Code, Doing { state, since, asked_at }: Doing) -> Self {
        Self { squad: squad.clone(), state, since, asked_at }
    }
}
