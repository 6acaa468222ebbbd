//! Whistles over HTTP: who may be called, who must come, how it is answered, where it goes when it is not.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::domain::auth::Role;

use crate::{
    app::{App, Place, Reply, Setup, on_both_places},
    lists,
    units::taken,
};

const LISTS: &str = "\
list,version,kind,unit,name,list_from,matter,powers,supporters
T1-D,1,delegation,T1,Delegation,,M01,处罚,U2
T1-W,1,whistle,T1,Whistle,,M01,all,U2
T1-W,2,whistle,T1,Whistle,2026-06-01,M01,all,U1;U2
";

const ROSTER: &str = "unit,role,office_line,leader,area,shifts\nU2,值班员,0573-2,分管领导,,mon-sun 13:00-18:00\n";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

async fn prepared(place: &Place) -> App {
    let app = App::open(place, Setup::default()).await;
    taken(place, "units", &lists::units(), &[]);
    taken(place, "rosters", ROSTER, &[]);
    taken(place, "lists", LISTS, &[]);
    app.ctx.up_to_date().await.unwrap();
    app.key(Role::Dispatcher, "centre").await;
    app.scoped(Role::DutyOfficer, &["unit:U2"], "duty").await;
    app.scoped(Role::DutyOfficer, &["unit:U1"], "other").await;
    app.key(Role::Viewer, "look").await;
    app
}

async fn post(app: &App, key: &str, path: String, body: Value) -> Reply {
    app.call_as(key, Method::POST, format!("/api/v1/{path}")).json(&body).send().await
}

async fn get(app: &App, key: &str, path: &str) -> Value {
    app.call_as(key, Method::GET, format!("/api/v1/{path}")).send().await.ok()
}

async fn reported(app: &App, n: u128, urgency: &str) {
    let report = json!({ "id": id(n), "lng": 112.03, "lat": 27.02, "matter": "M01", "urgency": urgency,
        "reported_at": "2026-03-02T10:00:00+08:00" });
    post(app, "centre", "incidents".to_owned(), report).await.is(201);
}

#[test]
fn who_is_called_answers_on_a_clock_of_its_own_and_both_rate() {
    on_both_places(async |place| {
        let app = prepared(place).await;
        reported(&app, 1, "quick").await;
        let case = format!("incidents/{}/whistles", id(1));
        let may = get(&app, "look", &case).await;
        let [callable] = &may["callable"].as_array().unwrap()[..] else { panic!("{may}") };
        assert_eq!((&callable["department"], &callable["obligation"]), (&json!("U2"), &json!("may")));
        assert_eq!((&callable["list"], &callable["on_duty"]), (&json!({ "list": "T1-W", "version": 1 }), &json!([])));
        // Nobody is on duty before one, and it need not come: the clock waits.
        assert_eq!(callable["clock_from"], "2026-03-02T05:00:00Z");
        let head = app.ctx.head().await.unwrap();
        let at = "2026-03-02T11:59:00+08:00";
        let whistle = |n: u128, department: &str| json!({ "id": id(n), "department": department, "at": at });
        let refused = post(&app, "centre", case.clone(), whistle(10, "U1")).await.is(422);
        assert!(refused["detail"].as_str().unwrap().contains("(rule 20)"), "{refused}");
        let early = json!({ "id": id(10), "department": "U2", "at": "2026-03-02T09:00:00+08:00" });
        post(&app, "centre", case.clone(), early).await.refused(422, "at");
        post(&app, "duty", case.clone(), whistle(10, "U2")).await.is(403);
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing was changed");
        let mut events = app.events_as("duty").await;
        let blown = post(&app, "centre", case.clone(), whistle(10, "U2")).await.is(201);
        assert_eq!(
            (&blown["township"], &blown["status"], &blown["escalation"]),
            (&json!("T1"), &json!("whistled"), &Value::Null)
        );
        assert_eq!(
            (&blown["acknowledge_due_at"], &blown["arrive_due_at"]),
            (&json!("2026-03-02T05:10:00Z"), &json!("2026-03-02T05:30:00Z"))
        );
        assert_eq!(post(&app, "centre", case.clone(), whistle(10, "U2")).await.ok(), blown, "the same once more");
        post(&app, "centre", case.clone(), whistle(11, "U2")).await.refused(409, "department");
        let told = [events.next().await, events.next().await];
        assert_eq!(told.map(|e| e.name), ["whistle", "incident"]);
        assert_eq!(get(&app, "look", &format!("incidents/{}", id(1))).await["flags"], json!(["whistled"]));
        assert_eq!(get(&app, "duty", "whistles").await["whistles"][0]["next"], json!(["acknowledged", "arrived"]));

        let steps = format!("whistles/{}/steps", id(10));
        let step = |n: u128, to: &str| json!({ "id": id(n), "to": to });
        post(&app, "other", steps.clone(), step(20, "acknowledged")).await.is(403);
        post(&app, "look", steps.clone(), step(20, "acknowledged")).await.is(403);
        let heard = post(&app, "duty", steps.clone(), step(20, "acknowledged")).await.ok();
        assert_eq!(
            (&heard["status"], &heard["acknowledged_at"]),
            (&json!("acknowledged"), &json!("2026-03-02T04:00:00Z"))
        );
        assert_eq!(post(&app, "duty", steps.clone(), step(20, "acknowledged")).await.ok(), heard);
        post(&app, "duty", steps.clone(), step(20, "arrived")).await.refused(409, "id");
        let ratings = format!("whistles/{}/ratings", id(10));
        let rating = |n: u128, by: &str, stars: u8| json!({ "id": id(n), "by": by, "stars": stars });
        post(&app, "centre", ratings.clone(), rating(30, "township", 4)).await.refused(422, "by");
        post(&app, "duty", steps.clone(), step(21, "arrived")).await.ok();
        post(&app, "duty", steps.clone(), step(22, "done")).await.is(403);
        post(&app, "centre", steps.clone(), step(22, "done")).await.ok();
        assert_eq!(
            get(&app, "look", &format!("incidents/{}", id(1))).await.get("flags"),
            None,
            "nobody is called any more"
        );
        assert_eq!(get(&app, "duty", "whistles").await["whistles"], json!([]));
        post(&app, "duty", ratings.clone(), rating(30, "township", 5)).await.is(403);
        post(&app, "centre", ratings.clone(), rating(30, "township", 4)).await.ok();
        let rated = post(&app, "duty", ratings.clone(), rating(31, "department", 5)).await.ok();
        assert_eq!((&rated["stars_of_department"], &rated["stars_of_township"]), (&json!(4), &json!(5)));
        post(&app, "duty", ratings, rating(32, "department", 1)).await.refused(409, "by");

        reported(&app, 2, "quick").await;
        let kpis = get(&app, "look", "kpis/whistles").await;
        assert_eq!(
            (&kpis["cases"], &kpis["whistled_cases"], &kpis["whistle_rate"]),
            (&json!(2), &json!(1), &json!(0.5))
        );
        let [u2] = &kpis["departments"].as_array().unwrap()[..] else { panic!("{kpis}") };
        assert_eq!(
            (&u2["department"], &u2["due"], &u2["arrived_in_time"], &u2["stars"]),
            (&json!("U2"), &json!(1), &json!(1), &json!(4.0))
        );
        app.check().await;
        app.stop().await;
        let app = App::open(place, Setup::default()).await;
        assert_eq!(get(&app, "look", &case).await["whistles"][0]["stars_of_township"], 5);
        app.check().await;
    });
}

#[test]
fn what_is_urgent_does_not_wait_and_what_is_not_answered_goes_up() {
    on_both_places(async |place| {
        let app = prepared(place).await;
        let blow = async |n: u128, at: &str| {
            reported(&app, n, "urgent").await;
            let body = json!({ "id": id(100 + n), "department": "U2", "at": format!("2026-03-02T{at}:00+08:00") });
            post(&app, "centre", format!("incidents/{}/whistles", id(n)), body).await.is(201)
        };
        let late = blow(1, "10:30").await;
        assert_eq!((&late["obligation"], &late["clock_from"]), (&json!("must"), &late["whistled_at"]));
        assert_eq!(
            late["escalation"],
            json!({ "level": 2, "since": "2026-03-02T03:00:00Z", "to": "G", "leader": null })
        );
        let unheard = blow(2, "11:50").await;
        assert_eq!(
            unheard["escalation"],
            json!({ "level": 1, "since": "2026-03-02T03:55:00Z", "to": "G", "leader": "分管领导" })
        );
        assert_eq!(blow(3, "11:56").await["escalation"], Value::Null);
        let cancel = |n: u128, reason: Option<&str>| json!({ "id": id(200 + n), "to": "cancelled", "reason": reason });
        post(&app, "centre", format!("whistles/{}/steps", id(103)), cancel(3, None)).await.refused(422, "reason");
        post(&app, "centre", format!("whistles/{}/steps", id(103)), cancel(3, Some("a mistake"))).await.ok();
        let [u2] = &get(&app, "look", "kpis/whistles").await["departments"].as_array().unwrap().clone()[..] else {
            panic!()
        };
        assert_eq!((&u2["whistled"], &u2["must"], &u2["cancelled"]), (&json!(3), &json!(3), &json!(1)));
        assert_eq!(
            (&u2["late"], &u2["not_yet_due"], &u2["arrived_in_time_share"]),
            (&json!(1), &json!(1), &json!(0.0))
        );
        // Nobody is called for what has ended.
        reported(&app, 4, "quick").await;
        let void = json!({ "id": id(300), "act": { "to": "void" }, "reason": "a joke" });
        post(&app, "centre", format!("incidents/{}/actions", id(4)), void).await.ok();
        let body = json!({ "id": id(104), "department": "U2" });
        post(&app, "centre", format!("incidents/{}/whistles", id(4)), body).await.is(409);
        assert_eq!(get(&app, "look", &format!("incidents/{}/whistles", id(4))).await["callable"], json!([]));
        app.check().await;
    });
}
