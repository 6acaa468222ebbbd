//! Live events over SSE: the change log as clients follow it. Each client reads the log in order
//! from where it was (`Last-Event-ID`); nobody misses a change, however slow. Reads only.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::HeaderMap,
    response::{
        IntoResponse,
        sse::{Event, KeepAlive, Sse},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::sync::{
    broadcast::{Receiver, error::RecvError},
    mpsc,
};
use tokio_stream::wrappers::ReceiverStream;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::squads::SquadWire;
use crate::{
    api::{Answer, Query, Viewer},
    base::{Result, Seq},
    change::{self, Envelope},
    ctx::{Ctx, Positions},
    domain::{noun::Told, squads},
    store::log,
    telemetry::{self, Counted},
};

/// Changes within this time travel in one write.
const TOGETHER: Duration = Duration::from_millis(100);
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Events that may wait for a slow client; then the log waits for it.
const WAITING: usize = 256;
const PAGE: i64 = 500;
/// Seqs begin at 1.
const NEVER_GIVEN: Seq = -1;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Follow {
    /// Start after this seq; the header `Last-Event-ID` goes before it. The present when not given.
    #[param(value_type = Option<i64>)]
    since: Option<Seq>,
}

pub fn router() -> OpenApiRouter<Ctx> {
    OpenApiRouter::new().routes(routes!(events))
}

/// Live events. `id` is the seq. The data of a change says its `seq`, `at` and `kind` and, where there is one, the
/// `id` of the record, its `township` and the smallest `area` it is known to lie in. Events are `incident`, `squad`,
/// `areas`, `roads`, `matters`, `squads_imported`, `incidents_imported`, `slots`, `arrivals`, `calibration`,
/// `disruption`, `disruption_lifted`, `positions` (no id) and `reset` (read everything anew).
#[utoipa::path(get, path = "/events", operation_id = "follow_events", tag = "live", params(Follow,
        ("Last-Event-ID" = Option<i64>, Header, description = "The last seq the client has")),
    responses((status = 200, content_type = "text/event-stream", body = String)))]
async fn events(
    _: Viewer,
    State(ctx): State<Ctx>,
    headers: HeaderMap,
    Query(ask): Query<Follow>,
) -> Answer<impl IntoResponse> {
    let last = match headers.get("last-event-id") {
        // A browser that gets a refusal never comes back: what is no seq of ours is answered with `reset`.
        Some(value) => Some(value.to_str().ok().and_then(|text| text.parse().ok()).unwrap_or(NEVER_GIVEN)),
        None => ask.since,
    };
    let (tx, rx) = mpsc::channel(WAITING);
    // Listens before the answer starts: a client that has it misses nothing from then on.
    let (now, positions) = (ctx.feed.seq(), ctx.feed.positions());
    // Ends by itself when the client goes away: sending then fails.
    tokio::spawn(async move {
        let _client = Counted::new("xunge_event_clients");
        let _ = feed(ctx, last, now, positions, tx).await;
    });
    let stream = Sse::new(ReceiverStream::new(rx)).keep_alive(KeepAlive::new().interval(HEARTBEAT).text("still here"));
    // nginx would keep events back until its buffer is full.
    Ok(([("x-accel-buffering", "no")], stream))
}

type Out = mpsc::Sender<std::result::Result<Event, Infallible>>;

/// The client is gone, or the service ends.
struct Gone;

async fn send(out: &Out, event: Event) -> std::result::Result<(), Gone> {
    metrics::counter!("xunge_events_sent_total").increment(1);
    out.send(Ok(event)).await.map_err(|_| Gone)
}

async fn feed(
    ctx: Ctx,
    last: Option<Seq>,
    now: Seq,
    mut positions: Receiver<Positions>,
    out: Out,
) -> std::result::Result<(), Gone> {
    let mut seq_moves = ctx.feed.watch();
    let mut seq = last.unwrap_or(now);
    send(&out, Event::default().retry(Duration::from_secs(2)).comment("following")).await?;
    // A seq that was never given out: the database is another one than the client knew.
    if seq > now || seq < 0 {
        seq = now;
        send(&out, reset(seq)).await?;
    }
    loop {
        let changes = match after(&ctx, seq).await {
            Ok(changes) => changes,
            Err(e) => {
                if let Some(unsaid) = telemetry::seldom("events wait") {
                    tracing::warn!(unsaid, "events wait: {e}");
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
                continue;
            }
        };
        for change in &changes {
            seq = change.seq();
            if let Some(event) = event(&ctx, change) {
                send(&out, event).await?;
            }
        }
        if !changes.is_empty() {
            continue;
        }
        tokio::select! {
            moved = async { seq_moves.wait_for(|s| *s > seq).await.map(drop) } => {
                moved.map_err(|_| Gone)?;
                tokio::time::sleep(TOGETHER).await;
            }
            moved = positions.recv() => match moved {
                Ok(batch) => send(&out, moves(&batch)).await?,
                // Positions are a picture of now: what was missed is out of date anyway.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Err(Gone),
            },
            () = out.closed() => return Err(Gone),
        }
    }
}

async fn after(ctx: &Ctx, seq: Seq) -> Result<Vec<Arc<change::Event>>> {
    match ctx.feed.recent_after(seq) {
        Some(changes) => Ok(changes),
        // Only what this process's world shows: later changes come when it does.
        None => {
            let (shown, areas) = (ctx.feed.seq(), Arc::clone(&ctx.world().areas));
            let page = log::after(&ctx.db, seq, PAGE).await?.into_iter().filter(|l| l.seq <= shown);
            Ok(page.map(|logged| Arc::new(change::Event::new(logged, &areas))).collect())
        }
    }
}

fn reset(seq: Seq) -> Event {
    Event::default().event("reset").id(seq.to_string()).data(json!({ "seq": seq, "kind": "reset" }).to_string())
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
fn event(ctx: &Ctx, event: &change::Event) -> Option<Event> {
    let change::Event { envelope, told, change } = event;
    let told = match told {
        Told::Nothing => return None,
        Told::Reset => return Some(reset(envelope.seq)),
        Told::Data(told) => match change.of() {
            // As everywhere: with its shift and its place of now.
            Some(squads::Change::Squad { squad }) => &wire(ctx, squad),
            _ => told,
        },
    };
    let data = serde_json::to_string(&Data { envelope, told }).ok()?;
    Some(Event::default().event(envelope.kind).id(envelope.seq.to_string()).data(data))
}

fn wire(ctx: &Ctx, squad: &squads::Squad) -> Map<String, Value> {
    let world = ctx.world();
    let wire = SquadWire::of(squad, &world.squads, ctx.now(), &world.areas.time_zone(), &ctx.config.definition);
    Map::from_iter([("squad".to_owned(), json!(wire))])
}

fn moves(batch: &Positions) -> Event {
    let positions: Vec<_> = batch
        .iter()
        .map(|(squad, f)| json!({ "squad": squad, "lng": f.at.lng, "lat": f.at.lat, "fixed_at": f.fixed_at }))
        .collect();
    Event::default().event("positions").data(json!({ "positions": positions }).to_string())
}
