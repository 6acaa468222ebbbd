//! The fixture: the real router with requests in process, the real follower and position keeper,
//! a database of its own, on both engines.
//!
//! After every test the world is loaded anew from SQL and must equal the live one. Every answer, and
//! every request that was taken, is held against the OpenAPI document. PostgreSQL is the server that `XUNGE_TEST_PG` names; without
//! it that half is skipped.

mod document;
mod events;

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::Path,
    sync::{OnceLock, atomic::AtomicI64},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
pub use events::{Event, Events};
use fastrand::Rng;
use http_body_util::BodyExt;
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;
use tokio::{runtime::Runtime, task::AbortHandle};
use tower::ServiceExt;
use uuid::Uuid;
use xunge::{
    base::{Clock, sha256},
    config::Settings,
    ctx::{self, Ctx},
    domain::auth::{Key, Role, Scope},
    feature, server,
    store::{self, Db, Write},
    telemetry,
};

use crate::county;

/// A data folder and, on PostgreSQL, a database made for one test.
#[derive(Debug)]
pub struct Place {
    folder: TempDir,
    pub url: Option<String>,
}

impl Place {
    /// A new SQLite file in this folder.
    pub fn at(folder: TempDir) -> Self {
        Self { folder, url: None }
    }

    /// The database at this address, seen from another folder.
    pub fn elsewhere(url: String) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), url: Some(url) }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub async fn open(&self) -> Db {
        Db::open(self.url.as_deref(), self.folder()).await.unwrap()
    }

    /// Runs statements behind the program's back, all or none of them.
    pub async fn behind_its_back(&self, sql: &str) {
        let sql = AssertSqlSafe(format!("BEGIN; {sql}; COMMIT"));
        match &self.url {
            Some(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
            None => {
                let file = SqliteConnectOptions::new().filename(self.folder().join("xunge.sqlite"));
                let mut connection = SqliteConnection::connect_with(&file).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
    }
}

/// Runs a statement on the server that tests make their databases on, if there is one.
pub async fn on_server(sql: &str) {
    let Some(server) = server_url() else { return };
    let mut connection = PgConnection::connect(&server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

/// How the service under test is started.
#[derive(Debug, Clone)]
pub struct Setup {
    /// The drawn county, or nothing.
    pub county: bool,
    pub clock: Clock,
    pub settings: Settings,
}

impl Default for Setup {
    fn default() -> Self {
        // Cells eight times larger than a county's: the tests stay quick. No search is ended because the
        // machine is busy.
        let mut settings = Settings::default();
        settings.coverage.cell_resolution = 8;
        settings.server.keyless = true;
        settings.searches.time_limit_s = 300;
        Self { county: true, clock: county::noon(), settings }
    }
}

impl Setup {
    /// By a clock that the test sets.
    pub fn by(clock: &'static AtomicI64) -> Self {
        Self { clock: Clock::Set(clock), ..Self::default() }
    }
}

/// Runs `test` on SQLite, then on PostgreSQL, each time on a new database.
pub fn on_both_places(test: impl AsyncFn(&Place)) {
    run(None, &test);
    match server_url() {
        Some(server) => on_postgres(&server, &test),
        None => println!("skipped: PostgreSQL"),
    }
}

/// The server that tests make their databases on.
fn server_url() -> Option<String> {
    std::env::var("XUNGE_TEST_PG").ok().filter(|url| !url.is_empty())
}

/// Runs `test` on PostgreSQL alone.
pub fn on_postgres_alone(test: impl AsyncFn(&Place)) {
    match server_url() {
        Some(server) => on_postgres(&server, &test),
        None => println!("skipped: PostgreSQL"),
    }
}

fn run(url: Option<String>, test: &impl AsyncFn(&Place)) {
    let engine = if url.is_some() { "PostgreSQL" } else { "SQLite" };
    let place = Place { folder: tempfile::tempdir().unwrap(), url };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| runtime.block_on(test(&place)))) {
        println!("failed on {engine}");
        resume_unwind(panic);
    }
}

fn on_postgres(server: &str, test: &impl AsyncFn(&Place)) {
    let name = format!("xunge_test_{}", Uuid::new_v4().simple());
    let on_server = |sql: String| Runtime::new().unwrap().block_on(on_server(&sql));
    on_server(format!("CREATE DATABASE {name} TEMPLATE template0"));
    let (base, options) = server.split_once('?').map_or((server, None), |(b, o)| (b, Some(o)));
    let authority = base.split_once("://").map_or(base, |(_, rest)| rest);
    let base = if authority.contains('/') { base.rsplit_once('/').unwrap().0 } else { base };
    let url = format!("{base}/{name}{}", options.map(|o| format!("?{o}")).unwrap_or_default());
    let ended = catch_unwind(AssertUnwindSafe(|| run(Some(url), test)));
    on_server(format!("DROP DATABASE {name} WITH (FORCE)"));
    ended.unwrap_or_else(|panic| resume_unwind(panic));
}

/// Runs `test` on both engines in the drawn county at noon.
pub fn both_engines(test: impl AsyncFn(&App)) {
    with(Setup::default(), test);
}

/// Runs `test` on both engines.
pub fn with(setup: Setup, test: impl AsyncFn(&App)) {
    on_both_places(async |place| {
        let app = App::open(place, setup.clone()).await;
        test(&app).await;
        app.check().await;
    });
}

/// A running service.
#[derive(Debug)]
pub struct App {
    pub ctx: Ctx,
    router: Router,
    tasks: [AbortHandle; 4],
}

impl Drop for App {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

/// Metrics are one for the process.
fn metrics() -> Option<PrometheusHandle> {
    static METRICS: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    METRICS.get_or_init(telemetry::metrics).clone()
}

impl App {
    /// Plants the county if the setup says so and the place is new.
    pub async fn open(place: &Place, setup: Setup) -> Self {
        let db = place.open().await;
        if setup.county && store::log::head(&db).await.unwrap() == 0 {
            county::plant(&db, place.folder()).await;
        }
        let ctx = Ctx::open(db, place.folder().to_owned(), setup.settings, setup.clock).await.unwrap();
        let router = server::router(&ctx, metrics());
        let tasks = [
            tokio::spawn(ctx::follow(ctx.clone())).abort_handle(),
            tokio::spawn(ctx::keep_positions(ctx.clone())).abort_handle(),
            tokio::spawn(ctx::keep_calendar(ctx.clone())).abort_handle(),
            tokio::spawn(feature::assignments::watch(ctx.clone())).abort_handle(),
        ];
        Self { ctx, router, tasks }
    }

    /// The world loaded from SQL equals the live one.
    pub async fn check(&self) {
        self.ctx.flush_positions().await.unwrap();
        self.ctx.up_to_date().await.unwrap();
        let loaded = self.ctx.reload().await.unwrap();
        let world = self.ctx.world();
        let seqs = [world.seq, loaded.seq];
        assert_eq!(world.difference(&loaded), None, "the live world differs from SQL, at {seqs:?}");
    }

    /// Stops it as a signal does.
    pub async fn stop(self) {
        self.tasks.iter().for_each(AbortHandle::abort);
        self.ctx.close().await;
    }

    /// A turn at the write door, past the interface.
    pub async fn write(&self) -> Write {
        self.ctx.db.write("test", self.ctx.now()).await.unwrap()
    }

    /// Commits, and waits until it is shown.
    pub async fn commit(&self, write: Write) {
        write.commit().await.unwrap();
        self.ctx.up_to_date().await.unwrap();
    }

    /// A key in force, as `xunge keys add` makes it from another process; answers its id.
    pub async fn key(&self, role: Role, secret: &str) -> String {
        self.insert_key(Key::new(format!("id-of-{secret}"), "somebody", role), secret).await
    }

    /// The same for what `scope` says, as it is written on the command line.
    pub async fn scoped(&self, role: Role, scope: &[&str], secret: &str) -> String {
        let scope = Scope::new(scope.iter().map(|part| part.parse().unwrap())).unwrap();
        let key = Key::new(format!("id-of-{secret}"), "somebody", role);
        self.insert_key(Key { scope, ..key }, secret).await
    }

    pub async fn insert_key(&self, key: Key, secret: &str) -> String {
        let mut write = self.write().await;
        store::auth::insert(&mut write, &key, &sha256(secret)).await.unwrap();
        self.commit(write).await;
        key.id
    }

    /// A call as the owner of this key makes it.
    pub fn call_as(&self, secret: &str, method: Method, path: impl Into<String>) -> Call<'_> {
        self.call(method, path).header("authorization", &format!("Bearer {secret}"))
    }

    pub fn call(&self, method: Method, path: impl Into<String>) -> Call<'_> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "localhost:8080".parse().unwrap());
        Call { app: self, method, path: path.into(), headers, body: Vec::new() }
    }

    pub async fn get(&self, path: impl Into<String>) -> Reply {
        self.call(Method::GET, path).send().await
    }

    /// The answer to a GET that must succeed.
    pub async fn json(&self, path: impl Into<String>) -> Value {
        self.get(path).await.ok()
    }

    pub async fn post(&self, path: impl Into<String>, body: Value) -> Reply {
        self.call(Method::POST, path).json(&body).send().await
    }

    pub async fn patch(&self, path: impl Into<String>, body: Value) -> Reply {
        self.call(Method::PATCH, path).json(&body).send().await
    }

    /// Follows the live events, after `last` if given.
    pub async fn events(&self, last: Option<i64>) -> Events {
        match last {
            Some(last) => self.events_after(&last.to_string()).await,
            None => self.follow(self.call(Method::GET, "/api/v1/events")).await,
        }
    }

    /// Follows the live events as a client that had this id last.
    pub async fn events_after(&self, id: &str) -> Events {
        self.follow(self.call(Method::GET, "/api/v1/events").header("last-event-id", id)).await
    }

    /// Follows the live events with this key.
    pub async fn events_as(&self, secret: &str) -> Events {
        self.follow(self.call_as(secret, Method::GET, "/api/v1/events")).await
    }

    /// Follows the live events and where tiles change.
    pub async fn tile_events(&self) -> Events {
        self.events_asked("tiles=true").await
    }

    /// Follows the live events that are asked for.
    pub async fn events_asked(&self, query: &str) -> Events {
        self.follow(self.call(Method::GET, format!("/api/v1/events?{query}"))).await
    }

    /// The same with this key.
    pub async fn tile_events_as(&self, secret: &str) -> Events {
        self.follow(self.call_as(secret, Method::GET, "/api/v1/events?tiles=true")).await
    }

    async fn follow(&self, call: Call<'_>) -> Events {
        let response = self.router.clone().oneshot(call.request()).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["x-accel-buffering"], "no", "nginx would keep events back");
        Events::new(response.into_body(), document::contract(&self.router).await)
    }

    pub async fn document(&self) -> &'static Value {
        &document::contract(&self.router).await.document
    }

    /// What is wrong with a value that is sent under this schema of the document.
    pub async fn faults(&self, schema: &Value, value: &Value) -> Vec<String> {
        document::contract(&self.router).await.faults(schema, value, false)
    }
}

/// A request on its way.
#[derive(Debug)]
pub struct Call<'a> {
    app: &'a App,
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Call<'_> {
    /// Sets a header; an empty value takes it away.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.remove(name);
        if !value.is_empty() {
            self.headers.insert(name, value.parse().unwrap());
        }
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.text("application/json", &body.to_string())
    }

    pub fn text(mut self, kind: &str, body: &str) -> Self {
        self.body = body.as_bytes().to_vec();
        self.header("content-type", kind)
    }

    fn request(&self) -> Request<Body> {
        let mut request = Request::builder().method(&self.method).uri(&self.path);
        *request.headers_mut().unwrap() = self.headers.clone();
        request.body(Body::from(self.body.clone())).unwrap()
    }

    /// The status alone, also of what has no end.
    pub async fn status(self) -> u16 {
        self.app.router.clone().oneshot(self.request()).await.unwrap().status().as_u16()
    }

    pub async fn send(self) -> Reply {
        let response = self.app.router.clone().oneshot(self.request()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        let reply = Reply { status: parts.status, headers: parts.headers, body };
        let kind = self.headers.get(header::CONTENT_TYPE).map_or("", |v| v.to_str().unwrap());
        let sent = document::Sent { method: &self.method, path: &self.path, kind, body: &self.body };
        document::hold(&self.app.router, sent, &reply).await;
        reply
    }
}

/// A whole answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub fn value(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    pub fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text());
        if self.body.is_empty() { Value::Null } else { self.value() }
    }

    pub fn ok(&self) -> Value {
        self.is(200)
    }

    /// A refusal with this status that names this field.
    pub fn refused(&self, status: u16, field: &str) {
        let problem = self.is(status);
        assert_eq!(problem["field"], field, "{problem}");
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

/// How long a test waits for what must come: long enough that only what never comes is missed, also
/// on a machine that is busy with something else.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until `true`; panics after `limit`.
pub async fn soon(limit: Duration, what: &str, mut check: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !check().await {
        assert!(start.elapsed() < limit, "{what}: not within {limit:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// What tests draw beside numbers.
pub trait Draws {
    /// From `low` to `high`, 7 decimals.
    fn degrees(&mut self, low: f64, high: f64) -> f64;
    fn uuid(&mut self) -> Uuid;
}

impl Draws for Rng {
    fn degrees(&mut self, low: f64, high: f64) -> f64 {
        let steps = ((high - low) * 1e7) as u64;
        ((low * 1e7).round() + self.u64(..steps) as f64) / 1e7
    }

    fn uuid(&mut self) -> Uuid {
        uuid::Builder::from_random_bytes(self.u128(..).to_be_bytes()).into_uuid()
    }
}
