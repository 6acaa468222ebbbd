//! Road disruptions: dispatchers close roads or say how slow they are, for a time; every answer about
//! drives then counts with it. Table `disruptions`; emits `Change::Disruption` and
//! `Change::DisruptionLifted`.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    api::{Answer, Body, May, Path, ProblemBody, Query, flag, rights},
    base::{Code, Error, LngLat, Result, Timestamp, tenths, words},
    ctx::Ctx,
    domain::{
        disruptions::{Direction, Disruption, Disruptions, Place, Polygon, Reach, Stretch},
        squads::Profile,
        traffic::Traffic,
    },
    store::{self, Receipt, disruptions::Kept},
};

/// At most so many roads are listed of one disruption.
const REACHES_LISTED: usize = 100;

words! {
    /// Whether it is in force.
    #[schema(as = DisruptionPhase)]
    Phase { Active = "active", Planned = "planned", Past = "past" }
}

/// A link of the network in force.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RoadLink)]
pub(super) struct Link {
    /// Its `id` in the layer of roads
    link: u32,
    #[serde(default = "both")]
    direction: Direction,
}

fn both() -> Direction {
    Direction::Both
}

/// Where roads are disrupted; one of these.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = RoadPlace)]
pub(super) enum Where {
    /// The road for cars nearest to a place, from one crossing to the next; kept as a stretch
    At(LngLat),
    /// Links of the network in force; kept as stretches
    Links(Vec<Link>),
    /// Stretches of OSM ways
    Stretches(Vec<Stretch>),
    /// Every road that meets it
    Polygon(Polygon),
    /// Every road of that name or number, in the area where one is given
    Street {
        name: String,
        #[schema(value_type = Option<String>)]
        area: Option<Code>,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "id": "01957a3e-5c00-7000-8000-000000000002", "place": { "at": { "lng": -4.4825, "lat": 54.1502 } },
    "from": "2026-03-04T06:00:00Z", "until": "2026-03-05T06:00:00Z", "reason": "flood" }))]
struct NewDisruption {
    /// Chosen by the client: sending the same disruption again is safe.
    id: Uuid,
    place: Where,
    /// What becomes of the speed: 0 (closed) when not given, else 0.05 to 3
    #[serde(default)]
    speed_factor: f64,
    /// Who is held up; car, ebike and foot when not given
    #[serde(default = "everybody")]
    profiles: Vec<Profile>,
    /// Now when not given
    from: Option<Timestamp>,
    /// Until it is lifted, when not given
    until: Option<Timestamp>,
    reason: String,
}

pub(super) fn everybody() -> Vec<Profile> {
    Profile::ALL.to_vec()
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Disruption)]
struct DisruptionWire {
    id: Uuid,
    phase: Phase,
    place: Place,
    /// What becomes of the speed; 0 closes
    speed_factor: f64,
    profiles: Vec<Profile>,
    from: Timestamp,
    until: Option<Timestamp>,
    /// When it was lifted, whenever it was to end
    lifted_at: Option<Timestamp>,
    reason: String,
    /// Directed edges of the network in force that it means
    edges: usize,
    /// How far it reaches: the roads of these edges; the first 100
    reaches: Vec<Reach>,
    /// Of all these roads
    length_m: f64,
    /// Some of it was not found on the network in force, or its direction may mean another than it did
    doubtful: bool,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct DisruptionList {
    disruptions: Vec<DisruptionWire>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct List {
    /// Those that are over as well
    #[serde(default, deserialize_with = "flag")]
    #[param(value_type = bool)]
    past: bool,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(show, lift))
}

impl DisruptionWire {
    fn of(d: &Disruption, lifted_at: Option<Timestamp>, traffic: &Traffic, now: Timestamp) -> Self {
        let phase = match d {
            _ if lifted_at.is_some() => Phase::Past,
            d if d.is_active(now) => Phase::Active,
            d if d.from > now => Phase::Planned,
            _ => Phase::Past,
        };
        let (network, areas) = (traffic.imported().network(), traffic.imported().coverage.areas());
        let edges = d.place.edges(network, areas);
        let mut reaches = Reach::of(network, &edges);
        let length_m = tenths(reaches.iter().map(|r| r.length_m).sum());
        reaches.truncate(REACHES_LISTED);
        Self {
            id: d.id,
            phase,
            edges: edges.len(),
            reaches,
            length_m,
            doubtful: d.place.doubtful(network, areas),
            place: d.place.clone(),
            speed_factor: d.speed_factor,
            profiles: d.profiles.clone(),
            from: d.from,
            until: d.until,
            lifted_at,
            reason: d.reason.clone(),
        }
    }
}

/// Disruptions that are or will be.
#[utoipa::path(get, path = "/roads/disruptions", operation_id = "list_disruptions", tag = "roads", params(List),
    responses((status = 200, body = DisruptionList), (status = 503, body = ProblemBody)))]
async fn list(_: May<rights::Read>, State(ctx): State<Ctx>, Query(ask): Query<List>) -> Answer<Json<DisruptionList>> {
    let (traffic, now) = (ctx.world().traffic()?, ctx.now());
    let listed = move |_: &mut _| {
        let all = traffic.disruptions().all().map(|d| DisruptionWire::of(d, None, &traffic, now));
        DisruptionList { disruptions: all.filter(|d| ask.past || d.phase != Phase::Past).collect() }
    };
    Ok(Json(ctx.searches.run(listed).await?))
}

/// One disruption that was not lifted.
#[utoipa::path(get, path = "/roads/disruptions/{id}", operation_id = "show_disruption", tag = "roads",
    params(("id" = Uuid, Path)), responses((status = 200, body = DisruptionWire), (status = 404, body = ProblemBody)))]
async fn show(_: May<rights::Read>, State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Answer<Json<DisruptionWire>> {
    Ok(Json(shown(&ctx, id).await?))
}

/// On the search pool: its edges are looked for on the whole network.
async fn shown(ctx: &Ctx, id: Uuid) -> Result<DisruptionWire> {
    let (traffic, now) = (ctx.world().traffic()?, ctx.now());
    let found = traffic.disruptions().get(&id).cloned().ok_or_else(|| Error::not_found("disruption", id))?;
    ctx.searches.run(move |_| DisruptionWire::of(&found, None, &traffic, now)).await
}

/// Closes roads or says how slow they are. The same disruption again: 200 with the record as it is
/// now, lifted or not.
#[utoipa::path(post, path = "/roads/disruptions", operation_id = "create_disruption", tag = "roads", request_body = NewDisruption,
    extensions(("x-right" = json!("roads"))), responses((status = 201, body = DisruptionWire), (status = 200, body = DisruptionWire), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody), (status = 503, body = ProblemBody)))]
async fn create(
    May(caller, _): May<rights::Roads>,
    State(ctx): State<Ctx>,
    Body(new): Body<NewDisruption>,
) -> Answer<Response> {
    let receipt = Receipt::of::<Disruptions>(new.id, &new)?;
    // What was taken stays taken, even if it would mean nothing on the roads of now.
    if receipt.was_sent(&mut ctx.db.begin_read().await?).await? {
        return Ok(Json(kept(&ctx, new.id).await?).into_response());
    }
    let traffic = ctx.world().traffic()?;
    let disruption = new.read(&traffic, ctx.now())?;
    let (checked, place) = (Arc::clone(&traffic), disruption.place.clone());
    let edges = move |_: &mut _| place.edges(checked.imported().network(), checked.imported().coverage.areas());
    if ctx.searches.run(edges).await?.is_empty() {
        return Err(Error::invalid("place", "no road of the network in force is meant").into());
    }
    let status = ctx.change(&caller.actor, async |mut write| {
        if receipt.keep(&mut write).await? {
            match store::disruptions::get(&mut write.tx, &disruption.id).await? {
                None => {
                    store::disruptions::insert(&mut write, &disruption).await?;
                    return Ok((write, StatusCode::CREATED));
                }
                // From before there were receipts: only lifting changes one.
                Some(Kept { disruption: former, .. }) => {
                    let from = if new.from.is_none() { former.from } else { disruption.from };
                    if former != (Disruption { from, ..disruption.clone() }) {
                        return Err(receipt.clash());
                    }
                }
            }
        }
        Ok((write, StatusCode::OK))
    });
    let status = status.await?;
    Ok((status, Json(kept(&ctx, disruption.id).await?)).into_response())
}

/// The record as it is now, lifted or not.
async fn kept(ctx: &Ctx, id: Uuid) -> Result<DisruptionWire> {
    ctx.up_to_date().await?;
    let kept = store::disruptions::get(&mut ctx.db.begin_read().await?, &id).await?;
    let kept = kept.ok_or_else(|| Error::not_found("disruption", id))?;
    let (traffic, now) = (ctx.world().traffic()?, ctx.now());
    let Kept { disruption, lifted_at } = kept;
    ctx.searches.run(move |_| DisruptionWire::of(&disruption, lifted_at, &traffic, now)).await
}

/// Lifts it now, whenever it was to end. Lifting it again changes nothing.
#[utoipa::path(delete, path = "/roads/disruptions/{id}", operation_id = "lift_disruption", tag = "roads",
    params(("id" = Uuid, Path)), extensions(("x-right" = json!("roads"))), responses((status = 204), (status = 404, body = ProblemBody)))]
async fn lift(May(caller, _): May<rights::Roads>, State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Answer<StatusCode> {
    let lifted = ctx.change(&caller.actor, async |mut write| {
        store::disruptions::lift(&mut write, &id).await?;
        Ok((write, ()))
    });
    lifted.await?;
    Ok(StatusCode::NO_CONTENT)
}

impl Where {
    /// The same in words that outlive the network in force.
    pub(super) fn read(self, traffic: &Traffic) -> Result<Place> {
        Ok(match self {
            Self::At(point) => {
                let point = LngLat::new(point.lng, point.lat).map_err(|e| e.inside("place.at"))?;
                let network = traffic.imported().network();
                let stretch =
                    network.car().snap(point).and_then(|s| Stretch::of_link(network, s.link, Direction::Both));
                let stretch = stretch.ok_or_else(|| Error::invalid("place.at", format!("no road is near {point}")))?;
                Place::Stretches(vec![stretch])
            }
            Self::Links(links) => {
                let network = traffic.imported().network();
                let stretch = |l: &Link| {
                    let found = Stretch::of_link(network, l.link, l.direction);
                    found.ok_or_else(|| Error::invalid("place.links", format!("there is no link {}", l.link)))
                };
                Place::Stretches(links.iter().map(stretch).collect::<Result<_>>()?)
            }
            Self::Stretches(stretches) => Place::Stretches(stretches),
            Self::Polygon(polygon) => Place::Polygon(polygon),
            Self::Street { name, area } => Place::Street { name, area },
        })
    }
}

impl NewDisruption {
    fn read(&self, traffic: &Traffic, now: Timestamp) -> Result<Disruption> {
        let place = self.place.clone().read(traffic)?;
        let mut profiles = self.profiles.clone();
        profiles.sort_unstable_by_key(|p| *p as usize);
        profiles.dedup();
        let (id, speed_factor, until) = (self.id, self.speed_factor, self.until);
        let from = self.from.unwrap_or(now);
        let disruption = Disruption { id, place, speed_factor, profiles, from, until, reason: self.reason.clone() };
        disruption.check()?;
        Ok(disruption)
    }
}
