//! Floor 5: logs to standard error, metrics for Prometheus. Never personal data.

use std::{
    collections::HashMap,
    io::{IsTerminal, stderr},
    sync::{
        LazyLock, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// Buckets for answer times, seconds.
const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];
/// Between two log lines of one kind.
const SELDOM: Duration = Duration::from_secs(10);
/// Kinds of lines that are told apart.
const KINDS: usize = 1_000;

static JSON: AtomicBool = AtomicBool::new(false);

/// Starts logging: `XUNGE_LOG` filters (such as `xunge=debug`), `json` writes one object a line.
pub fn logs(json: bool) {
    let filter = EnvFilter::try_from_env("XUNGE_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    // Beyond this it writes whole addresses, with the key of a map service.
    let quiet = ["ureq=info", "ureq_proto=info"].into_iter().filter_map(|quiet| quiet.parse().ok());
    let filter = quiet.fold(filter, EnvFilter::add_directive);
    let colours = stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let out = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(stderr);
    // A second call, as in tests, keeps the first one's settings.
    let started = if json { out.json().try_init() } else { out.with_target(false).try_init() };
    if json && started.is_ok() {
        JSON.store(true, Relaxed);
        std::panic::set_hook(Box::new(|panic| tracing::error!("{panic}")));
    }
}

/// Tells the one who started the program, who may read the log in its place.
pub fn tell(text: &str) {
    if JSON.load(Relaxed) { tracing::info!("{text}") } else { eprintln!("{text}") }
}

/// Tells why the program ends.
pub fn complain(why: &str) {
    if JSON.load(Relaxed) { tracing::error!("{why}") } else { eprintln!("xunge: {why}") }
}

/// Lets one log line of a kind through in each interval: how many were not said since the last, or
/// `None` when this one is not to be said either.
pub fn seldom(kind: &str) -> Option<u64> {
    static SAID: LazyLock<Mutex<HashMap<String, (Instant, u64)>>> = LazyLock::new(Mutex::default);
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    let kind = if said.len() < KINDS || said.contains_key(kind) { kind } else { "others" };
    let now = Instant::now();
    match said.get_mut(kind) {
        Some((last, unsaid)) if now.duration_since(*last) < SELDOM => {
            *unsaid += 1;
            None
        }
        Some((last, unsaid)) => {
            *last = now;
            Some(std::mem::take(unsaid))
        }
        None => {
            said.insert(kind.to_owned(), (now, 0));
            Some(0)
        }
    }
}

/// Starts metrics; `None` when they were started before in this process.
pub fn metrics() -> Option<PrometheusHandle> {
    let handle = PrometheusBuilder::new().set_buckets(&SECONDS).ok()?.install_recorder().ok()?;
    describe();
    gauge!("xunge_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |d| d.as_secs_f64());
    gauge!("process_start_time_seconds").set(since);
    Some(handle)
}

/// What each figure means.
fn describe() {
    for (name, unit, help) in [
        ("xunge_build_info", Unit::Count, "The version of the program; always 1"),
        ("xunge_incidents", Unit::Count, "Incidents in memory"),
        ("xunge_squads", Unit::Count, "Squads"),
        ("xunge_squads_out_of_contact", Unit::Count, "Squads that were asked for and did not answer"),
        (
            "xunge_positions_silent_seconds",
            Unit::Seconds,
            "How long no squad has sent its position; 0 unless several did before",
        ),
        ("xunge_areas", Unit::Count, "Counties, townships, villages, grids and special areas"),
        ("xunge_change_seq", Unit::Count, "The last change that answers reflect"),
        ("xunge_searches_waiting", Unit::Count, "Searches of the road graph that wait for a turn"),
        ("xunge_calls_held", Unit::Count, "Calls that wait to be located"),
        ("xunge_calls_overdue", Unit::Count, "Calls that nobody has located in time"),
        ("xunge_incidents_stuck", Unit::Count, "Open cases in which nothing has happened for too long"),
        ("xunge_handovers_late", Unit::Count, "Shift handovers that nobody has accepted in time"),
        ("xunge_event_clients", Unit::Count, "Clients that follow live events"),
        ("xunge_connections", Unit::Count, "Open connections"),
        ("xunge_data_free_bytes", Unit::Bytes, "Free space where the data folder lies"),
        ("xunge_data_size_bytes", Unit::Bytes, "All space where the data folder lies"),
        ("process_open_fds", Unit::Count, "Open files and connections of the process"),
        ("process_max_fds", Unit::Count, "How many files and connections the process may open"),
        ("process_resident_memory_bytes", Unit::Bytes, "Memory that the process holds"),
        ("process_start_time_seconds", Unit::Seconds, "When the process started, seconds since 1970"),
    ] {
        describe_gauge!(name, unit, help);
    }
    for (name, help) in [
        ("xunge_searches_refused_total", "Searches that found no turn, or were not over in time"),
        ("xunge_failed_logins_total", "Requests that showed a secret that opens no key in force"),
        ("xunge_events_sent_total", "Live events sent, to all clients together"),
        ("process_cpu_seconds_total", "Processor time that the process took, whole seconds"),
    ] {
        describe_counter!(name, help);
    }
    for (name, help) in [
        ("xunge_http_request_seconds", "Times of answers by route, method and class of status"),
        ("xunge_search_seconds", "Times of searches of the road graph, without their waiting"),
    ] {
        describe_histogram!(name, Unit::Seconds, help);
    }
}

/// One more of what a gauge counts, as long as it lives.
#[derive(Debug)]
pub struct Counted(&'static str);

impl Counted {
    pub fn new(gauge: &'static str) -> Self {
        gauge!(gauge).increment(1.0);
        Self(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        gauge!(self.0).decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_lines_of_one_kind_one_is_said() {
        assert_eq!(seldom("a kind of this test"), Some(0));
        assert!((0..100).all(|_| seldom("a kind of this test").is_none()));
        assert_eq!(seldom("another kind of this test"), Some(0));
        let said = (0..2 * KINDS).filter(|n| seldom(&format!("kind {n}")).is_some()).count();
        assert!(said <= KINDS + 1, "so many kinds are one: {said}");
    }
}
