//! Squads: who they are, when they are on shift, where they stand or were last seen.

mod craft;
mod fixes;
mod noun;
mod shifts;
mod status;

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

pub use craft::SquadProfile;
use fixes::Fixes;
pub use fixes::{Fix, NEVER_MS};
pub use noun::Change;
use serde::{Deserialize, Serialize};
pub use shifts::{Shifts, WindowWire};
pub use status::{Heard, Said, SquadKind, SquadStatus, ToldStatus};

use super::areas::{Areas, Level};
use crate::base::{Code, Error, LngLat, Result, at_most, words};

/// A penalty or an investigation needs this many currently certified officers
/// (Administrative Penalty Law of China, article 42).
pub const CERTIFIED_OFFICERS_NEEDED: u32 = 2;

pub const TURNOUT_MAX_S: u32 = 3_600;
/// No post lies farther from the townships, metres.
const POST_AWAY_M: f64 = 100_000.0;
pub const NAME_MAX: usize = 200;
pub const WINDOWS_MAX: usize = 200;
const OFFICERS_MAX: usize = 100;
const EQUIPMENT_MAX: usize = 50;

words! {
    /// How one travels by road.
    Profile { Car = "car", Ebike = "ebike", Foot = "foot" }
}

impl Profile {
    pub const ALL: [Self; 3] = [Self::Car, Self::Ebike, Self::Foot];
}

/// Head counts; only certified officers count for a penalty. Where a squad lists its officers, their certificates
/// count instead.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Crew {
    pub certified_officers: u32,
    #[serde(default)]
    pub uncertified_officers: u32,
    #[serde(default)]
    pub assistants: u32,
}

/// A squad as planned: everything but its last known position.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Squad {
    pub id: Code,
    pub name: String,
    pub name_zh: Option<String>,
    pub kind: SquadKind,
    /// The unit whose powers it has.
    pub unit: Code,
    /// The area whose centre dispatches it.
    pub command_area: Code,
    pub profile: SquadProfile,
    pub post: LngLat,
    pub status: SquadStatus,
    /// Seconds from the order to wheels turning.
    pub turnout_s: u32,
    pub crew: Crew,
    pub shifts: Shifts,
    /// Who is in it; the head count stands where nobody is listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub officers: Vec<Code>,
    /// What it has with it, as response plans call it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equipment: Vec<Code>,
    /// Who told the status, and when; nobody since it was planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
    /// A boat's: the area that it stays on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub water: Option<Code>,
}

impl Squad {
    /// Refuses what no squad can be.
    pub fn check(&self) -> Result<()> {
        if self.name.trim().is_empty() || self.name.chars().count() > NAME_MAX {
            return Err(Error::invalid("name", format!("a squad's name has 1 to {NAME_MAX} characters")));
        }
        at_most("name_zh", self.name_zh.as_deref(), NAME_MAX)?;
        Self::check_shifts(&self.shifts)?;
        Self::check_listed(&self.officers)?;
        Self::check_equipment(&self.equipment)?;
        self.check_craft()?;
        if self.turnout_s > TURNOUT_MAX_S {
            let detail = format!("turnout of {} s is over {TURNOUT_MAX_S} s", self.turnout_s);
            return Err(Error::invalid("turnout_s", detail));
        }
        LngLat::new(self.post.lng, self.post.lat).map(drop).map_err(|e| e.inside("post"))
    }

    /// Refuses shifts that are more than anybody can mean.
    pub fn check_shifts(shifts: &Shifts) -> Result<()> {
        match shifts.windows() {
            n if n > WINDOWS_MAX => Err(Error::invalid("shifts", format!("{n} windows are more than {WINDOWS_MAX}"))),
            _ => Ok(()),
        }
    }

    /// Refuses officers that stand twice, and more than go into a squad.
    pub fn check_listed(officers: &[Code]) -> Result<()> {
        let twice = (1..officers.len()).find(|&n| officers[..n].contains(&officers[n]));
        match twice {
            _ if officers.len() > OFFICERS_MAX => {
                Err(Error::invalid("officers", format!("{} officers are more than {OFFICERS_MAX}", officers.len())))
            }
            Some(n) => Err(Error::invalid("officers", format!("officer {} stands twice", officers[n]))),
            None => Ok(()),
        }
    }

    /// Refuses equipment that stands twice, and more than anybody can mean.
    pub fn check_equipment(equipment: &[Code]) -> Result<()> {
        match (1..equipment.len()).find(|&n| equipment[..n].contains(&equipment[n])) {
            _ if equipment.len() > EQUIPMENT_MAX => {
                Err(Error::invalid("equipment", format!("{} pieces are more than {EQUIPMENT_MAX}", equipment.len())))
            }
            Some(n) => Err(Error::invalid("equipment", format!("{} stands twice", equipment[n]))),
            None => Ok(()),
        }
    }

    /// Refuses a post that is none: with its axes swapped, or at 0,0. Who waits there is sent to nobody.
    pub fn check_post(post: LngLat, areas: &Areas) -> Result<()> {
        LngLat::new(post.lng, post.lat).map_err(|e| e.inside("post"))?;
        match areas.far_away(post, POST_AWAY_M) {
            Some(why) => Err(Error::invalid("post.lng", why)),
            None => Ok(()),
        }
    }

    /// Refuses what no squad can be that comes in now.
    pub fn check_new(&self, areas: &Areas) -> Result<()> {
        self.check()?;
        Self::check_post(self.post, areas)?;
        self.check_water(areas)?;
        let code = &self.command_area;
        match areas.get(code.as_str()).is_some_and(|area| area.level <= Level::Township) {
            true => Ok(()),
            false => Err(Error::invalid("command_area", format!("{code} is no township or county in force"))),
        }
    }
}

/// All squads and their last known positions.
///
/// A clone is a state of the plan that stays as it is; positions come in too fast for that, and all
/// clones see the same ones. Each squad has a number that it keeps until all are replaced, so that an
/// index can be kept beside: see [`Squads::changes`].
#[derive(Debug, Clone, Default)]
pub struct Squads {
    /// Grows with each change of the plan, from one import to the next, too.
    version: u64,
    numbers: Arc<BTreeMap<Code, u32>>,
    /// By number.
    plan: Vec<Arc<Squad>>,
    fixes: Arc<RwLock<Fixes>>,
}

/// What an index doesn't know of a squad yet.
#[derive(Debug, Clone, Copy)]
pub struct Changed {
    pub number: usize,
    /// It has another record; else it only moved.
    pub edited: bool,
    pub fix: Option<Fix>,
}

impl PartialEq for Squads {
    fn eq(&self, other: &Self) -> bool {
        self.all().eq(other.all()) && self.all().all(|s| self.fix(&s.id) == other.fix(&s.id))
    }
}

impl FromIterator<Squad> for Squads {
    fn from_iter<I: IntoIterator<Item = Squad>>(all: I) -> Self {
        let mut squads = Self::default();
        all.into_iter().for_each(|squad| squads.put(squad));
        squads
    }
}

impl Squads {
    pub fn put(&mut self, squad: Squad) {
        let squad = Arc::new(squad);
        self.version += 1;
        match self.numbers.get(&squad.id) {
            Some(&number) => self.plan[number as usize] = squad,
            None => {
                Arc::make_mut(&mut self.numbers).insert(squad.id.clone(), self.plan.len() as u32);
                self.plan.push(squad);
            }
        }
    }

    /// Takes over newer positions of squads that are still here.
    pub fn keep_fixes_of(&mut self, former: &Self) {
        self.version = self.version.max(former.version) + 1;
        for squad in former.all() {
            if let Some(fix) = former.fix(&squad.id) {
                self.observe(&squad.id, fix);
            }
        }
    }

    /// The same at other posts; positions are shared.
    pub fn posted(&self, posts: &BTreeMap<Code, LngLat>) -> Self {
        let mut moved = self.clone();
        for (id, post) in posts {
            let Some(squad) = self.numbers.get(id).map(|&number| &mut moved.plan[number as usize]) else { continue };
            if squad.post != *post {
                *squad = Arc::new(Squad { post: *post, ..(**squad).clone() });
            }
        }
        moved
    }

    pub fn get(&self, id: &Code) -> Option<&Arc<Squad>> {
        self.numbers.get(id).map(|&number| &self.plan[number as usize])
    }

    /// In order of id.
    pub fn all(&self) -> impl ExactSizeIterator<Item = &Arc<Squad>> {
        self.numbers().map(|number| &self.plan[number as usize])
    }

    /// All numbers, in order of id.
    pub fn numbers(&self) -> impl ExactSizeIterator<Item = u32> + '_ {
        self.numbers.values().copied()
    }

    pub fn after<'a>(&'a self, id: Option<&Code>) -> impl Iterator<Item = &'a Arc<Squad>> {
        use std::ops::Bound;
        let from = id.map_or(Bound::Unbounded, Bound::Excluded);
        self.numbers.range::<Code, _>((from, Bound::Unbounded)).map(|(_, &number)| &self.plan[number as usize])
    }

    pub fn len(&self) -> usize {
        self.plan.len()
    }

    pub fn is_empty(&self) -> bool {
        self.plan.is_empty()
    }

    pub fn fix(&self, id: &Code) -> Option<Fix> {
        self.fixes().fix(*self.numbers.get(id)? as usize)
    }

    fn fixes(&self) -> RwLockReadGuard<'_, Fixes> {
        self.fixes.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn fixes_mut(&self) -> RwLockWriteGuard<'_, Fixes> {
        self.fixes.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Each squad with its last known position, in no order: all at one moment.
    pub fn each(&self, mut see: impl FnMut(&Arc<Squad>, Option<Fix>)) {
        let fixes = self.fixes();
        self.plan.iter().enumerate().for_each(|(number, squad)| see(squad, fixes.fix(number)));
    }

    /// Keeps the newest fix by fix time; says whether this one is.
    pub fn observe(&self, id: &Code, fix: Fix) -> bool {
        let Some(&number) = self.numbers.get(id) else { return false };
        self.fixes_mut().keep(number as usize, fix)
    }

    /// As [`Squads::observe`], for what a device says: it is held against the last good fix.
    ///
    /// # Errors
    /// `Invalid` where the squad can't have come in that time; the last good fix stays.
    pub fn hear(&self, id: &Code, fix: Fix) -> Result<bool> {
        let Some(&number) = self.numbers.get(id) else { return Ok(false) };
        self.fixes_mut().hear(number as usize, fix)
    }

    /// The squad of a number below [`Squads::len`].
    pub fn numbered(&self, number: usize) -> &Arc<Squad> {
        &self.plan[number]
    }

    /// Whether the plan was changed since `other`, by whatever.
    pub fn newer_than(&self, other: &Self) -> bool {
        self.version > other.version
    }

    /// Whether each squad has the number it has in `other`, and none came or went.
    pub fn numbered_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.numbers, &other.numbers)
    }

    /// What is not as in `former`, or not where it was at the time that `fixed_ms` tells by number.
    pub fn changes(&self, former: &Self, fixed_ms: impl Fn(usize) -> i64) -> Vec<Changed> {
        let fixes = self.fixes();
        let as_planned = self.version == former.version;
        let change = |(number, squad): (usize, &Arc<Squad>)| {
            let edited = !as_planned && !former.plan.get(number).is_some_and(|f| Arc::ptr_eq(f, squad));
            (edited || fixes.fixed_ms(number) != fixed_ms(number)).then(|| {
                let fix = fixes.fix(number);
                Changed { number, edited, fix }
            })
        };
        self.plan.iter().enumerate().filter_map(change).collect()
    }
}

#[cfg(test)]
mod tests;
