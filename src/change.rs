//! Floor 3: one variant per durable fact.
//!
//! A change carries the whole record as it is afterwards, or names a batch whose rows are read from
//! SQL. Applying one twice, or one that SQL already reflects, therefore leaves the same world: a
//! replica may load SQL first and follow the log from any earlier place.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    base::{Code, Error, Result, Seq, Timestamp},
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

/// Why a body can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// Of a kind or in a version that this program doesn't know: a newer one wrote it.
    Unknown { kind: String, v: u32 },
    /// Not what it says it is.
    Damaged(String),
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { kind, v } => {
                write!(f, "kind {kind:?} in version {v} is unknown to this program, a newer one wrote it")
            }
            Self::Damaged(why) => f.write_str(why),
        }
    }
}

/// How a body begins. Those from before versions were told are of version 1.
#[derive(Deserialize)]
struct Head {
    #[serde(default = "first")]
    v: u32,
    kind: String,
}

fn first() -> u32 {
    1
}

const KINDS: [(&str, &str); 14] = [
    ("areas_replaced", "areas"),
    ("roads_imported", "roads"),
    ("matters_replaced", "matters"),
    ("squad", "squad"),
    ("squads_imported", "squads_imported"),
    ("incident", "incident"),
    ("incidents_imported", "incidents_imported"),
    ("slots", "slots"),
    ("arrivals", "arrivals"),
    ("calibration", "calibration"),
    ("demo_removed", "reset"),
    ("keys", "keys"),
    ("disruption", "disruption"),
    ("disruption_lifted", "disruption_lifted"),
];

impl Change {
    /// Reads a body of the log.
    pub fn read(body: &str) -> Result<Self, Unread> {
        let damaged = |e: serde_json::Error| Unread::Damaged(e.to_string());
        let Head { v, kind } = serde_json::from_str(body).map_err(damaged)?;
        if v != 1 || KINDS.iter().all(|(name, _)| *name != kind) {
            return Err(Unread::Unknown { kind, v });
        }
        serde_json::from_str(body).map_err(damaged)
    }

    /// The body that [`Change::read`] reads.
    pub fn body(&self) -> Result<String> {
        serde_json::to_string(self).map_err(Error::internal)
    }

    /// The version in which its body is written.
    pub fn version(&self) -> u32 {
        1
    }

    /// Whether bodies under this word and in this version can be read.
    pub fn knows(event: &str, version: i64) -> bool {
        version == 1 && KINDS.iter().any(|(_, known)| *known == event)
    }

    /// Whether the roads as they are follow from it.
    pub fn shapes_roads(&self) -> bool {
        matches!(
            self,
            Self::AreasReplaced { .. }
                | Self::RoadsImported { .. }
                | Self::Slots { .. }
                | Self::Calibration { .. }
                | Self::DemoRemoved {}
                | Self::Disruption { .. }
                | Self::DisruptionLifted { .. }
        )
    }
}

/// The hashes by which a row hangs in the chain: that of the row before, and its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub prev: String,
    pub own: String,
}

/// A change as it stands in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    pub seq: Seq,
    pub at: Timestamp,
    /// Who caused it: a key's id, `keyless` or `command line`.
    pub actor: String,
    /// None for a row of a program from before the chain.
    pub link: Option<Link>,
    pub change: Change,
}
