use std::sync::LazyLock;

use super::*;
use crate::{
    domain::{
        response::StartSource,
        squads::{Crew, Fix, Profile},
    },
    kernel::{
        dijkstra::drive_ms,
        drawn::{Dice, at_letter, drawn, random_on_equator},
    },
};

fn squad(id: &str, post: LngLat, turnout_s: u32) -> Squad {
    let code = Code::new(id).unwrap();
    Squad {
        id: code.clone(),
        name: id.into(),
        name_zh: None,
        kind: SquadKind::Direct,
        unit: code.clone(),
        command_area: code,
        profile: Profile::Car,
        post,
        status: SquadStatus::Available,
        turnout_s,
        crew: Crew::default(),
        shifts: "mon-sun 24h".parse().unwrap(),
    }
}

fn noon() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

/// All tests live in UTC.
static UTC: LazyLock<TimeZone> = LazyLock::new(|| TimeZone::UTC);

fn query(target: LngLat, k: usize) -> Query<'static> {
    Query { target, k, at: noon(), zone: &UTC, only_competent: false, with_route: false, slot: None, calibration: None }
}

fn fleet(squads: impl IntoIterator<Item = Squad>) -> Squads {
    let mut all = Squads::default();
    squads.into_iter().for_each(|s| all.put(s));
    all
}

fn ids(r: &Recommendation) -> Vec<&str> {
    r.squads.iter().map(|s| s.squad.id.as_str()).collect()
}

/// Kilometres of road at 36 km/h, 100.075 m from letter to letter.
fn street() -> Network {
    Network::of_graph(drawn("A.........B", &["A-B"]), vec![])
}

#[test]
fn the_parts_are_what_they_say() {
    let (network, mut ws) = (street(), Workspace::default());
    // S2 stands 111.2 m north of the road at letter 3; the place lies 55.6 m south of letter 8.
    let north = LngLat { lat: 0.001, ..at_letter(3.0, 0.0) };
    let place = LngLat { lat: -0.0005, ..at_letter(8.0, 0.0) };
    let squads = fleet([squad("S1", at_letter(0.0, 0.0), 60), squad("S2", north, 30)]);
    let definition = Definition::default();
    let asked = Query { with_route: true, ..query(place, 5) };
    let r = nearest(&squads, &network, &mut ws, &definition, &asked);
    assert_eq!(ids(&r), ["S1", "S2"]);
    let parts = |drive_s, turnout_s, walk_s| Parts { handling_s: 120, turnout_s, drive_s, walk_s };
    // 800.6 m and 500.4 m of driving; 111.2 m take 93 s on foot, 55.6 m take 47 s.
    assert_eq!((r.squads[0].parts, r.squads[0].eta_s), (parts(81, 60, 47), 308));
    assert_eq!((r.squads[1].parts, r.squads[1].eta_s), (parts(51, 30, 93 + 47), 341));
    assert_eq!((r.squads[0].rank, r.squads[0].distance_m, r.squads[1].distance_m), (1, 800.6, 500.4));
    assert_eq!(r.target.snapped.unwrap().distance_m, 55.6);
    assert_eq!((r.squads[0].from.source, r.squads[0].from.fix_age_s), (StartSource::Post, None));
    let line = r.squads[0].route.as_ref().unwrap();
    assert_eq!(line.coordinates, [[0.0, 0.0], [0.0072, 0.0]]);
    let json = serde_json::to_value(line).unwrap();
    assert_eq!((&json["type"], &json["coordinates"][0][0]), (&"LineString".into(), &0.0.into()));
    assert!(nearest(&squads, &network, &mut ws, &definition, &query(place, 1)).squads[0].route.is_none());
}

#[test]
fn a_squad_sets_out_from_a_fresh_fix_else_from_its_post() {
    let (network, mut ws, definition) = (street(), Workspace::default(), Definition::default());
    for (age_ms, source, age_s) in [
        (-60_001, StartSource::Post, None),
        (-60_000, StartSource::Fix, Some(0)),
        (0, StartSource::Fix, Some(0)),
        (300_000, StartSource::Fix, Some(300)),
        (300_001, StartSource::Post, Some(300)),
        (86_400_000, StartSource::Post, Some(86_400)),
    ] {
        let mut squads = fleet([squad("S1", at_letter(0.0, 0.0), 60)]);
        let fix = Fix { at: at_letter(9.0, 0.0), fixed_at: noon().plus_ms(-age_ms), accuracy_m: None };
        assert!(squads.observe(&Code::new("S1").unwrap(), fix));
        let r = nearest(&squads, &network, &mut ws, &definition, &query(at_letter(9.0, 0.0), 1));
        let from = r.squads[0].from;
        assert_eq!((from.source, from.fix_age_s), (source, age_s), "age {age_ms} ms");
        let at_fix = source == StartSource::Fix;
        assert_eq!((r.squads[0].distance_m == 0.0, from.lng == 0.0), (at_fix, !at_fix), "age {age_ms} ms");
    }
}

#[test]
fn those_left_out_are_counted_once_and_listed_nearest_first() {
    let (network, mut ws, definition) = (street(), Workspace::default(), Definition::default());
    let post = |col: f64| at_letter(col, 0.0);
    let certified = Crew { certified_officers: 2, ..Crew::default() };
    let squads = fleet([
        Squad { crew: certified, ..squad("able", post(0.0), 60) },
        squad("short", post(1.0), 60),
        Squad { status: SquadStatus::Busy, ..squad("busy", post(2.0), 60) },
        Squad { status: SquadStatus::OutOfService, shifts: "".parse().unwrap(), ..squad("broken", post(3.0), 60) },
        Squad { status: SquadStatus::Busy, shifts: "tue 24h".parse().unwrap(), ..squad("tuesday", post(4.0), 60) },
        squad("at sea", LngLat { lng: 0.0, lat: 0.1 }, 60),
    ]);
    let asked = query(post(5.0), 9);
    let r = nearest(&squads, &network, &mut ws, &definition, &asked);
    assert_eq!(ids(&r), ["short", "able"]);
    assert_eq!(
        r.squads.iter().map(|s| s.competence).collect::<Vec<_>>(),
        [Competence::FirstResponseOnly, Competence::Full]
    );
    let counts = Excluded { out_of_service: 1, off_shift: 1, busy: 1, no_road: 1, ..Excluded::default() };
    assert_eq!(r.excluded.counts, counts);
    let listed: Vec<_> = r.excluded.nearest.iter().map(|e| (e.squad.id.as_str(), e.reason)).collect();
    assert_eq!(
        listed,
        [
            ("tuesday", Reason::OffShift),
            ("broken", Reason::OutOfService),
            ("busy", Reason::Busy),
            ("at sea", Reason::NoRoad)
        ]
    );
    assert_eq!(r.excluded.nearest[0].straight_line_m, 100.1);

    let r = nearest(&squads, &network, &mut ws, &definition, &Query { only_competent: true, ..asked });
    assert_eq!((ids(&r), r.excluded.counts), (vec!["able"], Excluded { not_competent: 2, no_road: 0, ..counts }));

    let crowd = fleet((0..50).map(|i| Squad { status: SquadStatus::Busy, ..squad(&format!("{i:02}"), post(1.0), 0) }));
    let r = nearest(&crowd, &network, &mut ws, &definition, &query(post(5.0), 3));
    assert_eq!((r.excluded.counts.busy, r.excluded.nearest.len()), (50, EXCLUDED_LISTED));
    assert!(r.excluded.nearest.is_sorted_by_key(|e| e.squad.id.as_str()), "equally far: by id");
}

#[test]
fn a_place_without_a_road_is_reached_by_nobody_and_says_why() {
    let (network, mut ws, definition) = (street(), Workspace::default(), Definition::default());
    let squads = fleet([squad("S1", at_letter(0.0, 0.0), 60)]);
    let far = LngLat { lat: 0.0046, ..at_letter(3.0, 0.0) };
    let r = nearest(&squads, &network, &mut ws, &definition, &query(far, 3));
    assert_eq!(r.unreachable.as_deref(), Some("no road within 500 m of the point"));
    assert!(r.squads.is_empty() && r.target.snapped.is_none());
    assert_eq!((r.excluded.counts.unreachable, r.excluded.nearest[0].reason), (1, Reason::Unreachable));
    let near = LngLat { lat: 0.0044, ..far };
    assert_eq!(ids(&nearest(&squads, &network, &mut ws, &definition, &query(near, 3))), ["S1"]);
}

#[test]
fn a_bicycle_beats_a_car_that_has_farther_to_go() {
    let network = Network::of_all(drawn("A.........B", &["A-B", "A-B"]), vec![]);
    let (mut ws, definition) = (Workspace::default(), Definition::default());
    let bicycle = Squad { profile: Profile::Ebike, ..squad("E", at_letter(7.0, 0.0), 60) };
    let squads = fleet([squad("C", at_letter(0.0, 0.0), 60), bicycle]);
    let from = |r: &Recommendation| r.squads.iter().map(|s| s.parts.drive_s).collect::<Vec<_>>();
    let r = nearest(&squads, &network, &mut ws, &definition, &query(at_letter(9.0, 0.0), 2));
    assert_eq!((ids(&r), from(&r)), (vec!["E", "C"], vec![41, 91]));
    let r = nearest(&squads, &network, &mut ws, &definition, &query(at_letter(3.0, 0.0), 2));
    assert_eq!((ids(&r), from(&r)), (vec!["C", "E"], vec![31, 81]));
}

#[test]
fn recommendations_equal_one_dijkstra_per_squad() {
    let (mut full, mut short, mut ties) = (0, 0, 0);
    let mut ws = Workspace::default();
    for seed in 0..400 {
        let mut dice = Dice(seed);
        let graph = random_on_equator(&mut dice);
        let network = Network::of_all(graph, vec![]);
        let mut place = || LngLat { lng: dice.below(100_000) as f64 / 1e7, lat: dice.below(100_000) as f64 / 1e7 };
        let target = place();
        // Pairs share a post, so that ties are common.
        let posts: Vec<LngLat> = (0..5).map(|_| place()).collect();
        let profiles: Vec<Profile> = (0..5).map(|_| Profile::ALL[dice.below(3)]).collect();
        let squads =
            fleet((0..10).map(|i| Squad { profile: profiles[i / 2], ..squad(&format!("S{i}"), posts[i / 2], 0) }));
        let definition = Definition { access_limit_m: 400.0, snap_limit_m: 200.0, ..Definition::default() };
        let k = 1 + dice.below(10);
        let r = nearest(&squads, &network, &mut ws, &definition, &query(target, k));

        let (mut all, mut unreachable, mut no_access) = (Vec::new(), 0, 0);
        for s in squads.all() {
            let roads = network.roads(s.profile);
            let snap = |p, limit_m| roads.snap(p).filter(|s| s.distance_m <= limit_m);
            let Some(from) = snap(s.post, definition.snap_limit_m) else { continue };
            let way = snap(target, definition.access_limit_m).and_then(|to| {
                let ms = drive_ms(&roads.graph, &mut ws.search, from.position(), to.position(), u32::MAX - 1)?;
                Some((ms, [from, to].map(|p| (p.distance_m / 1.2).ceil() as u32).iter().sum::<u32>()))
            });
            match way {
                Some((drive_ms, walk_s)) => all.push((drive_ms + walk_s * 1_000, &s.id, drive_ms, walk_s)),
                None => {
                    unreachable += 1;
                    no_access += u32::from(snap(target, definition.access_limit_m).is_none());
                }
            }
        }
        all.sort();
        ties += all.windows(2).filter(|w| w[0].0 == w[1].0).count();
        let want: Vec<_> =
            all.iter().take(k).map(|&(_, id, ms, walk_s)| (id.clone(), ms.div_ceil(1_000), walk_s)).collect();
        let got: Vec<_> = r.squads.iter().map(|s| (s.squad.id.clone(), s.parts.drive_s, s.parts.walk_s)).collect();
        assert_eq!(got, want, "seed {seed}");
        for s in &r.squads {
            let p = s.parts;
            assert_eq!(u64::from(p.handling_s + p.turnout_s + p.drive_s + p.walk_s), s.eta_s, "seed {seed}");
        }
        if want.len() == k {
            full += 1;
            assert_eq!(r.excluded.counts.unreachable, no_access, "seed {seed}");
        } else {
            short += 1;
            assert_eq!(r.excluded.counts.unreachable, unreachable, "seed {seed}");
        }
        let (p, again) = (&r, nearest(&squads, &network, &mut ws, &definition, &query(target, k)));
        assert_eq!(*p, again, "seed {seed}");
    }
    assert!(full > 50 && short > 50 && ties > 100, "{full} full, {short} short, {ties} ties");
}
