//! Squads: who they are, when they are on shift, where they stand or were last seen.

mod shifts;

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
pub use shifts::{Shifts, WindowWire};

use crate::base::{Code, Error, LngLat, Result, Timestamp, words};

/// A penalty or an investigation needs this many currently certified officers
/// (Administrative Penalty Law of China, article 42).
pub const CERTIFIED_OFFICERS_NEEDED: u32 = 2;

pub const TURNOUT_MAX_S: u32 = 3_600;

words! {
    /// Stationed in a township, or sent by the county directly.
    SquadKind { Stationed = "stationed", Direct = "direct" }
}

words! {
    /// What the squad says it is doing. Whether it is on shift follows from its shifts.
    SquadStatus { Available = "available", Busy = "busy", OutOfService = "out_of_service" }
}

words! {
    /// How the squad travels.
    Profile { Car = "car", Ebike = "ebike", Foot = "foot" }
}

impl Profile {
    pub const ALL: [Self; 3] = [Self::Car, Self::Ebike, Self::Foot];
}

/// Head counts; only certified officers count for a penalty.
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
    pub profile: Profile,
    pub post: LngLat,
    pub status: SquadStatus,
    /// Seconds from the order to wheels turning.
    pub turnout_s: u32,
    pub crew: Crew,
    pub shifts: Shifts,
}

/// Whether a squad may conclude a case alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Competence {
    Full,
    /// 先期处置: may secure the scene, may not penalise.
    FirstResponseOnly,
}

impl Squad {
    pub fn competence(&self) -> Competence {
        if self.crew.certified_officers >= CERTIFIED_OFFICERS_NEEDED {
            Competence::Full
        } else {
            Competence::FirstResponseOnly
        }
    }

    /// Refuses what no squad can be.
    pub fn check(&self) -> Result<()> {
        if self.name.trim().is_empty() || self.name.chars().count() > 200 {
            return Err(Error::invalid("name", "a squad's name has 1 to 200 characters"));
        }
        if self.turnout_s > TURNOUT_MAX_S {
            let detail = format!("turnout of {} s is over {TURNOUT_MAX_S} s", self.turnout_s);
            return Err(Error::invalid("turnout_s", detail));
        }

        LngLat::new(self.post.lng, self.post.lat).map(drop).map_err(|e| e.inside("post"))
    }
}

/// A reported position.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    pub at: LngLat,
    pub fixed_at: Timestamp,
    pub accuracy_m: Option<f64>,
}

/// All squads and their last known positions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Squads {
    by_id: BTreeMap<Code, Arc<Squad>>,
    fixes: BTreeMap<Code, Fix>,
}

impl Squads {
    pub fn put(&mut self, squad: Squad) {
        self.by_id.insert(squad.id.clone(), Arc::new(squad));
    }

    /// Takes over newer positions of squads that are still here.
    pub fn keep_fixes_of(&mut self, former: &Self) {
        for (id, fix) in &former.fixes {
            self.observe(id, *fix);
        }
    }

    pub fn get(&self, id: &Code) -> Option<&Arc<Squad>> {
        self.by_id.get(id)
    }

    /// In order of id.
    pub fn all(&self) -> impl ExactSizeIterator<Item = &Arc<Squad>> {
        self.by_id.values()
    }

    pub fn after<'a>(&'a self, id: Option<&Code>) -> impl Iterator<Item = &'a Arc<Squad>> {
        use std::ops::Bound;
        let from = id.map_or(Bound::Unbounded, Bound::Excluded);
        self.by_id.range::<Code, _>((from, Bound::Unbounded)).map(|(_, s)| s)
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    pub fn fix(&self, id: &Code) -> Option<&Fix> {
        self.fixes.get(id)
    }

    /// Keeps the newest fix by fix time; says whether this one is.
    pub fn observe(&mut self, id: &Code, fix: Fix) -> bool {
        if !self.by_id.contains_key(id) || self.fixes.get(id).is_some_and(|old| old.fixed_at >= fix.fixed_at) {
            return false;
        }
        self.fixes.insert(id.clone(), fix);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fix(ms: i64, lng: f64) -> Fix {
        Fix { at: LngLat::new(lng, 0.0).unwrap(), fixed_at: Timestamp::from_ms(ms).unwrap(), accuracy_m: None }
    }

    #[test]
    fn late_fixes_do_not_move_a_squad_back() {
        let id = Code::new("S1").unwrap();
        let mut squads = Squads::default();
        assert!(!squads.observe(&id, fix(1, 0.0)), "a squad nobody knows has no position");
        squads.put(Squad {
            id: id.clone(),
            name: "one".into(),
            name_zh: None,
            kind: SquadKind::Stationed,
            unit: id.clone(),
            command_area: id.clone(),
            profile: Profile::Car,
            post: LngLat::new(0.0, 0.0).unwrap(),
            status: SquadStatus::Available,
            turnout_s: 60,
            crew: Crew { certified_officers: 1, ..Crew::default() },
            shifts: Shifts::always(),
        });
        assert!(squads.observe(&id, fix(20, 2.0)));
        assert!(!squads.observe(&id, fix(10, 1.0)));
        assert_eq!(squads.fix(&id).unwrap().at.lng, 2.0);
        assert_eq!(squads.get(&id).unwrap().competence(), Competence::FirstResponseOnly);
    }
}
