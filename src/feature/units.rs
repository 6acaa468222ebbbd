//! Units: who there is, whom they serve, and who is on duty. Dispatch systems and the page look them up;
//! the tree and its rosters come in by `xunge import units` and `xunge import rosters`. Reads only.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Answer, May, Path, ProblemBody, Query, rights},
    base::{Code, Error, Timestamp},
    ctx::Ctx,
    domain::units::{Duty, Unit, UnitKind},
    world::World,
};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UnitsAsked {
    /// Only of this kind
    #[param(inline)]
    kind: Option<UnitKind>,
    /// Only those that serve this area
    #[param(value_type = Option<String>)]
    area: Option<Code>,
    /// Only those that exist at this time
    at: Option<Timestamp>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct UnitList {
    /// By code.
    units: Vec<Unit>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OnDutyAt {
    /// Who is on duty when? Now when not given
    at: Option<Timestamp>,
}

/// Who of a unit is on duty.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OnDuty {
    pub unit: Code,
    pub role: String,
    pub office_line: String,
    pub leader: Option<String>,
    /// The slice that they are on duty for.
    #[schema(value_type = Option<String>)]
    pub area: Option<Code>,
}

impl From<&Duty> for OnDuty {
    fn from(d: &Duty) -> Self {
        let Duty { unit, role, office_line, leader, area, .. } = d.clone();
        Self { unit, role, office_line, leader, area }
    }
}

/// A unit with what hangs on it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct UnitWhole {
    unit: Unit,
    /// The units above it, upwards.
    line: Vec<Code>,
    /// The units directly beneath it.
    children: Vec<Code>,
    /// The area that it serves, its own or that of the next unit above that has one.
    #[schema(value_type = Option<String>)]
    serves: Option<Code>,
    /// Squads that have its powers.
    squads: Vec<Code>,
    /// Layers of patrol zones in force that it owns.
    zone_layers: Vec<Code>,
    roster: Vec<Duty>,
    /// Of these, who is on duty at `at`.
    on_duty: Vec<OnDuty>,
    at: Timestamp,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(one))
}

/// All units, by code.
#[utoipa::path(get, path = "/units", operation_id = "list_units", tag = "responsibility", params(UnitsAsked),
    responses((status = 200, body = UnitList), (status = 400, body = ProblemBody)))]
async fn list(_: May<rights::Read>, State(ctx): State<Ctx>, Query(ask): Query<UnitsAsked>) -> Answer<Json<UnitList>> {
    let units = ctx.world().units.clone();
    let fits = |ix: &usize| {
        let unit = units.at(*ix);
        ask.kind.is_none_or(|kind| unit.kind == kind)
            && ask.area.as_ref().is_none_or(|area| units.area(*ix) == Some(area))
            && ask.at.is_none_or(|at| unit.span.holds(at))
    };
    let found = (0..units.all().len()).filter(fits).map(|ix| units.at(ix).clone()).collect();
    Ok(Json(UnitList { units: found }))
}

/// One unit, with its place in the tree, its squads, its zone layers and its roster.
#[utoipa::path(get, path = "/units/{code}", operation_id = "get_unit", tag = "responsibility",
    params(("code" = String, Path), OnDutyAt),
    responses((status = 200, body = UnitWhole), (status = 400, body = ProblemBody), (status = 404, body = ProblemBody)))]
async fn one(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(code): Path<Code>,
    Query(ask): Query<OnDutyAt>,
) -> Answer<Json<UnitWhole>> {
    let at = ask.at.unwrap_or_else(|| ctx.now());
    let world = ctx.world();
    let World { units, squads, zones, areas, .. } = &*world;
    let ix = units.index(&code).ok_or_else(|| Error::not_found("unit", &code))?;
    let zone = areas.time_zone();
    let roster = units.roster(&code);
    Ok(Json(UnitWhole {
        unit: units.at(ix).clone(),
        line: units.line(ix).skip(1).map(|ix| units.at(ix).code.clone()).collect(),
        children: units.children(ix).map(|u| u.code.clone()).collect(),
        serves: units.area(ix).cloned(),
        squads: squads.all().filter(|s| s.unit == code).map(|s| s.id.clone()).collect(),
        zone_layers: zones.in_force(at).filter(|z| z.layer.head.owner == code).map(|z| z.entry.layer.clone()).collect(),
        roster: roster.to_vec(),
        on_duty: roster.iter().filter(|d| d.is_on(at, &zone)).map(OnDuty::from).collect(),
        at,
    }))
}
