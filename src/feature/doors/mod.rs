//! Familiar doors: clients written for OSRM or Valhalla ask here what they ask there, outside
//! `/api/v1`, and are answered in the shape they know. Reads only; the same keys as everywhere.
//! What each takes, leaves out and means is in `docs/doors.md`.

mod osrm;
mod valhalla;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use crate::{
    base::{LngLat, Result, tenths},
    ctx::Ctx,
    domain::{roads, squads::Profile, traffic::Scene},
    kernel::{
        graph::Graph,
        snap::{Snapped, Snapper},
        table::Leg,
        travel::TravelTime,
    },
};

/// Most cells of a table, sources times targets.
const TABLE_MAX: usize = 10_000;

pub fn router() -> OpenApiRouter<Ctx> {
    osrm::router().merge(valhalla::router())
}

/// The roads as they are now, under the profile a client named.
#[derive(Debug, Clone)]
struct Roads {
    scene: Arc<Scene>,
    profile: Profile,
}

impl Roads {
    /// `None` when there is no such profile here. Several words name one profile.
    async fn of(ctx: &Ctx, word: &str) -> Result<Option<Self>> {
        let profile = match word {
            "car" | "driving" | "auto" => Profile::Car,
            "ebike" | "bike" | "bicycle" | "cycling" => Profile::Ebike,
            "foot" | "walking" | "pedestrian" => Profile::Foot,
            _ => return Ok(None),
        };
        Ok(Some(Self { scene: ctx.scene(ctx.now()).await?, profile }))
    }

    fn graph(&self) -> &Graph {
        &self.roads().graph
    }

    fn travel(&self) -> TravelTime<'_> {
        self.roads().travel()
    }

    fn snapper(&self) -> &Snapper {
        &self.roads().snapper
    }

    fn roads(&self) -> &roads::Roads {
        self.scene.network().roads(self.profile)
    }

    fn snap(&self, point: LngLat) -> Option<Snapped> {
        self.roads().snap(point)
    }

    /// The street's name, empty where it has none.
    fn street(&self, at: &Snapped) -> &str {
        self.graph().name(at.link).unwrap_or_default()
    }
}

/// `None` where there is no way.
fn rows<T>(legs: &[Vec<Option<Leg>>], value: impl Fn(&Leg) -> T) -> Vec<Vec<Option<T>>> {
    legs.iter().map(|row| row.iter().map(|leg| leg.as_ref().map(&value)).collect()).collect()
}

/// Milliseconds as seconds to a tenth.
fn seconds(ms: u32) -> f64 {
    tenths(f64::from(ms) / 1_000.0)
}
