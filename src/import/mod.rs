//! Floor 4, beside `store`: parsing of files. No SQL, no HTTP.

pub mod boundaries;
pub mod draw;
pub mod export;
pub mod network;
pub mod osm;
pub mod pbf;
