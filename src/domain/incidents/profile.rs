//! Profiles: which states cases go through, which may follow which, who may do it and what must be known then. A
//! profile is data, imported under its name; each import that differs is another version, and a case keeps the version
//! that it came in under.
//!
//! Each state says what it marks: the word that clocks, counts, maps and squads go by, whatever a profile calls it.
//! The loop of townships is there from the start (see [`CaseProfile::township`]).

mod township;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::IncidentStatus;
use crate::{
    base::{Code, Error, Result, at_most, no_nul, words},
    domain::{
        auth::Right,
        matters::{ForMatters, Matter, Matters},
    },
};

const TEXT_MAX: usize = 500;
const STATES_MAX: usize = 100;
const TRANSITIONS_MAX: usize = 1_000;

words! {
    /// Without what a transition is not taken.
    #[schema(as = CaseNeed)]
    Need {
        /// Why it is done.
        Reason = "reason",
        /// Of which matter the case is.
        Matter = "matter",
        /// Whose the case is.
        Owner = "owner",
        /// Somebody was on the scene.
        Arrival = "arrival",
        /// A piece of evidence is referred to, by this step or before.
        Evidence = "evidence",
        /// A photo, as evidence.
        Photo = "photo",
        /// A recording, as evidence.
        Recording = "recording",
        /// A document, as evidence.
        Document = "document",
        /// What was ordered to be rectified was visited (复查). No case is closed without.
        Revisit = "revisit",
        /// The legal review (法制审核) approved it, where one is wanted. No case is closed without.
        LegalReview = "legal_review",
    }
}

/// A state that cases of a profile can be in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CaseState {
    pub state: Code,
    pub name: String,
    pub name_zh: Option<String>,
    /// What it means for clocks, counts and squads: the case's `status` while it is in it.
    pub marks: IncidentStatus,
}

/// That one state may follow another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = CaseTransition)]
pub struct Transition {
    pub from: Code,
    pub to: Code,
    /// What one does by it; the name of the state where it is not given.
    pub name: Option<String>,
    pub name_zh: Option<String>,
    /// Who may: who has this right beside `remark`.
    pub right: Right,
    pub needs: Vec<Need>,
}

impl Transition {
    /// What it needs by its profile, and what every profile needs.
    pub(super) fn all_needs(&self, profile: &CaseProfile) -> impl Iterator<Item = Need> {
        let closes = profile.state(&self.to).is_some_and(|s| s.marks == IncidentStatus::Closed);
        let always =
            [Need::Revisit, Need::LegalReview].into_iter().filter(move |need| closes && !self.needs.contains(need));
        self.needs.iter().copied().chain(always)
    }
}

/// The states of cases and what leads from one to another, under a name and in a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct CaseProfile {
    pub profile: Code,
    /// Counted from 1.
    pub version: u32,
    pub name: String,
    pub name_zh: Option<String>,
    /// Where it is from.
    pub source: Option<String>,
    /// Which new cases come under it, by its latest version: of several profiles the one that is most specific about
    /// the case's matter, else the loop of townships.
    pub new_cases: Vec<ForMatters>,
    /// A case comes in in the first one that marks what it is.
    pub states: Vec<CaseState>,
    /// Of those that squads lead to, the first one counts.
    pub transitions: Vec<Transition>,
}

/// Under which profile a case is, and in which of its states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UnderProfile {
    pub profile: Code,
    pub version: u32,
    pub state: Code,
}

impl CaseProfile {
    pub fn state(&self, state: &Code) -> Option<&CaseState> {
        self.states.iter().find(|s| s.state == *state)
    }

    /// What may follow, the usual first.
    pub fn from<'a>(&'a self, state: &Code) -> impl Iterator<Item = &'a Transition> {
        self.transitions.iter().filter(move |t| t.from == *state)
    }

    /// How one comes from a state to another.
    ///
    /// # Errors
    /// `Invalid` with what may follow, where that may not.
    pub fn step(&self, from: &Code, to: &Code) -> Result<&Transition> {
        self.from(from).find(|t| t.to == *to).ok_or_else(|| {
            let known: Vec<_> = self.from(from).map(|t| t.to.as_str()).collect();
            let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
            let whose = if self.is_first_township() { String::new() } else { format!(" in profile {}", self.profile) };
            Error::invalid("act", format!("{to} does not follow {from}{whose}; what does: {known}"))
        })
    }

    /// How one comes from a state to the first one that marks any of these, the first of them before others.
    pub fn toward(&self, from: &Code, marks: &[IncidentStatus]) -> Option<&Transition> {
        let marked = |t: &Transition, mark| self.state(&t.to).is_some_and(|s| s.marks == mark);
        marks.iter().find_map(|mark| self.from(from).find(|t| marked(t, *mark)))
    }

    /// The state in which a case comes in that is this.
    ///
    /// # Errors
    /// `Invalid` where no state marks it.
    pub fn first(&self, status: IncidentStatus) -> Result<&CaseState> {
        self.states.iter().find(|s| s.marks == status).ok_or_else(|| {
            let why = format!("no state of profile {} marks {}", self.profile, status.as_str());
            Error::invalid("status", why)
        })
    }

    /// Refuses what no case could go through.
    pub fn check(&self) -> Result<()> {
        let named = |name: &str, name_zh: &Option<String>| {
            if name.trim().is_empty() {
                return Err(Error::invalid("name", "is empty"));
            }
            [Some(name), name_zh.as_deref()].into_iter().try_for_each(|text| {
                at_most("name", text, TEXT_MAX)?;
                no_nul("name", text.unwrap_or(""))
            })
        };
        named(&self.name, &self.name_zh)?;
        self.states.iter().try_for_each(|s| named(&s.name, &s.name_zh))?;
        self.transitions.iter().try_for_each(|t| named(t.name.as_deref().unwrap_or("-"), &t.name_zh))?;
        let (states, transitions) = (self.states.len(), self.transitions.len());
        if states > STATES_MAX || transitions > TRANSITIONS_MAX {
            let why =
                format!("{states} states and {transitions} transitions are over {STATES_MAX} and {TRANSITIONS_MAX}");
            return Err(Error::invalid("code", why));
        }
        let mut seen = HashSet::new();
        if let Some(twice) = self.states.iter().find(|s| !seen.insert(&s.state)) {
            return Err(Error::invalid("code", format!("state {} stands twice", twice.state)));
        }
        let mut pairs = HashSet::new();
        for t in &self.transitions {
            for (field, state) in [("from", &t.from), ("to", &t.to)] {
                if !seen.contains(state) {
                    return Err(Error::invalid(field, format!("{state} is no state of this profile")));
                }
            }
            if t.from == t.to || !pairs.insert((&t.from, &t.to)) {
                let why = if t.from == t.to { "leads nowhere" } else { "stands twice" };
                return Err(Error::invalid("to", format!("from {} to {} {why}", t.from, t.to)));
            }
        }
        self.check_ways()
    }

    /// Every state is reached, every state ends, and what is reported can be closed.
    fn check_ways(&self) -> Result<()> {
        use IncidentStatus::{Closed, Discovered, Merged, Reported};
        let marks = |state: &Code| self.state(state).map(|s| s.marks);
        if let Some(merged) = self.states.iter().find(|s| s.marks == Merged) {
            let why = format!("state {}: no state marks merged, a case comes to that by the act merge", merged.state);
            return Err(Error::invalid("marks", why));
        }
        let reported = self.first(Reported).map_err(|_| Error::invalid("marks", "no state marks reported"))?;
        if !self.reach(&reported.state).iter().any(|s| marks(s) == Some(Closed)) {
            let why = format!("nothing leads from {} to a state that marks closed", reported.state);
            return Err(Error::invalid("marks", why));
        }
        let first = self.first(Discovered).ok().map(|s| &s.state);
        let mut reached: HashSet<&Code> = self.reach(&reported.state).into_iter().collect();
        reached.extend(first.into_iter().flat_map(|s| self.reach(s)));
        if let Some(lost) = self.states.iter().find(|s| !reached.contains(&s.state)) {
            return Err(Error::invalid("code", format!("nothing leads to state {}", lost.state)));
        }
        let ends = |s: &&CaseState| !self.reach(&s.state).iter().any(|s| marks(s).is_some_and(|m| m.is_ended()));
        match self.states.iter().find(ends) {
            Some(stuck) => Err(Error::invalid("code", format!("state {} never comes to an end", stuck.state))),
            None => Ok(()),
        }
    }

    /// A state and all that can follow it.
    fn reach<'a>(&'a self, state: &'a Code) -> Vec<&'a Code> {
        let mut reached = vec![state];
        let mut at = 0;
        while let Some(from) = reached.get(at).copied() {
            at += 1;
            for t in self.from(from) {
                if !reached.contains(&&t.to) {
                    reached.push(&t.to);
                }
            }
        }
        reached
    }

    /// Whether it is the one that cases are under which say nothing else.
    fn is_first_township(&self) -> bool {
        self.version == 1 && self.profile.as_str() == township::NAME
    }

    /// What a case has that comes in under it in this state; nothing under the loop of townships as it came with the
    /// program.
    pub fn under(&self, state: &Code) -> Option<Box<UnderProfile>> {
        let (profile, version, state) = (self.profile.clone(), self.version, state.clone());
        (!self.is_first_township()).then(|| Box::new(UnderProfile { profile, version, state }))
    }
}

/// All profiles in all their versions, by name and version.
#[derive(Debug, Clone, PartialEq)]
pub struct Profiles(BTreeMap<(Code, u32), Arc<CaseProfile>>);

impl Default for Profiles {
    /// The loop of townships alone.
    fn default() -> Self {
        Self::new([])
    }
}

impl Profiles {
    /// Those that were imported, and the loop of townships.
    pub fn new(imported: impl IntoIterator<Item = CaseProfile>) -> Self {
        let imported = imported.into_iter().map(Arc::new);
        let all = [Arc::clone(CaseProfile::township())].into_iter().chain(imported);
        Self(all.map(|p| ((p.profile.clone(), p.version), p)).collect())
    }

    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Arc<CaseProfile>> {
        self.0.values()
    }

    pub fn get(&self, profile: &Code, version: u32) -> Option<&Arc<CaseProfile>> {
        self.0.get(&(profile.clone(), version))
    }

    /// The latest version of one.
    pub fn latest(&self, profile: &Code) -> Option<&Arc<CaseProfile>> {
        self.0.range((profile.clone(), 0)..=(profile.clone(), u32::MAX)).next_back().map(|(_, p)| p)
    }

    /// The latest version of each.
    pub fn latest_of_each(&self) -> impl Iterator<Item = &Arc<CaseProfile>> {
        let latest: HashMap<&Code, &Arc<CaseProfile>> = self.all().map(|p| (&p.profile, p)).collect();
        let mut latest: Vec<_> = latest.into_values().collect();
        latest.sort_by(|a, b| a.profile.cmp(&b.profile));
        latest.into_iter()
    }

    /// Under which one a new case comes: what speaks for its matter most specifically, else the loop of townships.
    pub fn of(&self, matter: Option<&Matter>) -> &Arc<CaseProfile> {
        let breadth = |p: &Arc<CaseProfile>| p.new_cases.iter().filter_map(|of| of.breadth(matter)).min();
        let speaking = self.latest_of_each().filter_map(|p| Some((breadth(p)?, p)));
        let township = || self.latest(&CaseProfile::township().profile).unwrap_or(CaseProfile::township());
        speaking.min_by_key(|(breadth, _)| *breadth).map_or_else(township, |(_, p)| p)
    }

    /// The profile in the version that it is to have; none where the latest one says the same.
    ///
    /// # Errors
    /// `Invalid` for one that can't be, or that wants new cases which another one has.
    pub fn next(&self, mut new: CaseProfile, matters: &Matters) -> Result<Option<CaseProfile>> {
        new.check()?;
        new.new_cases.iter().try_for_each(|of| of.check(matters))?;
        let mut seen = HashSet::new();
        if let Some(twice) = new.new_cases.iter().find(|of| !seen.insert(*of)) {
            return Err(Error::invalid("matter", format!("{twice}: stands twice")));
        }
        let mut others = self.latest_of_each().filter(|p| p.profile != new.profile);
        let taken = others.find_map(|p| p.new_cases.iter().find(|of| seen.contains(of)).map(|of| (of, &p.profile)));
        if let Some((of, profile)) = taken {
            let why = format!("{of}: new cases come under profile {profile}; import that without them first");
            return Err(Error::invalid("matter", why));
        }
        let former = self.latest(&new.profile);
        new.version = former.map_or(1, |p| p.version);
        if former.is_some_and(|p| **p == new) {
            return Ok(None);
        }
        new.version = former.map_or(1, |p| p.version + 1);
        Ok(Some(new))
    }
}

#[cfg(test)]
mod tests;
