//! Quickest drives between many places.

use axum::{
    Json,
    body::Bytes,
    extract::{RawQuery, State},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{Stop, TABLE_MAX, rows},
    Answer, Asked, no_edge, places, read, read_query, refuse, unit,
    wire::{Cells, Matrix, MatrixAsk, Pair, Place, RefusalBody},
};
use crate::{
    api::{May, rights},
    base::LngLat,
    ctx::Ctx,
    kernel::{shape::round_deg, table::Leg, travel::Workspace},
};

pub(super) fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(get_matrix, post_matrix))
}

/// Quickest drives from each source to each target.
#[utoipa::path(get, path = "/sources_to_targets", operation_id = "valhalla_matrix_by_query", tag = "valhalla",
    params(Asked),
    responses((status = 200, body = Matrix), (status = 400, body = RefusalBody), (status = 501, body = RefusalBody)))]
async fn get_matrix(_: May<rights::Read>, State(ctx): State<Ctx>, RawQuery(query): RawQuery) -> Answer<Matrix> {
    matrix(ctx, read_query(query.as_deref())?).await
}

/// Quickest drives from each source to each target.
#[utoipa::path(post, path = "/sources_to_targets", operation_id = "valhalla_matrix", tag = "valhalla",
    request_body(content = MatrixAsk, example = json!({
        "sources": [{ "lat": 54.1498, "lon": -4.4779 }], "targets": [{ "lat": 54.1844, "lon": -4.5664 }],
        "costing": "auto" })),
    responses((status = 200, body = Matrix), (status = 400, body = RefusalBody), (status = 501, body = RefusalBody)))]
async fn post_matrix(_: May<rights::Read>, State(ctx): State<Ctx>, body: Bytes) -> Answer<Matrix> {
    matrix(ctx, read(&body)?).await
}

async fn matrix(ctx: Ctx, ask: MatrixAsk) -> Answer<Matrix> {
    let (sources, targets) = (ask.sources.unwrap_or_default(), ask.targets.unwrap_or_default());
    if sources.is_empty() || targets.is_empty() {
        return refuse(112, "Insufficiently specified required parameter 'locations' or 'sources & targets'");
    }
    if sources.len().saturating_mul(targets.len()) > TABLE_MAX {
        return refuse(150, format!("Exceeded max locations: {TABLE_MAX} pairs"));
    }
    let roads = ask.common.roads(&ctx).await?;
    let (units, metres) = unit(ask.units.as_deref());
    let (from, to) = (places(&sources, 131, "source")?, places(&targets, 132, "target")?);
    let (verbose, id) = (ask.verbose.unwrap_or(true), ask.common.id);
    let work = move |ws: &mut Workspace| -> Answer<Matrix> {
        let stop = |p: &LngLat| roads.stop(*p).map_or_else(|| no_edge(*p), Ok);
        let from: Vec<Stop> = from.iter().map(stop).collect::<Result<_, _>>()?;
        let to: Vec<Stop> = to.iter().map(stop).collect::<Result<_, _>>()?;
        let [sources, targets] = [&from, &to].map(|at| at.iter().map(Some).collect::<Vec<_>>());
        let legs = roads.table(ws, &sources, &targets, true);
        if legs.iter().flatten().all(Option::is_none) {
            return refuse(442, "No path could be found for input");
        }
        let places = |at: &[Stop]| verbose.then(|| at.iter().map(shown).collect());
        let cells = if verbose {
            Cells::Verbose(pairs(&legs, metres))
        } else {
            Cells::Short { durations: rows(&legs, time_s), distances: rows(&legs, |l| length(l, metres)) }
        };
        let (sources, targets) = (places(&from), places(&to));
        Ok(Json(Matrix { units, algorithm: "dijkstra", sources_to_targets: cells, sources, targets, id }))
    };
    ctx.studies.run(work).await?
}

/// Whole seconds.
fn time_s(leg: &Leg) -> u32 {
    (leg.ms + 500) / 1_000
}

/// In units of so many metres, to the third decimal.
fn length(leg: &Leg, metres: f64) -> f64 {
    (leg.mm as f64 / metres).round() / 1_000.0
}

fn pairs(legs: &[Vec<Option<Leg>>], metres: f64) -> Vec<Vec<Pair>> {
    let pair = |from_index: usize, (to_index, leg): (usize, &Option<Leg>)| Pair {
        from_index,
        to_index,
        time: leg.as_ref().map(time_s),
        distance: leg.as_ref().map(|l| length(l, metres)),
    };
    let row = |(from, row): (usize, &Vec<Option<Leg>>)| row.iter().enumerate().map(|leg| pair(from, leg)).collect();
    legs.iter().enumerate().map(row).collect()
}

fn shown(stop: &Stop) -> Place {
    let at = stop.nearest();
    Place { lon: round_deg(at.point.lng), lat: round_deg(at.point.lat) }
}
