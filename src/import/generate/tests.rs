use super::*;
use crate::kernel::graph::Graph;

#[test]
fn a_network_has_the_nodes_asked_for_and_hangs_together() {
    for nodes in [2, 3, 17, 1_600, 1_601, 20_000] {
        let (topology, metric) = roads(nodes, 7).unwrap();
        let g = Graph::new(topology, metric).unwrap();
        assert_eq!(g.nodes(), nodes);
        let main = (0..nodes as u32).filter(|&n| g.main(n)).count();
        assert!(nodes < 1_000 || main * 100 > nodes * 97, "{main} of {nodes}");
        // Real street networks have 2.3 to 2.8 directed edges per node.
        let per_node = g.edges() as f64 / nodes as f64;
        assert!(nodes < 1_000 || (2.0..3.2).contains(&per_node), "{per_node}");
    }
}

#[test]
fn a_seed_gives_the_same_network_and_another_one_another() {
    let made = |seed| roads(5_000, seed).unwrap();
    assert_eq!(made(1), made(1));
    assert_ne!(made(1).0.node_e7, made(2).0.node_e7);
    assert!(roads(1, 1).unwrap_err().detail.contains('1'));
}

#[test]
fn a_network_for_all_profiles_comes_back_from_its_file() {
    let made = |seed| network(4_000, seed).unwrap();
    let (network, towns) = made(1);
    assert_eq!((network.hash.as_str(), towns.len()), (made(1).0.hash.as_str(), 3));
    assert_ne!(network.hash, made(2).0.hash);
    let read = Network::from_bytes(&network.to_bytes().unwrap()).unwrap();
    assert_eq!((read.hash.as_str(), &read.places), (network.hash.as_str(), &network.places));
    assert_eq!(network.places[2].name, "Town 3");

    let [car, ebike, foot] = Profile::ALL.map(|p| &network.roads(p).graph);
    let (topology, metric) = roads(4_000, 1).unwrap();
    assert_eq!((&*car.topology, &car.metric), (&topology, &metric));
    let links = || 0..car.links() as u32;
    assert!(links().all(|l| foot.open(l) && !foot.oneway(l) && car.oneway(l) == ebike.oneway(l)));
    assert!(links().filter(|&l| car.oneway(l)).count() > 200);
    let names: Vec<_> = links().filter_map(|l| car.name(l)).collect();
    assert_eq!(names.len(), car.links(), "every street has a name");
    assert!(names.contains(&"Town 3 Street 12") && names.contains(&"Highway 1"));
    // Millimetres at km/h: 85 by car, 20 by bicycle, 4.32 on foot.
    let trunk = links().find(|&l| car.class(l) == RoadClass::Trunk).unwrap();
    let mm = u64::from(car.topology.link_mm[trunk as usize]);
    let want = [mm * 36 / 850, mm * 36 / 200, mm * 3_600 / 4_320].map(|ms| ms as u32);
    assert_eq!([car, ebike, foot].map(|g| g.ms(2 * trunk)), want);
}
