//! The watchdog: open cases in which nothing has happened for too long, why, and what to do.
//!
//! Nothing here is kept: it follows from when something was last heard of a case, from who is sent there and who was
//! whistled for, and from the time. A case ends to be stuck when something happens; one that is suspended (挂账) waits
//! with a reason and is none. One in which something has to be rectified waits until that day is over: then it is one
//! until somebody goes there.

mod limits;
mod reason;

use std::{cmp::Reverse, collections::HashMap};

use jiff::tz::TimeZone;
use serde::Serialize;
use uuid::Uuid;

use self::limits::Phase;
pub use self::{
    limits::Limits,
    reason::{Reason, Remedy},
};
use super::{
    assignments::{Assignment, AssignmentStatus, Assignments},
    catalogue::{Catalogue, Mark},
    incidents::{Flag, Incident, IncidentStatus},
    matters::Matters,
    whistles::Whistles,
};
use crate::base::Timestamp;

/// Why a case is stuck, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct Stuck {
    pub reason: Reason,
    pub next: Remedy,
    /// When something was heard of it last.
    pub heard_at: Timestamp,
    /// When that had been too long ago.
    pub since: Timestamp,
}

/// What the watchdog looks at.
#[derive(Debug)]
pub struct Watch<'a> {
    limits: &'a Limits,
    matters: &'a Matters,
    catalogue: &'a Catalogue,
    zone: TimeZone,
    /// Of each case the squad that got farthest.
    sent: HashMap<Uuid, &'a Assignment>,
    /// When something was last heard of who was sent or whistled for.
    heard: HashMap<Uuid, Timestamp>,
}

impl<'a> Watch<'a> {
    pub fn new(
        limits: &'a Limits,
        (matters, catalogue, zone): (&'a Matters, &'a Catalogue, TimeZone),
        assignments: &'a Assignments,
        whistles: &Whistles,
    ) -> Self {
        let mut this = Self { limits, matters, catalogue, zone, sent: HashMap::new(), heard: HashMap::new() };
        assignments.all().for_each(|assignment| this.send(assignment));
        for whistle in whistles.all() {
            let said = whistle.arrived_at.or(whistle.acknowledged_at).unwrap_or(whistle.whistled_at);
            this.hear(whistle.incident, said);
        }
        this
    }

    fn send(&mut self, assignment: &'a Assignment) {
        let said = assignment.arrived_at.or(assignment.departed_at).unwrap_or(assignment.assigned_at);
        // Who said when it is free is not asked before.
        self.hear(assignment.incident, said.max(assignment.ready_at.unwrap_or(said)));
        let sent = self.sent.entry(assignment.incident).or_insert(assignment);
        if assignment.status as u8 > sent.status as u8 {
            *sent = assignment;
        }
    }

    fn hear(&mut self, incident: Uuid, at: Timestamp) {
        let heard = self.heard.entry(incident).or_insert(at);
        *heard = at.max(*heard);
    }

    /// Whether a case is stuck at `now`, and why.
    pub fn stuck(&self, incident: &Incident, now: Timestamp) -> Option<Stuck> {
        if incident.status.is_ended() || incident.flags.contains(&Flag::Suspended) {
            return None;
        }
        let sent = self.sent.get(&incident.id).copied();
        // That the day is over is no silence: what was said since changes nothing.
        let revisit = incident.revisit_due_at().map(|since| (since, Reason::of(incident, sent)));
        if let Some((since, reason @ Reason::Unrevisited)) = revisit {
            let heard_at = incident.heard_at().max(self.heard.get(&incident.id).copied().unwrap_or(Timestamp::MIN));
            return (since <= now).then(|| Stuck { reason, next: reason.remedy(), heard_at, since });
        }
        let limit_ms = self.limits.of(phase(incident, sent))?;
        // Most were heard of just now: that alone tells it of them.
        let said = incident.heard_at();
        let heard_at = said.max(self.heard.get(&incident.id).copied().unwrap_or(said));
        let quiet = heard_at.plus_ms(limit_ms);
        if quiet > now {
            return None;
        }
        let reason = match Reason::of(incident, sent) {
            Reason::Unclosed if incident.lacks_review(self.matters) => Reason::Unreviewed,
            reason => reason,
        };
        let answer = incident.ownership.as_ref().and_then(|o| o.answer_due_at(incident.urgency));
        let own = answer.filter(|_| reason == Reason::Unanswered).max(self.stage_due(incident));
        let since = own.map_or(quiet, |own| own.max(quiet));
        (since <= now).then(|| Stuck { reason, next: reason.remedy(), heard_at, since })
    }

    /// By when the stage of its matter has to end that began last; one for the whole case says nothing of this part.
    /// That it stood while the case was suspended is left out: when it went on, something was heard of it.
    fn stage_due(&self, incident: &Incident) -> Option<Timestamp> {
        let matter = self.matters.get(incident.matter.as_ref()?)?;
        let running = self.catalogue.running(incident, matter, &self.zone);
        let of_a_part = running.filter(|(stage, _)| stage.until != Mark::Closed || stage.from == Mark::Handled);
        let due = of_a_part.filter_map(|(stage, due_at)| Some((Reverse(stage.from as u8), due_at?)));
        due.min().map(|(_, due_at)| due_at)
    }
}

fn phase(incident: &Incident, sent: Option<&Assignment>) -> Phase {
    use IncidentStatus::{Arrived, FedBack, Handled, Verified};
    match (incident.status, sent.map(|sent| sent.status)) {
        (Handled | FedBack | Verified, _) => Phase::Closing,
        (Arrived, _) | (_, Some(AssignmentStatus::OnScene)) => Phase::OnScene,
        _ => Phase::Waiting(incident.urgency),
    }
}

#[cfg(test)]
mod tests;
