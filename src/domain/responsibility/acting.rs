//! Who acts on a case, whoever leads it: decides which squads may conclude it.

use std::collections::BTreeSet;

use super::{Ground, Law};
use crate::{
    base::{Code, Timestamp},
    domain::{lists::Power, matters::Matter},
};

impl Law<'_> {
    /// The units that do it by the lists in force, by code; nobody where none of them gives the power here, or the
    /// matter is not known.
    pub fn acting(&self, ground: &Ground, matter: Option<&Matter>, power: Power, at: Timestamp) -> Vec<Code> {
        let Some(matter) = matter.filter(|_| !self.lists.is_empty()) else { return Vec::new() };
        let leads = self.on(ground, at).leads(matter, power);
        let acting: BTreeSet<&Code> = leads.iter().map(|terms| terms.acting).collect();
        acting.into_iter().cloned().collect()
    }
}
