//! The atoms that plans stand on, one for all plans of a generation.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use super::atoms::Atoms;

type Held = HashMap<(i64, u8), Weak<Atoms>>;

/// Atoms by generation and H3 resolution, as long as somebody holds them.
#[derive(Debug, Default)]
pub struct Grounds(Mutex<Held>);

impl Grounds {
    pub fn get(&self, generation: i64, resolution: u8) -> Option<Arc<Atoms>> {
        self.held().get(&(generation, resolution)).and_then(Weak::upgrade)
    }

    pub fn keep(&self, atoms: &Arc<Atoms>) {
        self.held().insert((atoms.generation, atoms.cell_resolution()), Arc::downgrade(atoms));
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
