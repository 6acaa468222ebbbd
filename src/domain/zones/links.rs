//! Which zones of two layers share ground (双网融合): many to many, from the atoms both hold.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{atoms::Atoms, plan::ZoneLayer};
use crate::base::Code;

/// Two zones that share atoms.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ZoneLink {
    pub zone: Code,
    /// Of the other layer.
    pub with: Code,
    pub atoms: usize,
    pub area_m2: f64,
    /// Of the area of `zone`.
    pub share: f64,
}

/// By the zones of `from`, then those of `to`. Both layers are of the same atoms.
pub fn links(atoms: &Atoms, from: &ZoneLayer, to: &ZoneLayer) -> Vec<ZoneLink> {
    let mut shared: BTreeMap<(&Code, &Code), (usize, f64)> = BTreeMap::new();
    let mut whole: BTreeMap<&Code, f64> = BTreeMap::new();
    for ((_, atom), (a, b)) in atoms.iter().zip(from.holders.iter().zip(&to.holders)) {
        for zone in a.codes() {
            *whole.entry(zone).or_default() += atom.area_m2;
            for with in b.codes() {
                let (n, m2) = shared.entry((zone, with)).or_default();
                *n += 1;
                *m2 += atom.area_m2;
            }
        }
    }
    let link = |((zone, with), (atoms, area_m2)): ((&Code, &Code), (usize, f64))| ZoneLink {
        zone: zone.clone(),
        with: with.clone(),
        atoms,
        area_m2,
        share: area_m2 / whole[zone],
    };
    shared.into_iter().map(link).collect()
}
