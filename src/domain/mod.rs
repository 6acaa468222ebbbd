//! Floor 2: nouns, rules and in-memory indexes. Synchronous; time and randomness come in as arguments.

pub mod areas;
pub mod auth;
pub mod incidents;
pub mod matters;
pub mod roads;
pub mod squads;
