//! Zones of drafts, made, replaced, changed and deleted by map clients (OGC API – Features, part 4): each
//! call is one edit of the plan, with the rules of every other edit. A shape stands for the atoms whose middle
//! it holds. What would tear a zone apart is refused with the atoms.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    extract::{OriginalUri, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use geo::{Coord, Geometry, MapCoords, MultiPolygon};
use geojson::Feature;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::{
    collection::Collection,
    schema::problem,
    wire::{Asked, segment},
};
use crate::{
    api::{Answer, Caller, May, Path, Problem, Tag, rights},
    base::{Code, Error, Result, no_nul},
    ctx::Ctx,
    domain::{
        auth::Right,
        disruptions::Polygon,
        zones::{
            AtomIx, Command, Plan, Zone, ZoneLayer,
            command::{How, NewZone},
            history,
            warnings::torn,
        },
    },
    feature::zones::{self, AtDesk},
    kernel::epsg::Crs,
};

const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

/// What a client may do with items, for who may plan and for others.
const OF_ITEMS: [&str; 2] = ["GET, HEAD, OPTIONS, POST", "GET, HEAD, OPTIONS"];
const OF_ITEM: [&str; 2] = ["GET, HEAD, OPTIONS, PUT, PATCH, DELETE", "GET, HEAD, OPTIONS"];

/// A zone of a draft.
struct Target {
    plan: Arc<Plan>,
    layer: Arc<ZoneLayer>,
    zone: Zone,
}

/// What a client wants a zone to be: members that it does not name, and those that it does not know how to
/// name, are none.
#[derive(Debug, Default)]
struct Wanted {
    layer: Option<Code>,
    code: Option<Code>,
    name: Option<String>,
    /// Null takes it away.
    name_zh: Option<Option<String>>,
    colour: Option<String>,
    locked: Option<bool>,
    shape: Option<MultiPolygon<f64>>,
}

/// The tag of a zone: another one when anything of it changes, whatever else of its plan does.
pub fn tag(ctx: &Ctx, draft: Uuid, id: &str) -> Result<Tag> {
    Target::find(ctx, draft, id)?.tag()
}

/// Tells what one may do, by the header `Allow`: clients offer what stands there.
pub async fn of_items(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<String>,
) -> Answer<Response> {
    allowed(&ctx, &caller, &id, OF_ITEMS)
}

/// The same of one feature.
pub async fn of_item(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path((id, _)): Path<(String, String)>,
) -> Answer<Response> {
    allowed(&ctx, &caller, &id, OF_ITEM)
}

/// What who may plan may do in a draft, and what others may.
fn allowed(ctx: &Ctx, caller: &Caller, id: &str, [edits, reads]: [&'static str; 2]) -> Answer<Response> {
    let is_draft = Collection::named(ctx, id)?.draft.is_some();
    let may = if is_draft && caller.needs(Right::Plan).is_ok() { edits } else { reads };
    Ok((StatusCode::NO_CONTENT, [(header::ALLOW, may)]).into_response())
}

/// A new zone.
pub async fn create(
    May(caller, _): May<rights::Plan>,
    State(ctx): State<Ctx>,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    asked: Asked,
    body: Bytes,
) -> Answer<Response> {
    let plan = draft(&ctx, &id, &Method::POST, uri.path())?;
    asked.done().map_err(Problem::malformed)?;
    let wanted = Wanted::read(&body, &asked.headers)?;
    let layer = wanted.layer(&plan)?;
    let code = wanted.code.clone().map_or_else(|| free_code(layer), Ok)?;
    if layer.zones.contains_key(&code) {
        return Err(Error::invalid("zone", format!("layer {} has a zone {code} already", layer.head.code)).into());
    }
    let shape = wanted.shape.as_ref().ok_or_else(|| Error::invalid("geometry", "a new zone needs a shape"))?;
    let name = wanted.name.clone().unwrap_or_else(|| code.to_string());
    let (name_zh, colour) = (wanted.name_zh.clone().flatten(), wanted.colour.clone());
    let zone = NewZone { code: code.clone(), name, name_zh, colour };
    let of = layer.head.code.clone();
    let mut commands = vec![Command::CreateZone { layer: of.clone(), zone }];
    commands.push(assign(&plan, (&of, &code), &atoms_in(&plan, shape)?));
    if wanted.locked == Some(true) {
        commands.push(Command::LockZone { layer: of.clone(), zone: code.clone(), locked: true });
    }
    edit(&ctx, &caller.actor, &plan, commands).await?;
    let feature = feature_id(&of, &code);
    let tag = tag(&ctx, plan.head.id, &feature)?.header()?;
    let location = asked.url(&format!("/collections/{id}/items/{}", segment(&feature)));
    let location = HeaderValue::try_from(location).map_err(Error::internal)?;
    Ok((StatusCode::CREATED, [(header::LOCATION, location), (header::ETAG, tag)]).into_response())
}

/// A zone as it is to be, all of it.
pub async fn replace(
    May(caller, _): May<rights::Plan>,
    State(ctx): State<Ctx>,
    Path((id, feature)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    asked: Asked,
    body: Bytes,
) -> Answer<Response> {
    let plan = draft(&ctx, &id, &Method::PUT, uri.path())?;
    let mut wanted = Wanted::read(&body, &asked.headers)?;
    if wanted.shape.is_none() {
        return Err(Error::invalid("geometry", "a zone is replaced with its shape").into());
    }
    // What is not named is as if it were new.
    wanted.name_zh.get_or_insert(None);
    changed(&ctx, &caller.actor, (plan.head.id, &feature), &asked, &wanted).await
}

/// Some of a zone's members (RFC 7396).
pub async fn update(
    May(caller, _): May<rights::Plan>,
    State(ctx): State<Ctx>,
    Path((id, feature)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    asked: Asked,
    body: Bytes,
) -> Answer<Response> {
    let plan = draft(&ctx, &id, &Method::PATCH, uri.path())?;
    let wanted = Wanted::read(&body, &asked.headers)?;
    changed(&ctx, &caller.actor, (plan.head.id, &feature), &asked, &wanted).await
}

/// A zone less: its atoms are nobody's then.
pub async fn remove(
    May(caller, _): May<rights::Plan>,
    State(ctx): State<Ctx>,
    Path((id, feature)): Path<(String, String)>,
    OriginalUri(uri): OriginalUri,
    asked: Asked,
) -> Answer<Response> {
    let plan = draft(&ctx, &id, &Method::DELETE, uri.path())?;
    asked.done().map_err(Problem::malformed)?;
    let target = Target::find(&ctx, plan.head.id, &feature)?;
    target.tag()?.is_still(&asked.headers, format_args!("zone {feature}"))?;
    let (layer, zone) = (target.layer.head.code.clone(), target.zone.code.clone());
    edit(&ctx, &caller.actor, &target.plan, vec![Command::DeleteZone { layer, zone }]).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The draft that a collection shows.
///
/// # Errors
/// 405 for a collection that only reads.
fn draft(ctx: &Ctx, id: &str, method: &Method, path: &str) -> Result<Arc<Plan>, Problem> {
    let draft = Collection::named(ctx, id)?.draft.ok_or_else(|| Problem::method(method, path))?;
    Ok(zones::plan(ctx, &draft)?)
}

/// A zone with what is wanted of it.
async fn changed(
    ctx: &Ctx,
    actor: &str,
    (draft, feature): (Uuid, &str),
    asked: &Asked,
    wanted: &Wanted,
) -> Answer<Response> {
    asked.done().map_err(Problem::malformed)?;
    let target = Target::find(ctx, draft, feature)?;
    target.tag()?.is_still(&asked.headers, format_args!("zone {feature}"))?;
    let commands = target.commands(wanted)?;
    if !commands.is_empty() {
        edit(ctx, actor, &target.plan, commands).await?;
    }
    let tag = tag(ctx, draft, feature)?.header()?;
    Ok((StatusCode::NO_CONTENT, [(header::ETAG, tag)]).into_response())
}

/// One edit of the plan, which must tear no zone apart.
async fn edit(ctx: &Ctx, actor: &str, plan: &Arc<Plan>, commands: Vec<Command>) -> Result<(), Problem> {
    let (id, on) = (Uuid::now_v7(), plan.head.revision);
    let commands: Arc<[Command]> = commands.into();
    let (desk, before, done) = (AtDesk::new(ctx, actor), Arc::clone(plan), Arc::clone(&commands));
    let look = move |_: &mut _| -> Result<Vec<Code>> {
        let tried = desk.sit(|desk| history::edit(&before, &[], (id, on), &done, desk));
        // What refuses it is told by the edit itself.
        let Ok(batch) = tried else { return Ok(Vec::new()) };
        let mut after = Plan::clone(&before);
        history::advance(&mut after, &batch)?;
        Ok(torn(&after).difference(&torn(&before)).map(|(.., atom)| before.atoms.at(*atom).code.clone()).collect())
    };
    let atoms = ctx.searches.run(look).await??;
    if !atoms.is_empty() {
        let some: Vec<&str> = atoms.iter().take(10).map(Code::as_str).collect();
        let more = if atoms.len() > some.len() { ", …" } else { "" };
        let detail = format!(
            "a zone would not hang together: {} atoms would be cut off: {}{more}",
            atoms.len(),
            some.join(", ")
        );
        return Err(Problem::from(Error::conflict(detail).at("geometry")).with("atoms", &atoms));
    }
    zones::take(ctx, actor, (plan.head.id, id), &zones::Wish::Edit { on, commands }).await.map(drop)
}

fn feature_id(layer: &Code, zone: &Code) -> String {
    format!("{layer}_{zone}")
}

/// The atoms whose middle lies in a shape.
fn atoms_in(plan: &Plan, shape: &MultiPolygon<f64>) -> Result<Vec<AtomIx>> {
    let atoms = plan.atoms.inside(shape);
    if atoms.is_empty() {
        return Err(Error::invalid("geometry", "the shape holds the middle of no atom of the plan"));
    }
    Ok(atoms)
}

fn codes(plan: &Plan, atoms: &[AtomIx]) -> Vec<Code> {
    atoms.iter().map(|atom| plan.atoms.at(*atom).code.clone()).collect()
}

fn assign(plan: &Plan, (layer, zone): (&Code, &Code), atoms: &[AtomIx]) -> Command {
    let (layer, zone) = (layer.clone(), zone.clone());
    Command::Assign { layer, zone, atoms: codes(plan, atoms), how: How::default() }
}

/// The first of Z1, Z2, … that no zone has.
fn free_code(layer: &ZoneLayer) -> Result<Code> {
    let codes = (1..).map(|n| format!("Z{n}"));
    let free = codes.into_iter().find(|code| !layer.zones.keys().any(|known| known.as_str() == code));
    Code::new(&free.unwrap_or_default())
}

impl Target {
    fn find(ctx: &Ctx, draft: Uuid, id: &str) -> Result<Self> {
        let plan = zones::plan(ctx, &draft)?;
        let found = plan.layers.values().find_map(|layer| {
            let zone = layer.zones.values().find(|zone| feature_id(&layer.head.code, &zone.code) == id);
            zone.map(|zone| (Arc::clone(layer), Zone::clone(zone)))
        });
        let (layer, zone) = found.ok_or_else(|| Error::not_found("feature", id))?;
        Ok(Self { plan, layer, zone })
    }

    fn atoms(&self) -> Vec<AtomIx> {
        self.layer.atoms_of(self.zone.code.as_str()).collect()
    }

    fn tag(&self) -> Result<Tag> {
        let whole = json!([self.layer.head.code, self.zone, codes(&self.plan, &self.atoms())]);
        Ok(Tag::strong(whole.to_string().as_bytes()))
    }

    /// What makes the zone as it is wanted; none where it is so already.
    fn commands(&self, wanted: &Wanted) -> Result<Vec<Command>> {
        let Self { plan, layer, zone: now } = self;
        let (layer, zone) = (layer.head.code.clone(), now.code.clone());
        for (field, wanted, is) in [("layer", &wanted.layer, &layer), ("zone", &wanted.code, &zone)] {
            if let Some(other) = wanted.as_ref().filter(|wanted| *wanted != is) {
                return Err(Error::invalid(field, format!("it is {is} and does not become {other}")));
            }
        }
        let mut commands = Vec::new();
        let lock = |locked| Command::LockZone { layer: layer.clone(), zone: zone.clone(), locked };
        let wanted_lock = wanted.locked.filter(|locked| *locked != now.locked);
        commands.extend((wanted_lock == Some(false)).then(|| lock(false)));
        let name = wanted.name.as_ref().unwrap_or(&now.name).clone();
        let name_zh = wanted.name_zh.as_ref().unwrap_or(&now.name_zh).clone();
        if (&name, &name_zh) != (&now.name, &now.name_zh) {
            commands.push(Command::RenameZone { layer: layer.clone(), zone: zone.clone(), name, name_zh });
        }
        if let Some(colour) = wanted.colour.clone().filter(|colour| *colour != now.colour) {
            commands.push(Command::RecolourZone { layer: layer.clone(), zone: zone.clone(), colour });
        }
        if let Some(shape) = &wanted.shape {
            let own: BTreeSet<AtomIx> = self.atoms().into_iter().collect();
            let held: BTreeSet<AtomIx> = atoms_in(plan, shape)?.into_iter().collect();
            let gone: Vec<AtomIx> = own.difference(&held).copied().collect();
            let come: Vec<AtomIx> = held.difference(&own).copied().collect();
            if !gone.is_empty() {
                let atoms = codes(plan, &gone);
                commands.push(Command::TakeAway { layer: layer.clone(), zone: zone.clone(), atoms });
            }
            if !come.is_empty() {
                commands.push(assign(plan, (&layer, &zone), &come));
            }
        }
        commands.extend((wanted_lock == Some(true)).then(|| lock(true)));
        Ok(commands)
    }
}

impl Wanted {
    /// Of a GeoJSON feature, in the system that the header `Content-Crs` names.
    fn read(body: &[u8], headers: &HeaderMap) -> Result<Self> {
        let text = std::str::from_utf8(body).map_err(|_| Error::invalid("body", "it is not UTF-8"))?;
        let bad = |e: serde_json::Error| Error::invalid("body", format!("not a GeoJSON feature: {e}"));
        // A patch may leave out what a feature must have.
        let mut whole: Map<String, Json> = serde_json::from_str(text).map_err(bad)?;
        for (member, default) in [("type", json!("Feature")), ("properties", json!({})), ("geometry", Json::Null)] {
            whole.entry(member).or_insert(default);
        }
        let feature: Feature = serde_json::from_value(Json::Object(whole)).map_err(bad)?;
        let crs = headers
            .get(CONTENT_CRS)
            .map(|named| named.to_str().map_err(|e| Error::invalid("Content-Crs", e.to_string())));
        let crs =
            crs.transpose()?.map(|named| Crs::named("Content-Crs", named.trim_matches(['<', '>']))).transpose()?;
        let shape = feature.geometry.map(|geometry| shape_of(geometry, crs.unwrap_or_default())).transpose()?;
        let properties = feature.properties.unwrap_or_default();
        let code = |name: &str| text_of(&properties, name)?.map(|text| Code::new(&text)).transpose();
        let locked = match properties.get("locked") {
            None | Some(Json::Null) => None,
            Some(Json::Bool(locked)) => Some(*locked),
            Some(other) => return Err(Error::invalid("locked", format!("{other} is not true or false"))),
        };
        Ok(Self {
            layer: code("layer")?,
            code: code("zone")?,
            name: text_of(&properties, "name")?,
            name_zh: properties.contains_key("name_zh").then(|| text_of(&properties, "name_zh")).transpose()?,
            colour: text_of(&properties, "colour")?,
            locked,
            shape,
        })
    }

    /// The layer that a new zone is of.
    fn layer<'a>(&self, plan: &'a Plan) -> Result<&'a Arc<ZoneLayer>> {
        let codes = || plan.layers.keys().map(Code::as_str).collect::<Vec<_>>().join(", ");
        match (&self.layer, plan.layers.len()) {
            (Some(code), _) => plan.layer(code.as_str()).ok_or_else(|| {
                Error::invalid("layer", format!("the draft has no layer {code}; its layers are {}", codes()))
            }),
            (None, 1) => plan.layers.values().next().ok_or_else(|| Error::internal("a layer that is gone")),
            (None, _) => Err(Error::invalid("layer", format!("a new zone names its layer: {}", codes()))),
        }
    }
}

fn text_of(properties: &Map<String, Json>, name: &str) -> Result<Option<String>> {
    match properties.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => no_nul(name, text).map(|()| Some(text.clone())),
        Some(other) => Err(Error::invalid(name, format!("{other} is not a text"))),
    }
}

fn shape_of(geometry: geojson::Geometry, crs: Crs) -> Result<MultiPolygon<f64>> {
    let bad = |why: String| Error::invalid("geometry", why);
    let shape: Geometry<f64> = geometry.try_into().map_err(|e: geojson::Error| bad(e.to_string()))?;
    let shape = match shape {
        Geometry::Polygon(polygon) => MultiPolygon::new(vec![polygon]),
        Geometry::MultiPolygon(polygons) => polygons,
        _ => return Err(bad("a zone is a Polygon or a MultiPolygon".to_owned())),
    };
    let shape = shape.try_map_coords(|c| crs.to_wgs84([c.x, c.y]).map(|p| Coord { x: p.lng, y: p.lat }));
    let shape = shape.map_err(|e| bad(e.detail))?;
    for polygon in &shape {
        let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
        let coordinates = rings.map(|ring| ring.0.iter().map(|c| [c.x, c.y]).collect()).collect();
        Polygon::new(coordinates, Vec::new()).check().map_err(|e| bad(e.detail))?;
    }
    Ok(shape)
}

/// What the document says of these operations, on items and on one of them.
pub fn operations(id: &str, title: &str, in_path: &Json) -> [Map<String, Json>; 2] {
    let body = |kinds: &[&str]| {
        let schema = json!({ "type": "object" });
        let content: Map<_, _> = kinds.iter().map(|kind| ((*kind).to_owned(), json!({ "schema": schema }))).collect();
        json!({ "required": true, "content": content })
    };
    let operation = |name: &str, summary: &str, parameters: Json, done: (&str, &str), body: Option<Json>| {
        let mut responses = Map::from_iter([(done.0.to_owned(), json!({ "description": done.1 }))]);
        for (status, what) in [
            ("400", "What can't be read, by its name"),
            ("401", "A valid key is needed"),
            ("403", "Not with this key"),
            ("404", "No such thing"),
            ("409", "It is locked or was changed meanwhile, or a zone would not hang together: `atoms`"),
            ("412", "The zone has another tag now"),
            ("422", "A value that can't be, by its name"),
            ("500", "Something failed here"),
            ("503", "Not now; `Retry-After` says when"),
        ] {
            responses.insert(status.to_owned(), problem(what));
        }
        let mut told = json!({ "operationId": format!("{id}_{name}"), "summary": format!("{title}: {summary}"),
            "tags": ["features"], "parameters": parameters, "x-right": Right::Plan, "responses": responses });
        if let Some(body) = body {
            told["requestBody"] = body;
        }
        told
    };
    let if_match = json!({ "name": "If-Match", "in": "header", "required": false, "schema": { "type": "string" },
        "description": "The tag of the zone that the client has" });
    let of_item = json!([in_path, if_match]);
    let feature = body(&["application/geo+json", "application/json"]);
    let patch = body(&["application/merge-patch+json", "application/geo+json", "application/json"]);
    let created = ("201", "`Location` is the new zone");
    let done = ("204", "It is so; `ETag` is its tag");
    let post = operation("create", "a new zone", json!([]), created, Some(feature.clone()));
    let put = operation("replace", "a zone as it is to be", of_item.clone(), done, Some(feature));
    let patch = operation("update", "some of a zone's members", of_item.clone(), done, Some(patch));
    let delete = operation("delete", "a zone less", of_item, ("204", "It is gone"), None);
    let named = |all: &[(&str, Json)]| all.iter().map(|(name, told)| ((*name).to_owned(), told.clone())).collect();
    [named(&[("post", post)]), named(&[("put", put), ("patch", patch), ("delete", delete)])]
}
