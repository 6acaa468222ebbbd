//! Events as they go over the wire: written once, they are shared by all who hear the same.

use axum::body::Bytes;

/// An event of a stream (HTML Living Standard, 9.2.6). `data` is JSON: it has no line ends of its own.
pub(super) fn block(name: &str, id: Option<&str>, data: &str) -> Bytes {
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    format!("event: {name}\n{id}data: {data}\n\n").into()
}

pub(super) const FIRST: Bytes = Bytes::from_static(b"retry: 2000\n: following\n\n");
pub(super) const STILL_HERE: Bytes = Bytes::from_static(b": still here\n\n");
