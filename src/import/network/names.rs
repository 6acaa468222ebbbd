//! Names and numbers of roads, each once.

use std::{borrow::Cow, collections::BTreeSet};

use crate::import::osm::{RawRoads, RawWay, keep};

/// Names and numbers of ways in use, sorted, the empty one first.
pub(super) struct Names<'a>(pub(super) Vec<Cow<'a, str>>);

impl<'a> Names<'a> {
    pub(super) fn of(raw: &'a RawRoads) -> Self {
        let names = raw.ways.iter().flat_map(|way| Self::of_way(raw, way));
        Self(names.chain(["".into()]).collect::<BTreeSet<_>>().into_iter().collect())
    }

    /// Name, number, and whatever else the way is called, by `;`; empty where there is none.
    pub(super) fn of_way(raw: &'a RawRoads, way: &RawWay) -> [Cow<'a, str>; 3] {
        let [name, number] = ["name", "ref"].map(|key| raw.tag(&way.tags, key).unwrap_or_default());
        let called = |&(key, value): &(u32, u32)| {
            let [key, value] = [key, value].map(|i| raw.strings[i as usize].as_str());
            (keep::is_name(key) && value != name && value != number).then_some(value)
        };
        let others: BTreeSet<&str> = way.tags.iter().filter_map(called).collect();
        [name.into(), number.into(), others.into_iter().collect::<Vec<_>>().join(";").into()]
    }

    pub(super) fn index(&self, name: &str) -> u32 {
        self.0.binary_search_by(|known| (**known).cmp(name)).map_or(0, |i| i as u32)
    }
}
