use serde_json::json;

use super::*;

#[test]
fn any_spelling_of_degrees_is_taken_and_nothing_else() {
    let name = |name: &str| json!({ "type": "name", "properties": { "name": name } });
    for (crs, taken) in [
        (name("urn:ogc:def:crs:OGC:1.3:CRS84"), true),
        (name("urn:ogc:def:crs:EPSG::4490"), true),
        (name("EPSG:4326"), true),
        (name("epsg:4326"), true),
        (name("http://www.opengis.net/def/crs/EPSG/0/4490"), true),
        (name("4326"), true),
        (name("WGS 84"), true),
        (name("CGCS2000"), true),
        (name("GCS_China_Geodetic_Coordinate_System_2000"), true),
        (name("+proj=longlat +datum=WGS84 +no_defs"), true),
        (json!({ "type": "EPSG", "properties": { "code": 4326 } }), true),
        (JsonValue::Null, true),
        (name("urn:ogc:def:crs:EPSG::3857"), false),
        (name("EPSG:4549"), false),
        (name("EPSG:4610"), false),
        (name("EPSG:44900"), false),
        (name("CGCS2000_3_Degree_GK_CM_120E"), false),
        (name(""), false),
        (json!({ "type": "link", "properties": { "href": "x.prj" } }), false),
    ] {
        let document = json!({ "type": "FeatureCollection", "crs": crs, "features": [] });
        assert_eq!(features(&document.to_string(), None).is_ok(), taken, "{crs}");
    }
}

#[test]
fn every_layout_of_features_is_read() {
    let feature = r#"{"type":"Feature","properties":{},"geometry":null}"#;
    let collection = format!(r#"{{"type":"FeatureCollection","features":[{feature},{feature}]}}"#);
    for (text, count) in [
        (collection.clone(), 2),
        (feature.to_owned(), 1),
        (format!("{feature}\n{feature}\r\n{feature}\n"), 3),
        (format!("\u{1e}{feature}\n\u{1e}{feature}\n"), 2),
        (format!("{collection}\n{collection}"), 4),
    ] {
        assert_eq!(features(&text, None).map(|f| f.len()), Ok(count), "{text}");
    }
}

#[test]
fn what_is_no_geojson_is_named() {
    for (text, words) in [
        (r#"{"type":"Topology","objects":{}}"#, "TopoJSON"),
        (r#"{"type":"FeatureCollection","UTF8Encoding":true,"features":[]}"#, "ECharts"),
        (r#"{"geometryType":"esriGeometryPolygon","features":[]}"#, "Esri JSON"),
        (r#"{"a":1}"#, "it has no type"),
        ("[1,2]", "no GeoJSON"),
        (r#"{"type":"Point","coordinates":[1,2]}"#, "a bare shape"),
        (r#"{"type":"FeatureCollection"}"#, "no GeoJSON"),
        (r#"{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Blob"}}]}"#, "feature 0"),
        ("{\"type\":\"Feature\",\n\"area\": NaN}", "at line 2 column 9; NaN and Infinity"),
        (r#"{"type":"FeatureColl"#, "not a whole GeoJSON document"),
    ] {
        let e = features(text, None).unwrap_err();
        assert!(e.contains(words), "{text}: {e}");
    }
}
