//! Floor 7: one word each: what it does, and its routes.

pub mod areas;
pub mod auth;
pub mod coverage;
pub mod dispatch;
pub mod incidents;
pub mod layers;
pub mod live;
pub mod matters;
pub mod squads;
pub mod status;
