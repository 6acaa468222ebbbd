//! What isochrones are drawn on, made when the first one is asked for and kept while the roads stay.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{
    base::Result,
    domain::{isochrone::Canvas, response::Definition, roads::Network, squads::Profile},
};

#[derive(Debug, Default)]
pub struct Canvases(Mutex<Vec<Arc<Canvas>>>);

impl Canvases {
    /// The canvas of this network and profile. It takes a second or more to make for a large network: call it
    /// on the search pool. The lock is held meanwhile, so that it is made once.
    pub fn get(&self, network: &Arc<Network>, profile: Profile, definition: &Definition) -> Result<Arc<Canvas>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|c| c.is_of(network));
        if let Some(canvas) = kept.iter().find(|c| c.profile() == profile) {
            return Ok(Arc::clone(canvas));
        }
        let canvas = Arc::new(Canvas::new(network, profile, definition)?);
        kept.push(Arc::clone(&canvas));
        Ok(canvas)
    }
}
