//! What is wrong with zones that somebody drew as polygons, where, how large, and what would repair it.
//!
//! Zones come ring by ring as their file has them ([`Drawn`]). Each ring is looked at alone (`rings`),
//! then all zones together: their borders by GEOS's rule for coverages ([`misfit`]), the ground that
//! two zones have and the ground that none has by polygon fill (`ground`), and whether they lie where
//! the county does (`datum`). Nothing is changed: a plan is made of atoms, and these take no fault over.

mod datum;
mod ground;
mod rings;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use geo::{Geometry, LineString, MultiPolygon};
use serde::Serialize;

use crate::{
    base::{Code, Error, LngLat, Result, words},
    kernel::{
        crs::Datum,
        misfit::{self, GapWidth, Misfit},
        stacked::stacked,
    },
};

/// A zone as drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    pub code: Code,
    pub name: String,
    pub name_zh: Option<String>,
    /// Rings by part, the outer one first; WGS-84, closed or not.
    pub parts: Vec<Vec<LineString<f64>>>,
}

words! {
    /// The kinds of fault.
    Fault {
        /// A ring that does not end where it begins.
        UnclosedRing = "unclosed_ring",
        /// A ring without an area: fewer than three corners, or all on one line.
        EmptyRing = "empty_ring",
        /// A ring that stands twice.
        DuplicateRing = "duplicate_ring",
        /// A border that crosses or touches itself.
        SelfIntersection = "self_intersection",
        /// Ground that two zones have.
        Overlap = "overlap",
        /// Ground between zones that none has.
        Gap = "gap",
        /// A part of a zone too narrow to be meant.
        Sliver = "sliver",
        /// Neighbours whose borders lie on each other without sharing their vertices.
        BorderMismatch = "border_mismatch",
        /// Drawn in another datum than said.
        WrongDatum = "wrong_datum",
    }
}

words! {
    /// What repairs a fault.
    Repair {
        CloseRing = "close_ring",
        DropRing = "drop_ring",
        Untangle = "untangle",
        /// The ground of the fault goes to the zone named.
        GiveTo = "give_to",
        /// The neighbours' borders become one line.
        JoinBorders = "join_borders",
        /// Read the file in the datum named.
        ReadAs = "read_as",
    }
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Finding {
    pub fault: Fault,
    /// Whose it is.
    #[schema(value_type = Vec<String>)]
    pub zones: Vec<Code>,
    #[serde(flatten)]
    #[schema(inline)]
    pub at: LngLat,
    #[serde(flatten)]
    #[schema(inline)]
    pub size: FaultSize,
    /// A gap or an overlap as narrow as a sliver.
    pub narrow: bool,
    /// Told as the geometry of its feature.
    #[serde(skip)]
    pub drawing: Geometry<f64>,
    pub repair: Repair,
    /// The zone or the datum of the repair.
    pub repair_by: Option<String>,
    /// The same in a sentence.
    pub advice: String,
}

/// What is known of a fault's extent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FaultSize {
    pub area_m2: Option<f64>,
    /// Diameter of the largest circle in it.
    pub width_m: Option<f64>,
    pub length_m: Option<f64>,
}

/// How to look.
#[derive(Debug, Clone, Copy)]
pub struct AuditOptions<'a> {
    /// Gaps, overlaps and parts narrower than this are slips of the pen, and so is the space between
    /// borders that run closer together.
    pub sliver_width_m: f64,
    /// Zones need not fill the ground: only narrow gaps are faults.
    pub partial: bool,
    /// What the file is said to be in; places here are WGS-84 already.
    pub datum: Datum,
    /// Where the zones ought to lie. Its inlets, islets and holes are as they are, however narrow.
    pub county: Option<&'a MultiPolygon<f64>>,
}

/// Metres, unless said otherwise.
pub const SLIVER_WIDTH_M: f64 = 10.0;

#[derive(Debug)]
pub struct Audit {
    /// By kind, the largest first.
    pub findings: Vec<Finding>,
    /// The borders that break the tiling, as drawn: GEOS's invalid coverage edges.
    pub edges: Vec<Misfit>,
    /// Of each zone, repaired ring by ring; empty where nothing is left.
    pub shapes: Vec<MultiPolygon<f64>>,
}

impl Audit {
    /// How many faults of each kind there are; kinds without any are left out.
    pub fn counts(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        self.findings.iter().for_each(|f| *counts.entry(f.fault.as_str()).or_default() += 1);
        counts
    }
}

/// Looks at all zones. Refuses a width that is none.
pub fn audit(drawn: &[Drawn], options: &AuditOptions) -> Result<Audit> {
    let width_m = options.sliver_width_m;
    if !(width_m.is_finite() && (0.0..=1_000.0).contains(&width_m)) {
        return Err(Error::invalid("sliver_width_m", format!("{width_m} is not within 0 to 1,000 metres")));
    }
    let rings::Ringed { mut findings, raw, shapes } = rings::look(drawn);
    let gap = GapWidth { width: width_m, scale: scale(&shapes) };
    // Borders and ground are looked at side by side: neither needs the other.
    let ((edges, ours), stacked) = std::thread::scope(|side| {
        let edges = side.spawn(|| {
            // A file with more decimals than ours may be apart by less than they tell.
            let ours = (raw != shapes).then(|| misfit::segments(&shapes, gap));
            (misfit::segments(&raw, gap), ours)
        });
        let stacked = stacked(&shapes);
        (edges.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), stacked)
    });
    let found = ground::look(drawn, &shapes, ours.as_ref().unwrap_or(&edges), &stacked, options);
    findings.extend(found);
    findings.extend(datum::look(drawn, &shapes, &findings, options));
    let size = |f: &Finding| f.size.area_m2.or(f.size.length_m).unwrap_or(0.0);
    findings.sort_by(|a, b| {
        let kind = (a.fault as usize).cmp(&(b.fault as usize));
        kind.then_with(|| size(b).total_cmp(&size(a))).then_with(|| a.zones.cmp(&b.zones))
    });
    Ok(Audit { findings, edges, shapes })
}

/// Metres a degree, east and north, in the middle of the zones.
fn scale(shapes: &[MultiPolygon<f64>]) -> [f64; 2] {
    use geo::BoundingRect;
    let boxes = shapes.iter().filter_map(BoundingRect::bounding_rect);
    let (south, north) =
        boxes.fold((f64::INFINITY, f64::NEG_INFINITY), |b, r| (b.0.min(r.min().y), b.1.max(r.max().y)));
    let middle = if south <= north { south.midpoint(north) } else { 0.0 };
    let m_per_deg = crate::base::EARTH_RADIUS_M.to_radians();
    [m_per_deg * middle.to_radians().cos(), m_per_deg]
}
