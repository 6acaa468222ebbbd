//! A drawn county and plans on it, for tests here and above.

use std::{collections::BTreeMap, sync::Arc};

use geo::{LineString, MultiLineString, MultiPolygon, Polygon};
use h3o::Resolution;
use uuid::Uuid;

use super::{
    Atoms, Command, Plan, PlanHead, PlanState, ZoneLayer,
    edit::Desk,
    plan::{LayerHead, LayerMode},
};
use crate::{
    base::{Code, Timestamp},
    domain::{
        areas::{Area, Areas, Level},
        squads::Squads,
    },
    kernel::shape,
};

pub fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

pub fn rect(w: f64, s: f64, e: f64, n: f64) -> MultiPolygon<f64> {
    let ring: LineString<f64> = [[w, s], [e, s], [e, n], [w, n]].into_iter().map(|p| (p[0], p[1])).collect();
    shape::rounded(&Polygon::new(ring, vec![]).into())
}

pub fn area(level: Level, own: &str, parent: Option<&str>, geometry: MultiPolygon<f64>) -> Area {
    Area {
        code: code(own),
        level,
        name: own.into(),
        name_zh: None,
        parent: parent.map(code),
        bbox: shape::bbox(&geometry).unwrap(),
        geometry: shape::rewind(&geometry),
        derived: None,
        time_zone: None,
        priority: None,
    }
}

/// Degrees: a grid's side.
pub const SIDE: f64 = 0.005;

/// County 1 of `n` × `n` grids from 5° east, 45° north: `gCCRR` by column and row; its western half is
/// township 11, the other 12.
pub fn quilt(n: u32) -> Arc<Areas> {
    let (w, s, side) = (5.0, 45.0, f64::from(n) * SIDE);
    let half = f64::from(n / 2) * SIDE;
    let mut areas = vec![
        area(Level::County, "1", None, rect(w, s, w + side, s + side)),
        area(Level::Township, "11", Some("1"), rect(w, s, w + half, s + side)),
        area(Level::Township, "12", Some("1"), rect(w + half, s, w + side, s + side)),
    ];
    for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))) {
        let (x, y) = (w + f64::from(i) * SIDE, s + f64::from(j) * SIDE);
        let parent = if i < n / 2 { "11" } else { "12" };
        areas.push(area(Level::Grid, &format!("g{i:02}{j:02}"), Some(parent), rect(x, y, x + SIDE, y + SIDE)));
    }
    Arc::new(Areas::new(areas).unwrap())
}

pub fn atoms(n: u32) -> Arc<Atoms> {
    Arc::new(Atoms::new(&code("1"), 1, &quilt(n), Resolution::Nine).unwrap())
}

pub fn head(layer: &str, mode: LayerMode) -> LayerHead {
    LayerHead { code: code(layer), name: layer.into(), name_zh: None, owner: code("U"), mode, locked: false }
}

pub fn now() -> Timestamp {
    "2026-03-02T00:00:00Z".parse().unwrap()
}

/// A draft with the exclusive layer `e` and the partial layer `p`, both without zones.
pub fn plan(atoms: &Arc<Atoms>) -> Plan {
    let heads = [head("e", LayerMode::Exclusive), head("p", LayerMode::Partial)];
    let layers = heads.map(|h| (h.code.clone(), Arc::new(ZoneLayer::new(h, atoms))));
    Plan {
        head: PlanHead {
            id: Uuid::from_u128(1),
            name: "drawn".into(),
            name_zh: None,
            state: PlanState::Draft,
            county: code("1"),
            generation: 1,
            cell_resolution: 9,
            author: "ann".into(),
            reviewer: None,
            parent: None,
            revision: 0,
            created_at: now(),
        },
        atoms: Arc::clone(atoms),
        layers: BTreeMap::from(layers),
    }
}

/// Commands from JSON, as callers send them.
pub fn commands(json: serde_json::Value) -> Vec<Command> {
    serde_json::from_value(json).unwrap()
}

/// Edits as `author`, where there is one squad-less roster and one road, `High Street`, along the
/// eastern border of column 1.
pub fn at_desk<R>(author: &str, work: impl FnOnce(Desk) -> R) -> R {
    let squads = Squads::default();
    let road = |name: &str, _: Option<&Code>| match name {
        "High Street" => {
            let x = 5.0 + 2.0 * SIDE;
            MultiLineString::new(vec![vec![(x, 44.9), (x, 45.2)].into()])
        }
        _ => MultiLineString::new(Vec::new()),
    };
    work(Desk { author, at: now(), squads: &squads, road: &road })
}
