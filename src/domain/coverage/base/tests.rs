use fastrand::Rng;

use super::{super::tests::quilt, *};
use crate::{
    domain::areas::Level,
    kernel::{drawn::random_on_equator, graph::Position, snap::Moved},
};

#[test]
fn cells_are_entered_as_their_centres_are_whatever_is_closed() {
    let mut dice = Rng::with_seed(31);
    let definition = Definition { access_limit_m: 60.0, ..Definition::default() };
    let mut moved = 0;
    for round in 0..30 {
        let network = Arc::new(Network::of_all(random_on_equator(&mut dice), vec![]));
        let base = Base::new(&Arc::new(quilt(&[Level::County])), &network, &definition, 11).unwrap();
        let closed: Vec<bool> = (0..2 * network.car().graph.links()).map(|_| dice.usize(..4) == 0).collect();
        let change = |_| Some(|e: u32, ms| if closed[e as usize] { CLOSED } else { ms });
        let now = base.under(Arc::new(network.under(change)), "test".to_owned());
        for profile in Profile::ALL {
            let roads = now.network().roads(profile);
            let accessible = now.cells().iter().filter_map(|c| Some((c.centre, c.access?)));
            let entrances = |(centre, access)| {
                let ways = definition.access(roads, centre).unwrap_or_default();
                ways.into_iter().map(move |way| (way, access))
            };
            let want: Vec<_> = accessible.flat_map(entrances).collect();
            let Entrances { points, cells } = now.entrances(profile);
            let found: Vec<_> = points.at().iter().copied().zip(cells.iter().map(|c| c.0)).collect();
            assert_eq!(found, want, "round {round}, {profile:?}");
            moved += found.iter().filter(|(way, _)| way.moved == Some(Moved::Closed)).count();
        }
    }
    assert!(moved > 100, "{moved}");
}

#[test]
fn the_drives_used_longest_ago_are_forgotten_first() {
    let mut reaches = Reaches::default();
    let at = |offset_mm| -> Start { (Profile::Car, [Position { link: 0, offset_mm }.into()].into()) };
    for offset_mm in 0..3 {
        reaches.put(&at(offset_mm), Arc::new(vec![offset_mm]), 3);
    }
    assert_eq!(reaches.get(&at(0)).as_deref(), Some(&vec![0]));
    reaches.put(&at(3), Arc::new(vec![3]), 3);
    let known: Vec<bool> = (0..4).map(|offset_mm| reaches.get(&at(offset_mm)).is_some()).collect();
    assert_eq!(known, [true, false, true, true]);
}
