//! Incidents: dispatch systems and people report them, everybody lists them. Tables `incidents` and
//! `incident_reporters`; emits `Change::Incident`.

mod dossier;
mod intake;
mod judge;
mod life;
mod merge;
mod repeats;

use std::{cmp::Reverse, collections::HashSet, sync::Arc};

use axum::{
    Json,
    extract::{OriginalUri, State},
    http::StatusCode,
};
use geo::MultiPolygon;
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(super) use self::{
    intake::{NewIncident, Reporter, come_in, take},
    repeats::told,
};
use crate::{
    api::{Answer, Body, May, Path, ProblemBody, Query, bbox, cursor, ended, flag, next_link, page_limit, rights},
    base::{Code, Error, LngLat, Result, Timestamp, words},
    ctx::Ctx,
    domain::{
        auth::Sight,
        catalogue::StageClock,
        incidents::{Cursor, Filter, History, Incident, IncidentStatus, Region, due, due_at},
        repeats::Repeat,
        stuck::{Stuck, Watch},
    },
    store::{self, Tx},
    world::World,
};

const PAGE_DEFAULT: usize = 100;
const PAGE_MAX: usize = 1_000;

/// An incident as clients see it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Incident)]
pub struct IncidentWire {
    #[serde(flatten)]
    #[schema(inline)]
    incident: Incident,
    /// By when somebody has to be on the scene: the limit of its matter, else of its urgency; null where nobody
    /// has to come.
    due_at: Option<Timestamp>,
    /// Something is still to be done.
    open: bool,
    /// It waits for its legal review (法制审核): its matter wants one, or somebody did, and none has approved it. It can't
    /// be closed before.
    lacks_review: bool,
    /// By when the unit that is asked has to accept or return it, from the delivery on: urgent 5, quick 10, normal
    /// 30 minutes, defaults of this service.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    answer_due_at: Option<Timestamp>,
    /// Nothing has happened in it for too long: why, and what to do. Absent in events, which tell it by
    /// `incidents_stuck`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    stuck: Option<Stuck>,
    /// How the stages of its matter run, of one case that is asked for by its id; absent in lists and events, and
    /// where there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    stages: Vec<StageClock>,
    /// What it may repeat (`GET /incidents/{id}/repeats`), the newest first, in the answer to who brings it in; absent
    /// elsewhere, and where there is nothing. A suggestion.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    repeats: Vec<Repeat>,
}

impl IncidentWire {
    pub fn incident(&self) -> &Incident {
        &self.incident
    }

    pub fn lacks_review(&self) -> bool {
        self.lacks_review
    }

    pub fn of(mut incident: Incident, world: &World) -> Self {
        incident.recode(&world.areas);
        let answer_due_at = incident.ownership.as_ref().and_then(|o| o.answer_due_at(incident.urgency));
        let (due_at, open) = (due_at(&incident, &world.matters), !incident.status.is_ended());
        let lacks_review = incident.lacks_review(&world.matters);
        Self {
            due_at,
            open,
            lacks_review,
            answer_due_at,
            stuck: None,
            stages: Vec::new(),
            repeats: Vec::new(),
            incident,
        }
    }

    /// With the clocks of its stages, which stood meanwhile.
    fn with_stages(incident: Incident, history: &History, ctx: &Ctx, world: &World) -> Self {
        let stages = stages(&incident, history, world, ctx.now());
        Self { stages, ..Self::watched(incident, &ctx.watch(world), ctx, world) }
    }

    /// With what the watchdog says of it.
    fn watched(incident: Incident, watch: &Watch, ctx: &Ctx, world: &World) -> Self {
        Self { stuck: watch.stuck(&incident, ctx.now()), ..Self::of(incident, world) }
    }
}

/// How the stages of a case run; none where its matter is not known.
fn stages(incident: &Incident, history: &History, world: &World, now: Timestamp) -> Vec<StageClock> {
    let Some(matter) = incident.matter.as_ref().and_then(|code| world.matters.get(code)) else { return Vec::new() };
    let (pauses, zone) = (history.pauses(now), world.areas.time_zone());
    world.catalogue.clocks(incident, matter, &pauses, &zone, now)
}

words! {
    /// Which incidents come first.
    Order {
        Newest = "newest",
        /// The arrival or revisit that is due first; last those that wait for nobody, or not any more.
        Due = "due",
    }
}

words! {
    /// Which visits after an order to rectify (复查) are waited for.
    RevisitAsked {
        Due = "due",
        /// The day is over.
        Overdue = "overdue",
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct List {
    /// west,south,east,north in degrees
    bbox: Option<String>,
    /// POLYGON or MULTIPOLYGON as well-known text, degrees
    polygon: Option<String>,
    /// Centre of the radius, degrees
    lng: Option<f64>,
    /// Centre of the radius, degrees
    lat: Option<f64>,
    /// metres
    radius_m: Option<f64>,
    /// Reported at or after
    from: Option<Timestamp>,
    /// Reported before
    to: Option<Timestamp>,
    status: Option<IncidentStatus>,
    /// Only what has not ended
    #[serde(default, deserialize_with = "flag")]
    #[param(value_type = bool)]
    open: bool,
    /// Only those in which nothing has happened for too long
    #[serde(default, deserialize_with = "flag")]
    #[param(value_type = bool)]
    stuck: bool,
    /// Only those that wait for a visit after an order to rectify
    #[param(inline)]
    revisit: Option<RevisitAsked>,
    /// Only those that wait for their legal review
    #[serde(default, deserialize_with = "flag")]
    #[param(value_type = bool)]
    lacks_review: bool,
    /// Code of the catalogue, or scheme:code: its own, or a further one
    matter: Option<Code>,
    /// Code: responsible, that it was filed in, or in force there by now
    township: Option<Code>,
    /// Code of the unit that owns it, or is asked to
    #[param(value_type = Option<String>)]
    unit: Option<Code>,
    /// The newest first when not given
    #[param(inline)]
    order: Option<Order>,
    /// 100 when not given, at most 1000
    limit: Option<usize>,
    /// Where the page before ended
    after: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct IncidentList {
    /// In the order that was asked for.
    incidents: Vec<IncidentWire>,
    /// The next page, with every filter of this one.
    next: Option<String>,
    /// How many match in all.
    number_matched: usize,
    /// Ended incidents reported before this are history: they are listed where `from` reaches back behind it and
    /// the newest come first.
    hot_since: Timestamp,
    /// History is among what was looked through.
    history: bool,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new()
        .routes(routes!(report, list))
        .routes(routes!(show))
        .routes(routes!(show_reporter))
        .merge(life::router())
        .merge(judge::router())
        .merge(dossier::router())
        .merge(repeats::router())
}

/// Reports an incident. The same report again: 200 with the record as it is now.
#[utoipa::path(post, path = "/incidents", operation_id = "report_incident", tag = "incidents", request_body = NewIncident,
    extensions(("x-right" = json!("report"))), responses((status = 201, body = IncidentWire), (status = 200, body = IncidentWire), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn report(
    May(caller, _): May<rights::Report>,
    State(ctx): State<Ctx>,
    Body(report): Body<NewIncident>,
) -> Answer<(StatusCode, Json<IncidentWire>)> {
    let (incident, created) = take(&ctx, &caller, report).await?;
    let incident = told(&ctx, &caller, incident).await?;
    Ok((if created { StatusCode::CREATED } else { StatusCode::OK }, Json(incident)))
}

/// One incident, hot or history.
#[utoipa::path(get, path = "/incidents/{id}", operation_id = "show_incident", tag = "incidents", params(("id" = Uuid, Path)),
    responses((status = 200, body = IncidentWire), (status = 404, body = ProblemBody)))]
async fn show(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
) -> Answer<Json<IncidentWire>> {
    let world = ctx.world();
    // One moment of the database.
    let mut tx = ctx.db.begin_read().await?;
    let (incident, history) = found(&mut tx, id, &caller.sight(&world)).await?;
    Ok(Json(IncidentWire::with_stages(incident, &history, &ctx, &world)))
}

/// A case in sight, and what was done to it.
async fn found(tx: &mut Tx, id: Uuid, sight: &Sight) -> Result<(Incident, History)> {
    let known = store::incidents::get_tx(tx, id).await?.filter(|i| i.is_seen(sight));
    let incident = known.ok_or_else(|| Error::not_found("incident", id))?;
    let history = store::incidents::history(tx, &incident).await?;
    Ok((incident, history))
}

/// Who reported it: personal data. Who read it, and when, stands in the change log.
#[utoipa::path(get, path = "/incidents/{id}/reporter", tag = "incidents", params(("id" = Uuid, Path)),
    extensions(("x-right" = json!("read_personal"))), responses((status = 200, body = Reporter), (status = 404, body = ProblemBody)))]
async fn show_reporter(
    May(caller, _): May<rights::ReadPersonal>,
    State(ctx): State<Ctx>,
    Path(id): Path<Uuid>,
) -> Answer<Json<Reporter>> {
    ctx.incident(id, &caller.sight(&ctx.world())).await?;
    let found = store::incidents::reporter(&ctx.db, id).await?;
    let r = found.ok_or_else(|| Error::not_found("reporter of incident", id))?;
    // What can't be logged is not told.
    let logged = ctx.change(&caller.actor, async |mut write| {
        store::incidents::log_reading(&mut write, id);
        Ok((write, ()))
    });
    logged.await?;
    Ok(Json(Reporter { name: r.name, phone: r.phone }))
}

/// Incidents by place, time, status, matter and township: the newest first, or what is due first.
#[utoipa::path(get, path = "/incidents", operation_id = "list_incidents", tag = "incidents", params(List),
    responses((status = 200, body = IncidentList), (status = 400, body = ProblemBody)))]
async fn list(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    OriginalUri(uri): OriginalUri,
    Query(ask): Query<List>,
) -> Answer<Json<IncidentList>> {
    let limit = page_limit(ask.limit, PAGE_DEFAULT, PAGE_MAX)?;
    let after = ask.after.as_deref().map(cursor).transpose()?;
    let world = ctx.world();
    let matter = ask.matter.as_ref().map(|code| world.matters.own_code(code, ctx.now())).transpose()?;
    let among = among(&ask, &ctx, &world).map(Arc::new);
    let revisit_due_by = ask.revisit.map(|asked| if asked == RevisitAsked::Due { Timestamp::MAX } else { ctx.now() });
    let filter = Filter { sight: caller.sight(&world), matter, among, revisit_due_by, ..filter(&ask)? };
    let (matters, hot_since) = (&world.matters, world.incidents.since());
    let newest = ask.order != Some(Order::Due);
    let history = newest && !filter.open && filter.from.is_some_and(|from| from < hot_since);
    let page = move |world: &World, filter: &Filter| match newest {
        true => (world.incidents.page(filter, after, limit), world.incidents.count(filter)),
        false => world.incidents.page_due(filter, &world.matters, after, limit),
    };
    // Who lies in a region is looked for one by one.
    let (mut page, mut number_matched) = match filter.region {
        Some(_) => {
            let (world, filter) = (Arc::clone(&world), filter.clone());
            ctx.searches.run(move |_| page(&world, &filter)).await?
        }
        None => page(&world, &filter),
    };
    if history {
        page = with_older(&ctx, &world, &filter, after, limit, page).await?;
        number_matched += store::incidents::count_older(&ctx.db, (&filter, &world.areas), hot_since).await?;
    }
    let last = (page.len() == limit).then(|| page.last()).flatten();
    let next = last.map(|i| if newest { (i.reported_at, i.id) } else { due(i, matters) });
    let next = next.map(|end| next_link(uri.path(), uri.query(), &ended(end)));
    let watch = ctx.watch(&world);
    let shown = page.into_iter().map(|i| IncidentWire::watched(Arc::unwrap_or_clone(i), &watch, &ctx, &world));
    let incidents = shown.collect();
    Ok(Json(IncidentList { incidents, next, number_matched, hot_since, history }))
}

/// Those that are asked for by what does not stand in their records.
fn among(ask: &List, ctx: &Ctx, world: &World) -> Option<HashSet<Uuid>> {
    let stuck = ask.stuck.then(|| ctx.stuck(world).iter().map(|(i, _)| i.id).collect::<HashSet<_>>());
    if !ask.lacks_review {
        return stuck;
    }
    let open = world.incidents.page(&Filter { open: true, ..Filter::default() }, None, usize::MAX);
    let lacking = open.iter().filter(|i| i.lacks_review(&world.matters)).map(|i| i.id);
    Some(lacking.filter(|id| stuck.as_ref().is_none_or(|stuck| stuck.contains(id))).collect())
}

/// A page of what the filter accepts, hot and history, the newest first.
pub(super) async fn newest(
    ctx: &Ctx,
    world: &World,
    filter: &Filter,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Vec<Arc<Incident>>> {
    let page = world.incidents.page(filter, after, limit);
    match filter.from {
        Some(from) if from < world.incidents.since() && !filter.open => {
            with_older(ctx, world, filter, after, limit, page).await
        }
        _ => Ok(page),
    }
}

/// A page of hot ones with those from history that belong to it.
async fn with_older(
    ctx: &Ctx,
    world: &World,
    filter: &Filter,
    after: Option<Cursor>,
    limit: usize,
    mut page: Vec<Arc<Incident>>,
) -> Result<Vec<Arc<Incident>>> {
    let hot_since = world.incidents.since();
    let older = store::incidents::older(&ctx.db, (filter, &world.areas), hot_since, after, limit).await?;
    // What ended since the world was looked at is in both.
    let known: HashSet<Uuid> = page.iter().map(|i| i.id).collect();
    page.extend(older.into_iter().filter(|i| !known.contains(&i.id)).map(Arc::new));
    page.sort_by_key(|i| Reverse((i.reported_at, i.id)));
    page.truncate(limit);
    Ok(page)
}

fn filter(ask: &List) -> Result<Filter> {
    let radius = match (ask.lng, ask.lat, ask.radius_m) {
        (Some(lng), Some(lat), Some(m)) if m.is_finite() && m > 0.0 && m <= 200_000.0 => {
            Some(Region::Radius(LngLat::new(lng, lat)?, m))
        }
        (Some(_), Some(_), Some(m)) => {
            return Err(Error::invalid("radius_m", format!("radius of {m} m is not within 0 to 200000 m")));
        }
        (None, None, None) => None,
        _ => return Err(Error::invalid("radius_m", "lng, lat and radius_m go together")),
    };
    let boxed = ask.bbox.as_deref().map(|b| bbox(b).map(Region::BBox)).transpose()?;
    let polygon = ask.polygon.as_deref().map(|p| polygon(p).map(Region::Polygon)).transpose()?;
    let mut regions = [radius, boxed, polygon].into_iter().flatten();
    let region = regions.next();
    if regions.next().is_some() {
        return Err(Error::invalid("bbox", "give one of bbox, polygon and radius, not several"));
    }
    Ok(Filter {
        region,
        from: ask.from,
        to: ask.to,
        status: ask.status,
        // What has ended is not stuck, nor waits for anybody.
        open: ask.open || ask.stuck || ask.lacks_review || ask.revisit.is_some(),
        matter: None,
        township: ask.township.clone(),
        unit: ask.unit.clone(),
        revisit_due_by: None,
        among: None,
        sight: Sight::default(),
    })
}

fn polygon(text: &str) -> Result<MultiPolygon<f64>> {
    use geo::CoordsIter;
    use wkt::TryFromWkt;
    let bad = |why: String| Error::invalid("polygon", format!("not a POLYGON or MULTIPOLYGON: {why}"));
    let shape = match geo::Geometry::try_from_wkt_str(text).map_err(|e| bad(e.to_string()))? {
        geo::Geometry::Polygon(p) => MultiPolygon::new(vec![p]),
        geo::Geometry::MultiPolygon(m) => m,
        _ => return Err(bad("another kind of geometry".to_owned())),
    };
    if shape.coords_iter().count() < 4 {
        return Err(bad("fewer than four points".to_owned()));
    }
    shape.coords_iter().try_for_each(|c| LngLat::new(c.x, c.y).map(drop)).map_err(|e| bad(e.detail))?;
    Ok(shape)
}
