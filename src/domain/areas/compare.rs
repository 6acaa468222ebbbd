//! What is other in one generation of a county's areas than in another: which codes come, go, change.

use std::collections::BTreeMap;

use geo::BooleanOps;
use serde::Serialize;

use super::{Area, Level};
use crate::{base::Code, kernel::shape};

/// An area by its code.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AreaHead {
    #[schema(value_type = String)]
    pub level: Level,
    pub code: Code,
    pub name: String,
    pub name_zh: Option<String>,
}

/// An area that is there before and after, and what is other.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AreaChanged {
    #[serde(flatten)]
    #[schema(inline)]
    pub area: AreaHead,
    /// Among `name`, `parent`, `shape`, `priority`.
    pub fields: Vec<&'static str>,
    /// Ground that it wins, and that it loses: whole m².
    pub won_m2: f64,
    pub lost_m2: f64,
}

/// By level and code.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AreasDifference {
    pub come: Vec<AreaHead>,
    pub gone: Vec<AreaHead>,
    pub changed: Vec<AreaChanged>,
    /// How many stay as they are.
    pub same: usize,
}

impl From<&Area> for AreaHead {
    fn from(a: &Area) -> Self {
        Self { level: a.level, code: a.code.clone(), name: a.name.clone(), name_zh: a.name_zh.clone() }
    }
}

pub fn between(before: &[Area], after: &[Area]) -> AreasDifference {
    let by_code = |areas: &[Area]| -> BTreeMap<(Level, Code), Area> {
        areas.iter().map(|a| ((a.level, a.code.clone()), a.clone())).collect()
    };
    let (before, after) = (by_code(before), by_code(after));
    let heads = |of: &BTreeMap<(Level, Code), Area>, other: &BTreeMap<(Level, Code), Area>| {
        of.iter().filter(|(key, _)| !other.contains_key(key)).map(|(_, a)| a.into()).collect()
    };
    let both = || before.iter().filter_map(|(key, a)| Some((a, after.get(key)?)));
    let changed: Vec<AreaChanged> = both().filter_map(|(a, b)| changed(a, b)).collect();
    AreasDifference {
        come: heads(&after, &before),
        gone: heads(&before, &after),
        same: both().count() - changed.len(),
        changed,
    }
}

fn changed(a: &Area, b: &Area) -> Option<AreaChanged> {
    let differ = [
        ("name", (&a.name, &a.name_zh) != (&b.name, &b.name_zh)),
        ("parent", a.parent != b.parent),
        ("shape", a.geometry != b.geometry),
        ("priority", a.priority != b.priority),
    ];
    let fields: Vec<&str> = differ.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect();
    if fields.is_empty() {
        return None;
    }
    let (mut won_m2, mut lost_m2) = (0.0, 0.0);
    if fields.contains(&"shape") {
        won_m2 = shape::area_m2(&b.geometry.difference(&a.geometry)).round();
        lost_m2 = shape::area_m2(&a.geometry.difference(&b.geometry)).round();
    }
    Some(AreaChanged { area: b.into(), fields, won_m2, lost_m2 })
}

#[cfg(test)]
mod tests;
