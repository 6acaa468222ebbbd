//! The gazetteer that questions are answered from, and whether the extract's places are in it.

use std::sync::Arc;

use crate::{
    base::{Result, words},
    ctx::Ctx,
    domain::find::{Gazetteer, Sources},
    store::places::{mapped_at, read_mapped},
    world::World,
};

words! {
    /// Whether points of interest and addresses of the extract are known. `missing`: the roads in force were imported
    /// before these were kept, import the extract again.
    PlacesState { Known = "known", Missing = "missing", None = "none" }
}

impl PlacesState {
    pub fn of(gazetteer: &Gazetteer, world: &World) -> Self {
        match world.roads.network() {
            Some(_) if gazetteer.is_mapped => Self::Known,
            // What is made up was drawn from no extract.
            Some(_) if world.demo.shows_real_map => Self::Missing,
            _ => Self::None,
        }
    }

    pub fn hint(self) -> Option<&'static str> {
        const AGAIN: &str = "the roads in force were imported before points of interest and addresses were kept: \
                             import the extract again";
        (self == Self::Missing).then_some(AGAIN)
    }
}

/// The names of the areas, roads and places in force; made after any was replaced.
pub async fn gazetteer(ctx: &Ctx, world: &World) -> Result<Arc<Gazetteer>> {
    let World { areas, roads, places, .. } = world;
    let mapped_at = roads.network().and_then(|network| mapped_at(&ctx.folder, &network.hash));
    let of = Sources { areas: Arc::clone(areas), roads: Arc::clone(roads), own: Arc::clone(places), mapped_at };
    if let Some(kept) = ctx.gazetteer.get(&of) {
        return Ok(kept);
    }
    let folder = ctx.folder.clone();
    let made = ctx.searches.run(move |_| {
        let kept = of.roads.network().filter(|_| of.mapped_at.is_some());
        let read = |hash: &str| read_mapped(&folder, hash).inspect_err(|e| tracing::error!("{e}")).ok();
        let mapped = kept.and_then(|network| read(&network.hash));
        Arc::new(Gazetteer::new(of, mapped))
    });
    let made = made.await?;
    ctx.gazetteer.keep(&made);
    Ok(made)
}
