//! Zones as map features: fills, and borders that neighbours share.

use std::sync::Arc;

use geo::MultiPolygon;
use geojson::Feature;
use serde_json::json;
use uuid::Uuid;

use super::plan_at;
use crate::{
    api::Shown,
    base::{BBox, Code, Error, Result, Timestamp, tenths},
    ctx::Ctx,
    domain::{
        layers::{Column, Kind, Rows, Shape, Source, Value},
        zones::{
            Plan, Zone, ZoneLayer,
            borders::{ZoneBorder, borders},
            plan::Revision,
        },
    },
    kernel::shape,
};

/// Which zones to draw.
#[derive(Debug)]
pub struct Ask {
    /// Those in force when none is named.
    pub plan: Option<Uuid>,
    pub revision: Option<Revision>,
    /// All when none is named.
    pub layers: Vec<Code>,
    pub at: Option<Timestamp>,
}

/// A layer to draw, and of which plan.
type Drawn = (Arc<Plan>, Arc<ZoneLayer>);

/// A zone with its outline.
#[derive(Debug)]
pub struct DrawnZone {
    plan: Arc<Plan>,
    layer: Arc<ZoneLayer>,
    zone: Zone,
    outline: MultiPolygon<f64>,
    bbox: BBox,
    atoms: usize,
    area_m2: f64,
}

/// A border of a layer.
#[derive(Debug)]
pub struct DrawnBorder {
    plan: Arc<Plan>,
    layer: Arc<ZoneLayer>,
    border: ZoneBorder,
    bbox: BBox,
}

pub static ZONES: Source<DrawnZone> = Source {
    shape: Shape::Polygons,
    columns: &[
        Column::new("layer", "Layer of zones", Kind::Text, |z| (&z.layer.head.code).into()),
        Column::new("zone", "Code", Kind::Text, |z| (&z.zone.code).into()),
        Column::new("name", "Name", Kind::Text, |z| (&z.zone.name).into()),
        Column::new("name_zh", "Name in Chinese", Kind::Text, |z| z.zone.name_zh.as_ref().into()),
        Column::new("colour", "Of the fill", Kind::Text, |z| (&z.zone.colour).into()),
        Column::new("locked", "Nothing of it may change", Kind::Flag, |z| z.zone.locked.into()),
        Column::new("squads", "Codes of its squads", Kind::List, |z| {
            Value::List(z.zone.squads.iter().map(|s| json!(s.id)).collect())
        }),
        Column::new("team", "Its team by role", Kind::List, |z| {
            Value::List(z.zone.team.iter().map(|t| json!({ "role": t.role, "wanted": t.wanted })).collect())
        }),
        Column::new("plan", "Id of the plan", Kind::Text, |z| z.plan.head.id.into()),
        Column::new("revision", "Of the plan", Kind::Whole, |z| z.plan.head.revision.into()),
        Column::new("county", "Code of the county", Kind::Text, |z| (&z.plan.head.county).into()),
        Column::new("atoms", "Number of its atomic units", Kind::Whole, |z| z.atoms.into()),
        Column::new("area_m2", "Square metres", Kind::Number, |z| z.area_m2.into()),
    ],
    id: |z| format!("{}_{}", z.layer.head.code, z.zone.code),
    bbox: |z| z.bbox,
    geometry: |z| z.outline.clone().into(),
    newest: None,
};

pub static BORDERS: Source<DrawnBorder> = Source {
    shape: Shape::Lines,
    columns: &[
        Column::new("layer", "Layer of zones", Kind::Text, |b| (&b.layer.head.code).into()),
        Column::new("plan", "Id of the plan", Kind::Text, |b| b.plan.head.id.into()),
        Column::new("zones", "Codes of the zones beside it", Kind::List, |b| Value::List(json!(b.border.zones))),
        Column::new("outer", "Nothing lies beyond", Kind::Flag, |b| b.border.outer.into()),
    ],
    id: |b| {
        let zones: Vec<_> = b.border.zones.iter().map(Code::as_str).collect();
        let id = format!("{}_{}", b.layer.head.code, zones.join("_"));
        if b.border.outer { format!("{id}_outer") } else { id }
    },
    bbox: |b| b.bbox,
    geometry: |b| b.border.line.clone().into(),
    newest: None,
};

/// All zones asked for that meet the box.
pub async fn zone_rows(ctx: &Ctx, within: Option<BBox>, ask: Ask) -> Result<Box<dyn Rows>> {
    let drawn = drawn(ctx, &ask).await?;
    let draw = move |_: &mut _| {
        let zones = drawn.iter().flat_map(|(plan, layer)| zones(plan, layer));
        ZONES.rows(zones.filter(|z| within.is_none_or(|w| w.intersects(&z.bbox))).collect())
    };
    ctx.searches.run(draw).await
}

/// All borders between them that meet the box.
pub async fn border_rows(ctx: &Ctx, within: Option<BBox>, ask: Ask) -> Result<Box<dyn Rows>> {
    let drawn = drawn(ctx, &ask).await?;
    let draw = move |_: &mut _| {
        let borders = drawn.iter().flat_map(|(plan, layer)| lines(plan, layer));
        BORDERS.rows(borders.filter(|b| within.is_none_or(|w| w.intersects(&b.bbox))).collect())
    };
    ctx.searches.run(draw).await
}

async fn drawn(ctx: &Ctx, ask: &Ask) -> Result<Vec<Drawn>> {
    let wanted = |code: &Code| ask.layers.is_empty() || ask.layers.contains(code);
    if let Some(id) = &ask.plan {
        if ask.at.is_some() {
            return Err(Error::invalid("at", "a plan is drawn as it is; give a revision, not a time"));
        }
        let plan = plan_at(ctx, id, ask.revision).await?;
        if let Some(unknown) = ask.layers.iter().find(|l| plan.layer(l.as_str()).is_none()) {
            return Err(Error::invalid("layer", format!("the plan has no layer {unknown}")));
        }
        let layers = plan.layers.values().filter(|l| wanted(&l.head.code));
        return Ok(layers.map(|l| (Arc::clone(&plan), Arc::clone(l))).collect());
    }
    if ask.revision.is_some() {
        return Err(Error::invalid("revision", "a revision is a plan's: name the plan"));
    }
    let zones = Arc::clone(&ctx.world().zones);
    let here = zones.in_force(ask.at.unwrap_or_else(|| ctx.now())).filter(|h| wanted(&h.entry.layer));
    Ok(here.map(|h| (Arc::clone(h.plan), Arc::clone(h.layer))).collect())
}

/// Outlines of a layer's zones; neighbours share their borders.
pub fn outlines(plan: &Arc<Plan>, layer: &Arc<ZoneLayer>) -> Result<Vec<Feature>> {
    let rows = ZONES.rows(zones(plan, layer).collect());
    let shown = Shown::everything(&*rows);
    (0..rows.len()).map(|row| shown.feature(&*rows, row)).collect()
}

fn zones(plan: &Arc<Plan>, layer: &Arc<ZoneLayer>) -> impl Iterator<Item = DrawnZone> {
    layer.atoms_by_zone().into_iter().filter_map(|(code, atoms)| {
        let zone = layer.zones.get(code)?.clone();
        let outline = plan.atoms.outline(atoms.iter().copied());
        let area_m2 = tenths(atoms.iter().map(|a| plan.atoms.at(*a).area_m2).sum());
        let (plan, layer) = (Arc::clone(plan), Arc::clone(layer));
        Some(DrawnZone { plan, layer, zone, bbox: shape::bbox(&outline)?, outline, atoms: atoms.len(), area_m2 })
    })
}

fn lines(plan: &Arc<Plan>, layer: &Arc<ZoneLayer>) -> impl Iterator<Item = DrawnBorder> {
    borders(&plan.atoms, layer).into_iter().filter_map(|border| {
        let bbox = BBox::around(border.line.iter().flat_map(|l| l.0.iter().map(|c| (*c).into())))?;
        Some(DrawnBorder { plan: Arc::clone(plan), layer: Arc::clone(layer), border, bbox })
    })
}
