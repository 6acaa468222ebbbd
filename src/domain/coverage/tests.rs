mod changes;
mod sending;
pub(crate) mod standing;

use fastrand::Rng;
use geo::{LineString, MapCoords, MultiPolygon, Polygon};
use jiff::tz::TimeZone;

use super::{report::*, uncovered::Worst, *};
use crate::{
    base::{LngLat, Timestamp},
    domain::{
        areas::{Area, AreaIx, Areas, Level},
        response::{Definition, Excluded, whole_s},
        roads::{Network, Roads},
        squads::{Crew, Fix, Profile, Squad, SquadKind, SquadStatus, Squads},
    },
    kernel::{
        cells::{self, Cutter},
        dijkstra::drive_ms,
        drawn::{at_letter, drawn, random_on_equator},
        shape,
        snap::Snapped,
        travel::Workspace,
    },
};

/// About 25 m wide: the random_on_equator maps are one kilometre wide.
const RESOLUTION: u8 = 11;

fn area(level: Level, code: &str, parent: Option<&str>, [w, s, e, n]: [f64; 4]) -> Area {
    let ring = LineString::from(vec![(w, s), (e, s), (e, n), (w, n)]);
    let geometry: MultiPolygon<f64> = shape::rounded(&Polygon::new(ring, vec![]).into());
    Area {
        code: Code::new(code).unwrap(),
        level,
        name: format!("{level} {code}"),
        name_zh: None,
        parent: parent.map(|p| Code::new(p).unwrap()),
        bbox: shape::bbox(&geometry).unwrap(),
        geometry,
        derived: None,
        time_zone: None,
        priority: None,
    }
}

/// Two townships side by side around the random_on_equator maps, each with a quilt of grids; `levels` are kept.
pub(super) fn quilt(levels: &[Level]) -> Areas {
    let mut areas = vec![area(Level::County, "1", None, [-0.002, -0.002, 0.012, 0.012])];
    for (t, w) in [("11", -0.002), ("12", 0.005)] {
        areas.push(area(Level::Township, t, Some("1"), [w, -0.002, w + 0.007, 0.012]));
        areas.push(area(Level::Village, &format!("{t}1"), Some(t), [w, -0.002, w + 0.007, 0.012]));
        for i in 0..4 {
            for j in 0..7 {
                let (x, y) = (w + 0.00175 * f64::from(i), -0.002 + 0.002 * f64::from(j));
                let code = format!("{t}1{i}{j}");
                areas.push(area(Level::Grid, &code, Some(&format!("{t}1")), [x, y, x + 0.00175, y + 0.002]));
            }
        }
    }
    areas.retain(|a| levels.contains(&a.level));
    let codes: Vec<Code> = areas.iter().map(|a| a.code.clone()).collect();
    areas.iter_mut().for_each(|a| a.parent = a.parent.take().filter(|p| codes.contains(p)));
    Areas::new(areas).unwrap()
}

fn place(dice: &mut Rng) -> LngLat {
    let [lng, lat] = [0, 1].map(|_| dice.usize(..140_000) as f64 / 1e7 - 0.002);
    LngLat { lng, lat }
}

fn squad(id: &str, post: LngLat, turnout_s: u32) -> Squad {
    let code = Code::new(id).unwrap();
    Squad {
        id: code.clone(),
        name: id.into(),
        name_zh: None,
        kind: SquadKind::Stationed,
        unit: code.clone(),
        command_area: code,
        profile: Profile::Car,
        post,
        status: SquadStatus::Available,
        turnout_s,
        crew: Crew::default(),
        shifts: "mon-sun 24h".parse().unwrap(),
        officers: Vec::new(),
        equipment: Vec::new(),
        said: None,
    }
}

fn noon() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

/// Small limits, so that places beyond each of them occur.
fn strict() -> Definition {
    Definition { handling_s: 20, access_limit_m: 60.0, snap_limit_m: 120.0, ..Definition::default() }
}

fn world(dice: &mut Rng, levels: &[Level], definition: Definition) -> (Arc<Base>, Squads) {
    let graph = random_on_equator(dice);
    let buildings = (0..200).map(|_| place(dice)).collect();
    let network = Arc::new(Network::of_all(graph, buildings));
    let base = Base::new(&Arc::new(quilt(levels)), &network, &definition, RESOLUTION).unwrap();
    let mut squads = Squads::default();
    // One alone, two and three with one post and turnout: ties for the best and for the second.
    for group in [&["S0"][..], &["S1", "S2"], &["S3", "S4", "S5"]] {
        let (post, turnout_s) = (place(dice), 10 * dice.usize(..4) as u32);
        // Few walk: they come everywhere.
        let profile = [Profile::Foot, Profile::Ebike, Profile::Car][dice.usize(..12).div_ceil(6).min(2)];
        group.iter().for_each(|id| squads.put(Squad { profile, ..squad(id, post, turnout_s) }));
    }
    (Arc::new(base), squads)
}

fn posts(base: &Base, squads: &Squads) -> Vec<Member> {
    select(base, &mut Workspace::default(), squads, Basis::Posts, noon(), &TimeZone::UTC).members
}

/// One Dijkstra per squad and cell, everything sorted.
fn oracle(base: &Base, squads: &Squads) -> Vec<Option<Vec<(u32, Code)>>> {
    let (d, n, mut ws) = (base.definition(), base.network(), Workspace::default());
    let responses = |cell: &Cell| {
        let access = |roads: &Roads| d.access(roads, cell.centre).ok();
        access(n.car())?;
        let mut all = Vec::new();
        for s in squads.all() {
            let roads = n.roads(s.profile);
            let (Ok(from), Some(to)) = (d.entry(roads, s.post), access(roads)) else { continue };
            let limit = d.drive_limit_s * 1_000;
            let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (from, to)));
            let whole = |(from, to): (&Snapped, &Snapped)| {
                let ms = drive_ms(&roads.graph, &mut ws.search, from.position(), to.position(), limit)?;
                let walks = [from, to].map(|p| (p.distance_m / d.walk_m_per_s).ceil() as u32);
                Some(ms + (d.handling_s + s.turnout_s + walks[0] + walks[1]) * 1_000)
            };
            all.extend(pairs.filter_map(whole).min().map(|ms| (ms, s.id.clone())));
        }
        all.sort();
        Some(all)
    };
    base.cells().iter().map(responses).collect()
}

#[test]
fn coverage_equals_one_dijkstra_per_squad_and_cell() {
    let mut seen = [0; 4];
    for seed in 0..8 {
        let mut dice = Rng::with_seed(seed);
        let (base, squads) = world(&mut dice, &Level::ALL, strict());
        let minutes = 1 + dice.usize(..2) as u32;
        let coverage = Coverage::compute(&base, &posts(&base, &squads), minutes).unwrap();
        for (ix, want) in oracle(&base, &squads).iter().enumerate() {
            let (ix, row) = (ix as CellIx, coverage.cell_row(ix as CellIx));
            let nth = |n: usize| want.as_ref().and_then(|w| w.get(n)).cloned();
            let at = |t: Option<&Times>, pick: fn(&Times) -> Arrival| {
                t.map(pick).filter(|a| a.is_somebody()).map(|a| (a.ms, coverage.squads[a.squad as usize].clone()))
            };
            let times = coverage.times(ix);
            assert_eq!(at(times, |t| t.best), nth(0), "seed {seed}, cell {}", row.cell);
            assert_eq!(at(times, |t| t.second), nth(1), "seed {seed}, cell {}", row.cell);
            let in_time = want.iter().flatten().filter(|w| w.0 <= minutes * 60_000).count();
            assert_eq!(row.depth as usize, in_time, "seed {seed}, cell {}", row.cell);
            assert_eq!((row.best_s, row.best_squad.clone()), nth(0).map(|(ms, s)| (whole_s(ms.into()), s)).unzip());
            let status = match want.as_deref() {
                None => CellStatus::NoAccess,
                Some([]) => CellStatus::Unreachable,
                Some(_) if in_time > 0 => CellStatus::Covered,
                Some(_) => CellStatus::Late,
            };
            assert_eq!(row.status, status, "seed {seed}, cell {}", row.cell);
            seen[status as usize] += 1;
        }
    }
    assert!(seen.iter().all(|&n| n > 100), "each status must occur: {seen:?}");
}

#[test]
fn one_more_squad_and_one_more_minute_never_lower_coverage() {
    for seed in 100..108 {
        let (base, mut squads) = world(&mut Rng::with_seed(seed), &Level::ALL, strict());
        let more = Coverage::compute(&base, &posts(&base, &squads), 1).unwrap();
        let longer = Coverage::compute(&base, &posts(&base, &squads), 2).unwrap();
        let fewer: Vec<Member> = posts(&base, &squads).into_iter().filter(|m| m.squad.as_str() != "S3").collect();
        let less = Coverage::compute(&base, &fewer, 1).unwrap();
        for ix in 0..base.cells().len() as CellIx {
            let Some(t) = more.times(ix) else { continue };
            let (l, u) = (less.times(ix).unwrap(), longer.times(ix).unwrap());
            assert!(t.best.ms <= l.best.ms && t.second.ms <= l.second.ms && t.depth >= l.depth, "seed {seed} {ix}");
            assert!(u.best == t.best && u.second == t.second && u.depth >= t.depth, "seed {seed} {ix}");
        }
        let shares = |c: &Coverage| c.summary(&Tally::default()).shares.all;
        assert!(shares(&less).area_m2.covered <= shares(&more).area_m2.covered);
        assert!(shares(&more).grids.covered <= shares(&longer).grids.covered);

        // Away and back again, and given in another order: the same to the bit.
        let mut removed = squads.get(&Code::new("S3").unwrap()).unwrap().as_ref().clone();
        removed.status = SquadStatus::OutOfService;
        squads.put(removed.clone());
        assert_eq!(Coverage::compute(&base, &posts(&base, &squads), 1).unwrap().cells(), less.cells(), "seed {seed}");
        squads.put(Squad { status: SquadStatus::Available, ..removed });
        let mut members = posts(&base, &squads);
        members.reverse();
        assert_eq!(Coverage::compute(&base, &members, 1).unwrap().cells(), more.cells(), "seed {seed}");
    }
}

/// Covered and total, of all and of accessible, counted point by point.
fn count_points(coverage: &Coverage, points: &[LngLat], inside: impl Fn(LngLat) -> bool) -> [[u64; 2]; 2] {
    let mut counts = [[0; 2]; 2];
    for &p in points.iter().filter(|p| inside(**p)) {
        let status = coverage.status(coverage.base.cell_at(p).unwrap());
        let covered = u64::from(status == CellStatus::Covered);
        counts[0][0] += covered;
        counts[0][1] += 1;
        counts[1][0] += covered;
        counts[1][1] += u64::from(status != CellStatus::NoAccess);
    }
    counts
}

#[test]
fn shares_equal_a_plain_count() {
    for seed in 200..206 {
        let mut dice = Rng::with_seed(seed);
        let (base, squads) = world(&mut dice, &Level::ALL, strict());
        let coverage = Coverage::compute(&base, &posts(&base, &squads), 1).unwrap();
        let incidents: Vec<LngLat> = (0..300).map(|_| place(&mut dice)).collect();
        let tally = base.tally(incidents.iter().copied());
        let summary = coverage.summary(&tally);
        let pairs = |pick: fn(&Shares) -> Share| {
            [pick(&summary.shares.all), pick(&summary.shares.accessible)].map(|s| [s.covered, s.total])
        };
        let inside = |p: LngLat| base.areas().locate(p).township.is_some();
        assert_eq!(pairs(|s| s.buildings), count_points(&coverage, &base.network().buildings, inside), "seed {seed}");
        assert_eq!(pairs(|s| s.incidents), count_points(&coverage, &incidents, inside), "seed {seed}");

        let status = |cut: &cells::Cut| {
            let ix = base.cells().binary_search_by_key(&cut.cell, |c| c.index).unwrap();
            coverage.status(ix as CellIx)
        };
        let mut cutter = Cutter::new(RESOLUTION.try_into().unwrap());
        let mut grids = [[0; 2]; 2];
        for ((_, grid), row) in base.areas().level(Level::Grid).zip(coverage.grids()) {
            let of_grid: Vec<CellStatus> = cutter.cut(&grid.geometry).iter().map(status).collect();
            let open: Vec<&CellStatus> = of_grid.iter().filter(|s| **s != CellStatus::NoAccess).collect();
            let covered = open.iter().all(|s| **s == CellStatus::Covered) && !open.is_empty();
            assert_eq!(row.covered, (!open.is_empty()).then_some(covered), "seed {seed}, grid {}", grid.code);
            assert_eq!(row.spread.cells as usize, of_grid.len());
            assert_eq!(row.spread.no_access_cells as usize, of_grid.len() - open.len());
            assert_eq!(row.township.as_ref().map(Code::as_str), Some(&grid.code.as_str()[..2]));
            let reached = open.iter().all(|s| **s != CellStatus::Unreachable);
            assert_eq!(row.spread.worst_s.is_some(), reached && !open.is_empty());
            grids[0] = [grids[0][0] + u64::from(covered), grids[0][1] + 1];
            grids[1] = [grids[1][0] + u64::from(covered), grids[1][1] + u64::from(!open.is_empty())];
        }
        assert_eq!(pairs(|s| s.grids), grids, "seed {seed}");

        let total = summary.shares.all.area_m2.total as f64;
        let whole: f64 = base.areas().level(Level::Township).map(|(_, a)| shape::area_m2(&a.geometry)).sum();
        assert!((total - whole).abs() < 20.0, "seed {seed}: {total} of {whole} m2");
        let c = summary.cells;
        assert_eq!(c.total, c.covered + c.late + c.unreachable + c.no_access);
        assert_eq!(c.late + c.unreachable, summary.uncovered.count as u32);
    }
}

#[test]
fn uncovered_places_are_all_listed_with_what_is_there_and_the_worst_first() {
    for seed in 200..206 {
        let mut dice = Rng::with_seed(seed);
        let (base, squads) = world(&mut dice, &Level::ALL, strict());
        let coverage = Coverage::compute(&base, &posts(&base, &squads), 1).unwrap();
        let incidents: Vec<LngLat> = (0..300).map(|_| place(&mut dice)).collect();
        let tally = base.tally(incidents.iter().copied());
        let inside = |p: &LngLat| base.areas().locate(*p).township.is_some();
        let in_cell =
            |points: &[LngLat], ix| points.iter().filter(|p| inside(p) && base.cell_at(**p) == Some(ix)).count();
        let all = 0..base.cells().len() as CellIx;
        let open = all.filter(|&ix| matches!(coverage.status(ix), CellStatus::Late | CellStatus::Unreachable));
        let expected: Vec<[usize; 4]> = open
            .map(|ix| {
                let ms = coverage.times(ix).map_or(NEVER, |t| t.best.ms) as usize;
                [ix as usize, ms, in_cell(&base.network().buildings, ix), in_cell(&incidents, ix)]
            })
            .collect();
        assert!(expected.len() > 10, "seed {seed}");
        for (worst, measures) in
            [(Worst::Minutes, [1, 2, 3]), (Worst::Buildings, [2, 1, 3]), (Worst::Incidents, [3, 1, 2])]
        {
            let mut expected = expected.clone();
            expected.sort_by_key(|row| (measures.map(|m| usize::MAX - row[m]), row[0]));
            let listed = coverage.uncovered(&tally, worst, usize::MAX);
            let told: Vec<_> = listed.cells.iter().map(|c| (c.cell.clone(), c.buildings, c.incidents)).collect();
            let name = |ix: usize| base.cell(ix as CellIx).index.to_string();
            let wanted: Vec<_> = expected.iter().map(|r| (name(r[0]), r[2] as u32, r[3] as u32)).collect();
            assert_eq!((told, listed.count), (wanted, expected.len()), "seed {seed}, {worst:?}");
            let few = coverage.uncovered(&tally, worst, 3);
            assert_eq!((few.count, &few.cells[..]), (listed.count, &listed.cells[..3]), "seed {seed}, {worst:?}");
        }
    }
}

#[test]
fn townships_add_up_to_the_summary() {
    let mut dice = Rng::with_seed(300);
    let (base, squads) = world(&mut dice, &Level::ALL, strict());
    let coverage = Coverage::compute(&base, &posts(&base, &squads), 1).unwrap();
    let tally = base.tally((0..300).map(|_| place(&mut dice)));
    let (rows, summary) = (coverage.townships(&tally), coverage.summary(&tally));
    assert_eq!(rows.iter().map(|r| r.code.as_str()).collect::<Vec<_>>(), ["11", "12"]);
    let sum = |pick: fn(&TwofoldShares) -> Share| {
        let total = rows.iter().fold([0, 0], |[c, t], r| [c + pick(&r.shares).covered, t + pick(&r.shares).total]);
        (total, pick(&summary.shares))
    };
    for (got, want) in [
        sum(|s| s.all.grids),
        sum(|s| s.all.buildings),
        sum(|s| s.all.incidents),
        sum(|s| s.accessible.grids),
        sum(|s| s.accessible.buildings),
        sum(|s| s.accessible.incidents),
    ] {
        assert_eq!(got, [want.covered, want.total]);
        assert_eq!(want.share, Some(want.covered as f64 / want.total as f64));
    }
    let (area, want) = sum(|s| s.all.area_m2);
    assert!(area[1].abs_diff(want.total) <= 2 && area[0].abs_diff(want.covered) <= 2);
    assert!(base.cells().iter().all(|c| c.township.is_some()));
}

/// A road of 900 m eastward from the squad, in one township; cells along it are reached one after another.
fn street(buildings: Vec<LngLat>, levels: &[Level]) -> Arc<Base> {
    let graph = drawn("A........B", &["A-B"]);
    let network = Arc::new(Network::of_graph(graph, buildings));
    Arc::new(Base::new(&Arc::new(quilt(levels)), &network, &Definition::default(), RESOLUTION).unwrap())
}

#[test]
fn percentiles_are_nearest_rank_by_weight() {
    // Against the same values written out as often as they weigh.
    let mut dice = Rng::with_seed(400);
    for _ in 0..500 {
        let mut values: Vec<(u32, u64)> =
            (0..1 + dice.usize(..8)).map(|_| (dice.usize(..10) as u32, dice.usize(..4) as u64)).collect();
        values.sort_unstable();
        let long: Vec<u32> = values.iter().flat_map(|&(v, w)| vec![v; w as usize]).collect();
        for percent in [1, 50, 90, 100] {
            let rank = (percent as usize * long.len()).div_ceil(100);
            let want = rank.checked_sub(1).map(|r| long[r]);
            assert_eq!(percentile(&values, percent), want, "{percent} of {values:?}");
        }
    }
}

#[test]
fn a_grid_weighs_its_cells_by_buildings_and_by_cells_without_any() {
    let squads = [squad("S1", at_letter(0.0, 0.0), 60)];
    let members = |base: &Base| {
        let mut all = Squads::default();
        squads.iter().for_each(|s| all.put(s.clone()));
        posts(base, &all)
    };
    // The grid 12110: its west side at 0.005 degrees, 556 m down the road. Nine buildings of ten at the near end.
    let (near, far) = (LngLat { lng: 0.00505, lat: 0.0 }, LngLat { lng: 0.0067, lat: 0.0 });
    let base = street([vec![near; 9], vec![far]].concat(), &Level::ALL);
    let coverage = Coverage::compute(&base, &members(&base), 10).unwrap();
    let rows = coverage.grids();
    let row = rows.iter().find(|r| r.spread.weighted_by == Weight::Buildings).unwrap();
    let at = |p: LngLat| coverage.cell_row(base.cell_at(p).unwrap()).best_s;
    assert_eq!((row.spread.p50_s, row.spread.p90_s, row.spread.weight), (at(near), at(near), 10), "{row:?}");
    assert!(row.spread.worst_s >= at(far) && at(far) > at(near));
    let bare = rows.iter().filter(|r| r.spread.weighted_by == Weight::Cells);
    bare.for_each(|r| assert_eq!(r.spread.weight, u64::from(r.spread.cells - r.spread.no_access_cells), "{r:?}"));
}

#[test]
fn areas_of_any_depth_work_and_none_at_all() {
    for (levels, townships, grids) in [
        (&Level::ALL[..], 2, 56),
        (&[Level::Township][..], 2, 0),
        (&[Level::County][..], 0, 0),
        (&[Level::Grid][..], 0, 56),
        (&[][..], 0, 0),
    ] {
        let base = street(vec![at_letter(4.0, 0.0)], levels);
        let mut squads = Squads::default();
        squads.put(squad("S1", at_letter(0.0, 0.0), 60));
        let coverage = Coverage::compute(&base, &posts(&base, &squads), 5).unwrap();
        let summary = coverage.summary(&base.tally([at_letter(4.0, 0.0)]));
        assert_eq!((coverage.townships(&Tally::default()).len(), coverage.grids().len()), (townships, grids));
        assert_eq!(summary.shares.all.grids.total, grids as u64);
        let some = u64::from(!levels.is_empty());
        assert_eq!((summary.shares.all.buildings.covered, summary.shares.all.incidents.total), (some, some));
        assert_eq!(summary.shares.all.area_m2.share.is_some(), !levels.is_empty());
        assert_eq!(base.cells().is_empty(), levels.is_empty());
    }
}

#[test]
fn drives_are_searched_for_once() {
    let base = street(vec![], &Level::ALL);
    let mut ws = Workspace::default();
    let from = |col: f64| -> Start {
        let ways = base.definition().entry(base.network().car(), at_letter(col, 0.0)).unwrap();
        (Profile::Car, base.definition().beside_first(&ways).into())
    };
    let first = base.reach(&mut ws, &from(0.0));
    assert!(Arc::ptr_eq(&first, &base.reach(&mut ws, &from(0.0))));
    assert!(!Arc::ptr_eq(&first, &base.reach(&mut ws, &from(1.0))));
    assert_eq!(first.len(), base.accessible());
}

#[test]
fn posts_are_a_promise_and_live_is_now() {
    let base = street(vec![], &Level::ALL);
    let mut squads = Squads::default();
    let post = at_letter(0.0, 0.0);
    let with =
        |id: &str, status, shifts: &str, post| Squad { status, shifts: shifts.parse().unwrap(), ..squad(id, post, 60) };
    squads.put(with("A", SquadStatus::Available, "mon-sun 24h", post));
    squads.put(with("B", SquadStatus::Busy, "mon-sun 24h", post));
    squads.put(with("C", SquadStatus::OutOfService, "mon-sun 24h", post));
    squads.put(with("D", SquadStatus::Available, "tue 24h", post));
    squads.put(with("E", SquadStatus::Available, "mon-sun 24h", LngLat { lng: 1.0, lat: 1.0 }));
    let moved = Fix { at: at_letter(9.0, 0.0), fixed_at: noon().plus_ms(-300_000), accuracy_m: None };
    assert!(squads.observe(&Code::new("A").unwrap(), moved));
    let select = |basis, at| select(&base, &mut Workspace::default(), &squads, basis, at, &TimeZone::UTC);
    let ids = |s: &Selection| s.members.iter().map(|m| m.squad.to_string()).collect::<String>();

    let promise = select(Basis::Posts, noon());
    assert_eq!((ids(&promise).as_str(), promise.total), ("AB", 5));
    let excluded = Excluded { out_of_service: 1, off_shift: 1, no_road: 1, ..Excluded::default() };
    assert_eq!(promise.excluded, excluded);
    assert!(Arc::ptr_eq(&promise.members[0].reach, &promise.members[1].reach), "one post, one search");

    let live = select(Basis::Live, noon());
    assert_eq!((ids(&live).as_str(), live.excluded), ("A", Excluded { busy: 1, ..excluded }));
    let east = base.cell(base.cell_at(at_letter(8.9, 0.0)).unwrap()).access.unwrap() as usize;
    assert!(live.members[0].reach[east] < promise.members[0].reach[east], "it stands at the east end");
    let stale = select(Basis::Live, noon().plus_ms(1));
    assert_eq!(stale.members[0].reach, promise.members[0].reach, "the fix is 300.001 s old: back to its post");
}

#[test]
fn large_areas_get_coarser_cells() {
    let network = Arc::new(Network::of_graph(drawn("A B", &["A-B"]), vec![]));
    let resolution = |side_deg: f64| {
        let areas = Areas::new(vec![area(Level::Township, "1", None, [0.0, 0.0, side_deg, side_deg])]).unwrap();
        Base::new(&Arc::new(areas), &network, &Definition::default(), 8).unwrap().resolution()
    };
    // 12,000 km² and 198,000 km², in cells of 0.74 km² and 5.2 km².
    assert_eq!([1.0, 4.0].map(resolution), [8, 7]);
}

#[test]
fn what_cannot_be_answered_is_refused() {
    let base = street(vec![], &Level::ALL);
    for minutes in [0, 121] {
        let e = Coverage::compute(&base, &[], minutes).unwrap_err();
        assert!(e.detail.contains(&minutes.to_string()), "{e}");
    }
    assert!(Coverage::compute(&base, &[], 120).unwrap().cells().iter().all(|c| c.status != CellStatus::Covered));
    let stray = Member { squad: Code::new("S1").unwrap(), extra_s: 0, reach: Arc::new(vec![0]) };
    assert!(Coverage::compute(&base, &[stray], 30).is_err(), "routed over the cells of another base");
    let network = Arc::new(base.network().clone());
    assert!(Base::new(&Arc::new(quilt(&[])), &network, &Definition::default(), 16).is_err());
}

#[test]
fn the_township_of_a_cell_is_that_of_its_centre() {
    let base = street(vec![], &Level::ALL);
    for cell in base.cells() {
        let got: AreaIx = cell.township.unwrap();
        if let Some(want) = base.areas().locate(cell.centre).township {
            assert_eq!(got, want, "{}", cell.index);
        }
    }
}

#[test]
fn a_point_just_outside_its_owner_still_counts() {
    // One township fills a cell, the other lies well inside the next one; the point lies in that
    // next cell, 0.3 m outside of the first township, which owns it.
    let resolution = RESOLUTION.try_into().unwrap();
    let cell = cells::cell_of(LngLat { lng: 0.005, lat: 0.005 }, resolution).unwrap();
    let centre = cells::centre(cell);
    let next = cell.grid_disk_safe(1).find(|&n| n != cell).unwrap();
    let ([x, y], share) = (cells::centre(next).local_m(centre), 0.3);
    let border_m = cells::outline(cell)
        .exterior()
        .lines()
        .map(|l| shape::segment_distance_m(cells::centre(next), l.start.into(), l.end.into()))
        .fold(f64::INFINITY, f64::min);
    let t = 1.0 - (border_m - share) / x.hypot(y);
    let (b, c) = (cells::centre(next), centre);
    let point = LngLat { lng: c.lng + t * (b.lng - c.lng), lat: c.lat + t * (b.lat - c.lat) };
    let small = cells::outline(next)
        .map_coords(|p| geo::Coord { x: b.lng + 0.8 * (p.x - b.lng), y: b.lat + 0.8 * (p.y - b.lat) });
    let drawn_as = |code: &str, shape: Polygon<f64>| Area {
        geometry: shape.into(),
        ..area(Level::Township, code, Some("1"), [0.0, 0.0, 0.01, 0.01])
    };
    let county = area(Level::County, "1", None, [0.0, 0.0, 0.01, 0.01]);
    let areas = Areas::new(vec![county, drawn_as("11", cells::outline(cell)), drawn_as("12", small)]).unwrap();
    assert_eq!(areas.locate(point).township.map(|t| areas.at(t).code.as_str()), Some("11"));
    assert_eq!(cells::cell_of(point, resolution), Some(next));
    let network = Arc::new(Network::of_graph(drawn("AB", &["A-B"]), vec![point]));
    let base = Arc::new(Base::new(&Arc::new(areas), &network, &Definition::default(), RESOLUTION).unwrap());
    let shares = Coverage::compute(&base, &[], 30).unwrap().summary(&base.tally([point])).shares;
    assert_eq!((shares.all.buildings.total, shares.all.incidents.total), (1, 1));
}
