//! What isochrones are drawn on, made when the first one is asked for and kept while the roads stay.

use std::sync::{Arc, Mutex, PoisonError};

use crate::{
    base::Result,
    domain::{isochrone::Canvas, response::Definition, roads::Network},
};

#[derive(Debug, Default)]
pub struct Canvases(Mutex<Option<Arc<Canvas>>>);

impl Canvases {
    /// The canvas of this network. It takes a second or more to make for a large network: call it
    /// on the search pool. The lock is held meanwhile, so that it is made once.
    pub fn get(&self, network: &Arc<Network>, definition: &Definition) -> Result<Arc<Canvas>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(canvas) = kept.as_ref().filter(|c| c.is_of(network)) {
            return Ok(Arc::clone(canvas));
        }
        let canvas = Arc::new(Canvas::new(network, definition)?);
        *kept = Some(Arc::clone(&canvas));
        Ok(canvas)
    }
}
