//! Whether a data folder is new, holds a demonstration county or somebody's own data, and taking that
//! away when another one moves in.

use sqlx::FromRow;

use super::{
    areas,
    db::{Tx, q},
    load::{Kept, Source, everything},
    log::Write,
    roads, zones,
};
use crate::{
    base::Result,
    domain::demo::{Change, Demo},
    world::Update,
};

impl Kept for Demo {
    async fn load(tx: &mut Tx, _: Source<'_>) -> Result<Self> {
        Ok(Self { in_force: in_force(tx).await?, shows_real_map: shows_real_map(tx).await? })
    }

    async fn read(tx: &mut Tx, source: Source<'_>, _: &Change) -> Result<Vec<Update>> {
        everything(tx, source).await
    }
}

/// What the source of a demonstration begins with where roads and borders are made up too.
pub const MADE_UP: &str = "synthetic";

#[derive(FromRow)]
struct Count {
    n: i64,
}

/// Whether anything but keys was ever written.
pub async fn is_used(tx: &mut Tx) -> Result<bool> {
    let count = q("SELECT COUNT(*) AS n FROM change_log WHERE kind <> 'keys'").opt_tx::<Count>(tx).await?;
    Ok(count.is_some_and(|c| c.n > 0))
}

/// Whether areas or roads in force are the demo's.
pub async fn in_force(tx: &mut Tx) -> Result<bool> {
    let areas = areas::in_force_tx(tx).await?.iter().any(|g| g.demo != 0);
    Ok(areas || roads::in_force(tx).await?.is_some_and(|r| r.demo != 0))
}

async fn shows_real_map(tx: &mut Tx) -> Result<bool> {
    let real = |demo: i64, source: &str| demo == 0 || !source.starts_with(MADE_UP);
    let areas = areas::in_force_tx(tx).await?.iter().any(|g| real(g.demo, &g.source));
    Ok(areas || roads::in_force(tx).await?.is_some_and(|r| real(r.demo, &r.source)))
}

/// What is there that is not the demo's, as words for a message.
pub async fn own(tx: &mut Tx) -> Result<Vec<&'static str>> {
    let mut words = Vec::new();
    for (word, sql) in [
        ("areas", "SELECT COUNT(*) AS n FROM area_generations WHERE demo = 0 AND valid_to_ms IS NULL"),
        ("roads", "SELECT COUNT(*) AS n FROM road_networks WHERE demo = 0 AND retired_at_ms IS NULL"),
        ("squads", "SELECT COUNT(*) AS n FROM squads WHERE demo = 0"),
        ("units", "SELECT COUNT(*) AS n FROM units WHERE demo = 0"),
        ("officers", "SELECT COUNT(*) AS n FROM officers WHERE demo = 0"),
        ("lists", "SELECT COUNT(*) AS n FROM lists WHERE demo = 0"),
        ("incidents", "SELECT COUNT(*) AS n FROM incidents WHERE synthetic = 0"),
    ] {
        if q(sql).opt_tx::<Count>(tx).await?.is_some_and(|c| c.n > 0) {
            words.push(word);
        }
    }
    Ok(words)
}

/// Removes areas, roads, units with their rosters, lists, officers, squads with their drives, and synthetic incidents of the demo, and the
/// calibration, which was fitted on its roads. What people reported stays.
pub async fn remove(w: &mut Write) -> Result<()> {
    remove_from(w, 1).await
}

/// As [`remove`], and the areas, roads, units, lists, officers and squads that are somebody's own as well.
pub async fn remove_all(w: &mut Write) -> Result<()> {
    remove_from(w, 0).await
}

async fn remove_from(w: &mut Write, least: i64) -> Result<()> {
    for sql in [
        "UPDATE area_generations SET valid_to_ms = $1 WHERE demo >= $2 AND valid_to_ms IS NULL",
        "UPDATE road_networks SET retired_at_ms = $1 WHERE demo >= $2 AND retired_at_ms IS NULL",
    ] {
        q(sql).bind(w.at).bind(least).exec_tx(&mut w.tx).await?;
    }
    for sql in [
        "DELETE FROM incident_reporters WHERE incident IN (SELECT id FROM incidents WHERE synthetic = 1)",
        "DELETE FROM incident_actions WHERE incident IN (SELECT id FROM incidents WHERE synthetic = 1)",
        "DELETE FROM whistles WHERE incident IN (SELECT id FROM incidents WHERE synthetic = 1)",
        "DELETE FROM assignment_steps WHERE assignment IN (SELECT a.id FROM assignments a JOIN incidents i \
         ON i.id = a.incident WHERE i.synthetic = 1)",
        "DELETE FROM assignments WHERE incident IN (SELECT id FROM incidents WHERE synthetic = 1)",
        "DELETE FROM precedents WHERE incident IN (SELECT id FROM incidents WHERE synthetic = 1)",
        "DELETE FROM incidents WHERE synthetic = 1",
        "DELETE FROM documents WHERE name = 'calibration'",
    ] {
        q(sql).exec_tx(&mut w.tx).await?;
    }
    zones::remove_of_demo(&mut w.tx, least).await?;
    for sql in [
        "DELETE FROM list_entries WHERE (list, version) IN (SELECT list, version FROM lists WHERE demo >= $1)",
        "DELETE FROM lists WHERE demo >= $1",
        "DELETE FROM rosters WHERE unit IN (SELECT code FROM units WHERE demo >= $1)",
        "DELETE FROM units WHERE demo >= $1",
        "DELETE FROM officer_persons WHERE officer IN (SELECT id FROM officers WHERE demo >= $1)",
        "DELETE FROM officer_recusals WHERE officer IN (SELECT id FROM officers WHERE demo >= $1)",
        "DELETE FROM officer_certificates WHERE officer IN (SELECT id FROM officers WHERE demo >= $1)",
        "DELETE FROM officers WHERE demo >= $1",
        "DELETE FROM squad_fixes WHERE squad IN (SELECT id FROM squads WHERE demo >= $1)",
        "DELETE FROM squad_statuses WHERE squad IN (SELECT id FROM squads WHERE demo >= $1)",
        "DELETE FROM arrivals WHERE squad IN (SELECT id FROM squads WHERE demo >= $1)",
        "DELETE FROM squads WHERE demo >= $1",
    ] {
        q(sql).bind(least).exec_tx(&mut w.tx).await?;
    }
    // Their ids may be used again.
    for sql in [
        "DELETE FROM receipts WHERE word = 'squads' AND id NOT IN (SELECT id FROM squads)",
        "DELETE FROM receipts WHERE word = 'zones' AND id NOT IN (SELECT id FROM plans)",
        "DELETE FROM receipts WHERE word = 'arrivals' AND id NOT IN (SELECT id FROM arrivals)",
    ] {
        q(sql).exec_tx(&mut w.tx).await?;
    }
    w.record(Change::DemoRemoved {});
    Ok(())
}
