//! Orders one after another, by hand and by chance: whatever is ordered, nobody gets a power that no list gives.

use fastrand::Rng;

use super::*;
use crate::domain::{
    areas::AreaIx,
    responsibility::{
        Ground, Law,
        tests::{areas, code, day, lists, matters, units},
    },
};

const AT: i64 = 10;

fn given(minute: i64, entitled: &[Entitled]) -> Given<'_> {
    let at = day(AT).plus_ms(minute * 60_000);
    Given { at, received_at: at, reasoned: true, entitled }
}

fn entitled(unit: &str, power: Power) -> Entitled {
    Entitled { unit: code(unit), power, list: ListRef { list: code("L"), version: 1 } }
}

fn offer(to: &str, receiver: &str) -> Order {
    Order::Offer(Offer { to: code(to), receiver: Some(code(receiver)), by: OfferedBy::Lead })
}

fn hand_over(to: &str) -> Order {
    Order::HandOver(HandOver { to: code(to), by_hand: false })
}

fn judge(to: &str, power: Option<Power>) -> Order {
    Order::Judge(Judgement { to: code(to), power, like_cases: None })
}

fn cite() -> Order {
    Order::Return(Citation { list: code("L"), version: 1, power: Power::Penalise })
}

/// Orders, a minute apart.
fn done(orders: &[Order], entitled: &[Entitled]) -> Result<Ownership> {
    let mut now = None;
    for (minute, order) in (0..).zip(orders) {
        now = Some(Ownership::after(now, order, given(minute, entitled))?);
    }
    now.ok_or_else(|| Error::internal("nothing was ordered"))
}

#[test]
fn the_first_receiver_owns_it_until_it_is_handed_over() {
    let law = [entitled("B1", Power::Penalise), entitled("TO1", Power::Inspect)];
    let begun = done(&[offer("B1", "TO1")], &law).unwrap();
    assert_eq!((begun.state, &begun.owner, begun.no_penalty), (OwnershipState::Delivered, &code("TO1"), true));
    assert_eq!((&begun.powers, begun.since), (&vec![Power::Inspect], day(AT)));
    assert_eq!(begun.answer_due_at(Urgency::Quick), Some(day(AT).plus_ms(600_000)));
    let accepted = done(&[offer("B1", "TO1"), Order::Accept], &law).unwrap();
    assert_eq!((&accepted.owner, accepted.no_penalty, &accepted.passed), (&code("B1"), false, &vec![code("TO1")]));
    let returned = done(&[offer("B1", "TO1"), cite()], &law).unwrap();
    assert_eq!((returned.state, &returned.owner), (OwnershipState::Returned, &code("TO1")));
    let again = done(&[offer("B1", "TO1"), cite(), hand_over("B2"), cite()], &law).unwrap();
    assert_eq!((again.state, &again.owner, again.returns), (OwnershipState::Disputed, &code("TO1"), 2));
    // Told by hand, the clock runs once it is delivered.
    let by_hand = Order::HandOver(HandOver { to: code("B1"), by_hand: true });
    let waiting = done(&[offer("TO1", "TO1"), Order::Accept, by_hand.clone()], &law).unwrap();
    assert_eq!((waiting.state, waiting.answer_due_at(Urgency::Quick)), (OwnershipState::Offered, None));
    let told = done(&[offer("TO1", "TO1"), Order::Accept, by_hand, Order::Deliver], &law).unwrap();
    assert_eq!(told.answer_due_at(Urgency::Urgent), Some(day(AT).plus_ms(8 * 60_000)));
    // What came from a dead zone was delivered when it came.
    let late = Given { received_at: day(AT).plus_ms(3_600_000), ..given(0, &law) };
    let late = Ownership::after(None, &offer("B1", "TO1"), late).unwrap();
    assert_eq!(late.offer.unwrap().delivered_at, Some(day(AT).plus_ms(3_600_000)));
}

#[test]
fn what_breaks_a_rule_is_refused_by_its_number() {
    use Order::{Accept, Deliver, Use};
    let law = [entitled("B1", Power::Penalise)];
    let begun = offer("B1", "TO1");
    let disputed = [begun.clone(), cite(), hand_over("B2"), cite()];
    let refused = |orders: &[Order], rule: u8| {
        let e = done(orders, &law).unwrap_err();
        assert!(e.detail.contains(&format!("(rule {rule})")), "{orders:?}: {e}");
    };
    refused(&[Accept], 15);
    refused(&[begun.clone(), begun.clone()], 15);
    refused(&[begun.clone(), Deliver], 15);
    refused(&[begun.clone(), Accept, Accept], 15);
    refused(&[begun.clone(), Accept, cite()], 15);
    refused(&[begun.clone(), Accept, hand_over("B1")], 15);
    refused(&[begun.clone(), hand_over("B1")], 15);
    refused(&[begun.clone(), Use(Power::Penalise)], 18);
    refused(&[begun.clone(), judge("B1", None)], 17);
    refused(&[begun.clone(), cite(), judge("B1", None)], 17);
    refused(&[&disputed[..], &[hand_over("B1")]].concat(), 17);
    refused(&[&disputed[..], &[judge("B2", Some(Power::Penalise))]].concat(), 18);
    refused(&[begun.clone(), Accept, Use(Power::Coerce)], 18);
    // Somebody gets the handling, and no power with it.
    let judged = [&disputed[..], &[judge("B2", None)]].concat();
    let owned = done(&judged, &law).unwrap();
    assert_eq!((owned.state, &owned.owner, owned.no_penalty), (OwnershipState::Judged, &code("B2"), true));
    refused(&[&judged[..], &[Use(Power::Penalise)]].concat(), 18);
    refused(&[&judged[..], &[cite()]].concat(), 15);
    done(&[&disputed[..], &[judge("B1", Some(Power::Penalise)), Use(Power::Penalise)]].concat(), &law).unwrap();
    // A judge's word for like cases comes back to a judge at once.
    let like = Order::Offer(Offer { to: code("B1"), receiver: Some(code("TO1")), by: OfferedBy::Precedent });
    assert_eq!(done(&[like, cite()], &law).unwrap().state, OwnershipState::Disputed);
    let bare = Given { reasoned: false, ..given(1, &law) };
    let over = Ownership::after(done(&[begun], &law).ok(), &hand_over("B2"), bare).unwrap_err();
    assert_eq!(over.field.as_deref(), Some("reason"));
}

/// Every order that there could be.
fn every_order(law: Law) -> Vec<Order> {
    let mut all = vec![Order::Deliver, Order::Accept];
    for unit in law.units.all() {
        all.push(Order::HandOver(HandOver { to: unit.code.clone(), by_hand: false }));
        let powers = Power::ALL.map(Some).into_iter().chain([None]);
        all.extend(powers.map(|power| Order::Judge(Judgement { to: unit.code.clone(), power, like_cases: None })));
    }
    for power in Power::ALL {
        all.push(Order::Use(power));
        for list in law.lists.all() {
            let ListRef { list, version } = list.reference();
            all.push(Order::Return(Citation { list, version, power }));
        }
    }
    all
}

#[test]
fn by_chance_what_may_be_next_is_what_is_taken_and_nobody_gets_what_no_list_gives() {
    let (areas, units, matters) = (areas(), units(), matters());
    let ix = |of: &str| -> AreaIx { areas.index(of).unwrap() };
    let grounds = [
        Ground { overlays: vec![], township: Some(ix("T1")), county: Some(ix("C")) },
        Ground { overlays: vec![ix("O1")], township: Some(ix("T2")), county: Some(ix("C")) },
    ];
    let (mut disputes, mut uses, mut returns) = (0, 0, 0);
    for seed in 0..16 {
        let mut dice = Rng::with_seed(seed);
        let lists = lists(&mut dice, &units);
        let law = Law { areas: &areas, units: &units, lists: &lists };
        let all = every_order(law);
        for n in 0..6 {
            let matter = (dice.usize(..6) > 0).then(|| &matters.all()[dice.usize(..8)]);
            let (ground, filed_at) = (&grounds[n % 2], day(dice.usize(..22) as i64));
            let case = Case::new(law, ground.clone(), matter, filed_at);
            let Some(first) = case.intake(&Precedents::default()) else { continue };
            let given = Given { at: filed_at, received_at: filed_at, reasoned: true, entitled: case.entitled() };
            let mut now = Ownership::after(None, &Order::Offer(first), given).unwrap();
            for _ in 0..8 {
                let taken = |order: &&Order| {
                    case.check(Some(&now), order)
                        .and_then(|()| Ownership::after(Some(now.clone()), order, given))
                        .is_ok()
                };
                let may: Vec<&Order> = all.iter().filter(taken).collect();
                let next = case.next(Some(&now));
                for order in &next {
                    assert!(may.contains(&order), "seed {seed}: {order:?} is offered and refused in {now:?}");
                }
                for order in &may {
                    let handling = matches!(order, Order::Judge(Judgement { power: None, .. }));
                    assert!(handling || next.contains(order), "seed {seed}: {order:?} is not offered in {now:?}");
                    // By the answer itself, asked anew.
                    if let Order::Use(power) | Order::Judge(Judgement { power: Some(power), .. }) = order {
                        let unit = if let Order::Judge(j) = order { &j.to } else { &now.owner };
                        let answer = law.answer(ground, matter, *power, filed_at);
                        assert!(answer.leads.iter().any(|g| g.lead == *unit), "seed {seed}: {order:?}");
                    }
                    if let Order::Return(c) = order {
                        let unit = now.offer.as_ref().map(|o| &o.to).unwrap();
                        let answer = law.answer(ground, matter, c.power, filed_at);
                        let leads_alone = answer.leads.iter().all(|g| g.lead == *unit) && !answer.leads.is_empty();
                        assert!(!leads_alone, "seed {seed}: {unit} leads alone and returns it by {c:?}");
                    }
                }
                let steps: Vec<&&Order> =
                    may.iter().filter(|o| !matches!(o, Order::Accept) || dice.usize(..4) == 0).collect();
                let Some(&&order) = steps.get(dice.usize(..steps.len().max(1))) else { break };
                // Rather returns than hand-overs: disputes are what is looked for.
                let order =
                    may.iter().copied().find(|o| matches!(o, Order::Return(_)) && dice.usize(..3) > 0).unwrap_or(order);
                disputes += usize::from(now.state == OwnershipState::Disputed);
                uses += usize::from(matches!(order, Order::Use(_)));
                returns += usize::from(matches!(order, Order::Return(_)));
                now = Ownership::after(Some(now), order, given).unwrap();
            }
        }
    }
    assert!(disputes > 0 && uses > 5 && returns > 5, "{disputes} disputes, {uses} uses, {returns} returns");
}
