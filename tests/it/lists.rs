//! Lists of powers: through the command line, and as clients see them.

use std::fs;

use serde_json::{Value, json};

use crate::{
    app::{App, Place, Setup, on_both_places},
    county::{COUNTY, township},
    program,
    units::{refused, taken},
};

/// A county with a bureau, and two townships.
pub fn units() -> String {
    format!(
        "code,name,kind,parent,area,office_line\nG,County,county,,{COUNTY},100\nU1,Bureau,bureau,G,,101\nU2,Other bureau,bureau,G,,102\n\
         T1,Town one,township_office,G,{},201\nT2,Town two,township_office,G,{},202\nT1A,Team,department,T1,,203\n\
         V1,Coordinator,village_coordinator,T1,990001001001,301\n",
        township(1),
        township(2)
    )
}

const HEAD: &str = "list,version,kind,unit,name,parent,list_from,list_until,matter,category,except,powers,mode,subject,lead,supporters,from,until\n";

pub fn guide() -> String {
    format!(
        "{HEAD}GUIDE,1,指导目录,G,Guide,,2026-01-01,,M01,,,all,赋权,,,U1,,\nGUIDE,1,,,,,,,M02,,,检查;处罚,委托,U1,,,,\n"
    )
}

pub fn delegation(version: u32, from: &str, lines: &[&str]) -> String {
    let lines = lines.iter().enumerate().map(|(n, line)| {
        let head = if n == 0 { format!("赋权清单,T1,Delegation,GUIDE,{from},") } else { ",,,,,".to_owned() };
        format!("T1-D,{version},{head},{line}\n")
    });
    format!("{HEAD}{}", lines.collect::<String>())
}

async fn prepared(place: &Place) -> App {
    let app = App::open(place, Setup::default()).await;
    taken(place, "units", &units(), &[]);
    taken(place, "lists", &guide(), &[]);
    app.ctx.up_to_date().await.unwrap();
    app
}

fn entries(list: &Value) -> Vec<String> {
    let entry = |e: &Value| format!("{} {}", e["scope"]["matter"].as_str().unwrap_or("-"), e["powers"]);
    list["entries"].as_array().unwrap().iter().map(entry).collect()
}

#[test]
fn versions_come_in_are_compared_and_go_out_as_they_came() {
    on_both_places(async |place| {
        let app = prepared(place).await;
        let first = delegation(1, "2026-01-01", &["M01,,,检查;处罚,,,,,,", "M02,,,处罚,,,,,,"]);
        let said = taken(place, "lists", &first, &["--dry-run"]);
        assert!(
            said.contains("no version before") && said.contains("0 matters outside of it, 4 powers of it left"),
            "{said}"
        );
        app.get("/api/v1/lists/T1-D").await.is(404);
        taken(place, "lists", &first, &[]);
        assert!(taken(place, "lists", &first, &[]).contains("nothing changed"));
        let second =
            delegation(2, "2026-02-01", &["M01,,,检查,,,T1A,,,", "M02,,,处罚,,,,,,2026-12-31", "M03,,,检查,,,,,,"]);
        refused(place, "lists", &second, "1 matters are outside of the list above (rule 7): --confirm");
        let said = taken(place, "lists", &second, &["--confirm"]);
        for words in [
            "added: 2",
            "M01 inspect",
            "gone: 1",
            "M01 inspect;penalise",
            "changed: 1",
            "M02 penalise until",
            "outside: M03 inspect",
        ] {
            assert!(said.contains(words), "{words}: {said}");
        }
        app.ctx.up_to_date().await.unwrap();
        let all = app.json("/api/v1/lists").await;
        let versions: Vec<_> = all["lists"]
            .as_array()
            .unwrap()
            .iter()
            .map(|l| (l["list"].as_str().unwrap(), &l["version"], &l["in_force"]))
            .collect();
        assert_eq!(
            versions,
            [("GUIDE", &json!(1), &json!(true)), ("T1-D", &json!(1), &json!(false)), ("T1-D", &json!(2), &json!(true))]
        );
        assert_eq!(app.json("/api/v1/lists?unit=T1&at=2026-01-15T00:00:00Z").await["lists"][0]["version"], 1);
        assert_eq!(app.json("/api/v1/lists?kind=guide").await["lists"].as_array().unwrap().len(), 1);
        let now = app.json("/api/v1/lists/T1-D").await;
        assert_eq!(entries(&now), [r#"M01 ["inspect"]"#, r#"M02 ["penalise"]"#, r#"M03 ["inspect"]"#]);
        assert_eq!(
            (&now["kind"], &now["entries"][0]["lead"], &now["from"]),
            (&json!("delegation"), &json!("T1A"), &json!("2026-01-31T16:00:00Z"))
        );
        assert_eq!(app.json("/api/v1/lists/T1-D?version=1").await["entries"].as_array().unwrap().len(), 2);
        let compared = app.json("/api/v1/lists/T1-D/differences").await;
        assert_eq!(compared["against_former"]["former"], json!({ "list": "T1-D", "version": 1 }));
        assert_eq!(compared["against_parent"]["outside"], json!([{ "matter": "M03", "powers": ["inspect"] }]));
        // What goes out comes in again, there and in another folder.
        let out = program::run(place, &["lists", "export"]).unwrap();
        assert!(taken(place, "lists", &out, &[]).contains("nothing changed"));
        let table = app.get("/api/v1/lists/T1-D/table?version=2").await;
        assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
        assert!(taken(place, "lists", &table.text(), &[]).contains("nothing changed"));
        let listed = program::run(place, &["lists", "list"]).unwrap();
        assert!(listed.contains("T1-D  2  delegation  T1  Delegation  3 entries  in force"), "{listed}");
        app.get("/api/v1/lists/T1-D?version=7").await.is(404);
        app.check().await;
    });
}

#[test]
fn a_wrong_list_is_refused_with_value_and_reason_and_changes_nothing() {
    on_both_places(async |place| {
        let app = prepared(place).await;
        let good = delegation(1, "2026-01-01", &["M01,,,检查,,,,,,"]);
        taken(place, "lists", &good, &[]);
        let head = app.ctx.head().await.unwrap();
        let line = |text: &str| format!("{HEAD}{text}\n");
        for (text, words) in [
            (delegation(1, "2026-01-01", &["M01,,,处罚,,,,,,"]), "a version never changes, give it the number 2"),
            (delegation(2, "2025-01-01", &["M01,,,检查,,,,,,"]), "begins before version 1"),
            (delegation(2, "2026-02-01", &["M01,,,检查,,,,,,", "M01,,,检查,,,,,,"]), "M01: stands twice at one level"),
            (delegation(2, "2026-02-01", &["M99,,,检查,,,,,,"]), "M99: no such matter in the catalogue"),
            (delegation(2, "2026-02-01", &[",渔业,,检查,,,,,,"]), "no matter of the catalogue is of this category"),
            (delegation(2, "2026-02-01", &["*,,M98,检查,,,,,,"]), "\"M98\" is neither a matter nor a category"),
            (delegation(2, "2026-02-01", &["M01,,,检查,,,,X,,"]), "M01: X is no unit"),
            (delegation(2, "2026-02-01", &["M01,,,检查,,,U1,,,"]), "a list makes its unit the lead, or one beneath it"),
            (delegation(2, "2026-02-01", &["M01,,,强制,委托,U1,,,,"]), "coercion can't be entrusted (rule 10)"),
            (line("X,1,basic,NO,n,,,,M01,,,all,,,,,,"), "NO is no unit"),
            (line("X,1,basic,V1,n,,,,M01,,,all,,,,,,"), "V1 serves a village, it has no powers"),
            (
                line("X,1,delegation,T1,n,,2026-05-01,,M01,,,all,,,,,,"),
                "two lists of kind delegation in force at one time: T1-D and X",
            ),
            (line("X,1,basic,T1,n,Y,,,M01,,,all,,,,,,"), "has the parent Y, which is not there"),
            (line("X,1,basic,T1,n,X,,,M01,,,all,,,,,,"), "lists stand in a circle: X beneath X"),
            (
                line("X,1,cooperating,T1,n,,,,M01,,,all,,,T1,,,"),
                "a list of cooperating duties gives a supporter, never a lead (rule 9)",
            ),
            (line("X,1,basic,T1,n,,2026-02-01,2026-01-01,M01,,,all,,,,,,"), "line 2: list_until \"2026-01-01\""),
        ] {
            refused(place, "lists", &text, words);
        }
        // What lists name stays.
        refused(place, "units", "code,name,kind\nG,County,county\n", "is no unit");
        let matters = "code,domain,name_zh,name_en,urgency,arrive_limit_min\nM03,d,z,e,U,30\n";
        refused(place, "matters", matters, "no such matter in the catalogue");
        assert_eq!(app.ctx.head().await.unwrap(), head);
        fs::remove_file(place.folder().join("table.csv")).unwrap();
        app.check().await;
    });
}

#[test]
fn temporary_work_is_agreed_to_ends_on_a_day_and_gives_no_penalty() {
    on_both_places(async |place| {
        let app = prepared(place).await;
        let table = |kind: &str, line: &str| {
            format!(
                "list,version,kind,unit,name,list_from,matter,powers,consent,approval,until\n\
                 T1-T,1,{kind},T1,Snow,2026-01-01,M03,{line}\n"
            )
        };
        for (kind, line, words) in [
            (
                "临时交办",
                "处罚,letter 3,order 9,2026-04-01",
                "temporary work never gives the power to penalise (rule 21)",
            ),
            ("临时交办", "监管,,order 9,2026-04-01", "needs the township's recorded consent and an approval (rule 21)"),
            (
                "临时交办",
                "监管,letter 3,,2026-04-01",
                "needs the township's recorded consent and an approval (rule 21)",
            ),
            ("临时交办", "监管,letter 3,order 9,", "temporary work ends on a day"),
            ("delegation", "监管,letter 3,order 9,2026-04-01", "only temporary work is consented to"),
        ] {
            refused(place, "lists", &table(kind, line), words);
        }
        let good = table("临时交办", "检查；监管,letter 3,order 9,2026-04-01");
        taken(place, "lists", &good, &[]);
        app.ctx.up_to_date().await.unwrap();
        let list = app.json("/api/v1/lists/T1-T").await;
        let entry = &list["entries"][0];
        assert_eq!(
            (&list["kind"], &entry["consent"], &entry["approval"]),
            (&json!("temporary"), &json!("letter 3"), &json!("order 9"))
        );
        let out = program::run(place, &["lists", "export"]).unwrap();
        assert!(taken(place, "lists", &out, &[]).contains("nothing changed"));
        let lead = async |power: &str, at: &str| {
            let url = format!("/api/v1/responsibility?lng=112.03&lat=27.02&matter=M03&power={power}&at={at}T00:00:00Z");
            app.json(url).await["leads"][0]["list_kind"].clone()
        };
        assert_eq!(lead("manage", "2026-03-01").await, "temporary");
        assert_ne!(lead("manage", "2026-05-01").await, "temporary", "it has ended");
        assert_ne!(lead("penalise", "2026-03-01").await, "temporary");
        app.check().await;
    });
}
