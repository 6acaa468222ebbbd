//! The k candidates that reach a target soonest: a reverse search that stops when it may.

use super::{
    dijkstra::{Route, Workspace},
    graph::Graph,
    snap::Snapped,
};

/// Who could come: from where, and what is added to the drive (turnout, walk, ...).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    pub at: Snapped,
    pub extra_ms: u32,
}

/// A candidate that made it among the k.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Index into the candidates given.
    pub candidate: usize,
    pub drive_ms: u32,
    /// `drive_ms + extra_ms`.
    pub total_ms: u64,
    /// Present when routes were asked for.
    pub route: Option<Route>,
}

/// The answer to a nearest query.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Nearest {
    /// At most k, by `total_ms`, then by candidate index.
    pub hits: Vec<Hit>,
    /// Candidates without any way to the target; known only when fewer than k could be found and
    /// the search ran through everything, else empty.
    pub unreachable: Vec<usize>,
}

/// The `k` candidates with the least `drive_ms + extra_ms` to `target`, ties by index.
pub fn nearest(
    graph: &Graph,
    ws: &mut Workspace,
    target: &Snapped,
    candidates: &[Candidate],
    k: usize,
    routes: bool,
) -> Nearest {
    unimplemented!()
}
