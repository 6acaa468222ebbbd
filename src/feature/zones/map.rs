//! Zones as map features: fills, and borders that neighbours share.

use std::{collections::BTreeMap, sync::Arc};

use geojson::{Feature, GeometryValue};
use serde_json::json;
use uuid::Uuid;

use super::plan_at;
use crate::{
    api::feature,
    base::{BBox, Code, Error, Result, Timestamp, tenths},
    ctx::Ctx,
    domain::zones::{Plan, Zone, ZoneLayer, borders::borders, plan::Revision},
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

/// Fills, or borders, of all zones asked for that meet the box.
pub async fn features(ctx: &Ctx, within: Option<BBox>, ask: Ask, only_borders: bool) -> Result<Vec<Feature>> {
    let drawn = drawn(ctx, &ask).await?;
    let draw = move |_: &mut _| -> Result<Vec<Feature>> {
        let mut all = Vec::new();
        for (plan, layer) in &drawn {
            if only_borders { lines(plan, layer, within, &mut all)? } else { fills(plan, layer, within, &mut all)? }
        }
        Ok(all)
    };
    ctx.searches.run(draw).await?
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

fn properties(plan: &Plan, layer: &ZoneLayer, zone: &Zone) -> serde_json::Value {
    let team: Vec<_> = zone.team.iter().map(|t| json!({ "role": t.role, "wanted": t.wanted })).collect();
    json!({
        "layer": layer.head.code, "zone": zone.code, "name": zone.name, "name_zh": zone.name_zh,
        "colour": zone.colour, "locked": zone.locked, "squads": zone.squads.iter().map(|s| &s.id).collect::<Vec<_>>(),
        "team": team, "plan": plan.head.id, "revision": plan.head.revision, "county": plan.head.county,
    })
}

fn fills(plan: &Plan, layer: &ZoneLayer, within: Option<BBox>, all: &mut Vec<Feature>) -> Result<()> {
    for (code, atoms) in layer.atoms_by_zone() {
        let Some(zone) = layer.zones.get(code) else { continue };
        let outline = plan.atoms.outline(atoms.iter().copied());
        if !shape::bbox(&outline).is_some_and(|b| within.is_none_or(|w| w.intersects(&b))) {
            continue;
        }
        let mut told = properties(plan, layer, zone);
        told["atoms"] = json!(atoms.len());
        told["area_m2"] = json!(tenths(atoms.iter().map(|a| plan.atoms.at(*a).area_m2).sum()));
        all.push(feature(format!("{}_{code}", layer.head.code), GeometryValue::from(&outline), told)?);
    }
    Ok(())
}

/// Outlines of a layer's zones; neighbours share their borders.
pub fn outlines(plan: &Plan, layer: &ZoneLayer) -> Result<Vec<Feature>> {
    let mut all = Vec::new();
    fills(plan, layer, None, &mut all)?;
    Ok(all)
}

fn lines(plan: &Plan, layer: &ZoneLayer, within: Option<BBox>, all: &mut Vec<Feature>) -> Result<()> {
    for border in borders(&plan.atoms, layer) {
        let around = BBox::around(border.line.iter().flat_map(|l| l.0.iter().map(|c| (*c).into())));
        if !around.is_some_and(|b| within.is_none_or(|w| w.intersects(&b))) {
            continue;
        }
        let told = BTreeMap::from([
            ("layer", json!(layer.head.code)),
            ("plan", json!(plan.head.id)),
            ("zones", json!(border.zones)),
            ("outer", json!(border.outer)),
        ]);
        let id = format!("{}_{}", layer.head.code, border.zones.iter().map(Code::as_str).collect::<Vec<_>>().join("_"));
        let id = if border.outer { format!("{id}_outer") } else { id };
        all.push(feature(id, GeometryValue::from(&border.line), told)?);
    }
    Ok(())
}
