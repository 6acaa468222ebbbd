//! What part of the county a shift hands over, and what is open in it now.

use axum::{Json, extract::State};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Answer, May, ProblemBody, Query, rights},
    base::{Code, Error, Kind, Result},
    ctx::Ctx,
    domain::{
        auth::{Scope, Sight},
        handovers::OpenThings,
    },
    world::World,
};

/// What part of the county.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PartAsked {
    /// Code of an area
    #[param(value_type = Option<String>)]
    area: Option<Code>,
    /// Code of a unit
    #[param(value_type = Option<String>)]
    unit: Option<Code>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(preview))
}

/// What a handover would list now.
#[utoipa::path(get, path = "/handovers/open", operation_id = "show_open_things", tag = "handovers", params(PartAsked),
    responses((status = 200, body = OpenThings), (status = 400, body = ProblemBody), (status = 403, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn preview(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Query(ask): Query<PartAsked>,
) -> Answer<Json<OpenThings>> {
    let world = ctx.world();
    let part = Part::of(ask.area, ask.unit, &caller.sight(&world), &world)?;
    Ok(Json(ctx.open_ground(&world).open(&part.sight(&world))?))
}

/// What is handed over.
#[derive(Debug)]
pub(super) struct Part {
    pub area: Option<Code>,
    pub unit: Option<Code>,
}

impl Part {
    /// # Errors
    /// `Invalid` for both, and for what is not there; `Forbidden` for what is out of sight.
    pub fn of(area: Option<Code>, unit: Option<Code>, sight: &Sight, world: &World) -> Result<Self> {
        if area.is_some() && unit.is_some() {
            return Err(Error::invalid("unit", "give an area or a unit, not both"));
        }
        let area = area.or_else(|| sight.only_area().filter(|_| unit.is_none()).cloned());
        if let Some(code) = area.as_ref().filter(|code| world.areas.get(code.as_str()).is_none()) {
            return Err(Error::invalid("area", format!("there is no area {code}")));
        }
        if let Some(code) = unit.as_ref().filter(|code| world.units.get(code).is_none()) {
            return Err(Error::invalid("unit", format!("there is no unit {code}")));
        }
        let out = |what: &str, field: &str| {
            Err(Error::new(Kind::Forbidden, format!("{what} is out of the scope of this key")).at(field))
        };
        match (&area, &unit) {
            (Some(code), _) if !sight.sees_area(code) => out(&format!("area {code}"), "area"),
            (_, Some(code)) if !sight.is_of(code) => out(&format!("unit {code}"), "unit"),
            (None, None) if !sight.is_everything() => out("all of it", "area"),
            _ => Ok(Self { area, unit }),
        }
    }

    pub fn sight(&self, world: &World) -> Sight {
        let scope = Scope {
            areas: self.area.iter().cloned().collect(),
            units: self.unit.iter().cloned().collect(),
            squad: None,
        };
        scope.sight(&world.areas, &world.units)
    }
}
