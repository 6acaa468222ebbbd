//! Profiles: imported, versioned, and what cases under them may and may not do.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::domain::auth::Role;

use crate::{
    app::{App, Place, Setup, on_both_places},
    units::{refused, taken},
};

const DESK: &str = "\
kind,code,from,to,name,name_zh,marks,right,needs,matter,category,source
profile,desk,,,Desk,受理台,,,,,,ours
state,in,,,came in,来件,reported,,,,,
state,on,,,taken on,接件,accepted,,,,,
state,out,,,sent out,派出,dispatched,,,,,
state,there,,,on site,在场,arrived,,,,,
state,end,,,done,办结,closed,,,,,
transition,,in,on,take on,接下,,correct,,,,
transition,,on,out,send out,派出,,,,,,
transition,,on,end,end at once,直接办结,,,reason,,,
transition,,out,there,,,,,,,,
transition,,out,on,take back,收回,,,reason,,,
transition,,there,end,finish,办结,,,arrival,,,
transition,,end,on,open again,重开,,,reason,,,
new_cases,,,,,,,,,M01,,
";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

async fn report(app: &App, n: u128, matter: &str) -> (String, Value) {
    let body = json!({ "id": id(n), "lng": 112.03, "lat": 27.02, "matter": matter,
        "reported_at": "2026-03-02T03:00:00Z" });
    let made = app.post("/api/v1/incidents", body).await.is(201);
    (format!("/api/v1/incidents/{}", id(n)), made)
}

fn profile(version: u32, state: &str) -> Value {
    json!({ "profile": "desk", "version": version, "state": state })
}

async fn import(app: &App, place: &Place, table: &str) -> String {
    let said = taken(place, "profile", table, &[]);
    app.ctx.up_to_date().await.unwrap();
    said
}

#[test]
fn profiles_get_versions_and_what_no_case_could_go_through_is_refused() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let own = app.json("/api/v1/profiles").await["profiles"].clone();
        assert_eq!((own.as_array().unwrap().len(), &own[0]["profile"]), (1, &json!("township")));
        assert_eq!(app.json("/api/v1/profiles/township").await, own[0]);

        let said = import(&app, place, DESK).await;
        assert!(said.contains("taken: profile desk version 1, 5 states and 7 transitions"), "{said}");
        assert!(said.contains("of matter M01"), "{said}");
        let head = app.ctx.head().await.unwrap();
        assert!(import(&app, place, DESK).await.contains("nothing changed"));
        let renamed = DESK.replace("finish", "close");
        for (table, words) in [
            (DESK.replace("transition,,there,end", "transition,,there,on"), "nothing leads from in to a state"),
            (DESK.replace("办结,closed", "办结,over"), "marks \"over\": "),
            (DESK.replace("transition,,out,there", "transition,,out,where"), "where is no state of this profile"),
            (format!("{DESK}transition,,in,on,,,,,,,,\n"), "from in to on stands twice"),
            (format!("{DESK}state,on,,,,,closed,,,,,\n"), "name: is empty"),
            (DESK.replace("M01", "M99"), "no matter M99 in the catalogue"),
            (DESK.replace("profile,desk", "profile,other"), "matter M01: new cases come under profile desk"),
        ] {
            let table = match words.starts_with("nothing leads") {
                // The other way to the end, too.
                true => table.replace("transition,,on,end", "transition,,on,in"),
                false => table,
            };
            refused(place, "profile", &table, words);
        }
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing was changed");
        assert!(import(&app, place, &renamed).await.contains("desk version 2"));

        let name = async |query: &str| {
            let one = app.json(format!("/api/v1/profiles/desk{query}")).await;
            (one["version"].clone(), one["transitions"][5]["name"].clone())
        };
        assert_eq!(name("").await, (json!(2), json!("close")));
        assert_eq!(name("?version=1").await, (json!(1), json!("finish")));
        app.get("/api/v1/profiles/desk?version=3").await.is(404);
        app.get("/api/v1/profiles/none").await.is(404);
        let of = async |matter: &str| {
            app.json(format!("/api/v1/profiles?matter={matter}")).await["profiles"][0]["profile"].clone()
        };
        assert_eq!((of("M01").await, of("M02").await), (json!("desk"), json!("township")));
        app.get("/api/v1/profiles?matter=M99").await.refused(422, "matter");
        app.check().await;
    });
}

#[test]
fn a_step_that_needs_evidence_is_refused_without_and_brings_it_itself() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        import(
            &app,
            place,
            &DESK.replace("办结,,,arrival", "办结,,,arrival;photo").replace("接下,,correct,", "接下,,correct,evidence"),
        )
        .await;
        let (url, _) = report(&app, 1, "M01").await;
        let hash = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
        let piece = |kind: &str| json!([{ "kind": kind, "uri": "https://cases.example/1", "sha256": hash }]);
        let act = async |n: u128, to: &str, evidence: Value| {
            let body = json!({ "id": id(n), "act": { "to": to }, "evidence": evidence });
            app.post(format!("{url}/actions"), body).await
        };
        let lacks = async || app.json(format!("{url}/history")).await["next"][0]["lacks"].clone();
        let head = app.ctx.head().await.unwrap();
        assert_eq!(lacks().await, json!(["evidence"]));
        act(10, "on", json!([])).await.refused(422, "act");
        for (evidence, field) in [
            (json!([{ "kind": "photo", "uri": "photo.jpg", "sha256": hash }]), "evidence.uri"),
            (json!([{ "kind": "photo", "uri": "data:,x", "sha256": hash }]), "evidence.uri"),
            (json!([{ "kind": "photo", "uri": "https://cases.example/1", "sha256": "5f" }]), "evidence.sha256"),
            (json!(vec![piece("photo")[0].clone(); 21]), "evidence"),
        ] {
            act(10, "on", evidence).await.refused(422, field);
        }
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing was changed");
        // A document is evidence, and no photo.
        act(10, "on", piece("document")).await.ok();
        assert_eq!(act(10, "on", piece("document")).await.ok()["status"], "accepted", "the same once more");
        act(11, "out", json!([])).await.ok();
        act(12, "there", json!([])).await.ok();
        assert_eq!(lacks().await, json!(["photo"]));
        act(13, "end", json!([])).await.refused(422, "act");
        let seen = json!({ "id": id(14), "act": "remark", "reason": "as found", "evidence": piece("photo") });
        app.post(format!("{url}/actions"), seen).await.ok();
        assert_eq!(lacks().await, Value::Null);
        act(15, "end", json!([])).await.ok();
        let told = app.json(format!("{url}/history")).await;
        assert_eq!(
            (&told["actions"][0]["evidence"], &told["actions"][3]["evidence"]),
            (&piece("document"), &piece("photo"))
        );
        let dossier = app.json(format!("{url}/dossier")).await;
        assert!(dossier["done"].as_array().unwrap().iter().any(|d| d["evidence"] == piece("photo")), "{dossier}");
        app.check().await;
    });
}

#[test]
fn a_case_goes_the_way_of_its_profile_and_keeps_its_version() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let (old, made) = report(&app, 1, "M01").await;
        assert!(made.get("profile").is_none(), "{made}");
        import(&app, place, DESK).await;
        let (url, made) = report(&app, 2, "M01").await;
        assert_eq!((&made["status"], &made["profile"]), (&json!("reported"), &profile(1, "in")));
        assert!(report(&app, 3, "M02").await.1.get("profile").is_none());
        let acts = format!("{url}/actions");
        let act = |n: u128, to: &str, minute: u32| {
            json!({ "id": id(n), "act": { "to": to },
            "at": format!("2026-03-02T03:{minute:02}:00Z") })
        };
        let told = app.post(&acts, act(10, "accepted", 1)).await.is(422)["detail"].to_string();
        assert!(told.contains("accepted does not follow in in profile desk; what does: on"), "{told}");
        assert_eq!(app.post(&acts, act(10, "on", 1)).await.ok()["status"], "accepted");
        // Another version comes in; the case stays under its own.
        import(&app, place, &DESK.replace("transition,,there,end,finish", "transition,,there,end,close")).await;
        assert_eq!(report(&app, 4, "M01").await.1["profile"], profile(2, "in"));
        let history = app.json(format!("{url}/history")).await;
        assert_eq!(
            history["next"][0],
            json!({ "act": { "to": "out" }, "needs_reason": false, "name": "send out",
            "name_zh": "派出" })
        );
        assert_eq!(history["next"][1]["needs_reason"], true);
        let states: Vec<_> = history["states"].as_array().unwrap().iter().map(|s| s["state"].clone()).collect();
        assert_eq!(states, ["on", "out", "end"]);

        // Squads lead to the states that mark what they do.
        let squad =
            app.json("/api/v1/squads/nearest?lng=112.03&lat=27.02&k=1").await["squads"][0]["squad"]["id"].clone();
        let sent = json!({ "id": id(20), "squad": squad, "at": "2026-03-02T03:10:00Z" });
        app.post(format!("{url}/assignments"), sent).await.is(201);
        assert_eq!(app.json(&url).await["profile"], profile(1, "out"));
        let steps = format!("/api/v1/assignments/{}/steps", id(20));
        let declined = json!({ "id": id(21), "to": "declined", "at": "2026-03-02T03:11:00Z", "reason": "flat tyre" });
        app.post(&steps, declined).await.ok();
        let back = app.json(&url).await;
        assert_eq!((&back["status"], &back["profile"]), (&json!("accepted"), &profile(1, "on")));
        let sent = json!({ "id": id(22), "squad": squad, "at": "2026-03-02T03:12:00Z" });
        app.post(format!("{url}/assignments"), sent).await.is(201);
        let told = app.post(&acts, act(11, "end", 13)).await.is(422)["detail"].to_string();
        assert!(told.contains("end does not follow out"), "{told}");
        let steps = format!("/api/v1/assignments/{}/steps", id(22));
        app.post(&steps, json!({ "id": id(23), "to": "on_scene", "at": "2026-03-02T03:20:00Z" })).await.ok();
        let there = app.json(&url).await;
        assert_eq!((&there["status"], &there["profile"]), (&json!("arrived"), &profile(1, "there")));
        app.post(&steps, json!({ "id": id(24), "to": "done", "at": "2026-03-02T03:40:00Z" })).await.ok();
        let ended = app.post(&acts, act(12, "end", 45)).await.ok();
        assert_eq!((&ended["status"], &ended["open"]), (&json!("closed"), &json!(false)));
        app.post(&acts, act(13, "on", 46)).await.refused(422, "reason");

        // Told late, it can't have been: at that time the squad was on its way.
        app.post(&acts, act(14, "end", 15)).await.refused(422, "act");
        let dossier = app.json(format!("{url}/dossier")).await;
        assert_eq!((&dossier["profile"]["name"], &dossier["profile"]["version"]), (&json!("Desk"), &json!(1)));
        let page = app.get(format!("{url}/dossier?format=html&lang=zh")).await.text();
        assert!(page.contains("受理台 v1") && page.contains("接件") && page.contains("办结"), "{page}");
        let listed = app.json("/api/v1/incidents?status=closed").await;
        assert_eq!(listed["incidents"][0]["id"], json!(id(2)));
        // The case from before goes on as it began.
        let acts = format!("{old}/actions");
        app.post(&acts, act(30, "on", 1)).await.refused(422, "act");
        app.post(&acts, act(30, "accepted", 1)).await.ok();
        app.check().await;
    });
}

#[test]
fn what_a_state_is_follows_from_the_history_after_a_restart_too() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        import(&app, place, DESK).await;
        let (url, _) = report(&app, 2, "M01").await;
        let act = json!({ "id": id(10), "act": { "to": "on" }, "at": "2026-03-02T03:05:00Z" });
        app.post(format!("{url}/actions"), act).await.ok();
        let csv = "id,lng,lat,reported_at,matter,status\n\
            00000000-0000-0000-0000-000000000033,112.03,27.02,2026-03-01T04:00:00Z,M01,closed\n";
        taken(place, "incidents", csv, &[]);
        let none = csv.replace(",closed", ",filed").replace("33,", "34,");
        refused(place, "incidents", &none, "status \"filed\": no state of profile desk marks filed");
        app.ctx.up_to_date().await.unwrap();
        assert_eq!(app.json(format!("/api/v1/incidents/{}", id(0x33))).await["profile"], profile(1, "end"));
        app.check().await;
        app.stop().await;
        let app = App::open(place, Setup::default()).await;
        assert_eq!(app.json(&url).await["profile"], profile(1, "on"));
        let act = json!({ "id": id(11), "act": { "to": "out" }, "at": "2026-03-02T03:06:00Z" });
        assert_eq!(app.post(format!("{url}/actions"), act).await.ok()["status"], "dispatched");
        app.check().await;
    });
}

#[test]
fn who_may_take_a_step_the_profile_says() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        import(&app, place, DESK).await;
        let (url, _) = report(&app, 2, "M01").await;
        app.key(Role::GridWorker, "grid").await;
        let acts = format!("{url}/actions");
        let act = |n: u128, to: &str| json!({ "id": id(n), "act": { "to": to }, "at": "2026-03-02T03:05:00Z" });
        let send = async |body: Value| app.call_as("grid", Method::POST, &acts).json(&body).send().await;
        send(act(10, "on")).await.ok();
        let head = app.ctx.head().await.unwrap();
        send(act(11, "out")).await.is(403);
        assert_eq!(app.ctx.head().await.unwrap(), head);
        let next = app.call_as("grid", Method::GET, format!("{url}/history")).send().await.ok()["next"].clone();
        assert!(next.as_array().unwrap().iter().all(|n| n["act"].get("to").is_none()), "{next}");
        app.check().await;
    });
}
