//! Large answers: bounded in bytes, and compressed by threads that give way to the others.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    body::{Body, Bytes, HttpBody},
    extract::{Request, State},
    http::header,
    middleware::Next,
    response::{IntoResponse, Response},
};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio_stream::wrappers::ReceiverStream;

use crate::{api::Problem, ctx::Ctx};

/// Less is sent by whoever made it.
const LARGE_BYTES: u64 = 64 * 1024;
/// Pieces that wait for a slow client.
const WAITING: usize = 4;

/// A body and the room that it takes.
#[derive(Debug)]
struct Roomy {
    body: Body,
    _room: OwnedSemaphorePermit,
}

impl HttpBody for Roomy {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// That an answer is large, whatever it is compressed to.
#[derive(Debug, Clone, Copy)]
struct Large;

/// Before compression: a large answer takes room until it is sent, or is refused.
pub async fn with_room(State(ctx): State<Ctx>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let Some(bytes) = response.body().size_hint().exact().filter(|bytes| *bytes > LARGE_BYTES) else { return response };
    match ctx.bulk.room(bytes) {
        Ok(room) => {
            response.extensions_mut().insert(Large);
            response.map(|body| Body::new(Roomy { body, _room: room }))
        }
        Err(e) => Problem::from(e).into_response(),
    }
}

/// Behind compression, which is work that is done as the body is read.
pub async fn apart(State(ctx): State<Ctx>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let is_large = response.extensions_mut().remove::<Large>().is_some();
    if !is_large || !response.headers().contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    response.map(|mut body| {
        let (send, receive) = mpsc::channel(WAITING);
        ctx.bulk.threads().spawn(async move {
            while let Some(piece) = body.frame().await {
                // The client is gone.
                if send.send(piece).await.is_err() {
                    return;
                }
            }
        });
        Body::new(StreamBody::new(ReceiverStream::new(receive)))
    })
}
