//! In which of the areas in doubt a case lies (rule 14): who may say so. The decision is an action of the incident,
//! see `incidents::decision`.

use super::check_acts_for;
use crate::{
    base::{Error, Kind, Result},
    domain::{
        auth::Sight,
        incidents::{Act, Choice, DecidedBy, Incident, Over},
    },
    world::World,
};

/// The areas over a case once it is said to lie in one of those in doubt.
///
/// # Errors
/// `Invalid` for what is not in doubt; `Forbidden` for who does not act for the unit whose business it is.
pub(super) fn settle(world: &World, known: &Incident, choice: &Choice, sight: &Sight) -> Result<Over> {
    let ground = known.ground_in(&world.areas, &choice.area)?;
    match choice.by {
        DecidedBy::FirstFiler => match world.law().first_receiver(&ground, known.reported_at) {
            Some(unit) => check_acts_for(world, sight, &unit)?,
            None if sight.is_everything() => {}
            None => {
                let why = format!("no unit receives cases of {}, so none could have been first", choice.area);
                return Err(Error::new(Kind::Forbidden, why));
            }
        },
        DecidedBy::Negotiation => {
            known.ownership.iter().try_for_each(|o| check_acts_for(world, sight, &o.owner))?;
        }
        DecidedBy::Designation => {}
    }
    Ok(Over::of(&world.areas, &ground))
}

/// Who may say now in which of the areas it lies, and what: each candidate by whatever weighs more than what stands.
pub(in crate::feature) fn next(world: &World, incident: &Incident, sight: &Sight) -> Vec<Act> {
    let held = incident.decision.as_ref().map(|d| d.by as u8);
    let weighs = |by: &DecidedBy| held.is_none_or(|held| *by as u8 >= held && *by != DecidedBy::FirstFiler);
    let mut next = Vec::new();
    for candidate in incident.doubts(&world.areas) {
        let area = &world.areas.at(candidate.area).code;
        for by in [DecidedBy::FirstFiler, DecidedBy::Negotiation, DecidedBy::Designation].into_iter().filter(weighs) {
            let choice = Choice { area: area.clone(), by, over: None };
            if settle(world, incident, &choice, sight).is_ok() {
                next.push(Act::Decide(choice));
            }
        }
    }
    next
}
