//! Familiar doors: clients written for OSRM, Valhalla or Open311 ask here what they ask there, outside
//! `/api/v1`, and are answered in the shape they know. The same keys as everywhere.
//! What each takes, leaves out and means is in `docs/doors.md`.

mod bearing;
mod open311;
mod osrm;
mod streets;
mod valhalla;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;

use self::bearing::Bearing;
use crate::{
    base::{LngLat, Result, tenths},
    ctx::Ctx,
    domain::{response::Definition, roads, squads::Profile, traffic::Scene},
    kernel::{
        dijkstra::{self, Route},
        entrance::Heading,
        graph::{CLOSED, Entrance, Graph, Position},
        snap::{SNAP_LIMIT_M, Snapped, Snapper},
        table::Leg,
        travel::Workspace,
    },
};

/// Most cells of a table, sources times targets.
const TABLE_MAX: usize = 10_000;
/// Most places of a route.
const STOPS_MAX: usize = 100;

pub fn router() -> OpenApiRouter<Ctx> {
    osrm::router().merge(valhalla::router()).merge(open311::router())
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
        Ok(Some(Self { scene: ctx.view(ctx.now()).await?.scene, profile }))
    }

    fn graph(&self) -> &Graph {
        &self.roads().graph
    }

    fn snapper(&self) -> &Snapper {
        &self.roads().snapper
    }

    fn roads(&self) -> &roads::Roads {
        self.scene.network().roads(self.profile)
    }

    fn definition(&self) -> &Definition {
        self.scene.coverage.definition()
    }

    /// Where one enters the roads from `point` and comes to it; `None` without any open road near.
    fn stop(&self, point: LngLat) -> Option<Stop> {
        let limits = self.definition().limits(SNAP_LIMIT_M);
        let ways = |heading| self.roads().entrances(point, heading, &limits).ok();
        Some(Stop { out: ways(Heading::Out)?, into: ways(Heading::In)? })
    }

    /// The same on the nearest road that leads so.
    fn stop_along(&self, point: LngLat, bearing: &Bearing) -> Option<Stop> {
        let graph = self.graph();
        let mut on = self.snapper().snap_several(graph, point, 1, |foot| bearing.fits(graph, foot));
        on.retain(|at| at.distance_m <= self.definition().limits(SNAP_LIMIT_M).first_m);
        (!on.is_empty()).then(|| Stop { out: on.clone(), into: on })
    }

    /// The quickest drive from each stop to the next, with what its entrances cost on foot more than the nearest;
    /// `None` where some has no way.
    fn drives(&self, ws: &mut dijkstra::Workspace, stops: &[Stop]) -> Option<Vec<(u32, Route)>> {
        let mut drive = |ends: &[Stop]| {
            let [from, to] = [&ends[0].out, &ends[1].into].map(|ways| self.definition().beside_first(ways));
            self.roads().drive(ws, &from, &to, CLOSED - 1)
        };
        stops.windows(2).map(&mut drive).collect()
    }

    /// The quickest drive from each of `sources` (rows) to each of `targets`, by whichever entrances; what
    /// these cost on foot more than the nearest is in its time. There is none from or to nowhere.
    fn table(
        &self,
        ws: &mut Workspace,
        sources: &[Option<&Stop>],
        targets: &[Option<&Stop>],
        lengths: bool,
    ) -> Vec<Vec<Option<Leg>>> {
        let beside =
            |ways: Option<&Vec<Snapped>>| ways.map_or_else(Vec::new, |ways| self.definition().beside_first(ways));
        let from: Vec<Vec<Entrance>> = sources.iter().map(|stop| beside(stop.map(|s| &s.out))).collect();
        let to: Vec<Vec<Entrance>> = targets.iter().map(|stop| beside(stop.map(|s| &s.into))).collect();
        let flat = |ways: &[Vec<Entrance>]| ways.iter().flatten().map(|e| e.at).collect::<Vec<Position>>();
        let legs = self.roads().travel().table(ws, &flat(&from), &flat(&to), lengths);
        let mut rows = legs.iter();
        let mut row = |from: &Vec<Entrance>| -> Vec<Option<Leg>> {
            let own: Vec<_> = from.iter().zip(rows.by_ref()).collect();
            let mut first = 0;
            let mut least = |to: &Vec<Entrance>| {
                let columns = first..first + to.len();
                first = columns.end;
                let later = |leg: Leg, a: &Entrance, b: &Entrance| Leg { ms: leg.ms + a.extra_ms + b.extra_ms, ..leg };
                let ways = own.iter().flat_map(|(a, row)| {
                    row[columns.clone()].iter().zip(to).filter_map(move |(leg, b)| Some(later((*leg)?, a, b)))
                });
                ways.min_by_key(|leg| leg.ms)
            };
            to.iter().map(&mut least).collect()
        };
        from.iter().map(&mut row).collect()
    }

    /// The street's name, empty where it has none.
    fn street(&self, at: &Snapped) -> &str {
        self.graph().name(at.link).unwrap_or_default()
    }
}

/// By which ways the roads are entered from a place, and left for it; the nearest first.
#[derive(Debug)]
struct Stop {
    out: Vec<Snapped>,
    into: Vec<Snapped>,
}

impl Stop {
    fn nearest(&self) -> &Snapped {
        &self.out[0]
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
