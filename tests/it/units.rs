//! Units and rosters: through the command line, and as clients see them.

use std::fs;

use serde_json::{Value, json};

use crate::{
    app::{App, Place, Setup, on_both_places},
    county::{COUNTY, township},
    program,
};

/// Runs `xunge import WORD` on a file with this text: what it printed, or what it complained of.
pub fn import(place: &Place, word: &str, text: &str, more: &[&str]) -> Result<String, String> {
    let file = place.folder().join("table.csv");
    fs::write(&file, text).unwrap();
    program::run(place, &[&["import", word, file.to_str().unwrap()], more].concat())
}

/// What it says of a file that it takes.
pub fn taken(place: &Place, word: &str, text: &str, more: &[&str]) -> String {
    import(place, word, text, more).unwrap_or_else(|e| panic!("{text}: {e}"))
}

/// It refuses the file and says why.
pub fn refused(place: &Place, word: &str, text: &str, words: &str) {
    let said = import(place, word, text, &[]).unwrap_err();
    assert!(said.contains(words), "{text}: {words:?} is not in {said}");
}

const HEAD: &str = "code,name,name_zh,kind,parent,area,office_line,from,until\n";

fn tree() -> String {
    format!(
        "{HEAD}P,Province,省政府,province,,140000,,,\nG,County government,县政府,county,P,{COUNTY},0573-1,,\n\
         U1,Bureau,执法局,bureau,G,,0573-2,2020-01-01,\nT1,Township office,镇政府,township_office,G,{},0573-3,,2030-01-01\n",
        township(1)
    )
}

#[test]
fn units_come_in_whole_and_link_what_names_them() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        assert_eq!(app.json("/api/v1/units").await, json!({ "units": [] }));
        assert!(taken(place, "units", &tree(), &["--dry-run"]).contains("4 of them new"));
        let head = app.ctx.head().await.unwrap();
        taken(place, "units", &tree(), &[]);
        app.ctx.up_to_date().await.unwrap();
        assert!(taken(place, "units", &tree(), &[]).contains("nothing changed"));
        assert_eq!(app.ctx.head().await.unwrap(), head + 1);
        let codes = |list: &Value| {
            list["units"].as_array().unwrap().iter().map(|u| u["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(codes(&app.json("/api/v1/units").await), ["G", "P", "T1", "U1"]);
        let county = format!("/api/v1/units?area={COUNTY}");
        assert_eq!(codes(&app.json(&county).await), ["G", "U1"], "the bureau serves what the county does");
        assert_eq!(codes(&app.json(format!("{county}&kind=bureau&at=2019-01-01T00:00:00Z")).await), [""; 0]);
        let unit = app.json("/api/v1/units/U1").await;
        assert_eq!(unit["line"], json!(["G", "P"]));
        assert_eq!((&unit["serves"], &unit["unit"]["area"]), (&json!(COUNTY), &Value::Null));
        assert_eq!(unit["squads"], json!(["S1", "S2", "S3", "S4"]), "they have its powers");
        assert_eq!(unit["unit"]["from"], "2019-12-31T16:00:00Z", "midnight in the county");
        assert_eq!(app.json("/api/v1/units/G").await["children"], json!(["T1", "U1"]));
        app.get("/api/v1/units/X").await.is(404);
        app.check().await;
    });
}

#[test]
fn rosters_tell_who_is_on_duty() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let head = "unit,role,office_line,leader,area,shifts,from,until\n";
        let roster = format!(
            "{head}U1,值班员,0573-22,分管领导,,mon-fri 08:00-18:00,,\nU1,夜班,0573-23,,{},mon-sun 18:00-08:00,,\n",
            township(2)
        );
        refused(place, "rosters", &roster, "import units first");
        taken(place, "units", &tree(), &[]);
        taken(place, "rosters", &roster, &[]);
        assert!(taken(place, "rosters", &roster, &[]).contains("nothing changed"));
        app.ctx.up_to_date().await.unwrap();
        let on_duty = async |at: &str| app.json(format!("/api/v1/units/U1?at={at}")).await["on_duty"].clone();
        let day = on_duty("2026-03-02T04:00:00Z").await;
        assert_eq!(
            (day.as_array().unwrap().len(), &day[0]["role"], &day[0]["leader"]),
            (1, &json!("值班员"), &json!("分管领导"))
        );
        let night = on_duty("2026-03-02T16:00:00Z").await;
        assert_eq!((&night[0]["office_line"], &night[0]["area"]), (&json!("0573-23"), &json!(township(2))));
        // Another tree keeps the rosters; one without the unit is refused.
        let again = tree().replace("0573-2,", "0573-9,");
        taken(place, "units", &again, &[]);
        app.ctx.up_to_date().await.unwrap();
        assert_eq!(app.json("/api/v1/units/U1").await["roster"].as_array().unwrap().len(), 2);
        refused(place, "units", &again.replace("U1,", "U2,"), "there is a roster of unit U1, which is not there");
        refused(place, "rosters", &roster.replace("U1,值", "U3,值"), "line 2: unit \"U3\": is no unit");
        app.check().await;
    });
}

#[test]
fn a_wrong_tree_is_refused_with_value_and_reason_and_changes_nothing() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        taken(place, "units", &tree(), &[]);
        let before = app.ctx.head().await.unwrap();
        for (line, words) in [
            ("X,x,,office,,,,,", "line 6: kind \"office\": "),
            ("X,x,,bureau,,990,,,", "line 6: area \"990\": 990 is no area in force"),
            ("X,x,,bureau,,,,2026-03-02,2026-03-01", "line 6: until \"2026-03-01\": "),
            ("X,,,bureau,,,,,", "line 6: name: is empty"),
            ("X,x,,bureau,Y,,,,", "unit X has the parent Y, which is not there"),
            ("X,x,,bureau,Y,,,,\nY,y,,bureau,X,,,,", "units stand in a circle: X beneath Y beneath X"),
            ("U1,x,,bureau,,,,,", "unit U1 stands twice"),
        ] {
            refused(place, "units", &format!("{}{line}\n", tree()), words);
        }
        assert_eq!(app.ctx.head().await.unwrap(), before);
        app.ctx.up_to_date().await.unwrap();
        app.check().await;
    });
}
