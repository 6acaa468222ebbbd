//! Floor 4, beside `store`: parsing of files. No SQL, no HTTP.

pub mod arrivals;
pub mod basemap;
pub mod boundaries;
pub mod catalogue;
pub mod draw;
pub mod export;
pub mod features;
pub mod generate;
pub mod generation;
pub mod incidents;
pub mod lists;
pub mod matters;
pub mod network;
pub mod officers;
pub mod osm;
pub mod pbf;
pub mod places;
pub mod profiles;
pub mod settled;
mod source;
pub mod squads;
pub mod table;
#[cfg(test)]
pub(crate) mod testing;
pub mod text;
pub mod units;
pub mod when;
mod workbook;
pub mod zones;

pub use features::Features;
pub use source::Source;
