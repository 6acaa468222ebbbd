//! Floor 2: nouns, rules and in-memory indexes. Synchronous; time and randomness come in as arguments.

pub mod areas;
pub mod arrivals;
pub mod assignments;
pub mod auth;
pub mod calibration;
pub mod coverage;
pub mod demo;
pub mod dispatch;
pub mod disruptions;
pub mod incidents;
pub mod isochrone;
pub mod kpis;
pub mod lists;
pub mod matters;
pub mod noun;
pub mod response;
pub mod responsibility;
pub mod roads;
pub mod roster;
pub mod slots;
pub mod squads;
pub mod synthetic;
pub mod traffic;
pub mod units;
pub mod whatif;
pub mod zones;
