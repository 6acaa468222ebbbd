//! Floor 5: what an operator may set, by a file or as a running service holds it. Every value has a
//! default.

mod settings;

pub use settings::{Settings, Store};

use crate::domain::{recommend::Policy, response::Definition};

/// Settings of a running service.
#[derive(Debug, Clone)]
pub struct Config {
    /// What response time and coverage mean; echoed in every answer.
    pub definition: Definition,
    /// Ended incidents older than this many months are read from disk, not from memory.
    pub hot_months: u32,
    /// Finest H3 resolution of coverage: 9 county; larger areas get 8 (prefecture) or 7 (province).
    pub cell_resolution: u8,
    /// Largest request body, bytes.
    pub body_limit_bytes: usize,
    /// Longest time an answer may take, seconds.
    pub timeout_s: u64,
    /// Commands that may share one commit.
    pub commands_a_commit: usize,
    /// Longest time a new connection may take for its first request, any for the head of its next one,
    /// and any for taking a piece of an answer, seconds.
    pub head_timeout_s: u64,
    pub idle_timeout_s: u64,
    pub write_timeout_s: u64,
    /// Graph searches at once, and how many more may wait.
    pub searches: usize,
    pub searches_waiting: usize,
    /// Longest time a search may take once it runs, seconds.
    pub search_limit_s: u64,
    /// Where clients find the service, without a slash at the end; as each request says when not set.
    pub public_url: Option<String>,
    /// Pages of these origins may call from browsers.
    pub cors_origins: Vec<String>,
    /// Which squads are recommended first where a case is not urgent.
    pub policy: Policy,
    /// Certified officers that a township has at least; the audit of powers tells those that have fewer.
    pub least_officers: u32,
    /// Whether everybody is admin as long as no key was ever made. Only where the service is reached
    /// from its own machine alone.
    pub keyless: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            definition: Definition::default(),
            hot_months: 24,
            cell_resolution: 9,
            body_limit_bytes: 8 * 1024 * 1024,
            timeout_s: 30,
            commands_a_commit: 256,
            head_timeout_s: 10,
            idle_timeout_s: 60,
            write_timeout_s: 30,
            searches: std::thread::available_parallelism().map_or(2, usize::from),
            searches_waiting: 256,
            search_limit_s: 10,
            public_url: None,
            cors_origins: Vec::new(),
            policy: Policy::Closest,
            least_officers: 6,
            keyless: false,
        }
    }
}
