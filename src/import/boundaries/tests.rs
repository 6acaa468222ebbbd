use std::path::{Path, PathBuf};

use geo::Validation;

use super::*;
use crate::{
    import::{Features, Source},
    kernel::topology,
};

fn shared_data(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    if !path.exists() {
        println!("skipped: {name}");
    }
    path.exists().then_some(path)
}

fn osm(levels: &[&str]) -> OsmOptions {
    OsmOptions { admin_levels: levels.iter().map(|l| (*l).to_owned()).collect(), code_tag: None }
}

#[test]
fn the_townships_of_the_island_tile_it_exactly() {
    let Some(path) = shared_data("isle_of_man_2020-03-14.osm.pbf") else { return };
    let (areas, report) = from_osm(Source::Path(&path), &osm(&["8"])).unwrap();
    assert_eq!((areas.len(), report.taken), (24, 24));
    assert!(report.dropped.is_empty(), "{report:?}");
    assert!(areas.is_sorted_by_key(|a| &a.name));
    let shapes: Vec<_> = areas.iter().map(|a| &a.geometry).collect();
    let audit = topology::audit(&shapes);
    assert!(audit.overlaps.is_empty() && audit.gaps.is_empty() && audit.shared > 1_000, "{audit:?}");

    let sum: f64 = shapes.iter().map(|s| shape::area_m2(s)).sum();
    let union = topology::union(shapes);
    assert!(union.is_valid());
    let county = shape::area_m2(&union);
    assert!((sum / county - 1.0).abs() < 1e-9 && (565e6..580e6).contains(&county), "{sum} {county}");

    // The county itself is in the extract, as a relation of its own.
    let (island, _) = from_osm(Source::Path(&path), &osm(&["6"])).unwrap();
    assert_eq!(island.len(), 6, "sheadings");
}

#[test]
fn stray_relations_are_dropped_with_their_reason() {
    let Some(path) = shared_data("isle_of_man_2020-03-14.osm.pbf") else { return };
    let bytes = std::fs::read(&path).unwrap();
    let input = Source::Bytes { name: "island", bytes: &bytes };
    let (areas, report) = from_osm(input, &osm(&["2", "4"])).unwrap();
    println!("{:?} {report:?}", areas.iter().map(|a| &a.name).collect::<Vec<_>>());
    for stray in ["Scotland", "England", "United Kingdom"] {
        let dropped = report.dropped.iter().find(|d| d.name.contains(stray)).unwrap_or_else(|| panic!("{stray}"));
        assert!(dropped.reason.contains("not in the file"), "{dropped:?}");
    }
}

#[test]
fn municipalities_and_parishes_of_other_places_are_read() {
    for (file, level, count) in [("liechtenstein.osm.pbf", "8", 11), ("andorra_2026-04.osm.pbf", "7", 7)] {
        let Some(path) = shared_data(file) else { continue };
        let (areas, report) = from_osm(Source::Path(&path), &osm(&[level])).unwrap();
        assert!(areas.len() >= count, "{file}: {} {report:?}", areas.len());
        assert!(areas.iter().all(|a| a.geometry.is_valid()));
    }
}

#[test]
fn files_that_are_cut_off_empty_or_wrong_are_refused_by_name() {
    let refused = |bytes: &[u8], words: &str| {
        let e = from_osm(Source::Bytes { name: "x.osm.pbf", bytes }, &osm(&["8"])).unwrap_err();
        assert!(e.detail.starts_with("x.osm.pbf: ") && e.detail.contains(words), "{e}");
    };
    refused(b"", "the file is empty");
    refused(b"{\"type\":\"FeatureCollection\"}", "not an OSM PBF file");
    let e = from_osm(Source::Path(Path::new("no/such/file")), &osm(&["8"])).unwrap_err();
    assert!(e.detail.contains("no/such/file"), "{e}");
    let Some(path) = shared_data("isle_of_man_2020-03-14.osm.pbf") else { return };
    let bytes = std::fs::read(path).unwrap();
    for part in [10, 50, 99] {
        refused(&bytes[..bytes.len() * part / 100], "cut off");
    }
    let e = from_osm(Source::Bytes { name: "x", bytes: &bytes }, &osm(&["13"])).unwrap_err();
    assert!(e.detail.contains("admin_level 13"), "{e}");
}

fn options() -> FeatureOptions {
    FeatureOptions {
        code_field: "id".into(),
        name_field: "name".into(),
        name_zh_field: Some("zh".into()),
        priority_field: None,
        owner_field: None,
        parent_field: Some("up".into()),
        datum: Datum::Wgs84,
        join_parts: false,
    }
}

fn read(text: &str, options: &FeatureOptions) -> Result<(Vec<RawArea>, Report)> {
    let input = Source::Bytes { name: "x.geojson", bytes: text.as_bytes() };
    from_features(&Features::read(input, None)?, options)
}

fn collection(features: &[String]) -> String {
    format!(r#"{{"type":"FeatureCollection","features":[{}]}}"#, features.join(","))
}

fn feature(id: &str, kind: &str, coordinates: &str) -> String {
    format!(
        r#"{{"type":"Feature","properties":{{"id":{id},"name":"n{}","zh":"南湖"}},"geometry":{{"type":"{kind}","coordinates":{coordinates}}}}}"#,
        id.trim_matches('"')
    )
}

const CLOCKWISE: &str = "[[[120.7,30.7],[120.7,30.8],[120.8,30.8],[120.8,30.7],[120.7,30.7]]]";
const BOW_TIE: &str = "[[[120.7,30.7],[120.8,30.8],[120.8,30.7],[120.7,30.8],[120.7,30.7]]]";

#[test]
fn geojson_is_rewound_repaired_and_reported() {
    let text = collection(&[
        feature("330402001000", "Polygon", CLOCKWISE),
        feature("\"bow\"", "Polygon", BOW_TIE),
        feature("\"point\"", "Point", "[120.7,30.7]"),
        feature("\"thin\"", "Polygon", "[[[120.7,30.7],[120.8,30.8],[120.7,30.7]]]"),
    ]);
    let (areas, report) = read(&text, &options()).unwrap();
    assert_eq!(areas.iter().map(|a| a.code.as_str()).collect::<Vec<_>>(), ["330402001000", "bow"]);
    assert_eq!(areas[0].name_zh.as_deref(), Some("南湖"));
    assert_eq!(areas[0].geometry, shape::rewind(&areas[0].geometry));
    assert!(areas[1].geometry.is_valid() && areas[1].geometry.0.len() == 2);
    assert!(report.warnings.len() == 1 && report.warnings[0].contains("\"nbow\" was repaired"), "{report:?}");
    assert_eq!(report.dropped.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(), ["npoint", "nthin"]);
}

#[test]
fn geojson_in_gcj02_lands_where_it_belongs() {
    let gcj = FeatureOptions { datum: Datum::Gcj02, ..options() };
    let text = collection(&[feature("1", "Polygon", CLOCKWISE)]);
    let (shifted, plain) = (read(&text, &gcj).unwrap().0, read(&text, &options()).unwrap().0);
    let corner = |a: &RawArea| shape::bbox(&a.geometry).map(|b| crate::base::LngLat { lng: b.west, lat: b.south });
    let d = corner(&shifted[0]).unwrap().distance_m(corner(&plain[0]).unwrap());
    assert!((400.0..600.0).contains(&d), "{d}");
}

#[test]
fn wrong_geojson_is_refused_with_the_place_and_the_reason() {
    let refused = |text: &str, words: &str| {
        let e = read(text, &options()).unwrap_err();
        assert!(e.detail.starts_with("x.geojson: ") && e.detail.contains(words), "{words}: {e}");
    };
    let good = feature("1", "Polygon", CLOCKWISE);
    refused("", "the file is empty");
    refused(&collection(std::slice::from_ref(&good))[..150], "not a whole GeoJSON");
    refused(&collection(&[]), "holds no area");
    refused(&collection(&[feature("1", "Point", "[1,2]")]), "it is a Point, no polygon");
    refused(&collection(&[feature("1", "Polygon", "[[[]]]")]), "");
    refused(&collection(&[good.clone(), good.clone()]), "feature 1: has the code \"1\" of feature 0");
    refused(&collection(&[good.replace("\"id\":1", "\"no\":1")]), "property \"id\"; its properties are");
    refused(
        &collection(&[feature("1", "Polygon", "[[[495000,5800000],[495001,5800000],[495000,5800001]]]")]),
        "495000",
    );
    let crs = r#"{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:3857"}},"features":[]}"#;
    refused(crs, "EPSG:3857");
}

#[test]
fn parents_are_named_or_found_by_overlap() {
    let square = |w: f64| format!("[[[{w},0],[{e},0],[{e},1],[{w},1],[{w},0]]]", e = w + 1.0);
    let (above, _) =
        read(&collection(&[feature("1", "Polygon", &square(0.0)), feature("2", "Polygon", &square(1.0))]), &options())
            .unwrap();
    let townships = into_areas(above, Level::Township, &[]).unwrap();
    assert!(townships.iter().all(|t| t.parent.is_none()));
    let named = feature("5", "Polygon", &square(0.4)).replace("\"zh\"", "\"up\":2,\"zh\"");
    let features = [
        feature("3", "Polygon", &square(0.4)),
        feature("4", "Polygon", &square(0.6)),
        named,
        feature("6", "Polygon", &square(9.0)),
    ];
    let (below, _) = read(&collection(&features), &options()).unwrap();
    let villages = into_areas(below, Level::Village, &townships).unwrap();
    let parents: Vec<_> = villages.iter().map(|v| v.parent.as_ref().map(Code::as_str)).collect();
    assert_eq!(parents, [Some("1"), Some("2"), Some("2"), None]);
}
