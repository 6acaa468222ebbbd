use super::*;
use crate::domain::assignments::tests::{at, sent, step};

use AssignmentStatus::*;

/// An assignment that took these steps, and what was told of it.
fn after(steps: &[(AssignmentStatus, i64, ArrivedBy)]) -> (Assignment, Vec<ToldStep>) {
    let mut told = vec![ToldStep { at: at(0), to: Assigned }];
    let take = |a: Assignment, &(to, minute, by): &(AssignmentStatus, i64, ArrivedBy)| {
        let reason = to.needs_reason().then_some("so it is");
        told.push(ToldStep { at: at(minute), to });
        a.step(&Step { by, ..step(to, minute, reason) }, at(60)).unwrap()
    };
    let assignment = steps.iter().fold(sent(1, "S"), take);
    (assignment, told)
}

use ArrivedBy::{Geofence, Hand};

#[test]
fn a_step_is_put_where_it_can_have_been() {
    for (told, late, minute, fits) in [
        (&[(OnScene, 12, Geofence)][..], EnRoute, 3, true),
        (&[(OnScene, 12, Geofence)], EnRoute, 12, true),
        (&[(OnScene, 12, Geofence)], EnRoute, 13, false),
        (&[(OnScene, 12, Geofence)], EnRoute, -1, false),
        (&[(OnScene, 12, Hand), (Done, 20, Hand)], EnRoute, 3, true),
        (&[(OnScene, 12, Hand), (Done, 20, Hand)], EnRoute, 15, false),
        (&[(EnRoute, 2, Hand), (OnScene, 12, Hand)], EnRoute, 3, false),
        (&[(Declined, 12, Hand)], EnRoute, 3, true),
        (&[(EnRoute, 2, Hand), (Diverted, 12, Hand)], OnScene, 9, true),
        (&[(EnRoute, 2, Hand), (Diverted, 12, Hand)], OnScene, 13, false),
        (&[(EnRoute, 2, Hand), (Diverted, 12, Hand)], OnScene, 1, false),
        // Who was there doesn't decline any more.
        (&[(EnRoute, 2, Hand), (Declined, 12, Hand)], OnScene, 9, false),
        // What ended does not end again, and is not begun again.
        (&[(Cancelled, 12, Hand)], Done, 9, false),
        (&[(Cancelled, 12, Hand)], Assigned, 9, false),
    ] {
        let (known, told) = after(told);
        let placed = known.placed(&told, &step(late, minute, None), at(60));
        assert_eq!(placed.is_some(), fits, "{told:?} {late:?} {minute}");
        let Some(placed) = placed else { continue };
        let told_at = if late == EnRoute { placed.departed_at } else { placed.arrived_at };
        assert_eq!(told_at, Some(at(minute)), "{told:?}");
        let as_before = Assignment {
            departed_at: known.departed_at,
            arrived_at: known.arrived_at,
            arrived_by: known.arrived_by,
            ..placed
        };
        assert_eq!(as_before, known, "nothing else is otherwise");
    }
}

#[test]
fn what_waited_and_never_began_did_not_set_out() {
    let told = [ToldStep { at: at(0), to: Queued }, ToldStep { at: at(9), to: Cancelled }];
    let ended = Assignment { status: Cancelled, ended_at: Some(at(9)), ..sent(1, "S") };
    assert_eq!(ended.placed(&told, &step(EnRoute, 4, None), at(60)), None);
}

#[test]
fn who_says_that_it_came_after_its_positions_did_changes_nothing() {
    let (there, told) = after(&[(EnRoute, 2, Hand), (OnScene, 12, Geofence)]);
    let again = |told: &[ToldStep], minute| there.placed(told, &step(OnScene, minute, None), at(60));
    for minute in [2, 11, 12, 14] {
        assert_eq!(again(&told, minute), Some(there.clone()), "{minute}");
    }
    assert_eq!(again(&told, 1), None, "before it set out");
    assert_eq!(again(&told, 70), None, "ahead of now");
    let twice = [&told[..], &[ToldStep { at: at(14), to: OnScene }]].concat();
    assert_eq!(again(&twice, 15), None, "it has said so");
    let (by_hand, told) = after(&[(OnScene, 12, Hand)]);
    assert_eq!(by_hand.placed(&told, &step(OnScene, 14, None), at(60)), None);
}
