//! Whose a case is, over HTTP: asked, accepted, returned by an entry, handed over, judged; and what breaks a rule.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{domain::auth::Role, feature::ownership::adopt};

use crate::{
    app::{App, Place, Reply, Setup, both_engines, on_both_places},
    county::{self, township},
    lists,
    units::taken,
};

/// Of matter M03 nobody may penalise anywhere, and two bureaus inspect; M01 is delegated to T1.
const LISTS: &str = "\
list,version,kind,unit,name,parent,list_from,matter,powers,mode,subject,supporters
U1-B,1,basic,U1,Bureau,,,M01,all,,,
U1-B,1,,,,,,M03,检查,,,
U2-B,1,basic,U2,Other bureau,,,M03,检查,,,
U2-B,2,basic,U2,Other bureau,,2026-06-01,M03,检查,,,
T1-D,1,delegation,T1,Delegation,,2026-01-01,M01,处罚,,,
T1-X,1,taken_back,T1,Taken back,,2026-01-01,M02,处罚,,,
T2-C,1,cooperating,T2,Cooperating,,,M01,all,,,
";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub async fn with_lists(place: &Place) -> App {
    let app = App::open(place, Setup::default()).await;
    taken(place, "units", &lists::units(), &[]);
    taken(place, "lists", LISTS, &[]);
    app.ctx.up_to_date().await.unwrap();
    app
}

/// Reports in a township at half past eleven.
async fn reported(app: &App, n: u128, township: usize, matter: Option<&str>) -> Value {
    let lng = if township == 1 { 112.03 } else { 112.13 };
    let report = json!({ "id": id(n), "lng": lng, "lat": 27.02, "matter": matter,
        "reported_at": "2026-03-02T11:30:00+08:00" });
    app.post("/api/v1/incidents", report).await.is(201)
}

/// One action after another, each a new one.
struct Desk<'a> {
    app: &'a App,
    incident: u128,
    n: std::cell::Cell<u128>,
}

impl<'a> Desk<'a> {
    fn new(app: &'a App, incident: u128) -> Self {
        Self { app, incident, n: std::cell::Cell::new(1_000 * incident) }
    }

    fn body(&self, order: Value) -> Value {
        self.n.set(self.n.get() + 1);
        json!({ "id": id(self.n.get()), "act": { "own": order }, "reason": "as the list says" })
    }

    async fn order(&self, order: Value) -> Reply {
        self.app.post(format!("/api/v1/incidents/{}/actions", id(self.incident)), self.body(order)).await
    }

    async fn cite(&self, list: &str, version: u32, power: &str) -> Reply {
        self.order(json!({ "return": { "list": list, "version": version, "power": power } })).await
    }

    async fn hand_over(&self, to: &str) -> Reply {
        self.order(json!({ "hand_over": { "to": to } })).await
    }

    async fn judge(&self, judgement: Value) -> Reply {
        self.n.set(self.n.get() + 1);
        let mut body = judgement;
        body["id"] = json!(id(self.n.get()));
        body["reason"] = json!("heard both");
        self.app.post(format!("/api/v1/incidents/{}/judgements", id(self.incident)), body).await
    }

    async fn refused(&self, reply: Reply, rule: u8) {
        let problem = reply.is(422);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(&format!("(rule {rule})")), "rule {rule}: {detail}");
    }

    async fn told(&self) -> Value {
        self.app.json(format!("/api/v1/incidents/{}/history", id(self.incident))).await
    }

    /// The orders that may be given, without those of other tracks.
    async fn next(&self) -> Vec<Value> {
        let told = self.told().await;
        told["next"].as_array().unwrap().iter().filter_map(|n| n["act"].get("own").cloned()).collect()
    }
}

#[test]
fn a_case_is_the_leads_once_it_accepts_and_the_first_receivers_until_then() {
    on_both_places(async |place| {
        let app = with_lists(place).await;
        let mut events = app.events(None).await;
        // Delegated: the township itself is asked.
        let own = reported(&app, 1, 1, Some("M01")).await;
        let of = |i: &Value| i["ownership"].clone();
        assert_eq!((&of(&own)["owner"], &of(&own)["offer"]["to"]), (&json!("T1"), &json!("T1")));
        assert_eq!((&of(&own)["offer"]["by"], &of(&own)["state"]), (&json!("lead"), &json!("delivered")));
        assert_eq!(of(&own)["offer"]["offered_at"], "2026-03-02T03:30:00Z", "the report asks");
        assert_eq!(of(&own)["offer"]["delivered_at"], "2026-03-02T04:00:00Z", "it was taken half an hour later");
        assert_eq!(own["answer_due_at"], "2026-03-02T04:10:00Z", "the clock runs from the delivery");
        assert_eq!(of(&own)["no_penalty"], false);
        let told = events.next().await;
        assert_eq!((told.name.as_str(), &told.data["incident"]), ("incident", &own));
        // Where the township leads by nothing it receives, and the bureau is asked.
        let other = reported(&app, 2, 2, Some("M01")).await;
        assert_eq!((&of(&other)["owner"], &of(&other)["offer"]["to"]), (&json!("T2"), &json!("U1")));
        assert_eq!((&of(&other)["no_penalty"], &of(&other)["powers"]), (&json!(true), &json!([])));
        let desk = Desk::new(&app, 2);
        let next = desk.next().await;
        assert_eq!(next[0], json!("accept"));
        assert!(next.contains(&json!({ "hand_over": { "to": "T2" } })), "{next:?}");
        desk.refused(desk.order(json!({ "use": "penalise" })).await, 18).await;
        let accepted = desk.order(json!("accept")).await.ok();
        assert_eq!((&of(&accepted)["owner"], &of(&accepted)["state"]), (&json!("U1"), &json!("accepted")));
        assert_eq!((&of(&accepted)["no_penalty"], &of(&accepted)["passed"]), (&json!(false), &json!(["T2"])));
        assert_eq!(accepted["answer_due_at"], Value::Null);
        assert_eq!(accepted["status"], "reported", "the state is a track of its own");
        desk.order(json!({ "use": "penalise" })).await.ok();
        let used = desk.told().await["actions"].as_array().unwrap().last().unwrap().clone();
        let by = json!({ "unit": "U1", "power": "penalise", "list": { "list": "U1-B", "version": 1 } });
        assert!(used["entitled"].as_array().unwrap().contains(&by), "{used}");
        // Of a matter that is not known the first receiver is asked; once it is known, who leads is offered it.
        let unknown = reported(&app, 3, 2, None).await;
        assert_eq!(
            (&of(&unknown)["offer"]["to"], &of(&unknown)["offer"]["by"]),
            (&json!("T2"), &json!("first_receiver"))
        );
        let desk = Desk::new(&app, 3);
        desk.refused(desk.cite("U1-B", 1, "penalise").await, 12).await;
        let act = json!({ "id": id(3_900), "act": { "matter": "M99" } });
        app.post(format!("/api/v1/incidents/{}/actions", id(3)), act).await.refused(422, "matter");
        let act = json!({ "id": id(3_900), "act": { "matter": "M01" } });
        assert_eq!(app.post(format!("/api/v1/incidents/{}/actions", id(3)), act).await.ok()["matter"], "M01");
        let act = json!({ "id": id(3_901), "act": { "matter": "M02" } });
        app.post(format!("/api/v1/incidents/{}/actions", id(3)), act).await.refused(422, "act");
        assert!(desk.next().await.contains(&json!({ "hand_over": { "to": "U1" } })));
        desk.order(json!("accept")).await.ok();
        let by_hand = desk.order(json!({ "hand_over": { "to": "U1", "by_hand": true } })).await.ok();
        assert_eq!((&of(&by_hand)["state"], &of(&by_hand)["owner"]), (&json!("offered"), &json!("T2")));
        assert_eq!(by_hand["answer_due_at"], Value::Null, "nobody told the bureau yet");
        assert_eq!(of(&desk.order(json!("deliver")).await.ok())["state"], "delivered");
        let listed =
            async |unit: &str| app.json(format!("/api/v1/incidents?unit={unit}")).await["number_matched"].clone();
        assert_eq!([listed("U1").await, listed("T1").await, listed("T2").await], [json!(2), json!(1), json!(1)]);
        app.check().await;
        // All of it is derived from the history, also after a restart.
        let before = desk.told().await;
        app.stop().await;
        let app = App::open(place, Setup::default()).await;
        assert_eq!(Desk::new(&app, 3).told().await, before);
        app.check().await;
    });
}

#[test]
fn the_second_return_goes_to_a_judge_who_creates_no_power_and_may_decide_for_like_cases() {
    on_both_places(async |place| {
        let app = with_lists(place).await;
        let first = reported(&app, 1, 1, Some("M03")).await;
        assert_eq!(
            (&first["ownership"]["offer"]["to"], &first["ownership"]["offer"]["by"]),
            (&json!("T1"), &json!("first_receiver"))
        );
        let desk = Desk::new(&app, 1);
        let head = app.ctx.head().await.unwrap();
        // What is cited must be there, be in force when it was filed, speak of the matter and give it to another.
        for (list, version, power, rule) in [
            ("U9-B", 1, "inspect", 16),
            ("U2-B", 2, "inspect", 5),
            ("U1-B", 1, "penalise", 6),
            ("T1-D", 1, "inspect", 6),
            ("T2-C", 1, "inspect", 6),
        ] {
            desk.refused(desk.cite(list, version, power).await, rule).await;
        }
        desk.refused(desk.judge(json!({ "to": "U2" })).await, 17).await;
        desk.refused(desk.hand_over("T2").await, 16).await;
        desk.refused(desk.hand_over("G").await, 7).await;
        assert_eq!(app.ctx.head().await.unwrap(), head, "nothing was changed");
        let cited = json!({ "return": { "list": "U1-B", "version": 1, "power": "inspect" } });
        assert!(desk.next().await.contains(&cited));
        let returned = desk.order(cited).await.ok();
        let of = |i: &Value, field: &str| i["ownership"][field].clone();
        assert_eq!(
            (of(&returned, "state"), of(&returned, "owner")),
            (json!("returned"), json!("T1")),
            "it owns it still"
        );
        desk.hand_over("U1").await.ok();
        desk.refused(desk.cite("U1-B", 1, "inspect").await, 16).await;
        let again = desk.cite("U2-B", 1, "inspect").await.ok();
        assert_eq!((of(&again, "state"), of(&again, "returns")), (json!("disputed"), json!(2)));
        desk.refused(desk.hand_over("U2").await, 17).await;
        // Only a judge.
        app.key(Role::Judge, "judge").await;
        app.key(Role::Dispatcher, "centre").await;
        let judgements = format!("/api/v1/incidents/{}/judgements", id(1));
        let as_key = async |key: &str, n: u128, more: Value| {
            let mut body = json!({ "id": id(n), "reason": "heard both" });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            app.call_as(key, Method::POST, &judgements).json(&body).send().await
        };
        as_key("centre", 50, json!({ "to": "U2" })).await.is(403);
        let own = json!({ "id": id(51), "act": { "own": { "judge": { "to": "U2" } } }, "reason": "mine" });
        app.call_as("centre", Method::POST, format!("/api/v1/incidents/{}/actions", id(1)))
            .json(&own)
            .send()
            .await
            .is(403);
        for power in ["penalise", "coerce", "permit"] {
            for unit in ["U1", "U2", "T1"] {
                desk.refused(as_key("judge", 52, json!({ "to": unit, "power": power })).await, 18).await;
            }
        }
        for (like, rule) in [
            (json!({ "area": township(2), "until": "2026-05-01T00:00:00Z" }), 19),
            (json!({ "area": township(1), "until": "2026-03-01T00:00:00Z" }), 19),
        ] {
            desk.refused(as_key("judge", 52, json!({ "to": "U2", "like_cases": like })).await, rule).await;
        }
        let mut events = app.events_as("judge").await;
        let like = json!({ "area": township(1), "until": "2026-05-01T00:00:00Z" });
        let decided = json!({ "to": "U2", "power": "inspect", "like_cases": like });
        let judged = as_key("judge", 52, decided.clone()).await.ok();
        assert_eq!(
            (of(&judged, "state"), of(&judged, "owner"), of(&judged, "no_penalty")),
            (json!("judged"), json!("U2"), json!(true))
        );
        assert_eq!(as_key("judge", 52, decided).await.ok(), judged, "the same judgement once more");
        let told = [events.next().await, events.next().await];
        assert_eq!(told.map(|e| e.name), ["incident", "precedent"]);
        let all = app.call_as("judge", Method::GET, "/api/v1/precedents").send().await.ok();
        assert_eq!((&all["precedents"][0]["to"], &all["precedents"][0]["incident"]), (&json!("U2"), &json!(id(1))));
        let burden = app.call_as("centre", Method::GET, "/api/v1/kpis/burden?by=unit").send().await.ok();
        let definition = burden["definition"].as_str().unwrap();
        assert!(definition.contains("right first time: settled without any return"), "{definition}");
        assert_eq!(
            burden["groups"],
            json!([{ "group": "U2", "cases": 1, "returns": 2, "returned": 1, "returns_per_case": 2.0, "settled": 1,
                "right_first_time": 0, "right_first_time_share": 0.0, "judged": 1 }])
        );
        let early = "/api/v1/kpis/burden?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z";
        app.call_as("centre", Method::GET, early).send().await.refused(422, "from");
        let use_ = |power: &str| json!({ "id": id(60), "act": { "own": { "use": power } } });
        let actions = format!("/api/v1/incidents/{}/actions", id(1));
        let penalised = app.call_as("centre", Method::POST, &actions).json(&use_("penalise")).send().await;
        desk.refused(penalised, 18).await;
        app.call_as("centre", Method::POST, &actions).json(&use_("inspect")).send().await.ok();

        // A like case: the judge's word asks, and its return goes to a judge at once. Elsewhere it says nothing.
        let like = |n: u128, lng: f64| json!({ "id": id(n), "lng": lng, "lat": 27.02, "matter": "M03" });
        let report = async |body: Value| {
            app.call_as("centre", Method::POST, "/api/v1/incidents").json(&body).send().await.is(201)
        };
        let here = report(like(2, 112.03)).await;
        assert_eq!(
            (of(&here, "offer")["to"].clone(), of(&here, "offer")["by"].clone()),
            (json!("U2"), json!("precedent"))
        );
        let elsewhere = report(like(3, 112.13)).await;
        assert_eq!(
            (of(&elsewhere, "offer")["to"].clone(), of(&elsewhere, "offer")["by"].clone()),
            (json!("T2"), json!("first_receiver"))
        );
        let cite = json!({ "id": id(70), "act": { "own": { "return": { "list": "U1-B", "version": 1, "power": "inspect" } } } });
        let back = app
            .call_as("centre", Method::POST, format!("/api/v1/incidents/{}/actions", id(2)))
            .json(&cite)
            .send()
            .await
            .ok();
        assert_eq!(of(&back, "state"), "disputed");
        app.check().await;
    });
}

#[test]
fn who_leads_by_a_list_cannot_bounce_it_and_keys_act_for_their_units() {
    on_both_places(async |place| {
        let app = with_lists(place).await;
        reported(&app, 1, 1, Some("M01")).await;
        reported(&app, 2, 1, Some("M02")).await;
        let desk = Desk::new(&app, 1);
        desk.refused(desk.cite("U1-B", 1, "penalise").await, 11).await;
        desk.refused(desk.cite("T1-D", 1, "penalise").await, 16).await;
        desk.refused(desk.cite("T2-C", 1, "penalise").await, 9).await;
        // What was taken back from it is taken back.
        let taken_back = Desk::new(&app, 2).cite("T1-X", 1, "penalise").await.ok();
        assert_eq!(taken_back["ownership"]["state"], "returned");
        // What an ended case is, it stays.
        let void = json!({ "id": id(9), "act": { "to": "void" }, "reason": "a joke" });
        app.post(format!("/api/v1/incidents/{}/actions", id(2)), void).await.ok();
        let ended = Desk::new(&app, 2);
        ended.n.set(2_500);
        assert_eq!(ended.order(json!({ "hand_over": { "to": "T1" } })).await.is(422)["field"], "act");
        assert_eq!(ended.next().await, [Value::Null; 0]);
        // An order comes once, late ones are put at their place, impossible ones change nothing.
        let actions = format!("/api/v1/incidents/{}/actions", id(1));
        let head = app.ctx.head().await.unwrap();
        let early = json!({ "id": id(20), "act": { "own": "accept" }, "at": "2026-03-02T11:29:00+08:00" });
        app.post(&actions, early).await.refused(422, "at");
        assert_eq!(app.ctx.head().await.unwrap(), head);
        let accept = json!({ "id": id(20), "act": { "own": "accept" }, "at": "2026-03-02T11:40:00+08:00" });
        let accepted = app.post(&actions, accept.clone()).await.ok();
        assert_eq!(app.post(&actions, accept.clone()).await.ok(), accepted);
        assert_eq!(app.ctx.head().await.unwrap(), head + 1);
        app.post(&actions, json!({ "id": id(20), "act": { "own": "accept" } })).await.refused(409, "id");
        let told = desk.told().await;
        let last = told["actions"].as_array().unwrap().last().unwrap();
        assert_eq!(
            (&last["at"], &last["received_at"]),
            (&json!("2026-03-02T03:40:00Z"), &json!("2026-03-02T04:00:00Z"))
        );
        let late = json!({ "id": id(21), "act": { "own": { "use": "penalise" } }, "at": "2026-03-02T11:35:00+08:00" });
        app.post(&actions, late).await.ok();
        let order: Vec<_> =
            desk.told().await["actions"].as_array().unwrap().iter().map(|a| a["late"].clone()).collect();
        assert_eq!(order, [json!(false), json!(true), json!(false)]);

        // Offered to the bureau, the other township's key sees it because its unit has to do with it, and may not act for others.
        reported(&app, 3, 2, Some("M01")).await;
        app.scoped(Role::Dispatcher, &["unit:T2"], "two").await;
        app.scoped(Role::Dispatcher, &["unit:T1"], "one").await;
        app.scoped(Role::Dispatcher, &["unit:U1"], "bureau").await;
        // It serves the same area, and is another one.
        app.scoped(Role::Dispatcher, &["unit:U2"], "another").await;
        app.key(Role::Viewer, "look").await;
        let ask = async |key: &str, method: Method, path: &str, body: Value| {
            let call = app.call_as(key, method, format!("/api/v1/incidents/{}{path}", id(3)));
            if body.is_null() { call.send().await } else { call.json(&body).send().await }
        };
        let accept = json!({ "id": id(30), "act": { "own": "accept" } });
        ask("one", Method::POST, "/actions", accept.clone()).await.is(404);
        ask("two", Method::POST, "/actions", accept.clone()).await.is(403);
        ask("look", Method::POST, "/actions", accept.clone()).await.is(403);
        ask("another", Method::POST, "/actions", accept.clone()).await.is(403);
        let next = async |key: &str| {
            let told = ask(key, Method::GET, "/history", Value::Null).await.ok();
            told["next"].as_array().unwrap().iter().filter(|n| n["act"].get("own").is_some()).count()
        };
        assert_eq!((next("look").await, next("bureau").await > 0), (0, true));
        assert_eq!(ask("bureau", Method::POST, "/actions", accept).await.ok()["ownership"]["owner"], "U1");
        // Who is for the county acts for the townships in it.
        let accept = json!({ "id": id(31), "act": { "own": { "hand_over": { "to": "T2" } } } });
        ask("bureau", Method::POST, "/actions", accept).await.ok();
        app.scoped(Role::Dispatcher, &[&format!("area:{}", county::COUNTY)], "county").await;
        let accept = json!({ "id": id(32), "act": { "own": "accept" } });
        assert_eq!(ask("county", Method::POST, "/actions", accept).await.ok()["ownership"]["owner"], "T2");
        app.check().await;
    });
}

#[test]
fn a_county_without_units_works_as_before_and_what_came_before_them_is_taken_up() {
    both_engines(async |app| {
        let bare = reported(app, 1, 1, Some("M01")).await;
        assert_eq!((bare.get("ownership"), bare.get("answer_due_at")), (None, None));
        let told = app.json(format!("/api/v1/incidents/{}/history", id(1))).await;
        assert_eq!((&told["unowned"], &told["actions"]), (&json!("no_units"), &json!([])));
        assert_eq!(Desk::new(app, 1).order(json!("accept")).await.is(422)["field"], "act");
    });
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        for n in 1..=3 {
            reported(&app, n, 1, Some("M01")).await;
        }
        let act = |n: u128, act: Value| json!({ "id": id(n), "act": act, "reason": "so" });
        app.post(format!("/api/v1/incidents/{}/actions", id(2)), act(12, json!({ "to": "accepted" }))).await.ok();
        app.post(format!("/api/v1/incidents/{}/actions", id(3)), act(13, json!({ "to": "void" }))).await.ok();
        taken(place, "units", &lists::units(), &[]);
        taken(place, "lists", LISTS, &[]);
        app.ctx.up_to_date().await.unwrap();
        assert_eq!(app.json(format!("/api/v1/incidents/{}/history", id(1))).await["unowned"], "nobody_asked");
        let db = place.open().await;
        let now = county::time(county::NOON);
        assert_eq!(adopt(&db, "command line", now).await.unwrap(), 2);
        assert_eq!(adopt(&db, "command line", now).await.unwrap(), 0, "once");
        app.ctx.up_to_date().await.unwrap();
        let of = async |n: u128| app.json(format!("/api/v1/incidents/{}", id(n))).await["ownership"].clone();
        assert_eq!((of(1).await["state"].clone(), of(1).await["owner"].clone()), (json!("delivered"), json!("T1")));
        assert_eq!(of(1).await["offer"]["delivered_at"], "2026-03-02T04:00:00Z");
        assert_eq!((of(2).await["state"].clone(), of(3).await), (json!("accepted"), Value::Null));
        // What comes in by a file comes to units as well.
        let file = "id,lng,lat,reported_at,matter,status\n\
                    00000000-0000-0000-0000-000000000063,112.03,27.02,2026-03-01T08:00:00+08:00,M01,filed\n\
                    00000000-0000-0000-0000-000000000064,112.13,27.02,2026-03-01T08:00:00+08:00,M01,reported\n\
                    00000000-0000-0000-0000-000000000065,112.13,27.02,2026-03-01T08:00:00+08:00,M01,closed\n";
        for _ in 0..2 {
            taken(place, "incidents", file, &[]);
            app.ctx.up_to_date().await.unwrap();
            assert_eq!(
                (of(99).await["state"].clone(), of(99).await["owner"].clone()),
                (json!("accepted"), json!("T1"))
            );
            assert_eq!((of(100).await["offer"]["to"].clone(), of(101).await), (json!("U1"), Value::Null));
            let told = app.json(format!("/api/v1/incidents/{}/history", id(99))).await;
            assert_eq!(told["actions"].as_array().unwrap().len(), 2);
        }
        app.check().await;
    });
}
