//! Floor 3: one variant per durable fact.
//!
//! A change carries the whole record as it is afterwards, or names a batch whose rows are read from
//! SQL. Applying one twice, or one that SQL already reflects, therefore leaves the same world: a
//! replica may load SQL first and follow the log from any earlier place.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    base::{Code, Seq, Timestamp},
    domain::{calibration::Calibration, disruptions::Disruption, incidents::Incident, slots::Slots, squads::Squad},
};

/// A durable fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// The areas of a county were replaced; the rows stand under `generation`.
    AreasReplaced { county: Code, generation: i64, count: u32 },
    /// The road network was replaced; the file lies in the data folder under `hash`.
    RoadsImported { hash: String },
    /// The catalogue of matters was replaced.
    MattersReplaced { count: u32 },
    /// One squad was created or changed.
    Squad { squad: Squad },
    /// All squads were replaced.
    SquadsImported { count: u32 },
    /// One incident was created or changed.
    Incident { incident: Incident },
    /// Many incidents came in at once.
    IncidentsImported { batch: String, count: u32 },
    /// The time slots were replaced.
    Slots { slots: Slots },
    /// Observed drives came in.
    Arrivals { count: u32 },
    /// A calibration was put in force, or none is any more.
    Calibration { calibration: Option<Box<Calibration>> },
    /// Everything of the demo county was taken away, or of whatever stood in the way of one.
    DemoRemoved {},
    /// An API key was made or revoked.
    Keys {},
    /// Roads are closed or slow for a time.
    Disruption { disruption: Disruption },
    /// They no longer are, whenever that was to end.
    DisruptionLifted { id: Uuid },
}

impl Change {
    /// The word under which clients hear of it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::AreasReplaced { .. } => "areas",
            Self::RoadsImported { .. } => "roads",
            Self::MattersReplaced { .. } => "matters",
            Self::Squad { .. } => "squad",
            Self::SquadsImported { .. } => "squads_imported",
            Self::Incident { .. } => "incident",
            Self::IncidentsImported { .. } => "incidents_imported",
            Self::Slots { .. } => "slots",
            Self::Arrivals { .. } => "arrivals",
            Self::Calibration { .. } => "calibration",
            Self::DemoRemoved {} => "reset",
            Self::Keys {} => "keys",
            Self::Disruption { .. } => "disruption",
            Self::DisruptionLifted { .. } => "disruption_lifted",
        }
    }
}

/// A change as it stands in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    pub seq: Seq,
    pub at: Timestamp,
    /// Who caused it: a key's id, `keyless` or `command line`.
    pub actor: String,
    pub change: Change,
}
