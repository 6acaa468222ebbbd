//! Floor 1: pure mathematics over `base`, `geo`, `rstar` and `h3o`.

pub mod crs;
pub mod district;
pub mod shape;
pub mod topology;
pub mod dijkstra;
pub mod graph;
pub mod nearest;
pub mod reach;
pub mod snap;
