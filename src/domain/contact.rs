//! What squads are doing, and which of them nobody hears from.
//!
//! Nothing here is kept: it follows from what squads said, from their assignments, shifts and positions, and from
//! the time. Each state has a limit. Past it the squad is *asked for*; when nothing is heard then for a while,
//! it is *out of contact*, until it is heard again.

mod limits;
mod silence;

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
pub use limits::Limits;

use super::{
    assignments::{Assignment, AssignmentStatus, Assignments},
    squads::{Fix, Squad, SquadStatus, Squads},
};
use crate::base::{Code, Timestamp, words};

words! {
    /// What a squad is doing, as far as is known.
    SquadState {
        OffDuty = "off_duty",
        Available = "available",
        /// It is sent, and not there yet.
        EnRoute = "en_route",
        OnScene = "on_scene",
        Busy = "busy",
        /// On the way back; it may be sent.
        Returning = "returning",
        /// It was asked for, and did not answer.
        OutOfContact = "out_of_contact",
        OutOfService = "out_of_service",
    }
}

/// What a squad is doing, since when, and since when it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doing {
    pub state: SquadState,
    pub since: Option<Timestamp>,
    pub asked_at: Option<Timestamp>,
}

/// When, and by which limits.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// What is asked about. Of a time to come, contact is that of now.
    pub at: Timestamp,
    pub now: Timestamp,
    /// The local time of shifts.
    pub zone: &'a TimeZone,
    pub limits: &'a Limits,
}

/// Since when a squad is asked for, and since when it is out of contact for want of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Asked {
    at: Timestamp,
    lost: Option<Timestamp>,
}

impl Moment<'_> {
    pub fn doing(&self, squad: &Squad, sent: Option<&Assignment>, fix: Option<Fix>) -> Doing {
        let state = self.state(squad, sent);
        let asked = self.asked(state, squad, sent, fix);
        let asked_at = asked.map(|asked| asked.at);
        if let Some(lost) = asked.and_then(|asked| asked.lost) {
            return Doing { state: SquadState::OutOfContact, since: Some(lost), asked_at };
        }
        let said = squad.said.as_ref().map(|said| said.at);
        let since = match (state, sent) {
            (SquadState::OffDuty, _) => squad.shifts.turned(self.at, self.zone),
            (SquadState::OutOfService, _) => said,
            (_, Some(sent)) => Some(begun(sent)),
            (_, None) => said.max(squad.shifts.turned(self.at, self.zone)),
        };
        Doing { state, since, asked_at }
    }

    /// Whether it is out of contact. Who was heard just now is not: that alone tells it of most.
    pub fn is_lost(&self, squad: &Squad, sent: Option<&Assignment>, fix: Option<Fix>) -> bool {
        let heard = squad.said.as_ref().map(|said| said.received_at).max(fix.map(|fix| fix.fixed_at));
        let is_heard = heard.is_some_and(|heard| heard.plus_ms(self.answer_ms()) > self.at.min(self.now));
        if is_heard || (heard.is_none() && sent.is_none()) {
            return false;
        }
        self.asked(self.state(squad, sent), squad, sent, fix).is_some_and(|asked| asked.lost.is_some())
    }

    /// All that are out of contact.
    pub fn lost(&self, squads: &Squads, assignments: &Assignments) -> BTreeSet<Code> {
        let mut lost = BTreeSet::new();
        squads.each(|squad, fix| {
            if self.is_lost(squad, assignments.of_squad(&squad.id).map(|sent| &**sent), fix) {
                lost.insert(squad.id.clone());
            }
        });
        lost
    }

    /// All that are asked for, out of contact or not yet.
    pub fn asked_for(&self, squads: &Squads, assignments: &Assignments) -> BTreeMap<Code, Doing> {
        let mut asked = BTreeMap::new();
        squads.each(|squad, fix| {
            let sent = assignments.of_squad(&squad.id).map(|sent| &**sent);
            if self.asked(self.state(squad, sent), squad, sent, fix).is_some() {
                asked.insert(squad.id.clone(), self.doing(squad, sent, fix));
            }
        });
        asked
    }

    /// Leaving contact out of it. Who is sent is at work, also after its shift.
    fn state(&self, squad: &Squad, sent: Option<&Assignment>) -> SquadState {
        match (squad.status, sent) {
            (SquadStatus::OutOfService, _) => SquadState::OutOfService,
            (_, Some(sent)) if sent.status == AssignmentStatus::OnScene => SquadState::OnScene,
            (_, Some(_)) => SquadState::EnRoute,
            (_, None) if !squad.shifts.cover(self.at, self.zone) => SquadState::OffDuty,
            (SquadStatus::Available, None) => SquadState::Available,
            (SquadStatus::Busy, None) => SquadState::Busy,
            (SquadStatus::Returning, None) => SquadState::Returning,
        }
    }

    fn answer_ms(&self) -> i64 {
        i64::from(self.limits.answer_s) * 1_000
    }

    /// Whoever was never heard of is not asked for: it is led by hand.
    fn asked(&self, state: SquadState, squad: &Squad, sent: Option<&Assignment>, fix: Option<Fix>) -> Option<Asked> {
        let limit_ms = self.limits.of(state)?;
        let moment = self.at.min(self.now);
        let fixed = fix.map(|fix| fix.fixed_at);
        let mut word = squad.said.as_ref().map(|said| said.at).max(sent.map(begun));
        if state == SquadState::Available {
            word = word.max(fixed);
        }
        let promised = sent.and_then(|sent| sent.ready_at);
        let mut due = word?.plus_ms(limit_ms).max(promised.unwrap_or(Timestamp::MIN));
        if due > moment {
            return None;
        }
        // Nobody speaks before the shift begins.
        if sent.is_none()
            && let Some(began) = squad.shifts.turned(self.at, self.zone)
        {
            due = due.max(began.plus_ms(limit_ms));
        }
        let heard = squad.said.as_ref().map(|said| said.received_at).max(fixed).unwrap_or(Timestamp::MIN);
        let lost = due.max(heard).plus_ms(self.answer_ms());
        let answered = self.limits.answer_s == 0 || lost > moment;
        (due <= moment).then_some(Asked { at: due, lost: (!answered).then_some(lost) })
    }
}

/// Since when the squad is as far as it is.
fn begun(sent: &Assignment) -> Timestamp {
    sent.arrived_at.or(sent.departed_at).unwrap_or(sent.assigned_at)
}

#[cfg(test)]
mod tests;
