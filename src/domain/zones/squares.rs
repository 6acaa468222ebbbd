//! A made-up county for tests: square grids on the equator, and layers over them.

use std::{collections::BTreeMap, sync::Arc};

use geo::{LineString, MultiPolygon, Polygon};
use h3o::Resolution;

use super::{
    atoms::{AtomIx, Atoms},
    plan::{Holders, LayerHead, LayerMode, Zone, ZoneLayer, ZoneSquad},
};
use crate::{
    base::Code,
    domain::areas::{Area, Areas, Level},
    kernel::shape,
};

pub(crate) fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

pub(crate) fn rect([w, s, e, n]: [f64; 4]) -> MultiPolygon<f64> {
    let ring: LineString<f64> = [[w, s], [e, s], [e, n], [w, n]].into_iter().map(|p| (p[0], p[1])).collect();
    shape::rounded(&Polygon::new(ring, vec![]).into())
}

fn area(level: Level, text: &str, parent: Option<&str>, geometry: MultiPolygon<f64>) -> Area {
    Area {
        code: code(text),
        level,
        name: text.into(),
        name_zh: None,
        parent: parent.map(code),
        bbox: shape::bbox(&geometry).unwrap(),
        geometry,
        derived: None,
        time_zone: None,
        priority: None,
    }
}

/// `n` by `n` grids of `side` degrees, named by column and row, in one township.
pub(crate) fn squares(n: usize, side: f64) -> Arc<Atoms> {
    let whole = rect([0.0, 0.0, n as f64 * side, n as f64 * side]);
    let mut areas = vec![area(Level::County, "1", None, whole.clone()), area(Level::Township, "11", Some("1"), whole)];
    for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))) {
        let [w, s] = [i, j].map(|k| k as f64 * side);
        areas.push(area(Level::Grid, &format!("g{i:03}{j:03}"), Some("11"), rect([w, s, w + side, s + side])));
    }
    let areas = Arc::new(Areas::new(areas).unwrap());
    Arc::new(Atoms::new(&code("1"), 1, &areas, Resolution::Nine).unwrap())
}

/// Zones by code, each with its squads; `zone_of` tells an atom's.
pub(crate) fn layer(
    atoms: &Atoms,
    squads: &BTreeMap<&str, Vec<ZoneSquad>>,
    zone_of: impl Fn(AtomIx) -> Option<String>,
) -> ZoneLayer {
    let head = LayerHead {
        code: code("enforcement"),
        name: "Enforcement".into(),
        name_zh: None,
        owner: code("U"),
        mode: LayerMode::Exclusive,
        locked: false,
    };
    let mut layer = ZoneLayer::new(head, atoms);
    for ix in atoms.ixs() {
        let Some(zone) = zone_of(ix) else { continue };
        let of = || squads.get(zone.as_str()).cloned().unwrap_or_default();
        layer.zones.entry(code(&zone)).or_insert_with(|| Zone {
            code: code(&zone),
            name: zone.clone(),
            name_zh: None,
            colour: "#3366aa".into(),
            locked: false,
            squads: of(),
            team: vec![],
            comments: vec![],
        });
        layer.holders[ix as usize] = Holders::One(code(&zone));
    }
    layer
}
