//! What the response plans want for the case, and who together holds it.

use std::sync::Arc;

use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{
    advice::{PlannedResponse, PlannedSquad},
    ask::{Ask, AskedPlan},
    case::Case,
};
use crate::{
    base::{Code, Timestamp},
    domain::{
        assignments::{Assignment, AssignmentStatus},
        dispatch::Ranked,
        officers::Competence,
        recommend::{Hand, response},
        squads::Squad,
    },
    world::World,
};
/// What the response plans say of a case, and who is sent to it already.
pub(super) fn asked_plan(
    world: &World,
    case: &Case,
    incident: Option<Uuid>,
    when: (Timestamp, &TimeZone),
    level: u32,
) -> Option<AskedPlan> {
    let matter = case.matter.as_ref().and_then(|code| world.matters.get(code));
    let chain = world.areas.locate(case.target);
    let over = [chain.grid, chain.village, chain.township, chain.county].into_iter().flatten();
    // A special area stands before the township that it lies over.
    let special = world.areas.special(case.target);
    let areas: Vec<&Code> = special.into_iter().chain(over).map(|ix| &world.areas.at(ix).code).collect();
    let (line, levels) = world.catalogue.response_plans.wanted(matter, &areas, when, level)?;
    let comes = |a: &Assignment| a.status != AssignmentStatus::Queued && a.competence != Competence::FirstLook;
    let sent = world.assignments.all().filter(|a| Some(a.incident) == incident && comes(a));
    Some(AskedPlan { line: line.clone(), levels, sent: sent.map(|a| a.squad.clone()).collect() })
}

impl Ask {
    /// Who of `near`, the soonest first, makes up what the plan wants.
    pub(super) fn response(&self, plan: &AskedPlan, near: Vec<Ranked>) -> PlannedResponse {
        let AskedPlan { line, levels, sent } = plan;
        let near: Vec<(Ranked, &Arc<Squad>)> =
            near.into_iter().filter_map(|r| self.squads.get(&r.squad.id).map(|squad| (r, squad))).collect();
        let there = sent.iter().filter_map(|id| self.squads.get(id));
        let there: Vec<Hand> = there
            .map(|squad| Hand { squad, officers: self.sent_for.certified(squad, self.at).certified_officers })
            .collect();
        let hands: Vec<Hand> =
            near.iter().map(|(r, squad)| Hand { squad, officers: r.certified.certified_officers }).collect();
        let units = &self.sent_for.units;
        let (chosen, missing) =
            response(&line.wants, &there, &hands, |unit: &Code, above: &Code| units.acts_for(unit, above));
        let squad = |n: usize| PlannedSquad {
            squad: near[n].0.squad.clone(),
            unit: near[n].1.unit.clone(),
            eta_s: near[n].0.eta_s,
            officers: hands[n].officers,
            equipment: near[n].1.equipment.clone(),
        };
        PlannedResponse {
            plan: line.plan.clone(),
            level: line.level,
            levels: *levels,
            wants: line.wants.clone(),
            sent: sent.clone(),
            eta_s: chosen.last().map(|&n| near[n].0.eta_s),
            squads: chosen.into_iter().map(squad).collect(),
            missing,
        }
    }
}
