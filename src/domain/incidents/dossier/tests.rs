use std::sync::Arc;

use super::*;
use crate::domain::{
    incidents::{Action, CaseProfile, Milestones, reported},
    lists::{ListRef, Power},
    ownership::{Citation, HandOver, Offer, OfferedBy, Order},
};

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn at(minute: i64) -> Timestamp {
    reported().reported_at.plus_ms(minute * 60_000)
}

fn action(order: Order, minute: i64) -> Action {
    let list = ListRef { list: code("L"), version: 3 };
    Action {
        id: Uuid::from_u128(minute as u128),
        act: Act::Own(order),
        at: at(minute),
        received_at: at(minute),
        actor: "test".to_owned(),
        reason: Some("so".to_owned()),
        assignment: None,
        late: false,
        entitled: vec![Entitled { unit: code("B"), power: Power::Penalise, list }],
    }
}

#[test]
fn whose_it_was_at_each_moment_follows_from_the_history_and_ends_as_it_stands() {
    let cite = Order::Return(Citation { list: code("L"), version: 3, power: Power::Penalise });
    let offer = Offer { to: code("T"), receiver: Some(code("T")), by: OfferedBy::FirstReceiver };
    let orders = [
        (Order::Offer(offer), 0),
        (cite, 12),
        (Order::HandOver(HandOver { to: code("B"), by_hand: true }), 20),
        (Order::Deliver, 25),
        (Order::Accept, 30),
        (Order::Use(Power::Penalise), 40),
    ];
    let mut history = History::begun(&reported(), Arc::clone(CaseProfile::township()));
    let mut incident = reported();
    for (order, minute) in orders {
        incident = history.take(&incident, action(order, minute)).unwrap().incident;
    }
    let tenures = history.tenures().unwrap();
    let told: Vec<_> = tenures.iter().map(|t| (t.from, t.until, t.ownership.owner.as_str(), t.by.len())).collect();
    assert_eq!(
        told,
        [
            (at(0), Some(at(12)), "T", 0),
            (at(12), Some(at(20)), "T", 0),
            (at(20), Some(at(25)), "T", 1),
            (at(25), Some(at(30)), "T", 1),
            (at(30), None, "B", 1),
        ],
        "a power that is used changes nobody"
    );
    assert_eq!(Some(&tenures.last().unwrap().ownership), incident.ownership.as_deref());
    incident.milestones = Milestones { arrived_at: Some(at(31)), accepted_at: Some(at(2)), ..Milestones::default() };
    let clocks = incident.clocks(&tenures, &Matters::default(), at(60));
    let told: Vec<_> =
        clocks.iter().map(|c| (c.unit.as_ref().map(Code::as_str), c.began_at, c.due_at, c.late)).collect();
    assert_eq!(
        told,
        [
            (None, at(0), at(30), Some(true)),
            (Some("T"), at(0), at(10), Some(true)),
            (Some("B"), at(25), at(35), Some(false)),
        ]
    );
    let intervals: Vec<_> = incident.intervals().into_iter().map(|i| (i.from, i.to, i.s)).collect();
    assert_eq!(intervals, [("reported", "accepted", 120), ("accepted", "arrived", 29 * 60)]);
}
