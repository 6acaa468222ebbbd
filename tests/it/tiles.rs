//! Vector tiles: decoded, and compared with the features of the same layers.

use std::collections::BTreeMap;

use axum::http::Method;
use fast_mvt::{MvtReaderRef, MvtValue};
use geo::{BoundingRect, Intersects, MapCoords, Rect};
use geojson::{Feature, feature::Id};
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{base::LngLat, domain::layers::sheet::number, kernel::tile::world};

use crate::{
    app::{App, Reply, both_engines},
    zones::in_force,
};

const DRAWN: [&str; 10] = [
    "counties",
    "townships",
    "villages",
    "grids",
    "incidents",
    "coverage",
    "roads",
    "disruptions",
    "zones",
    "zone_borders",
];

type Properties = BTreeMap<String, Value>;

/// The features of a tile by number: how many there are of each, and what it says.
pub fn decoded(name: &str, reply: &Reply) -> BTreeMap<u64, Properties> {
    if reply.status == 204 {
        assert!(reply.body.is_empty());
        return BTreeMap::new();
    }
    assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/vnd.mapbox-vector-tile"));
    let reader = MvtReaderRef::new(&reply.body).unwrap();
    let layers: Vec<_> = reader.layers().collect();
    assert_eq!(layers.len(), 1);
    let layer = layers[0];
    assert_eq!((layer.name(), layer.version(), layer.extent()), (name, 2, 4096));
    let mut found = BTreeMap::new();
    for feature in layer.features() {
        let feature = feature.to_feature().unwrap();
        let value = |v: MvtValue| match v {
            MvtValue::String(v) => json!(v),
            MvtValue::Bool(v) => json!(v),
            MvtValue::Double(v) => json!(v),
            MvtValue::UInt(v) => json!(v),
            MvtValue::SInt(v) | MvtValue::Int(v) => json!(v),
            other => panic!("{other:?}"),
        };
        let said = feature.properties.into_iter().map(|(name, v)| (name, value(v))).collect();
        assert!(found.insert(feature.id.unwrap(), said).is_none(), "{name}: {:?} twice", feature.id);
    }
    found
}

async fn features(app: &App, name: &str, datum: &str) -> Vec<Feature> {
    let body = app.json(format!("/api/v1/layers/{name}{datum}")).await;
    serde_json::from_value(body["features"].clone()).unwrap()
}

/// On the world's square.
fn drawn(feature: &Feature) -> geo::Geometry<f64> {
    let shape = geo::Geometry::<f64>::try_from(feature.geometry.clone().unwrap()).unwrap();
    shape.map_coords(|c| world(LngLat::from(c)).into())
}

/// What a tile says of a feature: nulls not at all, lists as text, and its id where that is no number.
fn said(feature: &Feature) -> (u64, Properties) {
    let Some(Id::String(id)) = &feature.id else { panic!("no id") };
    let value = |v: &Value| if v.is_array() { json!(v.to_string()) } else { v.clone() };
    let properties = feature.properties.iter().flatten().filter(|(_, v)| !v.is_null());
    let mut said: Properties = properties.map(|(name, v)| (name.clone(), value(v))).collect();
    if id.parse::<u64>().is_err() {
        said.entry("id".to_owned()).or_insert_with(|| json!(id));
    }
    (number(id), said)
}

async fn busy(app: &App) {
    for i in 0..5u32 {
        let lng = 112.01 + f64::from(i) * 0.02;
        let body = json!({ "id": Uuid::from_u128(i.into()), "lng": lng, "lat": 27.012 });
        app.post("/api/v1/incidents", body).await.is(201);
    }
    close(app, Uuid::from_u128(99)).await;
    in_force(app).await;
}

async fn close(app: &App, id: Uuid) {
    let closed = json!({ "id": id, "reason": "flood", "place": { "at": { "lng": 112.05, "lat": 27.01 } } });
    app.post("/api/v1/roads/disruptions", closed).await.is(201);
}

/// The tile that holds a place.
pub fn holding(zoom: u8, lng: f64, lat: f64) -> [u32; 2] {
    world(LngLat { lng, lat }).map(|at| (at * f64::from(1 << zoom)) as u32)
}

pub fn path(name: &str, zoom: u8, [x, y]: [u32; 2]) -> String {
    format!("/api/v1/tiles/{name}/{zoom}/{x}/{y}")
}

#[test]
fn tiles_show_what_the_layer_has_there_and_nothing_else() {
    both_engines(async |app| {
        busy(app).await;
        let datums = [("", &[9, 12, 14, 16][..]), ("?datum=gcj02", &[9, 14]), ("?datum=bd09", &[14])];
        for (name, (datum, zooms)) in DRAWN.into_iter().flat_map(|name| datums.map(|datum| (name, datum))) {
            let all = features(app, name, datum).await;
            assert!(!all.is_empty(), "{name}");
            for &zoom in zooms {
                let (from, to) = (holding(zoom, 111.99, 27.07), holding(zoom, 112.13, 26.99));
                // At the deepest zoom there are thousands: those along a row are enough.
                let to = if zoom == 16 { [to[0].min(from[0] + 12), from[1] + 6] } else { to };
                for (x, y) in (from[0]..=to[0]).flat_map(|x| (from[1]..=to[1]).map(move |y| (x, y))) {
                    let tile = decoded(name, &app.get(path(name, zoom, [x, y]) + datum).await);
                    let unit = 1.0 / 4096.0 / f64::from(1 << zoom);
                    let side = |at: u32, units: f64| (f64::from(at) * 4096.0 + units) * unit;
                    let square = |beyond: f64| {
                        let corner = |units| (side(x, units), side(y, units));
                        Rect::new(corner(-beyond), corner(4096.0 + beyond))
                    };
                    let mut may = 0;
                    for feature in &all {
                        let (id, said) = said(feature);
                        let shape = drawn(feature);
                        let around = shape.bounding_rect().unwrap();
                        let is_there = tile.get(&id);
                        may += usize::from(around.intersects(&square(70.0)));
                        let length = around.width().max(around.height());
                        // Points have none, and stand together far away; small roads are left out there.
                        let sized = length > 8.0 * unit || name == "incidents" && zoom >= 12;
                        let shown = name != "roads" || zoom >= 12 || said["class"] == "tertiary";
                        if sized && shown && shape.intersects(&square(-8.0)) {
                            assert_eq!(is_there, Some(&said), "{name} {zoom}/{x}/{y}: {:?}", feature.id);
                        } else if let Some(there) = is_there {
                            assert!(around.intersects(&square(70.0)), "{name} {zoom}/{x}/{y}: {:?}", feature.id);
                            assert_eq!(there, &said);
                        }
                    }
                    assert!(tile.len() <= may, "{name} {zoom}/{x}/{y}: {} of {may}", tile.len());
                }
            }
        }
    });
}

#[test]
fn a_tile_changes_when_what_it_shows_does_and_only_then() {
    both_engines(async |app| {
        let tag = async |name: &str, zoom, at: [f64; 2]| {
            app.get(path(name, zoom, holding(zoom, at[0], at[1]))).await.header("etag").to_owned()
        };
        let (here, there) = ([112.05, 27.01], [112.011, 27.051]);
        let (roads, far) = (tag("roads", 15, here).await, tag("roads", 15, there).await);
        let incidents = [tag("incidents", 14, here).await, tag("incidents", 14, there).await];
        assert_eq!(incidents[0], incidents[1], "nothing is as good as nothing elsewhere");
        let disruptions = tag("disruptions", 14, here).await;

        let id = Uuid::from_u128(7);
        close(app, id).await;
        let closed = tag("roads", 15, here).await;
        assert_ne!(closed, roads);
        assert_eq!(tag("roads", 15, there).await, far);
        assert_ne!(tag("disruptions", 14, here).await, disruptions);
        app.call(Method::DELETE, format!("/api/v1/roads/disruptions/{id}")).send().await;
        assert_eq!(tag("roads", 15, here).await, roads, "as it was");
        assert_eq!(tag("disruptions", 14, here).await, disruptions);

        let body = json!({ "id": Uuid::from_u128(1), "lng": here[0], "lat": here[1] });
        app.post("/api/v1/incidents", body).await.is(201);
        let reported = tag("incidents", 14, here).await;
        assert_ne!(reported, incidents[0]);
        assert_eq!(tag("incidents", 14, there).await, incidents[1]);
        assert_eq!(tag("roads", 15, here).await, roads);

        let zones = tag("zones", 10, here).await;
        in_force(app).await;
        assert_ne!(tag("zones", 10, here).await, zones);

        let coverage = path("coverage?", 10, holding(10, here[0], here[1])).replace('?', "") + "?basis=live";
        let before = app.get(coverage.clone()).await.header("etag").to_owned();
        let fix = json!({ "squad": "S1", "lng": 112.05, "lat": 27.05, "fixed_at": "2026-03-02T03:59:00Z" });
        app.post("/api/v1/positions", json!({ "positions": [fix] })).await.is(202);
        assert_ne!(app.get(coverage).await.header("etag"), before, "a squad has moved");
    });
}

#[test]
fn a_client_that_has_a_tile_is_told_so_and_others_get_it_compressed() {
    both_engines(async |app| {
        let url = path("roads", 12, holding(12, 112.05, 27.01));
        let plain = app.get(url.clone()).await;
        assert_eq!(plain.header("cache-control"), "private, no-cache");
        let tag = plain.header("etag").to_owned();
        let again = app.call(Method::GET, url.clone()).header("if-none-match", &tag).send().await;
        assert_eq!((again.status.as_u16(), again.body.len(), again.header("etag")), (304, 0, tag.as_str()));
        for coding in ["gzip", "br"] {
            let packed = app.call(Method::GET, url.clone()).header("accept-encoding", coding).send().await;
            assert_eq!((packed.header("content-encoding"), packed.header("etag")), (coding, tag.as_str()));
            assert!(packed.body.len() < plain.body.len());
        }
    });
}

#[test]
fn far_away_only_great_roads_are_drawn() {
    both_engines(async |app| {
        let classes = async |zoom, query: &str| {
            let url = path("roads", zoom, holding(zoom, 112.05, 27.01)) + query;
            let tile = decoded("roads", &app.get(url).await);
            tile.into_values()
                .map(|p| p["class"].as_str().unwrap().to_owned())
                .collect::<std::collections::BTreeSet<_>>()
        };
        assert!(classes(7, "").await.is_empty());
        assert_eq!(classes(9, "").await.into_iter().collect::<Vec<_>>(), ["tertiary"]);
        assert!(classes(12, "").await.contains("residential"));
        assert_eq!(classes(9, "?classes=residential").await.into_iter().collect::<Vec<_>>(), ["residential"]);
    });
}

#[test]
fn the_description_tells_where_tiles_are_and_what_they_hold() {
    both_engines(async |app| {
        busy(app).await;
        for layer in app.json("/api/v1/layers").await["layers"].as_array().unwrap() {
            let name = layer["name"].as_str().unwrap();
            let Some(url) = layer["tiles"].as_str() else {
                assert!(["squads", "blind_spots"].contains(&name), "{name} is in no tile");
                continue;
            };
            let told = app.json(url).await;
            assert_eq!((&told["tilejson"], &told["maxzoom"]), (&json!("3.0.0"), &json!(16)));
            assert_eq!(told["vector_layers"][0]["id"], name);
            assert_eq!(told["tiles"][0], format!("http://localhost:8080/api/v1/tiles/{name}/{{z}}/{{x}}/{{y}}"));
            let fields = told["vector_layers"][0]["fields"].as_object().unwrap();
            for feature in features(app, name, "").await {
                assert!(feature.properties.unwrap().keys().all(|key| fields.contains_key(key)));
                let b: Vec<f64> = serde_json::from_value(told["bounds"].clone()).unwrap();
                let shape = geo::Geometry::<f64>::try_from(feature.geometry.unwrap()).unwrap();
                assert!(shape.intersects(&Rect::new((b[0], b[1]), (b[2], b[3]))), "{name}");
            }
        }
        assert_eq!(app.json("/api/v1/tiles/grids?datum=gcj02").await["datum"], "gcj02");
        let asked = app.json("/api/v1/tiles/coverage?minutes=12&basis=live").await;
        assert_eq!(asked["datum"], Value::Null);
        let tiles = asked["tiles"][0].as_str().unwrap();
        assert!(tiles.ends_with("/coverage/{z}/{x}/{y}?minutes=12&basis=live"), "{tiles}");
        let [x, y] = holding(10, 112.05, 27.01);
        let url = tiles.replace("{z}", "10").replace("{x}", &x.to_string()).replace("{y}", &y.to_string());
        assert!(!decoded("coverage", &app.get(url.trim_start_matches("http://localhost:8080")).await).is_empty());
    });
}

#[test]
fn what_is_no_tile_is_refused_with_value_and_reason() {
    both_engines(async |app| {
        for (path, status, field, words) in [
            ("grids/17/0/0", 400, "z", "17"),
            ("grids/300/0/0", 400, "z", "255 is not within 0 to 16"),
            ("grids/7/0/0", 400, "z", "8 to 16"),
            ("grids/8/256/0", 400, "x", "256 is not within 0 to 255"),
            ("grids/8/0/256", 400, "y", "256"),
            ("grids/8/0/-1", 400, "y", "\"-1\""),
            ("grids/8/0/1.mvt", 400, "y", "1.mvt"),
            ("grids/8/0/0?bbox=1,2,3,4", 400, "bbox", "bbox"),
            ("grids/8/0/0?datum=mars", 422, "datum", "mars"),
            ("coverage/8/0/0?minutes=0", 422, "minutes", "0"),
            ("coverage/8/0/0?squads=S9", 422, "squads", "S9"),
            ("roads/8/0/0?classes=canal", 422, "classes", "canal"),
            ("zones/8/0/0?revision=1", 422, "revision", "plan"),
        ] {
            let reply = app.get(format!("/api/v1/tiles/{path}")).await;
            reply.refused(status, field);
            let detail = reply.value()["detail"].to_string();
            assert!(detail.replace('\\', "").contains(words), "{path}: {detail}");
        }
        app.get("/api/v1/tiles/squads").await.is(404);
        app.get("/api/v1/tiles/squads/8/0/0").await.is(404);
        app.get("/api/v1/tiles/moods/8/0/0").await.is(404);
        assert_eq!(app.get("/api/v1/tiles/grids/8/0/0").await.status, 204);
    });
}

#[test]
fn who_follows_hears_which_tiles_change() {
    both_engines(async |app| {
        let (mut maps, mut others) = (app.tile_events().await, app.events(None).await);
        let at = [112.05, 27.01];
        let url = |name| path(name, 14, holding(14, at[0], at[1]));
        let before = app.get(url("incidents")).await.header("etag").to_owned();
        let id = Uuid::from_u128(1);
        let body = json!({ "id": id, "lng": at[0], "lat": at[1], "reporter": { "name": "王小明" } });
        app.post("/api/v1/incidents", body).await.is(201);
        let told = maps.next().await;
        assert_eq!((told.name.as_str(), told.id), ("tiles", None));
        let place = json!([at[0], at[1], at[0], at[1]]);
        let layer = json!({ "layer": "incidents", "minzoom": 6, "maxzoom": 16, "bbox": place });
        assert_eq!(told.data["layers"], json!([layer]));
        assert_ne!(app.get(url("incidents")).await.header("etag"), before, "it is so already");
        let (change, heard) = (maps.next().await, others.next().await);
        assert_eq!((&change.data, change.id), (&heard.data, told.data["seq"].as_i64()));

        // That somebody read who reported it shows on no map.
        app.get(format!("/api/v1/incidents/{id}/reporter")).await.ok();
        close(app, Uuid::from_u128(7)).await;
        let told = maps.next().await;
        let layers: Vec<_> = told.data["layers"].as_array().unwrap().iter().map(|l| l["layer"].clone()).collect();
        assert_eq!(layers, ["coverage", "roads", "disruptions"]);
        assert!(told.data["layers"].as_array().unwrap().iter().all(|l| l.get("bbox").is_none()), "everywhere");
        let (change, heard) = (maps.next().await, others.next().await);
        assert_eq!((change.name.as_str(), &change.data), ("disruption", &heard.data));

        in_force(app).await;
        let mut kinds = Vec::new();
        loop {
            let event = maps.next().await;
            kinds.push(event.name.clone());
            if event.name == "zones_in_force" {
                break;
            }
        }
        let before = kinds.len() - 2;
        assert_eq!(kinds[before], "tiles", "{kinds:?}");
        assert!(!kinds[..before].contains(&"tiles".to_owned()), "plans are in no tile of what is in force: {kinds:?}");
    });
}
