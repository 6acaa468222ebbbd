//! The dossier of a case: who was responsible by which list at each moment, what was done when and by whom.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{domain::auth::Role, store};

use crate::{
    app::{App, Setup, both_engines, on_both_places},
    lists,
    units::taken,
};

const LISTS: &str = "\
list,version,kind,unit,name,name_zh,list_basis,list_from,matter,powers
U1-B,1,basic,U1,Bureau,执法局清单,Doc 7,,M03,检查
U2-B,1,basic,U2,Other <bureau>,,,,M03,检查
";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn at(minute: u32) -> String {
    format!("2026-03-02T11:{minute:02}:00+08:00")
}

async fn do_all(app: &App, key: &str) {
    let post = async |path: &str, body: Value| {
        app.call_as(key, Method::POST, format!("/api/v1/{path}")).json(&body).send().await
    };
    let report = json!({ "id": id(1), "lng": 112.03, "lat": 27.02, "matter": "M03", "description": "<b>stall</b>",
        "reported_at": at(20), "reporter": { "name": "王小明", "phone": "139" } });
    post("incidents", report).await.is(201);
    let act = |n: u128, act: Value, minute: u32| json!({ "id": id(n), "act": act, "at": at(minute), "reason": "so" });
    let actions = format!("incidents/{}/actions", id(1));
    let cite = |list: &str| json!({ "own": { "return": { "list": list, "version": 1, "power": "inspect" } } });
    for (n, body, minute) in [
        (11, cite("U1-B"), 25),
        (12, json!({ "own": { "hand_over": { "to": "U1" } } }), 26),
        (13, json!({ "own": "accept" }), 28),
    ] {
        post(&actions, act(n, body, minute)).await.ok();
    }
    let order = json!({ "id": id(20), "squad": "S1", "at": at(30) });
    post(&format!("incidents/{}/assignments", id(1)), order).await.is(201);
    let steps = format!("assignments/{}/steps", id(20));
    for (n, to, minute) in [(21, "en_route", 32), (22, "on_scene", 45), (23, "done", 55)] {
        post(&steps, json!({ "id": id(n), "to": to, "at": at(minute) })).await.ok();
    }
    post(&actions, act(14, json!("remark"), 50)).await.ok();
}

#[test]
fn it_tells_who_was_responsible_by_which_list_and_what_was_done_when() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        taken(place, "units", &lists::units(), &[]);
        taken(place, "lists", LISTS, &[]);
        app.ctx.up_to_date().await.unwrap();
        let centre = app.key(Role::Dispatcher, "centre").await;
        app.key(Role::Viewer, "look").await;
        do_all(&app, "centre").await;
        let path = format!("/api/v1/incidents/{}/dossier", id(1));
        let ask = async |key: &str, query: &str| app.call_as(key, Method::GET, format!("{path}{query}")).send().await;
        let told = ask("look", "").await.ok();
        let tenures: Vec<_> = told["tenures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|t| {
                (
                    t["from"].as_str().unwrap(),
                    t["ownership"]["owner"].as_str().unwrap(),
                    t["ownership"]["state"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            tenures,
            [
                ("2026-03-02T03:20:00Z", "T1", "delivered"),
                ("2026-03-02T03:25:00Z", "T1", "returned"),
                ("2026-03-02T03:26:00Z", "T1", "delivered"),
                ("2026-03-02T03:28:00Z", "U1", "accepted"),
            ]
        );
        let by = json!([{ "unit": "U1", "power": "inspect", "list": { "list": "U1-B", "version": 1 } }]);
        assert_eq!((&told["tenures"][3]["by"], &told["tenures"][3]["until"]), (&by, &Value::Null));
        let [returned] = &told["returns"].as_array().unwrap()[..] else { panic!("{told}") };
        assert_eq!(
            (&returned["unit"], &returned["cites"]["list"], &returned["reason"]),
            (&json!("T1"), &json!("U1-B"), &json!("so"))
        );
        // By its own time, with the time that it came in and who said it; the squad's steps among them.
        let done: Vec<_> = told["done"]
            .as_array()
            .unwrap()
            .iter()
            .map(|d| {
                assert_eq!((&d["received_at"], &d["actor"]), (&json!("2026-03-02T04:00:00Z"), &json!(centre)), "{d}");
                let what = &d["what"];
                what["step"]["to"].as_str().map_or_else(|| what["act"].to_string(), str::to_owned)
            })
            .collect();
        let kinds: Vec<_> = done
            .iter()
            .map(|d| d.split(['{', '"', ':']).filter(|s| !s.is_empty()).take(2).collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(
            kinds,
            [
                "own offer",
                "own return",
                "own hand_over",
                "own accept",
                "assigned",
                "en_route",
                "on_scene",
                "remark",
                "done"
            ]
        );
        let clocks: Vec<_> = told["clocks"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| (c["clock"].as_str().unwrap(), c["unit"].clone(), c["late"].clone()))
            .collect();
        // Asked when it came in, at noon, and answered before that by its own time.
        assert_eq!(
            clocks,
            [
                ("arrival", Value::Null, json!(true)),
                ("answer", json!("T1"), json!(false)),
                ("answer", json!("U1"), json!(false))
            ]
        );
        assert_eq!(told["intervals"][0], json!({ "from": "reported", "to": "accepted", "s": 600 }));
        assert_eq!((&told["first_receiver"], &told["reporter"]), (&json!("T1"), &Value::Null));
        let inspect = told["by_lists"].as_array().unwrap().iter().find(|l| l["power"] == "inspect").unwrap();
        assert_eq!((&inspect["outcome"], inspect["leads"].as_array().unwrap().len()), (&json!("several_leads"), 2));
        let lists: Vec<_> = told["lists"]
            .as_array()
            .unwrap()
            .iter()
            .map(|l| (l["list"].as_str().unwrap(), l["basis"].clone()))
            .collect();
        assert_eq!(lists, [("U1-B", json!("Doc 7")), ("U2-B", Value::Null)]);

        // Printed: nothing but text, in both languages.
        let page = ask("look", "?format=html&lang=zh").await;
        assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"));
        let zh = page.text();
        for words in [
            "案件卷宗",
            "责任归属",
            "执法局清单",
            "不得处罚",
            "2026-03-02 11:28",
            "&lt;b&gt;stall&lt;/b&gt;",
            "Other &lt;bureau&gt;",
            "Doc 7",
        ] {
            assert!(zh.contains(words), "{words}: {zh}");
        }
        assert!(!zh.contains("<script") && !zh.contains("http") && !zh.contains("王小明"), "{zh}");
        let en = ask("look", "?format=html").await.text();
        assert!(en.contains("<h2>Returns</h2>") && en.contains("handed over to Bureau (U1)"), "{en}");

        // Who reported it: for those who may know, and noted.
        let read = async || {
            let filter = store::audit::Filter { kind: Some("reporter_read".to_owned()), ..Default::default() };
            let mut tx = app.ctx.db.begin_read().await.unwrap();
            store::audit::filtered(&mut tx, 0, &filter).await.unwrap().len()
        };
        ask("look", "?personal=true").await.is(403);
        assert_eq!(read().await, 0);
        assert_eq!(ask("centre", "?personal=true").await.ok()["reporter"]["name"], "王小明");
        assert!(ask("centre", "?personal=true&format=html&lang=zh").await.text().contains("王小明 139"));
        assert_eq!(read().await, 2);
        app.check().await;
    });
}

#[test]
fn without_units_and_out_of_scope_it_tells_what_there_is() {
    both_engines(async |app| {
        app.key(Role::Admin, "all").await;
        app.scoped(Role::Viewer, &[&format!("area:{}", crate::county::township(4))], "far").await;
        let report = json!({ "id": id(1), "lng": 112.03, "lat": 27.02 });
        app.call_as("all", Method::POST, "/api/v1/incidents").json(&report).send().await.is(201);
        let path = format!("/api/v1/incidents/{}/dossier", id(1));
        let told = app.call_as("all", Method::GET, &path).send().await.ok();
        assert_eq!((&told["tenures"], &told["by_lists"], &told["done"]), (&json!([]), &json!([]), &json!([])));
        assert_eq!(told["filed_in"].as_array().unwrap().len(), 4);
        app.call_as("far", Method::GET, &path).send().await.is(404);
        let nobody = app.call_as("all", Method::GET, format!("{path}?personal=true")).send().await.ok();
        assert_eq!(nobody["reporter"], json!({ "name": null, "phone": null }));
        app.call_as("all", Method::GET, format!("{path}?format=pdf")).send().await.is(400);
    });
}
