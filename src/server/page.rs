//! The map page, embedded in the binary.

use std::{collections::HashMap, sync::LazyLock};

use axum::{
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use include_dir::{Dir, DirEntry, File, include_dir};

use crate::{
    api::{Problem, Tag},
    base::Error,
};

static PAGE: Dir = include_dir!("$OUT_DIR/page");

/// Each file of the page with its entity tag, by path.
static FILES: LazyLock<HashMap<&str, (&File, Tag)>> = LazyLock::new(|| {
    let mut files = HashMap::new();
    let mut folders = vec![&PAGE];
    while let Some(folder) = folders.pop() {
        for entry in folder.entries() {
            match entry {
                DirEntry::Dir(inner) => folders.push(inner),
                DirEntry::File(file) => {
                    let tag = Tag::weak(file.contents());
                    files.extend(file.path().to_str().map(|path| (path, (file, tag))));
                }
            }
        }
    }
    files
});

/// A file of the page; `/` is its start. It is only read: a tracker that writes here must hear that
/// nobody took it.
pub async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return ([(header::ALLOW, "GET,HEAD")], Problem::method(&method, uri.path())).into_response();
    }
    let path = uri.path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    let Some((file, tag)) = FILES.get(path) else {
        return Problem::from(Error::not_found("page", uri.path())).into_response();
    };
    if tag.is_known(&headers) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag.to_string())]).into_response();
    }
    // The build names its assets by their content; only the start page changes under its name.
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let kind = mime_guess::from_path(path).first_or_octet_stream().to_string();
    let kind = if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind };
    let headers =
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache.to_owned()), (header::ETAG, tag.to_string())];
    (headers, file.contents()).into_response()
}
