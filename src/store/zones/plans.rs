//! Plans: a row for each, for each layer, and for each zone with its atoms.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::Serialize;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Count, ground, json, parsed, uuid};
use crate::{
    base::{Code, Error, Result, Timestamp},
    domain::zones::{
        Change, Grounds, Plan, PlanHead, PlanState, Zone, ZoneLayer,
        delta::{Changes, Key, Value},
        plan::{Corridor, Holders, PlanVersion, Revision},
    },
    store::{
        db::{Tx, Val, insert_many, q},
        log::Write,
        stored,
    },
};

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    name_zh: Option<String>,
    state: String,
    county: String,
    generation: i64,
    cell_resolution: i64,
    author: String,
    reviewer: Option<String>,
    parent: Option<String>,
    parent_revision: Option<i64>,
    revision: i64,
    created_at_ms: i64,
}

impl TryFrom<Row> for PlanHead {
    type Error = Error;
    fn try_from(r: Row) -> Result<Self> {
        let parent = match (r.parent, r.parent_revision) {
            (Some(plan), Some(revision)) => Some(PlanVersion { plan: uuid(&plan)?, revision }),
            _ => None,
        };
        Ok(Self {
            id: uuid(&r.id)?,
            name: r.name,
            name_zh: r.name_zh,
            state: stored(&r.state)?,
            county: stored(&r.county)?,
            generation: r.generation,
            cell_resolution: r.cell_resolution as u8,
            author: r.author,
            reviewer: r.reviewer,
            parent,
            revision: r.revision,
            created_at: Timestamp::from_ms(r.created_at_ms)?,
        })
    }
}

#[derive(FromRow)]
struct LayerRow {
    plan: String,
    head: String,
    locked_atoms: String,
    corridors: String,
}

#[derive(FromRow)]
struct ZoneRow {
    plan: String,
    layer: String,
    body: String,
    atoms: String,
}

macro_rules! select {
    ($table:literal, $columns:literal, $tail:literal) => {
        concat!("SELECT ", $columns, " FROM ", $table, " ", $tail)
    };
}

macro_rules! heads {
    ($tail:literal) => {
        select!(
            "plans",
            "id, name, name_zh, state, county, generation, cell_resolution, author, reviewer, parent, \
             parent_revision, revision, created_at_ms",
            $tail
        )
    };
}

macro_rules! layers {
    ($tail:literal) => {
        select!("plan_layers", "plan, head, locked_atoms, corridors", $tail)
    };
}

macro_rules! zones {
    ($tail:literal) => {
        select!("plan_zones", "plan, layer, body, atoms", $tail)
    };
}

/// All plans.
pub(super) async fn load(tx: &mut Tx, grounds: &Grounds) -> Result<Vec<Arc<Plan>>> {
    let heads: Vec<Row> = q(heads!("ORDER BY id")).all_tx(tx).await?;
    let layers = q(layers!("ORDER BY plan, layer")).all_tx(tx).await?;
    let zones = q(zones!("ORDER BY plan, layer, zone")).all_tx(tx).await?;
    whole(tx, grounds, heads, layers, zones).await
}

/// One plan as it is now.
pub async fn plan(tx: &mut Tx, grounds: &Grounds, id: &Uuid) -> Result<Option<Arc<Plan>>> {
    let heads: Vec<Row> = q(heads!("WHERE id = $1")).bind(*id).all_tx(tx).await?;
    let layers = q(layers!("WHERE plan = $1 ORDER BY layer")).bind(*id).all_tx(tx).await?;
    let zones = q(zones!("WHERE plan = $1 ORDER BY layer, zone")).bind(*id).all_tx(tx).await?;
    Ok(whole(tx, grounds, heads, layers, zones).await?.pop())
}

async fn whole(
    tx: &mut Tx,
    grounds: &Grounds,
    heads: Vec<Row>,
    layers: Vec<LayerRow>,
    zones: Vec<ZoneRow>,
) -> Result<Vec<Arc<Plan>>> {
    let mut plans: BTreeMap<String, Plan> = BTreeMap::new();
    for row in heads {
        let (id, head) = (row.id.clone(), PlanHead::try_from(row)?);
        let atoms = ground(tx, grounds, &head.county, head.generation, head.cell_resolution).await?;
        plans.insert(id, Plan { head, atoms, layers: BTreeMap::new() });
    }
    for row in layers {
        let Some(plan) = plans.get_mut(&row.plan) else { continue };
        let mut layer = ZoneLayer::new(parsed(&row.head)?, &plan.atoms);
        let locked: Vec<Code> = parsed(&row.locked_atoms)?;
        layer.locked_atoms = locked.iter().map(|a| plan.atoms.known(a)).collect::<Result<_>>()?;
        let corridors: Vec<Corridor> = parsed(&row.corridors)?;
        layer.corridors = corridors.into_iter().map(|c| (c.code.clone(), c)).collect();
        plan.layers.insert(layer.head.code.clone(), Arc::new(layer));
    }
    for row in zones {
        let Some(plan) = plans.get_mut(&row.plan) else { continue };
        let Some(layer) = plan.layers.get_mut(row.layer.as_str()).map(Arc::make_mut) else { continue };
        let zone: Zone = parsed(&row.body)?;
        let atoms: Vec<Code> = parsed(&row.atoms)?;
        for atom in &atoms {
            let held = &mut layer.holders[plan.atoms.known(atom)? as usize];
            *held = held.with(&zone.code);
        }
        layer.zones.insert(zone.code.clone(), zone);
    }
    Ok(plans.into_values().map(Arc::new).collect())
}

/// Adds a plan. A second one with the same id is a [`Kind::Conflict`](crate::base::Kind::Conflict).
pub async fn insert(w: &mut Write, plan: &Plan) -> Result<()> {
    let h = &plan.head;
    let row: Vec<Val> = vec![
        h.id.into(),
        h.name.as_str().into(),
        h.name_zh.clone().into(),
        h.state.as_str().into(),
        (&h.county).into(),
        h.generation.into(),
        i64::from(h.cell_resolution).into(),
        h.author.as_str().into(),
        h.reviewer.clone().into(),
        h.parent.map(|p| p.plan).into(),
        h.parent.map(|p| p.revision).into(),
        h.revision.into(),
        h.created_at.into(),
    ];
    let head = "INSERT INTO plans (id, name, name_zh, state, county, generation, cell_resolution, author, reviewer, \
                parent, parent_revision, revision, created_at_ms)";
    insert_many(&mut w.tx, head, [row], "").await?;
    let layers = plan.layers.values().map(|l| layer_row(plan, l)).collect::<Result<Vec<_>>>()?;
    insert_many(&mut w.tx, LAYER_HEAD, layers, "").await?;
    for layer in plan.layers.values() {
        let rows = layer.zones.keys().map(|zone| zone_row(plan, layer, zone)).collect::<Result<Vec<_>>>()?;
        insert_many(&mut w.tx, ZONE_HEAD, rows, "").await?;
    }
    w.record(Change::Plan { plan: h.id });
    Ok(())
}

const LAYER_HEAD: &str = "INSERT INTO plan_layers (plan, layer, head, locked_atoms, corridors)";
const ZONE_HEAD: &str = "INSERT INTO plan_zones (plan, layer, zone, body, atoms)";

fn layer_row(plan: &Plan, layer: &ZoneLayer) -> Result<Vec<Val>> {
    let locked: Vec<&Code> = layer.locked_atoms.iter().map(|a| &plan.atoms.at(*a).code).collect();
    let corridors: Vec<&Corridor> = layer.corridors.values().collect();
    let (head, locked, corridors) = (json(&layer.head)?, json(&locked)?, json(&corridors)?);
    Ok(vec![plan.head.id.into(), (&layer.head.code).into(), head.into(), locked.into(), corridors.into()])
}

fn zone_row(plan: &Plan, layer: &ZoneLayer, zone: &Code) -> Result<Vec<Val>> {
    let atoms: Vec<&Code> = layer.atoms_of(zone.as_str()).map(|a| &plan.atoms.at(a).code).collect();
    let (body, atoms) = (json(&layer.zones[zone])?, json(&atoms)?);
    Ok(vec![plan.head.id.into(), (&layer.head.code).into(), zone.into(), body.into(), atoms.into()])
}

/// Rewrites the rows that `changes` led to: `plan` is as it is afterwards.
pub(super) async fn rewrite(tx: &mut Tx, plan: &Plan, changes: &Changes) -> Result<()> {
    let (mut layers, mut zones): (BTreeSet<&Code>, BTreeSet<(&Code, &Code)>) = Default::default();
    for (key, changed) in changes {
        match key {
            Key::Layer(layer) | Key::Corridor(layer, _) | Key::AtomLock(layer, _) => drop(layers.insert(layer)),
            Key::Zone(layer, zone) => drop(zones.insert((layer, zone))),
            Key::Atom(layer, _) => {
                for held in [&changed.before, &changed.after] {
                    let codes = if let Value::Atom(holders) = held { Holders::codes(holders) } else { &[] };
                    zones.extend(codes.iter().map(|zone| (layer, zone)));
                }
            }
        }
    }
    let id = plan.head.id;
    for (layer, zone) in zones {
        let delete = "DELETE FROM plan_zones WHERE plan = $1 AND layer = $2 AND zone = $3";
        q(delete).bind(id).bind(layer).bind(zone).exec_tx(tx).await?;
        if let Some(there) = plan.layers.get(layer).filter(|l| l.zones.contains_key(zone)) {
            insert_many(tx, ZONE_HEAD, [zone_row(plan, there, zone)?], "").await?;
        }
    }
    for layer in layers {
        q("DELETE FROM plan_layers WHERE plan = $1 AND layer = $2").bind(id).bind(layer).exec_tx(tx).await?;
        if let Some(there) = plan.layers.get(layer) {
            insert_many(tx, LAYER_HEAD, [layer_row(plan, there)?], "").await?;
        }
    }
    Ok(())
}

/// One step of a plan's way from draft to frozen.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = PlanVerdict)]
pub struct Verdict {
    pub at: Timestamp,
    pub by: String,
    pub state: PlanState,
    pub reason: String,
    /// Which the plan had then.
    pub revision: Revision,
}

#[derive(FromRow)]
struct VerdictRow {
    at_ms: i64,
    actor: String,
    state: String,
    reason: String,
    revision: i64,
}

/// In order.
pub async fn verdicts(tx: &mut Tx, id: &Uuid) -> Result<Vec<Verdict>> {
    let rows: Vec<VerdictRow> =
        q("SELECT at_ms, actor, state, reason, revision FROM plan_verdicts WHERE plan = $1 ORDER BY n")
            .bind(*id)
            .all_tx(tx)
            .await?;
    let verdict = |r: VerdictRow| {
        let (at, state) = (Timestamp::from_ms(r.at_ms)?, stored(&r.state)?);
        Ok(Verdict { at, by: r.actor, state, reason: r.reason, revision: r.revision })
    };
    rows.into_iter().map(verdict).collect()
}

/// Whether `actor` neither made the plan nor edited it nor sent it to review.
pub async fn is_stranger(tx: &mut Tx, id: &Uuid, actor: &str) -> Result<bool> {
    let sql = "SELECT (SELECT COUNT(*) FROM plans WHERE id = $1 AND author = $2) \
               + (SELECT COUNT(*) FROM plan_batches WHERE plan = $1 AND author = $2) \
               + (SELECT COUNT(*) FROM plan_verdicts WHERE plan = $1 AND actor = $2 AND state = 'in_review') AS n";
    let own = q(sql).bind(*id).bind(actor).opt_tx::<Count>(tx).await?;
    Ok(own.is_none_or(|c| c.n == 0))
}

/// Puts the plan in another state, if it is still at this revision and in this state; says whether it was.
pub async fn judge(w: &mut Write, from: &PlanHead, verdict: &Verdict) -> Result<bool> {
    let reviewer = (verdict.state == PlanState::Frozen).then(|| verdict.by.clone());
    let sql = "UPDATE plans SET state = $1, reviewer = $2 WHERE id = $3 AND revision = $4 AND state = $5";
    let update = q(sql).bind(verdict.state.as_str()).bind(reviewer).bind(from.id).bind(from.revision);
    if update.bind(from.state.as_str()).exec_tx(&mut w.tx).await? == 0 {
        return Ok(false);
    }
    let n = q("SELECT COUNT(*) AS n FROM plan_verdicts WHERE plan = $1").bind(from.id).opt_tx::<Count>(&mut w.tx);
    let n = n.await?.map_or(0, |c| c.n);
    let row: Vec<Val> = vec![
        from.id.into(),
        n.into(),
        verdict.at.into(),
        verdict.by.as_str().into(),
        verdict.state.as_str().into(),
        verdict.reason.as_str().into(),
        verdict.revision.into(),
    ];
    let head = "INSERT INTO plan_verdicts (plan, n, at_ms, actor, state, reason, revision)";
    insert_many(&mut w.tx, head, [row], "").await?;
    w.record(Change::Plan { plan: from.id });
    Ok(true)
}

/// Takes away the plans of demo counties, or of all where `least` is 0.
pub async fn remove_of_demo(tx: &mut Tx, least: i64) -> Result<()> {
    for sql in [
        "DELETE FROM zone_force WHERE plan IN (SELECT p.id FROM plans p JOIN area_generations g \
         ON g.generation = p.generation WHERE g.demo >= $1)",
        "DELETE FROM plan_verdicts WHERE plan IN (SELECT p.id FROM plans p JOIN area_generations g \
         ON g.generation = p.generation WHERE g.demo >= $1)",
        "DELETE FROM plan_batches WHERE plan IN (SELECT p.id FROM plans p JOIN area_generations g \
         ON g.generation = p.generation WHERE g.demo >= $1)",
        "DELETE FROM plan_zones WHERE plan IN (SELECT p.id FROM plans p JOIN area_generations g \
         ON g.generation = p.generation WHERE g.demo >= $1)",
        "DELETE FROM plan_layers WHERE plan IN (SELECT p.id FROM plans p JOIN area_generations g \
         ON g.generation = p.generation WHERE g.demo >= $1)",
        "DELETE FROM plans WHERE generation IN (SELECT generation FROM area_generations WHERE demo >= $1)",
    ] {
        q(sql).bind(least).exec_tx(tx).await?;
    }
    Ok(())
}
