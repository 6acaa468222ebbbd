//! A layer as GeoJSON for clients that come back: all of it, or what is otherwise since they had it. Every answer
//! stands in the ledger of its question, so that the next one may be told from it.

use std::{io::Write, ops::Range, sync::Arc};

use axum::{
    Json,
    http::{HeaderMap, Uri, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{json, value::RawValue};

use super::{Ask, Layer};
use crate::{
    api::{COLLECTION, GeoFeature, Shown, Tag, asked_again, tagged_as},
    base::{Error, Result, Seq},
    ctx::{
        Ctx,
        tiles::{Cut, Of, Stamped, Stand},
    },
    domain::layers::{
        Rows,
        ledger::{Delta, Mark, Print, print},
    },
    kernel::crs::Datum,
};

/// A layer, the last change in it, and where to ask what is otherwise from then on.
#[derive(Debug, utoipa::ToSchema)]
#[expect(dead_code, reason = "only the document knows it: it is written by hand")]
pub struct LayerFeatures {
    features: Vec<GeoFeature>,
    #[schema(rename = "numberMatched")]
    number_matched: usize,
    #[schema(rename = "numberReturned")]
    number_returned: usize,
    #[schema(value_type = i64)]
    as_of_seq: Seq,
    /// Tells what is otherwise then, with every filter of this one.
    next: String,
    /// Of the coordinates; WGS-84 where it is not told.
    #[schema(required = false, nullable = false)]
    datum: Option<String>,
}

/// What is otherwise since an earlier answer, as `GeoJSONSource.updateData` of MapLibre takes it: first all or some
/// are removed, then these are put in their places.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LayerDelta<'a> {
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
    /// Of the coordinates; WGS-84 where it is not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    datum: Option<&'static str>,
    /// Features that are new or look otherwise, whole.
    #[schema(value_type = Vec<GeoFeature>)]
    add: Vec<&'a RawValue>,
}

/// What is asked again and again, and what was shown when it was asked now.
#[derive(Debug)]
pub struct Question {
    of: String,
    seq: Seq,
    /// How its answers are kept, where it is known until when one holds.
    kept: Option<(Of, Stand)>,
}

impl Question {
    /// To be made before the rows are read. `who` asks, where not everybody sees the same.
    pub async fn new(ctx: &Ctx, layer: Layer, ask: &Ask, who: Option<&str>, uri: &Uri) -> Result<Self> {
        let shown = ctx.feed.shown();
        let of = format!("{} {} {who:?} {ask:?}", layer.as_str(), shown.life);
        let kept = match who {
            None if layer.zooms().is_ok() => {
                Some(((layer.as_str(), format!("{ask:?} {uri}")), layer.stand(ctx, ask).await?))
            }
            _ => None,
        };
        Ok(Self { of, seq: layer.seq(&shown), kept })
    }

    /// What was answered, as long as nothing has touched the layer.
    pub fn at_hand(&self, ctx: &Ctx, layer: Layer, ask: &Ask) -> Option<Arc<Cut>> {
        let (of, now) = self.kept.as_ref()?;
        let kept = ctx.tiles.answer(of)?;
        if !layer.is_still(ctx, ask, [&kept.stand, now], None) {
            return None;
        }
        if kept.stand != *now {
            ctx.tiles.keep_answer(of.clone(), Stamped { stand: now.clone(), value: Arc::clone(&kept.value) });
        }
        Some(kept.value)
    }
}

/// As it travels; 304 when the client has it already.
pub fn told(answer: &Cut, headers: &HeaderMap) -> Result<Response> {
    tagged_as(&Tag::read(&answer.tag), headers, "application/geo+json", answer.bytes.clone())
}

/// The first `most` rows, or what is otherwise among them.
pub async fn answer(
    ctx: &Ctx,
    (rows, most, datum): (Box<dyn Rows>, usize, Datum),
    question: Question,
    since: Option<Mark>,
    (uri, headers): (Uri, HeaderMap),
) -> Result<Response> {
    let held = ctx.clone();
    let write = move |_: &mut _| {
        let written = Written::of(&*rows, most)?;
        let (mark, delta) = held.ledgers.show(&question.of, question.seq, &written.prints, since.as_ref());
        let next = asked_again(uri.path(), uri.query(), "since", &mark.to_string());
        if since.is_some() {
            return otherwise(&written, delta, mark.seq, (next, datum.told()));
        }
        let whole = Arc::new(written.whole(rows.len(), mark.seq, (&next, datum.told()))?);
        if let Some((of, stand)) = question.kept {
            held.tiles.keep_answer(of, Stamped { stand, value: Arc::clone(&whole) });
        }
        told(&whole, &headers)
    };
    ctx.studies.run(write).await?
}

/// Features between brackets, behind the beginning of a collection.
struct Written {
    text: Vec<u8>,
    each: Vec<Range<usize>>,
    prints: Vec<(String, Print)>,
}

impl Written {
    fn of(rows: &dyn Rows, most: usize) -> Result<Self> {
        let mut text = COLLECTION.to_vec();
        let each = Shown::everything(rows).write_all(rows, 0..rows.len().min(most), &mut text)?;
        let print = |(row, at): (usize, &Range<usize>)| (rows.id(row), print(&text[at.clone()]));
        let prints = each.iter().enumerate().map(print).collect();
        Ok(Self { text, each, prints })
    }

    /// As the document tells [`LayerFeatures`].
    fn whole(self, matched: usize, as_of_seq: Seq, (next, datum): (&str, Option<&str>)) -> Result<Cut> {
        let Self { mut text, each, prints } = self;
        // Who has the same features has this answer, whichever change came last.
        let tag = Tag::weak(serde_json::to_vec(&(matched, &prints)).map_err(Error::internal)?).to_string();
        let (returned, next) = (each.len(), json!(next));
        let datum = datum.map_or_else(String::new, |datum| format!(r#","datum":"{datum}""#));
        write!(
            text,
            r#","numberMatched":{matched},"numberReturned":{returned},"as_of_seq":{as_of_seq},"next":{next}{datum}}}"#
        )
        .map_err(Error::internal)?;
        Ok(Cut { bytes: text.into(), tag })
    }
}

fn otherwise(
    written: &Written,
    delta: Option<Delta>,
    as_of_seq: Seq,
    (next, datum): (String, Option<&'static str>),
) -> Result<Response> {
    let reset = delta.is_none();
    let (places, remove) = match delta {
        Some(Delta { changed, gone }) => (changed, gone),
        None => ((0..written.each.len()).collect(), Vec::new()),
    };
    let feature = |place: usize| serde_json::from_slice(&written.text[written.each[place].clone()]);
    let add = places.into_iter().map(feature).collect::<Result<_, _>>().map_err(Error::internal)?;
    let delta = LayerDelta { as_of_seq, next, reset, remove_all: reset, remove, datum, add };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(delta)).into_response())
}
