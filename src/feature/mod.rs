//! Floor 7: one word each: what it does, and its routes.

pub mod areas;
pub mod arrivals;
pub mod assignments;
pub mod auth;
pub mod basemap;
pub mod calibration;
pub mod calls;
pub mod catalogue;
pub mod coverage;
pub mod dispatch;
pub mod disruptions;
pub mod doors;
pub mod find;
mod generations;
pub mod handovers;
pub mod imports;
pub mod incidents;
pub mod isochrone;
pub mod kpis;
pub mod layers;
pub mod lists;
pub mod live;
pub mod log;
pub mod matters;
pub mod officers;
pub mod ogc;
pub mod ownership;
mod print;
pub mod recommend;
pub mod responsibility;
pub mod scenarios;
pub mod slots;
pub mod squads;
pub mod status;
pub mod tiles;
pub mod units;
pub mod whatif;
pub mod whistles;
pub mod zones;

use utoipa_axum::router::OpenApiRouter;

use crate::ctx::Ctx;

/// The routes of all words whose answers come at once; `live` answers for as long as a client stays.
pub fn routers() -> Vec<OpenApiRouter<Ctx>> {
    vec![
        areas::router(),
        arrivals::router(),
        assignments::router(),
        auth::router(),
        basemap::router(),
        calibration::router(),
        calls::router(),
        catalogue::router(),
        coverage::router(),
        dispatch::router(),
        disruptions::router(),
        find::router(),
        generations::router(),
        handovers::router(),
        imports::router(),
        incidents::router(),
        isochrone::router(),
        kpis::router(),
        layers::router(),
        lists::router(),
        log::router(),
        matters::router(),
        officers::router(),
        ownership::router(),
        recommend::router(),
        responsibility::router(),
        scenarios::router(),
        slots::router(),
        squads::router(),
        status::router(),
        tiles::router(),
        units::router(),
        whatif::router(),
        whistles::router(),
        zones::router(),
    ]
}
