//! Files as people have them: each is taken as it was meant, or refused by the name of what is wrong.

use std::collections::BTreeSet;

use geo::CoordsIter;
use serde_json::Value;
use xunge::{
    domain::areas::{Area, Level},
    store,
};

use crate::{
    app::{Place, on_both_places},
    program::{Program, run},
};

/// Where a file of a case lies, or its folder.
pub fn case(file: &str) -> String {
    format!("{}/tests/data/cases/{file}", env!("CARGO_MANIFEST_DIR"))
}

/// Imports the townships of a file.
fn townships(place: &Place, file: &str, more: &[&str]) -> Result<String, String> {
    let file = case(file);
    let args = ["import", "areas", &file, "--level", "township", "--county", "330402", "--county-name", "南湖区"];
    run(place, &[&args[..], more].concat())
}

/// Codes and parents of all areas but the county.
async fn codes(place: &Place) -> Vec<(String, String)> {
    let db = place.open().await;
    let areas = store::areas::load(&mut db.begin_read().await.unwrap()).await.unwrap();
    db.close().await;
    let below = areas.iter().filter(|a| a.parent.is_some());
    let text = |a: &xunge::domain::areas::Area| (a.code.to_string(), a.parent.as_ref().unwrap().to_string());
    let mut codes: Vec<_> = below.map(text).collect();
    codes.sort();
    codes
}

#[test]
fn townships_are_taken_as_they_were_meant() {
    on_both_places(async |place| {
        for (file, more, words) in [
            ("01-geojson-bom/towns.geojson", &[][..], &["taken: 2"][..]),
            ("02-geojson-float-codes/towns.geojson", &[], &["taken: 2"]),
            ("03-geojson-geometrycollection/towns.geojson", &[], &["taken: 2", "the LineString beside its polygons"]),
            ("04-geojson-newline-delimited/towns.geojsonl", &[], &["taken: 2"]),
            ("04-geojson-newline-delimited/towns_rs.geojsons", &[], &["taken: 2"]),
            ("04-geojson-newline-delimited/one_feature.geojson", &[], &["taken: 1"]),
            ("05-geojson-unclosed-ring/towns.geojson", &[], &["taken: 2", "a ring was not closed"]),
            (
                "06-geojson-parts-as-rings/towns.geojson",
                &[],
                &["taken: 2", "1 of its rings lie outside of the first one"],
            ),
            (
                "08-geojson-datav/towns.json",
                &["--code-field", "adcode", "--parent-field", "parent.adcode", "--datum", "gcj02"],
                &["taken: 2", "passed over: 1", "\"330402_JD\" and no name"],
            ),
            ("11-geojson-crs/crs_4490.geojson", &[], &["taken: "]),
            ("11-geojson-crs/crs_4326.geojson", &[], &["taken: "]),
            ("11-geojson-crs/crs_cgcs.geojson", &[], &["taken: "]),
            ("11-geojson-crs/crs_prj.geojson", &[], &["taken: "]),
            ("11-geojson-crs/crs_old_epsg.geojson", &[], &["taken: "]),
            ("13-geojson-parts-as-features/towns.geojson", &["--join-parts"], &["taken: 2", "was joined to feature 0"]),
            (
                "14-geojson-overlap/towns.geojson",
                &[],
                &["taken: 3", "\"甲镇\" and 330402102000 \"乙镇\" overlap by", "\"丙镇\", 10.0 m wide and"],
            ),
        ] {
            let said =
                townships(place, file, &[more, &["--dry-run"]].concat()).unwrap_or_else(|e| panic!("{file}: {e}"));
            for word in words {
                assert!(said.contains(word), "{file}: {word} is not in\n{said}");
            }
        }
    });
}

#[test]
fn what_cannot_be_townships_is_refused_by_name() {
    on_both_places(async |place| {
        for (file, more, words) in [
            ("07-geojson-echarts-encoded/towns.json", &[][..], "ECharts"),
            (
                "08-geojson-datav/towns.json",
                &["--code-field", "adcode", "--parent-field", "parent"],
                "has in \"parent\" an object with adcode",
            ),
            ("10-geojson-pixels/towns.json", &[], "are these degrees?"),
            ("10-geojson-pixels/swapped.json", &[], "are longitude and latitude swapped?"),
            ("11-geojson-crs/crs_3857.geojson", &[], "3857"),
            ("11-geojson-crs/crs_4549.geojson", &[], "4549"),
            ("11-geojson-crs/crs_4610.geojson", &[], "4610"),
            ("11-geojson-crs/no_crs_mercator.geojson", &[], "are these degrees?"),
            (
                "13-geojson-parts-as-features/towns.geojson",
                &[],
                "feature 1: has the code \"330402101000\" of feature 0",
            ),
            ("17-geojson-nan/towns.geojson", &[], "NaN and Infinity are no numbers of JSON"),
            ("18-geojson-topojson/towns.json", &[], "TopoJSON"),
            ("38-other-formats/towns.kml", &[], "a KML file"),
            ("61-drawn-formats/no_prj.shp", &[], "are these degrees?"),
            ("61-drawn-formats/xian80.shp", &[], "\"Xian_1980_3_Degree_GK_CM_117E\" has a datum older"),
            ("61-drawn-formats/degrees_as_metres.shp", &[], "120.75,30.75 is in degrees, and the file says \"CGCS2000"),
            ("61-drawn-formats/zone_in_numbers.shp", &[], "is the number of another zone in its eastings"),
            ("61-drawn-formats/two_layers.gpkg", &[], "several layers, name one: other, towns"),
            ("61-drawn-formats/two_layers.gpkg", &["--from-layer", "roads"], "has no layer \"roads\""),
            ("61-drawn-formats/towns.geojson", &["--from-layer", "towns"], "is no GeoPackage"),
        ] {
            let said = townships(place, file, more).expect_err(file);
            assert!(said.contains(words) && said.contains(file.split('/').next_back().unwrap()), "{file}: {said}");
        }
        for (table, file, words) in [
            ("squads", "38-other-formats/squads.xlsx", "squads.xlsx: has no column for kind, unit"),
            ("roads", "38-other-formats/roads.osm", "OSM XML: convert it to PBF"),
        ] {
            let said = run(place, &["import", table, &case(file)]).expect_err(file);
            assert!(said.contains(words), "{file}: {said}");
        }
        let db = place.open().await;
        assert_eq!(store::log::head(&db).await.unwrap(), 0, "something was written");
        db.close().await;
    });
}

/// Codes, names and corners of all townships.
async fn drawn(place: &Place) -> Vec<(String, String, Option<String>, BTreeSet<[i64; 2]>)> {
    let db = place.open().await;
    let areas = store::areas::load(&mut db.begin_read().await.unwrap()).await.unwrap();
    db.close().await;
    let corner = |c: geo::Coord<f64>| [c.x, c.y].map(|deg| (deg * 1e7).round() as i64);
    let towns = areas.iter().filter(|a| a.level == Level::Township);
    let told = |a: &Area| {
        let corners = a.geometry.coords_iter().map(corner).collect();
        (a.code.to_string(), a.name.clone(), a.name_zh.clone(), corners)
    };
    towns.map(told).collect()
}

#[test]
fn polygons_are_the_same_in_every_format_and_projection() {
    on_both_places(async |place| {
        let read = async |file: &str, more: &[&str]| {
            let more = [&["--name-zh-field", "name_zh"], more].concat();
            let said = townships(place, &format!("61-drawn-formats/{file}"), &more).unwrap();
            (drawn(place).await, said)
        };
        let (wanted, _) = read("towns.geojson", &[]).await;
        assert_eq!(wanted.iter().map(|t| t.3.len()).collect::<Vec<_>>(), [9, 9, 4]);
        assert_eq!(wanted[0].2.as_deref(), Some("湖滨街道"));
        for (file, more, told) in [
            // Written by GDAL: CGCS2000 in zones of 3° and 6°, with their number in the eastings and without.
            ("gk3_zone_40.shp", &[][..], ""),
            ("gk3_cm_120.shp", &[], ""),
            ("gk6_zone_21.zip", &[], ""),
            ("gk6_cm_123.gpkg", &[], ""),
            ("two_layers.gpkg", &["--from-layer", "towns"], ""),
            ("gbk.shp", &[], "read as GBK"),
            ("gbk_no_cpg.zip", &[], "read as GB18030"),
            ("no_prj.shp", &["--crs", "EPSG:4549"], ""),
            ("zone_in_numbers.shp", &["--crs", "epsg:4528"], ""),
        ] {
            let (found, said) = read(file, more).await;
            assert!(said.contains("taken: 3") && said.contains(told), "{file}: {said}");
            for (found, wanted) in found.iter().zip(&wanted) {
                assert_eq!((&found.0, &found.1, &found.2), (&wanted.0, &wanted.1, &wanted.2), "{file}");
                // To two units of the last decimal, 2 cm.
                let off = |a: &[i64; 2], b: &[i64; 2]| (a[0] - b[0]).abs().max((a[1] - b[1]).abs());
                let near = |c: &[i64; 2]| wanted.3.iter().map(|w| off(c, w)).min().unwrap();
                assert!(found.3.len() == wanted.3.len() && found.3.iter().all(|c| near(c) <= 2), "{file}: {found:?}");
            }
        }
        // A shapefile as townships often come: names in GBK, no word on its system.
        let said = townships(place, "38-other-formats/towns.shp", &[]).unwrap();
        assert!(said.contains("no .prj: its numbers were taken as degrees"), "{said}");
        let said = townships(place, "38-other-formats/towns.zip", &[]).unwrap();
        assert!(said.contains("nothing changed"), "{said}");
        // Cut off or bent, it is refused, and what was there stays.
        let whole = std::fs::read(case("61-drawn-formats/gbk.shp")).unwrap();
        for (what, bytes) in
            [("cut", whole[..400].to_vec()), ("bent", [&whole[..100], &[0xff; 60], &whole[160..]].concat())]
        {
            let shp = place.folder().join(format!("{what}.shp"));
            std::fs::write(&shp, bytes).unwrap();
            std::fs::copy(case("61-drawn-formats/gbk.dbf"), shp.with_extension("dbf")).unwrap();
            let args = ["import", "areas", shp.to_str().unwrap(), "--level", "township", "--county", "330402"];
            let said = run(place, &args).unwrap_err();
            assert!(said.contains("its .shp is damaged"), "{what}: {said}");
        }
        let alone = place.folder().join("alone.shp");
        std::fs::write(&alone, whole).unwrap();
        let args = ["import", "areas", alone.to_str().unwrap(), "--level", "township", "--county", "330402"];
        assert!(run(place, &args).unwrap_err().contains("without its .dbf"));
    });
}

#[test]
fn the_report_of_an_import_is_json_too() {
    on_both_places(async |place| {
        let file = place.folder().join("report.json");
        let report = ["--report", file.to_str().unwrap()];
        let read = || -> Value { serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap() };
        let datav = ["--code-field", "adcode", "--parent-field", "parent.adcode"];
        townships(place, "08-geojson-datav/towns.json", &[&datav[..], &report].concat()).unwrap();
        let told = read();
        assert_eq!((&told["taken"], &told["dropped"]), (&2.into(), &serde_json::json!([])), "{told}");
        assert_eq!(told["passed_over"][0]["origin"], "feature 2", "{told}");
        townships(place, "14-geojson-overlap/towns.geojson", &report).unwrap();
        let told = read();
        assert_eq!((&told["taken"], told["warnings"].as_array().map(Vec::len)), (&3.into(), Some(2)), "{told}");

        // It is kept beside what it tells of.
        let listed = run(place, &["imports"]).unwrap();
        let lines: Vec<_> = listed.lines().collect();
        assert!(lines.len() == 2 && lines[0].ends_with("14-geojson-overlap/towns.geojson"), "{listed}");
        let id = lines[0].split_whitespace().next().unwrap();
        let kept: Value = serde_json::from_str(&run(place, &["imports", id]).unwrap()).unwrap();
        assert_eq!(kept, told);
        let program = Program::start(place);
        let (status, newest) = program.get("imports?limit=1");
        assert_eq!((status, newest["imports"][0]["id"].as_str()), (200, Some(id)), "{newest}");
        let older = newest["next"].as_str().unwrap().trim_start_matches("/api/v1/");
        let (_, older) = program.get(older);
        assert_eq!((older["imports"].as_array().map(Vec::len), &older["next"]), (Some(1), &Value::Null), "{older}");
        let (status, whole) = program.get(&format!("imports/{id}"));
        assert_eq!((status, &whole["report"], &whole["kind"]), (200, &told, &"areas".into()));
        assert_eq!(program.get("imports/x").0, 400);
        assert_eq!(program.get(&format!("imports/{}", uuid::Uuid::nil())).0, 404);
    });
}

#[test]
fn whole_numbers_are_codes_as_digits_and_nested_parents_are_read() {
    on_both_places(async |place| {
        townships(place, "02-geojson-float-codes/towns.geojson", &[]).unwrap();
        let villages = case("02-geojson-float-codes/villages.geojson");
        run(place, &["import", "areas", &villages, "--level", "village", "--parent-field", "up"]).unwrap();
        let pair = |code: &str, parent: &str| (code.to_owned(), parent.to_owned());
        assert_eq!(
            codes(place).await,
            [pair("330402101000", "330402"), pair("330402101201", "330402101000"), pair("330402102000", "330402"),]
        );
        let more = ["--code-field", "adcode", "--parent-field", "parent.adcode"];
        townships(place, "08-geojson-datav/towns_no_line.json", &more).unwrap();
        assert_eq!(codes(place).await, [pair("330402101", "330402"), pair("330402102", "330402")]);
    });
}

#[test]
fn tables_are_taken_as_spreadsheets_write_them() {
    on_both_places(async |place| {
        townships(place, "05-geojson-unclosed-ring/towns.geojson", &[]).unwrap();
        let import = |table: &str, file: &str| run(place, &["import", table, &case(file)]);
        let said = import("squads", "40-csv-gbk/squads.csv").unwrap();
        assert!(said.contains("was read as GB18030") && said.contains("taken: 2 squads"), "{said}");
        for file in ["42-csv-blank-rows/squads.csv", "42-csv-blank-rows/squads_rows_only.csv"] {
            let said = import("squads", file).unwrap();
            assert!(said.contains("nothing changed: these 2 squads are there already"), "{file}: {said}");
        }
        assert!(import("incidents", "40-csv-gbk/incidents.csv").unwrap().contains("taken: 1"));
        for file in ["45-csv-crlf-line-numbers/squads_lf.csv", "45-csv-crlf-line-numbers/squads_crlf.csv"] {
            let said = import("squads", file).unwrap_err();
            assert!(said.contains("1 line is wrong") && said.contains("line 4: kind \"roving\""), "{file}: {said}");
        }
        let said = import("incidents", "43-csv-excel-dates/incidents.csv").unwrap_err();
        assert!(said.contains("1 line is wrong") && said.contains("line 4: reported_at \"46082.33681\""), "{said}");
        assert!(said.contains("a spreadsheet's count of days"), "{said}");
        let said = import("incidents", "43-csv-excel-dates/incidents_occurred.csv").unwrap();
        assert!(said.contains("taken: 3") && said.contains("local times are Asia/Shanghai"), "{said}");
        let program = Program::start(place);
        let squads = program.get("squads").1;
        assert_eq!(squads["squads"][0]["name"], "甲镇中队");
        let incidents = program.get("incidents").1;
        let told = |what: &str| {
            let all = incidents["incidents"].as_array().unwrap();
            all.iter().find(|i| i["description"] == what).unwrap_or_else(|| panic!("{what}: {incidents}")).clone()
        };
        assert_eq!(told("无证经营")["reported_at"], "2026-03-01T00:00:00Z");
        assert_eq!(told("流动摊贩")["reported_at"], "2026-03-01T00:05:00Z");
    });
}

#[test]
fn tables_are_read_from_workbooks() {
    on_both_places(async |place| {
        townships(place, "05-geojson-unclosed-ring/towns.geojson", &[]).unwrap();
        let import = |table: &str, file: &str| run(place, &["import", table, &case(&format!("62-workbooks/{file}"))]);
        for (file, words) in [
            ("squads_wrong.xlsx", &["1 line is wrong", "line 6: kind \"roving\""][..]),
            ("squads_rounded.xlsx", &["line 6: command_area", "a number that a spreadsheet has rounded"]),
            ("several.xlsx", &["an Excel workbook with several sheets", "there are 中队, Sheet2"]),
            ("nothing.xlsx", &["an Excel workbook without a value"]),
            ("damaged.xlsx", &["an Excel workbook that can't be read"]),
        ] {
            let said = import("squads", file).unwrap_err();
            assert!(words.iter().all(|w| said.contains(w)), "{file}: {said}");
        }
        let said = import("squads", "squads.xlsx").unwrap();
        assert!(said.contains("was read as an Excel workbook") && said.contains("taken: 2 squads"), "{said}");
        assert!(import("squads", "../40-csv-gbk/squads.csv").unwrap().contains("these 2 squads are there already"));
        assert!(import("incidents", "incidents.xlsx").unwrap().contains("taken: 3"));
        assert!(import("incidents", "incidents.xls").unwrap().contains("taken: 1"));
        let incidents = Program::start(place).get("incidents").1;
        let mut reported: Vec<(&str, &str)> = incidents["incidents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|i| (i["description"].as_str().unwrap(), i["reported_at"].as_str().unwrap()))
            .collect();
        reported.sort_unstable();
        assert_eq!(
            reported,
            [
                ("占道经营", "2026-03-01T00:05:00Z"),
                ("夜间施工", "2026-03-01T00:05:00Z"),
                ("无证经营", "2026-03-01T00:05:00Z"),
                ("流动摊贩", "2026-03-01T08:30:15Z"),
            ]
        );
    });
}

#[test]
fn a_point_on_a_border_has_one_township_and_is_told_as_doubtful() {
    on_both_places(async |place| {
        townships(place, "46-point-on-border/towns.geojson", &[]).unwrap();
        let program = Program::start(place);
        let at: Value = program.get("locate?lng=120.7604527&lat=30.7545219").1;
        assert_eq!(at["township"]["code"], "330402101000", "{at}");
        assert_eq!((&at["border"]["distance_m"], &at["ambiguous"]), (&0.0.into(), &true.into()), "{at}");
        assert_eq!(at["candidates"].as_array().unwrap().len(), 2, "{at}");
    });
}

#[test]
fn what_goes_out_as_a_file_comes_in_again() {
    on_both_places(async |place| {
        townships(place, "61-drawn-formats/towns.geojson", &["--name-zh-field", "name_zh"]).unwrap();
        let wanted = drawn(place).await;
        for ending in ["geojson", "gpkg", "zip"] {
            let file = place.folder().join(format!("out.{ending}"));
            let file = file.to_str().unwrap();
            let said = run(place, &["export", "townships", file]).unwrap();
            assert!(said.starts_with("3 of townships"), "{said}");
            // Into the same county, where it changes nothing, and as the first of another folder.
            let args = [
                "import",
                "areas",
                file,
                "--level",
                "township",
                "--county",
                "330402",
                "--county-name",
                "南湖区",
                "--name-zh-field",
                "name_zh",
            ];
            assert!(run(place, &args).unwrap().contains("nothing changed"), "{ending}");
            let other = Place::at(tempfile::tempdir().unwrap());
            run(&other, &args).unwrap();
            assert_eq!(drawn(&other).await, wanted, "{ending}");
        }
        let file = place.folder().join("out.gpkg");
        let before = std::fs::read(&file).unwrap();
        let path = file.to_str().unwrap();
        for (args, why) in [
            (["export", "moods", path, "--with", "at=now"], "moods"),
            (["export", "zones", path, "--with", "colour=red"], "colour"),
            (["export", "townships", path, "--with", "bbox=1,2"], "bbox"),
            (["export", "zones", "out.dxf", "--with", "layer=x"], ".dxf"),
        ] {
            let said = run(place, &args).unwrap_err();
            assert!(said.contains(why), "{args:?}: {said}");
        }
        assert_eq!(std::fs::read(&file).unwrap(), before, "the file of before stays");
    });
}
