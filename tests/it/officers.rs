//! Officers: through the command line and over HTTP, and who counts as competent because of them.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{domain::auth::Role, store};

use crate::{
    app::{App, Place, Setup, on_both_places},
    county::township,
    lists::units,
    units::{refused, taken},
};

const HEAD: &str = "id,unit,matters,from,until,recused_areas,name,contact,certificate_number\n";
const NOON: &str = "2026-03-02T12:00:00%2B08:00";

/// Of S2, which says that one of it is certified: two are, one of them until the third of March and not in the
/// second township.
fn officers() -> String {
    format!(
        "{HEAD}O1,U1,,,,,王小明,139-0001,A-1\nO2,U1,,,2026-03-03,{},李雷,139-0002,A-2\nO3,U2,M03,,,,,,\n",
        township(2)
    )
}

async fn prepared(place: &Place) -> App {
    let app = App::open(place, Setup::default()).await;
    taken(place, "units", &units(), &[]);
    taken(place, "officers", &officers(), &[]);
    app.ctx.up_to_date().await.unwrap();
    app
}

async fn list_in(app: &App, squad: &str, officers: Value) -> Value {
    app.patch(format!("/api/v1/squads/{squad}"), json!({ "officers": officers })).await.ok()
}

/// What is said of a squad's competence at a place.
async fn of(app: &App, squad: &str, at: &str, (lng, lat): (f64, f64)) -> (String, u64, bool) {
    let near = app.json(format!("/api/v1/squads/nearest?lng={lng}&lat={lat}&k=9&at={at}")).await;
    let squads = near["squads"].as_array().unwrap();
    let one = squads.iter().find(|s| s["squad"]["id"] == squad).unwrap_or_else(|| panic!("{near}"));
    (
        one["competence"].as_str().unwrap().to_owned(),
        one["certified_officers"].as_u64().unwrap(),
        one["by_count"].as_bool().unwrap(),
    )
}

#[test]
fn officers_come_in_whole_and_who_they_are_stands_apart() {
    on_both_places(async |place| {
        let app = prepared(place).await;
        let head = app.ctx.head().await.unwrap();
        assert!(taken(place, "officers", &officers(), &[]).contains("nothing changed"));
        assert!(taken(place, "officers", &format!("{HEAD}O9,U1,,,,,,,"), &["--dry-run"]).contains("3 are gone"));
        for (line, words) in [
            ("O1,X,,,,,,,", "unit \"X\": X is no unit"),
            ("O1,U1,M99,,,,,,", "matters \"M99\": M99 is neither a matter nor a field of the catalogue"),
            ("O1,U1,,2026-03-02,2026-03-01,,,,", "until \"2026-03-01\": "),
            ("O1,U1,,,,999,,,", "recused_areas \"999\": 999 is no area in force"),
        ] {
            refused(place, "officers", &format!("{HEAD}{line}\n"), words);
        }
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing was changed");

        let list = app.json(format!("/api/v1/officers?at={NOON}")).await;
        let ids = |list: &Value| {
            list["officers"]
                .as_array()
                .unwrap()
                .iter()
                .map(|o| o["id"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(&list), ["O1", "O2", "O3"]);
        let later = "/api/v1/officers?unit=U1&certified=false&at=2026-03-03T00:00:00%2B08:00";
        assert_eq!(ids(&app.json(later).await), ["O2"]);
        assert_eq!(ids(&app.json(format!("{}&limit=1", "/api/v1/officers?after=O1")).await), ["O2"]);
        let one = app.json("/api/v1/officers/O2").await;
        assert_eq!(one["recused_from"], json!({ "areas": [township(2)], "incidents": [] }));
        for told in [list.to_string(), one.to_string()] {
            assert!(["李雷", "139-", "A-2"].iter().all(|personal| !told.contains(personal)), "{told}");
        }
        let logged = async || {
            let filter = store::audit::Filter { kind: Some("officer_read".to_owned()), ..Default::default() };
            store::audit::filtered(&mut app.ctx.db.begin_read().await.unwrap(), 0, &filter).await.unwrap().len()
        };
        assert_eq!(logged().await, 0);
        let person = app.json("/api/v1/officers/O2/person").await;
        assert_eq!(person, json!({ "name": "李雷", "contact": "139-0002", "certificate_numbers": ["A-2"] }));
        assert_eq!(logged().await, 1);
        app.get("/api/v1/officers/X").await.is(404);
        app.get("/api/v1/officers/X/person").await.is(404);

        // The secrets of the persons are in no row of the log.
        let rows = store::audit::filtered(&mut app.ctx.db.begin_read().await.unwrap(), 0, &Default::default()).await;
        assert!(rows.unwrap().iter().all(|row| !row.body.contains("李雷") && !row.body.contains("139-0002")));
        app.check().await;
    });
}

#[test]
fn competence_follows_certificates_dates_matters_and_recusals() {
    on_both_places(async |place| {
        let app = prepared(place).await;
        let (west, east) = ((112.03, 27.02), (112.13, 27.02));
        assert_eq!(of(&app, "S2", NOON, west).await, ("first_response_only".to_owned(), 1, true), "by its head count");
        let squad = list_in(&app, "S2", json!(["O1", "O2"])).await;
        assert_eq!((&squad["certified_officers"], &squad["by_count"]), (&json!(2), &json!(false)));
        assert_eq!(of(&app, "S2", NOON, west).await, ("full".to_owned(), 2, false));
        assert_eq!(of(&app, "S2", NOON, east).await, ("first_response_only".to_owned(), 1, false), "recused there");
        let day_after = "2026-03-03T12:00:00%2B08:00";
        assert_eq!(of(&app, "S2", day_after, west).await, ("first_response_only".to_owned(), 1, false), "lapsed");
        let left_out = app.json(format!("/api/v1/squads/nearest?lng=112.13&lat=27.02&competent=true&at={NOON}")).await;
        assert_eq!(left_out["excluded"]["counts"]["not_competent"], 1, "{left_out}");
        app.get(format!("/api/v1/squads/nearest?lng=112.13&lat=27.02&matter=X&at={NOON}")).await.refused(422, "matter");

        // The case itself: recused by its id, and as it is sent.
        let id = Uuid::from_u128(1);
        let report = json!({ "id": id, "lng": west.0, "lat": west.1, "matter": "M01" });
        app.post("/api/v1/incidents", report).await.is(201);
        let recommended = async || {
            let advice = app.json(format!("/api/v1/squads/recommendation?incident={id}&k=10&at={NOON}")).await;
            let squads = advice["squads"].as_array().unwrap().clone();
            squads.iter().any(|s| s["squad"]["id"] == "S2" && s["certified_officers"] == 2 && s["by_count"] == false)
        };
        assert!(recommended().await);
        let recused = json!({ "recused_from": { "areas": [], "incidents": [id] } });
        let officer = app.patch("/api/v1/officers/O1", recused).await.ok();
        assert_eq!(officer["recused_from"]["incidents"], json!([id]));
        assert!(!recommended().await);
        let (orders, head) = (format!("/api/v1/incidents/{id}/assignments"), app.ctx.head().await.unwrap());
        let refused = app.post(&orders, json!({ "id": Uuid::from_u128(2), "squad": "S2" })).await;
        assert!(refused.is(422)["detail"].as_str().unwrap().contains("officers_recused"), "{}", refused.text());
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing was changed");
        let order = json!({ "id": Uuid::from_u128(2), "squad": "S2", "first_response": true });
        let sent = app.post(&orders, order).await.is(201);
        assert_eq!((&sent["competence"], &sent["breaks"]), (&json!("first_response_only"), &json!("officers_recused")));
        // An import leaves alone from which cases somebody is recused.
        taken(place, "officers", &officers(), &[]);
        app.ctx.up_to_date().await.unwrap();
        assert_eq!(app.json("/api/v1/officers/O1").await["recused_from"]["incidents"], json!([id]));
        app.check().await;
    });
}

#[test]
fn what_is_wrong_is_refused_and_nothing_is_changed() {
    on_both_places(async |place| {
        let app = prepared(place).await;
        list_in(&app, "S1", json!(["O1"])).await;
        let head = app.ctx.head().await.unwrap();
        for (squad, officers, words) in [
            ("S2", json!(["X"]), "there is no officer X"),
            ("S2", json!(["O3"]), "officer O3 is of U2, which stands neither above nor beneath U1"),
            ("S2", json!(["O1"]), "officer O1 is in squad S1 at the same hours"),
            ("S2", json!(["O2", "O2"]), "officer O2 stands twice"),
        ] {
            let reply = app.patch(format!("/api/v1/squads/{squad}"), json!({ "officers": officers })).await;
            reply.refused(422, "officers");
            assert!(reply.value()["detail"].as_str().unwrap().contains(words), "{words}: {}", reply.text());
        }
        for (body, field) in [
            (json!({ "areas": ["X"], "incidents": [] }), "recused_from.areas"),
            (json!({ "areas": [], "incidents": [Uuid::from_u128(9)] }), "recused_from.incidents"),
        ] {
            app.patch("/api/v1/officers/O1", json!({ "recused_from": body })).await.refused(422, field);
        }
        app.patch("/api/v1/officers/X", json!({ "recused_from": {} })).await.is(404);
        let stale = app.call(Method::PATCH, "/api/v1/officers/O1").header("if-match", "\"x\"");
        stale.json(&json!({ "recused_from": {} })).send().await.is(412);
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing was changed");

        let table = "id,name,kind,unit,command_area,profile,lng,lat,certified_officers,shifts,officers\n";
        let line = |id: &str, officers: &str| {
            format!("{id},s,direct,U1,{},car,112.05,27.05,0,mon-sun 24h,{officers}\n", township(1))
        };
        refused(place, "squads", &format!("{table}{}", line("S1", "X")), "squad S1: there is no officer X");
        let both = format!("{table}{}{}", line("S1", "O1"), line("S2", "O2;O1"));
        refused(place, "squads", &both, "squad S1: officer O1 is in squad S2 at the same hours");
        taken(place, "squads", &format!("{table}{}", line("S1", "O1；O2")), &[]);
        app.ctx.up_to_date().await.unwrap();
        assert_eq!(app.json("/api/v1/squads/S1").await["officers"], json!(["O1", "O2"]));
        app.check().await;
    });
}

#[test]
fn who_may_not_know_an_officer_neither_sees_nor_reads_of_it() {
    on_both_places(async |place| {
        let app = prepared(place).await;
        app.scoped(Role::Dispatcher, &["unit:U2"], "other").await;
        app.key(Role::Viewer, "look").await;
        app.key(Role::Dispatcher, "centre").await;
        let call = async |key: &str, method: Method, path: &str| {
            let call = app.call_as(key, method.clone(), format!("/api/v1/officers{path}"));
            if method == Method::PATCH {
                call.json(&json!({ "recused_from": {} })).send().await
            } else {
                call.send().await
            }
        };
        assert_eq!(call("other", Method::GET, "").await.ok()["officers"].as_array().unwrap().len(), 1);
        for (method, path) in [(Method::GET, "/O1"), (Method::GET, "/O1/person"), (Method::PATCH, "/O1")] {
            call("other", method, path).await.is(404);
        }
        call("look", Method::GET, "/O1/person").await.is(403);
        call("look", Method::GET, "/O1").await.ok();
        call("centre", Method::GET, "/O1/person").await.ok();
        let mut events = app.events_as("look").await;
        let patch = app.call_as("centre", Method::PATCH, "/api/v1/officers/O1".to_owned());
        patch.json(&json!({ "recused_from": { "areas": [township(1)] } })).send().await.ok();
        let told = events.next().await;
        assert_eq!((told.name.as_str(), &told.data["officer"]["id"]), ("officer", &json!("O1")));
        app.check().await;
    });
}
