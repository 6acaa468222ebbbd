//! A layer as GeoJSON for clients that come back: all of it, or what is otherwise since they had it. Every answer
//! stands in the ledger of its question, so that the next one may be told from it.

use axum::{
    Json,
    http::{HeaderMap, Uri, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use super::{Ask, Layer};
use crate::{
    api::{GeoFeature, Tag, asked_again, row_feature, tagged_as},
    base::{Error, Result, Seq},
    ctx::Ctx,
    domain::layers::{
        Rows,
        ledger::{Delta, Mark, print},
    },
};

/// A layer, the last change in it, and where to ask what is otherwise from then on.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[serde(tag = "type", rename = "FeatureCollection")]
pub struct LayerFeatures {
    #[schema(value_type = Vec<GeoFeature>)]
    features: Vec<Box<RawValue>>,
    #[serde(rename = "numberMatched")]
    number_matched: usize,
    #[serde(rename = "numberReturned")]
    number_returned: usize,
    #[schema(value_type = i64)]
    as_of_seq: Seq,
    /// Tells what is otherwise then, with every filter of this one.
    next: String,
}

/// What is otherwise since an earlier answer, as `GeoJSONSource.updateData` of MapLibre takes it: first all or some
/// are removed, then these are put in their places.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LayerDelta {
    #[schema(value_type = i64)]
    as_of_seq: Seq,
    /// Tells what is otherwise then, with every filter of this one.
    next: String,
    /// What was shown at `since` is not known here: what the client has is void, and all features are told.
    reset: bool,
    /// As `reset`, in MapLibre's word.
    #[serde(rename = "removeAll")]
    remove_all: bool,
    /// Ids of features that are gone: ended, or out of a filter or of the caller's scope.
    remove: Vec<String>,
    /// Features that are new or look otherwise, whole.
    #[schema(value_type = Vec<GeoFeature>)]
    add: Vec<Box<RawValue>>,
}

/// What is asked again and again, and what was shown when it was asked now.
#[derive(Debug)]
pub struct Question {
    of: String,
    seq: Seq,
}

impl Question {
    /// To be made before the rows are read. `who` asks, where not everybody sees the same.
    pub fn new(ctx: &Ctx, layer: Layer, ask: &Ask, who: Option<&str>) -> Self {
        let shown = ctx.feed.shown();
        let of = format!("{} {} {who:?} {ask:?}", layer.as_str(), shown.life);
        Self { of, seq: shown.seq.min(shown.roads) }
    }
}

/// The first `most` rows, or what is otherwise among them.
pub async fn answer(
    ctx: &Ctx,
    (rows, most): (Box<dyn Rows>, usize),
    question: Question,
    since: Option<Mark>,
    (uri, headers): (Uri, HeaderMap),
) -> Result<Response> {
    let held = ctx.clone();
    let write = move |_: &mut _| {
        let features = written(&*rows, most)?;
        let prints = features.iter().enumerate().map(|(row, text)| (rows.id(row), print(text.get().as_bytes())));
        let prints: Vec<_> = prints.collect();
        let (mark, delta) = held.ledgers.show(&question.of, question.seq, &prints, since.as_ref());
        let next = asked_again(uri.path(), uri.query(), "since", &mark.to_string());
        match since {
            None => whole(&headers, features, rows.len(), mark.seq, next),
            Some(_) => Ok(otherwise(features, delta, mark.seq, next)),
        }
    };
    ctx.studies.run(write).await?
}

fn written(rows: &dyn Rows, most: usize) -> Result<Vec<Box<RawValue>>> {
    let properties = rows.about().properties();
    let write = |row| to_raw_value(&row_feature(rows, &properties, row)).map_err(Error::internal);
    (0..rows.len()).take(most).map(write).collect()
}

fn whole(
    headers: &HeaderMap,
    features: Vec<Box<RawValue>>,
    number_matched: usize,
    as_of_seq: Seq,
    next: String,
) -> Result<Response> {
    // Who has the same features has this answer, whichever change came last.
    let tag = Tag::weak(&serde_json::to_vec(&(number_matched, &features)).map_err(Error::internal)?);
    let number_returned = features.len();
    let whole = LayerFeatures { features, number_matched, number_returned, as_of_seq, next };
    tagged_as(&tag, headers, "application/geo+json", serde_json::to_vec(&whole).map_err(Error::internal)?)
}

fn otherwise(mut features: Vec<Box<RawValue>>, delta: Option<Delta>, as_of_seq: Seq, next: String) -> Response {
    let reset = delta.is_none();
    let remove = delta.map_or_else(Vec::new, |Delta { changed, gone }| {
        let mut places = changed.into_iter().peekable();
        let mut at = 0..;
        features.retain(|_| places.next_if(|place| Some(*place) == at.next()).is_some());
        gone
    });
    let delta = LayerDelta { as_of_seq, next, reset, remove_all: reset, remove, add: features };
    ([(header::CACHE_CONTROL, "no-store")], Json(delta)).into_response()
}
