//! For what a case waits in which nothing happens, and what to do about it.

use crate::{
    base::words,
    domain::{
        assignments::{Assignment, AssignmentStatus},
        incidents::{Incident, IncidentStatus},
        ownership::OwnershipState,
    },
};

words! {
    /// For what a case waits in which nothing happens.
    #[schema(as = StuckReason)]
    Reason {
        /// Nobody has accepted the report, nor sent it on.
        Unaccepted = "unaccepted",
        /// The unit that was asked has neither accepted nor returned it.
        Unanswered = "unanswered",
        /// The unit that was asked returned it, and nobody else was asked.
        Unowned = "unowned",
        /// A judge has not decided whose it is.
        Undecided = "undecided",
        /// Nobody is sent.
        Unassigned = "unassigned",
        /// It waits behind what its squad is doing.
        Queued = "queued",
        /// The squad that is sent has not set out.
        NotDeparted = "not_departed",
        /// The squad set out, and is not there.
        NotArrived = "not_arrived",
        /// Somebody was there, and nobody says what became of it.
        Unhandled = "unhandled",
        /// The day is over by which something had to be rectified, and nobody has seen whether it was.
        Unrevisited = "unrevisited",
        /// It is handled, and its legal review has not approved it.
        Unreviewed = "unreviewed",
        /// It is handled, and neither verified nor closed.
        Unclosed = "unclosed",
    }
}

words! {
    /// What to do with a case that is stuck.
    #[schema(as = StuckRemedy)]
    Remedy {
        /// Accept the report, or say why not.
        Accept = "accept",
        /// Ask the unit, or hand the case to another.
        AskUnit = "ask_unit",
        /// Hand the case to a unit.
        HandOver = "hand_over",
        Judge = "judge",
        SendSquad = "send_squad",
        /// Ask the squad, or send another.
        AskSquad = "ask_squad",
        /// Say what was done.
        Handle = "handle",
        /// Visit it, and say whether it was rectified.
        Revisit = "revisit",
        /// Review it, and say what that came to.
        Review = "review",
        /// Verify and close it.
        Close = "close",
    }
}

impl Reason {
    /// The squad comes before the unit, and the unit before the state.
    pub(super) fn of(incident: &Incident, sent: Option<&Assignment>) -> Self {
        use IncidentStatus::{Arrived, Discovered, FedBack, Handled, Reported, Returned, Verified};
        let revisit = incident.revisit_due_at().is_some();
        if !revisit && matches!(incident.status, Handled | FedBack | Verified) {
            return Self::Unclosed;
        }
        match sent.map(|sent| sent.status) {
            Some(AssignmentStatus::Queued) => return Self::Queued,
            Some(AssignmentStatus::Assigned) => return Self::NotDeparted,
            Some(AssignmentStatus::EnRoute) => return Self::NotArrived,
            Some(_) if !revisit => return Self::Unhandled,
            None if !revisit && incident.status == Arrived => return Self::Unhandled,
            Some(_) | None => {}
        }
        match incident.ownership.as_ref().map(|o| (o.state, o.offer.is_some())) {
            Some((_, true)) => Self::Unanswered,
            Some((OwnershipState::Disputed, _)) => Self::Undecided,
            Some((OwnershipState::Returned, _)) => Self::Unowned,
            _ if revisit => Self::Unrevisited,
            _ if matches!(incident.status, Discovered | Reported | Returned) => Self::Unaccepted,
            _ => Self::Unassigned,
        }
    }

    pub fn remedy(self) -> Remedy {
        match self {
            Self::Unaccepted => Remedy::Accept,
            Self::Unanswered => Remedy::AskUnit,
            Self::Unowned => Remedy::HandOver,
            Self::Undecided => Remedy::Judge,
            Self::Unassigned | Self::Queued => Remedy::SendSquad,
            Self::NotDeparted | Self::NotArrived => Remedy::AskSquad,
            Self::Unhandled => Remedy::Handle,
            Self::Unrevisited => Remedy::Revisit,
            Self::Unreviewed => Remedy::Review,
            Self::Unclosed => Remedy::Close,
        }
    }
}
