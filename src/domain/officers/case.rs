//! Whether a squad may conclude a case alone.

use std::{collections::BTreeSet, sync::Arc};

use serde::Serialize;
use uuid::Uuid;

use super::{Officer, Officers};
use crate::{
    base::{Code, Error, Result, Timestamp, words},
    domain::{
        lists::Power,
        matters::Matter,
        squads::{CERTIFIED_OFFICERS_NEEDED, Squad, SquadProfile},
        units::Units,
    },
};

/// Nobody is longer on the way: what a certificate is after that decides nothing.
const ON_THE_WAY_MS: i64 = 86_400_000;

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

words! {
    /// The rule that a squad would break that concluded the case alone.
    #[schema(as = CompetenceRule)]
    Rule {
        /// The lists in force give the power there to other units, and its unit stands beneath none of them.
        UnitWithoutPower = "unit_without_power",
        /// 回避: with those who are recused there would be enough.
        OfficersRecused = "officers_recused",
        /// Fewer than two with a certificate in force for the matter, of the unit that has the power.
        TooFewOfficers = "too_few_officers",
    }
}

impl Rule {
    /// Whether nobody is sent against it but for first response. Who is too few may be one of a team.
    pub const fn binds(self) -> bool {
        !matches!(self, Self::TooFewOfficers)
    }

    pub const fn says(self) -> &'static str {
        match self {
            Self::UnitWithoutPower => "the lists in force give the power there to other units",
            Self::OfficersRecused => "without those who are recused it has fewer than two certified officers",
            Self::TooFewOfficers => "it has fewer than two officers with a certificate in force for the matter",
        }
    }
}

/// How many of a squad's officers may act.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Certified {
    /// Of a unit that has the power there, with a certificate in force for the matter, and not recused.
    pub certified_officers: u32,
    /// The squad lists no officers: it is the head count that it says.
    pub by_count: bool,
    /// Why it may not conclude the case alone; not where it may.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub breaks: Option<Rule>,
}

impl Certified {
    pub fn competence(self) -> Competence {
        match self.breaks {
            None => Competence::Full,
            Some(_) => Competence::FirstResponseOnly,
        }
    }
}

/// Whether a squad is competent from now on, for as long as anybody is on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    Always,
    Never,
    /// It depends on when it arrives.
    Depends,
}

/// How many certified officers the use of a power needs: whoever looks into a case on the scene and whoever decides
/// on it are two. What is done at a desk needs none.
pub const fn officers_needed(power: Power) -> u32 {
    match power {
        Power::Inspect | Power::Penalise | Power::Coerce => CERTIFIED_OFFICERS_NEEDED,
        Power::Permit | Power::Manage => 0,
    }
}

/// What somebody is to act on, with all who might. Where nothing is known of it, every certificate in force counts
/// and nobody is recused.
#[derive(Debug, Clone, Default)]
pub struct Case {
    pub officers: Arc<Officers>,
    pub units: Arc<Units>,
    pub matter: Option<Matter>,
    /// What is to be done there.
    pub power: Power,
    /// Who does it by the lists in force; where they name nobody, every unit may.
    pub acting: Vec<Code>,
    /// The areas that it lies in.
    pub over: Vec<Code>,
    pub incident: Option<Uuid>,
}

impl Case {
    /// How many of a squad's officers may act on it. Each acting unit counts its own.
    pub fn certified(&self, squad: &Squad, at: Timestamp) -> Certified {
        let by_count = squad.officers.is_empty();
        let acting: Vec<&Code> = self.acting.iter().filter(|unit| self.units.acts_for(&squad.unit, unit)).collect();
        if acting.is_empty() && !self.acting.is_empty() {
            return Certified { certified_officers: 0, by_count, breaks: Some(Rule::UnitWithoutPower) };
        }
        let certified: Vec<&Arc<Officer>> =
            self.officers.of(squad, &self.units).filter(|o| o.is_certified(at, self.matter.as_ref())).collect();
        let most = |counts: &dyn Fn(&Officer) -> bool| {
            let of = |unit: Option<&Code>| {
                let own = |o: &&&Arc<Officer>| unit.is_none_or(|unit| self.units.acts_for(&o.unit, unit));
                certified.iter().filter(own).filter(|o| counts(o)).count() as u32
            };
            match (by_count, &acting[..]) {
                (true, _) => squad.crew.certified_officers,
                (false, []) => of(None),
                (false, units) => units.iter().map(|unit| of(Some(unit))).max().unwrap_or(0),
            }
        };
        let needed = officers_needed(self.power);
        let certified_officers = most(&|o| !o.is_recused(&self.over, self.incident));
        let breaks = match certified_officers >= needed {
            true => None,
            false if most(&|_| true) >= needed => Some(Rule::OfficersRecused),
            false => Some(Rule::TooFewOfficers),
        };
        Certified { certified_officers, by_count, breaks }
    }

    pub fn competence(&self, squad: &Squad, at: Timestamp) -> Competence {
        match squad.profile {
            SquadProfile::Drone => Competence::FirstLook,
            _ => self.certified(squad, at).competence(),
        }
    }

    /// What a squad that is sent and arrives `at` is, and the rule that it breaks. Against what binds it goes for
    /// first response only (先期处置).
    ///
    /// # Errors
    /// `Invalid` where the rule binds.
    pub fn sent(&self, squad: &Squad, at: Timestamp, first_response: bool) -> Result<(Competence, Option<Rule>)> {
        if squad.profile == SquadProfile::Drone {
            return Ok((Competence::FirstLook, None));
        }
        let certified = self.certified(squad, at);
        match certified.breaks.filter(|rule| rule.binds() && !first_response) {
            Some(rule) => {
                let (id, name, says) = (&squad.id, rule.as_str(), rule.says());
                let detail =
                    format!("squad {id} may not conclude it ({name}): {says}; send it for first_response only");
                Err(Error::invalid("squad", detail))
            }
            None => Ok((certified.competence(), certified.breaks)),
        }
    }

    /// What a squad that is sent at `at` will be on its arrival, as far as that is known before.
    pub fn outlook(&self, squad: &Squad, at: Timestamp) -> Outlook {
        let full = |&at: &Timestamp| self.competence(squad, at) == Competence::Full;
        let turns = self.turns(squad, at);
        match turns.iter().filter(|at| full(at)).count() {
            0 => Outlook::Never,
            n if n == turns.len() => Outlook::Always,
            _ => Outlook::Depends,
        }
    }

    /// The rule that a squad sent at `at` may break on its arrival.
    pub fn may_break(&self, squad: &Squad, at: Timestamp) -> Option<Rule> {
        self.turns(squad, at).into_iter().find_map(|at| self.certified(squad, at).breaks)
    }

    /// `at`, and when certificates of the squad begin and end while it may be on the way.
    fn turns(&self, squad: &Squad, at: Timestamp) -> BTreeSet<Timestamp> {
        let listed = squad.officers.iter().filter_map(|id| self.officers.get(id));
        let spans = listed.flat_map(|o| &o.certificates).flat_map(|c| [c.span.from, c.span.until]);
        let within = spans.flatten().filter(|t| *t > at && *t <= at.plus_ms(ON_THE_WAY_MS));
        within.chain([at]).collect()
    }
}
