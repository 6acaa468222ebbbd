//! Which squads count, and how soon each is where.
//!
//! A squad counts in two steps: it is *placed* (on duty, and where it enters the roads), which costs
//! little and is remembered in [`Places`]; then *routed*, which costs a search.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use jiff::tz::TimeZone;

use super::{Base, Start as From};
use crate::{
    base::{Code, LngLat, Timestamp, words},
    domain::{
        response::{Definition, Duty, Excluded, NONE_LOST, Reason, Start, StartSource},
        squads::{Fix, Profile, Squad, Squads},
    },
    kernel::{graph::Entrance, travel::Workspace},
};

words! {
    /// Which squads coverage counts on, and where they are.
    Basis {
        /// Every squad on shift, at its post: the promise. Who is busy now does not matter;
        /// squads out of service are left out.
        Posts = "posts",
        /// Squads available, on shift and in contact, at their last known position.
        Live = "live",
    }
}

/// Which squads are asked about; all when nothing is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those that travel so.
    pub profile: Option<Profile>,
    /// Those with one of these ids.
    pub squads: Option<BTreeSet<Code>>,
}

impl Filter {
    pub fn takes(&self, squad: &Squad) -> bool {
        self.profile.is_none_or(|p| squad.profile == p.into())
            && self.squads.as_ref().is_none_or(|s| s.contains(&squad.id))
    }
}

/// Whom to count on, and when.
#[derive(Debug, Clone, Copy)]
pub struct Who<'a> {
    pub squads: &'a Squads,
    pub filter: &'a Filter,
    pub basis: Basis,
    /// Those out of contact.
    pub lost: &'a BTreeSet<Code>,
    pub at: Timestamp,
    /// Local time of the shifts.
    pub zone: &'a TimeZone,
}

impl<'a> Who<'a> {
    /// Those that are asked about, by id.
    pub fn asked(self) -> impl Iterator<Item = &'a Arc<Squad>> {
        self.squads.all().filter(move |s| self.filter.takes(s))
    }
}

/// A squad that counts, and where it enters the roads.
#[derive(Debug, Clone)]
pub struct Placed {
    pub squad: Code,
    pub profile: Profile,
    /// By which entrances, each with what it costs more than the nearest.
    pub from: Arc<[Entrance]>,
    /// Turnout and the walk from where it stands to the nearest of them, seconds.
    pub extra_s: u32,
}

/// The squads that count, and how many do not.
#[derive(Debug, Clone, Default)]
pub struct Placement {
    /// By squad id.
    pub placed: Vec<Placed>,
    pub excluded: Excluded,
    /// Squads that were asked about.
    pub total: usize,
    /// The oldest position that was used; none where all stand at their posts.
    pub as_of: Option<Timestamp>,
}

/// A squad that counts.
#[derive(Debug, Clone)]
pub struct Member {
    pub squad: Code,
    /// Turnout and the walk from where it stands to the road, seconds.
    pub extra_s: u32,
    /// Milliseconds of driving and of walking from there to each accessible cell of the [`Base`] it
    /// was made for.
    pub reach: Arc<Vec<u32>>,
}

/// Their drives to every cell. Routes only from positions that `base` does not remember.
pub fn route(base: &Base, ws: &mut Workspace, placed: &[Placed]) -> Vec<Member> {
    let from: Vec<From> = placed.iter().map(Placed::start).collect();
    let members = placed.iter().zip(base.reaches(ws, &from));
    members.map(|(p, reach)| Member { squad: p.squad.clone(), extra_s: p.extra_s, reach }).collect()
}

/// A squad that moved less than this is where it was.
const MOVED_M: f64 = 200.0;
/// A position that much newer counts wherever it is.
const NEWER_MS: i64 = 30_000;

/// Where squads were placed last, under one state of the roads and on one basis.
#[derive(Debug, Clone, Default)]
pub struct Places(HashMap<Code, Spot>);

/// Where a squad was placed.
#[derive(Debug, Clone)]
struct Spot {
    profile: Profile,
    at: LngLat,
    /// When it was there, where a position told so; else it is its post.
    fixed_at: Option<Timestamp>,
    /// By which entrances it leaves, and the seconds to walk to the nearest of them.
    entry: Result<(Arc<[Entrance]>, u32), Reason>,
}

impl Places {
    /// Snaps squads that are not where they were: a post counts exactly, and a position until there is
    /// one 200 metres away or 30 seconds newer.
    pub fn place(&mut self, base: &Base, who: Who) -> Placement {
        let mut placement = Placement::default();
        for squad in who.asked() {
            placement.total += 1;
            match self.find(base, who, squad) {
                Ok((placed, fixed_at)) => {
                    placement.placed.push(placed);
                    placement.as_of = placement.as_of.into_iter().chain(fixed_at).min();
                }
                Err(reason) => placement.excluded.count(reason),
            }
        }
        if self.0.len() > 2 * who.squads.len() {
            self.0.retain(|id, _| who.squads.get(id).is_some());
        }
        placement
    }

    fn find(&mut self, base: &Base, who: Who, squad: &Squad) -> Result<(Placed, Option<Timestamp>), Reason> {
        let definition = base.definition();
        let start = start(who, squad, definition)?;
        let profile = squad.profile.by_road()?;
        let fix = who.squads.fix(&squad.id).filter(|_| start.source == StartSource::Fix);
        let spot = match self.0.get(&squad.id) {
            Some(spot) if spot.holds(profile, start.point(), fix) => spot.clone(),
            _ => {
                let at = fix.map_or(start.point(), |f| f.at);
                let spot = Spot::new(base, profile, at, fix.map(|f| f.fixed_at));
                self.0.insert(squad.id.clone(), spot.clone());
                spot
            }
        };
        let (from, walk_s) = spot.entry?;
        let extra_s = squad.turnout_s + walk_s;
        Ok((Placed { squad: squad.id.clone(), profile, from, extra_s }, spot.fixed_at))
    }

    /// The same places under another state of the roads.
    pub fn over(&self, base: &Base) -> Self {
        let again = |spot: &Spot| Spot::new(base, spot.profile, spot.at, spot.fixed_at);
        Self(self.0.iter().map(|(id, spot)| (id.clone(), again(spot))).collect())
    }
}

impl Placed {
    pub fn start(&self) -> From {
        (self.profile, Arc::clone(&self.from))
    }
}

impl Spot {
    fn new(base: &Base, profile: Profile, at: LngLat, fixed_at: Option<Timestamp>) -> Self {
        let definition = base.definition();
        let ways = definition.entry(base.network().roads(profile), at);
        let entry = ways.map(|ways| (definition.beside_first(&ways).into(), definition.walk_s(ways[0].distance_m)));
        Self { profile, at, fixed_at, entry }
    }

    fn holds(&self, profile: Profile, at: LngLat, fix: Option<Fix>) -> bool {
        let near = match (self.fixed_at, fix) {
            (None, None) => self.at == at,
            (Some(then), Some(fix)) => {
                fix.fixed_at.ms() - then.ms() < NEWER_MS && self.at.distance_m(fix.at) <= MOVED_M
            }
            _ => false,
        };
        near && self.profile == profile
    }
}

/// The squads that count, with their drives, all placed anew.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// By squad id.
    pub members: Vec<Member>,
    pub excluded: Excluded,
    pub total: usize,
}

/// All squads that count at `at`; `zone` is the local time of their shifts.
pub fn select(
    base: &Base,
    ws: &mut Workspace,
    squads: &Squads,
    basis: Basis,
    at: Timestamp,
    zone: &TimeZone,
) -> Selection {
    let who = Who { squads, filter: &Filter::default(), basis, lost: &NONE_LOST, at, zone };
    let Placement { placed, excluded, total, .. } = Places::default().place(base, who);
    Selection { members: route(base, ws, &placed), excluded, total }
}

/// Where the squad sets out from, or why it does not count.
pub fn start(who: Who, squad: &Squad, definition: &Definition) -> Result<Start, Reason> {
    let Who { squads, at, zone, .. } = who;
    let live = who.basis == Basis::Live;
    let lost = live && who.lost.contains(&squad.id);
    match (Duty { at, zone, free: live }).unfit(squad, lost) {
        Some(reason) => Err(reason),
        None if live => Ok(Start::last_known(squads, squad, at, definition)),
        None => Ok(Start::post(squad)),
    }
}
