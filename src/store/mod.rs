//! Floor 4: how things are kept. SQL stands here and nowhere else, one file per word.

pub mod areas;
pub mod arrivals;
pub mod assignments;
pub mod audit;
pub mod auth;
pub mod backup;
pub mod basemap;
pub mod calls;
pub mod catalogue;
mod db;
pub mod demo;
pub mod disruptions;
pub mod documents;
mod files;
pub mod geopackage;
pub mod handovers;
pub mod imports;
pub mod incidents;
pub mod lists;
pub mod load;
pub mod log;
pub mod matters;
pub mod officers;
pub mod ownership;
pub mod places;
pub mod receipts;
pub mod roads;
pub mod scenarios;
pub mod squads;
pub mod units;
pub mod whistles;
pub mod zones;

pub use db::door::Fault;
pub use db::{Db, Pool, Tx};
pub use files::{make_folder, write_whole};
pub use log::{Told, Write};
pub use receipts::Receipt;

use crate::base::{Error, Result};

/// Reads a word that this program wrote; anything else is our fault, not the caller's.
fn stored<T: std::str::FromStr<Err = Error>>(text: &str) -> Result<T> {
    text.parse().map_err(|e: Error| Error::internal(format!("the database holds {text:?}: {e}")))
}

fn stored_opt<T: std::str::FromStr<Err = Error>>(text: Option<&String>) -> Result<Option<T>> {
    text.map(|t| stored(t)).transpose()
}
