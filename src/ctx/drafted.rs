//! The areas as they would be with a draft in force: made once for who asks again.

use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::areas::Areas;

/// The last that was asked about, and beside which areas in force it was made.
#[derive(Debug, Default)]
pub struct Drafted(Mutex<Option<Made>>);

#[derive(Debug)]
struct Made {
    generation: i64,
    in_force: Arc<Areas>,
    areas: Arc<Areas>,
}

impl Drafted {
    pub fn get(&self, generation: i64, in_force: &Arc<Areas>) -> Option<Arc<Areas>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = |made: &&Made| made.generation == generation && Arc::ptr_eq(&made.in_force, in_force);
        held.as_ref().filter(fits).map(|made| Arc::clone(&made.areas))
    }

    pub fn keep(&self, generation: i64, in_force: &Arc<Areas>, areas: &Arc<Areas>) {
        let (in_force, areas) = (Arc::clone(in_force), Arc::clone(areas));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Made { generation, in_force, areas });
    }
}
