//! Time slots: named parts of the week in which roads are slower or quicker than the speed table
//! says, such as a morning peak.
//!
//! The slot at the asked time holds for a whole search; outside of all slots the speed table holds
//! as it is, which answers call [`BASE`]. Slots are for cars: bicycles and walkers do not stand in
//! traffic. What a planner sets here is an assumption; observed arrivals correct it
//! ([`calibration`](super::calibration)).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::{
    noun::{About, Fact, Kind, NoRows, Noun, Told, Update},
    squads::{Shifts, WindowWire},
};
use crate::{
    base::{Code, Error, LngLat, Result, Timestamp},
    kernel::graph::RoadClass,
};

/// So many metrics are kept at most, beside the base.
pub const SLOTS_MAX: usize = 8;
/// What answers call the time outside of all slots.
pub const BASE: &str = "base";
/// Of the speed table's speed.
const FACTORS: std::ops::RangeInclusive<f64> = 0.05..=3.0;

/// One named part of the week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    pub name: Code,
    pub name_zh: Option<String>,
    /// Local time of the county.
    #[schema(value_type = Vec<WindowWire>)]
    pub windows: Shifts,
    /// By OSM road class, 0.05 to 3: 0.5 is half the speed, twice the time. Four decimals are kept.
    /// A link without a factor of its own takes that of its road, any other class 1.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, f64>, example = json!({ "primary": 0.6, "residential": 0.9 }))]
    pub speed_factors: BTreeMap<RoadClass, f64>,
}

impl Slot {
    pub fn speed_factor(&self, class: RoadClass) -> f64 {
        let given = |class| self.speed_factors.get(&class).copied();
        given(class).or_else(|| given(class.road())).unwrap_or(1.0)
    }

    fn checked(mut self) -> Result<Self> {
        if self.name.as_str() == BASE {
            return Err(Error::invalid("name", format!("{BASE:?} is what the time outside of all slots is called")));
        }
        if let Some(n) = self.name_zh.as_ref().map(|name| name.chars().count()).filter(|n| !(1..=64).contains(n)) {
            return Err(Error::invalid("name_zh", format!("a slot's name has 1 to 64 characters, this one has {n}")));
        }
        if self.windows.are_never() {
            return Err(Error::invalid("windows", "a slot without a window never comes"));
        }
        for (class, factor) in &mut self.speed_factors {
            if !FACTORS.contains(factor) {
                let detail = format!("{factor} is not within {} to {}", FACTORS.start(), FACTORS.end());
                return Err(Error::invalid(format!("speed_factors.{}", class.name()), detail));
            }
            *factor = (*factor * 1e4).round() / 1e4;
        }
        Ok(self)
    }
}

/// All slots, the first that covers a time goes before later ones.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Slot>", into = "Vec<Slot>")]
pub struct Slots(Vec<Slot>);

impl Slots {
    /// # Errors
    /// `Invalid` for more than [`SLOTS_MAX`], a name twice, or a slot that can't be.
    pub fn new(slots: Vec<Slot>) -> Result<Self> {
        if slots.len() > SLOTS_MAX {
            return Err(Error::invalid("slots", format!("{} slots are more than {SLOTS_MAX}", slots.len())));
        }
        let mut names = BTreeSet::new();
        let one = |(i, slot): (usize, Slot)| {
            let inside = |field: &str| format!("slots[{i}].{field}");
            if !names.insert(slot.name.clone()) {
                return Err(Error::invalid(inside("name"), format!("{} is the name of two slots", slot.name)));
            }
            slot.checked().map_err(|e| Error { field: e.field.as_deref().map(inside), ..e })
        };
        slots.into_iter().enumerate().map(one).collect::<Result<_>>().map(Self)
    }

    /// The first slot that covers `at` in local time; none is the base.
    pub fn at(&self, at: Timestamp, zone: &TimeZone) -> Option<&Slot> {
        self.0.iter().find(|s| s.windows.cover(at, zone))
    }

    pub fn all(&self) -> &[Slot] {
        &self.0
    }
}

impl TryFrom<Vec<Slot>> for Slots {
    type Error = Error;
    fn try_from(slots: Vec<Slot>) -> Result<Self> {
        Self::new(slots)
    }
}

impl From<Slots> for Vec<Slot> {
    fn from(slots: Slots) -> Self {
        slots.0
    }
}

const SLOTS: Kind = Kind::new("slots");

/// A fact about time slots.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Change {
    /// The time slots were replaced.
    Slots { slots: Slots },
}

impl Fact for Change {
    fn kind(&self) -> Kind {
        SLOTS
    }

    fn about(&self, _: &dyn Fn(LngLat) -> Option<Code>) -> About {
        About::default()
    }

    fn told(&self) -> Told {
        let Self::Slots { slots } = self;
        Told::one("slots", slots)
    }
}

impl Noun for Slots {
    const WORD: &'static str = "slots";
    const SHAPES_ROADS: bool = true;
    const KINDS: &'static [Kind] = &[SLOTS];
    type Change = Change;
    type Rows = NoRows;

    fn carried(change: &Change) -> Option<Update<Self>> {
        let Change::Slots { slots } = change;
        Some(Update::All(Arc::new(slots.clone())))
    }
}

/// What answers call `slot`.
pub fn name(slot: Option<&Slot>) -> &str {
    slot.map_or(BASE, |s| s.name.as_str())
}

#[cfg(test)]
pub(crate) fn slot(name: &str, windows: &str, factors: &[(RoadClass, f64)]) -> Slot {
    Slot {
        name: Code::new(name).unwrap(),
        name_zh: None,
        windows: windows.parse().unwrap(),
        speed_factors: factors.iter().copied().collect(),
    }
}

#[cfg(test)]
mod tests;
