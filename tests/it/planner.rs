//! A planner's story on the bundled county: from an old drawing with faults, and the cut that came with
//! the county, to another one in force on Monday, and back. On this small island it is judged at ten
//! minutes, on the night shift.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::{
    base::{Clock, Timestamp},
    domain::auth::Role,
};

use crate::{
    app::{App, Reply, Setup, on_both_places},
    program::Program,
    zones::send,
};

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;
/// The zone that the old drawing has in another place.
const SLIPPED: &str = "E04";

/// Everything by one editor.
struct Planner<'a>(&'a App);

impl Planner<'_> {
    async fn get(&self, path: &str) -> Value {
        send(self.0, "ann", Method::GET, path, Value::Null).await.ok()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        send(self.0, "ann", Method::POST, path, body).await.is(201)
    }

    async fn edit(&self, plan: &str, commands: Value) -> Value {
        let on = self.get(&format!("plans/{plan}")).await["revision"].clone();
        let body = json!({ "id": Uuid::new_v4(), "on_revision": on, "commands": commands });
        self.post(&format!("plans/{plan}/edits"), body).await
    }

    async fn send_drawn(&self, method: Method, path: &str, drawn: &Value) -> Reply {
        let call = self.0.call(method, format!("/api/v1/{path}?code_field=zone"));
        let call = call.header("authorization", "Bearer ann").text("application/geo+json", &drawn.to_string());
        call.send().await
    }

    async fn zone(&self, plan: &str, zone: &str) -> Value {
        let layer = self.get(&format!("plans/{plan}/layers/enforcement")).await;
        layer["zones"].as_array().unwrap().iter().find(|z| z["code"] == zone).cloned().unwrap_or_default()
    }

    /// A squad that is on shift then.
    async fn awake(&self, when: Timestamp) -> Value {
        let all = self.get(&format!("squads?limit=200&at={when}")).await;
        all["squads"].as_array().unwrap().iter().find(|s| s["on_shift"] == true).unwrap().clone()
    }

    /// The zone of the layer at a place, then.
    async fn located(&self, at: &Value, when: Timestamp) -> Value {
        let found = self.get(&format!("locate?lng={}&lat={}&at={when}", at["lng"], at["lat"])).await;
        found["zones"].as_array().unwrap().iter().find(|z| z["layer"] == "enforcement").unwrap().clone()
    }

    async fn coverage(&self, when: Timestamp) -> Vec<Value> {
        let all = self.get(&format!("coverage?by=zones&minutes=10&at={when}")).await;
        let zones = all["zones"].as_array().unwrap().iter().filter(|z| z["layer"] == "enforcement");
        zones.cloned().collect()
    }
}

/// Moves one zone 300 m to the east, and takes the last corner of another's ring away.
fn injure(outlines: &mut Value) {
    for zone in outlines["features"].as_array_mut().unwrap() {
        let slipped = zone["properties"]["zone"] == SLIPPED;
        let open = zone["properties"]["zone"] == "E09";
        for ring in zone["geometry"]["coordinates"].as_array_mut().unwrap().iter_mut().flat_map(Value::as_array_mut) {
            let ring = ring[0].as_array_mut().unwrap();
            if open {
                ring.pop();
            }
            for corner in ring.iter_mut().filter(|_| slipped) {
                corner[0] = json!(corner[0].as_f64().unwrap() + 0.0046);
            }
        }
    }
}

#[test]
fn a_planner_cuts_anew_has_it_reviewed_and_puts_it_in_force_on_monday() {
    on_both_places(async |place| {
        drop(Program::start_with(place, &["serve", "--keyless"]).unwrap());
        let app = App::open(place, Setup { county: false, ..Setup::default() }).await;
        let today: Timestamp = {
            let world = app.ctx.world();
            world.zones.force.all().map(|e| e.at).max().unwrap()
        };
        app.stop().await;
        let on = |clock: Timestamp| Setup { county: false, clock: Clock::Fixed(clock), ..Setup::default() };
        let app = App::open(place, on(today.plus_ms(1_000))).await;
        for secret in ["ann", "bob"] {
            app.key(Role::Admin, secret).await;
        }
        let ann = Planner(&app);

        // Two layers came with the county: every grid in one zone of each, every squad in its zone.
        let first = ann.get("plans").await["plans"][0].clone();
        let (layers, atoms) = (first["layers"].as_array().unwrap(), first["atoms"].as_u64().unwrap());
        assert!(layers.len() == 2 && layers.iter().all(|l| l["unassigned"] == 0) && atoms > 800, "{first}");
        let first = first["id"].as_str().unwrap().to_owned();
        for squad in ann.get("squads?limit=200").await["squads"].as_array().unwrap() {
            if squad["kind"] == "stationed" {
                let here = ann.located(&squad["post"], today.plus_ms(1_000)).await;
                assert!(here["squads"].as_array().unwrap().contains(&squad["id"]), "{squad} {here}");
                assert!(here["team"].as_array().unwrap().iter().any(|t| t["role"] == "grid_worker"));
            }
        }
        let warned = ann.get(&format!("plans/{first}/warnings")).await;
        let kinds: Vec<_> = warned["warnings"].as_array().unwrap().iter().map(|w| w["kind"].clone()).collect();
        assert!(!kinds.contains(&json!("unassigned")) && !kinds.contains(&json!("double")), "{kinds:?}");

        // The outlines of a plan go out without a fault.
        let mut old = ann.get(&format!("layers/zones?plan={first}&layer=enforcement")).await;
        let audit = ann.send_drawn(Method::POST, "zones/audit", &old).await.ok();
        assert_eq!((&audit["faults"], &audit["zones"]), (&json!({}), &json!(24)), "{audit}");

        // A branch is cut as an old drawing has it: one zone slipped by 300 m, another is not closed.
        let plan = Uuid::new_v4().to_string();
        ann.post("plans", json!({ "id": plan, "name": "Next year", "name_zh": "明年", "from": { "plan": first } }))
            .await;
        injure(&mut old);
        let audit = ann.send_drawn(Method::POST, "zones/audit", &old).await.ok();
        for fault in ["unclosed_ring", "overlap", "gap"] {
            assert!(audit["faults"][fault].as_u64().is_some_and(|n| n > 0), "{fault}: {}", audit["faults"]);
        }
        let told = audit["features"].as_array().unwrap().iter().map(|f| &f["properties"]);
        let slipped = told.clone().filter(|p| p["fault"] == "overlap").all(|p| {
            p["zones"].as_array().unwrap().contains(&json!(SLIPPED)) && p["width_m"].as_f64().unwrap() < 350.0
        });
        assert!(slipped, "{audit}");
        let path = format!("plans/{plan}/layers/enforcement/drawn/{}", Uuid::new_v4());
        let made = ann.send_drawn(Method::PUT, &path, &old).await.is(201);
        assert_eq!(made["faults"], audit["faults"]);
        let layer = ann.get(&format!("plans/{plan}/layers/enforcement")).await;
        // What fell between zones is given to one that the gap borders on.
        let left = layer["unassigned"].as_array().unwrap();
        let mut gaps = told.filter(|p| p["fault"] == "gap").flat_map(|p| p["zones"].as_array().unwrap());
        let beside = gaps.find(|z| **z != json!(SLIPPED)).unwrap();
        assert!(!left.is_empty(), "{layer}");
        ann.edit(&plan, json!([{ "do": "assign", "layer": "enforcement", "zone": beside, "atoms": left }])).await;
        assert!(!ann.zone(&plan, SLIPPED).await["squads"].as_array().unwrap().is_empty(), "zones keep their squads");

        // Paint, lock, a refused edit, split, undo, redo.
        let e1 = ann.zone(&plan, "E01").await;
        let by_day = e1["squads"][0]["id"].as_str().unwrap();
        let post = ann.get(&format!("squads/{by_day}")).await["post"].clone();
        let brush = json!({ "circle": { "centre": post, "radius_m": 4_000 } });
        let painted =
            ann.edit(&plan, json!([{ "do": "paint", "layer": "enforcement", "zone": "E01", "brush": brush }])).await;
        let gained: Vec<&Value> = painted["did"].as_array().unwrap().iter().filter(|d| d["what"] == "atoms").collect();
        assert!(!gained.is_empty() && gained.iter().all(|d| d["after"] == json!(["E01"])), "{painted}");
        let moved = gained[0]["atoms"][0].as_str().unwrap().to_owned();
        let line = json!([[post["lng"], post["lat"]]]);
        let brush = json!({ "stroke": { "line": line, "radius_m": 4_000 } });
        let erased =
            ann.edit(&plan, json!([{ "do": "erase", "layer": "enforcement", "zone": "E01", "brush": brush }])).await;
        assert!(erased["did"][0]["after"] == json!([]), "{erased}");
        ann.post(&format!("plans/{plan}/undo"), json!({ "id": Uuid::new_v4() })).await;
        ann.edit(&plan, json!([{ "do": "lock_atoms", "layer": "enforcement", "atoms": [moved], "locked": true }]))
            .await;
        let taken = json!([{ "do": "assign", "layer": "enforcement", "zone": "E02", "atoms": [moved] }]);
        let revision = ann.get(&format!("plans/{plan}")).await["revision"].clone();
        let body = json!({ "id": Uuid::new_v4(), "on_revision": revision, "commands": taken });
        send(&app, "ann", Method::POST, &format!("plans/{plan}/edits"), body).await.refused(409, "commands[0].atoms");
        let (lng, lat) = (post["lng"].as_f64().unwrap(), post["lat"].as_f64().unwrap());
        let line = json!({ "line": [[lng - 0.003, lat - 1.0], [lng - 0.003, lat + 1.0]] });
        let into = json!({ "code": "NEW", "name": "New zone", "name_zh": "新片区" });
        let before = ann.zone(&plan, "E01").await;
        let split = json!([{ "do": "split", "layer": "enforcement", "zone": "E01", "along": line, "into": into }]);
        let unlock = json!({ "do": "lock_atoms", "layer": "enforcement", "atoms": [moved], "locked": false });
        ann.edit(&plan, json!([unlock, split[0]])).await;
        let new = ann.zone(&plan, "NEW").await;
        assert!(!new["atoms"].as_array().unwrap().is_empty());
        ann.post(&format!("plans/{plan}/undo"), json!({ "id": Uuid::new_v4() })).await;
        assert_eq!(ann.zone(&plan, "E01").await, before);
        assert_eq!(ann.zone(&plan, "NEW").await, Value::Null);
        ann.post(&format!("plans/{plan}/redo"), json!({ "id": Uuid::new_v4() })).await;
        assert_eq!(ann.zone(&plan, "NEW").await, new);

        // A squad of the night is given to the new zone, to wait in its midst.
        let night = Timestamp::from_ms((today.ms() / DAY_MS + 3) * DAY_MS + 3 * HOUR_MS).unwrap();
        let awake = ann.awake(night).await;
        let squad = awake["id"].as_str().unwrap();
        let somewhere = new["atoms"][0].as_str().unwrap();
        let grid = app.ctx.world().areas.get(somewhere).unwrap().geometry.clone();
        let inside = xunge::kernel::shape::interior_point(&grid).unwrap();
        ann.edit(
            &plan,
            json!([
                { "do": "give_squad", "layer": "enforcement", "zone": "NEW", "squad": squad },
                { "do": "move_post", "layer": "enforcement", "zone": "NEW", "squad": squad, "post": inside },
            ]),
        )
        .await;

        // Against today, at night and ten minutes: who gains what, and which cells are reached sooner or later.
        let compare = format!("plans/{plan}/comparison?layer=enforcement&minutes=10&at={night}");
        let told = ann.get(&compare).await;
        assert_eq!((&told["plan_before"]["plan"], &told["plan_after"]["plan"]), (&json!(first), &json!(plan)));
        let moved = told["moved"].as_array().unwrap();
        let to_new: Vec<_> = moved.iter().filter(|m| m["to"] == json!(["NEW"])).map(|m| m["atom"].clone()).collect();
        assert_eq!(json!(to_new), new["atoms"]);
        assert!(told["flows"].as_array().unwrap().iter().any(|f| f["from"] == json!([SLIPPED])), "{}", told["flows"]);
        let cells = &told["cells"];
        assert!(["better", "worse"].iter().any(|c| cells[c]["cells"].as_u64().unwrap() > 0), "{cells}");
        let csv = send(&app, "ann", Method::GET, &format!("{compare}&format=csv"), Value::Null).await.text();
        assert_eq!(csv.lines().count(), moved.len() + 1);
        let html = send(&app, "ann", Method::GET, &format!("{compare}&format=html&lang=zh"), Value::Null).await.text();
        assert!(html.contains("明年") && html.contains("初始网格") && html.contains("马恩岛"));

        // Review by somebody else, then in force next Monday at two in the night.
        let state = async |key: &str, state: &str| {
            let body = json!({ "state": state, "reason": "as discussed" });
            send(&app, key, Method::PUT, &format!("plans/{plan}/state"), body).await
        };
        state("ann", "in_review").await.ok();
        state("ann", "frozen").await.is(403);
        state("bob", "frozen").await.ok();
        let monday = today.plus_ms(7 * DAY_MS);
        let entry =
            json!({ "id": Uuid::new_v4(), "plan": plan, "layer": "enforcement", "from": monday, "reason": "new cut" });
        ann.post("zones/in-force", entry).await;
        let at = json!(inside);
        assert_ne!(ann.located(&at, monday.plus_ms(-1)).await["zone"], "NEW");
        assert_eq!(ann.located(&at, monday).await["zone"], "NEW");
        let (old, new) = (ann.coverage(monday.plus_ms(-1)).await, ann.coverage(monday).await);
        assert_eq!(new.len(), old.len() + 1);
        app.check().await;
        app.stop().await;

        // On Monday everything uses it.
        let monday_night = Timestamp::from_ms((monday.ms() / DAY_MS + 1) * DAY_MS + 3 * HOUR_MS).unwrap();
        let app = App::open(place, on(monday_night)).await;
        let ann = Planner(&app);
        let record = ann.get(&format!("squads/{squad}")).await;
        assert_eq!(
            (&record["post"], &record["waits_at"]),
            (&awake["post"], &json!(inside)),
            "its own post stays its own"
        );
        let here = ann.located(&at, app.ctx.now()).await;
        assert_eq!((&here["zone"], &here["plan"]), (&json!("NEW"), &json!(plan)));
        let found =
            ann.get(&format!("squads/nearest?lng={}&lat={}&k=50&zone_first=true", inside.lng, inside.lat)).await;
        let marked = &found["squads"][0];
        assert_eq!(marked["squad"]["id"], squad, "{found}");
        assert!(marked["zones"].as_array().unwrap().contains(&json!({ "layer": "enforcement", "zone": "NEW" })));
        assert_eq!(marked["from"]["lng"].as_f64().unwrap(), xunge::kernel::shape::round_deg(inside.lng));
        assert!(ann.coverage(app.ctx.now()).await.iter().any(|z| z["zone"] == "NEW"));
        let report = json!({ "id": Uuid::new_v4(), "lng": inside.lng, "lat": inside.lat });
        let filed = ann.post("incidents", report).await;
        assert!(filed["zones"].as_array().unwrap().iter().any(|z| z["zone"] == "NEW"), "{filed}");

        // And back.
        let tuesday = app.ctx.now().plus_ms(DAY_MS);
        let entry = json!({ "id": Uuid::new_v4(), "plan": first, "layer": "enforcement", "from": tuesday, "reason": "it did not do" });
        ann.post("zones/in-force", entry).await;
        assert_ne!(ann.located(&at, tuesday).await["zone"], "NEW");
        assert_eq!(ann.located(&at, monday).await["zone"], "NEW", "what was is answered for ever");
        app.check().await;
    });
}
