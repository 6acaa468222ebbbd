//! A plan: layers of zones over the atoms of one generation of a county, and how far it has come.
//!
//! States are plain here; what may be done to a plan stands in `edit`.

use std::{collections::BTreeMap, collections::BTreeSet, sync::Arc};

use geo::MultiLineString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::atoms::{AtomIx, Atoms};
use crate::base::{Code, LngLat, Timestamp, words};

words! {
    /// A draft is edited, a plan in review waits for a verdict, a frozen one never changes again and may
    /// be put in force.
    PlanState { Draft = "draft", InReview = "in_review", Frozen = "frozen" }
}

words! {
    /// Exclusive: every atom is in exactly one zone by the time the plan is frozen. Partial: in any
    /// number of zones, none too.
    LayerMode { Exclusive = "exclusive", Partial = "partial" }
}

words! {
    /// The roles of the "2+1+N" team of a zone: officer and assistant, community cadre, grid workers, one
    /// coordinator a village.
    TeamRole {
        Officer = "officer",
        Assistant = "assistant",
        Cadre = "cadre",
        GridWorker = "grid_worker",
        Coordinator = "coordinator",
    }
}

/// How often a plan was edited: 0 when it is made.
pub type Revision = i64;

/// A plan's state at one revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub head: PlanHead,
    pub atoms: Arc<Atoms>,
    pub layers: BTreeMap<Code, Arc<ZoneLayer>>,
}

/// What a plan is, without its zones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PlanHead {
    pub id: Uuid,
    pub name: String,
    pub name_zh: Option<String>,
    pub state: PlanState,
    pub county: Code,
    /// Of the county's areas.
    pub generation: i64,
    /// H3 resolution of its atoms where there are no grids.
    pub cell_resolution: u8,
    /// Who made it.
    pub author: String,
    /// Who froze it.
    pub reviewer: Option<String>,
    /// Where it branched off.
    pub parent: Option<PlanVersion>,
    pub revision: Revision,
    pub created_at: Timestamp,
}

/// A plan as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct PlanVersion {
    pub plan: Uuid,
    pub revision: Revision,
}

/// One way to cut the county.
#[derive(Debug, Clone, PartialEq)]
pub struct ZoneLayer {
    pub head: LayerHead,
    pub zones: BTreeMap<Code, Zone>,
    /// By atom.
    pub holders: Vec<Holders>,
    pub locked_atoms: BTreeSet<AtomIx>,
    pub corridors: BTreeMap<Code, Corridor>,
}

/// What a layer is, without its zones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LayerHead {
    #[schema(example = "enforcement")]
    pub code: Code,
    #[schema(example = "Enforcement grids")]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "执法网格")]
    pub name_zh: Option<String>,
    /// The unit that cuts it.
    pub owner: Code,
    pub mode: LayerMode,
    /// Nothing in it may change.
    #[serde(default)]
    pub locked: bool,
}

/// The zones that hold an atom, in order of code. Several only by an edit that says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Holders {
    #[default]
    Nobody,
    One(Code),
    Several(Vec<Code>),
}

impl Holders {
    pub fn codes(&self) -> &[Code] {
        match self {
            Self::Nobody => &[],
            Self::One(code) => std::slice::from_ref(code),
            Self::Several(codes) => codes,
        }
    }

    /// With one more zone.
    pub fn with(&self, zone: &Code) -> Self {
        Self::from(&[self.codes(), std::slice::from_ref(zone)].concat()[..])
    }

    pub fn contains(&self, zone: &str) -> bool {
        self.codes().iter().any(|c| c.as_str() == zone)
    }
}

impl From<&[Code]> for Holders {
    fn from(codes: &[Code]) -> Self {
        let sorted: BTreeSet<&Code> = codes.iter().collect();
        match sorted.len() {
            0 => Self::Nobody,
            1 => Self::One(codes[0].clone()),
            _ => Self::Several(sorted.into_iter().cloned().collect()),
        }
    }
}

/// A zone, without its atoms: those stand in [`ZoneLayer::holders`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    #[schema(example = "E01")]
    pub code: Code,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_zh: Option<String>,
    /// Of the fill on a map.
    #[schema(example = "#3366aa")]
    pub colour: String,
    /// Nothing of it may change, no atom come or go.
    #[serde(default)]
    pub locked: bool,
    /// In order of id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub squads: Vec<ZoneSquad>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub team: Vec<TeamPlaces>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comments: Vec<Comment>,
}

/// A squad that serves a zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ZoneSquad {
    pub id: Code,
    /// Where it waits while the plan is in force; its own post where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<LngLat>,
}

/// The places of one role in a zone's team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamPlaces {
    pub role: TeamRole,
    /// How many people the zone ought to have.
    pub wanted: u32,
    /// How many it has, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub there: Option<u32>,
    /// A coordinator's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub village: Option<Code>,
    /// Whose people they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Code>,
    /// The unit's number, never a person's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "0573-12345")]
    pub contact: Option<String>,
}

/// A remark on a zone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ZoneComment)]
pub struct Comment {
    pub by: String,
    pub at: Timestamp,
    pub text: String,
}

/// A river or a road with land on either side: an overlay that is derived and takes no part in
/// exclusivity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Corridor {
    pub code: Code,
    pub name: String,
    pub name_zh: Option<String>,
    /// On each side.
    pub buffer_m: f64,
    /// WGS-84.
    pub line: MultiLineString<f64>,
}

impl Plan {
    pub fn layer(&self, code: &str) -> Option<&Arc<ZoneLayer>> {
        self.layers.get(code)
    }

    pub fn version(&self) -> PlanVersion {
        PlanVersion { plan: self.head.id, revision: self.head.revision }
    }
}

impl ZoneLayer {
    /// Without a zone.
    pub fn new(head: LayerHead, atoms: &Atoms) -> Self {
        Self {
            head,
            zones: BTreeMap::new(),
            holders: vec![Holders::Nobody; atoms.len()],
            locked_atoms: BTreeSet::new(),
            corridors: BTreeMap::new(),
        }
    }

    /// The atoms of every zone, those of an empty zone too; in order of zone and atom.
    pub fn atoms_by_zone(&self) -> BTreeMap<&Code, Vec<AtomIx>> {
        let mut all: BTreeMap<&Code, Vec<AtomIx>> = self.zones.keys().map(|code| (code, Vec::new())).collect();
        for (atom, holders) in (0..).zip(&self.holders) {
            for zone in holders.codes() {
                all.entry(zone).or_default().push(atom);
            }
        }
        all
    }

    /// In order of code.
    pub fn atoms_of<'a>(&'a self, zone: &'a str) -> impl Iterator<Item = AtomIx> + 'a {
        (0..).zip(&self.holders).filter(move |(_, h)| h.contains(zone)).map(|(atom, _)| atom)
    }
}
