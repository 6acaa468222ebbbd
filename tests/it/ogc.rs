//! OGC API – Features over HTTP: what map clients find by the address alone.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Cursor,
};

use axum::http::Method;
use fastrand::Rng;
use flatgeobuf::{FallibleStreamingIterator, FeatureProperties, FgbReader};
use geozero::ToGeo;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{domain::auth::Role, kernel::epsg};

use crate::{
    app::{App, Draws, both_engines},
    county::NOON,
    zones::{drawn, freeze, in_force},
};

const COLLECTIONS: [&str; 12] = [
    "counties",
    "townships",
    "villages",
    "grids",
    "special_areas",
    "squads",
    "incidents",
    "coverage",
    "roads",
    "disruptions",
    "zones",
    "zone_borders",
];

async fn report(app: &App, n: u128, lng: f64, lat: f64, urgency: &str, minute: u32) {
    let at = format!("2026-03-02T03:{minute:02}:00Z");
    let body = json!({ "id": Uuid::from_u128(n), "lng": lng, "lat": lat, "urgency": urgency, "reported_at": at });
    app.post("/api/v1/incidents", body).await.is(201);
}

/// Twelve incidents, a closure, and zones in force.
async fn fill(app: &App) {
    for i in 0..12 {
        let urgency = ["urgent", "quick", "normal"][i as usize % 3];
        report(app, i.into(), 112.01 + 0.01 * f64::from(i), 27.02 + 0.005 * f64::from(i), urgency, i).await;
    }
    let at = json!({ "lng": 112.05, "lat": 27.01 });
    let closed = json!({ "id": Uuid::from_u128(99), "reason": "flood", "place": { "at": at } });
    app.post("/api/v1/roads/disruptions", closed).await.is(201);
    in_force(app).await;
}

async fn items(app: &App, query: &str) -> Value {
    app.json(format!("/ogc/collections/{query}")).await
}

fn ids(items: &Value) -> Vec<String> {
    items["features"].as_array().unwrap().iter().map(|f| f["id"].as_str().unwrap().to_owned()).collect()
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn link<'a>(body: &'a Value, rel: &str) -> Option<&'a str> {
    body["links"].as_array().unwrap().iter().find(|l| l["rel"] == rel)?["href"].as_str()
}

/// An absolute address as the fixture asks it.
fn path(href: &str) -> &str {
    href.strip_prefix("http://localhost:8080").unwrap_or_else(|| panic!("{href} is not absolute"))
}

#[test]
fn every_page_is_found_from_the_first_one_and_every_collection_shows_its_layer() {
    both_engines(async |app| {
        fill(app).await;
        let (mut known, mut waiting) = (BTreeSet::new(), vec!["/ogc".to_owned()]);
        while let Some(page) = waiting.pop() {
            if !known.insert(page.clone()) {
                continue;
            }
            let reply = app.get(page.clone()).await;
            assert_eq!(reply.status, 200, "{page}: {}", reply.text());
            let kind = reply.header("content-type").to_owned();
            if kind == "application/flatgeobuf" {
                assert!(reply.body.starts_with(b"fgb"), "{page}");
                continue;
            }
            if kind.starts_with("text/html") {
                assert!(reply.text().starts_with("<!doctype html>"), "{page}");
                continue;
            }
            assert_eq!(reply.header("cache-control"), "private, no-cache", "{page}");
            let body = reply.value();
            let of_parts = body["collections"].as_array().into_iter().flatten().chain([&body]);
            let links = of_parts.flat_map(|part| part["links"].as_array().into_iter().flatten());
            let hrefs = links.filter(|l| l["rel"] != "license").map(|l| path(l["href"].as_str().unwrap()).to_owned());
            waiting.extend(hrefs);
        }
        for name in COLLECTIONS {
            assert!(known.contains(&format!("/ogc/collections/{name}/items")), "{name}: {known:?}");
            let shown = items(app, &format!("{name}/items")).await;
            let native = app.json(format!("/api/v1/layers/{name}")).await;
            let by_id = |body: &Value| -> BTreeMap<String, Value> {
                let features = body["features"].as_array().unwrap().iter();
                features.map(|f| (f["id"].as_str().unwrap().to_owned(), f.clone())).collect()
            };
            assert_eq!(by_id(&shown), by_id(&native), "{name}");
            assert_eq!(shown["numberMatched"], native["numberMatched"]);
            assert_eq!(shown["numberReturned"], json!(shown["features"].as_array().unwrap().len()));
            // What the schema says is what features have.
            let schema = items(app, &format!("{name}/schema")).await;
            let told: BTreeSet<_> = schema["properties"].as_object().unwrap().keys().cloned().collect();
            if let Some(feature) = shown["features"].as_array().unwrap().first() {
                let mut had: BTreeSet<_> = feature["properties"].as_object().unwrap().keys().cloned().collect();
                had.insert("geometry".to_owned());
                assert_eq!(told, had, "{name}");
                let id = feature["id"].as_str().unwrap();
                let one = items(app, &format!("{name}/items/{id}")).await;
                assert_eq!((&one["properties"], &one["geometry"]), (&feature["properties"], &feature["geometry"]));
            }
            app.get(format!("/ogc/collections/{name}/items/nobody")).await.is(404);
        }
        app.get("/ogc/collections/moods").await.is(404);
        app.get("/ogc/nowhere").await.is(404);
    });
}

#[test]
fn the_documents_write_every_path_out_and_each_is_served() {
    both_engines(async |app| {
        fill(app).await;
        let [newer, older] = [app.json("/ogc/api").await, app.json("/ogc/api/3.0").await];
        assert_eq!((&newer["openapi"], &older["openapi"]), (&json!("3.1.0"), &json!("3.0.3")));
        assert_eq!(newer["paths"], older["paths"]);
        for (template, item) in newer["paths"].as_object().unwrap() {
            assert!(!template.contains("{collection"), "{template}");
            if template.contains('{') {
                continue;
            }
            let reply = app.get(format!("/ogc{}", template.trim_end_matches('/'))).await;
            assert_eq!(reply.status, 200, "{template}");
            let content = item["get"]["responses"]["200"]["content"].as_object().unwrap();
            assert!(content.contains_key(reply.header("content-type")), "{template}: {}", reply.header("content-type"));
        }
        // Every parameter that is told is taken, and every queryable is told.
        for name in COLLECTIONS {
            let told = &newer["paths"][format!("/collections/{name}/items")]["get"]["parameters"];
            let told: BTreeSet<_> = told.as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
            let queryables = items(app, &format!("{name}/queryables")).await;
            for property in queryables["properties"].as_object().unwrap().keys().filter(|p| *p != "geometry") {
                assert!(told.contains(property.as_str()), "{name}: {property}");
            }
            for parameter in told {
                let reply = app.get(format!("/ogc/collections/{name}/items?{parameter}=")).await;
                assert_eq!(reply.status, 200, "{name}: {parameter}: {}", reply.text());
            }
        }
        let limit = &newer["paths"]["/collections/grids/items"]["get"]["parameters"][0];
        assert_eq!((&limit["name"], &limit["schema"]["maximum"]), (&json!("limit"), &json!(10_000)));
    });
}

#[test]
fn boxes_systems_and_axes_mean_the_same_features() {
    both_engines(async |app| {
        fill(app).await;
        let plain = ids(&items(app, "incidents/items?bbox=112.02,27.02,112.06,27.05").await);
        assert_eq!(plain.len(), 5);
        let m = |lng, lat| epsg::to_mercator(xunge::base::LngLat { lng, lat });
        let ([w, s], [e, n]) = (m(112.019_999, 27.019_999), m(112.060_001, 27.050_001));
        let system = |code: &str| encoded(&format!("http://www.opengis.net/def/crs/EPSG/0/{code}"));
        for query in [
            "bbox=112.02,27.02,0,112.06,27.05,9".to_owned(),
            format!("bbox=27.02,112.02,27.05,112.06&bbox-crs={}", system("4326")),
            format!("bbox=27.02,112.02,27.05,112.06&bbox-crs={}", system("4490")),
            format!("bbox={w},{s},{e},{n}&bbox-crs={}", system("3857")),
            "filter=S_INTERSECTS(geometry,BBOX(112.02,27.02,112.06,27.05))".to_owned(),
        ] {
            assert_eq!(ids(&items(app, &format!("incidents/items?{query}")).await), plain, "{query}");
        }
        // The other way round the earth, which holds all but those between.
        let around = items(app, "incidents/items?bbox=112.055,-90,112.025,90").await;
        assert_eq!(around["numberMatched"], 9, "{around}");
        let reply = app.get(format!("/ogc/collections/incidents/items?limit=1&crs={}", system("4326"))).await;
        assert_eq!(reply.header("content-crs"), "<http://www.opengis.net/def/crs/EPSG/0/4326>");
        assert_eq!(reply.value()["features"][0]["geometry"]["coordinates"], json!([27.075, 112.12]));
        let metres = items(app, &format!("incidents/items?limit=1&crs={}", system("3857"))).await;
        assert!(metres["features"][0]["geometry"]["coordinates"][0].as_f64().unwrap() > 1.2e7);
        for (query, field) in [
            ("bbox=1,2,3", "bbox"),
            ("bbox=1,2,3,nan", "bbox"),
            ("bbox=1,3,2,2", "bbox"),
            ("bbox=-400,0,400,1", "bbox"),
            ("crs=EPSG:2056", "crs"),
            ("bbox=0,0,1,1&bbox-crs=EPSG:1", "bbox-crs"),
            ("limit=0", "limit"),
            ("limit=many", "limit"),
            ("limit=1&limit=2", "limit"),
            ("colour=red", "colour"),
            ("status=fine", "status"),
            ("synthetic=perhaps", "synthetic"),
            ("sortby=mood", "sortby"),
            ("properties=mood", "properties"),
            ("datetime=yesterday", "datetime"),
            ("datetime=2026-03-02T04:00:00Z/2026-03-02T03:00:00Z", "datetime"),
            ("after=x", "after"),
            ("f=pdf", "f"),
            ("filter=status%3D", "filter"),
            ("filter=true&filter-lang=sql", "filter-lang"),
        ] {
            app.get(format!("/ogc/collections/incidents/items?{query}")).await.refused(400, field);
        }
        app.get("/ogc/collections/incidents/items?offset=-1").await.refused(400, "offset");
        // Who counts has the same order, and a link that goes on from there.
        let all = ids(&items(app, "incidents/items?limit=12").await);
        let some = items(app, "incidents/items?limit=4&offset=3").await;
        assert_eq!((ids(&some), &some["numberMatched"]), (all[3..7].to_vec(), &json!(12)));
        let on = app.json(path(link(&some, "next").unwrap())).await;
        assert_eq!(ids(&on), all[7..11]);
        assert_eq!(ids(&items(app, "incidents/items?offset=12").await), [""; 0]);
        // More than the maximum is the maximum; what is harmless is taken.
        assert_eq!(items(app, "incidents/items?limit=99999999&_=1&f=json").await["numberReturned"], 12);
    });
}

#[test]
fn times_filters_and_order_are_the_servers_work() {
    both_engines(async |app| {
        fill(app).await;
        for (query, matched) in [
            ("datetime=2026-03-02T03:02:00Z/2026-03-02T03:05:00Z", 4),
            ("datetime=2026-03-02T03:02:00Z", 1),
            ("datetime=2026-03-02T11:02:00+08:00/..", 10),
            ("datetime=/2026-03-02T03:00:00Z", 1),
            ("urgency=urgent", 4),
            ("urgency=urgent&synthetic=true", 0),
            ("urgency=urgent&synthetic=0", 4),
            ("filter=synthetic = 0", 12),
            ("filter=urgency='urgent' OR urgency='quick'", 8),
            ("filter=reported_at >= TIMESTAMP('2026-03-02T03:10:00Z')", 2),
            ("filter=T_DURING(reported_at, INTERVAL('2026-03-02T03:02:00Z','2026-03-02T03:05:00Z'))", 2),
            ("filter=matter IS NULL AND NOT urgency IN ('normal')", 8),
            ("filter=CASEI(urgency) LIKE CASEI('UR%')", 4),
            ("filter={\"op\":\"=\",\"args\":[{\"property\":\"urgency\"},\"urgent\"]}&filter-lang=cql2-json", 4),
            ("filter=S_WITHIN(geometry, POLYGON((112 27,112.045 27,112.045 27.1,112 27.1,112 27)))", 4),
            ("filter=S_DISJOINT(geometry, POLYGON((112 27,112.045 27,112.045 27.1,112 27.1,112 27)))", 8),
            ("filter=S_INTERSECTS(geometry, BBOX(27,112,27.1,112.045))&filter-crs=EPSG:4326", 4),
        ] {
            let query: Vec<_> = query.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
            let query: Vec<_> = query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
            let found = items(app, &format!("incidents/items?{}", query.join("&"))).await;
            assert_eq!(found["numberMatched"], matched, "{query:?}");
        }
        let newest = items(app, "incidents/items?sortby=urgency,-reported_at&properties=urgency&limit=2").await;
        let first = &newest["features"][0];
        assert_eq!(first["properties"], json!({ "urgency": "normal" }));
        assert_eq!(ids(&newest), [Uuid::from_u128(11), Uuid::from_u128(8)].map(|id| id.to_string()));
        let bare = items(app, "grids/items?skipGeometry=true&limit=1").await;
        assert_eq!(bare["features"][0]["geometry"], Value::Null);
        // Roads are as of a time: before the flood nothing was closed.
        let closed =
            async |query: &str| items(app, &format!("roads/items?closed=true{query}")).await["numberMatched"].clone();
        assert!(closed("").await.as_u64() > Some(0));
        assert_eq!(closed("&datetime=2026-03-01T00:00:00Z").await, 0);
        assert_eq!(items(app, "zones/items?datetime=2026-01-01T00:00:00Z").await["numberMatched"], 0);
        assert!(
            items(app, &format!("zones/items?datetime={NOON}&layer=enforcement")).await["numberMatched"].as_u64()
                > Some(0)
        );
        assert_ne!(
            items(app, "coverage/items?minutes=3&status=covered").await["numberMatched"],
            items(app, "coverage/items?minutes=30&status=covered").await["numberMatched"]
        );
    });
}

#[test]
fn pages_lose_nothing_and_repeat_nothing_while_things_are_written() {
    both_engines(async |app| {
        fill(app).await;
        let mut dice = Rng::with_seed(7);
        for query in [
            "limit=5",
            "limit=3&sortby=urgency",
            "limit=4&sortby=-urgency,reported_at&f=json",
            "limit=1&bbox=112,27,113,28&status=reported",
        ] {
            let mut next = Some(format!("/ogc/collections/incidents/items?{query}"));
            let mut seen = Vec::new();
            while let Some(url) = next {
                let reply = app.get(url.clone()).await;
                let page = reply.ok();
                seen.extend(ids(&page));
                next = link(&page, "next").map(|href| path(href).to_owned());
                // The header says the same as the body.
                let header = next.as_ref().map_or(String::new(), |p| {
                    format!("<http://localhost:8080{p}>; rel=\"next\"; type=\"application/geo+json\"")
                });
                assert_eq!(reply.header("link"), header);
                let lng = dice.degrees(112.01, 112.1);
                report(app, u128::from(dice.u64(..)) + 1_000, lng, 27.03, "quick", dice.u64(..12) as u32).await;
            }
            let once: BTreeSet<_> = seen.iter().collect();
            assert_eq!(once.len(), seen.len(), "{query}: something twice");
            for n in 0..12 {
                let id = Uuid::from_u128(n).to_string();
                assert!(once.contains(&id), "{query}: {id} is lost");
            }
        }
    });
}

#[test]
fn items_are_told_as_tables_page_by_page() {
    both_engines(async |app| {
        fill(app).await;
        let whole = items(app, "incidents/items?sortby=reported_at&limit=100&properties=status,urgency").await;
        let (mut next, mut rows) = (
            Some(
                "/ogc/collections/incidents/items?sortby=reported_at&limit=5&properties=status,urgency&f=csv"
                    .to_owned(),
            ),
            Vec::new(),
        );
        while let Some(url) = next {
            let reply = app.get(url).await;
            assert_eq!(
                (reply.status.as_u16(), reply.header("content-type")),
                (200, "text/csv; charset=utf-8; header=present")
            );
            let mut table = csv::Reader::from_reader(&reply.body[..]);
            assert_eq!(table.headers().unwrap(), &["id", "status", "urgency", "geometry"][..]);
            rows.extend(table.records().map(|row| row.unwrap()));
            // A table has no body to say it in.
            let link = reply.header("link");
            next = link.strip_prefix('<').and_then(|l| l.split_once('>')).map(|(href, _)| path(href).to_owned());
        }
        let features = whole["features"].as_array().unwrap();
        assert_eq!(rows.len(), features.len());
        for (row, feature) in rows.iter().zip(features) {
            let [lng, lat] = [0, 1].map(|n| feature["geometry"]["coordinates"][n].as_f64().unwrap());
            let said = &feature["properties"];
            let want = [
                feature["id"].as_str().unwrap(),
                said["status"].as_str().unwrap(),
                said["urgency"].as_str().unwrap(),
                &format!("POINT({lng} {lat})"),
            ];
            assert_eq!(row, &want[..]);
        }
        let bare = app.get("/ogc/collections/incidents/items?limit=1&skipGeometry=true&f=csv").await.text();
        assert!(!bare.contains("POINT") && !bare.contains("geometry"), "{bare}");
        for url in
            ["/ogc/collections?f=csv", "/ogc/collections/grids?f=csv", "/ogc/collections/incidents/items/1?f=csv"]
        {
            assert!([400, 404].contains(&app.get(url).await.status.as_u16()), "{url}");
        }
    });
}

#[test]
fn flatgeobuf_is_paged_by_a_link_too_and_has_east_first() {
    both_engines(async |app| {
        fill(app).await;
        let whole = items(app, "incidents/items").await;
        let latitude_first = encoded("http://www.opengis.net/def/crs/EPSG/0/4326");
        for crs in ["", &format!("&crs={latitude_first}")] {
            let (mut next, mut found) =
                (Some(format!("/ogc/collections/incidents/items?limit=5&f=fgb{crs}")), BTreeMap::new());
            while let Some(url) = next {
                let reply = app.get(url).await;
                assert_eq!((reply.status.as_u16(), reply.header("content-type")), (200, "application/flatgeobuf"));
                let mut page = FgbReader::open(Cursor::new(&reply.body)).unwrap().select_all().unwrap();
                while let Some(feature) = page.next().unwrap() {
                    let Ok(geo::Geometry::Point(at)) = feature.to_geo() else { panic!("a point") };
                    found.insert(feature.properties().unwrap()["id"].clone(), [at.x(), at.y()]);
                }
                let link = reply.header("link");
                next = link.strip_prefix('<').and_then(|l| l.split_once('>')).map(|(href, _)| path(href).to_owned());
            }
            let features = whole["features"].as_array().unwrap();
            assert_eq!(found.len(), features.len());
            for feature in features {
                assert_eq!(json!(found[feature["id"].as_str().unwrap()]), feature["geometry"]["coordinates"]);
            }
        }
        let none = app.get("/ogc/collections/incidents/items?f=fgb&skipGeometry=true").await;
        none.refused(400, "skipGeometry");
        let empty = app.get("/ogc/collections/incidents/items?f=fgb&bbox=0,0,1,1").await;
        let empty = FgbReader::open(Cursor::new(&empty.body)).unwrap();
        assert_eq!(empty.header().features_count(), 0);
        let links = items(app, "incidents").await["links"].to_string();
        assert!(links.contains("application/flatgeobuf"), "{links}");
    });
}

#[test]
fn a_client_that_has_a_page_is_told_so_and_nobody_reads_without_a_key() {
    both_engines(async |app| {
        fill(app).await;
        let url = "/ogc/collections/incidents/items?limit=3";
        let first = app.get(url).await;
        let tag = first.header("etag").to_owned();
        let again = async || app.call(Method::GET, url).header("if-none-match", &tag).send().await.status;
        assert_eq!(again().await, 304);
        report(app, 500, 112.03, 27.03, "quick", 50).await;
        assert_eq!(again().await, 200);
        let head = app.call(Method::HEAD, url).send().await;
        assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
        let html =
            app.call(Method::GET, url).header("accept", "text/html,application/xml;q=0.9,*/*;q=0.8").send().await;
        assert!(html.header("content-type").starts_with("text/html"), "{}", html.header("content-type"));
        assert_ne!(html.header("etag"), tag);
        app.key(Role::Viewer, "v").await;
        for url in [
            "/ogc",
            "/ogc/conformance",
            "/ogc/api",
            "/ogc/collections",
            "/ogc/collections/grids",
            url,
            "/ogc/collections/grids/queryables",
            "/ogc/collections/grids/schema",
            "/ogc/collections/grids/items/1",
        ] {
            app.get(url).await.is(401);
        }
        assert_eq!(app.call(Method::GET, url).header("authorization", "Bearer v").send().await.status, 200);
    });
}

/// A box as a feature's geometry.
fn around([w, s, e, n]: [f64; 4]) -> Value {
    json!({ "type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]] })
}

#[test]
fn zones_of_a_draft_are_edited_by_map_clients() {
    both_engines(async |app| {
        let plan = drawn(app, 5).await;
        let base = format!("/ogc/collections/zones_of_{plan}");
        let at = |zone: &str| format!("{base}/items/{zone}");
        let revision = async || app.json(format!("/api/v1/plans/{plan}")).await["revision"].clone();
        let atoms = async |zone: &str| app.json(at(zone)).await["properties"]["atoms"].clone();
        let collections = app.json("/ogc/collections").await.to_string();
        assert!(collections.contains(&base), "{collections}");
        for document in ["/ogc/api", "/ogc/api/3.0"] {
            let paths = &app.json(document).await["paths"];
            let path = base.trim_start_matches("/ogc");
            assert_eq!(paths[format!("{path}/items")]["post"]["x-right"], "plan");
            assert!(paths[format!("{path}/items/{{featureId}}")]["put"].is_object());
            assert!(paths["/collections/zones/items"]["post"].is_null());
        }
        let allow = async |url: String, key: &str| {
            let call = app.call(Method::OPTIONS, url);
            let call = if key.is_empty() { call } else { call.header("authorization", &format!("Bearer {key}")) };
            call.send().await.header("allow").to_owned()
        };
        assert_eq!(allow(format!("{base}/items"), "").await, "GET, HEAD, OPTIONS, POST");
        assert_eq!(allow(at("enforcement_W"), "").await, "GET, HEAD, OPTIONS, PUT, PATCH, DELETE");
        assert_eq!(allow("/ogc/collections/grids/items".to_owned(), "").await, "GET, HEAD, OPTIONS");
        assert_eq!(app.json(format!("{base}/items")).await["numberMatched"], 4);

        // As a client that draws: the whole feature comes back with another shape, three of four columns.
        let mut west = app.get(at("enforcement_W")).await;
        let (tag, mut feature) = (west.header("etag").to_owned(), west.value());
        assert!(tag.starts_with('"'), "{tag}");
        feature["geometry"] = around([112.0, 27.0, 112.12, 27.12]);
        let put = |zone: &str, body: &Value| app.call(Method::PUT, at(zone)).json(body);
        let reply = put("enforcement_W", &feature).header("if-match", &tag).send().await;
        reply.is(204);
        assert_eq!((atoms("enforcement_W").await, atoms("enforcement_E").await), (json!(12), json!(4)));
        put("enforcement_W", &feature).header("if-match", &tag).send().await.is(412);
        west = app.get(at("enforcement_W")).await;
        assert_eq!(west.header("etag"), reply.header("etag"));
        // The same again, also in metres, changes nothing.
        let before = revision().await;
        put("enforcement_W", &feature).send().await.is(204);
        let m = |lng, lat| epsg::to_mercator(xunge::base::LngLat { lng, lat });
        let ([w, s], [e, n]) = (m(112.0, 27.0), m(112.12, 27.12));
        let mut metres = feature.clone();
        metres["geometry"] = around([w, s, e, n]);
        let system = "<http://www.opengis.net/def/crs/EPSG/0/3857>";
        put("enforcement_W", &metres).header("content-crs", system).send().await.is(204);
        assert_eq!(revision().await, before);

        let post = |body: Value| app.call(Method::POST, format!("{base}/items")).json(&body);
        let new = |properties: Value, shape: [f64; 4]| json!({ "type": "Feature", "properties": properties, "geometry": around(shape) });
        let corner = [112.12, 27.09, 112.16, 27.12];
        let made = post(new(json!({ "layer": "enforcement", "name": "corner" }), corner)).send().await;
        assert_eq!(made.status, 201, "{}", made.text());
        let there = app.json(path(made.header("location"))).await;
        assert_eq!((&there["properties"]["name"], &there["properties"]["atoms"]), (&json!("corner"), &json!(1)));
        assert_eq!((&there["id"], atoms("enforcement_E").await), (&json!("enforcement_Z1"), json!(3)));

        // The middle of the three that are left can't go: the others would not hang together.
        let before = revision().await;
        let torn = post(new(json!({ "layer": "enforcement" }), [112.12, 27.03, 112.16, 27.06])).send().await.is(409);
        assert_eq!((&torn["field"], torn["atoms"].as_array().map(Vec::len)), (&json!("geometry"), Some(1)), "{torn}");
        for (body, field) in [
            (new(json!({}), corner), "layer"),
            (new(json!({ "layer": "moods" }), corner), "layer"),
            (new(json!({ "layer": "enforcement" }), [0.0, 0.0, 1.0, 1.0]), "geometry"),
            (new(json!({ "layer": "enforcement", "zone": "W" }), corner), "zone"),
            (new(json!({ "layer": "enforcement", "colour": "red" }), corner), "colour"),
            (new(json!({ "layer": "enforcement", "locked": "yes" }), corner), "locked"),
            (json!({ "type": "Feature", "properties": { "layer": "enforcement" }, "geometry": null }), "geometry"),
            (
                json!({ "type": "Feature", "properties": { "layer": "enforcement" },
                    "geometry": { "type": "Point", "coordinates": [112.1, 27.1] } }),
                "geometry",
            ),
            (json!({ "type": "FeatureCollection", "features": [] }), "body"),
            (json!([1]), "body"),
        ] {
            let refused = post(body.clone()).send().await.value();
            assert!(refused["field"].as_str().is_some_and(|f| f.ends_with(field)), "{body}: {refused}");
        }
        let mut other = feature.clone();
        other["properties"]["zone"] = json!("E");
        put("enforcement_W", &other).send().await.refused(422, "zone");
        put("enforcement_X", &feature).send().await.is(404);
        app.call(Method::POST, "/ogc/collections/grids/items").json(&feature).send().await.is(405);
        assert_eq!(revision().await, before);

        let patch = |zone: &str, body: Value| app.call(Method::PATCH, at(zone)).json(&body);
        patch("enforcement_Z1", json!({ "properties": { "name": "quay", "name_zh": "码头" } })).send().await.is(204);
        let quay = app.json(at("enforcement_Z1")).await;
        assert_eq!((&quay["properties"]["name_zh"], &quay["geometry"]), (&json!("码头"), &there["geometry"]));
        patch("enforcement_Z1", json!({ "properties": { "locked": true } })).send().await.is(204);
        let larger = json!({ "geometry": around([112.12, 27.06, 112.16, 27.12]) });
        patch("enforcement_Z1", larger).send().await.is(409);
        assert_eq!(atoms("enforcement_Z1").await, 1, "it is locked");
        patch("enforcement_Z1", json!({ "properties": { "locked": false } })).send().await.is(204);

        let tag = app.get(at("enforcement_Z1")).await.header("etag").to_owned();
        let delete = |tag: &str| app.call(Method::DELETE, at("enforcement_Z1")).header("if-match", tag);
        delete("\"x\"").send().await.is(412);
        delete(&tag).send().await.is(204);
        app.get(at("enforcement_Z1")).await.is(404);

        for role in [Role::Viewer, Role::Planner] {
            app.key(role, role.as_str()).await;
        }
        assert_eq!(allow(format!("{base}/items"), "viewer").await, "GET, HEAD, OPTIONS");
        let reply = app.call_as("viewer", Method::PATCH, at("enforcement_W")).json(&json!({})).send().await;
        reply.is(403);
        let named = json!({ "properties": { "name": "Old town" } });
        app.call_as("planner", Method::PATCH, at("enforcement_W")).json(&named).send().await.is(204);
    });
    both_engines(async |app| {
        let plan = drawn(app, 6).await;
        freeze(app, &plan).await;
        app.get(format!("/ogc/collections/zones_of_{plan}/items")).await.is(404);
        assert_eq!(app.json(format!("/ogc/collections/zones/items?plan={plan}")).await["numberMatched"], 4);
    });
}
