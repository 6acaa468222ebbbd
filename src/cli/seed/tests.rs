use std::collections::HashSet;

use super::*;
use crate::{
    domain::{
        areas::Level,
        officers::{Officers, Recusals},
    },
    import::network::{Nearby, build_near},
};

#[test]
fn roads_of_another_version_are_read_again_where_they_are_the_bundled_ones() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(None, folder.path()).await.unwrap();
        let now = "2026-03-01T00:00:00Z".parse().unwrap();
        let in_force = async || store::roads::in_force(&mut db.begin_read().await.unwrap()).await.unwrap().unwrap();
        for (source, renewed) in [("somebody's own", false), (EXTRACT_NAME, true)] {
            let mut write = db.write(ACTOR, now).await.unwrap();
            store::roads::replace(&mut write, folder.path(), "former", source, true).await.unwrap();
            write.commit().await.unwrap();
            let file = store::roads::network_file(folder.path(), "former");
            store::write_whole(&file, &b"xunge-road02 and so on"[..]).unwrap();
            let refused = store::roads::read_network(folder.path(), "former").unwrap_err();
            assert!(refused.detail.contains("import the roads again"), "{refused}");
            assert_eq!(renew(&db, folder.path(), now).await.unwrap(), renewed, "{source}");
            assert_eq!(in_force().await.hash != "former", renewed, "{source}");
        }
        let network = store::roads::read_network(folder.path(), &in_force().await.hash).unwrap();
        assert!(network.car().graph.links() > 10_000);
        assert!(!renew(&db, folder.path(), now).await.unwrap(), "once is enough");
        db.close().await;
    });
}

#[test]
fn the_bundled_county_is_whole() {
    let now = "2026-03-01T00:00:00Z".parse().unwrap();
    let demo = Demo::read(now, &Show::default()).unwrap();
    let of = |level| demo.made.areas.iter().filter(move |a| a.level == level);
    assert_eq!((of(Level::County).count(), of(Level::Township).count()), (1, 24));
    let (villages, grids) = (of(Level::Village).count(), of(Level::Grid).count());
    println!("{villages} villages, {grids} grids, {} incidents", demo.made.incidents.len());
    assert!(villages >= 24, "{villages}");
    assert!((800..=1_200).contains(&grids), "{grids}");
    let codes: HashSet<&Code> = of(Level::Village).map(|a| &a.code).collect();
    assert!(of(Level::Grid).all(|g| g.parent.as_ref().is_some_and(|p| codes.contains(p))));
    assert_eq!(demo.made.squads.len(), 27);
    let powers = demo.made.powers.as_ref().unwrap();
    let officers = Officers::new(powers.officers.iter().map(|(officer, _)| officer.clone()).collect()).unwrap();
    officers.check_squads(&demo.made.squads.iter().cloned().collect(), &powers.units).unwrap();
    let lapsed = officers.all().filter(|o| !o.is_certified(now, None)).count();
    let recused = officers.all().filter(|o| o.recused_from != Recusals::default()).count();
    assert_eq!((officers.all().len(), lapsed, recused), (8, 1, 1));
    // A few spots at the coast lie in the sea once they are moved off their building.
    assert!((1_950..=2_000).contains(&demo.made.incidents.len()), "{}", demo.made.incidents.len());
    assert!(demo.made.incidents.iter().all(|i| i.place.grid.is_some() && i.synthetic));
    // An import would leave nothing out.
    let near = Nearby::new(demo.made.areas, 20_000.0).unwrap();
    let (again, _) = build_near(&demo.roads.raw, SpeedTable::Osrm, near.as_ref(), &|_, _, _| {}).unwrap();
    assert_eq!(again.hash, demo.roads.network.hash);
}
