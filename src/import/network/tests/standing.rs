//! Coverage that is kept up to date on real extracts, against coverage computed anew.

use std::{sync::Arc, time::Instant};

use fastrand::Rng;
use geo::{MultiPolygon, Rect};

use super::extracts::extract;
use crate::{
    base::{BBox, Code, LngLat},
    domain::{
        areas::{Area, Areas, Level},
        coverage::{
            Base,
            tests::standing::{Course, stays_equal},
        },
        response::Definition,
        roads::Network,
        squads::{Crew, Profile, Shifts, Squad, SquadKind, SquadStatus, Squads},
    },
    kernel::graph::degrees,
};

/// One township around all junctions.
fn around(network: &Network) -> Areas {
    let bbox = BBox::around(network.topology().node_e7.iter().map(|&e7| degrees(e7))).unwrap();
    let rect = Rect::new((bbox.west, bbox.south), (bbox.east, bbox.north));
    let code = Code::new("1").unwrap();
    let geometry = MultiPolygon::new(vec![rect.to_polygon()]);
    let area = Area {
        code,
        level: Level::Township,
        name: "everything".into(),
        name_zh: None,
        parent: None,
        bbox,
        geometry,
        derived: None,
        time_zone: None,
        priority: None,
    };
    Areas::new(vec![area]).unwrap()
}

/// Beside a junction: not every extract has buildings.
fn place(dice: &mut Rng, network: &Network) -> LngLat {
    let nodes = &network.topology().node_e7;
    let [lng, lat] =
        nodes[dice.usize(..nodes.len())].map(|e7| (f64::from(e7) + dice.usize(..8_001) as f64 - 4_000.0) / 1e7);
    LngLat { lng, lat }
}

/// Mostly in cars.
fn squads(dice: &mut Rng, network: &Network, n: usize) -> Squads {
    let mut squads = Squads::default();
    for i in 0..n {
        let id = Code::new(&format!("S{i:02}")).unwrap();
        squads.put(Squad {
            id: id.clone(),
            name: id.to_string(),
            name_zh: None,
            kind: SquadKind::Stationed,
            unit: id.clone(),
            command_area: id,
            profile: if i % 8 == 0 { Profile::ALL[i / 8 % 3] } else { Profile::Car },
            post: place(dice, network),
            status: SquadStatus::Available,
            turnout_s: 30 * (i as u32 % 3),
            crew: Crew::default(),
            shifts: Shifts::always(),
            officers: Vec::new(),
            equipment: Vec::new(),
            said: None,
        });
    }
    squads
}

/// `resolution` is that of the cells; the oracle never uses hierarchies.
fn check(network: Network, resolution: u8, ordered: bool, course: Course) {
    let network = Arc::new(network);
    let areas = Arc::new(around(&network));
    let oracle = Arc::new(Base::new(&areas, &network, &Definition::default(), resolution).unwrap());
    let base = match ordered {
        false => Arc::clone(&oracle),
        true => Arc::new(oracle.under(Arc::new(network.ordered(&network.order()).unwrap()), String::new())),
    };
    println!("{} cells, {} accessible", base.cells().len(), base.accessible());
    let start = Instant::now();
    let mut dice = Rng::with_seed(71);
    let mut squads = squads(&mut dice, &network, 27);
    stays_equal(&mut dice, [&base, &oracle], &mut squads, |dice| place(dice, &network), course);
    println!("{course:?} equals coverage computed anew, {:?}", start.elapsed());
}

#[test]
fn coverage_of_the_bundled_county_stays_equal_to_coverage_computed_anew() {
    let n = extract("isle_of_man_2020-03-14.osm.pbf").unwrap();
    check(n, 8, false, Course { events: 10_000, moves: 50, every: 500 });
}

/// A million changes: `make check-engine`.
#[test]
#[ignore = "takes minutes: make check-engine"]
fn check_engine_coverage() {
    let file = "porto_portugal.osm.pbf";
    let n = extract(file).unwrap_or_else(|| panic!("{file} is missing"));
    check(n, 9, true, Course { events: 1_000_000, moves: 5_000, every: 10_000 });
}
