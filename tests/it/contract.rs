//! The contract: the OpenAPI document, which is a file of the repository as well. That every answer
//! and every request keep it is held by the fixture in all tests.

use std::{collections::BTreeSet, fs, path::Path, sync::Arc};

use serde_json::Value;

use xunge::{
    base::Span,
    domain::{
        lists::{List, ListHead, ListKind},
        officers::{Certificate, Officer, Person, Recusals},
        units::{Unit, UnitKind, Units},
    },
    store,
};

use crate::{
    app::{App, both_engines},
    county::code,
};

/// Every operation: method, path and what is said of it.
async fn operations(app: &App) -> Vec<(String, String, Value)> {
    let items = app.document().await["paths"].as_object().unwrap();
    let of = |(path, item): (&String, &Value)| {
        let methods = item.as_object().unwrap().iter().filter(|(_, o)| o["operationId"].is_string());
        methods.map(|(method, o)| (method.to_uppercase(), path.clone(), o.clone())).collect::<Vec<_>>()
    };
    items.iter().flat_map(of).collect()
}

#[test]
fn the_document_is_the_one_in_the_repository() {
    both_engines(async |app| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
        let served = serde_json::to_string_pretty(app.document().await).unwrap() + "\n";
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&file, &served).unwrap();
        }
        let kept = fs::read_to_string(&file).unwrap_or_default();
        let differs = kept.lines().zip(served.lines()).enumerate().find(|(_, (kept, served))| kept != served);
        assert!(
            kept == served,
            "docs/openapi.json is stale, from {differs:?}: see that the contract is meant to change so, then \
             UPDATE=1 cargo test --test it contract && make contract"
        );
    });
}

#[test]
fn what_is_documented_is_served() {
    both_engines(async |app| {
        // What stands at the places of the paths below.
        let unit = Unit {
            code: code("U1"),
            name: "bureau".into(),
            name_zh: None,
            kind: UnitKind::Bureau,
            parent: None,
            area: None,
            office_line: None,
            span: Span::default(),
        };
        let mut write = app.write().await;
        store::units::replace(&mut write, &Units::new(vec![unit], Vec::new()).unwrap(), false).await.unwrap();
        let head = ListHead {
            list: code("U1"),
            version: 1,
            kind: ListKind::Basic,
            unit: code("U1"),
            name: "list".into(),
            name_zh: None,
            parent: None,
            basis: None,
            basis_uri: None,
            span: Span::default(),
        };
        store::lists::insert(&mut write, &[Arc::new(List::new(head, Vec::new()))], false).await.unwrap();
        let certificates = vec![Certificate::default()];
        let officer = Officer { id: code("S1"), unit: code("U1"), certificates, recused_from: Recusals::default() };
        store::officers::replace(&mut write, &[(officer, Person::default())], false).await.unwrap();
        app.commit(write).await;
        let document = app.document().await;
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
        assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
        let mut names = BTreeSet::new();
        for (method, path, operation) in operations(app).await {
            let name = operation["operationId"].as_str().unwrap().to_owned();
            assert!(names.insert(name.clone()), "{name}: a client generator needs one name for each operation");
            assert!(operation["summary"].is_string() && operation["tags"].is_array(), "{method} {path}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                assert!(response["description"].is_string(), "{method} {path} does not say what {status} means");
            }
            // Events have no end, and the doors refuse what they can't read in their own way.
            if path == "/api/v1/events" || !path.starts_with("/api/v1/") {
                continue;
            }
            // The route exists: what it answers to an empty request is its own refusal or success, not
            // "no such route", and stands in the document (every answer is held against it).
            let known = [
                ("id", "S1"),
                ("profile", "township"),
                ("layer", "grids"),
                ("edit", "1"),
                ("code", "U1"),
                ("generation", "none"),
                ("z", "8"),
                ("x", "1"),
                ("y", "1"),
            ];
            let url = known.iter().fold(path.clone(), |url, (name, value)| url.replace(&format!("{{{name}}}"), value));
            let reply = app.call(method.parse().unwrap(), url).send().await;
            assert!(reply.status != 404 && reply.status != 405, "{method} {path}: {}", reply.text());
        }
    });
}

#[test]
fn every_body_that_is_taken_has_an_example() {
    both_engines(async |app| {
        for (method, path, operation) in operations(app).await {
            for body in operation["requestBody"]["content"].as_object().into_iter().flat_map(|all| all.values()) {
                // By itself, or with the schema.
                let name = body["schema"]["$ref"].as_str().and_then(|r| r.rsplit('/').next()).unwrap_or_default();
                let of_schema = &app.document().await["components"]["schemas"][name]["example"];
                let example = if of_schema.is_null() { &body["example"] } else { of_schema };
                assert!(!example.is_null(), "{method} {path} has no example of its body");
                let faults = app.faults(&body["schema"], example).await;
                assert!(faults.is_empty(), "{method} {path}: {example}\n{}", faults.join("\n"));
            }
        }
    });
}

#[test]
fn every_schema_is_there_and_is_used() {
    both_engines(async |app| {
        let document = app.document().await;
        let text = document.to_string();
        let named: BTreeSet<&str> =
            text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let there: BTreeSet<&str> =
            document["components"]["schemas"].as_object().unwrap().keys().map(String::as_str).collect();
        let only_named: Vec<_> = named.difference(&there).collect();
        assert!(only_named.is_empty(), "no schema {only_named:?}");
        // The data of events stands in no answer by itself.
        let unused: Vec<_> = there.difference(&named).collect();
        assert_eq!(unused, [&"Event"]);
        assert!(there.contains("Incident"));
    });
}
