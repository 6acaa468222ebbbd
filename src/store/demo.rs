//! Taking the bundled demonstration county away, when a real one moves in.

use super::{db::q, log::Write};
use crate::{base::Result, change::Change};

/// Removes areas, roads, squads and synthetic incidents of the demo. What people reported stays.
pub async fn remove(w: &mut Write) -> Result<()> {
    for sql in [
        "UPDATE area_generations SET valid_to_ms = $1 WHERE demo = 1 AND valid_to_ms IS NULL",
        "UPDATE road_networks SET retired_at_ms = $1 WHERE demo = 1 AND retired_at_ms IS NULL",
    ] {
        q(sql).bind(w.at).exec_tx(&mut w.tx).await?;
    }
    for sql in [
        "DELETE FROM incident_reporters WHERE incident IN (SELECT id FROM incidents WHERE synthetic = 1)",
        "DELETE FROM incidents WHERE synthetic = 1",
        "DELETE FROM squad_fixes WHERE squad IN (SELECT id FROM squads WHERE demo = 1)",
        "DELETE FROM squads WHERE demo = 1",
    ] {
        q(sql).exec_tx(&mut w.tx).await?;
    }
    w.record(Change::DemoRemoved {});
    Ok(())
}
