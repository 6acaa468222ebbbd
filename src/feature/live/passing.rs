//! Events of what passes without a change of the log: they have no id, and are not replayed.

use axum::body::Bytes;
use serde_json::json;

use super::{
    block::block,
    bodies::{Turned, TurnedIncident},
    wanted::Wanted,
};
use crate::{
    base::Code,
    ctx::{Positions, Turn},
    domain::{auth::Sight, dispatch},
    feature::layers::Layer,
    world::World,
};

/// Those in sight that are wanted; `None` where nobody is.
pub(super) fn moves(world: &World, batch: &Positions, sight: &Sight, wanted: &mut Wanted) -> Option<Bytes> {
    if !wanted.is_everything() {
        let moves = wanted.moves(world, batch);
        return written(world, batch, sight, |squad| moves.contains(squad));
    }
    let write = || written(world, batch, sight, |_| true);
    if sight.is_everything() { batch.written.or(write) } else { write() }
}

fn written(world: &World, batch: &Positions, sight: &Sight, wanted: impl Fn(&Code) -> bool) -> Option<Bytes> {
    let seen = batch.moves.iter();
    let positions: Vec<_> = seen
        .filter(|(squad, _)| wanted(squad) && dispatch::is_seen(squad, &world.squads, sight))
        .map(|(squad, f)| json!({ "squad": squad, "lng": f.at.lng, "lat": f.at.lat, "fixed_at": f.fixed_at }))
        .collect();
    let data = json!({ "kind": "positions", "positions": positions }).to_string();
    (!positions.is_empty()).then(|| block("positions", None, &data))
}

/// What turned without a change; `None` where no squad of it is in sight and wanted.
pub(super) fn by_clock(world: &World, turn: &Turn, sight: &Sight, wanted: &Wanted) -> Option<Bytes> {
    let (name, data) = match turn {
        Turn::Contact(squads) => {
            let seen = squads.iter().filter(|(squad, _)| dispatch::is_seen(squad, &world.squads, sight));
            let seen = seen.filter(|(squad, _)| wanted.wants_squad(world, squad));
            let squads: Vec<Turned> = seen.map(|(squad, doing)| Turned::of(squad, *doing)).collect();
            if squads.is_empty() {
                return None;
            }
            ("contact", json!({ "kind": "contact", "squads": squads }))
        }
        Turn::Overdue(calls) => {
            let seen = calls.iter().filter(|call| call.is_seen(sight) && wanted.wants_call(world, call));
            let calls: Vec<_> = seen.map(|call| call.id).collect();
            if calls.is_empty() {
                return None;
            }
            ("calls_overdue", json!({ "kind": "calls_overdue", "calls": calls }))
        }
        Turn::NotAccepted(late) => {
            let seen = late.iter().filter(|handover| handover.is_seen(sight) && wanted.wants_handover(world, handover));
            let handovers: Vec<_> = seen.map(|handover| handover.id).collect();
            if handovers.is_empty() {
                return None;
            }
            ("handovers_late", json!({ "kind": "handovers_late", "handovers": handovers }))
        }
        Turn::Stuck(turned) => {
            let seen = turned.iter().filter(|(i, _)| i.is_seen(sight) && wanted.wants_incident(world, i));
            let incidents: Vec<TurnedIncident> = seen.map(TurnedIncident::of).collect();
            if incidents.is_empty() {
                return None;
            }
            ("incidents_stuck", json!({ "kind": "incidents_stuck", "incidents": incidents }))
        }
        Turn::Silence(_) if !wanted.wants_layer(Layer::Squads) => return None,
        Turn::Silence(since) => ("position_feed", json!({ "kind": "position_feed", "silent_since": since })),
    };
    Some(block(name, None, &data.to_string()))
}
