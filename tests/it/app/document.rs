//! What the service says of itself: every answer, and every request that it took, is held against the
//! OpenAPI document.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Body,
    http::{Method, Request},
};
use http_body_util::BodyExt;
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use tokio::sync::OnceCell;
use tower::ServiceExt;

use super::{Event, Reply};

/// Doors in the shape of other engines: what they don't know at all they refuse in that shape as well.
const DOORS: [&str; 13] = [
    "/table/",
    "/nearest/",
    "/route",
    "/match/",
    "/trip/",
    "/tile/",
    "/isochrone",
    "/sources_to_targets",
    "/status",
    "/locate",
    "/height",
    "/trace_",
    "/open311/",
];

/// The document, and what its schemas come to.
#[derive(Debug)]
pub struct Contract {
    pub document: Value,
    /// Its components with objects closed: an answer has no member that is not told.
    answers: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

/// A request as it was sent.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    pub method: &'a Method,
    /// With the query.
    pub path: &'a str,
    pub kind: &'a str,
    pub body: &'a [u8],
}

/// One operation of the document, and where it was found.
#[derive(Debug, Clone, Copy)]
struct Operation<'a> {
    contract: &'a Contract,
    said: &'a Value,
    /// The method and the template, for messages.
    name: &'a str,
}

pub async fn contract(router: &Router) -> &'static Contract {
    static CONTRACT: OnceCell<Contract> = OnceCell::const_new();
    CONTRACT
        .get_or_init(async || {
            let request = Request::get("/api/v1/openapi.json").header("host", "localhost").body(Body::empty()).unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), 200);
            Contract::new(serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap())
        })
        .await
}

/// Holds a request that was answered, and its answer, against the document.
pub async fn hold(router: &Router, sent: Sent<'_>, reply: &Reply) {
    let status = reply.status.as_u16();
    let path = sent.path.split('?').next().unwrap();
    let in_their_shape = DOORS.iter().any(|door| path.starts_with(door))
        && ["application/json", "text/xml; charset=utf-8"].contains(&reply.header("content-type"));
    if status >= 400 && !in_their_shape {
        let (method, problem) = (sent.method, reply.value());
        assert_eq!(reply.header("content-type"), "application/problem+json", "{method} {path}: {problem}");
        assert_eq!(problem["status"], status, "{method} {path}: {problem}");
        assert!(problem["type"].as_str().unwrap().starts_with("/problems/"), "{method} {path}: {problem}");
        assert!(!problem["title"].as_str().unwrap().is_empty() && problem["detail"].is_string(), "{problem}");
        assert_ne!(status, 500, "{method} {path}: {problem}");
    }
    if path == "/api/v1/openapi.json" {
        return;
    }
    let contract = contract(router).await;
    let Some((template, item)) = contract.route(path) else {
        assert!(!path.starts_with("/api/v1/") || status == 404, "{path} is served and stands in no document");
        return;
    };
    let name = format!("{} {template}", sent.method);
    let said = &item[sent.method.as_str().to_lowercase()];
    if said.is_null() {
        // What browsers ask before they call from elsewhere stands in no document.
        let is_preflight = sent.method == Method::OPTIONS && status == 200;
        assert!(is_preflight || [403, 405].contains(&status), "{name} is served ({status}) and stands in no document");
        return;
    }
    let operation = Operation { contract, said, name: &name };
    operation.hold_answer(reply);
    if (200..300).contains(&status) {
        operation.hold_query(sent.path.split_once('?').map_or("", |(_, query)| query));
        operation.hold_body(sent);
    }
}

impl Contract {
    fn new(document: Value) -> Self {
        let answers = closed(&document["components"]);
        Self { document, answers, validators: Mutex::default() }
    }

    /// The path item that serves `path`, the most literal template first.
    fn route(&self, path: &str) -> Option<(&String, &Value)> {
        let asked: Vec<&str> = path.split('/').collect();
        let routes = self.document["paths"].as_object().unwrap().iter();
        let fits = |template: &str| {
            let parts: Vec<&str> = template.split('/').collect();
            parts.len() == asked.len() && parts.iter().zip(&asked).all(|(t, a)| t.starts_with('{') || t == a)
        };
        routes.filter(|(template, _)| fits(template)).min_by_key(|(template, _)| template.matches('{').count())
    }

    /// What is wrong with `value` as the document tells it.
    pub fn faults(&self, schema: &Value, value: &Value, is_answer: bool) -> Vec<String> {
        let key = format!("{is_answer} {schema}");
        let known = self.validators.lock().unwrap().get(&key).cloned();
        let validator = known.unwrap_or_else(|| {
            let components = if is_answer { &self.answers } else { &self.document["components"] };
            let schema = if is_answer { closed_schema(schema) } else { schema.clone() };
            let whole = json!({ "allOf": [schema], "components": components });
            let options = jsonschema::options().should_validate_formats(true).should_ignore_unknown_formats(true);
            let built = Arc::new(options.build(&whole).unwrap_or_else(|e| panic!("{schema}: {e}")));
            self.validators.lock().unwrap().insert(key, Arc::clone(&built));
            built
        });
        validator.iter_errors(value).map(|e| format!("{}: {e}", e.instance_path())).collect()
    }

    /// The members of an object that a schema names.
    fn members(&self, schema: &Value) -> Value {
        let name = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
        self.document["components"]["schemas"][name]["properties"].clone()
    }

    /// The data of an event is one of those that the document tells.
    pub fn hold_event(&self, event: &Event) {
        let faults = self.faults(&json!({ "$ref": "#/components/schemas/Event" }), &event.data, true);
        assert!(faults.is_empty(), "event {}:\n{}\n{}", event.name, faults.join("\n"), event.data);
        assert_eq!(event.data["kind"], event.name, "{}", event.data);
    }
}

impl Operation<'_> {
    /// Status, kind and content stand in the document.
    fn hold_answer(&self, reply: &Reply) {
        let (name, status) = (self.name, reply.status.as_u16());
        let said = &self.said["responses"][status.to_string()];
        assert!(said.is_object(), "{name} answered {status}, which the document does not say: {}", reply.text());
        let Some(content) = said["content"].as_object() else {
            assert!(reply.body.is_empty(), "{name} answered {status} with a body that the document does not tell");
            return;
        };
        // What travels in another encoding is the same as without it.
        if reply.body.is_empty() || !reply.header("content-encoding").is_empty() {
            return;
        }
        let kind = reply.header("content-type").split(';').next().unwrap_or("");
        let Some(told) = content.get(kind) else { panic!("{name} answered {status} as {kind}: {said}") };
        if kind.ends_with("json") {
            let faults = self.contract.faults(&told["schema"], &reply.value(), true);
            assert!(faults.is_empty(), "{name} answered {status}:\n{}\n{}", faults.join("\n"), reply.text());
        }
    }

    /// Every parameter stands in the document with that kind of value, and none that must be there lacks.
    fn hold_query(&self, query: &str) {
        let told: Vec<&Value> = self.said["parameters"].as_array().into_iter().flatten().collect();
        let given: HashMap<_, _> = form_urlencoded::parse(query.as_bytes()).collect();
        let lacking = |p: &&&Value| {
            p["in"] == "query" && p["required"] == true && !given.contains_key(p["name"].as_str().unwrap())
        };
        assert!(!told.iter().any(|p| lacking(&p)), "{} took a query without all it demands: {query}", self.name);
        for (name, value) in &given {
            let Some(parameter) = told.iter().find(|p| p["in"] == "query" && p["name"] == **name) else {
                panic!("{} takes {name}, which it does not tell", self.name)
            };
            // A time's `+` that a client did not encode reads as a space, and is taken.
            let text = if parameter["schema"]["$ref"] == "#/components/schemas/Timestamp" {
                value.replace(' ', "+")
            } else {
                value.to_string()
            };
            let as_text = self.contract.faults(&parameter["schema"], &json!(text), false);
            let as_json = serde_json::from_str(value).map(|v| self.contract.faults(&parameter["schema"], &v, false));
            let fits = as_text.is_empty() || as_json.is_ok_and(|faults| faults.is_empty());
            assert!(fits, "{} took {name}={value}: {}", self.name, as_text.join("\n"));
        }
    }

    fn hold_body(&self, sent: Sent<'_>) {
        let content = &self.said["requestBody"]["content"];
        if content.is_null() {
            return;
        }
        let kind = sent.kind.split(';').next().unwrap_or("");
        let is_json = kind.is_empty() || kind.ends_with("json");
        // JSON is taken under any of its names.
        let fits = |(told, _): &(&String, &Value)| *told == kind || (is_json && told.ends_with("json"));
        let Some((_, told)) = content.as_object().unwrap().iter().find(fits) else {
            panic!("{} took {kind}, which the document does not tell", self.name)
        };
        let body = match kind {
            _ if is_json => serde_json::from_slice(sent.body).unwrap(),
            "application/x-www-form-urlencoded" => form(sent.body, &self.contract.members(&told["schema"])),
            _ => json!(std::str::from_utf8(sent.body).unwrap()),
        };
        let faults = self.contract.faults(&told["schema"], &body, false);
        assert!(faults.is_empty(), "{} took what it should not:\n{}\n{body}", self.name, faults.join("\n"));
    }
}

/// A form as an object of members told so.
fn form(body: &[u8], told: &Value) -> Value {
    let value = |(name, text): (Cow<str>, Cow<str>)| {
        let number = text.parse::<f64>().ok().filter(|_| told[&*name]["type"] == "number");
        (name.clone().into_owned(), number.map_or_else(|| json!(text), |number| json!(number)))
    };
    form_urlencoded::parse(body).map(value).collect::<Map<_, _>>().into()
}

/// The components with every object closed that says which members it has. One that is a part of
/// another by `allOf` stays open, and the whole is closed.
fn closed(components: &Value) -> Value {
    let mut parts = BTreeSet::new();
    gather_parts(components, false, &mut parts);
    loop {
        // What a part consists of are parts as well.
        let known = parts.clone();
        for name in &known {
            gather_parts(&components["schemas"][name.rsplit('/').next().unwrap()], true, &mut parts);
        }
        if parts == known {
            break;
        }
    }
    let mut components = components.clone();
    for (name, schema) in components["schemas"].as_object_mut().unwrap() {
        close(schema, parts.contains(&format!("#/components/schemas/{name}")));
    }
    components
}

fn closed_schema(schema: &Value) -> Value {
    let mut schema = schema.clone();
    close(&mut schema, false);
    schema
}

/// Names of the schemas that `allOf` takes in.
fn gather_parts(schema: &Value, is_part: bool, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            if let (true, Some(name)) = (is_part, members.get("$ref").and_then(Value::as_str)) {
                found.insert(name.to_owned());
            }
            for (key, inner) in members {
                let inside = key == "allOf" || (is_part && ["oneOf", "anyOf"].contains(&key.as_str()));
                gather_parts(inner, inside, found);
            }
        }
        Value::Array(all) => all.iter().for_each(|inner| gather_parts(inner, is_part, found)),
        _ => {}
    }
}

fn close(schema: &mut Value, is_part: bool) {
    let Value::Object(members) = schema else { return };
    let closes = |members: &Map<String, Value>| !is_part && !members.contains_key("additionalProperties");
    if members.contains_key("allOf") && closes(members) {
        members.insert("unevaluatedProperties".to_owned(), json!(false));
    } else if members.contains_key("properties") && closes(members) {
        members.insert("additionalProperties".to_owned(), json!(false));
    }
    for (key, inner) in members {
        match (key.as_str(), inner) {
            ("allOf", Value::Array(all)) => all.iter_mut().for_each(|s| close(s, true)),
            ("oneOf" | "anyOf", Value::Array(all)) => all.iter_mut().for_each(|s| close(s, is_part)),
            ("properties", Value::Object(all)) => all.values_mut().for_each(|s| close(s, false)),
            ("prefixItems", Value::Array(all)) => all.iter_mut().for_each(|s| close(s, false)),
            ("items" | "additionalProperties", inner) => close(inner, false),
            _ => {}
        }
    }
}
