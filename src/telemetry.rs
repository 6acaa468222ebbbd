//! Floor 5: logs to standard error, metrics for Prometheus. Never personal data.

use std::io::{IsTerminal, stderr};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// Buckets for answer times, seconds.
const SECONDS: [f64; 10] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];

/// Starts logging: `XUNGE_LOG` filters (such as `xunge=debug`), `json` writes one object a line.
pub fn logs(json: bool) {
    let filter = EnvFilter::try_from_env("XUNGE_LOG").unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let colours = stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let out = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(stderr);
    // A second call, as in tests, keeps the first one's settings.
    let _ = if json { out.json().try_init() } else { out.with_target(false).try_init() };
}

/// Starts metrics; `None` when they were started before in this process.
pub fn metrics() -> Option<PrometheusHandle> {
    PrometheusBuilder::new().set_buckets(&SECONDS).ok()?.install_recorder().ok()
}
