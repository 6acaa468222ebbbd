//! Who may what: the contract, the service and `docs/rights.md` say the same of every route and role.

use std::{collections::BTreeMap, fs, path::Path};

use axum::http::Method;
use serde_json::{Value, json};
use uuid::Uuid;
use xunge::domain::auth::{Right, Role};

use crate::{
    app::{App, both_engines},
    incidents::report,
};

/// One operation of the contract, and the right that it needs; none where it is public.
struct Operation {
    method: Method,
    path: String,
    right: Option<Right>,
}

/// Of a document whose paths begin at `root`.
fn operations(document: &Value, root: &str) -> Vec<Operation> {
    let of = |(path, item): (&String, &Value)| {
        let methods = item.as_object().unwrap().iter().filter(|(_, o)| o["operationId"].is_string());
        let operation = |(method, said): (&String, &Value)| Operation {
            method: method.to_uppercase().parse().unwrap(),
            path: format!("{root}{path}"),
            right: said["x-right"].as_str().map(|right| right.parse().unwrap()),
        };
        methods.map(operation).collect::<Vec<_>>()
    };
    document["paths"].as_object().unwrap().iter().flat_map(of).collect()
}

/// Of everything that is served.
async fn contract(app: &App) -> Vec<Operation> {
    let ogc = app.json("/ogc/api").await;
    let mut all = operations(app.document().await, "");
    all.extend(operations(&ogc, "/ogc"));
    all
}

/// With something at the places of its parameters: what is refused for want of a right is refused whatever it is.
fn filled(path: &str) -> String {
    let part = |part: &str| match part {
        "{profile}" => "car".to_owned(),
        "{coordinates}" => "112.05,27.05;112.06,27.05".to_owned(),
        "{layer}" => "grids".to_owned(),
        _ if part.starts_with('{') => Uuid::from_u128(1).to_string(),
        _ => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[test]
fn every_route_lets_in_exactly_the_roles_whose_right_the_contract_names() {
    both_engines(async |app| {
        let contract = contract(app).await;
        for role in Role::ALL {
            app.key(role, role.as_str()).await;
        }
        for Operation { method, path, right } in &contract {
            let call = |key: &str| {
                let key = if key.is_empty() { String::new() } else { format!("Bearer {key}") };
                app.call(method.clone(), filled(path)).header("authorization", &key)
            };
            let stranger = call("").status().await;
            assert_eq!(stranger == 401 && path != "/api/v1/session", right.is_some(), "{method} {path}: {stranger}");
            for role in Role::ALL {
                let refused = right.is_some_and(|right| !role.may(right));
                let status = call(role.as_str()).status().await;
                assert_eq!(status == 403, refused, "{method} {path} for {}: {status}", role.as_str());
                if refused {
                    let said = call(role.as_str()).send().await.is(403)["detail"].to_string();
                    let right = right.unwrap().as_str();
                    assert!(said.contains(right) && said.contains(role.as_str()), "{method} {path}: {said}");
                }
            }
        }
    });
}

/// A table row.
fn row(cells: impl IntoIterator<Item = String>) -> String {
    format!("| {} |\n", cells.into_iter().collect::<Vec<_>>().join(" | "))
}

fn roles_by_rights() -> String {
    let mut table = row(["right".to_owned()].into_iter().chain(Role::ALL.map(|r| format!("`{}`", r.as_str()))));
    table += &row(std::iter::repeat_n("---".to_owned(), 1 + Role::ALL.len()));
    for right in Right::ALL {
        let marks = Role::ALL.map(|role| if role.may(right) { "✓".to_owned() } else { String::new() });
        table += &row([format!("`{}`", right.as_str())].into_iter().chain(marks));
    }
    table.replace("|  |", "| |").replace("|  |", "| |")
}

fn routes_by_rights(contract: &[Operation]) -> String {
    let mut routes: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for Operation { method, path, right } in contract {
        let place = right.and_then(|right| Right::ALL.iter().position(|r| *r == right));
        if let Some(place) = place.filter(|_| *right != Some(Right::Read)) {
            routes.entry(place).or_default().push(format!("`{method} {path}`"));
        }
    }
    let rows = routes.into_iter().map(|(right, routes)| {
        let right = format!("`{}`", Right::ALL[right].as_str());
        row([right, routes.join("<br>")])
    });
    row(["right".to_owned(), "routes".to_owned()])
        + &row(["---".to_owned(), "---".to_owned()])
        + &rows.collect::<String>()
}

#[test]
fn the_tables_of_the_docs_are_those_of_the_code() {
    both_engines(async |app| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rights.md");
        let text = fs::read_to_string(file).unwrap();
        for table in [roles_by_rights(), routes_by_rights(&contract(app).await)] {
            assert!(text.contains(&table), "docs/rights.md lacks this table:\n{table}");
        }
    });
}

#[test]
fn the_village_corrects_and_the_centre_does_the_rest() {
    both_engines(async |app| {
        app.key(Role::GridWorker, "grid").await;
        app.key(Role::Dispatcher, "centre").await;
        app.key(Role::Viewer, "look").await;
        let send = async |key: &str, method: Method, path: &str, body: Value| {
            let call = app.call(method, format!("/api/v1/{path}")).json(&body);
            call.header("authorization", &format!("Bearer {key}")).send().await
        };
        let id = Uuid::from_u128(1);
        send("grid", Method::POST, "incidents", report(id)).await.is(201);
        let mut n = 1;
        let mut act = async |key: &str, act: Value| {
            n += 1;
            let body = json!({ "id": Uuid::from_u128(n), "act": act, "reason": "seen" });
            send(key, Method::POST, &format!("incidents/{id}/actions"), body).await
        };
        act("grid", json!("remark")).await.ok();
        for centre in [json!({ "to": "accepted" }), json!({ "to": "void" }), json!({ "raise": "whistled" })] {
            let refused = act("grid", centre.clone()).await.is(403);
            assert!(refused["detail"].as_str().unwrap().contains("the right dispatch"), "{refused}");
        }
        let next = async |key: &str| {
            let told = send(key, Method::GET, &format!("incidents/{id}/history"), json!({})).await.ok();
            told["next"].as_array().unwrap().iter().map(|n| n["act"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(next("look").await, Vec::<Value>::new(), "what one may not do isn't offered");
        assert_eq!(next("grid").await, [json!("remark")]);
        assert!(next("centre").await.contains(&json!({ "to": "accepted" })));
        act("centre", json!({ "to": "accepted" })).await.ok();
    });
}

#[test]
fn a_supervisor_reads_and_remarks_and_an_event_tells_of_it() {
    both_engines(async |app| {
        app.key(Role::Supervisor, "super").await;
        app.key(Role::Dispatcher, "centre").await;
        let send = async |key: &str, path: String, body: Value| {
            app.call_as(key, Method::POST, format!("/api/v1/{path}")).json(&body).send().await
        };
        let id = Uuid::from_u128(1);
        send("centre", "incidents".into(), report(id)).await.is(201);
        let mut events = app.events_as("centre").await;
        let acts = format!("incidents/{id}/actions");
        let act = |n: u128, act: Value| json!({ "id": Uuid::from_u128(n), "act": act, "reason": "why so late?" });
        let before = send("super", acts.clone(), act(2, json!("remark"))).await.ok();
        let told = loop {
            let event = events.next().await;
            if event.name == "remark" {
                break event.data;
            }
        };
        let said = (&told["id"], &told["action"], &told["actor"]);
        assert_eq!(said, (&json!(id), &json!(Uuid::from_u128(2)), &json!("id-of-super")));
        assert!(!told.to_string().contains("why so late"), "what was said stands in the history alone: {told}");
        let head = app.ctx.head().await.unwrap();
        assert_eq!(send("super", acts.clone(), act(2, json!("remark"))).await.ok(), before, "once");
        for refused in [json!({ "to": "accepted" }), json!({ "to": "void" }), json!({ "raise": "supervised" })] {
            send("super", acts.clone(), act(3, refused)).await.is(403);
        }
        let blank = json!({ "id": Uuid::from_u128(4), "act": "remark" });
        send("super", acts, blank).await.refused(422, "reason");
        assert_eq!(app.ctx.head().await.unwrap(), head);
        let read = async |path: &str| app.call_as("super", Method::GET, format!("/api/v1/{path}")).send().await;
        let history = read(&format!("incidents/{id}/history")).await.ok();
        let last = history["actions"].as_array().unwrap().last().unwrap();
        assert_eq!((&last["act"], &last["actor"]), (&json!("remark"), &json!("id-of-super")));
        let next: Vec<_> = history["next"].as_array().unwrap().iter().map(|n| n["act"].clone()).collect();
        assert_eq!(next, [json!("remark")]);
        read("log?kind=remark").await.ok();
        read(&format!("incidents/{id}/reporter")).await.is(403);
    });
}
