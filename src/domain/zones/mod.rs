//! Patrol zones: plans that cut a county into zones, one cut for each layer.
//!
//! A zone is a set of [`Atoms`] (grids, or H3 cells where there are none), so that no edit can tear
//! the map: outlines are derived. A [`Plan`] holds any number of layers, each cut in its own way by
//! the unit that owns it.

pub mod atoms;
pub mod audit;
pub mod borders;
pub mod command;
pub mod compare;
pub mod convert;
pub mod corridor;
mod cut;
pub mod delta;
pub mod edit;
pub mod force;
mod ground;
pub mod history;
mod index;
pub mod judge;
pub mod links;
mod noun;
pub mod plan;
pub mod renew;
pub mod rules;
mod seed;
#[cfg(test)]
pub(crate) mod squares;
#[cfg(test)]
pub(crate) mod testing;
pub mod warnings;

pub use self::{
    atoms::{Atom, AtomIx, Atoms},
    command::Command,
    force::{Force, ForceEntry},
    ground::Grounds,
    history::{Batch, BatchKind},
    index::{InForce, Zones, locate},
    noun::{Change, Rows},
    plan::{LayerHead, LayerMode, Plan, PlanHead, PlanState, Zone, ZoneLayer},
    seed::{seeded, standard_layers},
};

#[cfg(test)]
mod tests;
