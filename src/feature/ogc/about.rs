//! What there is: the landing page, conformance, the collections and their properties.

use axum::{extract::State, response::Response};
use serde_json::{Map, Value as Json, json};

use super::{
    collection::Collection,
    document,
    html::{self, ATTRIBUTION, Link},
    schema::schema_of,
    wire::{Asked, GEOJSON, HTML, JSON, SCHEMA},
};
use crate::{
    api::{Answer, FLATGEOBUF, May, Path, Problem, rights},
    ctx::Ctx,
    domain::{
        auth::Sight,
        layers::{Kind, Property, Shape, cql2::GEOMETRY},
    },
    feature::layers::Layer,
    kernel::epsg::Crs,
};

const LICENCE: &str = "https://opendatacommons.org/licenses/odbl/1-0/";
const TITLE: &str = "Xunge 巡格";
const DESCRIPTION: &str = "Areas, patrol zones, squads, incidents, roads and coverage of township enforcement. 乡镇执法的区域、巡区、队伍、案件、道路与覆盖。";

const CONFORMANCE: [&str; 25] = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/create-replace-delete",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/update",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/optimistic-locking-etags",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/features",
    "http://www.opengis.net/spec/ogcapi-features-5/1.0/conf/schemas",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-json",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/case-insensitive-comparison",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
    "http://www.opengis.net/spec/cql2/1.0/conf/spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/temporal-functions",
];

fn link(asked: &Asked, below: &str, rel: &'static str, kind: &'static str, title: &str) -> Link {
    Link { href: asked.url(below), rel, kind, title: title.to_owned() }
}

/// The way to the pages below the collections.
pub fn way<'a>(asked: &Asked) -> Vec<(String, &'a str)> {
    vec![(asked.url(""), TITLE), (asked.url("/collections"), "Collections")]
}

pub async fn landing(_: May<rights::Read>, asked: Asked) -> Answer<Response> {
    let mut links = asked.own_links(JSON);
    links.extend([
        link(&asked, "/api", "service-desc", document::KIND, "The OpenAPI document"),
        link(&asked, "/api/3.0", "service-desc", document::KIND_3_0, "The OpenAPI document, version 3.0"),
        link(&asked, "/api?f=html", "service-doc", HTML, "The OpenAPI document as a page"),
        link(&asked, "/conformance", "conformance", JSON, "What it conforms to"),
        link(&asked, "/collections", "data", JSON, "Collections"),
        link(&asked, "/collections", "http://www.opengis.net/def/rel/ogc/1.0/data", JSON, "Collections"),
    ]);
    let body = json!({ "title": TITLE, "description": DESCRIPTION, "attribution": ATTRIBUTION, "links": links });
    let page = || html::Page::new(TITLE, &[]).text(DESCRIPTION).links(&links);
    asked.answer(&body, JSON, page).map_err(Problem::malformed)
}

pub async fn conformance(_: May<rights::Read>, asked: Asked) -> Answer<Response> {
    let body = json!({ "conformsTo": CONFORMANCE });
    let page = || html::Page::new("Conformance", &[(asked.url(""), TITLE)]).json(&body);
    asked.answer(&body, JSON, page).map_err(Problem::malformed)
}

pub async fn collections(May(caller, _): May<rights::Read>, State(ctx): State<Ctx>, asked: Asked) -> Answer<Response> {
    let sight = caller.sight(&ctx.world());
    let known = Collection::all(&ctx);
    let all: Vec<_> = known.iter().map(|collection| told(&ctx, &asked, collection, &sight)).collect();
    let body = json!({ "links": asked.own_links(JSON), "crs": Crs::ALL.map(Crs::uri), "collections": all });
    let page = || {
        let row = |c: &Collection| {
            let href = asked.url(&format!("/collections/{}", c.id));
            vec![html::anchor(&href, &c.title), html::escaped(&c.title_zh), html::escaped(&c.description)]
        };
        let page = html::Page::new("Collections", &[(asked.url(""), TITLE)]);
        page.table(&["Collection", "", "What it holds"], known.iter().map(row))
    };
    asked.answer(&body, JSON, page).map_err(Problem::malformed)
}

pub async fn collection(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<String>,
    asked: Asked,
) -> Answer<Response> {
    let collection = Collection::named(&ctx, &id)?;
    let mut links = asked.own_links(JSON);
    links.extend(of_collection(&asked, &collection));
    let mut body = told(&ctx, &asked, &collection, &caller.sight(&ctx.world()));
    body["links"] = json!(links);
    let page = || {
        let properties = collection.layer.about().properties();
        let row = |p: &Property| {
            vec![p.name.to_owned(), html::escaped(p.title), html::escaped(&schema_of(p.kind).to_string())]
        };
        html::Page::new(&format!("{} {}", collection.title, collection.title_zh), &way(&asked))
            .text(&collection.description)
            .links(&links)
            .table(&["Property", "", ""], properties.iter().map(row))
    };
    asked.answer(&body, JSON, page).map_err(Problem::malformed)
}

/// A collection as a record.
fn told(ctx: &Ctx, asked: &Asked, collection: &Collection, sight: &Sight) -> Json {
    let Collection { id, title, title_zh, description, layer, .. } = collection;
    let mut links = vec![link(asked, &format!("/collections/{id}"), "self", JSON, title)];
    links.extend(of_collection(asked, collection));
    let mut extent = json!({ "temporal": { "interval": [[null, null]] } });
    if let Some(b) = layer.extent(ctx, sight) {
        extent["spatial"] = json!({ "bbox": [[b.west, b.south, b.east, b.north]], "crs": Crs::Crs84.uri() });
    }
    json!({
        "id": id, "title": format!("{title} {title_zh}"), "description": description,
        "attribution": ATTRIBUTION, "itemType": "feature", "extent": extent, "crs": Crs::ALL.map(Crs::uri),
        "storageCrs": Crs::Crs84.uri(), "links": links,
    })
}

/// Where the parts of a collection are.
fn of_collection(asked: &Asked, collection: &Collection) -> Vec<Link> {
    let below = |part: &str| format!("/collections/{}/{part}", collection.id);
    let mut links = vec![
        link(asked, &below("items"), "items", GEOJSON, "Features"),
        link(asked, &below("items?f=html"), "items", HTML, "Features as a page"),
        link(asked, &below("items?f=fgb"), "items", FLATGEOBUF, "Features as FlatGeobuf"),
        link(
            asked,
            &below("queryables"),
            "http://www.opengis.net/def/rel/ogc/1.0/queryables",
            SCHEMA,
            "What to filter by",
        ),
        link(asked, &below("schema"), "http://www.opengis.net/def/rel/ogc/1.0/schema", SCHEMA, "What features have"),
    ];
    let title = "Open Database License 1.0".to_owned();
    links.push(Link { href: LICENCE.to_owned(), rel: "license", kind: HTML, title });
    links
}

pub async fn queryables(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<String>,
    asked: Asked,
) -> Answer<Response> {
    schema_answer(&asked, &Collection::named(&ctx, &id)?, "queryables", |kind| kind.is_plain())
}

pub async fn schema(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<String>,
    asked: Asked,
) -> Answer<Response> {
    schema_answer(&asked, &Collection::named(&ctx, &id)?, "schema", |_| true)
}

fn schema_answer(asked: &Asked, collection: &Collection, what: &str, shown: impl Fn(Kind) -> bool) -> Answer<Response> {
    let id = asked.url(&format!("/collections/{}/{what}", collection.id));
    let mut body = object_schema(collection.layer, shown);
    body["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    body["$id"] = json!(id);
    body["title"] = json!(collection.title);
    let mut way = way(asked);
    way.push((asked.url(&format!("/collections/{}", collection.id)), &collection.title));
    let page = || html::Page::new(what, &way).json(&body);
    asked.answer(&body, SCHEMA, page).map_err(Problem::malformed)
}

/// The properties of a layer, what it shows among them, as a schema.
fn object_schema(layer: Layer, shown: impl Fn(Kind) -> bool) -> Json {
    let about = layer.about();
    let mut members = Map::new();
    for (seq, property) in about.properties().iter().enumerate().filter(|(_, p)| shown(p.kind)) {
        let mut schema = schema_of(property.kind);
        schema["title"] = json!(property.title);
        schema["x-ogc-propertySeq"] = json!(seq + 1);
        members.insert(property.name.to_owned(), schema);
    }
    let format = match about.shape() {
        Shape::Point => "geometry-point",
        Shape::Line => "geometry-linestring",
        Shape::Lines => "geometry-multilinestring",
        Shape::Polygon => "geometry-polygon",
        Shape::Polygons => "geometry-multipolygon",
    };
    members.insert(GEOMETRY.to_owned(), json!({ "format": format, "x-ogc-role": "primary-geometry" }));
    json!({ "type": "object", "properties": members, "additionalProperties": false })
}
