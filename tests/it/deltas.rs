//! What is otherwise on the map since a client looked last.

use std::collections::BTreeMap;

use axum::http::Method;
use fastrand::Rng;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{domain::auth::Role, store};

use crate::{
    app::{App, Setup, on_both_places},
    county::{COUNTY, EAST, NORTH, SOUTH, WEST, areas, code, township},
    layers::ALL,
    zones::{drawn, in_force, send},
};

/// A client of a map: what it has of a layer, and where it asks on.
#[derive(Debug)]
struct Client {
    key: &'static str,
    path: String,
    next: String,
    has: BTreeMap<String, Value>,
}

fn by_id(features: &Value) -> BTreeMap<String, Value> {
    let features = features.as_array().unwrap().iter();
    features.map(|feature| (feature["id"].as_str().unwrap().to_owned(), feature.clone())).collect()
}

async fn get(app: &App, key: &str, path: &str) -> Value {
    send(app, key, Method::GET, path.trim_start_matches("/api/v1/"), Value::Null).await.ok()
}

impl Client {
    /// Has all of it.
    async fn new(app: &App, key: &'static str, path: impl Into<String>) -> Self {
        let path = path.into();
        let all = get(app, key, &path).await;
        let next = all["next"].as_str().unwrap().to_owned();
        Self { key, path, next, has: by_id(&all["features"]) }
    }

    /// Takes in what is otherwise, as MapLibre does, and answers it.
    async fn catch_up(&mut self, app: &App) -> Value {
        let delta = get(app, self.key, &self.next).await;
        if delta["removeAll"] == true {
            self.has.clear();
        }
        for id in delta["remove"].as_array().unwrap() {
            self.has.remove(id.as_str().unwrap());
        }
        self.has.extend(by_id(&delta["add"]));
        self.next = delta["next"].as_str().unwrap().to_owned();
        delta
    }

    /// Has what one has who asks for all of it now.
    async fn has_all(&self, app: &App, why: &str) {
        let all = get(app, self.key, &self.path).await;
        assert_eq!(self.has, by_id(&all["features"]), "{why}: {}", self.path);
    }
}

/// Something that changes the map, or does not.
async fn edit(app: &App, rng: &mut Rng, n: u128) -> &'static str {
    let id = Uuid::from_u128(1_000 + n);
    let place = |rng: &mut Rng| (WEST + rng.f64() * (EAST - WEST), SOUTH + rng.f64() * (NORTH - SOUTH));
    let (lng, lat) = place(rng);
    let squad = ["S1", "S2", "S3"][rng.usize(..3)];
    let call = async |method, path: &str, body| send(app, "all", method, path, body).await;
    match n % 9 {
        0 => {
            let report = json!({ "id": id, "lng": lng, "lat": lat, "matter": "M01" });
            call(Method::POST, "incidents", report).await.is(201);
            "an incident"
        }
        1 => {
            let of = Uuid::from_u128(1_000 + n - 1);
            call(Method::POST, &format!("incidents/{of}/assignments"), json!({ "id": id, "squad": "S1" }))
                .await
                .is(201);
            "a squad is sent to it"
        }
        2 => {
            let to = json!({ "id": id, "to": "cancelled", "reason": "somebody else went" });
            call(Method::POST, &format!("assignments/{}/steps", Uuid::from_u128(1_000 + n - 1)), to).await.ok();
            "and called back"
        }
        3 => {
            let fix = json!({ "squad": squad, "lng": lng, "lat": lat, "fixed_at": "2026-03-02T04:00:00Z" });
            call(Method::POST, "positions", json!({ "positions": [fix] })).await.is(202);
            app.ctx.flush_positions().await.unwrap();
            "a squad moves"
        }
        4 => {
            let closed = json!({ "id": id, "reason": "flood", "place": { "at": { "lng": 112.05, "lat": 27.01 } } });
            call(Method::POST, "roads/disruptions", closed).await.is(201);
            "a road is closed"
        }
        5 => {
            call(Method::PATCH, "squads/S2", json!({ "post": { "lng": lng, "lat": 27.04 } })).await.ok();
            "a squad waits elsewhere"
        }
        6 => {
            call(Method::DELETE, &format!("roads/disruptions/{}", Uuid::from_u128(1_000 + n - 2)), Value::Null).await;
            "it is open again"
        }
        7 => {
            let mut all = areas();
            all.iter_mut().for_each(|area| area.name = format!("{} {n}", area.name));
            let mut write = app.write().await;
            store::areas::replace(&mut write, &code(COUNTY), &all, "named anew", false).await.unwrap();
            app.commit(write).await;
            "all areas are named anew"
        }
        _ => {
            let plan = Uuid::from_u128(78);
            let on = get(app, "all", &format!("plans/{plan}")).await["revision"].clone();
            let commands = json!([{ "do": "give_squad", "layer": "enforcement", "zone": "E", "squad": "S3" },
                                  { "do": "take_area", "layer": "enforcement", "zone": "E", "area": township(3) }]);
            let body = json!({ "id": id, "on_revision": on, "commands": commands });
            call(Method::POST, &format!("plans/{plan}/edits"), body).await.is(201);
            "a plan is drawn"
        }
    }
}

async fn prepared(app: &App) {
    in_force(app).await;
    drawn(app, 78).await;
    app.key(Role::Admin, "all").await;
    app.scoped(Role::Viewer, &[&format!("area:{}", township(1))], "west").await;
}

async fn clients(app: &App) -> Vec<Client> {
    let part = "bbox=112.01,27.005,112.09,27.065";
    let zones = format!("zones?plan={}&layer=enforcement", Uuid::from_u128(78));
    let of_all = ALL.iter().map(|name| ("all", (*name).to_owned()));
    let more = ["special_areas", "coverage?minutes=12&squads=S1,S2", "coverage?basis=live", "roads?classes=tertiary"];
    let parts = ["incidents", "squads", "grids", "disruptions", "blind_spots"].map(|name| format!("{name}?{part}"));
    let of_all = of_all.chain(more.map(|path| ("all", path.to_owned()))).chain(parts.map(|path| ("all", path)));
    let of_west = ["incidents", "squads"].map(|name| ("west", name.to_owned()));
    let mut clients = Vec::new();
    for (key, path) in of_all.chain([("all", zones)]).chain(of_west) {
        clients.push(Client::new(app, key, format!("layers/{path}")).await);
    }
    clients
}

#[test]
fn deltas_lead_to_what_is_there_after_each_edit() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        prepared(&app).await;
        let mut clients = clients(&app).await;
        let mut rng = Rng::with_seed(15);
        let mut told = BTreeMap::new();
        for n in 0..10 {
            let edited = edit(&app, &mut rng, n).await;
            for client in &mut clients {
                // Some come by and by, to what several edits did together.
                if rng.u8(..3) == 0 && n < 9 {
                    continue;
                }
                let delta = client.catch_up(&app).await;
                assert_eq!(delta["reset"], false, "{edited}: {}", client.path);
                let otherwise = delta["add"].as_array().unwrap().len() + delta["remove"].as_array().unwrap().len();
                *told.entry(client.path.split('?').next().unwrap().to_owned()).or_insert(0) += otherwise;
                client.has_all(&app, edited).await;
                assert_eq!(client.catch_up(&app).await["add"], json!([]), "{edited}: {}", client.path);
            }
        }
        for name in ["townships", "incidents", "squads", "coverage", "roads", "disruptions", "zones", "blind_spots"] {
            assert!(told[&format!("layers/{name}")] > 0, "nothing was otherwise in {name}");
        }

        // What was shown before a restart is not known.
        app.check().await;
        app.stop().await;
        let app = App::open(place, Setup::default()).await;
        for client in &mut clients {
            let delta = client.catch_up(&app).await;
            assert_eq!((&delta["reset"], &delta["removeAll"]), (&json!(true), &json!(true)), "{}", client.path);
            client.has_all(&app, "a restart").await;
        }
        app.check().await;
    });
}

#[test]
fn a_delta_is_what_changed_and_nothing_else() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        let report = async |n: u128, lng: f64| {
            let report = json!({ "id": Uuid::from_u128(n), "lng": lng, "lat": 27.02 });
            app.post("/api/v1/incidents", report).await.is(201);
        };
        report(1, 112.03).await;
        let reply = app.get("/api/v1/layers/incidents?bbox=112,27,112.08,27.06").await;
        let all = reply.ok();
        assert_eq!((&all["as_of_seq"], all["features"].as_array().unwrap().len()), (&json!(app.ctx.feed.seq()), 1));
        report(2, 112.04).await;
        report(3, 112.12).await;
        // By the seq alone, as one that follows the events has it.
        let since = format!("/api/v1/layers/incidents?bbox=112,27,112.08,27.06&since={}", all["as_of_seq"]);
        let delta = app.json(since.clone()).await;
        let ids = |delta: &Value| by_id(&delta["add"]).into_keys().collect::<Vec<_>>();
        assert_eq!((ids(&delta), &delta["remove"]), (vec![Uuid::from_u128(2).to_string()], &json!([])));
        assert_eq!((&delta["reset"], &delta["as_of_seq"]), (&json!(false), &json!(app.ctx.feed.seq())));
        assert!(
            delta["next"].as_str().unwrap().starts_with("/api/v1/layers/incidents?bbox=112%2C27%2C112.08%2C27.06&")
        );
        // Another question has another answer, of which nothing is known.
        assert_eq!(app.json(since.replace("112.08", "112.09")).await["reset"], true);
        for unknown in ["0", "999999", "3-00000000.1"] {
            let delta = app.json(format!("/api/v1/layers/incidents?since={unknown}")).await;
            assert_eq!((&delta["reset"], ids(&delta).len()), (&json!(true), 3), "{unknown}");
        }
        app.get("/api/v1/layers/incidents?since=yesterday").await.refused(400, "since");
        app.get("/api/v1/layers/incidents?since=1&f=csv").await.refused(422, "since");
        // The tag is of what is shown, not of the change that came last.
        app.patch("/api/v1/squads/S1", json!({ "status": "busy" })).await.ok();
        let asked = app.call(Method::GET, "/api/v1/layers/incidents?bbox=112,27,112.08,27.06");
        let tag = app.get("/api/v1/layers/incidents?bbox=112,27,112.08,27.06").await.header("etag").to_owned();
        assert_eq!(asked.header("if-none-match", &tag).send().await.status, 304);
        app.check().await;
    });
}

#[test]
fn what_leaves_the_scope_is_gone() {
    on_both_places(async |place| {
        let app = App::open(place, Setup::default()).await;
        prepared(&app).await;
        let id = Uuid::from_u128;
        let call = async |path: &str, body| send(&app, "all", Method::POST, path, body).await;
        call("incidents", json!({ "id": id(4), "lng": 112.12, "lat": 27.02 })).await.is(201);
        app.scoped(Role::Field, &["squad:S1"], "s1").await;
        let mut client = Client::new(&app, "s1", "layers/incidents").await;
        assert!(client.has.is_empty());
        call(&format!("incidents/{}/assignments", id(4)), json!({ "id": id(5), "squad": "S1" })).await.is(201);
        assert_eq!(by_id(&client.catch_up(&app).await["add"]).len(), 1);
        let cancelled = json!({ "id": id(6), "to": "cancelled", "reason": "somebody else went" });
        call(&format!("assignments/{}/steps", id(5)), cancelled).await.ok();
        let delta = client.catch_up(&app).await;
        assert_eq!((&delta["remove"], &delta["reset"]), (&json!([id(4)]), &json!(false)));
        app.check().await;
    });
}
