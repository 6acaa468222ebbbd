//! Floor 1: pure mathematics over `base`, `geo`, `rstar` and `h3o`.

pub mod dijkstra;
#[cfg(test)]
pub(crate) mod drawn;
pub mod graph;
pub mod nearest;
pub mod reach;
mod scc;
pub mod snap;
