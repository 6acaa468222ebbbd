//! What the annotations of the handlers leave open, told for all of them in one place.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use utoipa::{
    ToSchema,
    openapi::{self, RefOr, Schema, Type, schema::SchemaType},
};

use crate::{api::ProblemBody, domain::auth::Right};

/// What a refusal may be answered to.
#[derive(Clone, Copy, PartialEq)]
enum To {
    Any,
    /// A request that says something.
    Input,
    Body,
    /// Where the handler says so.
    Some,
}

/// What each refusal means where the handler does not say it better.
const REFUSALS: [(&str, To, &str); 11] = [
    ("400", To::Any, "The request can't be read"),
    ("401", To::Any, "A valid key is needed"),
    ("403", To::Any, "Not allowed to this caller, or from this host or origin"),
    ("404", To::Some, "No such thing"),
    ("409", To::Some, "It clashes with what is there"),
    ("412", To::Some, "The record has changed since"),
    ("413", To::Body, "Larger than the limit"),
    ("422", To::Input, "The input is not acceptable"),
    ("500", To::Any, "Something failed here; the reason is in the service's log"),
    ("501", To::Some, "Not known here"),
    ("503", To::Any, "Not now; `Retry-After` says when"),
];

/// What each answer means where the handler does not say it better.
const ANSWERS: [(&str, &str); 5] = [
    ("200", "The answer"),
    ("201", "Created: the record"),
    ("202", "Received, not promised"),
    ("204", "Done"),
    ("304", "What the client has is still so"),
];

const PROBLEM: &str = "application/problem+json";

/// Tells what the annotations can't, or would have to say at each handler.
pub fn complete(document: &mut openapi::OpenApi) {
    tell_rights(document);
    tell_tags(document);
    open_parts(document);
    require_answered(document);
    tell_answers(document);
}

/// What a handler does not say more of is open to all who may read; what needs no key says so.
fn tell_rights(document: &mut openapi::OpenApi) {
    for operation in document.paths.paths.values_mut().flat_map(operations).filter(|o| o.security.is_none()) {
        let said = operation.extensions.get_or_insert_default();
        said.entry("x-right".to_owned()).or_insert_with(|| json!(Right::Read));
    }
}

/// Refusals that any handler can come to, descriptions (generators refuse a document that lacks one),
/// problems under their own type.
fn tell_answers(document: &mut openapi::OpenApi) {
    let problem =
        || openapi::ContentBuilder::new().schema(Some(openapi::Ref::from_schema_name(ProblemBody::name()))).build();
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        let has_body = operation.request_body.is_some();
        let has_input = has_body || operation.parameters.is_some();
        let responses = &mut operation.responses.responses;
        for (status, to, _) in REFUSALS {
            if to == To::Any || (to == To::Input && has_input) || (to == To::Body && has_body) {
                let refusal = openapi::ResponseBuilder::new().content(PROBLEM, problem()).build();
                responses.entry(status.to_owned()).or_insert_with(|| refusal.into());
            }
        }
        for (status, response) in responses {
            let RefOr::T(response) = response else { continue };
            if response.description.is_empty() {
                let refusals = REFUSALS.iter().map(|(status, _, text)| (status, text));
                let mut known = ANSWERS.iter().map(|(status, text)| (status, text)).chain(refusals);
                let text = known.find(|(known, _)| *known == status).map_or("", |(_, text)| *text);
                response.description = text.to_owned();
            }
            let is_problem = response.content.get("application/json").is_some_and(|c| *c == problem().into());
            if is_problem && let Some(content) = response.content.shift_remove("application/json") {
                response.content.insert(PROBLEM.to_owned(), content);
            }
        }
    }
}

/// The `type` of structs with a serde tag, which the derive does not tell.
fn tell_tags(document: &mut openapi::OpenApi) {
    const TAGGED: [(&str, &str); 7] = [
        ("Feature", "Feature"),
        ("FeatureLayer", "FeatureCollection"),
        ("IsochroneBands", "FeatureCollection"),
        ("LayerFeatures", "FeatureCollection"),
        ("LineString", "LineString"),
        ("ValhallaContours", "FeatureCollection"),
        ("ZoneAudit", "FeatureCollection"),
    ];
    let schemas = &mut document.components.get_or_insert_default().schemas;
    for (name, word) in TAGGED {
        let tag = openapi::ObjectBuilder::new().schema_type(Type::String).enum_values(Some([word]));
        let tagged = openapi::ObjectBuilder::new().property("type", tag).required("type").build();
        match schemas.get_mut(name) {
            Some(RefOr::T(Schema::Object(object))) => {
                object.properties.extend(tagged.properties);
                object.required.extend(tagged.required);
            }
            Some(RefOr::T(Schema::AllOf(whole))) => {
                whole.items.push(tagged.into());
            }
            _ => debug_assert!(false, "the document has no schema {name} to tell the type of"),
        }
    }
}

/// What `allOf` takes in can't be closed by itself: it would refuse the members of the whole.
fn open_parts(document: &mut openapi::OpenApi) {
    fn gather(schema: &RefOr<Schema>, is_part: bool, found: &mut Vec<String>) {
        match schema {
            RefOr::Ref(reference) if is_part => found.extend(reference.ref_location.rsplit('/').next().map(Into::into)),
            RefOr::T(Schema::AllOf(whole)) => whole.items.iter().for_each(|s| gather(s, true, found)),
            RefOr::T(Schema::OneOf(either)) => {
                either.items.iter().for_each(|s| gather(s, is_part, found));
            }
            _ => {}
        }
    }
    let schemas = &mut document.components.get_or_insert_default().schemas;
    let mut parts = Vec::new();
    schemas.values().for_each(|schema| gather(schema, false, &mut parts));
    for name in parts {
        if let Some(RefOr::T(Schema::Object(part))) = schemas.get_mut(&name) {
            part.additional_properties = None;
        }
    }
}

/// In an answer a member that may be null is always there; one that may be left out is never null, and
/// says so. Schemas that requests use as well are left as they are.
fn require_answered(document: &mut openapi::OpenApi) {
    let asked = asked(document);
    let schemas = &mut document.components.get_or_insert_default().schemas;
    for (_, schema) in schemas.iter_mut().filter(|(name, _)| !asked.contains(*name)) {
        require_nullable(schema);
    }
}

/// Names of the schemas that request bodies consist of.
fn asked(document: &mut openapi::OpenApi) -> BTreeSet<String> {
    fn refs(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                found.extend(
                    members.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next()).map(Into::into),
                );
                members.values().for_each(|v| refs(v, found));
            }
            Value::Array(all) => all.iter().for_each(|v| refs(v, found)),
            _ => {}
        }
    }
    let (mut asked, mut next) = (BTreeSet::new(), Vec::new());
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        refs(&json!(operation.request_body), &mut next);
    }
    let schemas = &document.components.get_or_insert_default().schemas;
    while let Some(name) = next.pop() {
        if let (Some(schema), true) = (schemas.get(&name), asked.insert(name)) {
            refs(&json!(schema), &mut next);
        }
    }
    asked
}

fn require_nullable(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            for (name, member) in &mut object.properties {
                if is_nullable(member) && !object.required.contains(name) {
                    object.required.push(name.clone());
                }
                require_nullable(member);
            }
        }
        RefOr::T(Schema::AllOf(whole)) => whole.items.iter_mut().for_each(require_nullable),
        RefOr::T(Schema::OneOf(either)) => either.items.iter_mut().for_each(require_nullable),
        _ => {}
    }
}

fn is_nullable(schema: &RefOr<Schema>) -> bool {
    let or_null = |t: &SchemaType| match t {
        SchemaType::Array(types) => types.contains(&Type::Null),
        SchemaType::Type(only) => *only == Type::Null,
        SchemaType::AnyValue => false,
    };
    match schema {
        RefOr::T(Schema::Object(object)) => or_null(&object.schema_type),
        RefOr::T(Schema::Array(array)) => or_null(&array.schema_type),
        RefOr::T(Schema::OneOf(either)) => either.items.iter().any(is_nullable),
        _ => false,
    }
}

fn operations(item: &mut openapi::PathItem) -> impl Iterator<Item = &mut openapi::path::Operation> {
    let methods = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
    methods.into_iter().flatten()
}
