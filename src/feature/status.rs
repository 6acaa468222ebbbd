//! What this service is and holds: what a client asks first. Reads only.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Answer, May, rights},
    base::{Code, Timestamp},
    ctx::{BasemapState, Ctx},
    domain::{areas::Level, incidents::Filter, response::Definition},
};

/// Shown wherever OpenStreetMap data or results from it are.
pub const ATTRIBUTION: &str = "© OpenStreetMap contributors, ODbL 1.0";

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct County {
    code: Code,
    name: String,
    name_zh: Option<String>,
    /// west, south, east, north in degrees
    bbox: [f64; 4],
    /// IANA
    time_zone: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ServiceCounts)]
struct Counts {
    townships: usize,
    villages: usize,
    grids: usize,
    /// Those in the caller's scope.
    squads: usize,
    /// Hot ones in the caller's scope.
    incidents: usize,
    /// Those in which nothing has happened for too long.
    incidents_stuck: usize,
    /// Held ones in the caller's scope.
    calls: usize,
    /// Those that nobody has located in time.
    calls_overdue: usize,
    /// Those that nobody has accepted in time.
    handovers_late: usize,
    road_links: usize,
    buildings: usize,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ServiceStatus {
    version: &'static str,
    /// The first county; null while no areas were imported.
    county: Option<County>,
    /// A demonstration county is in force: its squads and incidents are made up, and what its names say.
    demo: bool,
    ready: bool,
    /// What stands in the way of being ready, with since when.
    unready: Vec<String>,
    /// To be shown beside the map; nothing for a map that is made up.
    attribution: Vec<String>,
    basemap: BasemapState,
    /// When the last position came in, where the squads on duty that sent theirs lately let nothing be heard since.
    positions_silent_since: Option<Timestamp>,
    counts: Counts,
    definition: Definition,
    /// The last change that answers reflect.
    seq: i64,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(status))
}

/// What this service is and holds.
#[utoipa::path(get, path = "/status", tag = "status", responses((status = 200, body = ServiceStatus)))]
async fn status(May(caller, _): May<rights::Read>, State(ctx): State<Ctx>) -> Answer<Json<ServiceStatus>> {
    let unready = ctx.unready();
    let world = ctx.world();
    let areas = &world.areas;
    let count = |level| areas.level(level).count();
    let network = world.roads.network();
    let sight = caller.sight(&world);
    let seen = Filter { sight: sight.clone(), ..Filter::default() };
    let county = areas.level(Level::County).next().map(|(_, a)| County {
        code: a.code.clone(),
        name: a.name.clone(),
        name_zh: a.name_zh.clone(),
        bbox: [a.bbox.west, a.bbox.south, a.bbox.east, a.bbox.north],
        time_zone: a.time_zone.clone(),
    });
    Ok(Json(ServiceStatus {
        version: env!("CARGO_PKG_VERSION"),
        county,
        demo: world.demo.in_force,
        ready: unready.is_empty(),
        unready,
        attribution: attribution(&ctx, world.demo.shows_real_map),
        basemap: ctx.basemap_state(),
        positions_silent_since: ctx.silent_since(&world),
        counts: Counts {
            townships: count(Level::Township),
            villages: count(Level::Village),
            grids: count(Level::Grid),
            squads: world.squads.all().filter(|squad| sight.sees_squad(squad)).count(),
            incidents: world.incidents.count(&seen),
            incidents_stuck: ctx.stuck(&world).iter().filter(|(incident, _)| incident.is_seen(&sight)).count(),
            calls: world.calls.all().filter(|call| call.is_seen(&sight)).count(),
            calls_overdue: ctx.overdue(&world).iter().filter(|call| call.is_seen(&sight)).count(),
            handovers_late: ctx.late_handovers(&world).iter().filter(|handover| handover.is_seen(&sight)).count(),
            road_links: network.map_or(0, |n| n.car().graph.links()),
            buildings: network.map_or(0, |n| n.buildings.len()),
        },
        definition: network.map_or_else(|| ctx.definition.clone(), |n| ctx.definition.over(n)),
        seq: world.seq,
    }))
}

/// Of the extract, and of an operator's own base map.
fn attribution(ctx: &Ctx, shows_real_map: bool) -> Vec<String> {
    let own = ctx.own_basemap().and_then(|own| own.archive.about.attribution.clone());
    shows_real_map.then(|| ATTRIBUTION.to_owned()).into_iter().chain(own).collect()
}
