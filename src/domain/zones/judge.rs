//! What a layer of a plan comes to, zone by zone: work, response, shape, people, and how evenly they lie.
//!
//! [`Facts`] hold what no edit changes: what lies in each atom. A [`Judge`] adds the squads and keeps
//! each zone's figures until the zone, its atoms or the squads are others: after an edit only what it
//! touched is computed anew, and comes out as if everything were.

mod definitions;
mod facts;
mod figures;
mod spreads;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use self::spreads::Spreads;
pub use self::{
    definitions::{FIGURES, FigureDefinition},
    facts::{Facts, PastIncident},
    figures::{Imbalance, PlanFigures, Unevenness, Workload, ZoneFigures, ZonePeople},
    spreads::{ResponseSpread, ShareOf},
};
use super::{
    atoms::{AtomIx, Atoms},
    plan::{Holders, Zone, ZoneLayer},
};
use crate::{
    base::{Code, Error, LngLat, Result, Timestamp, within},
    domain::{
        coverage::{Base, Basis, Filter, Member, NEVER, Placement, Places, Who, route},
        response::NONE_LOST,
        squads::{Squad, Squads},
    },
    kernel::{graph::CLOSED, travel::Workspace},
};

/// What workload and response are reckoned with; all are defaults of ours, echoed in every answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct JudgeAssumptions {
    /// On the scene of an incident, minutes.
    pub handling_min: f64,
    /// How often a week every road of a zone is driven along.
    pub patrols_per_week: f64,
    pub patrol_km_per_h: f64,
    /// Incidents of so many days before count.
    pub days: u32,
    /// Who is there later is late.
    pub minutes: u32,
}

impl Default for JudgeAssumptions {
    fn default() -> Self {
        Self { handling_min: 40.0, patrols_per_week: 2.0, patrol_km_per_h: 15.0, days: 365, minutes: 30 }
    }
}

impl JudgeAssumptions {
    /// Refuses what nothing could be reckoned with; `drive_limit_s` is coverage's.
    pub fn check(&self, drive_limit_s: u32) -> Result<()> {
        within("handling_min", self.handling_min, 0.0, 1_440.0)?;
        within("patrols_per_week", self.patrols_per_week, 0.0, 1_000.0)?;
        within("patrol_km_per_h", self.patrol_km_per_h, 1.0, 150.0)?;
        within("days", self.days.into(), 1.0, 3_660.0)?;
        within("minutes", self.minutes.into(), 1.0, f64::from(drive_limit_s / 60))
    }

    /// Weeks that the incidents are of.
    pub fn weeks(&self) -> f64 {
        f64::from(self.days) / 7.0
    }
}

/// The figures of a layer.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Judgement {
    #[schema(value_type = String)]
    pub layer: Code,
    /// By code.
    #[schema(value_type = Vec<ZoneFigures>)]
    pub zones: Vec<Arc<ZoneFigures>>,
    /// Of all zones together.
    pub whole: PlanFigures,
    pub imbalance: Imbalance,
    /// Atoms that no zone holds.
    pub unassigned: usize,
    pub unassigned_m2: f64,
}

/// Where squads stand and whose shift it is.
#[derive(Debug, Clone, Copy)]
pub struct OnShift<'a> {
    pub squads: &'a Squads,
    pub at: Timestamp,
    /// Local time of the shifts.
    pub zone: &'a TimeZone,
}

/// One way of getting somewhere: the whole response and the drive of it, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Way {
    response_ms: u32,
    drive_ms: u32,
}

const NO_WAY: Way = Way { response_ms: NEVER, drive_ms: NEVER };

/// Of one cell: the soonest, the shortest drive, and how many are there in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Soonest {
    way: Way,
    depth: u32,
}

const NOBODY: Soonest = Soonest { way: NO_WAY, depth: 0 };

/// Judges the layers of plans over the same facts.
#[derive(Debug)]
pub struct Judge {
    base: Arc<Base>,
    facts: Arc<Facts>,
    assumptions: JudgeAssumptions,
    places: Places,
    placement: Placement,
    /// Of all squads on shift, by id.
    members: Vec<Member>,
    /// By accessible cell, among all squads.
    anybody: Vec<Soonest>,
    /// Of the layer judged last: its atoms' zones, and the atoms of each zone, ascending.
    holders: Vec<Holders>,
    atoms_of: BTreeMap<Code, Vec<AtomIx>>,
    kept: BTreeMap<Code, Kept>,
    /// All that is kept, together.
    whole: Spreads,
    /// How many zones were computed by the last judgement.
    computed: usize,
}

#[derive(Debug)]
struct Kept {
    zone: Zone,
    figures: Arc<ZoneFigures>,
    spreads: Spreads,
}

impl Judge {
    /// Refuses assumptions that nothing could be reckoned with.
    pub fn new(base: &Arc<Base>, facts: &Arc<Facts>, assumptions: JudgeAssumptions) -> Result<Self> {
        assumptions.check(base.definition().drive_limit_s)?;
        if !Arc::ptr_eq(facts.ground(), base.ground()) {
            return Err(Error::internal("the facts are of other cells than these"));
        }
        Ok(Self {
            base: Arc::clone(base),
            facts: Arc::clone(facts),
            assumptions,
            places: Places::default(),
            placement: Placement::default(),
            members: Vec::new(),
            anybody: vec![NOBODY; base.accessible()],
            holders: vec![Holders::Nobody; facts.atoms().len()],
            atoms_of: BTreeMap::new(),
            kept: BTreeMap::new(),
            whole: Spreads::default(),
            computed: 0,
        })
    }

    pub fn atoms(&self) -> &Arc<Atoms> {
        self.facts.atoms()
    }

    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    pub fn assumptions(&self) -> &JudgeAssumptions {
        &self.assumptions
    }

    pub fn base(&self) -> &Arc<Base> {
        &self.base
    }

    /// Who counted in the last judgement.
    pub fn placement(&self) -> &Placement {
        &self.placement
    }

    /// How many zones the last judgement computed; the others were as before.
    pub fn computed(&self) -> usize {
        self.computed
    }

    /// The figures of `layer`, which stands on the atoms of the facts. Squads on shift count, each at
    /// the post that the layer gives it, else at its own.
    pub fn judge(&mut self, layer: &ZoneLayer, on_shift: OnShift, ws: &mut Workspace) -> Judgement {
        self.post(layer, on_shift, ws);
        self.take_over(layer);
        self.computed = 0;
        for (code, zone) in &layer.zones {
            if !self.kept.contains_key(code) {
                self.computed += 1;
                let own = self.atoms_of.get(code).map_or(&[][..], Vec::as_slice);
                let (figures, spreads) = self.zone(zone, own);
                self.whole.add(&spreads);
                self.kept.insert(code.clone(), Kept { zone: zone.clone(), figures: Arc::new(figures), spreads });
            }
        }
        let nobodys = || (0..).zip(&layer.holders).filter(|(_, h)| h.codes().is_empty()).map(|(atom, _)| atom);
        let zones: Vec<Arc<ZoneFigures>> = self.kept.values().map(|k| Arc::clone(&k.figures)).collect();
        Judgement {
            layer: layer.head.code.clone(),
            whole: self.together(&zones),
            imbalance: Imbalance::of(&zones),
            zones,
            unassigned: nobodys().count(),
            unassigned_m2: nobodys().map(|a| self.atoms().at(a).area_m2).sum(),
        }
    }

    /// Places the squads; where any is elsewhere than before, nothing that is kept holds.
    fn post(&mut self, layer: &ZoneLayer, OnShift { squads, at, zone }: OnShift, ws: &mut Workspace) {
        let mut posts: BTreeMap<&Code, LngLat> = BTreeMap::new();
        for squad in layer.zones.values().flat_map(|z| &z.squads) {
            if let Some(post) = squad.post {
                posts.entry(&squad.id).or_insert(post);
            }
        }
        let mut moved = Squads::default();
        if !posts.is_empty() {
            for squad in squads.all() {
                let post = posts.get(&squad.id).copied().unwrap_or(squad.post);
                moved.put(Squad { post, ..Squad::clone(squad) });
            }
        }
        let squads = if posts.is_empty() { squads } else { &moved };
        let who = Who { squads, filter: &Filter::default(), basis: Basis::Posts, lost: &NONE_LOST, at, zone };
        self.placement = self.places.place(&self.base, who);
        let members = route(&self.base, ws, &self.placement.placed);
        let same = |(a, b): (&Member, &Member)| {
            a.squad == b.squad && a.extra_s == b.extra_s && Arc::ptr_eq(&a.reach, &b.reach)
        };
        if members.len() != self.members.len() || !members.iter().zip(&self.members).all(same) {
            self.kept.clear();
            self.whole = Spreads::default();
            self.members = members;
            self.anybody = self.soonest();
        }
    }

    /// Makes the atoms of zones those of `layer`, and forgets the zones that are others now.
    fn take_over(&mut self, layer: &ZoneLayer) {
        let mut touched: BTreeSet<Code> = BTreeSet::new();
        for ((atom, was), is) in (0..).zip(&mut self.holders).zip(&layer.holders) {
            if was == is {
                continue;
            }
            for zone in was.codes().iter().filter(|z| !is.contains(z.as_str())) {
                let own = self.atoms_of.entry(zone.clone()).or_default();
                if let Ok(place) = own.binary_search(&atom) {
                    own.remove(place);
                }
                touched.insert(zone.clone());
            }
            for zone in is.codes().iter().filter(|z| !was.contains(z.as_str())) {
                let own = self.atoms_of.entry(zone.clone()).or_default();
                if let Err(place) = own.binary_search(&atom) {
                    own.insert(place, atom);
                }
                touched.insert(zone.clone());
            }
            *was = is.clone();
        }
        let other = |(code, kept): (&Code, &Kept)| {
            (touched.contains(code) || layer.zones.get(code) != Some(&kept.zone)).then(|| code.clone())
        };
        let gone: Vec<Code> = self.kept.iter().filter_map(other).collect();
        for kept in gone.iter().filter_map(|code| self.kept.remove(code)) {
            self.whole.take_away(&kept.spreads);
        }
        self.atoms_of.retain(|_, own| !own.is_empty());
    }

    /// By accessible cell, among all squads.
    fn soonest(&self) -> Vec<Soonest> {
        let mut all = vec![NOBODY; self.base.accessible()];
        for member in &self.members {
            for (soonest, access) in all.iter_mut().zip(0..) {
                self.offer(soonest, member, access);
            }
        }
        all
    }

    fn offer(&self, soonest: &mut Soonest, member: &Member, access: u32) {
        let way_ms = member.reach[access as usize];
        if way_ms == CLOSED {
            return;
        }
        let response_ms = self.base.definition().before_ms(member.extra_s) + way_ms;
        soonest.way.response_ms = soonest.way.response_ms.min(response_ms);
        soonest.way.drive_ms = soonest.way.drive_ms.min(way_ms);
        soonest.depth += u32::from(response_ms <= self.assumptions.minutes * 60_000);
    }

    /// The zone's own squads among those on shift.
    fn own(&self, zone: &Zone) -> Vec<&Member> {
        self.members.iter().filter(|m| zone.squads.iter().any(|s| s.id == m.squad)).collect()
    }

    /// When the first of its zone's own squads is in each piece of each atom, in the order of the facts'
    /// pieces, milliseconds: of the layer judged last. `None` where no road leads or no zone is.
    pub fn own_ms(&self) -> Vec<Vec<Option<u32>>> {
        let mut all: Vec<Vec<Option<u32>>> =
            self.atoms().ixs().map(|a| vec![None; self.facts.of(a).pieces.len()]).collect();
        for (code, own) in &self.atoms_of {
            let Some(kept) = self.kept.get(code) else { continue };
            let members = self.own(&kept.zone);
            for &atom in own {
                for (ms, piece) in all[atom as usize].iter_mut().zip(&self.facts.of(atom).pieces) {
                    let here = piece.access.map(|access| self.soonest_of(&members, access).way.response_ms);
                    *ms = ms.take().into_iter().chain(here).min();
                }
            }
        }
        all
    }

    fn soonest_of(&self, members: &[&Member], access: u32) -> Soonest {
        let mut soonest = NOBODY;
        members.iter().for_each(|m| self.offer(&mut soonest, m, access));
        soonest
    }
}

#[cfg(test)]
pub(crate) mod tests;
