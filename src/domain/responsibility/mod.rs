//! Who has the power here: place × matter × kind of power × date. A pure function of areas, units and lists;
//! `docs/responsibility.md` has the rules by number.
//!
//! Special areas are asked first, the highest priority before others, then the township, then the bureaus of
//! the county, the prefecture and the province. The first of these tiers in which a list in force gives
//! somebody the power has the lead.

mod acting;
pub mod audit;
pub mod footprint;
mod ground;
#[cfg(test)]
pub(in crate::domain) mod tests;

use std::collections::BTreeSet;

use serde::Serialize;

pub use self::ground::{Candidate, Ground, candidates};
use super::{
    areas::{AreaIx, Areas},
    lists::{List, ListKind, ListRef, Lists, Mode, Power, Ruling, Terms},
    matters::Matter,
    units::{UnitIx, UnitKind, Units},
};
use crate::base::{Code, Timestamp, words};

words! {
    /// What an answer comes to.
    Outcome {
        /// One unit leads.
        Lead = "lead",
        /// Several of one tier have the power: a person decides (rule 13).
        SeveralLeads = "several_leads",
        /// Nobody has it: the first receiver owns it until it is handed over (rule 12).
        NoLead = "no_lead",
        /// The matter is not known yet: so does the first receiver (rule 12).
        FirstReceiver = "first_receiver",
    }
}

words! {
    /// Why a unit supports.
    SupportBy { Entry = "entry", Cooperating = "cooperating", Guide = "guide", Whistle = "whistle" }
}

/// Who leads, and by what.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
pub struct Grant {
    pub lead: Code,
    /// Who does it.
    pub acting: Code,
    /// In whose name.
    pub subject: Code,
    /// Who answers for it.
    pub liable: Code,
    pub mode: Mode,
    pub list: ListRef,
    pub list_kind: ListKind,
    /// Lists above that lent something.
    pub lent_by: Vec<ListRef>,
    /// The document that it follows from.
    pub basis: Option<String>,
    pub basis_uri: Option<String>,
}

impl From<&Terms<'_>> for Grant {
    fn from(t: &Terms<'_>) -> Self {
        Self {
            lead: t.lead.clone(),
            acting: t.acting.clone(),
            subject: t.subject.clone(),
            liable: t.liable.clone(),
            mode: t.mode,
            list: t.list.reference(),
            list_kind: t.list.head.kind,
            lent_by: t.lent_by.clone(),
            basis: t.basis.map(str::to_owned),
            basis_uri: t.basis_uri.map(str::to_owned),
        }
    }
}

/// Who helps.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
pub struct Supporter {
    pub unit: Code,
    pub by: SupportBy,
    pub list: ListRef,
}

/// One step of the reasoning.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
pub struct Reason {
    /// The number of the rule.
    pub rule: u8,
    #[schema(value_type = Option<String>)]
    pub area: Option<Code>,
    #[schema(value_type = Option<String>)]
    pub unit: Option<Code>,
    pub list: Option<ListRef>,
    pub says: &'static str,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
pub struct Responsibility {
    pub outcome: Outcome,
    /// One, or all of those among which a person decides.
    pub leads: Vec<Grant>,
    pub supporters: Vec<Supporter>,
    /// Who owns it where nobody leads.
    #[schema(value_type = Option<String>)]
    pub first_receiver: Option<Code>,
    /// The special area whose rule came before the township's.
    #[schema(value_type = Option<String>)]
    pub overlay: Option<Code>,
    /// The chain of rules.
    pub why: Vec<Reason>,
    /// Units that one might expect, and why they don't lead.
    pub why_not: Vec<Reason>,
}

/// What answers are made from.
#[derive(Debug, Clone, Copy)]
pub struct Law<'a> {
    pub areas: &'a Areas,
    pub units: &'a Units,
    pub lists: &'a Lists,
}

/// Units that are asked together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tier {
    Overlay(AreaIx),
    Township(AreaIx),
    County(AreaIx),
    Above(UnitKind),
}

impl Tier {
    const fn area(self) -> Option<AreaIx> {
        match self {
            Self::Overlay(ix) | Self::Township(ix) | Self::County(ix) => Some(ix),
            Self::Above(_) => None,
        }
    }

    const fn rule(self) -> (u8, &'static str) {
        match self {
            Self::Overlay(_) => (2, "a special area comes before the township where its list has an entry"),
            Self::Township(_) => (3, "no special area has it, the township does"),
            Self::County(_) => (4, "neither a special area nor the township has it, a bureau of the county does"),
            Self::Above(_) => (4, "nobody in the county has it, a bureau above does"),
        }
    }
}

/// The answer while it is worked out.
struct Asked<'a> {
    law: Law<'a>,
    matter: &'a Matter,
    power: Power,
    at: Timestamp,
    why_not: Vec<Reason>,
}

impl<'a> Law<'a> {
    /// Who has `power` over `matter` on this ground at a time; a case is asked by the time it was filed.
    pub fn answer(&self, ground: &Ground, matter: Option<&'a Matter>, power: Power, at: Timestamp) -> Responsibility {
        self.on(ground, at).answer(matter, power)
    }

    /// The units of a tier that exist at a time, by code. Governments and village coordinators never act.
    fn units_of(&self, tier: Tier, at: Timestamp) -> Vec<UnitIx> {
        let mut found: Vec<UnitIx> = match tier.area() {
            Some(ix) => self.units.serving(self.areas.at(ix).code.as_str()).to_vec(),
            None => (0..self.units.all().len()).filter(|&ix| Some(tier) == self.above(ix)).collect(),
        };
        found.retain(|&ix| self.units.at(ix).span.holds(at));
        found
    }

    /// The tier of a unit that serves more than the county.
    fn above(&self, ix: UnitIx) -> Option<Tier> {
        let here = self.units.area(ix).is_some_and(|a| self.areas.get(a.as_str()).is_some());
        let line = self.units.line(ix).map(|ix| self.units.at(ix).kind);
        let government = line.into_iter().find(|k| matches!(k, UnitKind::Prefecture | UnitKind::Province));
        government.filter(|_| !here && self.units.area(ix).is_some()).map(Tier::Above)
    }

    /// The teams of the special areas over a place and of its township, in the order in which they are asked.
    pub fn own_teams(&self, ground: &Ground, at: Timestamp) -> Vec<(UnitIx, AreaIx)> {
        let team = |ix: AreaIx| {
            let fits = |&u: &UnitIx| {
                let unit = self.units.at(u);
                unit.span.holds(at) && matches!(unit.kind, UnitKind::ZoneAdministration | UnitKind::TownshipOffice)
            };
            let serving = self.units.serving(self.areas.at(ix).code.as_str());
            // The one that stands highest, then by code.
            let team = serving.iter().copied().filter(fits).min_by_key(|&u| (self.units.line(u).count(), u));
            team.map(|u| (u, ix))
        };
        ground.overlays.iter().copied().chain(ground.township).filter_map(team).collect()
    }

    /// Who owns what nobody leads, or what is not known yet.
    pub fn first_receiver(&self, ground: &Ground, at: Timestamp) -> Option<Code> {
        self.own_teams(ground, at).first().map(|(ix, _)| self.units.at(*ix).code.clone())
    }

    /// Units that whistle lists in force name for a matter here, whatever the power, each once and by which list.
    pub fn callable(&self, ground: &Ground, matter: &Matter, at: Timestamp) -> Vec<(Code, ListRef)> {
        let mut found: Vec<(Code, ListRef)> = Vec::new();
        for ix in tiers(ground).into_iter().flat_map(|tier| self.units_of(tier, at)) {
            let lists = self.lists.of_unit(&self.units.at(ix).code, at);
            for list in lists.filter(|l| l.head.kind == ListKind::Whistle) {
                for unit in Power::ALL.iter().filter_map(|p| list.entry(matter, *p, at)).flat_map(|e| &e.supporters) {
                    if found.iter().all(|(known, _)| known != unit) {
                        found.push((unit.clone(), list.reference()));
                    }
                }
            }
        }
        found
    }

    /// What a version of a list gives on a ground, or by which rule it gives nothing.
    pub fn given(
        &self,
        ground: &Ground,
        list: &'a List,
        matter: &'a Matter,
        power: Power,
        at: Timestamp,
    ) -> Result<Grant, Reason> {
        let owner = self.units.index(&list.head.unit);
        let acts = |ix: &UnitIx| {
            let kind = self.units.at(*ix).kind;
            !kind.is_government() && kind != UnitKind::VillageCoordinator
        };
        let silent = || reason(7, None, Some(list.head.unit.clone()), Some(list), "it is of a unit that never acts");
        let owner = owner.filter(acts).ok_or_else(silent)?;
        let mut asked = Asked { law: *self, matter, power, at, why_not: Vec::new() };
        match asked.given(ground, owner, list) {
            Some(terms) => Ok(Grant::from(&terms)),
            None => Err(asked
                .why_not
                .pop()
                .unwrap_or_else(|| reason(6, None, Some(list.head.unit.clone()), Some(list), "it has no such entry"))),
        }
    }
}

/// A ground at a time, for many questions: who is asked there does not depend on the matter.
#[derive(Debug)]
pub struct OnGround<'a> {
    law: Law<'a>,
    ground: &'a Ground,
    at: Timestamp,
    /// In the order in which they are asked, those that have lists which give something.
    tiers: Vec<(Tier, Vec<UnitIx>)>,
    /// In the same order, those that have other lists.
    helping: Vec<UnitIx>,
    /// Whom one asks first.
    teams: Vec<UnitIx>,
}

impl<'a> Law<'a> {
    /// Prepares a ground for many questions about one time.
    pub fn on(&self, ground: &'a Ground, at: Timestamp) -> OnGround<'a> {
        let has = |ix: &UnitIx, gives: bool| {
            self.lists.of_unit(&self.units.at(*ix).code, at).any(|l| l.head.kind.gives() == gives)
        };
        let (mut asked, mut helping) = (Vec::new(), Vec::new());
        for tier in tiers(ground) {
            let units = self.units_of(tier, at);
            helping.extend(units.iter().copied().filter(|ix| has(ix, false)));
            asked.push((tier, units.into_iter().filter(|ix| has(ix, true)).collect()));
        }
        let teams = self.own_teams(ground, at).into_iter().map(|(ix, _)| ix).collect();
        OnGround { law: *self, ground, at, tiers: asked, helping, teams }
    }
}

impl<'a> OnGround<'a> {
    /// See [`Law::answer`].
    pub fn answer(&self, matter: Option<&'a Matter>, power: Power) -> Responsibility {
        let place = |areas: &Areas, ix: Option<AreaIx>| ix.map(|ix| areas.at(ix).code.clone());
        let Self { law, ground, at, .. } = *self;
        let township = place(law.areas, ground.township.or(ground.county));
        let mut why = vec![reason(1, township, None, None, "the place of the offence decides, nothing else")];
        let first_receiver = self.teams.first().map(|&ix| law.units.at(ix).code.clone());
        let Some(matter) = matter else {
            let receiver = first_receiver.clone();
            why.push(reason(12, None, receiver, None, "the matter is not known: the first receiver owns it"));
            return Responsibility {
                outcome: Outcome::FirstReceiver,
                leads: Vec::new(),
                supporters: Vec::new(),
                first_receiver,
                overlay: None,
                why,
                why_not: Vec::new(),
            };
        };
        let mut asked = Asked { law, matter, power, at, why_not: Vec::new() };
        let mut deciding: Option<(Tier, Vec<Terms>)> = None;
        for (tier, units) in &self.tiers {
            let terms = asked.leads(ground, units);
            match &deciding {
                None if !terms.is_empty() => deciding = Some((*tier, terms)),
                None => {}
                Some((_, chosen)) => {
                    for t in terms.iter().filter(|t| chosen.iter().all(|c| c.lead != t.lead)) {
                        let says = "a unit nearer to the place has it";
                        asked.why_not.push(reason(11, None, Some(t.lead.clone()), Some(t.list), says));
                    }
                }
            }
        }
        let (tier, terms) = deciding.map_or((None, Vec::new()), |(tier, terms)| (Some(tier), terms));
        if let Some(tier) = tier {
            let (rule, says) = tier.rule();
            why.push(reason(rule, place(law.areas, tier.area()), None, None, says));
        }
        for t in &terms {
            let lead = Some(t.lead.clone());
            why.push(reason(5, None, lead.clone(), Some(t.list), "this version of the list is in force at that time"));
            why.push(reason(6, None, lead.clone(), Some(t.list), "its most specific entry gives the power"));
            if t.list.head.parent.is_some() {
                why.push(reason(7, None, lead, Some(t.list), "the lists above it allow it"));
            }
        }
        let outcome = match terms.len() {
            0 => Outcome::NoLead,
            1 => Outcome::Lead,
            _ => Outcome::SeveralLeads,
        };
        match outcome {
            Outcome::NoLead => {
                let says = "no list in force gives it to anybody: the first receiver owns it";
                why.push(reason(12, None, first_receiver.clone(), None, says));
            }
            Outcome::SeveralLeads => why.push(reason(13, None, None, None, "several have it: a person decides")),
            Outcome::Lead | Outcome::FirstReceiver => {}
        }
        let supporters = asked.supporters(&self.helping, &terms);
        let mut why_not = asked.why_not;
        self.note_silent(&terms, &mut why_not);
        Responsibility {
            outcome,
            leads: terms.iter().map(Grant::from).collect(),
            supporters,
            first_receiver: first_receiver.filter(|_| terms.is_empty()),
            overlay: tier.filter(|t| matches!(t, Tier::Overlay(_))).and_then(|t| place(law.areas, t.area())),
            why,
            why_not,
        }
    }

    /// Those that one asks first and that no list says anything of.
    fn note_silent(&self, terms: &[Terms], why_not: &mut Vec<Reason>) {
        for &ix in &self.teams {
            let code = &self.law.units.at(ix).code;
            let known = terms.iter().any(|t| t.lead == code) || why_not.iter().any(|r| r.unit.as_ref() == Some(code));
            if !known {
                why_not.push(reason(6, None, Some(code.clone()), None, "none of its lists in force has an entry"));
            }
        }
    }

    /// The leads of [`Law::answer`].
    pub fn leads(&self, matter: &'a Matter, power: Power) -> Vec<Terms<'a>> {
        let mut asked = Asked { law: self.law, matter, power, at: self.at, why_not: Vec::new() };
        let found = self.tiers.iter().map(|(_, units)| asked.leads(self.ground, units));
        found.into_iter().find(|leads| !leads.is_empty()).unwrap_or_default()
    }
}

/// In the order in which they are asked.
fn tiers(ground: &Ground) -> Vec<Tier> {
    let overlays = ground.overlays.iter().map(|&ix| Tier::Overlay(ix));
    let township = ground.township.map(Tier::Township);
    let county = ground.county.map(Tier::County);
    let above = [UnitKind::Prefecture, UnitKind::Province].map(Tier::Above);
    overlays.chain(township).chain(county).chain(above).collect()
}

fn reason(rule: u8, area: Option<Code>, unit: Option<Code>, list: Option<&List>, says: &'static str) -> Reason {
    Reason { rule, area, unit, list: list.map(List::reference), says }
}

impl<'a> Asked<'a> {
    /// Who of these units gets the lead by their lists, each once, by code.
    fn leads(&mut self, ground: &Ground, units: &[UnitIx]) -> Vec<Terms<'a>> {
        let law = self.law;
        let mut found: Vec<Terms<'a>> = Vec::new();
        for &ix in units {
            let unit = law.units.at(ix);
            if unit.kind.is_government() || unit.kind == UnitKind::VillageCoordinator {
                continue;
            }
            let mut lists: Vec<&'a List> =
                law.lists.of_unit(&unit.code, self.at).map(|l| &**l).filter(|l| l.head.kind.gives()).collect();
            lists.sort_by_key(|l| ListKind::GIVING.iter().position(|k| *k == l.head.kind));
            for list in lists {
                if let Some(terms) = self.given(ground, ix, list)
                    && found.iter().all(|f| f.lead != terms.lead)
                {
                    found.push(terms);
                }
            }
        }
        found.sort_by_key(|t| t.lead);
        found
    }

    /// What a list gives, unless something stands against it.
    fn given(&mut self, ground: &Ground, owner: UnitIx, list: &'a List) -> Option<Terms<'a>> {
        let law = self.law;
        let code = || Some(law.units.at(owner).code.clone());
        let terms = match law.lists.ruling(list, self.matter, self.power, self.at) {
            Ruling::Silent => return None,
            Ruling::Outside { .. } => {
                self.why_not.push(reason(7, None, code(), Some(list), "its entry is outside of the list above"));
                return None;
            }
            Ruling::Gives(terms) => terms,
        };
        let lead = law.units.index(terms.lead)?;
        let lead_code = || Some(terms.lead.clone());
        if !law.units.at(lead).span.holds(self.at) || !law.serves(lead, ground) {
            let says = "it does not serve this place at that time";
            self.why_not.push(reason(1, None, lead_code(), Some(list), says));
            return None;
        }
        // Whoever stands between the lead and the list's unit may have had it taken back.
        let between = law.units.line(lead).take_while(|&ix| ix != owner).chain([owner]);
        let taken_back = between.into_iter().find_map(|ix| {
            let lists = law.lists.of_unit(&law.units.at(ix).code, self.at);
            lists
                .map(|l| &**l)
                .find(|l| l.head.kind == ListKind::TakenBack && l.entry(self.matter, self.power, self.at).is_some())
        });
        if let Some(by) = taken_back {
            self.why_not.push(reason(8, None, lead_code(), Some(by), "it was taken back"));
            return None;
        }
        Some(terms)
    }

    /// Who helps: by the lead's entry, then by lists of cooperating duties, of guides and of whistles.
    fn supporters(&self, helping: &[UnitIx], leads: &[Terms]) -> Vec<Supporter> {
        let mut found: Vec<Supporter> = Vec::new();
        let mut seen: BTreeSet<&Code> = leads.iter().map(|t| t.lead).collect();
        for t in leads {
            for unit in t.supporters.iter().filter(|u| seen.insert(u)) {
                found.push(Supporter { unit: unit.clone(), by: SupportBy::Entry, list: t.list.reference() });
            }
        }
        let law = self.law;
        for (kind, by) in [
            (ListKind::Cooperating, SupportBy::Cooperating),
            (ListKind::Guide, SupportBy::Guide),
            (ListKind::Whistle, SupportBy::Whistle),
        ] {
            for &ix in helping {
                let unit = &law.units.at(ix).code;
                for list in law.lists.of_unit(unit, self.at).filter(|l| l.head.kind == kind) {
                    let Some(entry) = list.entry(self.matter, self.power, self.at) else { continue };
                    let own = (kind == ListKind::Cooperating).then_some(unit);
                    for unit in own.into_iter().chain(&entry.supporters).filter(|u| seen.insert(u)) {
                        found.push(Supporter { unit: unit.clone(), by, list: list.reference() });
                    }
                }
            }
        }
        found
    }
}

impl Law<'_> {
    /// Whether a place is in what a unit serves; what is no area here lies around the county.
    fn serves(&self, unit: UnitIx, ground: &Ground) -> bool {
        let Some(area) = self.units.area(unit) else { return false };
        match self.areas.index(area.as_str()) {
            Some(ix) => ground.overlays.contains(&ix) || ground.township == Some(ix) || ground.county == Some(ix),
            None => self.above(unit).is_some(),
        }
    }
}
