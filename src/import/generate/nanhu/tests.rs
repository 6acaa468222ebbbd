use super::*;
use crate::domain::areas::Areas;

const TABLE: &str = include_str!("../../../../geodata/nanhu_townships.csv");

#[test]
fn every_level_tiles_the_one_above_and_everything_is_labelled() {
    let made = county("nanhu", TABLE).unwrap();
    let count = |level| made.areas.iter().filter(|a| a.level == level).count();
    println!("{} villages, {} grids", count(Level::Village), count(Level::Grid));
    println!("{} links", made.network.car().graph.links());
    assert_eq!((count(Level::Township), count(Level::Village), count(Level::Special)), (13, 143, 1));
    assert!((600..1_500).contains(&count(Level::Grid)));
    let areas = Areas::new(made.areas.clone()).unwrap();
    for level in [Level::Township, Level::Village, Level::Grid] {
        let shapes: Vec<_> = areas.level(level).map(|(_, a)| &a.geometry).collect();
        let audit = topology::audit(&shapes);
        assert!(audit.overlaps.is_empty() && audit.gaps.is_empty(), "{level}: {audit:?}");
        let sum: f64 = shapes.iter().map(|s| shape::area_m2(s)).sum();
        assert!((sum / shape::area_m2(&areas.get(CODE).unwrap().geometry) - 1.0).abs() < 1e-6, "{level}");
    }
    for (_, a) in areas.iter().filter(|(_, a)| a.level != Level::Special) {
        let digits = if a.level == Level::Grid { 15 } else { 12 };
        assert!(a.code.as_str().len() == digits && a.code.as_str().starts_with("330402"), "{}", a.code);
        assert!(a.name_zh.is_some() && a.derived.is_some(), "{}", a.name);
        let says = a.level == Level::Township || a.name_zh.as_ref().is_some_and(|zh| zh.contains("合成"));
        assert!(says, "{}", a.name);
    }
    let km2 = shape::area_m2(&areas.get(CODE).unwrap().geometry) / 1e6;
    assert!((350.0..520.0).contains(&km2), "{km2}");
}

#[test]
fn squads_stand_in_their_township_and_the_zone_lies_over_the_streets_without() {
    let made = county("nanhu", TABLE).unwrap();
    let areas = Areas::new(made.areas).unwrap();
    assert_eq!(made.squads.len(), 11 + 2 + 2);
    for squad in &made.squads {
        squad.check().unwrap();
        let chain = areas.locate(squad.post);
        let owner = if squad.kind == SquadKind::Direct { chain.county } else { chain.township };
        assert_eq!(owner.map(|ix| &areas.at(ix).code), Some(&squad.command_area), "{}", squad.name);
        let snapped = made.network.roads(squad.profile).snap(squad.post).unwrap();
        assert!(snapped.distance_m < 150.0, "{} {snapped:?}", squad.name);
    }
    for t in read("nanhu", TABLE).unwrap() {
        let owner = areas.locate(t.at).township.map(|ix| &areas.at(ix).code);
        assert_eq!(owner, Some(&t.code));
        assert_eq!(areas.special(t.at).len(), usize::from(!t.own_team), "{}", t.latin);
    }
}

#[test]
fn it_is_always_the_same_county() {
    let made = || county("nanhu", TABLE).unwrap();
    let (a, b) = (made(), made());
    assert_eq!((a.network.hash, a.areas, a.squads), (b.network.hash, b.areas, b.squads));
}
