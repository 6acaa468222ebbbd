//! Whether a squad may conclude a case alone.

use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use super::Officers;
use crate::{
    base::{Code, Timestamp, words},
    domain::{
        matters::Matter,
        squads::{CERTIFIED_OFFICERS_NEEDED, Squad, SquadProfile},
        units::Units,
    },
};

words! {
    /// Whether a squad may conclude a case alone.
    Competence {
        Full = "full",
        /// 先期处置: may secure the scene, may not penalise.
        FirstResponseOnly = "first_response_only",
        /// A drone: nobody comes with it.
        FirstLook = "first_look",
    }
}

/// How many of a squad's officers may act.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Certified {
    /// With a certificate in force for the matter, and not recused.
    pub certified_officers: u32,
    /// The squad lists no officers: it is the head count that it says.
    pub by_count: bool,
}

impl Certified {
    pub fn competence(self) -> Competence {
        if self.certified_officers >= CERTIFIED_OFFICERS_NEEDED {
            Competence::Full
        } else {
            Competence::FirstResponseOnly
        }
    }
}

/// What somebody is to act on, with all who might. Where nothing is known of it, every certificate in force counts
/// and nobody is recused.
#[derive(Debug, Clone, Default)]
pub struct Case {
    pub officers: Arc<Officers>,
    pub units: Arc<Units>,
    pub matter: Option<Matter>,
    /// The areas that it lies in.
    pub over: Vec<Code>,
    pub incident: Option<Uuid>,
}

impl Case {
    /// How many of a squad's officers may act on it.
    pub fn certified(&self, squad: &Squad, at: Timestamp) -> Certified {
        if squad.officers.is_empty() {
            return Certified { certified_officers: squad.crew.certified_officers, by_count: true };
        }
        let may_act = self.officers.of(squad, &self.units).filter(|officer| {
            officer.is_certified(at, self.matter.as_ref()) && !officer.is_recused(&self.over, self.incident)
        });
        Certified { certified_officers: may_act.count() as u32, by_count: false }
    }

    pub fn competence(&self, squad: &Squad, at: Timestamp) -> Competence {
        match squad.profile {
            SquadProfile::Drone => Competence::FirstLook,
            _ => self.certified(squad, at).competence(),
        }
    }
}
