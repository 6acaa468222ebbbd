//! What the service says of itself: every answer is held against the OpenAPI document.

use axum::{
    Router,
    body::Body,
    http::{Method, Request},
};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::sync::OnceCell;
use tower::ServiceExt;

use super::Reply;

/// Doors in the shape of other engines, which refuse in their shape as well.
const DOORS: [&str; 5] = ["/table/", "/nearest/", "/route/", "/isochrone", "/sources_to_targets"];

pub async fn get(router: &Router) -> &'static Value {
    static DOCUMENT: OnceCell<Value> = OnceCell::const_new();
    DOCUMENT
        .get_or_init(async || {
            let request = Request::get("/api/v1/openapi.json").header("host", "localhost").body(Body::empty()).unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            assert_eq!(answer.status(), 200);
            serde_json::from_slice(&answer.into_body().collect().await.unwrap().to_bytes()).unwrap()
        })
        .await
}

/// The operations of the route that serves `path` (below `/api/v1`), the most literal template first.
fn route<'a>(document: &'a Value, path: &str) -> Option<(&'a str, &'a Value)> {
    let asked: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let parts: Vec<&str> = template.split('/').collect();
        parts.len() == asked.len() && parts.iter().zip(&asked).all(|(t, a)| t.starts_with('{') || t == a)
    };
    let routes = document["paths"].as_object().unwrap().iter().filter(|(template, _)| fits(template));
    routes.min_by_key(|(template, _)| template.matches('{').count()).map(|(t, r)| (t.as_str(), r))
}

/// The status and the kind of content stand in the document; a refusal is a problem that says so.
pub async fn hold(router: &Router, method: &Method, path: &str, reply: &Reply) {
    let status = reply.status.as_u16();
    let path = path.split('?').next().unwrap();
    if DOORS.iter().any(|door| path.starts_with(door)) && reply.header("content-type") == "application/json" {
        return;
    }
    if status >= 400 {
        let problem = reply.value();
        assert_eq!(reply.header("content-type"), "application/problem+json", "{method} {path}: {problem}");
        assert_eq!(problem["status"], status, "{method} {path}: {problem}");
        assert!(problem["type"].as_str().unwrap().starts_with("/problems/"), "{method} {path}: {problem}");
        assert!(!problem["title"].as_str().unwrap().is_empty() && problem["detail"].is_string(), "{problem}");
        assert_ne!(status, 500, "{method} {path}: {problem}");
    }
    let Some(below) = path.strip_prefix("/api/v1").filter(|p| *p != "/openapi.json") else { return };
    let document = get(router).await;
    let Some((template, operations)) = route(document, below) else {
        assert_eq!(status, 404, "{method} {path} is served and stands in no document");
        return;
    };
    let operation = &operations[method.as_str().to_lowercase()];
    if operation.is_null() {
        assert!(status == 405 || status == 403, "{method} {template} is served ({status}) and stands in no document");
        return;
    }
    let said = &operation["responses"][status.to_string()];
    assert!(
        said.is_object(),
        "{method} {template} answered {status}, which the document does not say: {}",
        reply.text()
    );
    if let (Some(content), false) = (said["content"].as_object(), reply.body.is_empty()) {
        let kind = reply.header("content-type").split(';').next().unwrap_or("");
        let problem = status >= 400 && content.contains_key("application/json");
        assert!(problem || content.contains_key(kind), "{method} {template} answered {status} as {kind}: {said}");
    }
}
