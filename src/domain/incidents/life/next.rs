//! What may be done to an incident next.

use serde::Serialize;

use super::{Act, Flag, Stand};
use crate::{
    base::Code,
    domain::{
        auth::Right,
        incidents::{
            CaseProfile, Incident, ReviewResult, Revisit, RevisitResult,
            evidence::EvidenceKind,
            profile::{Need, Transition},
        },
        ownership::Order,
    },
};

/// What may be done to an incident as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NextAct {
    pub act: Act,
    /// Not without saying why.
    pub needs_reason: bool,
    /// Not before this is known, too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(nullable = false)]
    pub lacks: Vec<Need>,
    /// How the case's profile calls it; not in the loop of townships.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name_zh: Option<String>,
    /// Who may.
    #[serde(skip)]
    pub right: Right,
}

impl NextAct {
    pub fn of(act: Act) -> Self {
        let needs_reason = act.needs_reason();
        Self::by_hand(act, needs_reason)
    }

    fn by_hand(act: Act, needs_reason: bool) -> Self {
        let right = act.needs().unwrap_or(Right::Dispatch);
        Self { act, needs_reason, lacks: Vec::new(), name: None, name_zh: None, right }
    }
}

impl Incident {
    /// In which state of its profile it is.
    pub fn state(&self) -> Code {
        self.profile.as_ref().map_or_else(|| self.status.state(), |under| under.state.clone())
    }

    /// What may be done to it by hand: the usual next state of its profile first, then flags, a remark. Of which kinds
    /// there is evidence, and whether its matter wants a legal review, its history knows.
    pub fn next(&self, profile: &CaseProfile, evidence: &[EvidenceKind], wants_review: bool) -> Vec<NextAct> {
        let (state, stand) = (self.state(), Stand { evidence: evidence.to_vec(), wants_review, ..Stand::now(self) });
        let named = self.profile.is_some();
        let step = |t: &Transition| {
            let (of, lacks) = (profile.state(&t.to), t.all_needs(profile).filter(|need| stand.lacks(*need)));
            let (name, name_zh) = match &t.name {
                Some(_) => (t.name.clone(), t.name_zh.clone()),
                None => (of.map(|s| s.name.clone()), of.and_then(|s| s.name_zh.clone())),
            };
            NextAct {
                act: Act::To(t.to.clone()),
                needs_reason: t.needs.contains(&Need::Reason),
                lacks: lacks.collect(),
                name: name.filter(|_| named),
                name_zh: name_zh.filter(|_| named),
                right: t.right,
            }
        };
        let flags = Flag::BY_HAND.map(|f| if self.flags.contains(&f) { Act::Lower(f) } else { Act::Raise(f) });
        let results = [RevisitResult::Rectified, RevisitResult::NotRectified].into_iter();
        let results = results.filter(|_| self.revisit_due_at().is_some());
        let revisits = results.map(|result| Act::Revisit(Revisit { result, by: None, due_at: None }));
        // One that nobody waits for is wanted first.
        let lacking = !self.status.is_ended() && stand.lacks(Need::LegalReview);
        let reviews = match lacking {
            true => vec![Act::LegalReview(ReviewResult::Approved), Act::LegalReview(ReviewResult::Rejected)],
            false if self.status.is_ended() => Vec::new(),
            false => vec![Act::WantLegalReview],
        };
        let removed = self.further_matters.iter().filter(|_| !self.status.is_ended()).cloned().map(Act::RemoveMatter);
        let others = revisits
            .chain(reviews)
            .chain(removed)
            .chain(flags)
            .chain([Act::Remark])
            .map(|act| NextAct::by_hand(act.clone(), act.needs_reason()));
        // One that is merged goes no way of its own, and comes back.
        let steps = profile.from(&state).filter(|_| self.merged_into.is_none()).map(step);
        let back = self.merged_into.map(|_| NextAct::of(Act::Unmerge));
        steps.chain(back).chain(others).collect()
    }

    /// Those of these orders that may be given as things stand.
    pub fn next_orders(&self, orders: Vec<Order>) -> Vec<NextAct> {
        let passes_over = |order: &Order| {
            matches!(order, Order::HandOver(_)) && self.ownership.as_ref().is_some_and(|o| o.offer.is_some())
        };
        let next = |order: Order| {
            let needs_reason = passes_over(&order);
            let act = Act::Own(order);
            NextAct::by_hand(act.clone(), needs_reason || act.needs_reason())
        };
        if self.status.is_ended() { Vec::new() } else { orders.into_iter().map(next).collect() }
    }
}
