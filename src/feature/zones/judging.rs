//! What a plan comes to, and what it changes: planners look at a layer's figures after every edit, and
//! lay two plans, or a plan and today, side by side. Reads only.

use std::{
    sync::{Arc, PoisonError},
    time::Instant,
};

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use geojson::Feature;
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    plan,
    report::{ComparisonReport, ReportLanguage},
};
use crate::{
    api::{Answer, FeatureLayer, May, Path, ProblemBody, Query, feature, layer as geojson_layer, rights},
    base::{Code, Error, Result, Timestamp},
    ctx::{
        Ctx, View,
        judges::{CountedDays, past},
    },
    domain::{
        areas::Level,
        coverage::Placement,
        response::{Definition, Excluded},
        traffic::Scene,
        zones::{
            Plan, ZoneLayer,
            compare::{Comparison, Side, compare},
            judge::{FIGURES, FigureDefinition, Judge, JudgeAssumptions, Judgement, OnShift},
            plan::PlanVersion,
        },
    },
    feature::status::ATTRIBUTION,
    kernel::travel::Workspace,
};

const DAY_MS: i64 = 24 * 3_600_000;
const HOUR_MS: i64 = 3_600_000;

/// How a layer is judged.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct JudgeParams {
    /// The layer of the plan
    layer: Code,
    /// Whose shifts count, how the roads are, and the end of the days whose incidents count; the hour
    /// that has begun when not given
    at: Option<Timestamp>,
    /// Later is late; 30 when not given
    minutes: Option<u32>,
    /// On the scene of an incident; 40 when not given
    handling_min: Option<f64>,
    /// How often a week every road is driven along; 2 when not given
    patrols_per_week: Option<f64>,
    /// 15 when not given
    patrol_km_per_h: Option<f64>,
    /// Incidents of so many days before count; 365 when not given
    days: Option<u32>,
}

/// What the answer is.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CompareParams {
    /// The layer of both
    layer: Code,
    /// Another plan, which counts as before; what is in force at `at` when not given
    with: Option<Uuid>,
    /// As for a judgement
    at: Option<Timestamp>,
    /// As for a judgement
    minutes: Option<u32>,
    /// As for a judgement
    handling_min: Option<f64>,
    /// As for a judgement
    patrols_per_week: Option<f64>,
    /// As for a judgement
    patrol_km_per_h: Option<f64>,
    /// As for a judgement
    days: Option<u32>,
    /// json when not given; geojson and csv tell the atoms that moved, html is a report to print
    #[param(inline)]
    format: Option<ComparisonFormat>,
    /// Of the report: zh or en, which counts when not given
    #[param(inline)]
    lang: Option<ReportLanguage>,
}

/// How a comparison is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ComparisonFormat {
    Json,
    Geojson,
    Csv,
    Html,
}

/// What was asked, with what is taken when nothing is said.
#[derive(Debug, Clone)]
struct Ask {
    layer: Code,
    at: Timestamp,
    assumptions: JudgeAssumptions,
}

impl JudgeParams {
    fn ask(self, ctx: &Ctx) -> Ask {
        let default = JudgeAssumptions::default();
        let now = ctx.now();
        Ask {
            layer: self.layer,
            at: self.at.unwrap_or_else(|| now.plus_ms(-now.ms().rem_euclid(HOUR_MS))),
            assumptions: JudgeAssumptions {
                handling_min: self.handling_min.unwrap_or(default.handling_min),
                patrols_per_week: self.patrols_per_week.unwrap_or(default.patrols_per_week),
                patrol_km_per_h: self.patrol_km_per_h.unwrap_or(default.patrol_km_per_h),
                days: self.days.unwrap_or(default.days),
                minutes: self.minutes.unwrap_or(default.minutes),
            },
        }
    }
}

impl CompareParams {
    fn judge(&self) -> JudgeParams {
        JudgeParams {
            layer: self.layer.clone(),
            at: self.at,
            minutes: self.minutes,
            handling_min: self.handling_min,
            patrols_per_week: self.patrols_per_week,
            patrol_km_per_h: self.patrol_km_per_h,
            days: self.days,
        }
    }
}

/// The plan that was judged.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
struct JudgedPlan {
    #[serde(flatten)]
    #[schema(inline)]
    version: PlanVersion,
    name: String,
    /// Squads on shift that stand at a post, those of no zone too.
    squads: usize,
    squads_total: usize,
    excluded: Excluded,
}

impl JudgedPlan {
    fn new(plan: &Plan, placement: &Placement) -> Self {
        Self {
            version: plan.version(),
            name: plan.head.name.clone(),
            squads: placement.placed.len(),
            squads_total: placement.total,
            excluded: placement.excluded,
        }
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct JudgementAnswer {
    plan: JudgedPlan,
    at: Timestamp,
    assumptions: JudgeAssumptions,
    definition: Definition,
    figures: &'static [FigureDefinition],
    /// Zones that were computed for this answer; the others were as before.
    computed_zones: usize,
    /// What judging took, milliseconds.
    took_ms: f64,
    #[serde(flatten)]
    #[schema(inline)]
    judgement: Judgement,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ComparisonAnswer {
    plan_before: JudgedPlan,
    plan_after: JudgedPlan,
    at: Timestamp,
    assumptions: JudgeAssumptions,
    definition: Definition,
    figures: &'static [FigureDefinition],
    took_ms: f64,
    #[serde(flatten)]
    #[schema(inline)]
    comparison: Comparison,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(judgement)).routes(routes!(comparison))
}

/// The figures of a layer of a plan, zone by zone and together, each with its definition.
#[utoipa::path(get, path = "/plans/{id}/judgement", operation_id = "judge_plan", tag = "zones", params(("id" = Uuid, Path), JudgeParams),
    responses((status = 200, description = "The figures", body = JudgementAnswer),
        (status = 404, description = "No such plan", body = ProblemBody),
        (status = 422, description = "No such layer, or nothing can be reckoned so", body = ProblemBody),
        (status = 503, description = "Not now", body = ProblemBody)))]
async fn judgement(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    Query(params): Query<JudgeParams>,
) -> Answer<Json<JudgementAnswer>> {
    let ask = params.ask(&ctx);
    let plan = plan(&ctx, &id)?;
    let judging = Judging::new(&ctx, ask.clone()).await?;
    let work = {
        let (ctx, plan) = (ctx.clone(), Arc::clone(&plan));
        move |ws: &mut Workspace| judging.judge(&ctx, &plan, ws).map(|j| (j, judging.scene))
    };
    let (judged, scene) = ctx.studies.run(work).await??;
    Ok(Json(JudgementAnswer {
        plan: JudgedPlan::new(&plan, &judged.placement),
        at: ask.at,
        assumptions: ask.assumptions,
        definition: scene.coverage.definition().clone(),
        figures: FIGURES,
        computed_zones: judged.computed,
        took_ms: judged.took_ms,
        judgement: judged.judgement,
    }))
}

/// A layer of two plans, or of a plan and what is in force, side by side.
#[utoipa::path(get, path = "/plans/{id}/comparison", operation_id = "compare_plans", tag = "zones", params(("id" = Uuid, Path), CompareParams),
    responses(
        (status = 200, description = "In the form asked for", content((ComparisonAnswer = "application/json"),
            (FeatureLayer = "application/geo+json"), (String = "text/csv"), (String = "text/html"))),
        (status = 404, description = "No such plan", body = ProblemBody),
        (status = 409, description = "Nothing is in force to compare with, or the plans stand on other grids",
            body = ProblemBody),
        (status = 422, description = "No such layer, or nothing can be reckoned so", body = ProblemBody),
        (status = 503, description = "Not now", body = ProblemBody)))]
async fn comparison(
    _: May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
    headers: axum::http::HeaderMap,
    Query(params): Query<CompareParams>,
) -> Answer<Response> {
    let ask = params.judge().ask(&ctx);
    let after = plan(&ctx, &id)?;
    let before = match params.with {
        Some(with) => plan(&ctx, &with)?,
        None => in_force(&ctx, &after, &ask)?,
    };
    let judging = Judging::new(&ctx, ask.clone()).await?;
    let work = {
        let (ctx, before, after) = (ctx.clone(), Arc::clone(&before), Arc::clone(&after));
        move |ws: &mut Workspace| judging.compare(&ctx, [&before, &after], ws).map(|c| (c, judging))
    };
    let (compared, judging) = ctx.studies.run(work).await??;
    match params.format.unwrap_or(ComparisonFormat::Json) {
        ComparisonFormat::Geojson => {
            geojson_layer(&headers, moved(&after, &compared.comparison)?, None).map_err(Into::into)
        }
        ComparisonFormat::Csv => {
            let name = format!("attachment; filename=\"moved-{}.csv\"", ask.layer);
            let headers =
                [(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, name)];
            Ok((headers, csv(&compared.comparison)?).into_response())
        }
        ComparisonFormat::Html => {
            let language = params.lang.unwrap_or(ReportLanguage::En);
            let html = report(&ctx, [&before, &after], &judging, &compared.comparison, language)?;
            Ok(axum::response::Html(html).into_response())
        }
        ComparisonFormat::Json => Ok(Json(ComparisonAnswer {
            plan_before: JudgedPlan::new(&before, &compared.placements[0]),
            plan_after: JudgedPlan::new(&after, &compared.placements[1]),
            at: ask.at,
            assumptions: ask.assumptions,
            definition: judging.scene.coverage.definition().clone(),
            figures: FIGURES,
            took_ms: compared.took_ms,
            comparison: compared.comparison,
        })
        .into_response()),
    }
}

/// The plan that is in force for the layer in the county of `other`.
fn in_force(ctx: &Ctx, other: &Plan, ask: &Ask) -> Result<Arc<Plan>> {
    let world = ctx.world();
    let here = world.zones.in_force(ask.at).find(|f| f.entry.county == other.head.county && f.entry.layer == ask.layer);
    here.map(|f| Arc::clone(f.plan)).ok_or_else(|| {
        let detail = format!("no plan is in force for layer {} at {}: name one to compare with", ask.layer, ask.at);
        Error::conflict(detail).at("with")
    })
}

/// A judgement, and by whom.
struct Judged {
    judgement: Judgement,
    placement: Placement,
    computed: usize,
    took_ms: f64,
}

struct Compared {
    comparison: Comparison,
    placements: [Placement; 2],
    took_ms: f64,
}

/// Everything that judging takes out of the world at one moment.
struct Judging {
    ask: Ask,
    scene: Arc<Scene>,
    squads: Arc<crate::domain::squads::Squads>,
    zone: jiff::tz::TimeZone,
    incidents: (u64, Vec<crate::domain::zones::judge::PastIncident>),
    window: CountedDays,
}

impl Judging {
    async fn new(ctx: &Ctx, ask: Ask) -> Result<Self> {
        let View { world, scene } = ctx.view(ask.at).await?;
        ask.assumptions.check(scene.coverage.definition().drive_limit_s)?;
        let since = ask.at.plus_ms(-i64::from(ask.assumptions.days) * DAY_MS);
        let window = CountedDays { since, until: ask.at };
        let (squads, zone) = (Arc::clone(&world.squads), world.areas.time_zone());
        Ok(Self { incidents: past(&world.incidents, window), scene, squads, zone, window, ask })
    }

    fn layer<'a>(&self, plan: &'a Plan) -> Result<&'a Arc<ZoneLayer>> {
        let code = &self.ask.layer;
        let known = || plan.layers.keys().map(Code::as_str).collect::<Vec<_>>().join(", ");
        plan.layer(code.as_str()).ok_or_else(|| {
            Error::invalid(
                "layer",
                format!("plan {:?} has no layer {code}; its layers are {}", plan.head.name, known()),
            )
        })
    }

    fn judge(&self, ctx: &Ctx, plan: &Plan, ws: &mut Workspace) -> Result<Judged> {
        self.with_judge(ctx, plan, ws, |_, judged| judged)
    }

    /// Judges, and lets `then` look at the judge before somebody else may use it.
    fn with_judge<T>(
        &self,
        ctx: &Ctx,
        plan: &Plan,
        ws: &mut Workspace,
        then: impl FnOnce(&Judge, Judged) -> T,
    ) -> Result<T> {
        let layer = self.layer(plan)?;
        let base = &self.scene.coverage;
        let began = Instant::now();
        let facts = ctx.judges.facts(&plan.atoms, base, self.incidents.clone(), self.window, &self.zone);
        let key = (plan.head.id, &self.ask.layer);
        let judge = ctx.judges.judge(key, self.ask.at, base, &facts, &self.ask.assumptions)?;
        let mut judge = judge.lock().unwrap_or_else(PoisonError::into_inner);
        let on_shift = OnShift { squads: &self.squads, at: self.ask.at, zone: &self.zone };
        let judgement = judge.judge(layer, on_shift, ws);
        let took_ms = began.elapsed().as_secs_f64() * 1_000.0;
        let (computed, placement) = (judge.computed(), judge.placement().clone());
        Ok(then(&judge, Judged { judgement, placement, computed, took_ms }))
    }

    fn compare(&self, ctx: &Ctx, [before, after]: [&Plan; 2], ws: &mut Workspace) -> Result<Compared> {
        let began = Instant::now();
        let times = |judge: &Judge, judged: Judged| (judge.own_ms(), judged);
        let (was_ms, was) = self.with_judge(ctx, before, ws, times)?;
        let (is_ms, is) = self.with_judge(ctx, after, ws, times)?;
        let facts =
            ctx.judges.facts(&before.atoms, &self.scene.coverage, self.incidents.clone(), self.window, &self.zone);
        let comparison = compare(
            &self.scene.coverage,
            &facts,
            Side { layer: self.layer(before)?, atoms: &before.atoms, judgement: &was.judgement, own_ms: &was_ms },
            Side { layer: self.layer(after)?, atoms: &after.atoms, judgement: &is.judgement, own_ms: &is_ms },
        )?;
        let placements = [was.placement, is.placement];
        Ok(Compared { comparison, placements, took_ms: began.elapsed().as_secs_f64() * 1_000.0 })
    }
}

fn moved(plan: &Plan, comparison: &Comparison) -> Result<Vec<Feature>> {
    let one = |m: &crate::domain::zones::compare::MovedAtom| feature(m.atom.as_str(), plan.atoms.shape(m.ix).into(), m);
    comparison.moved.iter().map(one).collect()
}

fn csv(comparison: &Comparison) -> Result<Vec<u8>> {
    let failed = |e: csv::Error| Error::internal(format!("the table cannot be written: {e}"));
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["atom", "from", "to", "area_m2", "buildings", "incidents"]).map_err(failed)?;
    let zones = |codes: &[Code]| codes.iter().map(Code::as_str).collect::<Vec<_>>().join(";");
    for m in &comparison.moved {
        let area_m2 = format!("{:.0}", m.area_m2);
        let (buildings, incidents) = (m.buildings.to_string(), m.incidents.to_string());
        csv.write_record([m.atom.as_str(), &zones(&m.from), &zones(&m.to), &area_m2, &buildings, &incidents])
            .map_err(failed)?;
    }
    csv.into_inner().map_err(Error::internal)
}

fn report(
    ctx: &Ctx,
    [before, after]: [&Arc<Plan>; 2],
    judging: &Judging,
    comparison: &Comparison,
    language: ReportLanguage,
) -> Result<String> {
    let ask = &judging.ask;
    let layer = |plan: &Arc<Plan>| plan.layer(ask.layer.as_str()).map(Arc::clone);
    let (Some(was), Some(is)) = (layer(before), layer(after)) else {
        return Err(Error::internal("a layer that was compared is gone"));
    };
    let county = after.atoms.areas().get(after.head.county.as_str()).filter(|a| a.level == Level::County);
    let county = county.map_or_else(|| after.head.county.to_string(), |c| language.name(&c.name, c.name_zh.as_deref()));
    let names = [before, after].map(|plan| language.name(&plan.head.name, plan.head.name_zh.as_deref()));
    Ok(ComparisonReport {
        county: &county,
        names: names.each_ref().map(String::as_str),
        layers: [&was, &is],
        atoms: &after.atoms,
        squads: &judging.squads,
        comparison,
        assumptions: &ask.assumptions,
        definition: judging.scene.coverage.definition(),
        at: ask.at,
        made_at: ctx.now(),
        attribution: ATTRIBUTION,
        language,
        zone: &judging.zone,
    }
    .html())
}
