//! Open311's door: reports go in and come out as by our own, in JSON and XML.

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::domain::auth::Role;

use crate::{
    app::{App, Call, Reply, both_engines},
    county::township,
    incidents::report as native,
};

const URL: &str = "/open311/v2";

fn form<'a>(app: &'a App, format: &str, pairs: &[(&str, &str)]) -> Call<'a> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let call = app.call(Method::POST, format!("{URL}/requests.{format}"));
    call.text("application/x-www-form-urlencoded", &body)
}

const STALL: [(&str, &str); 4] = [
    ("service_code", "M01"),
    ("lat", "27.04"),
    ("long", "112.05"),
    ("description", "stall <on> the \"pavement\" & road"),
];

async fn taken(app: &App, pairs: &[(&str, &str)]) -> String {
    let taken = form(app, "json", pairs).send().await.is(201);
    taken[0]["service_request_id"].as_str().unwrap().to_owned()
}

async fn get(app: &App, path: &str) -> Value {
    app.json(format!("{URL}/{path}")).await
}

async fn void(app: &App, id: &str) {
    let act = json!({ "id": Uuid::new_v4(), "act": { "to": "void" }, "reason": "a joke" });
    app.post(format!("/api/v1/incidents/{id}/actions"), act).await.ok();
}

/// What the list gives for a query.
async fn ids(app: &App, query: &str) -> Vec<String> {
    let all = get(app, &format!("requests.json?{query}")).await;
    all.as_array().unwrap().iter().map(|r| r["service_request_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_report_is_a_case_and_a_case_is_a_request() {
    both_engines(async |app| {
        let person = [("first_name", "王"), ("last_name", "小明"), ("phone", "13900001234"), ("email", "a@b.c")];
        let made = form(app, "json", &[&STALL[..], &person].concat()).send().await.is(201);
        assert_eq!(made[0]["service_notice"], "not kept: email");
        let id = made[0]["service_request_id"].as_str().unwrap();
        let case = app.json(format!("/api/v1/incidents/{id}")).await;
        assert_eq!(
            (&case["matter"], &case["status"], &case["source"]),
            (&json!("M01"), &json!("reported"), &json!("api"))
        );
        assert_eq!((&case["lng"], &case["description"]), (&json!(112.05), &json!(STALL[3].1)));
        let reporter = app.json(format!("/api/v1/incidents/{id}/reporter")).await;
        assert_eq!(reporter, json!({ "name": "王 小明", "phone": "13900001234" }));
        let request = get(app, &format!("requests/{id}.json")).await;
        let want = json!([{ "service_request_id": id, "status": "open", "status_notes": "reported",
            "service_code": "M01", "service_name": "matter M01", "description": STALL[3].1,
            "agency_responsible": request[0]["agency_responsible"], "requested_datetime": case["reported_at"],
            "updated_datetime": case["created_at"], "lat": 27.04, "long": 112.05 }]);
        assert_eq!(request, want);
        let here = app.json("/api/v1/locate?lng=112.05&lat=27.04").await;
        assert_eq!(request[0]["agency_responsible"], here["township"]["name"]);
        assert_eq!(get(app, "requests.json").await, request);
        assert!(!request.to_string().contains("1390") && !request.to_string().contains('王'), "{request}");
        assert_eq!(get(app, &format!("tokens/{id}.json")).await, json!([{ "service_request_id": id, "token": id }]));
        void(app, id).await;
        let closed = get(app, &format!("requests/{id}.json")).await;
        assert_eq!((&closed[0]["status"], &closed[0]["status_notes"]), (&json!("closed"), &json!("void")));
        // What came in by our own door is a request as well.
        let other = Uuid::from_u128(9);
        app.post("/api/v1/incidents", native(other)).await.is(201);
        let request = get(app, &format!("requests/{other}.json")).await;
        assert_eq!((&request[0]["status"], &request[0]["service_code"]), (&json!("open"), &Value::Null));
    });
}

#[test]
fn an_address_alone_is_a_place_where_it_means_one() {
    both_engines(async |app| {
        let made =
            form(app, "json", &[STALL[0], STALL[3], ("address_string", "N27°2'24\" E112°3'0\"")]).send().await.is(201);
        assert_eq!(made[0]["service_notice"], Value::Null);
        let id = made[0]["service_request_id"].as_str().unwrap();
        let case = app.json(format!("/api/v1/incidents/{id}")).await;
        assert_eq!((&case["lng"], &case["lat"]), (&json!(112.05), &json!(27.04)));
        assert_eq!(case["description"], format!("N27°2'24\" E112°3'0\"\n{}", STALL[3].1));
        // Beside coordinates it is not kept.
        let beside = [&STALL[..], &[("address_string", "大道")]].concat();
        let made = form(app, "json", &beside).send().await.is(201);
        assert_eq!(made[0]["service_notice"], "not kept: address_string");
    });
}

#[test]
fn an_address_that_means_no_one_place_has_a_token_until_it_is_located() {
    both_engines(async |app| {
        let pairs = [STALL[0], STALL[3], ("address_string", "大道"), ("phone", "13900001234")];
        let made = form(app, "json", &pairs).send().await.is(201);
        let [taken] = &made.as_array().unwrap()[..] else { panic!("{made}") };
        let token = taken["token"].as_str().unwrap();
        let notice = json!("held until somebody has located the address");
        assert_eq!((taken.get("service_request_id"), &taken["service_notice"]), (None, &notice));
        let of_token = format!("tokens/{token}.json");
        assert_eq!(get(app, &of_token).await, json!([{ "token": token }]));
        let xml = app.get(format!("{URL}/tokens/{token}.xml")).await.text();
        assert!(xml.ends_with(&format!("<request><token>{token}</token></request></service_requests>")), "{xml}");
        fault(&app.get(format!("{URL}/requests/{token}.json")).await, 404, "no incident");
        assert!(ids(app, "").await.is_empty());
        let place = json!({ "lng": 112.05, "lat": 27.04 });
        app.post(format!("/api/v1/calls/{token}/location"), place).await.is(201);
        assert_eq!(get(app, &of_token).await, json!([{ "service_request_id": token, "token": token }]));
        let request = get(app, &format!("requests/{token}.json")).await;
        let said = json!(format!("大道\n{}", STALL[3].1));
        assert_eq!((&request[0]["description"], &request[0]["long"]), (&said, &json!(112.05)));
        let reporter = app.json(format!("/api/v1/incidents/{token}/reporter")).await;
        assert_eq!(reporter["phone"], "13900001234");
        // One that is dropped becomes none.
        let made = form(app, "xml", &pairs).send().await;
        assert_eq!(made.status, 201);
        let text = made.text();
        let token = text.split("<token>").nth(1).unwrap().split('<').next().unwrap();
        app.post(format!("/api/v1/calls/{token}/drop"), json!({ "reason": "over" })).await.ok();
        fault(&app.get(format!("{URL}/tokens/{token}.json")).await, 404, token);
    });
}

#[test]
fn the_list_is_what_is_asked_for() {
    both_engines(async |app| {
        let other = |code| [&[("service_code", code)], &STALL[1..]].concat();
        let a = taken(app, &STALL).await;
        let b = taken(app, &other("M02")).await;
        let c = taken(app, &other("M03")).await;
        void(app, &b).await;
        // The clock stands: the newest is the one with the latest id.
        let all = [&c, &b, &a].map(String::as_str);
        for (query, want) in [
            ("", &all[..]),
            ("status=open", &[all[0], all[2]]),
            ("status=closed", &all[1..2]),
            ("status=closed,open&jurisdiction_id=x&extensions=true", &all),
            ("service_code=M01", &all[2..]),
            ("service_code=M01,M03", &[all[0], all[2]]),
            ("service_code=M01,M03&status=closed", &[]),
            ("page_size=2", &all[..2]),
            ("page_size=2&page=2", &all[2..]),
            ("page=2", &[]),
            ("start_date=2026-03-02T04:00:00Z", &all),
            ("start_date=2026-03-02T04:00:01Z", &[]),
            ("end_date=2026-03-02T04:00:00Z", &all),
            ("end_date=2026-03-02T12:00:00%2B08:00", &all),
            ("end_date=2026-03-01T04:00:00Z", &[]),
            ("updated_after=2026-03-02T03:59:59Z", &all),
            ("updated_after=2026-03-02T04:00:00Z", &[]),
            ("service_code=", &all),
        ] {
            assert_eq!(ids(app, query).await, want, "{query}");
        }
        let two = format!("service_request_id={a},{c}&status=closed");
        assert_eq!(ids(app, &two).await, [a.as_str(), &c], "ids count alone");
    });
}

fn fault(reply: &Reply, status: u16, words: &str) {
    let faults = reply.is(status);
    assert_eq!(faults[0]["code"], status, "{faults}");
    assert!(faults[0]["description"].as_str().unwrap().contains(words), "{faults}");
    assert_eq!(faults.as_array().unwrap().len(), 1);
}

#[test]
fn refusals_are_lists_and_change_nothing() {
    both_engines(async |app| {
        let without = |name: &str| STALL.into_iter().filter(|(n, _)| *n != name).collect::<Vec<_>>();
        let with = |name, value| [&without(name)[..], &[(name, value)]].concat();
        let long = "x".repeat(4_001);
        for (pairs, words) in [
            (without("service_code"), "service_code"),
            (without("lat"), "lat and long"),
            (with("service_code", "M99"), "service_code: "),
            (with("lat", "north"), "\"north\""),
            (with("lat", "91"), "91"),
            (with("long", "120"), "long: "),
            (with("lat", "54"), "km from"),
            (with("description", &long), "4001"),
            (vec![("service_code", "M99"), ("address_string", "1 Main Street")], "service_code: "),
            (vec![("service_code", "M01"), ("address_string", "?!")], "address_string: "),
        ] {
            fault(&form(app, "json", &pairs).send().await, 400, words);
        }
        let json = app.call(Method::POST, format!("{URL}/requests.json")).json(&json!({})).send().await;
        fault(&json, 400, "application/json");
        for (query, words) in [
            ("status=lost", "lost"),
            ("page=0", "page"),
            ("page_size=1001", "page_size: a limit of 1001 is not 1 to 1000"),
            ("page_size=many", "many"),
            ("start_date=yesterday", "yesterday"),
            ("start_date=2026-01-01T00:00:00Z&end_date=2026-04-02T00:00:00Z", "90 days"),
            ("service_request_id=7", "7"),
            ("colour=red", "colour"),
        ] {
            fault(&app.get(format!("{URL}/requests.json?{query}")).await, 400, words);
        }
        let nobody = Uuid::from_u128(3);
        for path in ["services/M99.json", "requests/7.json", "tokens/7.json", "requests", "nothing.json"] {
            fault(&app.get(format!("{URL}/{path}")).await, 404, "no ");
        }
        fault(&app.get(format!("{URL}/requests/{nobody}.json")).await, 404, "no incident");
        fault(&app.get("/open311/v1/services.json").await, 404, "no document");
        assert!(ids(app, "").await.is_empty());
        let xml = app.get(format!("{URL}/services/M99.xml")).await;
        assert_eq!(xml.status, 404);
        assert!(
            xml.text()
                .ends_with("<errors><error><code>404</code><description>no service M99</description></error></errors>")
        );
    });
}

#[test]
fn xml_says_the_same() {
    both_engines(async |app| {
        let made = form(app, "xml", &STALL).send().await;
        assert_eq!((made.status.as_u16(), made.header("content-type")), (201, "text/xml; charset=utf-8"));
        let text = made.text();
        let id = text.split("<service_request_id>").nth(1).unwrap().split('<').next().unwrap();
        let shown = app.get(format!("{URL}/requests/{id}.xml")).await.text();
        assert!(shown.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?><service_requests><request>"), "{shown}");
        assert!(
            shown.contains("<description>stall &lt;on&gt; the &quot;pavement&quot; &amp; road</description>"),
            "{shown}"
        );
        assert_eq!(app.get(format!("{URL}/requests.xml")).await.text(), shown);
        let services = app.get(format!("{URL}/services.xml")).await.text();
        let codes: Vec<&str> =
            services.split("<service_code>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
        let matters = get(app, "services.json").await;
        let wanted: Vec<&Value> = matters.as_array().unwrap().iter().map(|s| &s["service_code"]).collect();
        assert_eq!(codes, wanted);
        assert!(app.get(format!("{URL}/services/M01.xml")).await.text().contains("<attributes></attributes>"));
        assert_eq!(get(app, "services/M01.json").await, json!({ "service_code": "M01", "attributes": [] }));
        let found = get(app, "discovery.json").await;
        assert_eq!(found["endpoints"][0]["url"], "http://localhost:8080/open311/v2");
        let found = app.get(format!("{URL}/discovery.xml")).await.text();
        assert!(
            found.contains("<endpoints><endpoint>") && found.contains("<formats><format>text/xml</format>"),
            "{found}"
        );
    });
}

#[test]
fn keys_and_scopes_are_those_of_the_service() {
    both_engines(async |app| {
        app.key(Role::Dispatcher, "desk").await;
        app.key(Role::Viewer, "wall").await;
        app.scoped(Role::Dispatcher, &[&format!("area:{}", township(2))], "other").await;
        assert_eq!(form(app, "json", &STALL).send().await.status, 401);
        let with = |key| [&STALL[..], &[("api_key", key)]].concat();
        assert_eq!(form(app, "json", &with("wrong")).send().await.status, 401);
        assert_eq!(form(app, "json", &with("wall")).send().await.status, 403);
        fault(&form(app, "json", &with("other")).send().await, 403, "out of the scope");
        let id = form(app, "json", &with("desk")).send().await.is(201)[0]["service_request_id"].clone();
        let id = id.as_str().unwrap();
        let seen = async |key: &str, path: String| app.call_as(key, Method::GET, format!("{URL}/{path}")).send().await;
        assert_eq!(seen("desk", "requests.json".into()).await.ok()[0]["service_request_id"], id);
        assert_eq!(seen("other", "requests.json".into()).await.ok(), json!([]));
        for path in ["requests", "tokens"] {
            seen("wall", format!("{path}/{id}.json")).await.ok();
            fault(&seen("other", format!("{path}/{id}.json")).await, 404, id);
        }
        assert_eq!(app.get(format!("{URL}/services.json")).await.status, 401);
    });
}
