//! What a response time is made of, and where a squad sets out from.
//!
//! response = handling + turnout + drive + walk. Handling, turnout and both walks (from where the
//! squad stands to the road, from the road to the place) are whole seconds, each walk rounded up
//! once; only the drive has milliseconds. So a total is exact in milliseconds, and shown in seconds
//! (drive and total rounded up) the parts still add up: an answer never promises more than it
//! knows, and "within 30 minutes" means the same before and after rounding.

mod straight;

use std::{collections::BTreeSet, ops::RangeInclusive};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::squads::{Fix, Squad, SquadStatus, Squads};
use crate::{
    base::{Code, LngLat, Result, Timestamp, within, words},
    domain::{
        clocks::FIX_AHEAD_MS,
        roads::{Network, Roads},
    },
    kernel::{
        entrance::{Blocked, Heading, Limits},
        graph::Entrance,
        shape::round_deg,
        snap::{SNAP_LIMIT_M, Snapped},
    },
};

/// The definition behind every response time, echoed in every answer. All values are defaults of
/// ours, not a standard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Definition {
    /// From the call to the order, seconds.
    pub handling_s: u32,
    pub walk_m_per_s: f64,
    /// A place farther than this from any road has no access, metres.
    pub access_limit_m: f64,
    /// A squad farther than this from any road cannot set out, metres.
    pub snap_limit_m: f64,
    /// So much farther than the nearest road a place is entered on foot from the main roads as well,
    /// where that road is cut off from them, metres.
    pub second_entrance_m: f64,
    /// So much road that is not joined to the rest is no fragment but a network of its own, metres.
    pub fragment_m: f64,
    /// A place on the road so near to a junction is at the junction, metres.
    pub junction_m: f64,
    /// Coverage takes longer drives for no way at all, seconds.
    pub drive_limit_s: u32,
    /// How fast a boat is on its water, in a straight line.
    pub boat_m_per_s: f64,
    /// How far a boat goes, in a straight line, metres.
    pub boat_range_m: f64,
    /// How fast a drone flies.
    pub drone_m_per_s: f64,
    /// How far a drone flies, metres.
    pub drone_range_m: f64,
    pub profile: String,
    pub speed_table: String,
    /// `uncalibrated`, or since when observed arrivals correct the travel times, and how many did.
    pub calibration: String,
    /// An older position does not say where a squad is, seconds.
    pub fix_max_age_s: u32,
}

impl Default for Definition {
    fn default() -> Self {
        Self {
            handling_s: 120,
            walk_m_per_s: 1.2,
            access_limit_m: 500.0,
            snap_limit_m: SNAP_LIMIT_M,
            second_entrance_m: Limits::DEFAULT.farther_m,
            fragment_m: Limits::DEFAULT.fragment_m,
            junction_m: Limits::DEFAULT.junction_m,
            drive_limit_s: 7_200,
            boat_m_per_s: 5.0,
            boat_range_m: 20_000.0,
            drone_m_per_s: 12.0,
            drone_range_m: 5_000.0,
            profile: "car".into(),
            speed_table: "osrm".into(),
            calibration: "uncalibrated".into(),
            fix_max_age_s: 300,
        }
    }
}

impl Definition {
    /// Refuses values that no answer could be computed with.
    pub fn check(&self) -> Result<()> {
        within("walk_m_per_s", self.walk_m_per_s, 0.1, 10.0)?;
        within("access_limit_m", self.access_limit_m, 0.0, SNAP_LIMIT_M)?;
        within("snap_limit_m", self.snap_limit_m, 0.0, SNAP_LIMIT_M)?;
        within("second_entrance_m", self.second_entrance_m, 0.0, SNAP_LIMIT_M)?;
        within("fragment_m", self.fragment_m, 0.0, 1e6)?;
        within("junction_m", self.junction_m, 0.0, 10.0)?;
        within("handling_s", self.handling_s.into(), 0.0, 86_400.0)?;
        within("drive_limit_s", self.drive_limit_s.into(), 60.0, 86_400.0)?;
        within("boat_m_per_s", self.boat_m_per_s, 0.1, 50.0)?;
        within("boat_range_m", self.boat_range_m, 0.0, 1e6)?;
        within("drone_m_per_s", self.drone_m_per_s, 0.1, 100.0)?;
        within("drone_range_m", self.drone_range_m, 0.0, 1e6)?;
        within("fix_max_age_s", self.fix_max_age_s.into(), 0.0, 86_400.0)
    }

    /// This definition over `network`: its speeds are the ones the network was built with.
    pub fn over(&self, network: &Network) -> Self {
        Self { speed_table: network.speed_table.as_str().to_owned(), ..self.clone() }
    }

    /// Milliseconds before wheels turn, with `own_s` of the squad's own (turnout, its walk to the road).
    pub fn before_ms(&self, own_s: u32) -> u32 {
        (self.handling_s + own_s) * 1_000
    }

    /// Seconds to walk `distance_m`, rounded up.
    pub fn walk_s(&self, distance_m: f64) -> u32 {
        (distance_m / self.walk_m_per_s).ceil() as u32
    }

    pub fn drive_limit_ms(&self) -> u32 {
        self.drive_limit_s * 1_000
    }

    /// When a fix was taken that says where a squad is at `at`.
    pub fn fresh_ms(&self, at: Timestamp) -> RangeInclusive<i64> {
        at.ms() - i64::from(self.fix_max_age_s) * 1_000..=at.ms() + FIX_AHEAD_MS
    }

    /// By which ways one comes to `place` from the roads, the nearest first, or why it has no access.
    pub fn access(&self, roads: &Roads, place: LngLat) -> Result<Vec<Snapped>, Reason> {
        Ok(roads.entrances(place, Heading::In, &self.limits(self.access_limit_m))?)
    }

    /// By which ways a squad standing at `place` enters the roads, the nearest first, or why it can't.
    pub fn entry(&self, roads: &Roads, place: LngLat) -> Result<Vec<Snapped>, Reason> {
        Ok(roads.entrances(place, Heading::Out, &self.limits(self.snap_limit_m))?)
    }

    pub fn limits(&self, first_m: f64) -> Limits {
        Limits {
            first_m,
            closed_m: self.access_limit_m,
            farther_m: self.second_entrance_m,
            fragment_m: self.fragment_m,
            junction_m: self.junction_m,
        }
    }

    /// An entrance, with the walk to it.
    pub fn on_foot(&self, way: &Snapped) -> Entrance {
        Entrance { at: way.position(), extra_ms: self.walk_s(way.distance_m) * 1_000 }
    }

    /// Entrances, each with what the walk to it takes longer than that to the nearest, which is the first.
    pub fn beside_first(&self, ways: &[Snapped]) -> Vec<Entrance> {
        let least_ms = ways.first().map_or(0, |way| self.on_foot(way).extra_ms);
        let less = |e: Entrance| Entrance { extra_ms: e.extra_ms - least_ms, ..e };
        ways.iter().map(|way| less(self.on_foot(way))).collect()
    }
}

impl From<Blocked> for Reason {
    fn from(blocked: Blocked) -> Self {
        match blocked {
            Blocked::NoRoad => Self::NoRoad,
            Blocked::Closed => Self::Closed,
        }
    }
}

/// Milliseconds as seconds, rounded up.
pub fn whole_s(ms: u64) -> u64 {
    ms.div_ceil(1_000)
}

/// The parts of one response, in seconds; they add up to the total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Parts {
    pub handling_s: u32,
    pub turnout_s: u32,
    pub drive_s: u32,
    pub walk_s: u32,
}

/// One response, exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Response {
    pub handling_s: u32,
    pub turnout_s: u32,
    pub drive_ms: u32,
    pub walk_s: u32,
}

impl Response {
    /// All but the drive.
    pub fn fixed_s(self) -> u64 {
        u64::from(self.handling_s) + u64::from(self.turnout_s) + u64::from(self.walk_s)
    }

    pub fn total_ms(self) -> u64 {
        self.fixed_s() * 1_000 + u64::from(self.drive_ms)
    }

    /// The total as shown.
    pub fn total_s(self) -> u64 {
        whole_s(self.total_ms())
    }

    pub fn parts(self) -> Parts {
        let Self { handling_s, turnout_s, drive_ms, walk_s } = self;
        Parts { handling_s, turnout_s, drive_s: drive_ms.div_ceil(1_000), walk_s }
    }
}

words! {
    /// What tells where a squad sets out from.
    StartSource { Fix = "fix", Post = "post" }
}

/// Where a squad sets out from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Start {
    pub lng: f64,
    pub lat: f64,
    pub source: StartSource,
    /// Age of the last fix, seconds. Beside `post` it is the age of a fix too old to be used.
    pub fix_age_s: Option<u64>,
}

impl Start {
    /// The squad's last fix where it was fresh at `at`, else its post.
    pub fn last_known(squads: &Squads, squad: &Squad, at: Timestamp, definition: &Definition) -> Self {
        Self::of(squad, squads.fix(&squad.id), at, definition)
    }

    /// The fix where it was fresh at `at`, else the squad's post.
    pub fn of(squad: &Squad, fix: Option<Fix>, at: Timestamp, definition: &Definition) -> Self {
        let age_ms = fix.map(|fix| at.ms() - fix.fixed_at.ms()).filter(|&ms| ms >= -FIX_AHEAD_MS);
        let fix_age_s = age_ms.map(|ms| ms.max(0) as u64 / 1_000);
        let fresh_ms = definition.fresh_ms(at);
        match fix.filter(|fix| fresh_ms.contains(&fix.fixed_at.ms())) {
            Some(fix) => Self::new(fix.at, StartSource::Fix, fix_age_s),
            None => Self { fix_age_s, ..Self::post(squad) },
        }
    }

    pub fn post(squad: &Squad) -> Self {
        Self::new(squad.post, StartSource::Post, None)
    }

    fn new(at: LngLat, source: StartSource, fix_age_s: Option<u64>) -> Self {
        Self { lng: at.lng, lat: at.lat, source, fix_age_s }
    }

    /// For output, with 7 decimals of a degree.
    pub fn rounded(self) -> Self {
        Self { lng: round_deg(self.lng), lat: round_deg(self.lat), ..self }
    }

    pub fn point(&self) -> LngLat {
        LngLat { lng: self.lng, lat: self.lat }
    }
}

words! {
    /// Why a squad was not sent.
    #[schema(as = ExclusionReason)]
    Reason {
        OutOfService = "out_of_service",
        OffShift = "off_shift",
        /// It was asked for, and did not answer.
        OutOfContact = "out_of_contact",
        Busy = "busy",
        NotCompetent = "not_competent",
        /// It stands farther from any road than the snap limit.
        NoRoad = "no_road",
        /// The road there is closed, and no open one is near enough along closed roads.
        Closed = "closed",
        /// No road leads from where it stands to the main network.
        NoWayOut = "no_way_out",
        /// No road leads from the main network to the place.
        NoWayIn = "no_way_in",
        /// No road leads from it to the place, or the place has no access.
        Unreachable = "unreachable",
        /// A boat: the place does not lie on its water, or is beyond its range.
        OffWater = "off_water",
        /// A drone: nobody comes with it.
        FirstLook = "first_look",
    }
}

/// How many squads were left out, by reason; each squad counts once, under the first that applies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Excluded {
    pub out_of_service: u32,
    pub off_shift: u32,
    pub out_of_contact: u32,
    pub busy: u32,
    pub not_competent: u32,
    pub no_road: u32,
    pub closed: u32,
    pub no_way_out: u32,
    pub no_way_in: u32,
    pub unreachable: u32,
    pub off_water: u32,
    pub first_look: u32,
}

impl Excluded {
    pub fn count(&mut self, reason: Reason) {
        *match reason {
            Reason::OutOfService => &mut self.out_of_service,
            Reason::OffShift => &mut self.off_shift,
            Reason::OutOfContact => &mut self.out_of_contact,
            Reason::Busy => &mut self.busy,
            Reason::NotCompetent => &mut self.not_competent,
            Reason::NoRoad => &mut self.no_road,
            Reason::Closed => &mut self.closed,
            Reason::NoWayOut => &mut self.no_way_out,
            Reason::NoWayIn => &mut self.no_way_in,
            Reason::Unreachable => &mut self.unreachable,
            Reason::OffWater => &mut self.off_water,
            Reason::FirstLook => &mut self.first_look,
        } += 1;
    }
}

/// Where everybody is in contact, or it doesn't matter.
pub static NONE_LOST: BTreeSet<Code> = BTreeSet::new();

/// Which squads may be sent.
#[derive(Debug, Clone, Copy)]
pub struct Duty<'a> {
    pub at: Timestamp,
    /// The local time of shifts.
    pub zone: &'a TimeZone,
    /// Also not what is busy just now; else all that are on duty as planned count.
    pub free: bool,
}

impl Duty<'_> {
    /// Why the squad may not be sent, wherever it is: the first reason of several. `lost`: it is out of contact.
    pub fn unfit(&self, squad: &Squad, lost: bool) -> Option<Reason> {
        match squad.status {
            SquadStatus::OutOfService => Some(Reason::OutOfService),
            _ if !squad.shifts.cover(self.at, self.zone) => Some(Reason::OffShift),
            _ if lost => Some(Reason::OutOfContact),
            SquadStatus::Busy if self.free => Some(Reason::Busy),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
