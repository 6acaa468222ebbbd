//! Floor 1: pure mathematics over `base`, `geo`, `rstar` and `h3o`.

pub mod cells;
pub mod compactness;
pub mod crs;
pub mod dijkstra;
pub mod district;
#[cfg(any(test, feature = "testing"))]
pub mod drawn;
pub mod entrance;
pub mod epsg;
pub mod graph;
pub mod hierarchy;
pub mod inscribed;
pub mod isochrone;
pub mod misfit;
pub mod mosaic;
pub mod nearest;
pub mod reach;
pub mod row;
pub mod shape;
pub mod simplify;
pub mod snap;
pub mod stacked;
pub mod table;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod tile;
pub mod topology;
pub mod travel;
