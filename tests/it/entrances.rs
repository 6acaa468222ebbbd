//! Where places enter the roads, over HTTP: cases reported in public, and drawn maps.

use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{
    base::LngLat,
    domain::squads::{Profile, Squad, SquadKind},
    import::{
        Source, network,
        osm::{self, RawNode, RawRoads, RawWay},
    },
    kernel::cells,
    store,
};

use crate::{
    app::{App, Setup, with},
    cases::case,
    county,
};

/// Metres east and north of the corner that cases and drawn maps are told from.
fn at(x: f64, y: f64) -> (f64, f64) {
    let seven_decimals = |deg: f64| (deg * 1e7).round() / 1e7;
    (seven_decimals(120.75 + x / 95_669.1), seven_decimals(30.75 + y / 110_574.0))
}

pub fn coordinates(places: &[(f64, f64)]) -> String {
    places.iter().map(|&(x, y)| at(x, y)).map(|(lng, lat)| format!("{lng},{lat}")).collect::<Vec<_>>().join(";")
}

fn squad(id: &str, x: f64, y: f64) -> Squad {
    Squad { profile: Profile::Car.into(), ..county::squad(id, SquadKind::Stationed, "1", at(x, y), "mon-sun 24h") }
}

/// Runs `test` on both engines with these roads and squads and nothing else.
pub fn on_roads(raw: &RawRoads, squads: &[Squad], test: impl AsyncFn(&App)) {
    let speeds = xunge::domain::roads::SpeedTable::Osrm;
    let (network, _) = network::build(raw, speeds, &|_, _, _| {}).unwrap();
    let bytes = network.to_bytes().unwrap();
    with(Setup { county: false, ..Setup::default() }, async |app| {
        store::write_whole(&store::roads::network_file(&app.ctx.folder, &network.hash), &bytes[..]).unwrap();
        let mut write = app.write().await;
        store::roads::replace(&mut write, &app.ctx.folder, &network.hash, "drawn", false).await.unwrap();
        store::squads::replace(&mut write, squads, false).await.unwrap();
        app.commit(write).await;
        test(app).await;
    });
}

/// A case's extract.
pub fn extract(file: &str) -> RawRoads {
    osm::read(&[Source::Path(case(file).as_ref())], &|_, _, _| {}).unwrap().0
}

/// Roads from crossings, metres east and north, and ways over them: numbered from 0, with their tags.
pub fn drawn(crossings: &[(char, f64, f64)], ways: &[(&str, &str)]) -> RawRoads {
    let mut raw = RawRoads::default();
    for &(letter, x, y) in crossings {
        let (lng, lat) = at(x, y);
        raw.nodes.push(RawNode { id: letter as i64, e7: [lng, lat].map(|deg| (deg * 1e7).round() as i32) });
    }
    let tags = ways.iter().flat_map(|(_, tags)| tags.split_whitespace()).filter_map(|tag| tag.split_once('='));
    raw.strings = tags.flat_map(|(k, v)| [k.to_owned(), v.to_owned()]).collect();
    raw.strings.sort();
    raw.strings.dedup();
    let word = |s: &str| raw.strings.iter().position(|known| known == s).unwrap() as u32;
    let node = |c: char| crossings.iter().position(|known| known.0 == c).unwrap() as u32;
    for (i, (line, tags)) in ways.iter().enumerate() {
        let tags = tags.split_whitespace().filter_map(|tag| tag.split_once('='));
        let tags = tags.map(|(k, v)| (word(k), word(v))).collect();
        raw.ways.push(RawWay { id: i as i64, ferry: false, nodes: line.chars().map(node).collect(), tags });
    }
    raw
}

async fn nearest(app: &App, x: f64, y: f64) -> Value {
    let (lng, lat) = at(x, y);
    app.json(format!("/api/v1/squads/nearest?lng={lng}&lat={lat}&k=9&route=true")).await
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["squads"].as_array().unwrap().iter().map(|s| s["squad"]["id"].as_str().unwrap()).collect()
}

/// Metres of the first OSRM route, and the code where there is none.
pub async fn route(app: &App, places: &[(f64, f64)]) -> Result<(f64, f64), String> {
    let answer = app.get(format!("/route/v1/driving/{}", coordinates(places))).await.value();
    match answer["code"].as_str() {
        Some("Ok") => Ok(["distance", "duration"].map(|key| answer["routes"][0][key].as_f64().unwrap()).into()),
        code => Err(code.unwrap_or_default().to_owned()),
    }
}

async fn close(app: &App, place: Value) -> Value {
    let body = json!({ "id": Uuid::new_v4(), "place": place, "reason": "flood" });
    app.post("/api/v1/roads/disruptions", body).await.is(201)
}

/// Within one percent, and three: cases are told in metres of an ellipsoid, drives in those of a sphere,
/// and each of two walks is rounded up to seconds.
#[track_caller]
fn about(value: &Value, want: f64) {
    let found = value.as_f64().unwrap_or_else(|| panic!("{value} is not about {want}"));
    assert!((found - want).abs() <= 3.0 + 0.01 * want, "{found} is not about {want}");
}

#[test]
fn a_private_road_is_driven_to_its_end_and_never_through() {
    on_roads(&extract("37-gated-compound/roads.osm.pbf"), &[squad("S", 200.0, 0.0)], async |app| {
        for depth in [750.0, 300.0] {
            let answer = nearest(app, 800.0, -depth).await;
            assert_eq!(ids(&answer), ["S"]);
            let (there, back) = ([(200.0, 0.0), (800.0, -depth)], [(800.0, -depth), (200.0, 0.0)]);
            about(&json!(route(app, &there).await.unwrap().0), 600.0 + depth);
            about(&json!(route(app, &back).await.unwrap().0), 600.0 + depth);
        }
        let within = [(800.0, -750.0), (800.0, -300.0)];
        about(&json!(route(app, &within).await.unwrap().0), 450.0);
    });
    // The yard C-D between two streets, which meet 1,000 m on.
    let crossings = [
        ('A', 0.0, 0.0),
        ('C', 500.0, 0.0),
        ('E', 1500.0, 0.0),
        ('B', 0.0, 400.0),
        ('D', 500.0, 400.0),
        ('F', 1500.0, 400.0),
    ];
    let ways = [("ACE", "highway=residential"), ("BDF", "highway=residential"), ("EF", "highway=residential")];
    for (yard, past_m) in [("highway=service", 800.0), ("highway=service access=customers", 2_800.0)] {
        let raw = drawn(&crossings, &[&ways[..], &[("CD", yard)]].concat());
        on_roads(&raw, &[squad("S", 500.0, 200.0)], async |app| {
            about(&json!(route(app, &[(300.0, 0.0), (300.0, 400.0)]).await.unwrap().0), past_m);
            about(&json!(route(app, &[(300.0, 0.0), (500.0, 300.0)]).await.unwrap().0), 500.0);
            // The yard's own squad leaves it by whichever side is nearer.
            assert_eq!(ids(&nearest(app, 300.0, 400.0).await), ["S"]);
            about(&json!(route(app, &[(500.0, 200.0), (300.0, 400.0)]).await.unwrap().0), 400.0);
        });
    }
}

#[test]
fn a_hole_in_the_extract_is_bridged_by_nobody() {
    on_roads(&extract("29-osm-missing-nodes/roads.osm.pbf"), &[squad("S", 110.0, 0.0)], async |app| {
        assert_eq!(route(app, &[(110.0, 0.0), (580.0, 0.0)]).await, Err("NoRoute".to_owned()));
        assert_eq!(route(app, &[(580.0, 0.0), (110.0, 0.0)]).await, Err("NoRoute".to_owned()));
        for (from, to) in [(110.0, 270.0), (420.0, 580.0)] {
            let (m, _) = route(app, &[(from, 0.0), (to, 0.0)]).await.unwrap();
            about(&json!(m), to - from);
        }
        assert!(ids(&nearest(app, 580.0, 0.0).await).is_empty());
        assert_eq!(ids(&nearest(app, 270.0, 0.0).await), ["S"]);
    });
}

#[test]
fn an_islands_own_squad_serves_the_island() {
    let squads = [squad("isle", 6_050.0, 0.0), squad("main", 950.0, 0.0)];
    on_roads(&extract("35-island-own-squad/roads.osm.pbf"), &squads, async |app| {
        let answer = nearest(app, 6_650.0, 0.0).await;
        assert_eq!(ids(&answer), ["isle"], "{answer}");
        about(&answer["squads"][0]["distance_m"], 600.0);
        assert_eq!(answer["target"]["snapped"]["island"], true);
        assert_eq!(
            (&answer["target"]["reason"], &answer["excluded"]["counts"]["no_way_in"]),
            (&json!("no_way_in"), &json!(1))
        );
        let (m, _) = route(app, &[(6_050.0, 0.0), (6_650.0, 0.0)]).await.unwrap();
        about(&json!(m), 600.0);
        let answer = nearest(app, 950.0, 0.0).await;
        assert_eq!((ids(&answer), &answer["excluded"]["counts"]["no_way_out"]), (vec!["main"], &json!(1)));
    });
}

#[test]
fn over_a_ferry_nobody_arrives_and_the_islands_squad_does() {
    let squads = [squad("isle", 2_100.0, 0.0), squad("main", 100.0, 0.0)];
    on_roads(&extract("32-osm-ferry/roads.osm.pbf"), &squads, async |app| {
        let answer = nearest(app, 2_300.0, 250.0).await;
        assert_eq!((ids(&answer), &answer["excluded"]["counts"]["no_way_in"]), (vec!["isle"], &json!(1)), "{answer}");
        about(&answer["squads"][0]["distance_m"], 450.0);
        assert_eq!(ids(&nearest(app, 200.0, 0.0).await), ["main"]);
        assert_eq!(route(app, &[(100.0, 0.0), (2_300.0, 250.0)]).await, Err("NoRoute".to_owned()));
    });
}

#[test]
fn nobody_walks_over_the_water_to_an_islet() {
    let squads = [squad("islet", 650.0, 350.0), squad("bank", 1_250.0, 0.0)];
    on_roads(&extract("36-islet-in-river/roads.osm.pbf"), &squads, async |app| {
        let answer = nearest(app, 1_250.0, 350.0).await;
        assert_eq!(ids(&answer), ["islet"], "{answer}");
        let first = &answer["squads"][0];
        about(&first["distance_m"], 600.0);
        about(&first["parts"]["walk_s"], 0.0);
        let (m, _) = route(app, &[(650.0, 350.0), (1_250.0, 350.0)]).await.unwrap();
        about(&json!(m), 600.0);
        assert_eq!(route(app, &[(1_250.0, 0.0), (1_250.0, 350.0)]).await, Err("NoRoute".to_owned()));
        // From the bank, cells of the islet are reached by nobody.
        let (lng, lat) = at(1_250.0, 0.0);
        let picture = app.json(format!("/api/v1/isochrone?lng={lng}&lat={lat}&minutes=30&format=h3")).await;
        let reached = |x: f64, y: f64| {
            let (lng, lat) = at(x, y);
            let cell = cells::cell_of(LngLat { lng, lat }, h3o::Resolution::Ten).unwrap().to_string();
            picture["cells"].as_array().unwrap().iter().any(|c| c["cell"] == cell)
        };
        assert_eq!(picture["resolution"], 10);
        assert!(reached(1_250.0, 0.0) && !reached(950.0, 350.0), "{picture}");
    });
}

#[test]
fn who_stands_on_a_junction_takes_any_road_that_begins_there() {
    for n in 1..=6 {
        let raw = extract(&format!("55-exact-node-oneways/p{n}.osm.pbf"));
        on_roads(&raw, &[squad("S", 400.0, 0.0)], async |app| {
            for to in [(600.0, 0.0), (400.0, -200.0)] {
                let (m, s) = route(app, &[(400.0, 0.0), to]).await.unwrap();
                assert!((m - 200.0).abs() < 2.0 && (s - 28.8).abs() < 0.3, "file {n}, {to:?}: {m} m, {s} s");
                let answer = nearest(app, to.0, to.1).await;
                let first = &answer["squads"][0];
                about(&first["distance_m"], 200.0);
                about(&first["parts"]["drive_s"], 29.0);
            }
        });
    }
}

#[test]
fn an_islet_close_to_the_bank_is_entered_on_foot_and_the_answer_says_so() {
    let crossings = [
        ('A', 0.0, 0.0),
        ('B', 500.0, 0.0),
        ('C', 1_000.0, 0.0),
        ('D', 500.0, -400.0),
        ('E', 200.0, 60.0),
        ('F', 800.0, 60.0),
    ];
    let ways = [("ABC", "highway=residential"), ("BD", "highway=residential"), ("EF", "highway=residential")];
    let squads = [squad("bank", 100.0, 0.0), squad("islet", 700.0, 60.0)];
    on_roads(&drawn(&crossings, &ways), &squads, async |app| {
        let answer = nearest(app, 300.0, 60.0).await;
        let by =
            |id: &str| answer["squads"].as_array().unwrap().iter().find(|s| s["squad"]["id"] == id).unwrap().clone();
        let (islet, bank) = (by("islet"), by("bank"));
        about(&islet["distance_m"], 400.0);
        about(&bank["distance_m"], 200.0);
        assert_eq!([&islet, &bank].map(|s| s["leaves"]["moved"].as_str()), [None, Some("fragment")], "{answer}");
        about(&bank["parts"]["walk_s"], 50.0);
        about(&bank["leaves"]["distance_m"], 60.0);
        // The islet's squad walks over to go anywhere else.
        let out = nearest(app, 500.0, -300.0).await;
        let islet = out["squads"].as_array().unwrap().iter().find(|s| s["squad"]["id"] == "islet").unwrap();
        assert_eq!(islet["enters"]["moved"], "fragment", "{out}");
        about(&islet["parts"]["walk_s"], 50.0);
        // The doors say the same: 200 m at 25 km/h and 50 s on foot.
        let (m, s) = route(app, &[(100.0, 0.0), (300.0, 60.0)]).await.unwrap();
        about(&json!(m), 200.0);
        about(&json!(s), 28.8 + 50.0);
    });
}

/// Two banks 200 m apart, joined by bridges at both ends; the near one in three stretches.
fn banks() -> RawRoads {
    let crossings = [
        ('A', 0.0, 0.0),
        ('B', 300.0, 0.0),
        ('C', 600.0, 0.0),
        ('D', 900.0, 0.0),
        ('E', 0.0, 200.0),
        ('F', 900.0, 200.0),
        ('e', 0.0, 300.0),
        ('f', 900.0, 300.0),
        ('b', 300.0, -200.0),
        ('c', 600.0, -200.0),
    ];
    let ways = [
        ("AB", "highway=residential"),
        ("BC", "highway=residential"),
        ("CD", "highway=residential"),
        ("EF", "highway=residential"),
        ("AE", "highway=residential bridge=yes"),
        ("DF", "highway=residential bridge=yes"),
        ("Ee", "highway=residential"),
        ("Ff", "highway=residential"),
        ("Bb", "highway=residential"),
        ("Cc", "highway=residential"),
    ];
    drawn(&crossings, &ways)
}

#[test]
fn beside_a_closed_street_one_walks_along_it_and_not_over_the_river() {
    let squads = [squad("near", 100.0, 0.0), squad("far", 450.0, 200.0)];
    on_roads(&banks(), &squads, async |app| {
        let (lng, lat) = at(450.0, 0.0);
        let closed =
            close(app, json!({ "stretches": [{ "way": 1, "at": { "lng": lng, "lat": lat }, "direction": "both" }] }))
                .await;
        assert_eq!((&closed["edges"], &closed["doubtful"]), (&json!(2), &json!(false)));
        about(&closed["length_m"], 300.0);
        assert_eq!((&closed["reaches"][0]["ways"], &closed["reaches"][0]["direction"]), (&json!([1]), &json!("both")));
        let answer = nearest(app, 440.0, 20.0).await;
        assert_eq!(ids(&answer), ["near", "far"], "{answer}");
        for squad in answer["squads"].as_array().unwrap() {
            assert_eq!(squad["leaves"]["moved"], "closed", "{squad}");
            assert!(squad["leaves"]["lat"].as_f64().unwrap() < at(0.0, 1.0).1, "on the near bank: {squad}");
        }
        // 20 m to the street, 140 m along it, at 1.2 m/s.
        let near = &answer["squads"][0];
        about(&near["leaves"]["distance_m"], 160.0);
        about(&near["parts"]["walk_s"], 134.0);
        assert_eq!(answer["target"]["snapped"]["moved"], "closed");
    });
}

#[test]
fn a_squad_inside_a_closed_block_walks_out_of_it_or_says_that_it_can_not() {
    let squads = [squad("inside", 450.0, 0.0), squad("outside", 100.0, 200.0)];
    on_roads(&banks(), &squads, async |app| {
        let ring = |west: f64, east: f64| {
            let corners = [(west, -250.0), (east, -250.0), (east, 50.0), (west, 50.0), (west, -250.0)];
            json!({ "polygon": { "type": "Polygon", "coordinates": [corners.map(|(x, y)| <[f64; 2]>::from(at(x, y)))] } })
        };
        let made = close(app, ring(350.0, 550.0)).await;
        let answer = nearest(app, 100.0, 200.0).await;
        let inside = answer["squads"].as_array().unwrap().iter().find(|s| s["squad"]["id"] == "inside").unwrap();
        assert_eq!(inside["enters"]["moved"], "closed", "{answer}");
        about(&inside["enters"]["distance_m"], 150.0);
        let id = made["id"].as_str().unwrap();
        app.call(axum::http::Method::DELETE, format!("/api/v1/roads/disruptions/{id}")).send().await.is(204);
        // All of the near bank, bridges too: 450 m to the nearest crossing, and 200 m more to what is open.
        close(app, ring(-50.0, 950.0)).await;
        let answer = nearest(app, 100.0, 200.0).await;
        assert_eq!((ids(&answer), &answer["excluded"]["counts"]["closed"]), (vec!["outside"], &json!(1)), "{answer}");
        assert_eq!(answer["excluded"]["counts"]["no_road"], 0);
        let answer = nearest(app, 450.0, 0.0).await;
        assert_eq!((&answer["target"]["reason"], &answer["target"]["snapped"]), (&json!("closed"), &json!(null)));
        assert!(answer["unreachable"].as_str().unwrap().contains("closed"), "{answer}");
        let coverage = app.json("/api/v1/coverage?minutes=30").await;
        assert_eq!(coverage["squads"]["excluded"]["closed"], 1, "{coverage}");
    });
}

#[test]
fn a_one_way_dead_end_is_a_place_and_no_post_and_the_other_way_round() {
    let crossings =
        [('A', 0.0, 0.0), ('B', 500.0, 0.0), ('C', 1_000.0, 0.0), ('D', 500.0, 300.0), ('E', 500.0, -300.0)];
    let ways = [
        ("ABC", "highway=residential"),
        ("BD", "highway=residential oneway=yes"),
        ("EB", "highway=residential oneway=yes"),
    ];
    let squads = [squad("main", 100.0, 0.0), squad("sink", 500.0, 250.0)];
    on_roads(&drawn(&crossings, &ways), &squads, async |app| {
        let up = nearest(app, 500.0, 280.0).await;
        assert_eq!(ids(&up), ["sink", "main"], "{up}");
        let main = nearest(app, 900.0, 0.0).await;
        assert_eq!((ids(&main), &main["excluded"]["counts"]["no_way_out"]), (vec!["main"], &json!(1)), "{main}");
        assert_eq!(main["excluded"]["nearest"][0]["reason"], "no_way_out");
        let source = nearest(app, 500.0, -250.0).await;
        assert_eq!((ids(&source).len(), &source["target"]["reason"]), (0, &json!("no_way_in")), "{source}");
        assert_eq!((&source["excluded"]["counts"]["no_way_in"], &source["unreachable"]), (&json!(2), &json!(null)));
        // 80 m from the crossing one walks.
        let near = nearest(app, 500.0, -80.0).await;
        assert_eq!((ids(&near), &near["squads"][0]["leaves"]["moved"]), (vec!["main"], &json!("out_only")), "{near}");
        about(&near["squads"][0]["parts"]["walk_s"], 67.0);
    });
}
