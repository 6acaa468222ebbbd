//! What plans stand on.

use std::sync::Arc;

use h3o::Resolution;

use crate::{
    base::{Code, Error, Result},
    domain::{
        areas::Areas,
        zones::{Atoms, Grounds},
    },
    store::{areas::load_generation, db::Tx, load::blocking},
};

/// The atoms of a generation of `county`: those that are at hand, else made anew.
pub async fn ground(
    tx: &mut Tx,
    grounds: &Grounds,
    county: &Code,
    generation: i64,
    resolution: u8,
) -> Result<Arc<Atoms>> {
    if let Some(atoms) = grounds.get(generation, resolution) {
        return Ok(atoms);
    }
    let areas = load_generation(tx, generation).await?;
    let (county, cells) = (county.clone(), Resolution::try_from(resolution).map_err(Error::internal)?);
    let make = move || Atoms::new(&county, generation, &Arc::new(Areas::new(areas)?), cells).map(Arc::new);
    let atoms = blocking(make).await?;
    grounds.keep(&atoms);
    Ok(atoms)
}
