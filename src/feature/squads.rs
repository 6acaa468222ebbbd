//! Squads: dispatch systems keep status, post and positions; everybody reads. Tables `squads`, `squad_statuses` and
//! `squad_fixes`; emits `Change::Squad`. Positions are no changes: they are coalesced and written in
//! batches.

mod positions;
mod statuses;

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    extract::{OriginalUri, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    api::{Answer, Body, Caller, May, Path, ProblemBody, Query, Tag, next_link, page_limit, rights},
    base::{Code, Error, Kind, LngLat, Result, Timestamp},
    ctx::Ctx,
    domain::{
        assignments::Assignments,
        auth::{Right, Sight},
        contact::{Doing, Limits, Moment, SquadState},
        officers::{Case, Certified},
        response::{Definition, Start, StartSource},
        squads::{Crew, Fix, Heard, Said, Shifts, Squad, SquadKind, SquadProfile, SquadStatus, Squads, WindowWire},
    },
    store::{self, Receipt},
};

const PAGE_DEFAULT: usize = 200;
const PAGE_MAX: usize = 1_000;

/// A last known position.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = Fix)]
pub struct FixWire {
    lng: f64,
    lat: f64,
    fixed_at: Timestamp,
    /// Age at `at`, seconds
    age_s: i64,
    /// Young enough to dispatch from; else the squad counts as standing at its post.
    pub fresh: bool,
}

/// A squad as clients see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
#[schema(as = Squad)]
pub struct SquadWire {
    pub id: Code,
    pub name: String,
    pub name_zh: Option<String>,
    pub kind: SquadKind,
    /// The unit whose powers it has.
    unit: Code,
    /// The area whose centre dispatches it.
    command_area: Code,
    profile: SquadProfile,
    /// A boat's: the area that it stays on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    water: Option<Code>,
    /// Its own post, which `PATCH` moves.
    post: LngLat,
    /// Where it waits: the post that a plan in force gives it, else its own.
    waits_at: LngLat,
    pub status: SquadStatus,
    pub on_shift: bool,
    /// What it is doing at `at`, as far as is known: by what it said, its assignment, its shifts, and when it was heard.
    pub state: SquadState,
    /// Since when; null where nobody knows.
    pub since: Option<Timestamp>,
    /// Since when it is asked whether that is still so; null: it is not.
    pub asked_at: Option<Timestamp>,
    /// When the status was so, as it was told last; null: nobody told one since the squad was planned.
    status_at: Option<Timestamp>,
    status_received_at: Option<Timestamp>,
    /// Who told it.
    status_by: Option<String>,
    /// What was told now is older than what is known: it changed nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    late: bool,
    /// seconds
    turnout_s: u32,
    crew: Crew,
    /// Who is in it; the head count stands where nobody is listed.
    officers: Vec<Code>,
    /// What it has with it, as response plans call it.
    equipment: Vec<Code>,
    // On any case at `at`. A description would be a schema of its own.
    #[serde(flatten)]
    #[schema(inline)]
    certified: Certified,
    #[schema(value_type = Vec<WindowWire>)]
    shifts: Shifts,
    pub position: Option<FixWire>,
}

/// What is known beside the records of squads: where they are and wait at one moment.
#[derive(Debug)]
pub struct Whereabouts<'a> {
    at: Timestamp,
    now: Timestamp,
    squads: Arc<Squads>,
    assignments: Arc<Assignments>,
    posts: BTreeMap<Code, LngLat>,
    /// Any.
    case: Case,
    zone: TimeZone,
    definition: &'a Definition,
    limits: &'a Limits,
}

impl<'a> Whereabouts<'a> {
    pub fn of(ctx: &'a Ctx, at: Timestamp) -> Self {
        let world = ctx.world();
        let (squads, posts) = (Arc::clone(&world.squads), world.zones.posts(at));
        let (officers, units) = (Arc::clone(&world.officers), Arc::clone(&world.units));
        let case = Case { officers, units, ..Case::default() };
        Self {
            at,
            now: ctx.now(),
            squads,
            assignments: Arc::clone(&world.assignments),
            posts,
            case,
            zone: world.areas.time_zone(),
            definition: &ctx.definition,
            limits: &ctx.settings.squads,
        }
    }

    fn doing(&self, squad: &Squad, fix: Option<Fix>) -> Doing {
        let Self { at, now, zone, limits, assignments, .. } = self;
        let sent = assignments.of_squad(&squad.id).map(|sent| &**sent);
        Moment { at: *at, now: *now, zone, limits }.doing(squad, sent, fix)
    }

    /// The squads in sight, by id.
    pub fn wires(&self, sight: &Sight) -> impl Iterator<Item = SquadWire> {
        self.squads.all().filter(|s| sight.sees_squad(s)).map(|s| SquadWire::of(s, self))
    }
}

impl SquadWire {
    pub fn of(s: &Squad, known: &Whereabouts<'_>) -> Self {
        let Whereabouts { at, squads, posts, case, zone, definition, .. } = known;
        let fix = squads.fix(&s.id);
        let Doing { state, since, asked_at } = known.doing(s, fix);
        let position = fix.map(|f| {
            let age_s = (at.ms() - f.fixed_at.ms()).div_euclid(1_000);
            let fresh = Start::last_known(squads, s, *at, definition).source == StartSource::Fix;
            FixWire { lng: f.at.lng, lat: f.at.lat, fixed_at: f.fixed_at, age_s, fresh }
        });
        Self {
            id: s.id.clone(),
            name: s.name.clone(),
            name_zh: s.name_zh.clone(),
            kind: s.kind,
            unit: s.unit.clone(),
            command_area: s.command_area.clone(),
            profile: s.profile,
            water: s.water.clone(),
            post: s.post,
            waits_at: posts.get(&s.id).copied().unwrap_or(s.post),
            status: s.status,
            on_shift: s.shifts.cover(*at, zone),
            state,
            since,
            asked_at,
            status_at: s.said.as_ref().map(|said| said.at),
            status_received_at: s.said.as_ref().map(|said| said.received_at),
            status_by: s.said.as_ref().map(|said| said.by.clone()),
            late: false,
            turnout_s: s.turnout_s,
            crew: s.crew,
            officers: s.officers.clone(),
            equipment: s.equipment.clone(),
            certified: case.certified(s, *at),
            shifts: s.shifts.clone(),
            position,
        }
    }

    /// Where it is shown on a map.
    pub fn shown_at(&self) -> LngLat {
        match &self.position {
            Some(f) if f.fresh => LngLat { lng: f.lng, lat: f.lat },
            _ => self.waits_at,
        }
    }
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "id": "night-2", "name": "Night squad 2", "kind": "direct", "unit": "CEB", "command_area": "990001",
    "post": { "lng": -4.4825, "lat": 54.1502 }, "crew": { "certified_officers": 2, "uncertified_officers": 0, "assistants": 1 },
    "shifts": [{ "days": ["fri", "sat"], "from": "22:00", "to": "06:00" }] }))]
pub(super) struct NewSquad {
    /// Chosen by the client: sending the same squad again is safe.
    id: Code,
    name: String,
    name_zh: Option<String>,
    kind: SquadKind,
    unit: Code,
    command_area: Code,
    #[serde(default = "car")]
    profile: SquadProfile,
    /// A boat's: the area that it stays on, which it needs.
    water: Option<Code>,
    post: LngLat,
    #[serde(default = "available")]
    status: SquadStatus,
    #[serde(default = "turnout_s")]
    turnout_s: u32,
    crew: Crew,
    #[schema(value_type = Vec<WindowWire>)]
    shifts: Shifts,
    /// Who is in it: their certificates count then in the place of the head count.
    #[serde(default)]
    officers: Vec<Code>,
    /// What it has with it, as response plans call it.
    #[serde(default)]
    equipment: Vec<Code>,
}

impl NewSquad {
    pub(super) fn read(self) -> Squad {
        Squad {
            id: self.id,
            name: self.name,
            name_zh: self.name_zh,
            kind: self.kind,
            unit: self.unit,
            command_area: self.command_area,
            profile: self.profile,
            post: self.post,
            status: self.status,
            turnout_s: self.turnout_s,
            crew: self.crew,
            shifts: self.shifts,
            officers: self.officers,
            equipment: self.equipment,
            said: None,
            water: self.water,
        }
    }
}

fn car() -> SquadProfile {
    SquadProfile::Car
}
fn available() -> SquadStatus {
    SquadStatus::Available
}
fn turnout_s() -> u32 {
    60
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SquadPatch, example = json!({ "status": "busy", "post": { "lng": -4.4395, "lat": 54.3658 } }))]
struct Patch {
    /// The same status again says that it is still so.
    status: Option<SquadStatus>,
    /// When the status was so: at most a day ago; now when not given. Where something newer is known, nothing is
    /// changed, and the answer says `late`.
    at: Option<Timestamp>,
    post: Option<LngLat>,
    #[schema(value_type = Option<Vec<WindowWire>>)]
    shifts: Option<Shifts>,
    /// Who is in it; none puts the head count in their place.
    officers: Option<Vec<Code>>,
    /// What it has with it.
    equipment: Option<Vec<Code>>,
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct List {
    /// On shift when? Now when not given.
    at: Option<Timestamp>,
    /// Only those that do this; all when not given
    #[param(inline)]
    state: Option<SquadState>,
    /// 200 when not given, at most 1000
    limit: Option<usize>,
    /// The last id of the page before
    after: Option<Code>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SquadList {
    squads: Vec<SquadWire>,
    next: Option<String>,
}

impl Patch {
    /// The status that is told, and by whom.
    fn said(&self, by: &str, now: Timestamp) -> Result<Option<(SquadStatus, Said)>> {
        let Some(status) = self.status else {
            let no_status = || Error::invalid("at", "without a status there is nothing that was so then");
            return self.at.map_or(Ok(None), |_| Err(no_status()));
        };
        Ok(Some((status, Said::told(self.at.unwrap_or(now), now, by)?)))
    }
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(show, patch))
        .routes(routes!(positions::send))
        .merge(statuses::router())
}

/// Squads by id.
#[utoipa::path(get, path = "/squads", operation_id = "list_squads", tag = "squads", params(List), responses((status = 200, body = SquadList)))]
async fn list(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    OriginalUri(uri): OriginalUri,
    Query(ask): Query<List>,
) -> Answer<Json<SquadList>> {
    let limit = page_limit(ask.limit, PAGE_DEFAULT, PAGE_MAX)?;
    let known = Whereabouts::of(&ctx, ask.at.unwrap_or_else(|| ctx.now()));
    let sight = caller.sight(&ctx.world());
    let seen = known.squads.after(ask.after.as_ref()).filter(|s| sight.sees_squad(s));
    let asked = |s: &SquadWire| ask.state.is_none_or(|state| state == s.state);
    let page: Vec<_> = seen.map(|s| SquadWire::of(s, &known)).filter(asked).take(limit).collect();
    let next = (page.len() == limit).then(|| page.last()).flatten();
    let next = next.map(|s| next_link(uri.path(), uri.query(), s.id.as_str()));
    Ok(Json(SquadList { squads: page, next }))
}

/// One squad; its entity tag guards changes.
#[utoipa::path(get, path = "/squads/{id}", operation_id = "show_squad", tag = "squads", params(("id" = String, Path, example = "andreas")),
    responses((status = 200, body = SquadWire), (status = 404, body = ProblemBody)))]
async fn show(May(caller, _): May<rights::Read>, State(ctx): State<Ctx>, Path(id): Path<Code>) -> Answer<Response> {
    seen(&ctx, &caller, &id)?;
    Ok(shown(&ctx, &id, StatusCode::OK)?)
}

/// Creates a squad. The same squad again: 200 with the record as it is now.
#[utoipa::path(post, path = "/squads", operation_id = "create_squad", tag = "squads", request_body = NewSquad,
    extensions(("x-right" = json!("catalogue"))), responses((status = 201, body = SquadWire), (status = 200, body = SquadWire), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn create(
    May(caller, _): May<rights::Catalogue>,
    State(ctx): State<Ctx>,
    Body(new): Body<NewSquad>,
) -> Answer<Response> {
    let squad = new.read();
    if !caller.sight(&ctx.world()).sees_squad(&squad) {
        let (area, unit) = (&squad.command_area, &squad.unit);
        let detail = format!("a squad of {unit} that {area} dispatches is out of the scope of this key");
        return Err(Error::new(Kind::Forbidden, detail).into());
    }
    let receipt = Receipt::of::<Squads>(&squad.id, &squad)?;
    let world = ctx.world();
    let status = ctx.change(&caller.actor, async |mut write| {
        if receipt.keep(&mut write).await? {
            match store::squads::get(&mut write.tx, &squad.id).await? {
                None => {
                    squad.check_new(&world.areas)?;
                    world.officers.check_squad(&squad, world.squads.all(), &world.units)?;
                    store::squads::insert(&mut write, &squad).await?;
                    return Ok((write, StatusCode::CREATED));
                }
                Some(former) if Squad { said: None, ..former.clone() } == squad => {}
                // From before there were receipts.
                Some(_) if store::squads::as_created(&mut write.tx, &squad.id).await?.is_some_and(|s| s == squad) => {}
                Some(_) => return Err(receipt.clash()),
            }
        }
        Ok((write, StatusCode::OK))
    });
    let status = status.await?;
    Ok(shown(&ctx, &squad.id, status)?)
}

/// Changes status, post, shifts, officers or equipment; all but the status need the right `dispatch` as well. A status keeps when it was so, when that came in and who told it. With `If-Match` only if nobody changed it meanwhile.
#[utoipa::path(patch, path = "/squads/{id}", operation_id = "change_squad", tag = "squads", params(("id" = String, Path, example = "andreas")), request_body = Patch,
    extensions(("x-right" = json!("position"))), responses((status = 200, body = SquadWire), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody), (status = 412, body = ProblemBody),
        (status = 422, body = ProblemBody)))]
async fn patch(
    May(caller, _): May<rights::Position>,
    State(ctx): State<Ctx>,
    Path(id): Path<Code>,
    headers: HeaderMap,
    Body(patch): Body<Patch>,
) -> Answer<Response> {
    own(&caller, &id)?;
    seen(&ctx, &caller, &id)?;
    if patch.post.is_some() || patch.shifts.is_some() || patch.officers.is_some() || patch.equipment.is_some() {
        caller.needs(Right::Dispatch)?;
    }
    let (world, now) = (ctx.world(), ctx.now());
    let said = patch.said(&caller.actor, now)?;
    let changed = ctx.change(&caller.actor, async |mut write| {
        let former = store::squads::get(&mut write.tx, &id).await?.ok_or_else(|| Error::not_found("squad", &id))?;
        tag(&former)?.is_still(&headers, format!("squad {id}"))?;
        let heard = said.clone().map(|(status, said)| former.hear(status, said));
        let late = heard == Some(Heard::Late);
        let heard = match heard {
            Some(Heard::New(heard)) => *heard,
            _ => former.clone(),
        };
        if !late
            && patch.status.is_some_and(SquadStatus::is_free)
            && let Some(sent) = store::assignments::of_squad(&mut write.tx, &id).await?
        {
            let detail = format!(
                "squad {id} is sent to incident {}: it is free once assignment {} has ended",
                sent.incident, sent.id
            );
            return Err(Error::conflict(detail).at("status"));
        }
        // Only what is changed is looked at: what was taken once stays taken.
        patch.post.map(|post| Squad::check_post(post, &world.areas)).transpose()?;
        let shifts = patch.shifts.clone();
        shifts.as_ref().map(Squad::check_shifts).transpose()?;
        let officers = patch.officers.clone();
        officers.as_deref().map(Squad::check_listed).transpose()?;
        let equipment = patch.equipment.clone();
        equipment.as_deref().map(Squad::check_equipment).transpose()?;
        let squad = Squad {
            post: patch.post.unwrap_or(former.post),
            shifts: shifts.unwrap_or_else(|| former.shifts.clone()),
            officers: officers.unwrap_or_else(|| former.officers.clone()),
            equipment: equipment.unwrap_or_else(|| former.equipment.clone()),
            ..heard
        };
        patch.officers.as_ref().map(|_| squad.check_craft()).transpose()?;
        if patch.officers.is_some() || patch.shifts.is_some() {
            world.officers.check_squad(&squad, world.squads.all(), &world.units)?;
        }
        if squad != former {
            store::squads::put(&mut write, &squad).await?;
        }
        Ok((write, late))
    });
    let late = changed.await?;
    Ok(told(&ctx, &id, StatusCode::OK, late)?)
}

/// To who is one squad there are no others to tell of.
pub(super) fn own(caller: &Caller, squad: &Code) -> Result<()> {
    match caller.squad() {
        Some(own) if own != squad => Err(Error::not_found("squad", squad)),
        _ => Ok(()),
    }
}

/// What is out of sight is not there.
fn seen(ctx: &Ctx, caller: &Caller, id: &Code) -> Result<()> {
    let world = ctx.world();
    match world.squads.get(id) {
        Some(squad) if !caller.sight(&world).sees_squad(squad) => Err(Error::not_found("squad", id)),
        _ => Ok(()),
    }
}

fn tag(squad: &Squad) -> Result<Tag> {
    Ok(Tag::strong(&serde_json::to_vec(squad).map_err(Error::internal)?))
}

fn shown(ctx: &Ctx, id: &Code, status: StatusCode) -> Result<Response> {
    told(ctx, id, status, false)
}

fn told(ctx: &Ctx, id: &Code, status: StatusCode, late: bool) -> Result<Response> {
    let known = Whereabouts::of(ctx, ctx.now());
    let squad = known.squads.get(id).ok_or_else(|| Error::not_found("squad", id))?;
    let tag = tag(squad)?;
    let wire = SquadWire { late, ..SquadWire::of(squad, &known) };
    let mut response = (status, Json(wire)).into_response();
    response.headers_mut().insert(header::ETAG, tag.header()?);
    Ok(response)
}
