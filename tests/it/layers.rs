//! What map clients draw, over HTTP.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{Cursor, Read},
    str::FromStr,
};

use axum::http::Method;
use flatgeobuf::{FallibleStreamingIterator, FeatureProperties, FgbReader};
use geo::{BoundingRect, winding_order::Winding};
use geo_traits::to_geo::ToGeoGeometry;
use geojson::{FeatureCollection, GeometryValue, feature::Id};
use geozero::ToGeo;
use serde_json::{Value, json};
use wkt::TryFromWkt;
use xunge::{
    base::LngLat,
    kernel::{crs::Datum, shape::round_deg},
    store,
};

use crate::{
    app::{App, both_engines},
    county::COUNTY,
    zones::in_force,
};

/// Those that the drawn county has something of.
pub const ALL: [&str; 12] = [
    "counties",
    "townships",
    "villages",
    "grids",
    "squads",
    "incidents",
    "coverage",
    "roads",
    "disruptions",
    "zones",
    "zone_borders",
    "blind_spots",
];

async fn layer(app: &App, name: &str) -> FeatureCollection {
    let reply = app.get(format!("/api/v1/layers/{name}")).await;
    reply.ok();
    assert_eq!(reply.header("content-type"), "application/geo+json");
    FeatureCollection::from_str(&reply.text()).unwrap()
}

async fn report(app: &App) {
    for i in 0..5 {
        let lng = 112.01 + f64::from(i) * 0.031_234_567_8;
        let body = json!({ "id": uuid::Uuid::from_u128(i as u128), "lng": lng, "lat": 27.012_345_678_9 });
        app.post("/api/v1/incidents", body).await.is(201);
    }
    let at = json!({ "lng": 112.05, "lat": 27.01 });
    let closed = json!({ "id": uuid::Uuid::new_v4(), "reason": "flood", "place": { "at": at } });
    app.post("/api/v1/roads/disruptions", closed).await.is(201);
}

/// Every number of a coordinate as it is written.
fn coordinates(v: &Value, out: &mut Vec<String>) {
    match v {
        Value::Number(n) => out.push(n.to_string()),
        Value::Array(all) => all.iter().for_each(|v| coordinates(v, out)),
        _ => {}
    }
}

#[test]
fn every_layer_is_valid_geojson_of_seven_decimals() {
    both_engines(async |app| {
        report(app).await;
        in_force(app).await;
        let list = app.json("/api/v1/layers").await;
        let listed: Vec<&str> =
            list["layers"].as_array().unwrap().iter().map(|l| l["name"].as_str().unwrap()).collect();
        assert_eq!(listed, [&ALL[..4], &["special_areas"], &ALL[4..]].concat());
        assert!(layer(app, "special_areas").await.features.is_empty());
        for (name, features) in
            [("counties", 1), ("townships", 4), ("villages", 8), ("grids", 16), ("squads", 4), ("incidents", 5)]
        {
            assert_eq!(layer(app, name).await.features.len(), features, "{name}");
        }
        for name in ALL {
            let collection = layer(app, name).await;
            assert!(!collection.features.is_empty(), "{name}");
            let mut ids = std::collections::BTreeSet::new();
            for feature in &collection.features {
                let Some(Id::String(id)) = &feature.id else { panic!("{name}: a feature without a text id") };
                assert!(ids.insert(id.clone()), "{name}: {id} twice");
                let geometry = feature.geometry.as_ref().unwrap();
                let mut numbers = Vec::new();
                coordinates(&serde_json::to_value(geometry).unwrap()["coordinates"], &mut numbers);
                for n in numbers {
                    let decimals = n.split_once('.').map_or(0, |(_, d)| d.len());
                    assert!(decimals <= 7 && !n.contains('e'), "{name} {id}: {n}");
                }
                let polygons = match geo::Geometry::<f64>::try_from(geometry.clone()).unwrap() {
                    geo::Geometry::Polygon(p) => vec![p],
                    geo::Geometry::MultiPolygon(m) => m.0,
                    _ => vec![],
                };
                for p in polygons {
                    assert!(p.exterior().is_ccw(), "{name} {id}: RFC 7946 winds outlines counter-clockwise");
                    assert!(p.interiors().iter().all(Winding::is_cw), "{name} {id}: and holes clockwise");
                }
            }
        }
    });
}

#[test]
fn features_say_what_they_are() {
    both_engines(async |app| {
        report(app).await;
        let first = async |name: &str| {
            let features = layer(app, name).await.features;
            Value::Object(features[0].properties.clone().unwrap())
        };
        let grid = first("grids").await;
        assert_eq!(
            (&grid["level"], &grid["parent"], &grid["derived"]),
            (&json!("grid"), &json!("990001001001"), &json!("voronoi"))
        );
        assert_eq!(first("townships").await["derived"], Value::Null);
        let squad = first("squads").await;
        assert_eq!((&squad["id"], &squad["on_shift"], &squad["fresh"]), (&json!("S1"), &json!(true), &json!(false)));
        let incident = first("incidents").await;
        assert_eq!((&incident["status"], &incident["synthetic"]), (&json!("reported"), &json!(false)));
        let road = first("roads").await;
        assert_eq!((&road["oneway"], road["class"].is_string()), (&json!(false), true));
        let classes = async |classes: &str| layer(app, &format!("roads?classes={classes}")).await.features.len();
        let (tertiary, residential) = (classes("tertiary").await, classes("residential").await);
        assert!(tertiary > 0 && residential > 0);
        assert_eq!(tertiary + residential, layer(app, "roads").await.features.len());
        assert_eq!(classes("tertiary,residential").await, tertiary + residential);
        app.get("/api/v1/layers/roads?classes=canal").await.refused(422, "classes");
        app.get("/api/v1/layers/moods").await.is(404);
        app.get("/api/v1/layers/roads?colour=red").await.is(400);
        // The layer of coverage is the list of cells.
        let cells = app.json("/api/v1/coverage?by=cells&minutes=12").await["cells"].clone();
        let drawn: Vec<Value> = layer(app, "coverage?minutes=12")
            .await
            .features
            .into_iter()
            .map(|f| f.properties.unwrap().into())
            .collect();
        assert_eq!(Value::Array(drawn), cells);
    });
}

#[test]
fn a_box_keeps_what_meets_it() {
    both_engines(async |app| {
        report(app).await;
        in_force(app).await;
        let bbox = geo::Rect::new((112.01, 27.005), (112.05, 27.035));
        for name in ALL {
            let all = layer(app, name).await.features;
            let some = layer(app, &format!("{name}?bbox=112.01,27.005,112.05,27.035")).await.features;
            let meets = |f: &geojson::Feature| {
                let geometry = geo::Geometry::<f64>::try_from(f.geometry.clone().unwrap()).unwrap();
                let r = geometry.bounding_rect().unwrap();
                r.min().x <= bbox.max().x
                    && r.max().x >= bbox.min().x
                    && r.min().y <= bbox.max().y
                    && r.max().y >= bbox.min().y
            };
            assert!(some.iter().all(meets), "{name}");
            assert!(!some.is_empty() && some.len() <= all.len(), "{name}: {} of {}", some.len(), all.len());
            if name != "coverage" && name != "roads" {
                assert_eq!(some.len(), all.iter().filter(|f| meets(f)).count(), "{name}");
            }
            let far = layer(app, &format!("{name}?bbox=10,10,11,11")).await.features;
            assert!(far.is_empty(), "{name}");
        }
        app.get("/api/v1/layers/grids?bbox=1,2,3").await.refused(422, "bbox");
    });
}

/// The rows of a table by their ids.
fn table(text: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let names: Vec<_> = table.headers().unwrap().iter().map(str::to_owned).collect();
    let row = |row: csv::StringRecord| names.iter().cloned().zip(row.iter().map(str::to_owned)).collect();
    let rows = table.records().map(|record| row(record.unwrap()));
    rows.map(|row: BTreeMap<String, String>| (row["id"].clone(), row)).collect()
}

/// A layer as GeoJSON says it: the shape and the properties of each thing.
fn by_id(features: Vec<geojson::Feature>) -> BTreeMap<String, (geo::Geometry<f64>, geojson::JsonObject)> {
    let pair = |feature: geojson::Feature| {
        let Some(Id::String(id)) = feature.id else { panic!("no id") };
        let shape = geo::Geometry::try_from(feature.geometry.unwrap()).unwrap();
        (id, (shape, feature.properties.unwrap()))
    };
    features.into_iter().map(pair).collect()
}

/// Polygons that may be one of several.
fn plural(shape: geo::Geometry<f64>) -> geo::Geometry<f64> {
    match shape {
        geo::Geometry::Polygon(p) => geo::MultiPolygon::new(vec![p]).into(),
        geo::Geometry::LineString(l) => geo::MultiLineString::new(vec![l]).into(),
        other => other,
    }
}

#[test]
fn every_layer_is_a_file_of_the_same_things() {
    both_engines(async |app| {
        report(app).await;
        in_force(app).await;
        for name in ALL {
            let url = format!("/api/v1/layers/{name}");
            let features = by_id(layer(app, name).await.features);

            let reply = app.get(format!("{url}?f=fgb")).await;
            assert_eq!(
                (reply.status.as_u16(), reply.header("content-type")),
                (200, "application/flatgeobuf"),
                "{name}"
            );
            let named = format!("attachment; filename=\"{name}.fgb\"");
            assert_eq!(reply.header("content-disposition"), named);
            let again = app.call(Method::GET, format!("{url}?f=fgb")).header("if-none-match", reply.header("etag"));
            assert_eq!(again.send().await.status, 304, "{name}");
            let open = || FgbReader::open(Cursor::new(&reply.body)).unwrap();
            assert_eq!(open().header().crs().unwrap().code(), 4326);
            let mut found = BTreeMap::new();
            let mut all = open().select_all().unwrap();
            while let Some(feature) = all.next().unwrap() {
                let told = feature.properties().unwrap();
                found.insert(told["id"].clone(), (feature.to_geo().unwrap(), told));
            }
            assert_eq!(found.len(), features.len(), "{name}");
            for (id, (shape, properties)) in &features {
                let (drawn, told) = &found[id];
                assert_eq!(plural(drawn.clone()), plural(shape.clone()), "{name} {id}");
                for (property, value) in properties {
                    let said = match value {
                        Value::Null => None,
                        Value::String(text) => Some(text.clone()),
                        Value::Number(n) => Some(n.as_f64().unwrap().to_string()),
                        other => Some(other.to_string()),
                    };
                    let number = |text: &String| text.parse::<f64>().map_or(text.clone(), |n| n.to_string());
                    let found = told.get(property);
                    let found = if value.is_number() { found.map(number) } else { found.cloned() };
                    assert_eq!(found, said, "{name} {id} {property}");
                }
            }
            // The index finds what meets a box.
            let (w, s, e, n) = (112.02, 27.0, 112.05, 27.03);
            let (mut met, mut boxed) = (BTreeSet::new(), open().select_bbox(w, s, e, n).unwrap());
            while let Some(feature) = boxed.next().unwrap() {
                met.insert(feature.properties().unwrap()["id"].clone());
            }
            let meets = |shape: &geo::Geometry<f64>| {
                let b = shape.bounding_rect().unwrap();
                b.min().x <= e && b.max().x >= w && b.min().y <= n && b.max().y >= s
            };
            let want: BTreeSet<_> =
                features.iter().filter(|(_, (shape, _))| meets(shape)).map(|(id, _)| id.clone()).collect();
            assert_eq!(met, want, "{name}");

            let reply = app.get(format!("{url}?f=gpkg")).await;
            assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/geopackage+sqlite3"));
            let file = tempfile::NamedTempFile::new().unwrap();
            fs::write(file.path(), &reply.body).unwrap();
            let read = store::geopackage::read(file.path(), Some(name)).await.unwrap();
            assert_eq!((read.epsg, read.rows.len()), (Some(4326), features.len()), "{name}");
            for (shape, told) in read.rows {
                let id = told["id"].as_str().unwrap();
                let (wanted, properties) = &features[id];
                let shape = wkb::reader::read_wkb(&shape.unwrap()[8..]).unwrap().to_geometry();
                assert_eq!(plural(shape), plural(wanted.clone()), "{name} {id}");
                let words = properties.iter().filter(|(_, value)| value.is_string());
                assert!(words.clone().all(|(property, value)| told[property] == *value), "{name} {id}: {told:?}");
            }

            let reply = app.get(format!("{url}?f=shp")).await;
            assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/zip"), "{name}");
            let mut archive = zip::ZipArchive::new(Cursor::new(&reply.body)).unwrap();
            let mut part = |ending: &str| {
                let mut bytes = Vec::new();
                archive.by_name(&format!("{name}.{ending}")).unwrap().read_to_end(&mut bytes).unwrap();
                Cursor::new(bytes)
            };
            let shapes = shapefile::ShapeReader::new(part("shp")).unwrap().read().unwrap();
            let records = dbase::ReaderBuilder::new().build(part("dbf")).unwrap().read().unwrap();
            assert_eq!((shapes.len(), records.len()), (features.len(), features.len()), "{name}");
            assert_eq!((part("cpg").into_inner(), part("prj").get_ref().is_empty()), (b"UTF-8".to_vec(), false));
            for (shape, record) in shapes.into_iter().zip(records) {
                let Some(dbase::FieldValue::Character(Some(id))) = record.get("id") else { panic!("{record:?}") };
                let b = features[id].0.bounding_rect().unwrap();
                let corners = match &shape {
                    shapefile::Shape::Point(p) => [p.x, p.y, p.x, p.y],
                    shapefile::Shape::Polyline(l) => [l.bbox().min.x, l.bbox().min.y, l.bbox().max.x, l.bbox().max.y],
                    shapefile::Shape::Polygon(p) => [p.bbox().min.x, p.bbox().min.y, p.bbox().max.x, p.bbox().max.y],
                    other => panic!("{name}: {other}"),
                };
                assert_eq!(corners, [b.min().x, b.min().y, b.max().x, b.max().y], "{name} {id}");
            }
        }
        app.get("/api/v1/layers/grids?f=dxf").await.refused(400, "f");
    });
}

#[test]
fn every_layer_is_a_table_of_the_same_rows() {
    both_engines(async |app| {
        report(app).await;
        in_force(app).await;
        let squad = json!({ "id": "S9", "name": "=1+1", "kind": "stationed", "unit": "U1", "command_area": COUNTY, "crew": { "certified_officers": 2 }, "shifts": [],
            "post": { "lng": 112.03, "lat": 27.02 } });
        app.post("/api/v1/squads", squad).await.is(201);
        for name in ALL {
            let url = format!("/api/v1/layers/{name}");
            let reply = app.get(format!("{url}?f=csv")).await;
            assert_eq!(reply.status, 200, "{name}");
            assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8; header=present");
            let accepted = app.call(Method::GET, url.clone()).header("accept", "text/csv").send().await;
            assert_eq!((&accepted.body, reply.header("etag")), (&reply.body, accepted.header("etag")), "{name}");
            let again = app.call(Method::GET, format!("{url}?f=csv")).header("if-none-match", reply.header("etag"));
            assert_eq!(again.send().await.status, 304, "{name}");

            let (features, mut rows) = (layer(app, name).await.features, table(&reply.text()));
            assert_eq!(rows.len(), features.len(), "{name}");
            for feature in features {
                let Some(Id::String(id)) = &feature.id else { panic!("{name}: no id") };
                let row = rows.remove(id).unwrap_or_else(|| panic!("{name}: no row {id}"));
                for (property, value) in feature.properties.iter().flatten() {
                    let said = match value {
                        Value::Null => String::new(),
                        Value::String(text) if text.starts_with('=') => format!("'{text}"),
                        Value::String(text) => text.clone(),
                        Value::Number(n) => n.as_f64().unwrap().to_string(),
                        other => other.to_string(),
                    };
                    assert_eq!(row[property], said, "{name} {id} {property}");
                }
                let shape = geo::Geometry::<f64>::try_from(feature.geometry.unwrap()).unwrap();
                let drawn = geo::Geometry::<f64>::try_from_wkt_str(&row["geometry"]).unwrap();
                assert_eq!(drawn, shape, "{name} {id}");
            }
        }
        app.get("/api/v1/layers/grids?f=xlsx").await.refused(400, "f");
    });
}

/// Coordinates moved into a datum.
fn moved(coordinates: &mut Value, datum: Datum) {
    let all = coordinates.as_array_mut().unwrap();
    match (all[0].as_f64(), &all[..]) {
        (Some(lng), [_, lat]) => {
            let at = datum.from_wgs84(LngLat { lng, lat: lat.as_f64().unwrap() });
            *coordinates = json!([round_deg(at.lng), round_deg(at.lat)]);
        }
        _ => all.iter_mut().for_each(|one| moved(one, datum)),
    }
}

#[test]
fn every_layer_is_shown_in_the_datum_of_a_base_map() {
    both_engines(async |app| {
        report(app).await;
        in_force(app).await;
        for name in ALL {
            let url = format!("/api/v1/layers/{name}");
            let plain = app.json(&url).await;
            assert_eq!(plain["datum"], Value::Null);
            for datum in [Datum::Gcj02, Datum::Bd09, Datum::Cgcs2000] {
                let told = app.json(format!("{url}?datum={datum}")).await;
                let mut features = plain["features"].clone();
                for feature in features.as_array_mut().unwrap() {
                    moved(&mut feature["geometry"]["coordinates"], datum);
                }
                assert_eq!((&told["features"], &told["datum"]), (&features, &json!(datum.as_str())), "{name}");
                let next = app.json(told["next"].as_str().unwrap()).await;
                assert_eq!((&next["add"], &next["reset"], &next["datum"]), (&json!([]), &json!(false), &told["datum"]));
                let table = app.get(format!("{url}?datum={datum}&f=csv")).await;
                match datum {
                    Datum::Cgcs2000 => assert_eq!(table.status, 200),
                    _ => table.refused(422, "datum"),
                }
            }
            app.get(format!("{url}?datum=mars")).await.refused(422, "datum");
        }
        // A window is in it as well: around one report, as that base map shows it.
        let at = Datum::Gcj02.from_wgs84(LngLat { lng: 112.01, lat: 27.012_345_7 });
        let window = [at.lng - 1e-4, at.lat - 1e-4, at.lng + 1e-4, at.lat + 1e-4].map(|d| d.to_string()).join(",");
        for (datum, shown) in [("gcj02", 1), ("wgs84", 0)] {
            let told = app.json(format!("/api/v1/layers/incidents?bbox={window}&datum={datum}")).await;
            assert_eq!(told["numberMatched"], shown, "{datum}");
        }
    });
}

#[test]
fn a_client_that_has_the_layer_is_told_so() {
    both_engines(async |app| {
        for name in ALL {
            let url = format!("/api/v1/layers/{name}");
            let tag = app.get(url.clone()).await.header("etag").to_owned();
            assert!(tag.starts_with("W/\""), "{name}: {tag}");
            let again =
                async |tags: &str| app.call(Method::GET, url.clone()).header("if-none-match", tags).send().await;
            let reply = again(&tag).await;
            assert_eq!(
                (reply.status.as_u16(), reply.body.len(), reply.header("etag")),
                (304, 0, tag.as_str()),
                "{name}"
            );
            assert_eq!(again(&format!("\"other\", {tag}")).await.status, 304, "{name}");
            assert_eq!(again("\"other\"").await.status, 200, "{name}");
        }
        let tag = app.get("/api/v1/layers/incidents").await.header("etag").to_owned();
        report(app).await;
        let changed = app.call(Method::GET, "/api/v1/layers/incidents").header("if-none-match", &tag).send().await;
        assert_eq!(changed.status, 200);
    });
}

#[test]
fn a_squad_is_drawn_where_it_is_known_to_be() {
    both_engines(async |app| {
        let place = async |at: &str| {
            let features = layer(app, &format!("squads?at={at}")).await.features;
            let GeometryValue::Point { coordinates } = &features[0].geometry.as_ref().unwrap().value else {
                panic!("no point")
            };
            let c: &[f64] = coordinates.as_slice();
            (c[0], c[1])
        };
        let fix = json!({ "squad": "S1", "lng": 112.05, "lat": 27.05, "fixed_at": "2026-03-02T03:59:00Z" });
        app.post("/api/v1/positions", json!({ "positions": [fix] })).await.is(202);
        assert_eq!(place("2026-03-02T04:00:00Z").await, (112.05, 27.05));
        assert_eq!(place("2026-03-02T05:00:00Z").await, (112.0152, 27.02), "the fix is too old by then");
    });
}
