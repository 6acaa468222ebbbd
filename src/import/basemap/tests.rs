use geo::{Area, Contains, Geometry, Point};

use super::*;
use crate::{
    domain::basemap::{GroundLayer, vector_layers},
    import::{Source, osm},
};

const ISLAND: &[u8] = include_bytes!("../../../geodata/isle_of_man_2020-03-14.osm.pbf");

fn island() -> (Vec<Arc<Ground>>, Report) {
    let extracts = osm::open(&[Source::Bytes { name: "island", bytes: ISLAND }]).unwrap();
    read(&extracts, None, &|_, _, _| {}).unwrap()
}

fn of(all: &[Arc<Ground>], layer: GroundLayer) -> impl Iterator<Item = &Ground> {
    all.iter().map(Arc::as_ref).filter(move |g| g.class.layer == layer)
}

fn name(ground: &Ground) -> Option<&str> {
    ground.names.as_ref()?.name.as_deref()
}

#[test]
fn the_island_has_every_kind_of_ground() {
    let (all, report) = island();
    for (layer, least) in [
        ("land", 2),
        ("water", 40),
        ("waterway", 300),
        ("wood", 200),
        ("built_up", 100),
        ("building", 12_000),
        ("road", 5_000),
        ("railway", 20),
        ("place", 60),
        ("poi", 500),
    ] {
        assert!(report.taken.get(layer).is_some_and(|n| *n >= least), "{layer}: {report:?}");
    }
    let land: f64 = of(&all, GroundLayer::Land).map(|g| g.shape.unsigned_area()).sum();
    // 572 km² at 54° north.
    assert!((0.075..0.085).contains(&land), "{land}");
    let holds = |lng, lat| of(&all, GroundLayer::Land).any(|g| g.shape.contains(&Point::new(lng, lat)));
    assert!(holds(-4.5, 54.2) && !holds(-4.3, 54.1) && !holds(-4.9, 54.2));

    let douglas = of(&all, GroundLayer::Place).find(|g| name(g) == Some("Douglas")).unwrap();
    assert!(douglas.class.minzoom <= 7 && matches!(douglas.shape, Geometry::Point(_)), "{douglas:?}");
    let numbers: Vec<_> = of(&all, GroundLayer::Road).filter_map(|g| g.names.as_ref()?.number.as_deref()).collect();
    assert!(numbers.contains(&"A1") && numbers.contains(&"A18"));
    assert!(of(&all, GroundLayer::Poi).any(|g| g.class.class == "police" && g.class.rank == Some(1)));

    let ids: std::collections::HashSet<_> = all.iter().map(|g| (g.class.layer.as_str(), g.id)).collect();
    assert_eq!(ids.len(), all.len(), "an id is one thing's in its layer");
    let told = vector_layers(&all);
    let layer = |id: &str| told.as_array().unwrap().iter().find(|l| l["id"] == id).unwrap().clone();
    assert_eq!(layer("building")["minzoom"], 13);
    assert_eq!(layer("road")["fields"]["ref"], "String");
    assert_eq!(layer("land")["fields"], serde_json::json!({ "class": "String" }));
}

#[test]
fn areas_of_several_ways_keep_their_holes() {
    let (all, report) = island();
    let holes = |g: &Ground| match &g.shape {
        Geometry::MultiPolygon(all) => all.iter().map(|p| p.interiors().len()).sum(),
        _ => 0,
    };
    let woods: Vec<_> = of(&all, GroundLayer::Wood).filter(|g| holes(g) > 0).collect();
    assert!(!woods.is_empty(), "{report:?}");
    for wood in woods {
        let Geometry::MultiPolygon(shape) = &wood.shape else { continue };
        let outer: f64 = shape.iter().map(|p| geo::Polygon::new(p.exterior().clone(), vec![]).unsigned_area()).sum();
        assert!(shape.unsigned_area() < outer, "{}", wood.id);
    }
}

#[test]
fn tags_say_what_a_thing_is() {
    let class = |of: fn(&Tags) -> Option<Class>, tags: &Tags| of(tags).map(|c| (c.layer.as_str(), c.class, c.minzoom));
    assert_eq!(class(area, &[("building", "yes"), ("landuse", "residential")]), Some(("building", "building", 13)));
    assert_eq!(class(area, &[("building", "no")]), None);
    assert_eq!(class(area, &[("landuse", "forest")]), Some(("wood", "wood", 7)));
    assert_eq!(class(line, &[("highway", "footway")]), Some(("road", "path", 13)));
    assert_eq!(class(line, &[("highway", "proposed")]), None);
    assert_eq!(class(line, &[("highway", "pedestrian"), ("area", "yes")]), None);
    assert_eq!(class(line, &[("waterway", "stream"), ("tunnel", "culvert")]), None);
    assert_eq!(class(poi, &[("amenity", "police")]), None, "nobody looks for what has no name");
    assert_eq!(class(poi, &[("amenity", "police"), ("name", "x")]), Some(("poi", "police", 12)));
    assert_eq!(class(poi, &[("shop", "toys"), ("name", "x")]), Some(("poi", "shop", 14)));
    assert_eq!(class(place, &[("place", "town"), ("name", "x")]), Some(("place", "town", 7)));
    let called = names(&[("name", "嘉兴"), ("name:en", "Jiaxing"), ("ref", "G60"), ("highway", "motorway")]).unwrap();
    assert_eq!((called.name_en.as_deref(), called.number.as_deref()), (Some("Jiaxing"), Some("G60")));
    assert_eq!(names(&[("ref", "7"), ("amenity", "school")]), None, "a number is a road's");
}
