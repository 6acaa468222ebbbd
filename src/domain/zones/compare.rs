//! Two cuts of one county side by side: figures, atoms that moved and between whom, cells that are
//! reached sooner or later by their zone's own squads.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    atoms::{AtomIx, Atoms},
    judge::{Facts, Judgement, ZoneFigures},
    plan::ZoneLayer,
};
use crate::{
    base::{Code, Error, LngLat, Result, tenths},
    domain::{
        coverage::{Base, NEVER},
        response::whole_s,
    },
    kernel::shape::round_deg,
};

/// At most this many cells are listed.
pub const CELLS_LISTED: usize = 2_000;

/// A layer and what it came to.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    pub layer: &'a ZoneLayer,
    pub atoms: &'a Atoms,
    pub judgement: &'a Judgement,
    /// See [`Judge::own_ms`](super::judge::Judge::own_ms).
    pub own_ms: &'a [Vec<Option<u32>>],
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Comparison {
    pub before: Judgement,
    pub after: Judgement,
    /// By code, those of either side.
    pub zones: Vec<ZoneChange>,
    /// By code.
    pub moved: Vec<MovedAtom>,
    /// Between whom, the largest first.
    pub flows: Vec<AtomFlow>,
    pub cells: CellChanges,
}

/// What a zone gives and gets.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ZoneChange {
    #[schema(value_type = String)]
    pub zone: Code,
    pub in_before: bool,
    pub in_after: bool,
    pub atoms_gained: usize,
    pub atoms_lost: usize,
    pub gained_m2: f64,
    pub lost_m2: f64,
    /// After minus before.
    pub workload_h: f64,
    /// Null where either is.
    pub p90_s: Option<i64>,
}

/// An atom that other zones hold.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct MovedAtom {
    #[schema(value_type = String)]
    pub atom: Code,
    /// None for an atom that was in no zone.
    #[schema(value_type = Vec<String>)]
    pub from: Vec<Code>,
    #[schema(value_type = Vec<String>)]
    pub to: Vec<Code>,
    pub area_m2: f64,
    pub buildings: u32,
    pub incidents: u32,
    #[serde(skip)]
    pub ix: AtomIx,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct AtomFlow {
    #[schema(value_type = Vec<String>)]
    pub from: Vec<Code>,
    #[schema(value_type = Vec<String>)]
    pub to: Vec<Code>,
    pub atoms: usize,
    pub area_m2: f64,
    pub buildings: u32,
    pub incidents: u32,
}

/// How cells fare with their zone's own squads.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CellChanges {
    pub better: CellChangeSum,
    pub worse: CellChangeSum,
    pub same: CellChangeSum,
    /// The largest change first, then by cell; the first 2,000.
    pub cells: Vec<CellChange>,
    pub count: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CellChangeSum {
    /// Parts of cells, cut by atoms.
    pub cells: usize,
    pub buildings: u64,
    /// Mean change of those reached before and after, seconds, weighted by buildings (alike where there
    /// are none).
    pub mean_change_s: Option<f64>,
}

/// The part of a cell in an atom.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct CellChange {
    /// H3 index, hexadecimal.
    pub cell: String,
    pub lng: f64,
    pub lat: f64,
    #[schema(value_type = String)]
    pub atom: Code,
    pub buildings: u32,
    /// Null where none of the zone's own squads comes.
    pub before_s: Option<u64>,
    pub after_s: Option<u64>,
}

/// Refuses sides that stand on different atoms; `facts` are of these and of the cells of `base`.
pub fn compare(base: &Base, facts: &Facts, before: Side, after: Side) -> Result<Comparison> {
    let (a, b) = (before.atoms, after.atoms);
    if !std::ptr::eq(a, b) && a != b {
        let text = format!("the plans stand on different generations of grids, {} and {}", a.generation, b.generation);
        return Err(Error::conflict(text));
    }
    let moved = moved(facts, before, after);
    let mut flows: BTreeMap<(&[Code], &[Code]), AtomFlow> = BTreeMap::new();
    for m in &moved {
        let flow = flows.entry((&m.from, &m.to)).or_insert_with(|| AtomFlow {
            from: m.from.clone(),
            to: m.to.clone(),
            atoms: 0,
            area_m2: 0.0,
            buildings: 0,
            incidents: 0,
        });
        flow.atoms += 1;
        flow.area_m2 += m.area_m2;
        flow.buildings += m.buildings;
        flow.incidents += m.incidents;
    }
    let mut flows: Vec<AtomFlow> = flows.into_values().collect();
    flows.sort_by(|x, y| y.area_m2.total_cmp(&x.area_m2).then_with(|| (&x.from, &x.to).cmp(&(&y.from, &y.to))));
    Ok(Comparison {
        before: before.judgement.clone(),
        after: after.judgement.clone(),
        zones: zones(before.judgement, after.judgement, &moved),
        flows,
        cells: cells(base, facts, before, after),
        moved,
    })
}

fn moved(facts: &Facts, before: Side, after: Side) -> Vec<MovedAtom> {
    let holders = before.atoms.iter().zip(before.layer.holders.iter().zip(&after.layer.holders));
    let other = holders.filter(|(_, (from, to))| from != to);
    other
        .map(|((ix, atom), (from, to))| {
            let facts = facts.of(ix);
            MovedAtom {
                atom: atom.code.clone(),
                from: from.codes().to_vec(),
                to: to.codes().to_vec(),
                area_m2: atom.area_m2,
                buildings: facts.buildings,
                incidents: facts.by_class.iter().sum(),
                ix,
            }
        })
        .collect()
}

fn zones(before: &Judgement, after: &Judgement, moved: &[MovedAtom]) -> Vec<ZoneChange> {
    let find = |judgement: &Judgement, code: &Code| -> Option<ZoneFigures> {
        judgement.zones.iter().find(|z| z.zone == *code).map(|z| ZoneFigures::clone(z))
    };
    let codes: BTreeSet<&Code> = before.zones.iter().chain(&after.zones).map(|z| &z.zone).collect();
    let change = |code: &Code| {
        let (was, is) = (find(before, code), find(after, code));
        let gained = moved.iter().filter(|m| m.to.contains(code) && !m.from.contains(code));
        let lost = moved.iter().filter(|m| m.from.contains(code) && !m.to.contains(code));
        let hours = |z: &Option<ZoneFigures>| z.as_ref().map_or(0.0, |z| z.figures.workload.total_h);
        let p90 = |z: &Option<ZoneFigures>| z.as_ref().and_then(|z| z.figures.own.p90_s).map(|s| s as i64);
        ZoneChange {
            zone: code.clone(),
            in_before: was.is_some(),
            in_after: is.is_some(),
            atoms_gained: gained.clone().count(),
            atoms_lost: lost.clone().count(),
            gained_m2: gained.map(|m| m.area_m2).sum(),
            lost_m2: lost.map(|m| m.area_m2).sum(),
            workload_h: hours(&is) - hours(&was),
            p90_s: p90(&is).zip(p90(&was)).map(|(is, was)| is - was),
        }
    };
    codes.into_iter().map(change).collect()
}

/// Adds up one kind of change.
#[derive(Default)]
struct Sum {
    sum: CellChangeSum,
    /// Change in seconds, and its weight: by buildings, and alike.
    weighted: [(f64, f64); 2],
}

impl Sum {
    fn add(&mut self, buildings: u32, change_ms: Option<i64>) {
        self.sum.cells += 1;
        self.sum.buildings += u64::from(buildings);
        if let Some(ms) = change_ms {
            for (total, weight) in self.weighted.iter_mut().zip([f64::from(buildings), 1.0]) {
                total.0 += ms as f64 / 1_000.0 * weight;
                total.1 += weight;
            }
        }
    }

    fn done(self) -> CellChangeSum {
        let mean = self.weighted.iter().find(|(_, weight)| *weight > 0.0).map(|(sum, weight)| tenths(sum / weight));
        CellChangeSum { mean_change_s: mean, ..self.sum }
    }
}

fn cells(base: &Base, facts: &Facts, before: Side, after: Side) -> CellChanges {
    let (mut better, mut worse, mut same) = (Sum::default(), Sum::default(), Sum::default());
    let mut listed: Vec<(u32, CellChange)> = Vec::new();
    let somebody = |ms: Option<u32>| ms.filter(|ms| *ms != NEVER);
    for ((ix, atom), (was, is)) in before.atoms.iter().zip(before.own_ms.iter().zip(after.own_ms)) {
        for (piece, (was, is)) in facts.of(ix).pieces.iter().zip(was.iter().zip(is)) {
            // No road leads there, or nobody's on both sides.
            if was.is_none() && is.is_none() {
                continue;
            }
            let [was, is] = [*was, *is].map(somebody);
            let change = was.zip(is).map(|(was, is)| i64::from(is) - i64::from(was));
            let order = is.unwrap_or(NEVER).cmp(&was.unwrap_or(NEVER));
            match order {
                std::cmp::Ordering::Less => better.add(piece.buildings, change),
                std::cmp::Ordering::Greater => worse.add(piece.buildings, change),
                std::cmp::Ordering::Equal => {
                    same.add(piece.buildings, change);
                    continue;
                }
            }
            let cell = base.cell(piece.cell);
            let size = change.map_or(NEVER, |ms| ms.unsigned_abs() as u32);
            let LngLat { lng, lat } = cell.centre;
            let [before_s, after_s] = [was, is].map(|ms| ms.map(|ms| whole_s(ms.into())));
            listed.push((
                size,
                CellChange {
                    cell: cell.index.to_string(),
                    lng: round_deg(lng),
                    lat: round_deg(lat),
                    atom: atom.code.clone(),
                    buildings: piece.buildings,
                    before_s,
                    after_s,
                },
            ));
        }
    }
    listed.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (&a.1.cell, &a.1.atom).cmp(&(&b.1.cell, &b.1.atom))));
    let count = listed.len();
    let cells = listed.into_iter().take(CELLS_LISTED).map(|c| c.1).collect();
    CellChanges { better: better.done(), worse: worse.done(), same: same.done(), cells, count }
}

#[cfg(test)]
mod tests;
