//! What a number and a street mean: the houses, or else the street.

use std::collections::BTreeMap;

use super::{Fit, Found, Ground, Kind, Known, Thing, houses::streets_said};
use crate::base::LngLat;

impl<'a> Ground<'a> {
    /// The houses of a number and a street.
    pub(super) fn houses(&self, text: &str, near: Option<LngLat>) -> Vec<Found<'a>> {
        let houses = &self.gazetteer.houses;
        let mut best: BTreeMap<u32, (Fit, usize)> = BTreeMap::new();
        for (fit, length, n) in houses.find(text) {
            let now = (fit, length);
            best.entry(n).and_modify(|before| *before = now.min(*before)).or_insert(now);
        }
        let told = |(n, (fit, length)): (u32, (Fit, usize))| {
            let house = &houses.all[n as usize];
            let (name, distance_m) = (houses.written(house), near.map(|near| near.distance_m(house.at)));
            Found { thing: Thing::House(house), kind: Kind::Address, fit, length, name, distance_m }
        };
        best.into_iter().map(told).collect()
    }

    /// The street of a house that nobody mapped: the house is somewhere there.
    pub(super) fn streets_of_houses(&self, text: &str, near: Option<LngLat>) -> Vec<Found<'a>> {
        let mut best: BTreeMap<Known, (Fit, usize)> = BTreeMap::new();
        for query in streets_said(text) {
            for (fit, key, known) in self.gazetteer.names.find(&query) {
                if matches!(known, Known::Street(_)) {
                    let now = (fit.max(Fit::Mentioned), key.len());
                    best.entry(known).and_modify(|before| *before = now.min(*before)).or_insert(now);
                }
            }
        }
        best.into_iter().map(|(known, how)| self.told(known, how, near)).collect()
    }
}
