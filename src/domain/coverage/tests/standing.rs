//! Coverage kept up to date, against coverage computed anew.

use std::collections::BTreeSet;

use fastrand::Rng;

use super::*;
use crate::domain::{
    coverage::{Coverages, Filter, Places, Who, kept::bytes, route},
    response::NONE_LOST,
};

/// Everything that coverage knows of the cells, without the numbers of the seats.
fn whole(c: &Coverage) -> Vec<[Option<(u32, Code)>; 2]> {
    let squad = |a: Arrival| a.is_somebody().then(|| (a.ms, c.squads[a.squad as usize].clone()));
    c.times.iter().map(|t| [squad(t.best), squad(t.second)]).collect()
}

fn assert_same(kept: &Coverage, anew: &Coverage, case: &str) {
    assert_eq!(kept.minutes, anew.minutes);
    let depths = |c: &Coverage| c.times.iter().map(|t| t.depth).collect::<Vec<_>>();
    // Without printing thousands of cells.
    assert!(whole(kept) == whole(anew), "{case}: the best two differ");
    assert!(depths(kept) == depths(anew), "{case}: the depths differ");
}

/// How often what happens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Course {
    pub events: usize,
    pub moves: usize,
    /// Events between two comparisons.
    pub every: usize,
}

/// Squads turn busy and free, and move to a `place`, at random; what is kept over `base` stays equal
/// to what is computed anew over `oracle`, which is the same but for the way it searches.
pub(crate) fn stays_equal(
    dice: &mut Rng,
    [base, oracle]: [&Arc<Base>; 2],
    squads: &mut Squads,
    place: impl Fn(&mut Rng) -> LngLat,
    course: Course,
) {
    let (kept, mut ws, mut oracle_ws) = (Coverages::default(), Workspace::default(), Workspace::default());
    let ids: Vec<Code> = squads.all().map(|s| s.id.clone()).collect();
    let few: BTreeSet<Code> = ids.iter().step_by(2).cloned().collect();
    let (everybody, zone) = (Filter::default(), TimeZone::UTC);
    let some = [Filter { profile: Some(Profile::Car), squads: None }, Filter { profile: None, squads: Some(few) }];
    let all = course.events + course.moves;
    let (mut events, mut moves, mut lost) = (0, 0, BTreeSet::new());
    for step in 1..=all {
        // One falls silent, or is heard again.
        let id = &ids[step % ids.len()];
        if dice.usize(..8) == 0 && !lost.remove(id) {
            lost.insert(id.clone());
        }
        let squad = squads.get(&ids[dice.usize(..ids.len())]).unwrap().as_ref().clone();
        // The moves are spread over the events.
        if dice.usize(..all + 1 - step) < course.moves - moves {
            moves += 1;
            squads.put(Squad { post: place(dice), ..squad });
        } else {
            events += 1;
            let status = match squad.status {
                SquadStatus::Available if dice.usize(..8) == 0 => SquadStatus::OutOfService,
                SquadStatus::Available => SquadStatus::Busy,
                _ => SquadStatus::Available,
            };
            squads.put(Squad { status, ..squad });
        }
        let who = |basis, filter| Who { squads, filter, basis, lost: &lost, at: noon(), zone: &zone };
        let now = kept.covered(base, &mut ws, who(Basis::Live, &everybody), 2).unwrap().coverage;
        if step % course.every == 0 || step == all {
            let compare = |kept: &Coverage, who: Who, ws: &mut Workspace| {
                let placed = Places::default().place(oracle, who).placed;
                let anew = Coverage::compute(oracle, &route(oracle, ws, &placed), kept.minutes).unwrap();
                assert_same(kept, &anew, &format!("step {step}, {who:?}"));
            };
            compare(&now, who(Basis::Live, &everybody), &mut oracle_ws);
            // Others that were not asked about for a while.
            for (filter, basis) in some.iter().zip([Basis::Live, Basis::Posts]) {
                let now = kept.covered(base, &mut ws, who(basis, filter), 1).unwrap().coverage;
                compare(&now, who(basis, filter), &mut oracle_ws);
            }
        }
    }
    assert_eq!((events, moves), (course.events, course.moves));
}

#[test]
fn what_is_kept_equals_what_is_computed_anew() {
    for seed in 500..520 {
        let mut dice = Rng::with_seed(seed);
        let (oracle, mut squads) = world(&mut dice, &[Level::Township], strict());
        let network = Arc::clone(oracle.network());
        let base = match seed % 2 {
            0 => Arc::clone(&oracle),
            _ => Arc::new(oracle.under(Arc::new(network.ordered(&network.order()).unwrap()), String::new())),
        };
        // Places at which several squads may stand: ties.
        let posts: Vec<LngLat> = (0..6).map(|_| super::place(&mut dice)).collect();
        let course = Course { events: 500, moves: 100, every: 20 };
        stays_equal(&mut dice, [&base, &oracle], &mut squads, |dice| posts[dice.usize(..posts.len())], course);
    }
}

#[test]
fn squads_that_come_and_go_and_change_how_they_travel_are_seated_anew() {
    let (base, mut squads) = world(&mut Rng::with_seed(530), &[Level::Township], strict());
    let (kept, filter, mut ws) = (Coverages::default(), Filter::default(), Workspace::default());
    let mut check = |squads: &Squads, case: &str| {
        let who =
            Who { squads, filter: &filter, basis: Basis::Posts, lost: &NONE_LOST, at: noon(), zone: &TimeZone::UTC };
        let covered = kept.covered(&base, &mut ws, who, 1).unwrap();
        assert_same(&covered.coverage, &Coverage::compute(&base, &posts(&base, squads), 1).unwrap(), case);
        covered.placement
    };
    let drawn = check(&squads, "as drawn");
    assert_eq!(drawn.total, 6);
    let one = squads.get(&Code::new("S1").unwrap()).unwrap().as_ref().clone();
    squads.put(Squad { id: Code::new("R9").unwrap(), ..one.clone() });
    assert_eq!(check(&squads, "one that comes first by id").total, 7);
    squads.put(Squad { profile: Profile::Foot, ..one.clone() });
    check(&squads, "on foot");
    squads.put(Squad { turnout_s: 600, ..one.clone() });
    check(&squads, "slow to set out");
    let mut fewer = Squads::default();
    squads.all().skip(2).for_each(|s| fewer.put(s.as_ref().clone()));
    assert_eq!(check(&fewer, "two left").total, 5);
    squads.put(Squad { id: Code::new("R8").unwrap(), post: LngLat { lng: 1.0, lat: 1.0 }, ..one });
    let far = check(&squads, "far from any road");
    assert_eq!((far.total, far.placed.len() + far.excluded.no_road as usize), (8, 8));
    assert!(far.excluded.no_road > drawn.excluded.no_road && !far.placed.is_empty());
}

#[test]
fn a_squad_is_routed_again_after_200_metres_or_30_seconds() {
    let base = street(vec![], &Level::ALL);
    let mut squads = Squads::default();
    squads.put(squad("A", at_letter(0.0, 0.0), 60));
    squads.put(squad("B", at_letter(3.0, 0.0), 60));
    let (kept, mut ws) = (Coverages::default(), Workspace::default());
    let fix = |squads: &mut Squads, col: f64, seconds: i64| {
        let fixed_at = noon().plus_ms(1_000 * seconds);
        assert!(squads.observe(&Code::new("A").unwrap(), Fix { at: at_letter(col, 0.0), fixed_at, accuracy_m: None }));
    };
    // Where A is taken to be, in letters, and the position's age.
    let mut now = |squads: &Squads| {
        let filter = Filter::default();
        let who =
            Who { squads, filter: &filter, basis: Basis::Live, lost: &NONE_LOST, at: noon(), zone: &TimeZone::UTC };
        let covered = kept.covered(&base, &mut ws, who, 30).unwrap();
        let at = base.network().car().graph.point_at(covered.placement.placed[0].from[0].at);
        let col = at.lng / at_letter(1.0, 0.0).lng;
        let anew = Coverage::compute(&base, &route(&base, &mut ws, &covered.placement.placed), 30).unwrap();
        assert_same(&covered.coverage, &anew, "live");
        ((col * 10.0).round() / 10.0, covered.placement.as_of.map(|t| (t.ms() - noon().ms()) / 1_000))
    };
    assert_eq!(now(&squads), (0.0, None));
    fix(&mut squads, 5.0, -100);
    assert_eq!(now(&squads), (5.0, Some(-100)), "its first position");
    fix(&mut squads, 6.0, -90);
    assert_eq!(now(&squads), (5.0, Some(-100)), "100 m and 10 s later");
    fix(&mut squads, 6.9, -80);
    assert_eq!(now(&squads), (5.0, Some(-100)), "190 m from where it was routed");
    fix(&mut squads, 7.1, -79);
    assert_eq!(now(&squads), (7.1, Some(-79)), "210 m");
    fix(&mut squads, 7.2, -50);
    assert_eq!(now(&squads), (7.1, Some(-79)), "29 s");
    fix(&mut squads, 7.2, -49);
    assert_eq!(now(&squads), (7.2, Some(-49)), "30 s");
    let moved = Squad { post: at_letter(1.0, 0.0), ..squads.get(&Code::new("A").unwrap()).unwrap().as_ref().clone() };
    squads.put(Squad { status: SquadStatus::OutOfService, ..moved });
    assert_eq!(now(&squads), (3.0, None), "only B counts");
}

#[test]
fn a_search_that_was_stopped_leaves_nothing_behind() {
    let (base, squads) = world(&mut Rng::with_seed(540), &[Level::Township], strict());
    let (kept, filter, mut stopped) = (Coverages::default(), Filter::default(), Workspace::default());
    stopped.search.stop.set();
    let who = Who {
        squads: &squads,
        filter: &filter,
        basis: Basis::Posts,
        lost: &NONE_LOST,
        at: noon(),
        zone: &TimeZone::UTC,
    };
    let covered = kept.covered(&base, &mut stopped, who, 1).unwrap();
    assert!(covered.coverage.times.iter().all(|t| !t.best.is_somebody()));
    let want = Coverage::compute(&base, &posts(&base, &squads), 1).unwrap();
    assert_same(&kept.covered(&base, &mut Workspace::default(), who, 1).unwrap().coverage, &want, "whole again");
    assert!(want.times.iter().any(|t| t.best.is_somebody()));
}

#[test]
fn what_does_not_fit_is_not_kept_and_told_all_the_same() {
    let (base, squads) = world(&mut Rng::with_seed(550), &[Level::Township], strict());
    let (filter, mut ws) = (Filter::default(), Workspace::default());
    let one = bytes(&base, squads.len());
    for (bytes, kept) in [(one - 1, 0), (one, 1), (2 * one, 2), (9 * one, 4)] {
        let coverages = Coverages::within(bytes);
        for minutes in [1, 2, 1, 3, 4, 3] {
            let who = Who {
                squads: &squads,
                filter: &filter,
                basis: Basis::Posts,
                lost: &NONE_LOST,
                at: noon(),
                zone: &TimeZone::UTC,
            };
            let covered = coverages.covered(&base, &mut ws, who, minutes).unwrap();
            let anew = Coverage::compute(&base, &posts(&base, &squads), minutes).unwrap();
            assert_same(&covered.coverage, &anew, &format!("{minutes} minutes in {bytes} bytes"));
        }
        assert_eq!(coverages.count(), kept, "{bytes} bytes");
    }
}
