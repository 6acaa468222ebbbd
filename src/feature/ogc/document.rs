//! The OpenAPI document of these routes, with the paths and parameters of each collection written out. It
//! is told as 3.1, and as 3.0 for clients that read nothing later: what it says holds in both.

use axum::{extract::State, response::Response};
use serde_json::{Map, Value as Json, json};

use super::{
    collection::Collection,
    edit,
    html::{self, ATTRIBUTION},
    parameters,
    schema::{problem, schema_of},
    wire::{Asked, GEOJSON, HTML, JSON, SCHEMA},
};
use crate::{
    api::{Answer, May, Problem, rights},
    ctx::Ctx,
    domain::auth::Right,
    domain::layers::Kind,
    feature::layers::Layer,
};

pub const KIND: &str = "application/vnd.oai.openapi+json;version=3.1";
pub const KIND_3_0: &str = "application/vnd.oai.openapi+json;version=3.0";

pub async fn current(_: May<rights::Read>, State(ctx): State<Ctx>, asked: Asked) -> Answer<Response> {
    answer(&ctx, &asked, "3.1.0", KIND)
}

pub async fn former(_: May<rights::Read>, State(ctx): State<Ctx>, asked: Asked) -> Answer<Response> {
    answer(&ctx, &asked, "3.0.3", KIND_3_0)
}

fn answer(ctx: &Ctx, asked: &Asked, version: &str, kind: &'static str) -> Answer<Response> {
    let body = document(&Collection::all(ctx), asked, version);
    let page = || {
        let paths = body["paths"].as_object().into_iter().flatten();
        let row = |(path, item): (&String, &Json)| vec![html::escaped(path), html::cell(&item["get"]["summary"])];
        html::Page::new("API", &[(asked.url(""), "Xunge 巡格")]).table(&["Path", ""], paths.map(row)).json(&body)
    };
    asked.answer(&body, kind, page).map_err(Problem::malformed)
}

fn document(known: &[Collection], asked: &Asked, version: &str) -> Json {
    let mut paths = Map::new();
    let form = parameters::form(&parameters::FORMS);
    let mut page = |path: &str, name: &str, summary: &str, kind: &str| {
        paths.insert(
            path.to_owned(),
            operation(name, summary, std::slice::from_ref(&form), kind, json!({ "type": "object" })).into(),
        );
    };
    page("/", "landing", "Where everything is", JSON);
    page("/conformance", "conformance", "What it conforms to", JSON);
    page("/collections", "collections", "The collections there are", JSON);
    for Collection { id, title, .. } in known {
        page(&format!("/collections/{id}"), id, &format!("{title}: what it is"), JSON);
        page(
            &format!("/collections/{id}/queryables"),
            &format!("{id}_queryables"),
            &format!("{title}: what to filter by"),
            SCHEMA,
        );
        page(
            &format!("/collections/{id}/schema"),
            &format!("{id}_schema"),
            &format!("{title}: what features have"),
            SCHEMA,
        );
    }
    for collection in known {
        let Collection { id, title, layer, draft, .. } = collection;
        let of_layer = json!({ "$ref": format!("#/components/schemas/{}", layer.as_str()) });
        let members = json!({ "type": { "type": "string", "enum": ["FeatureCollection"] },
            "features": { "type": "array", "items": of_layer.clone() }, "links": links(),
            "numberMatched": { "type": "integer" }, "numberReturned": { "type": "integer" },
            "timeStamp": { "type": "string", "format": "date-time" } });
        let all = json!({ "type": "object", "properties": members,
            "required": ["type", "features", "links", "numberMatched", "numberReturned", "timeStamp"] });
        let summary = format!("{title}: features, page by page");
        let mut of_items = operation(&format!("{id}_items"), &summary, &parameters::told(collection), GEOJSON, all);
        let in_path = json!({ "name": "featureId", "in": "path", "required": true, "schema": { "type": "string" } });
        let [on_items, on_item] =
            if draft.is_some() { edit::operations(id, title, &in_path) } else { Default::default() };
        of_items.extend(on_items);
        paths.insert(format!("/collections/{id}/items"), of_items.into());
        let mut told = parameters::told_of_item(collection);
        told.push(in_path);
        let mut of_item = operation(&format!("{id}_item"), &format!("{title}: one feature"), &told, GEOJSON, of_layer);
        of_item.extend(on_item);
        paths.insert(format!("/collections/{id}/items/{{featureId}}"), of_item.into());
    }
    json!({
        "openapi": version,
        "info": { "title": "Xunge 巡格: OGC API – Features", "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "ODbL 1.0", "url": "https://opendatacommons.org/licenses/odbl/1-0/" },
            "description": ATTRIBUTION },
        "servers": [{ "url": asked.url("") }],
        "security": [{ "key": [] }, { "password": [] }],
        "tags": [{ "name": "features" }],
        "paths": paths,
        "components": { "schemas": schemas(), "securitySchemes": {
            "key": { "type": "http", "scheme": "bearer" }, "password": { "type": "http", "scheme": "basic" } },
            "parameters": { "limit": parameters::told(&Layer::Incidents.into())[0] } },
    })
}

fn operation(name: &str, summary: &str, parameters: &[Json], kind: &str, schema: Json) -> Map<String, Json> {
    let get = json!({
        "operationId": name, "summary": summary, "tags": ["features"], "parameters": parameters, "x-right": Right::Read,
        "responses": {
            "200": { "description": "The answer", "content": {
                kind: { "schema": schema }, HTML: { "schema": { "type": "string" } } } },
            "304": { "description": "What the client has is still so" },
            "400": problem("A parameter that can't be read, or is not there; it is named"),
            "401": problem("A valid key is needed"),
            "403": problem("Not from this host"),
            "404": problem("No such thing"),
            "500": problem("Something failed here"),
            "503": problem("Not now; `Retry-After` says when"),
        } });
    Map::from_iter([("get".to_owned(), get)])
}

fn links() -> Json {
    json!({ "type": "array", "items": { "$ref": "#/components/schemas/Link" } })
}

fn schemas() -> Json {
    let text = || json!({ "type": "string" });
    let mut all = Map::new();
    let link = json!({ "href": text(), "rel": text(), "type": text(), "title": text() });
    all.insert("Link".to_owned(), json!({ "type": "object", "properties": link, "required": ["href", "rel"] }));
    let problem =
        json!({ "type": text(), "title": text(), "status": { "type": "integer" }, "detail": text(), "field": text() });
    let required = ["type", "title", "status", "detail"];
    all.insert("Problem".to_owned(), json!({ "type": "object", "properties": problem, "required": required }));
    for layer in Layer::ALL {
        let properties = layer.about().properties();
        let member = |kind: Kind| match kind {
            // Null where it is not known, which the two versions say differently: neither type is told.
            Kind::Flag | Kind::List => schema_of(kind),
            _ => json!({}),
        };
        let members: Map<_, _> = properties
            .iter()
            .map(|p| {
                let mut schema = member(p.kind);
                schema["title"] = json!(p.title);
                (p.name.to_owned(), schema)
            })
            .collect();
        let feature = json!({ "type": { "type": "string", "enum": ["Feature"] }, "id": text(),
            "geometry": {}, "properties": { "type": "object", "properties": members }, "links": links() });
        let required = ["type", "id", "geometry", "properties"];
        all.insert(layer.as_str().to_owned(), json!({ "type": "object", "properties": feature, "required": required }));
    }
    Json::Object(all)
}
