//! Closures that cut a real network in two: nobody is taken across, and everybody on either side is found.

use std::{path::PathBuf, sync::Arc};

use fastrand::Rng;
use jiff::tz::TimeZone;
use xunge::{
    base::{BBox, Code, LngLat, Timestamp},
    domain::{
        areas::{Area, Areas, Level},
        coverage::{Base, Basis, CellIx, Member, select},
        dispatch::{Query, nearest},
        response::{Definition, NONE_LOST},
        roads::{Network, Roads, SpeedTable},
        roster::Roster,
        squads::{Crew, Profile, Shifts, Squad, SquadKind, SquadStatus, Squads},
    },
    import::{Source, network, osm},
    kernel::{graph::degrees, travel::Workspace},
};

/// The bundled extract, or one beside the project.
fn extract(file: &str) -> Option<Network> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = ["geodata", "../shared/data"].map(|dir| root.join(dir).join(file)).into_iter().find(|p| p.exists());
    let Some(path) = path else {
        println!("skipped: {file}");
        return None;
    };
    let (raw, _) = osm::read(&[Source::Path(&path)], &|_, _, _| {}).unwrap();
    let (network, _) = network::build(&raw, SpeedTable::Osrm, &|_, _, _| {}).unwrap();
    Some(network.ordered(&network.order()).unwrap())
}

/// One township around all junctions.
fn around(network: &Network) -> Areas {
    let bbox = BBox::around(network.topology().node_e7.iter().map(|&e7| degrees(e7))).unwrap();
    let rect = geo::Rect::new((bbox.west, bbox.south), (bbox.east, bbox.north));
    let area = Area {
        code: Code::new("1").unwrap(),
        level: Level::Township,
        name: "everything".into(),
        name_zh: None,
        parent: None,
        bbox,
        geometry: geo::MultiPolygon::new(vec![rect.to_polygon()]),
        derived: None,
        time_zone: None,
        priority: None,
    };
    Areas::new(vec![area]).unwrap()
}

fn squad(id: usize, post: LngLat) -> Squad {
    let code = Code::new(&format!("S{id:02}")).unwrap();
    Squad {
        id: code.clone(),
        name: code.to_string(),
        name_zh: None,
        kind: SquadKind::Stationed,
        unit: code.clone(),
        command_area: code,
        profile: Profile::Car,
        post,
        status: SquadStatus::Available,
        turnout_s: 60,
        crew: Crew::default(),
        shifts: Shifts::always(),
        officers: Vec::new(),
        equipment: Vec::new(),
        said: None,
    }
}

fn noon() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

/// Inside a circle or outside, where a place's nearest road, as imported, is a main road that is open.
fn side(imported: &Roads, now: &Roads, place: LngLat, inside: &impl Fn(LngLat) -> bool) -> Option<bool> {
    let first = imported.snap(place).filter(|at| !at.island && now.graph.is_open_at(at.position()))?;
    let ends = now.graph.ends(2 * first.link).map(|node| inside(degrees(now.graph.topology.node_e7[node as usize])));
    (now.graph.open(first.link) && ends[0] == ends[1]).then_some(ends[0])
}

/// `cuts` closures of all roads that lead out of a circle, with at least 5 % of the cells on either side.
fn cut(file: &str, resolution: u8, cuts: usize) {
    let Some(network) = extract(file) else { return };
    let (plain, network) = (Network::from_bytes(&network.to_bytes().unwrap()).unwrap(), Arc::new(network));
    let base = Base::new(&Arc::new(around(&network)), &network, &Definition::default(), resolution).unwrap();
    let (mut dice, mut ws, zone) = (Rng::with_seed(101), Workspace::default(), TimeZone::UTC);
    let (imported, nodes) = (network.car(), &network.topology().node_e7);
    let node = |dice: &mut Rng| degrees(nodes[dice.usize(..nodes.len())]);
    let extent = BBox::around(nodes.iter().map(|&e7| degrees(e7))).unwrap();
    let extent_m =
        LngLat { lng: extent.west, lat: extent.south }.distance_m(LngLat { lng: extent.east, lat: extent.north });
    let (mut made, mut judged, mut found, mut tries) = (0, 0, 0, 0);
    while made < cuts {
        tries += 1;
        assert!(tries < 20 * cuts, "{file}: hardly any circle cuts it");
        let (centre, radius_m) = (node(&mut dice), extent_m * (0.08 + 0.2 * dice.u64(..100) as f64 / 100.0));
        let inside = |p: LngLat| p.distance_m(centre) < radius_m;
        let crosses = |edge: u32| {
            let ends = imported.graph.ends(edge).map(|n| inside(degrees(nodes[n as usize])));
            ends[0] != ends[1]
        };
        let change = |edge: u32, ms: u32| if crosses(edge) { u32::MAX } else { ms };
        let now = Arc::new(network.under(|_| Some(change)));
        let sides: Vec<Option<bool>> =
            base.cells().iter().map(|c| side(imported, now.car(), c.centre, &inside)).collect();
        let share = |which: bool| sides.iter().filter(|s| **s == Some(which)).count() * 20;
        if share(true).min(share(false)) < sides.iter().flatten().count() {
            continue;
        }
        let mut squads = Squads::default();
        let mut of_side: [Vec<(usize, LngLat)>; 2] = Default::default();
        while of_side.iter().any(|s| s.len() < 4) {
            let post = node(&mut dice);
            if let Some(which) = side(imported, now.car(), post, &inside).filter(|&w| of_side[usize::from(w)].len() < 4)
            {
                let id = of_side[0].len() + of_side[1].len();
                of_side[usize::from(which)].push((id, post));
                squads.put(squad(id, post));
            }
        }
        let is_inside = |id: &Code| of_side[1].iter().any(|(n, _)| *id == squad(*n, centre).id);
        let scene = Arc::new(base.under(Arc::clone(&now), String::new()));
        let members: Vec<Member> = select(&scene, &mut ws, &squads, Basis::Posts, noon(), &zone).members;
        assert_eq!(members.len(), 8, "{file}, cut {made}: everybody counts");
        for (ix, which) in sides.iter().enumerate() {
            let Some(access) = base.cell(ix as CellIx).access else { continue };
            for member in members.iter().filter(|m| m.reach[access as usize] != u32::MAX) {
                if let Some(which) = which {
                    assert_eq!(
                        is_inside(&member.squad),
                        *which,
                        "{file}, cut {made}: cell {}",
                        base.cell(ix as CellIx).index
                    );
                    judged += 1;
                }
            }
        }
        // By searches instead of hierarchies the same, to the millisecond.
        let searched = Arc::new(base.under(Arc::new(plain.under(|_| Some(change))), String::new()));
        let again = select(&searched, &mut ws, &squads, Basis::Posts, noon(), &zone).members;
        for (a, b) in members.iter().zip(&again) {
            assert!(
                a.squad == b.squad && a.extra_s == b.extra_s && a.reach == b.reach,
                "{file}, cut {made}: {}",
                a.squad
            );
        }
        let squads = Arc::new(squads);
        let roster = Roster::new(Arc::clone(&now), Definition::default());
        for (which, own) in of_side.iter().enumerate() {
            for (id, post) in own {
                let query = Query {
                    target: *post,
                    k: 8,
                    at: noon(),
                    zone: &zone,
                    case: xunge::domain::officers::Case::default(),
                    only_competent: false,
                    with_route: false,
                    lost: &NONE_LOST,
                    slot: None,
                    calibration: None,
                    among: None,
                };
                let answer = nearest(&roster, &squads, &mut ws, &query);
                assert!(answer.squads.iter().any(|s| s.squad.id == squad(*id, *post).id), "{file}, cut {made}: {post}");
                assert!(
                    answer.squads.iter().all(|s| is_inside(&s.squad.id) == (which == 1)),
                    "{file}, cut {made}: {post}"
                );
                found += 1;
            }
        }
        made += 1;
    }
    println!("{file}: {made} cuts, {judged} drives to cells on their own side, {found} squads found");
    assert!(judged > 1_000 && found == 8 * cuts, "{judged} {found}");
}

#[test]
fn cuts_through_the_bundled_county_are_crossed_by_nobody() {
    cut("isle_of_man_2020-03-14.osm.pbf", 8, 50);
}

/// `make check-engine`.
#[test]
#[ignore = "takes minutes: make check-engine"]
fn check_engine_cuts() {
    cut("andorra_2026-04.osm.pbf", 8, 50);
    cut("porto_portugal.osm.pbf", 8, 50);
}
