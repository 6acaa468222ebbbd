//! Live events over SSE: the change log as clients follow it. Each client reads the log in order
//! from where it was (`Last-Event-ID`); nobody misses a change, however slow. Reads only.

mod block;
pub mod bodies;
mod passing;
mod wanted;

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderName, header},
    response::IntoResponse,
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use tokio::sync::{
    broadcast::{Receiver, error::RecvError},
    mpsc,
};
use tokio_stream::wrappers::ReceiverStream;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use self::{
    block::{FIRST, STILL_HERE, block},
    bodies::TouchedLayer,
    passing::{by_clock, moves},
    wanted::{Follow, Wanted},
};
use super::{
    calls::CallWire,
    handovers::HandoverWire,
    incidents::IncidentWire,
    layers::{Layer, Touched},
    log::is_seen,
    squads::{SquadWire, Whereabouts},
};
use crate::{
    api::{Answer, Caller, May, Query, rights},
    base::{Error, Result, Seq, WrittenOnce},
    change::{self, Envelope},
    ctx::{Ctx, Positions, Shown, Turn},
    domain::{assignments, auth::Sight, calls, dispatch, handovers, incidents, layers::bbox_of, noun::Told, squads},
    store::log,
    telemetry::{self, Counted},
    world::World,
};

/// Changes within this time travel in one write.
const TOGETHER: Duration = Duration::from_millis(100);
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Events that may wait for a slow client; then the log waits for it, and in the end the connection ends.
const WAITING: usize = 4;
const PAGE: i64 = 200;

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(events))
}

/// Live events. `id` is the seq and the first digits of its hash in the log. The data of a change says its `seq`,
/// `at` and `kind` and, where there is one, the `id` of the record, its `township` and the smallest `area` it is known to lie in. Events are `incident`, `call`, `handover`, `remark`, `assignment`, `squad`,
/// `areas`, `areas_drafted`, `areas_draft_dropped`, `roads`, `places`, `matters`, `codes`, `units`, `rosters`, `officers`, `officer`, `working_time`, `stages`, `scenes`, `response_plans`, `profiles`, `lists`, `precedent`, `whistle`, `plan`, `plan_edited`, `scenario`, `scenario_deleted`, `zones_in_force`, `zones_switched`, `squads_imported`, `incidents_imported`, `slots`, `arrivals`, `calibration`,
/// `disruption`, `disruption_lifted`, `positions` (no id), `contact`, `position_feed`, `calls_overdue`, `incidents_stuck` and `handovers_late` (no id: by the clock alone squads are asked for or are out of contact, no position comes in any more, nobody has located these calls in time, nothing happens in these cases, or nobody has accepted these handovers in time), `removed` (no id: the record of that kind is out of the caller's scope now) and `reset` (read
/// everything anew). With `tiles=true` each change that may show on the map is preceded by `tiles` (no id), which says in
/// which layers and where: a map evicts just those. What else changes by the time alone, such as a closure that begins, is not told.
/// `layer`, `bbox`, `area` and `matter` together leave out what is not asked for; `reset` is always told.
#[utoipa::path(get, path = "/events", operation_id = "follow_events", tag = "live", params(Follow,
        ("Last-Event-ID" = Option<String>, Header, description = "The last `id` the client has; a seq alone is taken too")),
    responses((status = 200, content_type = "text/event-stream", body = String,
        description = "Server-sent events without end; the data of each is an `Event`")))]
async fn events(
    May(caller, _): May<rights::Read>,
    State(ctx): State<Ctx>,
    headers: HeaderMap,
    Query(ask): Query<Follow>,
) -> Answer<impl IntoResponse> {
    let last = match headers.get("last-event-id") {
        // A browser that gets a refusal never comes back: what is no id of ours is answered with `reset`.
        Some(value) => Some(Known::read(value.to_str().unwrap_or(""))),
        None => ask.since.map(|seq| Known { seq, hash: None }),
    };
    let wanted = Wanted::new(&ctx, ask)?;
    let (tx, rx) = mpsc::channel(WAITING);
    // Listens before the answer starts: a client that has it misses nothing from then on.
    let (now, passing) = (ctx.feed.shown(), (ctx.feed.positions(), ctx.feed.turns()));
    // Ends by itself when the client goes away: sending then fails.
    tokio::spawn(async move {
        let _client = Counted::new("xunge_event_clients");
        let _ = feed(ctx, caller, last, now, passing, wanted, tx).await;
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-cache"),
        // nginx would keep events back until its buffer is full.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, Body::from_stream(ReceiverStream::new(rx))))
}

type Out = mpsc::Sender<std::result::Result<Bytes, Infallible>>;

/// The client is gone, or its key is; or the service ends.
struct Gone;

async fn send(out: &Out, event: Bytes) -> std::result::Result<(), Gone> {
    metrics::counter!("xunge_events_sent_total").increment(1);
    out.send(Ok(event)).await.map_err(|_| Gone)
}

/// The last change that a client has.
#[derive(Debug, PartialEq)]
struct Known {
    seq: Seq,
    /// The first digits of its hash, by which a database that was put back is told from the one it knew.
    hash: Option<String>,
}

impl Known {
    /// What can't be read was never given out.
    fn read(id: &str) -> Self {
        let (seq, hash) = id.split_once('-').map_or((id, None), |(seq, hash)| (seq, Some(hash.to_owned())));
        // A minus sign leaves no seq before it.
        Self { seq: seq.parse().unwrap_or(-1), hash }
    }

    /// Whether the log as it is holds this change.
    async fn is_held(&self, ctx: &Ctx) -> bool {
        let stand = loop {
            match log::stand(ctx.db.listeners(), self.seq).await {
                Ok(stand) => break stand,
                Err(e) => wait(e).await,
            }
        };
        let same = |hash: &String| stand.hash.as_ref().is_none_or(|own| own.starts_with(hash.as_str()));
        stand.there.is_some() && self.hash.as_ref().is_none_or(same)
    }
}

async fn feed(
    ctx: Ctx,
    caller: Caller,
    last: Option<Known>,
    now: Shown,
    (mut positions, mut turns): (Receiver<Arc<Positions>>, Receiver<Arc<Turn>>),
    mut wanted: Wanted,
    out: Out,
) -> std::result::Result<(), Gone> {
    let mut moves_on = ctx.feed.watch();
    let (mut seq, mut life, mut halted) = (now.seq, now.life, false);
    send(&out, FIRST).await?;
    if let Some(last) = last {
        // What was never given out, or is no longer there: the database is another one than the client knew.
        if last.seq > now.seq || last.seq < 0 || !last.is_held(&ctx).await {
            send(&out, reset(&now)).await?;
        } else {
            seq = last.seq;
        }
    }
    loop {
        let shown = moves_on.borrow_and_update().clone();
        if !caller.is_known_still(&ctx) {
            return Err(Gone);
        }
        // Told once: what comes after this can't be told here, and what was told may be no longer so.
        let stuck = shown.halted.is_some();
        if shown.life != life || (stuck && !halted && seq >= shown.seq) {
            (seq, life, halted) = (shown.seq, shown.life, stuck);
            send(&out, reset(&shown)).await?;
        }
        halted &= stuck;
        let page = match after(&ctx, seq).await {
            Ok(page) => page,
            Err(e) => {
                wait(e).await;
                continue;
            }
        };
        let world = ctx.world();
        let sight = caller.sight(&world);
        let everything = sight.is_everything() && wanted.is_everything();
        for change in &page.changes {
            seq = change.seq();
            if let Some(removed) = removed(&world, change, &sight).filter(|_| wanted.wants_layer(Layer::Incidents)) {
                send(&out, removed).await?;
            }
            // Before the change, whose id says that both were told.
            let [where_it_shows, itself] = &change.written;
            let tiles =
                wanted.tiles.then(|| once(where_it_shows, everything, || touched(&world, change, &sight, &wanted)));
            if let Some(event) = tiles.flatten() {
                send(&out, event).await?;
            }
            if (change.told == Told::Reset || wanted.wants(&ctx, &world, &change.change))
                && is_seen(&world, &change.change, &sight)
                // The same for whoever hears of it.
                && let Some(event) = itself.or(|| event(&ctx, change))
            {
                send(&out, event).await?;
            }
        }
        // The client begins anew behind what can't be told.
        if page.ends {
            let shown = ctx.feed.shown();
            seq = shown.seq;
            send(&out, reset(&shown)).await?;
        }
        if page.ends || !page.changes.is_empty() {
            continue;
        }
        tokio::select! {
            moved = moves_on.changed() => {
                moved.map_err(|_| Gone)?;
                tokio::time::sleep(TOGETHER).await;
            }
            moved = positions.recv() => match moved {
                Ok(batch) => {
                    let world = ctx.world();
                    if let Some(moves) = moves(&world, &batch, &caller.sight(&world), &mut wanted) {
                        send(&out, moves).await?;
                    }
                }
                // Positions are a picture of now: what was missed is out of date anyway.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Err(Gone),
            },
            turned = turns.recv() => match turned {
                Ok(turn) => {
                    let world = ctx.world();
                    if let Some(event) = by_clock(&world, &turn, &caller.sight(&world), &wanted) {
                        send(&out, event).await?;
                    }
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Err(Gone),
            },
            () = over(&ctx, &caller) => {}
            () = tokio::time::sleep(HEARTBEAT) => send(&out, STILL_HERE).await?,
            () = out.closed() => return Err(Gone),
        }
    }
}

/// Waits until the caller's key has expired.
async fn over(ctx: &Ctx, caller: &Caller) {
    let Some(until) = caller.until(ctx) else { return std::future::pending().await };
    let left_ms = u64::try_from(until.ms() - ctx.now().ms()).unwrap_or(0);
    // A clock may be set meanwhile.
    tokio::time::sleep(Duration::from_millis(left_ms).clamp(TOGETHER, HEARTBEAT)).await;
}

/// The database does not answer: it is asked again after a while.
async fn wait(e: Error) {
    if let Some(unsaid) = telemetry::seldom("events wait") {
        tracing::warn!(unsaid, "events wait: {e}");
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
}

/// Written once for all who hear everything.
fn once(kept: &WrittenOnce, everything: bool, write: impl FnOnce() -> Option<Bytes>) -> Option<Bytes> {
    if everything { kept.or(write) } else { write() }
}

/// What comes next for a client.
#[derive(Default)]
struct Page {
    changes: Vec<Arc<change::Event>>,
    /// Behind them the log can't be told.
    ends: bool,
}

async fn after(ctx: &Ctx, seq: Seq) -> Result<Page> {
    let shown = ctx.feed.shown();
    // Who hears of a closure asks for what follows from it: the roads come first.
    let settled = |event: &Arc<change::Event>| event.seq() <= shown.roads || !event.change.shapes_roads();
    if let Some(mut changes) = ctx.feed.recent_after(seq) {
        changes.truncate(changes.iter().take_while(|e| settled(e)).count());
        return Ok(Page { changes, ends: false });
    }
    // Few at a time: a crowd that comes back after a restart must not keep everybody else waiting.
    let _turn = ctx.replays.acquire().await.map_err(Error::internal)?;
    let page = log::after(ctx.db.listeners(), seq, PAGE).await?;
    // Older rows were taken away: what is left does not follow what the client has.
    if page.changes.first().is_some_and(|l| l.seq != seq + 1) {
        return Ok(Page { changes: Vec::new(), ends: true });
    }
    let areas = Arc::clone(&ctx.world().areas);
    let there = page.changes.into_iter().take_while(|l| l.seq <= shown.seq);
    let changes = there.map(|logged| Arc::new(change::Event::new(logged, &areas))).take_while(settled).collect();
    Ok(Page { changes, ends: page.unreadable.is_some_and(|(at, _)| at <= shown.seq) })
}

fn id(seq: Seq, hash: Option<&String>) -> String {
    match hash {
        Some(hash) => format!("{seq}-{}", &hash[..8]),
        None => seq.to_string(),
    }
}

fn reset(shown: &Shown) -> Bytes {
    begin_anew(shown.seq, shown.hash.as_ref())
}

fn begin_anew(seq: Seq, hash: Option<&String>) -> Bytes {
    block("reset", Some(&id(seq, hash)), &json!({ "seq": seq, "kind": "reset" }).to_string())
}

/// What the data of an event consists of.
#[derive(Serialize)]
struct Data<'a> {
    #[serde(flatten)]
    envelope: &'a Envelope,
    #[serde(flatten)]
    told: &'a Map<String, Value>,
}

/// The event that tells of a change; none for what is nobody's business.
fn event(ctx: &Ctx, event: &change::Event) -> Option<Bytes> {
    let change::Event { envelope, told, hash, change, .. } = event;
    let own;
    let told = match told {
        Told::Nothing => return None,
        Told::Reset => return Some(begin_anew(envelope.seq, hash.as_ref())),
        // As everywhere: with its shift and its place of now, by the limits of now.
        Told::Data(told) => {
            own = shown(ctx, change);
            own.as_ref().unwrap_or(told)
        }
    };
    let data = serde_json::to_string(&Data { envelope, told }).ok()?;
    Some(block(envelope.kind, Some(&id(envelope.seq, hash.as_ref())), &data))
}

/// Where tiles of what is in force, as the caller sees them, may show a change; none where it shows in no tile that
/// is wanted.
fn touched(world: &World, change: &change::Event, sight: &Sight, wanted: &Wanted) -> Option<Bytes> {
    let seen = |layer: Layer| {
        if !layer.is_scoped() || sight.is_everything() {
            return layer.touched(&change.change, None);
        }
        // What is elsewhere comes into sight, and leaves it, with one's squad.
        if let Some(assignments::Change::Assignment { assignment }) = change.change.of() {
            let is_own = dispatch::is_seen(&assignment.squad, &world.squads, sight);
            let incident = world.incidents.get(&assignment.incident).filter(|_| is_own)?;
            return Some(Touched::Within(bbox_of(incident.at)));
        }
        layer.touched(&change.change, None).filter(|_| is_seen(world, &change.change, sight))
    };
    let of = |layer: Layer| {
        let ((minzoom, maxzoom), touched) = (layer.zooms().ok()?, seen(layer).filter(|at| wanted.wants_place(*at))?);
        let bbox = match touched {
            Touched::Everywhere => None,
            Touched::Within(b) => Some([b.west, b.south, b.east, b.north]),
        };
        Some(TouchedLayer { layer, minzoom, maxzoom, bbox })
    };
    let layers: Vec<_> = Layer::ALL.into_iter().filter(|layer| wanted.wants_layer(*layer)).filter_map(of).collect();
    let data = json!({ "kind": "tiles", "seq": change.seq(), "layers": layers }).to_string();
    (!layers.is_empty()).then(|| block("tiles", None, &data))
}

/// What is told otherwise than it is kept.
fn shown(ctx: &Ctx, change: &change::Change) -> Option<Map<String, Value>> {
    match (change.of(), change.of(), change.of(), change.of()) {
        (Some(squads::Change::Squad { squad }), ..) => Some(wire(ctx, squad)),
        (_, Some(incidents::Change::Incident { incident }), ..) => Some(due(ctx, incident)),
        (_, _, Some(calls::Change::Call { call }), _) => Some(waiting(ctx, call)),
        (.., Some(handovers::Change::Handover { handover })) => Some(handed_over(ctx, handover)),
        _ => None,
    }
}

fn handed_over(ctx: &Ctx, handover: &handovers::Handover) -> Map<String, Value> {
    Map::from_iter([("handover".to_owned(), json!(HandoverWire::of(handover.clone(), ctx)))])
}

fn wire(ctx: &Ctx, squad: &squads::Squad) -> Map<String, Value> {
    let wire = SquadWire::of(squad, &Whereabouts::of(ctx, ctx.now()));
    Map::from_iter([("squad".to_owned(), json!(wire))])
}

fn due(ctx: &Ctx, incident: &incidents::Incident) -> Map<String, Value> {
    let wire = IncidentWire::of(incident.clone(), &ctx.world());
    Map::from_iter([("incident".to_owned(), json!(wire))])
}

fn waiting(ctx: &Ctx, call: &calls::Call) -> Map<String, Value> {
    Map::from_iter([("call".to_owned(), json!(CallWire::of(call.clone(), ctx)))])
}

/// An incident elsewhere is in sight as long as one's squad is sent there. Without an id: who is cut off before
/// the change itself is told hears both again.
fn removed(world: &World, event: &change::Event, sight: &Sight) -> Option<Bytes> {
    let Some(assignments::Change::Assignment { assignment }) = event.change.of() else { return None };
    if sight.is_everything() || !assignment.status.is_ended() {
        return None;
    }
    let is_own = dispatch::is_seen(&assignment.squad, &world.squads, sight);
    let is_seen = world.incidents.get(&assignment.incident).is_some_and(|incident| incident.is_seen(sight));
    let data = Removed { seq: event.seq(), kind: "removed", record: "incident", id: assignment.incident };
    let data = serde_json::to_string(&data).ok()?;
    (is_own && !is_seen).then(|| block("removed", None, &data))
}

#[derive(Serialize)]
struct Removed {
    seq: Seq,
    kind: &'static str,
    record: &'static str,
    id: Uuid,
}
