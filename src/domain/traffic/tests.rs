use fastrand::Rng;

use super::*;
use crate::{
    base::LngLat,
    domain::{
        areas::Areas,
        disruptions::{Direction, Place, Polygon, Stretch},
        response::Definition,
        slots,
    },
    kernel::{
        drawn::{Draws, random_on_equator},
        travel::Workspace,
    },
};

fn square(dice: &mut Rng) -> Place {
    let [x, y] = [0, 1].map(|_| dice.usize(..100_000) as f64 / 1e7);
    let [w, h] = [0, 1].map(|_| 0.0005 + dice.usize(..20_000) as f64 / 1e7);
    let ring = vec![[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]];
    Place::Polygon(Polygon::new(vec![ring], vec![]))
}

#[test]
fn a_scene_is_the_network_with_each_factor_on_each_edge() {
    let (mut dice, mut ws) = (Rng::with_seed(81), Workspace::default());
    for round in 0..60 {
        let network = Network::of_all(random_on_equator(&mut dice), vec![]);
        let network = Arc::new(network.ordered(&network.order()).unwrap());
        let areas = Arc::new(Areas::new(vec![]).unwrap());
        let base = Base::new(&areas, &network, &Definition::default(), 9).unwrap();
        let all: Vec<Disruption> = (0..1 + dice.usize(..4))
            .map(|i| {
                let link = dice.usize(..network.car().graph.links()) as u32;
                let direction = [Direction::Both, Direction::Forward, Direction::Backward][dice.usize(..3)];
                let stretch = || Stretch::of_link(&network, link, direction).unwrap();
                Disruption {
                    id: Uuid::from_u128(i as u128),
                    place: if dice.usize(..2) == 0 { square(&mut dice) } else { Place::Stretches(vec![stretch()]) },
                    speed_factor: [0.0, 0.3, 2.0][dice.usize(..3)],
                    profiles: Profile::ALL.into_iter().filter(|_| dice.usize(..3) > 0).collect(),
                    from: Timestamp::from_ms(0).unwrap(),
                    until: None,
                    reason: "test".to_owned(),
                }
            })
            .collect();
        let slow = slots::slot("slow", "mon-sun 24h", &[(network.car().graph.class(0), 0.7)]);
        let slots = Arc::new(Slots::new(if round % 2 == 0 { vec![] } else { vec![slow] }).unwrap());
        let traffic = Traffic::new(Arc::new(base), Arc::clone(&slots), None, Arc::default());
        let scene = traffic.scene(Timestamp::from_ms(0).unwrap(), &all.iter().collect::<Vec<_>>());
        assert_eq!(scene.slot.as_ref(), slots.all().first());
        for profile in Profile::ALL {
            let [was, is] = [&network, scene.network()].map(|n| n.roads(profile));
            for edge in 0..2 * was.graph.links() as EdgeIx {
                let here = all.iter().filter(|d| d.profiles.contains(&profile));
                let here = here.filter(|d| d.place.edges(&network, &areas).contains(&edge));
                let factor: f64 = here.map(|d| d.speed_factor).product();
                let slot = scene.slot.as_ref().filter(|_| profile == Profile::Car);
                let usual = slot.map_or(1.0, |s| s.speed_factor(was.graph.class(edge / 2)));
                let want = match was.graph.ms(edge) {
                    CLOSED => CLOSED,
                    _ if factor == 0.0 => CLOSED,
                    ms => (f64::from(ms) * (1.0 / usual) / factor).ceil() as u32,
                };
                assert_eq!(is.graph.ms(edge), want, "round {round}, {profile:?}: edge {edge} of {all:?}");
            }
            let (from, to) = (dice.position(&was.graph), dice.position(&was.graph));
            let searched = crate::kernel::dijkstra::drive_ms(&is.graph, &mut ws.search, from, to, CLOSED - 1);
            assert_eq!(is.travel().drive_ms(&mut ws, from, to, CLOSED - 1), searched, "round {round}, {profile:?}");
        }
    }
}

#[test]
fn stretches_are_found_again_and_streets_by_name_whatever_the_case() {
    let graph = crate::kernel::drawn::drawn("A    B    C", &["A-B", "B-C"]);
    let network = Network::of_graph(graph, vec![]);
    let areas = Areas::new(vec![]).unwrap();
    for link in 0..2 {
        let edges = |direction| {
            let stretch = Stretch::of_link(&network, link, direction).unwrap();
            Place::Stretches(vec![stretch]).edges(&network, &areas)
        };
        assert_eq!(edges(Direction::Both), [2 * link, 2 * link + 1]);
        assert_eq!((edges(Direction::Forward), edges(Direction::Backward)), (vec![2 * link], vec![2 * link + 1]));
    }
    assert_eq!(Stretch::of_link(&network, 2, Direction::Both), None);
    let far = Stretch { way: 1, at: LngLat { lng: 1.0, lat: 1.0 }, direction: Direction::Both };
    assert!(Place::Stretches(vec![far]).edges(&network, &areas).is_empty());
    let street = |name: &str| Place::Street { name: name.to_owned(), area: None }.edges(&network, &areas);
    assert_eq!(street(" a-b "), [0, 1]);
    assert!(street("C-D").is_empty());
}

#[test]
fn a_state_is_made_once_and_holds_as_long_as_its_disruptions() {
    let mut dice = Rng::with_seed(82);
    let network = Arc::new(Network::of_all(random_on_equator(&mut dice), vec![]));
    let areas = Arc::new(Areas::new(vec![]).unwrap());
    let base = Arc::new(Base::new(&areas, &network, &Definition::default(), 9).unwrap());
    let at = |ms| Timestamp::from_ms(ms).unwrap();
    let closed = Disruption {
        id: Uuid::from_u128(1),
        place: square(&mut dice),
        speed_factor: 0.0,
        profiles: Profile::ALL.to_vec(),
        from: at(1_000),
        until: Some(at(2_000)),
        reason: "test".to_owned(),
    };
    let (slots, calibration) = (Arc::default(), None);
    let traffic = Traffic::new(base, slots, calibration, Arc::new(Disruptions::new([closed])));
    assert!(traffic.kept(at(1_000)).is_none());
    let scene = traffic.at(at(1_000));
    assert!(Arc::ptr_eq(&scene, &traffic.at(at(1_999))) && Arc::ptr_eq(&scene, &traffic.kept(at(1_500)).unwrap()));
    for outside in [999, 2_000] {
        assert!(Arc::ptr_eq(&traffic.at(at(outside)), traffic.imported()));
        assert!(Arc::ptr_eq(&traffic.kept(at(outside)).unwrap(), traffic.imported()));
    }
    assert!(!Arc::ptr_eq(&scene, traffic.imported()));
}
