//! Incidents: what was reported, where and when. One collection owns every index over them.

mod clock;
mod decision;
mod dossier;
mod evidence;
mod index;
mod intake;
mod legal_review;
mod life;
mod merge;
mod noun;
mod own;
mod profile;
mod recoded;
mod rectification;
mod segment;
mod tally;

use std::{collections::HashSet, sync::Arc};

use geo::{Intersects, MultiPolygon};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use clock::{due_at, limit_min, limit_of};
pub use decision::{Choice, DecidedBy, Decision, Over};
pub use dossier::{CaseClock, CaseInterval, ClockKind, RectificationTold, Tenure, pauses};
pub use evidence::{Evidence, EvidenceKind};
pub use index::{Incidents, Median, Newest};
pub use intake::{DESCRIPTION_MAX, Draft, Said, described};
pub use legal_review::{LegalReview, ReviewResult};
pub use life::{Act, Action, Flag, History, Milestones, NextAct, Stand, Taken};
pub use noun::Change;
pub use profile::{CaseProfile, CaseState, Need, Profiles, Transition, UnderProfile};
pub use recoded::Codes;
pub use rectification::{Rectification, RectificationOrder, Revisit, RevisitResult};

use super::{
    areas::{AreaIx, Areas},
    auth::Sight,
    matters::{Matters, Urgency},
    ownership::Ownership,
};
use crate::base::{BBox, Code, LngLat, Timestamp, tenths, words};

words! {
    /// The main state, as every profile marks it. Which may follow which, a profile says.
    IncidentStatus {
        Discovered = "discovered",
        VillageCorrected = "village_corrected",
        Reported = "reported",
        Accepted = "accepted",
        Filed = "filed",
        Dispatched = "dispatched",
        Arrived = "arrived",
        Handled = "handled",
        FedBack = "fed_back",
        Verified = "verified",
        Closed = "closed",
        Rated = "rated",
        Returned = "returned",
        Transferred = "transferred",
        Void = "void",
        /// 并案: it tells of the same as another, which stands for both. No state of a profile marks it.
        Merged = "merged",
    }
}

impl IncidentStatus {
    /// Nothing more is to be done.
    pub fn is_ended(self) -> bool {
        matches!(
            self,
            Self::VillageCorrected | Self::Closed | Self::Rated | Self::Transferred | Self::Void | Self::Merged
        )
    }
}

words! {
    /// How the incident came in.
    #[schema(as = IncidentSource)]
    Source { Api = "api", Import = "import", Demo = "demo" }
}

/// A township that may be responsible, with the distance to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Candidate {
    pub code: Code,
    pub name: String,
    pub distance_m: f64,
}

impl Candidate {
    pub fn new(areas: &Areas, ix: AreaIx, distance_m: f64) -> Self {
        let area = areas.at(ix);
        Self { code: area.code.clone(), name: area.name.clone(), distance_m: tenths(distance_m) }
    }

    /// The townships that `accuracy_m` around `point` reaches into, when there are several.
    pub fn among(areas: &Areas, point: LngLat, accuracy_m: Option<f64>) -> Vec<Self> {
        let near = areas.candidates(point, accuracy_m.unwrap_or(0.0));
        let several = near.len() > 1;
        near.into_iter().filter(|_| several).map(|n| Self::new(areas, n.area, n.distance_m)).collect()
    }
}

/// Who is responsible, as codes of the areas that hold the place of the offence.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Place {
    pub county: Option<Code>,
    pub township: Option<Code>,
    pub village: Option<Code>,
    pub grid: Option<Code>,
    /// The position's accuracy reaches over a township border: a person decides among `candidates`.
    pub ambiguous: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    /// The patrol zones it was filed in, by layer: they stay when others come in force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<FiledZone>,
    /// The areas in force over the place by now, where they are others than those that it was filed in. Never kept:
    /// they follow from the areas in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub in_force: Option<Box<Codes>>,
}

/// A patrol zone as it was in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FiledZone {
    pub layer: Code,
    pub zone: Code,
    pub plan: Uuid,
}

impl Place {
    /// Who is responsible at `point`.
    pub fn of(areas: &Areas, point: LngLat, accuracy_m: Option<f64>) -> Self {
        let Codes { county, township, village, grid } = Codes::at(areas, point);
        let candidates = Candidate::among(areas, point, accuracy_m);
        Self {
            county,
            township,
            village,
            grid,
            ambiguous: !candidates.is_empty(),
            candidates,
            zones: Vec::new(),
            in_force: None,
        }
    }

    /// Those that own it, and those that may.
    fn areas(&self) -> impl Iterator<Item = &Code> {
        let owners = [&self.grid, &self.village, &self.township, &self.county];
        owners.into_iter().flatten().chain(self.candidates.iter().map(|c| &c.code))
    }

    /// The smallest area that is known.
    fn smallest(&self) -> Option<&Code> {
        self.grid.as_ref().or(self.village.as_ref()).or(self.township.as_ref()).or(self.county.as_ref())
    }
}

/// An incident without personal data: who reported it is kept apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = IncidentRecord)]
pub struct Incident {
    pub id: Uuid,
    #[serde(flatten)]
    #[schema(inline)]
    pub at: LngLat,
    /// How far the true place may be from the point, metres.
    pub accuracy_m: Option<f64>,
    pub status: IncidentStatus,
    pub matter: Option<Code>,
    pub urgency: Urgency,
    pub description: Option<String>,
    pub reported_at: Timestamp,
    pub created_at: Timestamp,
    #[serde(flatten)]
    pub place: Place,
    /// Made up for demonstration.
    pub synthetic: bool,
    pub source: Source,
    /// The id in the system it came from.
    pub external_id: Option<String>,
    /// What holds beside the state, in the order in which it was raised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<Flag>,
    #[serde(default, skip_serializing_if = "Milestones::is_empty")]
    pub milestones: Milestones,
    /// Under which profile it came in, and which of its states marks `status`; absent in the loop of townships as this
    /// service has it, whose states are called as they mark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub profile: Option<Box<UnderProfile>>,
    /// Whose it is, beside its state; absent where there are no units, or none serves the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ownership: Option<Box<Ownership>>,
    /// In which of the areas in doubt it lies, once somebody has decided that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub decision: Option<Box<Decision>>,
    /// The case that stands for it, while it is `merged` into that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub merged_into: Option<Uuid>,
    /// What was ordered to be rectified by a day (责令限期整改), and waits for the visit (复查).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rectification: Option<Box<Rectification>>,
    /// Its legal review (法制审核), once somebody wanted one beside its matter, or reviewed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub legal_review: Option<Box<LegalReview>>,
    /// Matters that the same act comes under beside `matter`, which leads: whose case it is, its clocks and figures go by
    /// that one alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub further_matters: Vec<Code>,
    /// When something was last said that changed it, or a remark; absent where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub touched_at: Option<Timestamp>,
}

impl Incident {
    /// When something was last heard of it, as it tells itself.
    pub fn heard_at(&self) -> Timestamp {
        let Milestones { accepted_at, dispatched_at, arrived_at, handled_at, .. } = self.milestones;
        // What was done before it was kept when that came in.
        let reached = [self.touched_at, accepted_at, dispatched_at, arrived_at, handled_at];
        reached.into_iter().flatten().fold(self.created_at, Timestamp::max)
    }

    /// Those under which it is found: its own, which leads, then the others.
    pub fn matters(&self) -> impl Iterator<Item = &Code> {
        self.matter.iter().chain(&self.further_matters)
    }

    /// By when the visit has to be that sees whether something was rectified; none where none is waited for.
    pub fn revisit_due_at(&self) -> Option<Timestamp> {
        self.rectification.as_ref().filter(|_| !self.status.is_ended()).map(|r| r.due_at)
    }

    /// Whether a caller sees it: for where it lies, because a squad in sight is sent there, or because a unit in sight
    /// has or had to do with it.
    pub fn is_seen(&self, sight: &Sight) -> bool {
        sight.is_everything()
            || sight.is_sent(&self.id)
            || sight.sees_place(self.at, self.place.areas().chain(self.decided_areas()))
            || self.units().any(|unit| sight.is_of(unit))
    }

    /// Whether a unit owns it, or is asked to.
    fn is_of(&self, unit: &Code) -> bool {
        self.ownership.as_ref().is_some_and(|o| o.owner == *unit || o.offer.as_ref().is_some_and(|of| of.to == *unit))
    }

    /// The units that own it, or were ever asked.
    pub fn units(&self) -> impl Iterator<Item = &Code> {
        self.ownership.iter().flat_map(|o| o.units())
    }
}

/// Where to look.
#[derive(Debug, Clone)]
pub enum Region {
    BBox(BBox),
    Polygon(MultiPolygon<f64>),
    /// Metres around a point, great-circle.
    Radius(LngLat, f64),
}

impl Region {
    /// The box around it.
    pub fn bbox(&self) -> Option<BBox> {
        match self {
            Self::BBox(b) => Some(*b),
            Self::Polygon(p) => {
                use geo::BoundingRect;
                let r = p.bounding_rect()?;
                Some(BBox { west: r.min().x, south: r.min().y, east: r.max().x, north: r.max().y })
            }
            Self::Radius(c, m) => {
                // 0.1 % wider than the sphere says: the exact distance decides.
                let dlat = m / 111_195.0 * 1.001;
                let widest = (c.lat.abs() + dlat).min(89.999).to_radians().cos();
                let dlng = dlat / widest;
                Some(BBox { west: c.lng - dlng, south: c.lat - dlat, east: c.lng + dlng, north: c.lat + dlat })
            }
        }
    }

    fn holds(&self, p: LngLat) -> bool {
        match self {
            Self::BBox(b) => b.contains(p),
            Self::Polygon(poly) => poly.intersects(&geo::Point::from(geo::Coord::from(p))),
            Self::Radius(c, m) => c.distance_m(p) <= *m,
        }
    }
}

/// What to list. Everything is optional and is joined by "and".
#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub region: Option<Region>,
    pub from: Option<Timestamp>,
    /// Exclusive.
    pub to: Option<Timestamp>,
    pub status: Option<IncidentStatus>,
    /// Only what has not ended.
    pub open: bool,
    /// Its own, or a further one.
    pub matter: Option<Code>,
    /// Responsible, that it was filed in, or that is in force there by now.
    pub township: Option<Code>,
    /// Only what this unit owns, or is asked to.
    pub unit: Option<Code>,
    /// Only what waits for a visit (复查) that is due by then.
    pub revisit_due_by: Option<Timestamp>,
    /// Only these.
    pub among: Option<Arc<HashSet<Uuid>>>,
    /// Only what the caller sees.
    pub sight: Sight,
}

impl Filter {
    pub fn accepts(&self, i: &Incident) -> bool {
        self.from.is_none_or(|t| i.reported_at >= t)
            && self.to.is_none_or(|t| i.reported_at < t)
            && self.status.is_none_or(|s| i.status == s)
            && !(self.open && i.status.is_ended())
            && self.matter.as_ref().is_none_or(|m| i.matters().any(|of| of == m))
            && self.township.as_ref().is_none_or(|t| i.townships().any(|of| of == t))
            && self.unit.as_ref().is_none_or(|unit| i.is_of(unit))
            && self.region.as_ref().is_none_or(|r| r.holds(i.at))
            && self.revisit_due_by.is_none_or(|by| i.revisit_due_at().is_some_and(|due| due <= by))
            && self.among.as_ref().is_none_or(|among| among.contains(&i.id))
            && i.is_seen(&self.sight)
    }
}

/// Where a page ended: its last incident's moment, by which they are ordered, and id.
pub type Cursor = (Timestamp, Uuid);

/// By when somebody has to come: for the first time, or to see whether something was rectified.
pub fn next_due_at(incident: &Incident, matters: &Matters) -> Option<Timestamp> {
    let waits = incident.milestones.arrived_at.is_none() && !incident.status.is_ended();
    let arrival = due_at(incident, matters).filter(|_| waits);
    [arrival, incident.revisit_due_at()].into_iter().flatten().min()
}

/// Orders by what is due first: what waits for nobody, or not any more, comes last.
pub fn due(incident: &Incident, matters: &Matters) -> Cursor {
    (next_due_at(incident, matters).unwrap_or(Timestamp::MAX), incident.id)
}

/// An incident that was just reported, for tests.
#[cfg(test)]
pub(super) fn reported() -> Incident {
    let reported_at = Timestamp::from_ms(1_772_424_000_000).unwrap();
    Incident {
        id: Uuid::from_u128(1),
        at: LngLat::new(112.05, 27.05).unwrap(),
        accuracy_m: None,
        status: IncidentStatus::Reported,
        matter: None,
        urgency: Urgency::Quick,
        description: None,
        reported_at,
        created_at: reported_at,
        place: Place::default(),
        synthetic: false,
        source: Source::Api,
        external_id: None,
        flags: Vec::new(),
        milestones: Milestones::default(),
        profile: None,
        ownership: None,
        decision: None,
        merged_into: None,
        rectification: None,
        legal_review: None,
        further_matters: Vec::new(),
        touched_at: None,
    }
}
