//! Zones that somebody drew: planners bring in the polygons of an old plan, see what is wrong with them,
//! and get them as atoms; and the tables of atoms and zones that districting tools exchange.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use geo::MultiPolygon;
use geojson::Feature;
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    edits::{Wish, take},
    layer, plan_at,
};
use crate::{
    api::{Answer, GeoFeature, May, Path, Problem, ProblemBody, Query, feature, rights},
    base::{Code, Error, Result},
    ctx::Ctx,
    domain::{
        areas::Level,
        zones::{
            AtomIx, Batch, Plan, ZoneLayer,
            audit::{Audit, AuditOptions, Drawn, SLIVER_WIDTH_M, audit},
            convert::{ConversionReport, assigned, commands, convert},
            plan::Revision,
        },
    },
    import::{Features, Source, boundaries::FeatureOptions, zones},
    kernel::crs::Datum,
    store,
};

/// How a file of polygons is read and looked at.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct DrawnParams {
    /// The property that holds the code; code when not given
    code_field: Option<String>,
    /// The property that holds the name; name when not given
    name_field: Option<String>,
    /// The property that holds the Chinese name; name_zh when not given
    name_zh_field: Option<String>,
    /// wgs84 when not given, cgcs2000, gcj02 or bd09
    datum: Option<String>,
    /// What is narrower is a slip of the pen, and so is the space between borders that run closer; 10
    /// when not given
    sliver_width_m: Option<f64>,
    /// The zones need not fill the ground; false when not given
    partial: Option<bool>,
    /// The county that they belong to; needed where there are several
    county: Option<Code>,
}

/// A GeoJSON FeatureCollection of what is wrong, with foreign members.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(tag = "type", rename = "FeatureCollection")]
struct ZoneAudit {
    /// One a fault.
    #[schema(value_type = Vec<GeoFeature>)]
    features: Vec<Feature>,
    /// How many zones were drawn.
    zones: usize,
    /// How many faults of each kind.
    #[schema(value_type = BTreeMap<String, usize>)]
    faults: BTreeMap<&'static str, usize>,
    /// Segments of borders that have no partner where one is due.
    invalid_edges: usize,
    sliver_width_m: f64,
}

/// What a file of polygons became.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct DrawnImport {
    /// How many faults of each kind the drawing has; none of them is carried over.
    #[schema(value_type = BTreeMap<String, usize>)]
    faults: BTreeMap<&'static str, usize>,
    conversion: ConversionReport,
    edit: Batch,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TableParams {
    /// As it is now when not given
    revision: Option<Revision>,
}

/// Of a file of polygons.
fn example() -> serde_json::Value {
    let ring = [[-4.52, 54.13], [-4.44, 54.13], [-4.44, 54.18], [-4.52, 54.18], [-4.52, 54.13]];
    serde_json::json!({ "type": "FeatureCollection", "features": [{
        "type": "Feature", "properties": { "code": "E07", "name": "harbour" },
        "geometry": { "type": "Polygon", "coordinates": [ring] } }] })
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new()
        .routes(routes!(audit_zones))
        .routes(routes!(import_zones))
        .routes(routes!(export_atoms))
        .routes(routes!(import_atoms))
}

/// What is wrong with zones drawn as polygons: one feature a fault, with its place, size, drawing and
/// repair. Nothing is kept.
#[utoipa::path(post, path = "/zones/audit", operation_id = "audit_zones", tag = "zones", params(DrawnParams),
    request_body(content = BTreeMap<String, serde_json::Value>, content_type = "application/geo+json",
        description = "A FeatureCollection of polygons, each with its code among the properties", example = json!(example())),
    responses((status = 200, description = "Its faults", body = ZoneAudit, content_type = "application/geo+json"),
        (status = 422, description = "Not such a file", body = ProblemBody),
        (status = 503, description = "Not now", body = ProblemBody)))]
async fn audit_zones(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Query(params): Query<DrawnParams>,
    body: Bytes,
) -> Answer<Response> {
    let look = params.look()?;
    let county = county(&ctx, params.county.as_ref())?;
    let work = move |_: &mut _| -> Result<_> {
        let drawn = look.read(&body)?;
        let audit = look.audit(&drawn, county.as_ref())?;
        let faults = audit.counts();
        let features = audit.findings.iter().enumerate();
        let features = features.map(|(i, f)| feature(i.to_string(), (&f.drawing).into(), f));
        let features = features.collect::<Result<Vec<Feature>>>()?;
        let (zones, invalid_edges) = (drawn.len(), audit.edges.len());
        Ok(ZoneAudit { features, zones, faults, invalid_edges, sliver_width_m: look.sliver_width_m })
    };
    let told = ctx.searches.run(work).await??;
    Ok(([(header::CONTENT_TYPE, "application/geo+json")], Json(told)).into_response())
}

/// Cuts a layer as drawn polygons do: one edit, whose id stands in the path. Each atom goes to the zone
/// that has most of it, to none where more of it lies outside all. Zones that the file does not name are
/// deleted, those it names keep their squads and teams. The same again: 200 with what it did.
#[utoipa::path(put, path = "/plans/{id}/layers/{layer}/drawn/{edit}", operation_id = "import_drawn_zones", tag = "zones",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000010"), ("layer" = String, Path, example = "enforcement"),
        ("edit" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000016"), DrawnParams),
    request_body(content = BTreeMap<String, serde_json::Value>, content_type = "application/geo+json",
        description = "A FeatureCollection of polygons, each with its code among the properties", example = json!(example())),
    extensions(("x-right" = json!("plan"))), responses((status = 201, description = "It is taken", body = DrawnImport),
        (status = 200, description = "It was taken already", body = DrawnImport),
        (status = 404, description = "No such plan or layer", body = ProblemBody),
        (status = 409, description = "Something is locked, or the id is another edit's", body = ProblemBody),
        (status = 422, description = "Not such a file", body = ProblemBody),
        (status = 503, description = "Not now", body = ProblemBody)))]
async fn import_zones(
    May(caller, _): May<rights::Plan>,
    State(ctx): State<Ctx>,
    Path((id, code, edit)): Path<(Uuid, String, Uuid)>,
    Query(params): Query<DrawnParams>,
    body: Bytes,
) -> Answer<Response> {
    let look = params.look()?;
    let plan = before(&ctx, &id, &edit).await?;
    layer(&plan, &code)?;
    let county = county(&ctx, Some(&plan.head.county))?;
    let atoms = Arc::clone(&plan.atoms);
    let work = move |_: &mut _| -> Result<_> {
        let drawn = look.read(&body)?;
        let audit = look.audit(&drawn, county.as_ref())?;
        let conversion = convert(&atoms, &drawn, &audit.shapes)?;
        Ok((audit.counts(), conversion, drawn))
    };
    let (faults, conversion, drawn) = ctx.searches.run(work).await??;
    let names: BTreeMap<Code, (String, Option<String>)> =
        drawn.into_iter().map(|d| (d.code, (d.name, d.name_zh))).collect();
    let cut = Cut { layer: code, by_zone: conversion.atoms, names };
    let (status, edit) = cut.take(&ctx, &caller.actor, &plan, edit).await?;
    Ok((status, Json(DrawnImport { faults, conversion: conversion.report, edit })).into_response())
}

/// Which atom is in which zone, as CSV: `atom,zone`, a line for each zone of an atom; the zone is empty
/// where an atom is in none.
#[utoipa::path(get, path = "/plans/{id}/layers/{layer}/atoms", operation_id = "export_zone_atoms", tag = "zones",
    params(("id" = Uuid, Path), ("layer" = String, Path), TableParams),
    responses((status = 200, description = "The table", body = String, content_type = "text/csv"),
        (status = 404, description = "No such plan or layer", body = ProblemBody),
        (status = 422, description = "No such revision", body = ProblemBody)))]
async fn export_atoms(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path((id, code)): Path<(Uuid, String)>,
    Query(at): Query<TableParams>,
) -> Answer<Response> {
    let plan = plan_at(&ctx, &id, at.revision).await?;
    let layer = layer(&plan, &code)?;
    let mut out = Vec::new();
    zones::to_csv(atom_rows(&plan, layer), &mut out)?;
    let name = format!("attachment; filename=\"{code}.csv\"");
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, out).into_response())
}

/// Cuts a layer as a table of atoms and zones says: one edit, whose id stands in the path. Atoms that the
/// table does not name are in no zone then, and zones that it does not name are deleted.
#[utoipa::path(put, path = "/plans/{id}/layers/{layer}/atoms/{edit}", operation_id = "import_zone_atoms", tag = "zones",
    params(("id" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000010"), ("layer" = String, Path, example = "enforcement"),
        ("edit" = Uuid, Path, example = "01957a3e-5c00-7000-8000-000000000017")),
    request_body(content = String, content_type = "text/csv", description = "Columns atom and zone",
        example = json!("atom,zone\n990001107003023,E07\n")),
    extensions(("x-right" = json!("plan"))), responses((status = 201, description = "It is taken", body = Batch),
        (status = 200, description = "It was taken already", body = Batch),
        (status = 404, description = "No such plan or layer", body = ProblemBody),
        (status = 409, description = "Something is locked, or the id is another edit's", body = ProblemBody),
        (status = 422, description = "A wrong line, or an unknown atom", body = ProblemBody),
        (status = 503, description = "Not now", body = ProblemBody)))]
async fn import_atoms(
    May(caller, _): May<rights::Plan>,
    State(ctx): State<Ctx>,
    Path((id, code, edit)): Path<(Uuid, String, Uuid)>,
    body: Bytes,
) -> Answer<Response> {
    let plan = before(&ctx, &id, &edit).await?;
    layer(&plan, &code)?;
    let rows = zones::from_csv(Source::Bytes { name: "the table", bytes: &body }, &[])?;
    let by_zone = assigned(&plan.atoms, &rows)?;
    let cut = Cut { layer: code, by_zone, names: BTreeMap::new() };
    let (status, edit) = cut.take(&ctx, &caller.actor, &plan, edit).await?;
    Ok((status, Json(edit)).into_response())
}

/// Which atom is in which zone: lines of the table.
pub fn atom_rows<'a>(plan: &'a Plan, layer: &'a ZoneLayer) -> impl Iterator<Item = (&'a Code, &'a str)> {
    plan.atoms.iter().zip(&layer.holders).flat_map(|((_, atom), holders)| {
        let zones = holders.codes().iter().map(Code::as_str);
        let none = holders.codes().is_empty().then_some("");
        zones.chain(none).map(|zone| (&atom.code, zone))
    })
}

/// What was asked, read.
struct Look {
    options: FeatureOptions,
    sliver_width_m: f64,
    partial: bool,
}

impl DrawnParams {
    fn look(&self) -> Result<Look> {
        let field = |given: &Option<String>, usual: &str| given.clone().unwrap_or_else(|| usual.to_owned());
        Ok(Look {
            options: FeatureOptions {
                code_field: field(&self.code_field, "code"),
                name_field: field(&self.name_field, "name"),
                name_zh_field: Some(field(&self.name_zh_field, "name_zh")),
                parent_field: None,
                priority_field: None,
                owner_field: None,
                datum: self.datum.as_deref().map_or(Ok(Datum::Wgs84), str::parse)?,
                join_parts: false,
            },
            sliver_width_m: self.sliver_width_m.unwrap_or(SLIVER_WIDTH_M),
            partial: self.partial.unwrap_or(false),
        })
    }
}

impl Look {
    fn read(&self, body: &[u8]) -> Result<Vec<Drawn>> {
        let body = Source::Bytes { name: "the body", bytes: body };
        zones::from_features(&Features::read(body, None)?, &self.options)
    }

    fn audit(&self, drawn: &[Drawn], county: Option<&MultiPolygon<f64>>) -> Result<Audit> {
        let (sliver_width_m, partial, datum) = (self.sliver_width_m, self.partial, self.options.datum);
        audit(drawn, &AuditOptions { sliver_width_m, partial, datum, county })
    }
}

/// The county's shape; of the only one there is when none is named.
fn county(ctx: &Ctx, code: Option<&Code>) -> Result<Option<MultiPolygon<f64>>> {
    let areas = Arc::clone(&ctx.world().areas);
    let all: Vec<_> = areas.level(Level::County).map(|(_, a)| a).collect();
    let shape = match (code, &all[..]) {
        (Some(code), all) => {
            let county = all.iter().find(|a| a.code == *code);
            Some(county.ok_or_else(|| Error::invalid("county", format!("there is no county {code}")))?)
        }
        (None, [only]) => Some(only),
        (None, []) => None,
        (None, all) => {
            let codes: Vec<_> = all.iter().map(|a| a.code.as_str()).collect();
            return Err(Error::invalid(
                "county",
                format!("there are several counties, name one: {}", codes.join(", ")),
            ));
        }
    };
    Ok(shape.map(|a| a.geometry.clone()))
}

/// The plan as `edit` found it, where it was taken already; else as it is now.
async fn before(ctx: &Ctx, id: &Uuid, edit: &Uuid) -> Result<Arc<Plan>> {
    let done = store::zones::done(&ctx.db, edit).await?.filter(|d| d.plan == *id);
    plan_at(ctx, id, done.map(|d| d.on_revision)).await
}

/// How a layer is to be cut.
struct Cut {
    layer: String,
    by_zone: BTreeMap<Code, Vec<AtomIx>>,
    /// Of new zones; else their codes.
    names: BTreeMap<Code, (String, Option<String>)>,
}

impl Cut {
    /// As one edit of `plan`, exactly once.
    async fn take(self, ctx: &Ctx, actor: &str, plan: &Plan, edit: Uuid) -> Result<(StatusCode, Batch), Problem> {
        let names = |code: &Code| self.names.get(code).cloned().unwrap_or_else(|| (code.to_string(), None));
        let commands = commands(&plan.atoms, layer(plan, &self.layer)?, &self.by_zone, names);
        if commands.is_empty() {
            return Err(Error::conflict(format!("layer {} is cut like this already", self.layer)).into());
        }
        let wish = Wish::Edit { on: plan.head.revision, commands: commands.into() };
        let (batch, first) = take(ctx, actor, (plan.head.id, edit), &wish).await?;
        Ok((if first { StatusCode::CREATED } else { StatusCode::OK }, Arc::unwrap_or_clone(batch)))
    }
}
