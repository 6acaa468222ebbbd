//! What the tags of an extract say, by the command line: imported, and read back from the exported tables.

use std::collections::BTreeMap;

use serde_json::json;
use uuid::Uuid;

use crate::{
    app::{Place, on_both_places},
    cases::case,
    entrances::{drawn, extract, on_roads, route},
    program::run,
};

/// A table by its columns' names.
fn table(place: &Place, name: &str) -> Vec<BTreeMap<String, String>> {
    let rows = csv::Reader::from_path(place.folder().join("tables").join(name)).unwrap().into_deserialize();
    rows.map(|row| row.unwrap()).collect()
}

/// Kilometres per hour of cars on the named roads, eastward and westward, 0 where they may not drive;
/// and what the import reported.
fn km_per_h(place: &Place, file: &str) -> (BTreeMap<String, [f64; 2]>, String) {
    let report = run(place, &["import", "roads", file]).unwrap_or_else(|e| panic!("{file}: {e}"));
    run(place, &["roads", "export", place.folder().join("tables").to_str().unwrap()]).unwrap();
    let number = |row: &BTreeMap<String, String>, column: &str| row[column].parse::<f64>().unwrap();
    let lng: BTreeMap<String, f64> =
        table(place, "nodes.csv").iter().map(|row| (row["node"].clone(), number(row, "lng"))).collect();
    let mut roads: BTreeMap<String, [f64; 2]> = BTreeMap::new();
    for row in table(place, "edges.csv") {
        let west = lng[&row["head"]] < lng[&row["tail"]];
        let speed = number(&row, "length_m") / number(&row, "weight_ms") * 3_600.0;
        roads.entry(row["name"].clone()).or_default()[usize::from(west)] = speed;
    }
    (roads, report)
}

/// What cars do on the road `direct` of a case's files: `-` shut, `>` eastward, `<` westward, `=` both
/// ways, `~` both ways and slower than without the tag, `e` only at the ends of a drive.
#[track_caller]
fn direct(folder: &str, wanted: &[(&str, char, &str)]) {
    on_both_places(async |place| {
        for (file, want, told) in wanted {
            let (roads, report) = km_per_h(place, &format!("{}/{file}.osm.pbf", case(folder)));
            let at_ends = table(place, "edges.csv").iter().any(|r| r["name"] == "direct" && r["at_ends"] == "1");
            let found = match roads.get("direct").copied().unwrap_or_default().map(|speed| speed > 0.0) {
                [false, false] => '-',
                [true, false] => '>',
                [false, true] => '<',
                [true, true] if at_ends => 'e',
                _ if roads["direct"][0] < 0.9 * roads["detour"][0] => '~',
                _ => '=',
            };
            assert_eq!(found, *want, "{file}: {roads:?}");
            assert!(report.contains(told), "{file}: {told:?} is not in\n{report}");
        }
    });
}

#[test]
fn access_is_read_word_by_word() {
    direct(
        "20-osm-access-list",
        &[
            ("v0_motor_vehicle=agricultural+forestry", '-', ""),
            ("v1_vehicle=agricultural+forestry", '-', ""),
            ("v2_access=private+customers", 'e', ""),
            ("v3_access=no+delivery", 'e', ""),
            ("v4_motor_vehicle=agricultural", '-', ""),
            ("v5_access=permit", 'e', ""),
            ("v6_access=employees", 'e', ""),
            ("v7_access=residents", 'e', ""),
            ("v8_motor_vehicle=No", '-', ""),
            ("v9_access=restricted", '-', ""),
        ],
    );
}

#[test]
fn one_way_streets_run_as_they_are_tagged() {
    direct(
        "22-osm-oneway-kinds",
        &[
            ("oneway_yes", '>', ""),
            ("oneway_Yes", '>', ""),
            ("oneway_true", '>', ""),
            ("oneway_1", '>', ""),
            ("oneway_-1", '<', ""),
            ("oneway_reverse", '<', ""),
            ("oneway_no", '=', ""),
            ("oneway_reversible", '-', ""),
            ("oneway_alternating", '~', ""),
        ],
    );
}

#[test]
fn what_is_a_road_for_cars_follows_from_all_its_tags() {
    direct(
        "34-osm-road-kinds",
        &[
            ("k00_highway=construction_construction=primary", '-', "no road (proposed, under construction, ...)"),
            ("k01_highway=primary_construction=minor", '=', "1  construction on a road that is open otherwise"),
            ("k02_highway=primary_access=no_construction=yes", '-', ""),
            ("k03_highway=service_area=yes", '-', "area, not a line"),
            ("k04_highway=pedestrian", '-', ""),
            ("k05_highway=busway", '-', ""),
            ("k06_highway=road", '~', ""),
            ("k07_highway=track_motor_vehicle=yes", '~', ""),
            ("k08_highway=residential_tunnel=building_passage", '=', ""),
            ("k09_highway=track", '-', ""),
            ("k10_highway=escape", '-', ""),
            ("k11_highway=bus_guideway", '-', ""),
            ("k12_highway=emergency_bay", '-', ""),
            ("k13_highway=cycleway_motor_vehicle=yes", '~', ""),
            ("k14_highway=pedestrian_motor_vehicle=yes", '~', ""),
            ("k15_highway=living_street_smoothness=horrible", '~', ""),
            ("k16_highway=primary_motor_vehicle.conditional=no", '=', "1  way tags that hold only at times"),
            ("k17_highway=primary_access=no_motor_vehicle.conditional=yes", '-', ""),
        ],
    );
}

#[test]
fn a_turn_is_forbidden_to_those_it_is_meant_for_and_what_is_left_out_is_counted() {
    let (cars, times) = ("turn restrictions for cars", "turn restriction that holds only at times (conditional)");
    let others = "turn restriction for other vehicles, or with an exception for ours";
    let no_via = "turn restriction without one via node or via ways";
    // From the west to the north: by the turn to the left, or around.
    let (direct_m, around_m) = (500.0, 1_200.0);
    let cases = [
        ("plain", around_m, cars),
        ("except_list", around_m, cars),
        ("list", around_m, cars),
        ("only", around_m, cars),
        ("motorcar", around_m, cars),
        ("type_motorcar", around_m, cars),
        ("implicit", around_m, cars),
        ("no_entry", around_m, cars),
        ("upper", around_m, cars),
        // Its exception holds at times: in doubt nobody turns.
        ("both", around_m, cars),
        ("hgv", direct_m, others),
        ("except_motorcar", direct_m, "turn restrictions for e-bikes"),
        ("conditional", direct_m, times),
        ("hour_on", direct_m, times),
        ("give_way", direct_m, "restriction=give_way"),
        ("from_not_split", direct_m, "turn restriction whose from or to way passes through its via node"),
        ("via_missing", direct_m, no_via),
        ("via_role_empty", direct_m, no_via),
    ];
    let file = |name: &str| format!("26-osm-restriction-tags/{name}.osm.pbf");
    on_both_places(async |place| {
        for (name, _, told) in cases {
            let report = run(place, &["import", "roads", &case(&file(name))]).unwrap();
            assert!(report.contains(&format!("1  {told}\n")), "{name}: {told:?} is not in\n{report}");
        }
    });
    for (name, want_m, _) in cases {
        on_roads(&extract(&file(name)), &[], async |app| {
            let (m, _) = route(app, &[(-250.0, 0.0), (0.0, 250.0)]).await.unwrap();
            assert!((m - want_m).abs() < 10.0, "{name}: {m} m, not {want_m}");
        });
    }
}

#[test]
fn limits_are_read_in_every_usual_spelling_and_what_is_not_is_told() {
    // 0: the road's own speed by its class.
    const ROADS: [(u32, &str); 36] = [
        (0, ""),
        (50, "50"),
        (80, "50 mph"),
        (48, "30mph"),
        (50, "RU:urban"),
        (50, "CN:urban"),
        (0, "none"),
        (7, "walk"),
        (30, "50;30"),
        (60, "100; 60; 100"),
        (60, "100|60"),
        (50, "50 km/h"),
        (50, "50kph"),
        (50, "50 kmh"),
        (50, "50km/h"),
        (0, "signals"),
        (0, "variable"),
        (30, "zone:30"),
        (30, "DE:zone:30"),
        (30, "DE:zone30"),
        (30, "IL:zone30"),
        (50, "GR:Urban"),
        (10, "RU:living_street"),
        (130, "RU:motorway"),
        (96, "UK:nsl_single"),
        (50, "５０"),
        (50, "50公里/小时"),
        (0, "0"),
        (11, "6.875 mph"),
        (70, "CN:rural"),
        (0, "national"),
        (48, "30 (mph)"),
        (40, "40-60"),
        (30, "DE:bicycle_road"),
        (9, "5 knots"),
        (0, "80 @ (wet)"),
    ];
    const MORE: [(u32, &str); 19] = [
        (0, ""),
        (30, "30"),
        (30, "30kph"),
        (30, "30 kmh"),
        (30, "30公里/小时"),
        (30, "３０"),
        (30, "zone:30"),
        (48, "30 (mph)"),
        (30, "30-40"),
        (30, "30km"),
        (32, "20 mph;30 mph"),
        (50, "CN:urban"),
        (70, "CN:rural"),
        (80, "CN:trunk"),
        (10, "cn:living_street"),
        (30, "30;signals"),
        (7, "walk;30"),
        (0, "default"),
        (48, "30 mph "),
    ];
    on_both_places(async |place| {
        for (file, values, by_class, unread) in [
            ("roads", &ROADS[..], 40.0, &["maxspeed=0", "maxspeed=national", "maxspeed=80 @ (wet)"][..]),
            ("more", &MORE[..], 55.0, &["maxspeed=default"]),
        ] {
            let (roads, report) = km_per_h(place, &format!("{}/{file}.osm.pbf", case("23-osm-maxspeed")));
            for (i, (limit, value)) in values.iter().enumerate() {
                let [east, west] = roads[&format!("road {i}")];
                let want = if *limit == 0 { by_class } else { 0.8 * f64::from(*limit) };
                // Who drives west comes to the spine, of a lower class: nobody gives way at either end.
                assert!((east - want).abs() < 0.01 * want + 0.5, "{file} {i} {value:?}: {east} is not {want} ({west})");
            }
            let (_, told) = report.split_once("not understood:").unwrap_or_else(|| panic!("{file}:\n{report}"));
            for tag in unread {
                assert!(told.contains(&format!("1  {tag}\n")), "{file}: {tag} is not in\n{told}");
            }
            let listed = told.lines().filter(|line| line.contains("  maxspeed=")).count();
            assert_eq!(listed, unread.len(), "{file}: {told}");
        }
    });
}

#[test]
fn roads_are_closed_by_any_of_their_names_and_numbers() {
    let crossings = [('a', 0.0, 0.0), ('b', 400.0, 0.0), ('c', 800.0, 0.0), ('d', 1_200.0, 0.0), ('e', 1_600.0, 0.0)];
    let ways = [
        ("ab", "highway=primary name=Hauptstraße ref=G320;S202 name:zh=中山路"),
        ("bc", "highway=primary name=Mill_Lane ref=S202 alt_name=Old_Row;The_Row"),
        ("cd", "highway=primary ref=Ｓ２０２"),
        ("de", "highway=primary name=S2021 old_name=S202"),
    ];
    on_roads(&drawn(&crossings, &ways), &[], async |app| {
        let closed = async |name: &str| {
            let body = json!({ "id": Uuid::new_v4(), "place": { "street": { "name": name } }, "reason": "flood" });
            let answer = app.post("/api/v1/roads/disruptions", body).await;
            if answer.status == 422 { 0 } else { answer.is(201)["edges"].as_u64().unwrap() }
        };
        for (name, edges) in [
            ("S202", 6),
            ("s 202", 6),
            ("Ｓ２０２", 6),
            ("G320", 2),
            ("G320;S202", 2),
            ("HAUPTSTRASSE", 0),
            ("hauptSTRAßE", 2),
            ("中山路", 2),
            ("the_row", 2),
            ("Old_Row", 2),
            ("mill_lane", 2),
            ("S20", 0),
            ("S2021", 2),
        ] {
            assert_eq!(closed(name).await, edges, "{name}");
        }
    });
}

#[test]
fn the_order_and_the_packing_of_an_extract_make_no_difference() {
    on_both_places(async |place| {
        let tables = |file: &str| {
            km_per_h(place, &case(file));
            ["nodes.csv", "edges.csv"].map(|name| table(place, name))
        };
        let sorted = tables("27-osm-unsorted/sorted.osm.pbf");
        assert!(!sorted[1].is_empty());
        assert_eq!(tables("27-osm-unsorted/rel_way_node.osm.pbf"), sorted);
        let raw = tables("28-osm-lz4/raw.osm.pbf");
        assert!(!raw[1].is_empty());
        assert_eq!(tables("28-osm-lz4/not_dense.osm.pbf"), raw);
        assert_eq!(tables("28-osm-lz4/locations_on_ways.osm.pbf"), raw);
        let said = run(place, &["import", "roads", &case("28-osm-lz4/lz4.osm.pbf")]).unwrap_err();
        assert!(said.contains("compressed with LZ4, only zlib is understood"), "{said}");
    });
}
