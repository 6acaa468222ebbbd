//! Reporting and listing incidents over HTTP.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicI64, Ordering::Relaxed},
};

use fastrand::Rng;
use serde_json::{Value, json};
use sqlx::Row;
use uuid::Uuid;
use xunge::{
    base::{Clock, Code, LngLat, Timestamp},
    domain::{
        auth::Role,
        incidents::{Incident, IncidentStatus, Milestones, Place, Source},
        matters::Urgency,
    },
    store::{self, Db, Pool},
};

use crate::{
    app::{App, Draws, PATIENCE, Setup, both_engines, on_both_places, soon},
    county::{self, EAST, NOON, NORTH, SOUTH, WEST, code, owner, time, township},
    tiles,
};

pub fn report(id: Uuid) -> Value {
    json!({ "id": id, "lng": 112.05, "lat": 27.04, "description": "stall on the pavement" })
}

fn with(mut report: Value, field: &str, value: Value) -> Value {
    report[field] = value;
    report
}

const URL: &str = "/api/v1/incidents";

#[test]
fn a_report_is_taken_once_and_can_be_repeated() {
    both_engines(async |app| {
        let id = Uuid::from_u128(1);
        let body = with(report(id), "matter", json!("M03"));
        let made = app.post(URL, body.clone()).await.is(201);
        assert_eq!((&made["id"], &made["status"], &made["source"]), (&json!(id), &json!("reported"), &json!("api")));
        assert_eq!(made["grid"], owner(LngLat::new(112.05, 27.04).unwrap())[2]);
        assert_eq!(made["urgency"], "urgent", "the matter's own");
        assert_eq!(made["reported_at"], "2026-03-02T04:00:00Z");
        assert_eq!(app.post(URL, body.clone()).await.is(200), made);
        assert_eq!(app.json(format!("{URL}/{id}")).await, made);
        let other = with(body.clone(), "description", json!("another"));
        app.post(URL, other).await.refused(409, "id");
        // What was taken stays taken, even when the catalogue has changed.
        let mut write = app.write().await;
        store::matters::replace(&mut write, &xunge::domain::matters::Matters::default()).await.unwrap();
        app.commit(write).await;
        assert_eq!(app.post(URL, body).await.is(200), made);
        app.get(format!("{URL}/{}", Uuid::from_u128(2))).await.is(404);
        app.get(format!("{URL}/one")).await.is(400);
        assert_eq!(app.json(URL).await["number_matched"], 1);
    });
}

#[test]
fn a_place_far_outside_is_refused_unless_it_is_meant() {
    both_engines(async |app| {
        let at =
            |n: u128, lng: f64, lat: f64| with(with(report(Uuid::from_u128(n)), "lng", json!(lng)), "lat", json!(lat));
        let head = app.ctx.head().await.unwrap();
        for (lng, lat, words) in [
            (0.0, 0.0, "km from the nearest township"),
            (27.04, 12.05, "km from the nearest township"),
            (111.79, 27.04, "111.79,27.04 lies 21 km from the nearest township"),
        ] {
            let reply = app.post(URL, at(1, lng, lat)).await;
            reply.refused(422, "lng");
            assert!(reply.text().contains(words), "{}", reply.text());
        }
        let astray = with(at(1, 112.05, 27.04), "datum", json!("gcj02"));
        app.post(URL, with(astray, "lng", json!(113.0))).await.refused(422, "lng");
        assert_eq!(app.ctx.head().await.unwrap(), head);
        // Beside the county people report across the line; farther away when they say so.
        let near = app.post(URL, at(1, WEST - 0.2, 27.04)).await.is(201);
        assert_eq!(near["township"], Value::Null);
        let meant = with(at(2, 0.0, 0.0), "outside", json!(true));
        let made = app.post(URL, meant.clone()).await.is(201);
        assert_eq!(app.post(URL, meant).await.is(200), made);
        // Not to say it, and to say that it is not, are the same.
        let body = at(1, WEST - 0.2, 27.04);
        app.post(URL, with(body, "outside", json!(false))).await.is(200);
    });
}

#[test]
fn of_many_equal_reports_at_once_one_is_taken() {
    both_engines(async |app| {
        for round in 0..5 {
            let body = report(Uuid::from_u128(round));
            let calls = [(); 6].map(|()| app.post(URL, body.clone()));
            let [a, b, c, d, e, f] = calls;
            let replies = tokio::join!(a, b, c, d, e, f);
            let replies = [replies.0, replies.1, replies.2, replies.3, replies.4, replies.5];
            let mut statuses = replies.each_ref().map(|r| r.status.as_u16());
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 200, 200, 200, 200, 201]);
            assert!(replies.iter().all(|r| r.value() == replies[0].value()));
        }
        assert_eq!(app.json(URL).await["number_matched"], 5);
    });
}

#[test]
fn a_bad_report_is_refused_with_the_field_and_changes_nothing() {
    both_engines(async |app| {
        let before = app.ctx.head().await.unwrap();
        let good = report(Uuid::from_u128(1));
        let bad = [
            ("lng", json!(181), "lng"),
            ("lat", json!(-90.5), "lat"),
            ("lng", json!("east"), "lng"),
            ("lng", Value::Null, "lng"),
            ("id", json!("one"), "id"),
            ("datum", json!("pz90"), "datum"),
            ("accuracy_m", json!(-1), "accuracy_m"),
            ("accuracy_m", json!(10_001), "accuracy_m"),
            ("matter", json!("M99"), "matter"),
            ("matter", json!(""), "matter"),
            ("urgency", json!("soon"), "urgency"),
            ("description", json!("x".repeat(4_001)), "description"),
            ("description", json!("a\0b"), "description"),
            ("external_id", json!("a\0b"), "external_id"),
            ("reported_at", json!("yesterday"), "reported_at"),
            ("reported_at", json!("2026-03-02T12:10:00+08:00"), "reported_at"),
            ("reporter", json!({ "name": "a\0b" }), "reporter.name"),
            ("reporter", json!({ "phone": "1".repeat(51) }), "reporter.phone"),
        ];
        for (field, value, at_fault) in bad {
            let reply = app.post(URL, with(good.clone(), field, value.clone())).await;
            println!("{field} = {}", value.to_string().chars().take(60).collect::<String>());
            reply.refused(422, at_fault);
        }
        let unknown = app.post(URL, with(good.clone(), "latitude", json!(1))).await.is(422);
        assert!(unknown["detail"].as_str().unwrap().contains("latitude"), "{unknown}");
        let missing = app.post(URL, json!({ "id": Uuid::from_u128(1), "lng": 1 })).await.is(422);
        assert!(missing["detail"].as_str().unwrap().contains("lat"), "{missing}");
        let call = || app.call(axum::http::Method::POST, URL);
        call().text("application/json", "{\"id\":").send().await.is(400);
        call().text("application/json", "").send().await.refused(400, "body");
        let without_lat = r#"{"id":"01957a3e-5c00-7000-8000-0000000000ff","lng":112.03}"#;
        call().text("application/json", without_lat).send().await.refused(422, "lat");
        let wrong = app.get("/api/v1/incidents?limit=many").await;
        wrong.refused(400, "limit");
        assert!(wrong.text().contains("many"), "{}", wrong.text());
        call().text("application/json", &format!("{good} x")).send().await.refused(400, "body");
        call().text("text/plain", &good.to_string()).send().await.refused(400, "content-type");
        assert_eq!(app.ctx.head().await.unwrap(), before);
        assert_eq!(app.json(URL).await["number_matched"], 0);
    });
}

/// Puts `n` incidents of different states in the county within the last 100 hours, as an import does.
async fn scatter(app: &App, dice: &mut Rng, n: usize) {
    let statuses =
        [IncidentStatus::Reported, IncidentStatus::Accepted, IncidentStatus::Dispatched, IncidentStatus::Closed];
    let one = |dice: &mut Rng| {
        let at = LngLat::new(dice.degrees(WEST, EAST), dice.degrees(SOUTH, NORTH)).unwrap();
        let [t, v, g] = owner(at).map(|c| Some(code(c)));
        let incident = Incident {
            id: dice.uuid(),
            at,
            accuracy_m: None,
            status: statuses[dice.usize(..4)],
            matter: None,
            urgency: Urgency::Normal,
            description: None,
            reported_at: time(NOON).plus_ms(-(dice.u64(..100) as i64) * 3_600_000),
            created_at: time(NOON),
            place: Place { township: t, village: v, grid: g, ..Place::default() },
            synthetic: false,
            source: Source::Import,
            external_id: None,
            flags: Vec::new(),
            milestones: Milestones::default(),
            profile: None,
            ownership: None,
            decision: None,
            merged_into: None,
            rectification: None,
            legal_review: None,
            further_matters: Vec::new(),
            touched_at: None,
        };
        (incident, String::new())
    };
    let many: Vec<_> = (0..n).map(|_| one(dice)).collect();
    let mut write = app.write().await;
    assert_eq!(store::incidents::insert_batch(&mut write, "b1", &many).await.unwrap(), n as u64);
    app.commit(write).await;
}

fn ids(list: &Value) -> Vec<String> {
    list["incidents"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap().to_owned()).collect()
}

fn place(i: &Value) -> LngLat {
    LngLat::new(i["lng"].as_f64().unwrap(), i["lat"].as_f64().unwrap()).unwrap()
}

#[test]
fn lists_by_place_time_status_and_township_equal_a_plain_filter() {
    both_engines(async |app| {
        scatter(app, &mut Rng::with_seed(5), 300).await;
        let all = app.json(format!("{URL}?limit=1000")).await;
        let all = all["incidents"].as_array().unwrap();
        assert_eq!(all.len(), 300);
        let key = |i: &Value| (i["reported_at"].as_str().unwrap().parse::<Timestamp>().unwrap(), i["id"].to_string());
        assert!(all.windows(2).all(|w| key(&w[0]) > key(&w[1])), "the newest first");
        let centre = LngLat::new(112.06, 27.05).unwrap();
        let hours_ago = |h: i64| time(NOON).plus_ms(-h * 3_600_000);
        type Keep = Box<dyn Fn(&Value) -> bool>;
        let kept: Vec<(String, Keep)> = vec![
            (
                "bbox=112.02,27.01,112.09,27.08".into(),
                Box::new(|i| {
                    let p = place(i);
                    (112.02..=112.09).contains(&p.lng) && (27.01..=27.08).contains(&p.lat)
                }),
            ),
            (
                // The half of the county below its diagonal.
                "polygon=POLYGON((112 27,112.16 27,112.16 27.12,112 27))".into(),
                Box::new(|i| (place(i).lat - 27.0) * 0.16 < (place(i).lng - 112.0) * 0.12),
            ),
            ("lng=112.06&lat=27.05&radius_m=3000".into(), Box::new(move |i| place(i).distance_m(centre) <= 3000.0)),
            (
                format!("from={}&to={}", hours_ago(50), hours_ago(20)),
                Box::new(move |i| {
                    let at = key(i).0;
                    at >= hours_ago(50) && at < hours_ago(20)
                }),
            ),
            ("status=accepted".into(), Box::new(|i| i["status"] == "accepted")),
            (format!("township={}", township(3)), Box::new(|i| i["township"] == township(3))),
            (
                format!("township={}&status=reported&bbox=112,27,112.05,27.12", township(3)),
                Box::new(|i| i["township"] == township(3) && i["status"] == "reported" && place(i).lng <= 112.05),
            ),
            ("township=nobody".into(), Box::new(|_| false)),
        ];
        for (query, keep) in kept {
            let got = app.json(format!("{URL}?limit=1000&{}", query.replace(' ', "%20"))).await;
            let want: Vec<String> = all.iter().filter(|i| keep(i)).map(|i| i["id"].as_str().unwrap().into()).collect();
            assert!(query.contains("nobody") || (1..300).contains(&want.len()), "{query}");
            assert_eq!(ids(&got), want, "{query}");
            assert_eq!(got["number_matched"], want.len(), "{query}");
        }
    });
}

#[test]
fn a_list_that_can_not_be_meant_is_refused() {
    both_engines(async |app| {
        for (query, status, field) in [
            ("bbox=1,2,3", 422, "bbox"),
            ("bbox=3,2,1,4", 422, "bbox"),
            ("polygon=POINT(1%202)", 422, "polygon"),
            ("polygon=POLYGON((0%200,1%201,0%200))", 422, "polygon"),
            ("polygon=POLYGON((0%200,1%201,200%200,0%200))", 422, "polygon"),
            ("polygon=nonsense", 422, "polygon"),
            ("lng=1&lat=2", 422, "radius_m"),
            ("lng=1&lat=2&radius_m=-1", 422, "radius_m"),
            ("lng=1&lat=2&radius_m=5&bbox=1,2,3,4", 422, "bbox"),
            ("limit=0", 422, "limit"),
            ("limit=1001", 422, "limit"),
            ("after=nowhere", 422, "after"),
            ("limit=ten", 400, "limit"),
            ("status=lost", 400, "status"),
            ("from=yesterday", 400, "from"),
        ] {
            println!("{query}");
            app.get(format!("{URL}?{query}")).await.refused(status, field);
        }
        app.get(format!("{URL}?state=reported")).await.is(400);
    });
}

#[test]
fn pages_show_every_incident_once_while_others_are_written() {
    both_engines(async |app| {
        let mut dice = Rng::with_seed(8);
        scatter(app, &mut dice, 60).await;
        let filter = "bbox=112,27,112.16,27.12&to=2026-03-03T00:00:00Z";
        let before: BTreeSet<String> = ids(&app.json(format!("{URL}?limit=1000&{filter}")).await).into_iter().collect();
        let mut page = format!("{URL}?limit=7&{filter}");
        let mut seen = Vec::new();
        loop {
            let list = app.json(page).await;
            assert!(list["number_matched"].as_u64().unwrap() >= 60);
            seen.extend(ids(&list));
            // Two more between any two pages, one on either side of the cursor.
            for hours in [0, 90] {
                let at = time(NOON).plus_ms(-hours * 3_600_000);
                let body = with(report(dice.uuid()), "reported_at", json!(at));
                app.post(URL, body).await.is(201);
            }
            let Some(next) = list["next"].as_str() else { break };
            for kept in ["limit=7", "bbox=112%2C27%2C112.16%2C27.12", "to=2026-03-03T00%3A00%3A00Z"] {
                assert!(next.contains(kept), "{next}");
            }
            page = next.to_owned();
        }
        let once: BTreeSet<String> = seen.iter().cloned().collect();
        assert_eq!(once.len(), seen.len(), "none twice");
        assert!(before.is_subset(&once), "none left out");
    });
}

#[test]
fn what_is_open_is_listed_by_what_is_due_first() {
    both_engines(async |app| {
        let mut events = app.events(None).await;
        let mut ids = Vec::new();
        // Minutes ago, matter, urgency, minutes left till the limit.
        for (ago, matter, urgency, left) in
            [(5, None, "normal", 55), (40, None, "quick", -10), (1, Some("M03"), "urgent", 14), (0, None, "quick", 30)]
        {
            let at = time(NOON).plus_ms(-ago * 60_000);
            let mut body = with(report(Uuid::from_u128(100 + ids.len() as u128)), "reported_at", json!(at));
            body["urgency"] = json!(urgency);
            matter.inspect(|m| body["matter"] = json!(m));
            let made = app.post(URL, body).await.is(201);
            assert_eq!(made["due_at"], json!(time(NOON).plus_ms(left * 60_000)));
            assert_eq!(events.next().await.data["incident"], made, "events tell the limit, too");
            ids.push(made["id"].as_str().unwrap().to_owned());
        }
        let listed = async |query: &str| {
            let (mut seen, mut page) = (Vec::new(), format!("{URL}?open=true&order=due&limit=2&{query}"));
            loop {
                let list = app.json(page).await;
                seen.extend(self::ids(&list));
                let Some(next) = list["next"].as_str() else { break };
                page = next.to_owned();
            }
            let place = |id: &String| ids.iter().position(|known| known == id).unwrap();
            seen.iter().map(place).collect::<Vec<_>>()
        };
        assert_eq!(listed("").await, [1, 2, 3, 0]);
        assert_eq!(listed("matter=M03").await, [2]);
        assert_eq!(listed("matter=M99").await, [0; 0]);
        assert_eq!(listed("lng=112.05&lat=27.04&radius_m=100").await, [1, 2, 3, 0]);
        let mut dice = Rng::with_seed(5);
        let mut act = async |n: usize, act: Value| {
            let body = json!({ "id": dice.uuid(), "act": act, "reason": "so" });
            app.post(format!("{URL}/{}/actions", ids[n]), body).await.ok()
        };
        // Somebody is there: it waits no more. What has ended is not open, and nobody has to come to what is void.
        act(1, json!({ "to": "dispatched" })).await;
        act(1, json!({ "to": "arrived" })).await;
        let void = act(2, json!({ "to": "void" })).await;
        assert_eq!((&void["due_at"], &void["open"]), (&Value::Null, &json!(false)));
        assert_eq!(listed("").await, [3, 0, 1]);
        assert_eq!(listed("status=arrived").await, [1]);
        assert_eq!(app.json(format!("{URL}?open=true&limit=1")).await["number_matched"], 3);
        assert_eq!(app.json(format!("{URL}?order=newest")).await["number_matched"], 4);
        app.get(format!("{URL}?order=oldest")).await.refused(400, "order");
    });
}

/// Of the drawn county, and long ended or not.
pub fn of_2020(id: Uuid, status: IncidentStatus, second: u32) -> Incident {
    let reported_at = time(&format!("2020-01-01T00:00:{second:02}Z"));
    Incident {
        id,
        at: LngLat::new(112.05, 27.05).unwrap(),
        accuracy_m: None,
        status,
        matter: None,
        urgency: Urgency::Normal,
        description: None,
        reported_at,
        created_at: reported_at,
        place: Place::default(),
        synthetic: false,
        source: Source::Import,
        external_id: None,
        flags: Vec::new(),
        milestones: Milestones::default(),
        profile: None,
        ownership: None,
        decision: None,
        merged_into: None,
        rectification: None,
        legal_review: None,
        further_matters: Vec::new(),
        touched_at: None,
    }
}

#[test]
fn history_is_listed_where_it_is_asked_for_and_equals_brute_force() {
    both_engines(async |app| {
        let mut dice = Rng::with_seed(3);
        let mut all: Vec<Incident> = Vec::new();
        for n in 0..60 {
            let status = [IncidentStatus::Closed, IncidentStatus::Filed, IncidentStatus::Void][dice.usize(..3)];
            let mut one = of_2020(dice.uuid(), status, (n / 3) as u32);
            one.at = LngLat::new(112.0 + dice.u64(..10) as f64 / 100.0, 27.05).unwrap();
            one.place.township = (dice.u64(..2) == 0).then(|| township(1).parse().unwrap());
            one.matter = (dice.u64(..2) == 0).then(|| "M01".parse().unwrap());
            all.push(one);
        }
        let mut write = app.write().await;
        let rows: Vec<_> = all.iter().map(|i| (i.clone(), String::new())).collect();
        store::incidents::insert_batch(&mut write, "b", &rows).await.unwrap();
        app.commit(write).await;
        all.sort_by_key(|i| std::cmp::Reverse((i.reported_at, i.id)));
        let since = "from=2019-01-01T00:00:00Z";
        type Accepts<'a> = &'a dyn Fn(&Incident) -> bool;
        let wanted: [(&str, Accepts); 8] = [
            ("", &|_| true),
            ("&status=closed", &|i| i.status == IncidentStatus::Closed),
            ("&status=filed", &|i| i.status == IncidentStatus::Filed),
            ("&matter=M01", &|i| i.matter.is_some()),
            // It was filed in the first township, or lies there by now.
            (&format!("&township={}&status=void", township(1)), &|i| {
                (i.place.township.is_some() || i.at.lng < 112.085) && i.status == IncidentStatus::Void
            }),
            ("&bbox=112.02,27,112.04,28", &|i| (112.02..=112.04).contains(&i.at.lng)),
            ("&polygon=POLYGON((112.015 27,112.035 27,112.035 28,112.015 28,112.015 27))", &|i| {
                (112.015..112.035).contains(&i.at.lng)
            }),
            ("&to=2020-01-01T00:00:07Z", &|i| i.reported_at < time("2020-01-01T00:00:07Z")),
        ];
        for (filter, accepts) in wanted {
            let want: Vec<String> = all.iter().filter(|i| accepts(i)).map(|i| i.id.to_string()).collect();
            let mut got = Vec::new();
            let mut next = Some(format!("{URL}?{since}&limit=7{}", filter.replace(' ', "%20")));
            while let Some(url) = next {
                let page = app.json(&url).await;
                assert_eq!((&page["history"], &page["number_matched"]), (&json!(true), &json!(want.len())), "{url}");
                got.extend(ids(&page));
                next = page["next"].as_str().map(str::to_owned);
            }
            assert_eq!(got, want, "{filter}");
        }
        // Where nobody asks for what was, or what is due comes first, what has ended stays away.
        let open = all.iter().filter(|i| i.status == IncidentStatus::Filed).count();
        for hot in [URL.to_owned(), format!("{URL}?{since}&order=due"), format!("{URL}?{since}&open=true")] {
            let list = app.json(&hot).await;
            assert_eq!((&list["history"], &list["number_matched"]), (&json!(false), &json!(open)), "{hot}");
            assert!(list["hot_since"].as_str().unwrap() > "2024");
        }
        let ended = all.iter().find(|i| i.status.is_ended()).unwrap();
        assert_eq!(app.json(format!("{URL}/{}", ended.id)).await["status"], ended.status.as_str());
    });
}

#[test]
fn what_becomes_history_leaves_the_world_while_it_runs() {
    on_both_places(async |place| {
        let noon = county::noon().now();
        let clock: &'static AtomicI64 = Box::leak(Box::new(AtomicI64::new(noon.ms())));
        let app = App::open(place, Setup { clock: Clock::Set(clock), ..Setup::default() }).await;
        let mut dice = Rng::with_seed(4);
        let [ended, open] = [dice.uuid(), dice.uuid()];
        for id in [ended, open] {
            app.post(URL, report(id)).await.is(201);
        }
        let void = json!({ "id": dice.uuid(), "act": { "to": "void" }, "reason": "so" });
        app.post(format!("{URL}/{ended}/actions"), void).await.ok();
        let before = app.json(URL).await;
        assert_eq!((before["number_matched"].as_u64(), app.ctx.world().incidents.len()), (Some(2), 2));
        let drawn = async || {
            let [lng, lat] = ["lng", "lat"].map(|of| before["incidents"][0][of].as_f64().unwrap());
            let tile = tiles::path("incidents", 14, tiles::holding(14, lng, lat));
            tiles::decoded("incidents", &app.get(tile).await).len()
        };
        assert_eq!(drawn().await, 2);
        // Three years later.
        clock.store(noon.ms() + 3 * 365 * 24 * 3_600_000, Relaxed);
        soon(PATIENCE, "the world forgets", async || app.ctx.world().incidents.len() == 1).await;
        let list = app.json(URL).await;
        assert_eq!((ids(&list), &list["number_matched"]), (vec![open.to_string()], &json!(1)));
        assert_eq!(drawn().await, 1, "no tile shows what is history");
        // As after a restart.
        assert_eq!(app.ctx.world().difference(&app.ctx.reload().await.unwrap()), None);
        let all = app.json(format!("{URL}?from={}", before["hot_since"].as_str().unwrap())).await;
        assert_eq!((&all["history"], &all["number_matched"]), (&json!(true), &json!(2)));
        // What ends long after it was reported goes at once.
        let void = json!({ "id": dice.uuid(), "act": { "to": "void" }, "reason": "so" });
        app.post(format!("{URL}/{open}/actions"), void).await.ok();
        assert_eq!(app.json(URL).await["number_matched"], 0);
        assert_eq!(app.json(format!("{URL}/{open}")).await["status"], "void");
        app.check().await;
        app.stop().await;
    });
}

/// The change log as text.
async fn log_text(db: &Db) -> String {
    let sql = "SELECT actor, kind, body FROM change_log ORDER BY seq";
    let row = |[actor, kind, body]: [String; 3]| format!("{actor} {kind} {body}\n");
    match db.readers() {
        Pool::Sqlite(read) => {
            let rows = sqlx::query(sql).fetch_all(read).await.unwrap();
            rows.iter().map(|r| row([r.get(0), r.get(1), r.get(2)])).collect()
        }
        Pool::Pg(pool) => {
            let rows = sqlx::query(sql).fetch_all(pool).await.unwrap();
            rows.iter().map(|r| row([r.get(0), r.get(1), r.get(2)])).collect()
        }
    }
}

#[test]
fn who_reported_it_is_seen_by_admins_alone() {
    both_engines(async |app| {
        let id = Uuid::from_u128(7);
        let mut events = app.events(None).await;
        let body = with(report(id), "reporter", json!({ "name": "王小明", "phone": "13900001234" }));
        let made = app.post(URL, body.clone()).await.is(201);
        let again = app.post(URL, body).await.is(200);
        let event = events.next().await;
        assert_eq!(event.data["incident"]["id"], json!(id));
        let mut everything = vec![made.to_string(), again.to_string(), event.data.to_string()];
        for path in ["incidents", &format!("incidents/{id}"), "layers/incidents", "status", "squads"] {
            everything.push(app.get(format!("/api/v1/{path}")).await.text());
        }
        everything.push(app.get("/metrics").await.text());
        everything.push(log_text(&app.ctx.db).await);
        assert!(everything.last().unwrap().contains(&id.to_string()));
        for (i, text) in everything.iter().enumerate() {
            assert!(!text.contains("王小明") && !text.contains("13900001234"), "{i}: {text}");
        }
        let url = format!("{URL}/{id}/reporter");
        assert_eq!(app.json(url.clone()).await, json!({ "name": "王小明", "phone": "13900001234" }));
        app.get(format!("{URL}/{}/reporter", Uuid::from_u128(8))).await.is(404);
        app.key(Role::Viewer, "secret").await;
        let viewer = app.call(axum::http::Method::GET, url.clone()).header("authorization", "Bearer secret");
        viewer.send().await.is(403);
        app.get(url).await.is(401);
    });
}

#[test]
fn an_inexact_report_near_a_border_keeps_its_candidates() {
    both_engines(async |app| {
        let body = json!({ "id": Uuid::from_u128(1), "lng": 112.0795, "lat": 27.03, "accuracy_m": 80 });
        let made = app.post(URL, body).await.is(201);
        assert_eq!(made["ambiguous"], true);
        let codes: Vec<Code> =
            made["candidates"].as_array().unwrap().iter().map(|c| code(c["code"].as_str().unwrap())).collect();
        assert_eq!(codes, [code(township(1)), code(township(2))]);
    });
}
