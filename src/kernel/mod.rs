//! Floor 1: pure mathematics over `base`, `geo`, `rstar` and `h3o`.

pub mod cells;
pub mod crs;
pub mod dijkstra;
pub mod district;
pub mod graph;
pub mod nearest;
pub mod reach;
pub mod shape;
pub mod snap;
pub mod topology;
