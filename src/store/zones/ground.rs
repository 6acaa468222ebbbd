//! The atoms that plans stand on, made once for all plans of a generation.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use h3o::Resolution;

use crate::{
    base::{Code, Error, Result},
    domain::{areas::Areas, zones::Atoms},
    store::{areas::load_generation, db::Tx, load::blocking},
};

/// Atoms by generation and H3 resolution, as long as somebody holds them.
#[derive(Debug, Default)]
pub struct Grounds(Mutex<HashMap<(i64, u8), Weak<Atoms>>>);

impl Grounds {
    /// The atoms of a generation of `county`.
    pub async fn get(&self, tx: &mut Tx, county: &Code, generation: i64, resolution: u8) -> Result<Arc<Atoms>> {
        let held = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(atoms) = held().get(&(generation, resolution)).and_then(Weak::upgrade) {
            return Ok(atoms);
        }
        let areas = load_generation(tx, generation).await?;
        let (county, cells) = (county.clone(), Resolution::try_from(resolution).map_err(Error::internal)?);
        let make = move || Atoms::new(&county, generation, &Arc::new(Areas::new(areas)?), cells).map(Arc::new);
        let atoms = blocking(make).await?;
        held().insert((generation, resolution), Arc::downgrade(&atoms));
        Ok(atoms)
    }
}
