//! How an incident comes to an owner.

use std::sync::Arc;

use uuid::Uuid;

use super::{Act, Action, CaseProfile, History, Incident, IncidentStatus};
use crate::{
    base::{Result, Timestamp},
    domain::{
        matters::Matters,
        ownership::{Case, Order, Precedents},
        responsibility::Law,
    },
};

impl Incident {
    /// As the lists saw it when it was filed, in the areas that were decided, or that it was filed in.
    pub fn case<'a>(&self, law: Law<'a>, matters: &'a Matters) -> Case<'a> {
        let matter = self.matter.as_ref().and_then(|code| matters.get(code));
        Case::new(law, self.ground(law.areas), matter, self.reported_at)
    }

    /// Who is asked as it comes in, as actions of `actor`; one that somebody works on already is accepted. Nothing
    /// where it has ended, has an owner, or no unit serves the place.
    pub fn intake(
        &self,
        case: &Case,
        precedents: &Precedents,
        (at, received_at, actor): (Timestamp, Timestamp, &str),
        id: impl Fn() -> Uuid,
    ) -> Vec<Action> {
        use IncidentStatus::{Discovered, Reported, Returned};
        if self.status.is_ended() || self.ownership.is_some() {
            return Vec::new();
        }
        let Some(offer) = case.intake(precedents) else { return Vec::new() };
        let begun = !matches!(self.status, Discovered | Reported | Returned);
        let orders = [Some(Order::Offer(offer)), begun.then_some(Order::Accept)];
        let action = |order| Action {
            entitled: case.entitled().to_vec(),
            ..Action::new(id(), Act::Own(order), at, received_at, actor)
        };
        orders.into_iter().flatten().map(action).collect()
    }

    /// The incident as it stands once `intake` was done with it.
    ///
    /// # Errors
    /// None that comes from [`Self::intake`].
    pub fn taken_in(self, intake: &[Action]) -> Result<Self> {
        // It comes into no other state by that: its profile has nothing to say.
        let mut history = History::begun(&self, Arc::clone(CaseProfile::township()));
        intake.iter().try_fold(self, |incident, action| Ok(history.take(&incident, action.clone())?.incident))
    }
}
