mod competent;

use std::sync::LazyLock;

use fastrand::Rng;

use super::*;
use crate::{
    domain::{
        response::{NONE_LOST, StartSource},
        roads::Network,
        squads::{Crew, Fix, SquadProfile, SquadStatus},
    },
    kernel::{
        dijkstra::drive_ms,
        drawn::{at_letter, drawn, random_on_equator},
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
        profile: Profile::Car.into(),
        post,
        status: SquadStatus::Available,
        turnout_s,
        crew: Crew::default(),
        shifts: "mon-sun 24h".parse().unwrap(),
        officers: Vec::new(),
        equipment: Vec::new(),
        said: None,
        water: None,
    }
}

fn noon() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

/// All tests live in UTC.
static UTC: LazyLock<TimeZone> = LazyLock::new(|| TimeZone::UTC);

fn query(target: LngLat, k: usize) -> Query<'static> {
    Query {
        target,
        k,
        at: noon(),
        zone: &UTC,
        case: Case::default(),
        only_competent: false,
        with_route: false,
        among: None,
        lost: &NONE_LOST,
        slot: None,
        calibration: None,
    }
}

fn fleet(squads: impl IntoIterator<Item = Squad>) -> Squads {
    let mut all = Squads::default();
    squads.into_iter().for_each(|s| all.put(s));
    all
}

/// With a roster of its own.
fn nearest(
    squads: &Squads,
    network: &Network,
    ws: &mut Workspace,
    definition: &Definition,
    query: &Query<'_>,
) -> Recommendation {
    let roster = Roster::new(Arc::new(network.clone()), definition.clone());
    super::nearest(&roster, &Arc::new(squads.clone()), ws, query)
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
        let squads = fleet([squad("S1", at_letter(0.0, 0.0), 60)]);
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
fn some_can_come_first_and_cost_what_they_come_later() {
    let (network, mut ws) = (street(), Workspace::default());
    let at = |letter: f64| at_letter(letter, 0.0);
    let squads = fleet([squad("A", at(0.0), 0), squad("B", at(4.0), 0), squad("C", at(8.0), 0)]);
    let definition = Definition::default();
    let (target, own) = (at(0.0), BTreeSet::from([Code::new("B").unwrap(), Code::new("C").unwrap()]));
    for k in 1..=3 {
        let mut all = nearest(&squads, &network, &mut ws, &definition, &query(target, k));
        let among = nearest(&squads, &network, &mut ws, &definition, &Query { among: Some(&own), ..query(target, k) });
        assert!(among.squads.iter().all(|s| own.contains(&s.squad.id)) && among.squads.len() == k.min(2), "{among:?}");
        let soonest = all.squads[0].eta_s;
        let costs = put_first(&mut all, among.clone());
        assert_eq!(costs, Some(among.squads[0].eta_s - soonest));
        assert_eq!(ids(&all), ["B", "C", "A"][..k]);
        assert_eq!(all.squads.iter().map(|s| s.rank).collect::<Vec<_>>(), (1..=k).collect::<Vec<_>>());
    }
    let none = BTreeSet::new();
    let mut all = nearest(&squads, &network, &mut ws, &definition, &query(target, 2));
    let among = nearest(&squads, &network, &mut ws, &definition, &Query { among: Some(&none), ..query(target, 2) });
    assert_eq!((put_first(&mut all, among), ids(&all)), (Some(0), vec!["A", "B"]));
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
    let bicycle = Squad { profile: Profile::Ebike.into(), ..squad("E", at_letter(7.0, 0.0), 60) };
    let squads = fleet([squad("C", at_letter(0.0, 0.0), 60), bicycle]);
    let from = |r: &Recommendation| r.squads.iter().map(|s| s.parts.drive_s).collect::<Vec<_>>();
    let r = nearest(&squads, &network, &mut ws, &definition, &query(at_letter(9.0, 0.0), 2));
    assert_eq!((ids(&r), from(&r)), (vec!["E", "C"], vec![41, 91]));
    let r = nearest(&squads, &network, &mut ws, &definition, &query(at_letter(3.0, 0.0), 2));
    assert_eq!((ids(&r), from(&r)), (vec!["C", "E"], vec![31, 81]));
}

/// Who comes with what parts and from where, how many are left out and the nearest of them: from one
/// snap and one Dijkstra for each squad.
type Answer = (Vec<(Code, Parts, Start)>, Excluded, Vec<(Code, Reason, f64)>);

fn oracle(squads: &Squads, network: &Network, definition: &Definition, query: &Query<'_>) -> Answer {
    let mut ws = Workspace::default();
    let (mut come, mut out, mut lost) = (Vec::new(), Vec::new(), Vec::new());
    for s in squads.all() {
        let from = Start::last_known(squads, s, query.at, definition);
        let far = (from.point().distance_m(query.target), s.id.clone());
        let by_road = s.profile.by_road();
        // What goes straight knows no roads, and never gets as far as to look for any.
        let roads = network.roads(by_road.unwrap_or(Profile::Car));
        let on_water = s.water.as_ref().is_some_and(|water| query.case.over.contains(water));
        let reason = match (definition.entry(roads, from.point()), definition.access(roads, query.target)) {
            _ if s.status == SquadStatus::OutOfService => Reason::OutOfService,
            _ if !s.shifts.cover(query.at, query.zone) => Reason::OffShift,
            _ if query.lost.contains(&s.id) => Reason::OutOfContact,
            _ if s.status == SquadStatus::Busy => Reason::Busy,
            _ if query.only_competent && s.crew.certified_officers < 2 => Reason::NotCompetent,
            _ if s.profile == SquadProfile::Drone && query.only_competent => Reason::NotCompetent,
            _ if s.profile == SquadProfile::Drone => Reason::FirstLook,
            _ if s.profile == SquadProfile::Boat && on_water && far.0 <= definition.boat_range_m => {
                let ms = (far.0 * 1_000.0 / definition.boat_m_per_s).ceil() as u32;
                let drive_s = ms.div_ceil(1_000);
                let parts = Parts { handling_s: 120, turnout_s: s.turnout_s, drive_s, walk_s: 0 };
                come.push((ms + s.turnout_s * 1_000, s.id.clone(), parts, from.rounded()));
                continue;
            }
            _ if s.profile == SquadProfile::Boat => Reason::OffWater,
            (Err(reason), _) => reason,
            (_, Err(_)) => Reason::Unreachable,
            (Ok(starts), Ok(ends)) => {
                let pairs = starts.iter().flat_map(|start| ends.iter().map(move |end| (start, end)));
                let way = |(start, end): (&Snapped, &Snapped)| {
                    let ms = drive_ms(&roads.graph, &mut ws.search, start.position(), end.position(), u32::MAX - 1)?;
                    let walk_s = [start, end].map(|p| (p.distance_m / 1.2).ceil() as u32).iter().sum::<u32>();
                    Some((ms + walk_s * 1_000, ms, walk_s))
                };
                let imported = roads.imported();
                match pairs.filter_map(way).min() {
                    Some((whole_ms, ms, walk_s)) => {
                        let parts =
                            Parts { handling_s: 120, turnout_s: s.turnout_s, drive_s: ms.div_ceil(1_000), walk_s };
                        come.push((whole_ms + s.turnout_s * 1_000, s.id.clone(), parts, from.rounded()));
                    }
                    None if !ends.iter().any(|end| imported.is_led_to(end.position())) => {
                        lost.push((far, Reason::NoWayIn))
                    }
                    None if !starts.iter().any(|start| imported.leads_to_main(start.position())) => {
                        lost.push((far, Reason::NoWayOut))
                    }
                    None => lost.push((far, Reason::Unreachable)),
                }
                continue;
            }
        };
        out.push((far, reason));
    }
    come.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    if come.len() < query.k {
        out.extend(lost);
    }
    out.sort_by(|a, b| a.0.partial_cmp(&b.0).unwrap());
    let mut counts = Excluded::default();
    out.iter().for_each(|o| counts.count(o.1));
    let listed = out.into_iter().take(EXCLUDED_LISTED).map(|((m, id), reason)| (id, reason, tenths(m)));
    (come.into_iter().take(query.k).map(|(_, id, parts, from)| (id, parts, from)).collect(), counts, listed.collect())
}

/// Drones with their response, each held against all others.
fn looks_oracle(squads: &Squads, definition: &Definition, query: &Query<'_>) -> Vec<(Code, u64)> {
    let mut all = Vec::new();
    let may = |s: &Squad| s.status == SquadStatus::Available && !query.lost.contains(&s.id);
    for s in squads.all().filter(|s| s.profile == SquadProfile::Drone && may(s)) {
        let away_m = Start::last_known(squads, s, query.at, definition).point().distance_m(query.target);
        if away_m <= definition.drone_range_m && s.shifts.cover(query.at, query.zone) {
            let ms = (away_m * 1_000.0 / definition.drone_m_per_s).ceil() as u64;
            all.push((ms + u64::from(s.turnout_s + 120) * 1_000, s.id.clone()));
        }
    }
    let before = |one: &(u64, Code)| all.iter().filter(|other| *other < one).count();
    let mut first: Vec<_> = all.iter().filter(|one| before(one) < query.k).cloned().collect();
    first.sort();
    first.into_iter().map(|(ms, id)| (id, ms.div_ceil(1_000))).collect()
}

fn answer(r: &Recommendation) -> Answer {
    let listed = r.excluded.nearest.iter().map(|e| (e.squad.id.clone(), e.reason, e.straight_line_m));
    let come = r.squads.iter().map(|s| (s.squad.id.clone(), s.parts, s.from));
    (come.collect(), r.excluded.counts, listed.collect())
}

fn water(n: usize) -> Code {
    Code::new(["LAKE", "RIVER"][n]).unwrap()
}

/// Squads, and what happens to them.
struct Days {
    dice: Rng,
    /// Few enough that some squads share one.
    places: Vec<LngLat>,
    squads: Arc<Squads>,
    now: Timestamp,
    made: usize,
}

impl Days {
    fn new(seed: u64) -> Self {
        let mut dice = Rng::with_seed(seed);
        let mut place = || LngLat { lng: dice.usize(..100_000) as f64 / 1e7, lat: dice.usize(..100_000) as f64 / 1e7 };
        let places = (0..8).map(|_| place()).collect();
        let mut days = Self { dice, places, squads: Arc::default(), now: noon(), made: 0 };
        let first: Vec<Squad> = (0..days.dice.usize(..12)).map(|_| days.new_squad()).collect();
        days.squads = Arc::new(fleet(first));
        days
    }

    fn place(&mut self) -> LngLat {
        self.places[self.dice.usize(..8)]
    }

    fn some_squad(&mut self) -> Option<Squad> {
        let n = self.squads.len();
        let nth = if n == 0 { return None } else { self.dice.usize(..n) };
        self.squads.all().nth(nth).map(|s| Squad::clone(s))
    }

    fn new_squad(&mut self) -> Squad {
        // In another order than that of their ids.
        self.made += 1;
        let (id, post) = (format!("S{}-{}", self.dice.usize(..10), self.made), self.place());
        self.with_profile(squad(&id, post, 0))
    }

    /// Boats have one of two waters.
    fn with_profile(&mut self, s: Squad) -> Squad {
        use SquadProfile::{Boat, Car, Drone, Ebike, Foot};
        let profile = [Car, Ebike, Foot, Car, Boat, Drone][self.dice.usize(..6)];
        let water = (profile == Boat).then(|| water(self.dice.usize(..2)));
        Squad { profile, water, ..s }
    }

    fn edited(&mut self, mut s: Squad) -> Squad {
        let statuses = [SquadStatus::Available, SquadStatus::Busy, SquadStatus::OutOfService];
        match self.dice.usize(..6) {
            0 => s.status = statuses[self.dice.usize(..3)],
            1 => s.post = self.place(),
            2 => s = self.with_profile(s),
            3 => {
                s.shifts = ["mon-sun 24h", "mon 24h", "mon-sun 12:03-12:06", ""][self.dice.usize(..4)].parse().unwrap()
            }
            4 => s.crew.certified_officers = self.dice.usize(..4) as u32,
            _ => s.turnout_s = self.dice.usize(..3) as u32 * 10,
        }
        s
    }

    fn something_happens(&mut self) {
        match (self.dice.usize(..10), self.some_squad()) {
            (0, _) | (_, None) => {
                let new = self.new_squad();
                Arc::make_mut(&mut self.squads).put(new);
            }
            (1, _) => self.now = self.now.plus_ms([1_000, 90_000, 400_000][self.dice.usize(..3)]),
            (2, Some(lost)) if self.dice.usize(..4) == 0 => {
                // Another plan is imported, without one of them, and in another order.
                let mut others: Vec<Squad> = self.squads.all().map(|s| Squad::clone(s)).collect();
                others.retain(|s| s.id != lost.id);
                others.reverse();
                let mut imported = fleet(others);
                imported.keep_fixes_of(&self.squads);
                self.squads = Arc::new(imported);
            }
            (2..=4, Some(s)) => {
                let edited = self.edited(s);
                Arc::make_mut(&mut self.squads).put(edited);
            }
            (_, Some(s)) => {
                let age_ms = [-70_000, -10_000, 0, 1_000, 200_000, 400_000][self.dice.usize(..6)];
                let fix = Fix { at: self.place(), fixed_at: self.now.plus_ms(-age_ms), accuracy_m: None };
                self.squads.observe(&s.id, fix);
            }
        }
    }
}

#[test]
fn kept_rosters_answer_as_one_dijkstra_per_squad_whatever_happens() {
    let (mut full, mut short, mut ties, mut left_out, mut boats, mut drones) = (0, 0, 0, 0, 0, 0);
    let mut ws = Workspace::default();
    for seed in 0..80 {
        let mut days = Days::new(seed);
        let mut network = Network::of_all(random_on_equator(&mut days.dice), vec![]);
        if seed % 2 == 0 {
            network = network.ordered(&network.order()).unwrap();
        }
        let closed = days.dice.usize(..3) as u32;
        let change = |p: Profile| {
            (p != Profile::Foot).then_some(move |edge: u32, ms: u32| if edge % 3 == closed { u32::MAX } else { 2 * ms })
        };
        let disrupted = network.under(change);
        let definition = Definition {
            access_limit_m: 400.0,
            snap_limit_m: 200.0,
            boat_range_m: 900.0,
            drone_range_m: 700.0,
            ..Definition::default()
        };
        let rosters = [network, disrupted].map(|n| Roster::new(Arc::new(n), definition.clone()));
        let mut older = Arc::clone(&days.squads);
        for step in 0..60 {
            days.something_happens();
            let roster = &rosters[days.dice.usize(..2)];
            if days.dice.usize(..4) == 0 {
                // Somebody who still holds an older plan came in between.
                roster.take_in(&days.squads);
                roster.take_in(&older);
            }
            if days.dice.usize(..8) == 0 {
                older = Arc::clone(&days.squads);
            }
            let (k, only_competent) = (1 + days.dice.usize(..8), days.dice.usize(..3) == 0);
            let target = days.place();
            let ids: Vec<Code> = days.squads.all().map(|s| s.id.clone()).collect();
            let lost = ids.into_iter().filter(|_| days.dice.usize(..8) == 0).collect();
            let over = (0..2).filter(|_| days.dice.bool()).map(water).collect();
            let case = Case { over, ..Case::default() };
            let asked = Query { at: days.now, only_competent, with_route: true, lost: &lost, case, ..query(target, k) };
            let looks = first_look(&days.squads, &definition, &asked);
            let told: Vec<_> = looks.iter().map(|look| (look.squad.id.clone(), look.eta_s)).collect();
            assert_eq!(told, looks_oracle(&days.squads, &definition, &asked), "seed {seed}, step {step}");
            drones += looks.len();
            let r = super::nearest(roster, &days.squads, &mut ws, &asked);
            let want = oracle(&days.squads, roster.network(), &definition, &asked);
            assert_eq!(answer(&r), want, "seed {seed}, step {step}: {asked:?}");
            for s in &r.squads {
                boats += usize::from(days.squads.get(&s.squad.id).unwrap().profile == SquadProfile::Boat);
                let p = s.parts;
                assert_eq!(u64::from(p.handling_s + p.turnout_s + p.drive_s + p.walk_s), s.eta_s, "seed {seed}");
                let line = s.route.as_ref().unwrap().coordinates.windows(2);
                let at = |p: [f64; 2]| LngLat { lng: p[0], lat: p[1] };
                let drawn_m: f64 = line.map(|w| at(w[0]).distance_m(at(w[1]))).sum();
                assert!((drawn_m - s.distance_m).abs() < 1.0, "seed {seed}: {drawn_m} for {}", s.distance_m);
            }
            *(if r.squads.len() == k { &mut full } else { &mut short }) += 1;
            ties += r.squads.windows(2).filter(|w| w[0].parts == w[1].parts).count();
            left_out += r.excluded.nearest.len();
            assert_eq!(r, super::nearest(roster, &days.squads, &mut ws, &asked), "seed {seed}, step {step}");
        }
    }
    let told = format!("{full} full, {short} short, {ties} ties, {left_out} left out, {boats} boats, {drones} drones");
    assert!(full > 500 && short > 500 && ties > 200 && left_out > 5_000 && boats > 100 && drones > 100, "{told}");
}

#[test]
fn the_nearest_of_many_left_out_are_listed() {
    let (network, mut ws, definition) = (street(), Workspace::default(), Definition::default());
    let mut dice = Rng::with_seed(31);
    for round in 0..30 {
        // Many at the same place, and a few around the earth.
        let places: Vec<LngLat> = (0..40)
            .map(|i| {
                let far = [1e-6, 0.01, 80.0][i % 3];
                let [x, y] = [(); 2].map(|()| (dice.usize(..2_001) as f64 / 1000.0 - 1.0) * far);
                LngLat::new(x, y).unwrap()
            })
            .collect();
        let squads = fleet((0..300).map(|i| {
            let status = [SquadStatus::Busy, SquadStatus::OutOfService][dice.usize(..2)];
            Squad { status, ..squad(&format!("{:03}", i * 7 % 300), places[dice.usize(..40)], 0) }
        }));
        let asked = query(places[dice.usize(..40)], 3);
        let r = nearest(&squads, &network, &mut ws, &definition, &asked);
        assert_eq!(answer(&r), oracle(&squads, &network, &definition, &asked), "round {round}");
    }
}
