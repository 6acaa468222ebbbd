//! What is wrong with a layer: said with the atoms and a proposal, never a block. Only freezing refuses
//! atoms without a zone, or in several, of an exclusive layer.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::{
    atoms::{AtomIx, Atoms},
    command::{Command, How},
    plan::{LayerMode, Plan, ZoneLayer},
};
use crate::{
    base::{BBox, Code, Error, Result},
    domain::squads::Squads,
};

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = PlanWarning)]
pub enum Warning {
    /// Atoms of an exclusive layer that no zone holds, by parts that hang together.
    Unassigned { layer: Code, parts: Vec<Part> },
    /// Atoms of an exclusive layer that several zones hold.
    Double { layer: Code, atoms: Vec<DoubleAtom> },
    /// A zone that does not hang together: all its parts but the largest. A part without any neighbour,
    /// such as an island, is none.
    Broken { layer: Code, zone: Code, parts: Vec<Part> },
    /// A zone without atoms.
    Empty { layer: Code, zone: Code },
    /// A zone that no squad serves.
    NoSquad { layer: Code, zone: Code },
    /// A zone served by a squad that is not there any more.
    UnknownSquad { layer: Code, zone: Code, squad: Code },
}

/// Atoms that hang together, and where they would best go.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = ZonePart)]
pub struct Part {
    pub atoms: Vec<Code>,
    pub area_m2: f64,
    /// west, south, east, north.
    pub bbox: [f64; 4],
    /// None where no other zone is beside them.
    pub proposal: Option<Proposal>,
}

/// The zone with the longest shared border.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = ZoneProposal)]
pub struct Proposal {
    pub zone: Code,
    pub border_m: f64,
    /// Imbalance of the layer now: the largest area of a zone ÷ the mean.
    pub imbalance: f64,
    /// And afterwards.
    pub imbalance_after: f64,
    /// The edit that does it.
    pub command: Command,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct DoubleAtom {
    pub atom: Code,
    pub zones: Vec<Code>,
}

/// Of all layers, in order of their codes.
pub fn warnings(plan: &Plan, squads: &Squads) -> Vec<Warning> {
    plan.layers.values().flat_map(|layer| of_layer(&plan.atoms, layer, squads)).collect()
}

/// Atoms that are cut off from the rest of their zone, each with its layer and zone: those of
/// [`Warning::Broken`].
pub fn torn(plan: &Plan) -> BTreeSet<(Code, Code, AtomIx)> {
    let of_layer = |layer: &ZoneLayer| {
        let of_zone = |(zone, own): (&Code, Vec<AtomIx>)| {
            let apart = fragments(&plan.atoms, &own).into_iter().flatten();
            apart.map(|atom| (layer.head.code.clone(), zone.clone(), atom)).collect::<Vec<_>>()
        };
        layer.atoms_by_zone().into_iter().flat_map(of_zone).collect::<Vec<_>>()
    };
    plan.layers.values().flat_map(|layer| of_layer(layer)).collect()
}

fn of_layer(atoms: &Atoms, layer: &ZoneLayer, squads: &Squads) -> Vec<Warning> {
    let code = || layer.head.code.clone();
    let of_zone = layer.atoms_by_zone();
    let area_of = |own: &Vec<AtomIx>| own.iter().map(|a| atoms.at(*a).area_m2).sum::<f64>();
    let areas: BTreeMap<&Code, f64> = of_zone.iter().map(|(zone, own)| (*zone, area_of(own))).collect();
    let look = Look { atoms, layer, areas };
    let mut found = Vec::new();
    if layer.head.mode == LayerMode::Exclusive {
        let (nobodys, doubles) = astray(layer);
        let parts = connected(atoms, &nobodys);
        if !parts.is_empty() {
            found
                .push(Warning::Unassigned { layer: code(), parts: parts.iter().map(|p| look.part(p, None)).collect() });
        }
        let double = |a: &AtomIx| {
            let zones = layer.holders[*a as usize].codes().to_vec();
            DoubleAtom { atom: atoms.at(*a).code.clone(), zones }
        };
        if !doubles.is_empty() {
            found.push(Warning::Double { layer: code(), atoms: doubles.iter().map(double).collect() });
        }
    }
    for (zone, own) in &of_zone {
        let fragments = fragments(atoms, own);
        if !fragments.is_empty() {
            let parts = fragments.iter().map(|p| look.part(p, Some(zone))).collect();
            found.push(Warning::Broken { layer: code(), zone: (*zone).clone(), parts });
        }
        if own.is_empty() {
            found.push(Warning::Empty { layer: code(), zone: (*zone).clone() });
        }
    }
    for zone in layer.zones.values() {
        if zone.squads.is_empty() {
            found.push(Warning::NoSquad { layer: code(), zone: zone.code.clone() });
        }
        for gone in zone.squads.iter().filter(|s| squads.get(&s.id).is_none()) {
            found.push(Warning::UnknownSquad { layer: code(), zone: zone.code.clone(), squad: gone.id.clone() });
        }
    }
    found
}

/// Atoms of no zone, and atoms of several.
fn astray(layer: &ZoneLayer) -> (Vec<AtomIx>, Vec<AtomIx>) {
    let with = |few: fn(usize) -> bool| {
        let all = (0..).zip(&layer.holders);
        all.filter(|(_, h)| few(h.codes().len())).map(|(atom, _)| atom).collect()
    };
    (with(|n| n == 0), with(|n| n > 1))
}

/// Refuses a plan that can't be frozen: one without zones, or with atoms without a zone or in several in
/// an exclusive layer.
pub fn check_whole(plan: &Plan) -> Result<()> {
    if plan.layers.values().all(|l| l.zones.is_empty()) {
        return Err(Error::conflict("the plan has no zone"));
    }
    for layer in plan.layers.values().filter(|l| l.head.mode == LayerMode::Exclusive) {
        let (nobodys, doubles) = astray(layer);
        for (atoms, what) in [(nobodys, "are in no zone"), (doubles, "are in several zones")] {
            if !atoms.is_empty() {
                const SHOWN: usize = 20;
                let codes: Vec<_> = atoms.iter().take(SHOWN).map(|a| plan.atoms.at(*a).code.as_str()).collect();
                let more = if atoms.len() > SHOWN { ", …" } else { "" };
                let (layer, n, codes) = (&layer.head.code, atoms.len(), codes.join(", "));
                return Err(Error::conflict(format!("{n} atoms of layer {layer} {what}: {codes}{more}")));
            }
        }
    }
    Ok(())
}

/// The parts of `own` that hang together, each ascending, by their first atom.
pub fn connected(atoms: &Atoms, own: &[AtomIx]) -> Vec<Vec<AtomIx>> {
    let mut part: HashMap<AtomIx, Option<usize>> = own.iter().map(|a| (*a, None)).collect();
    let mut parts: Vec<Vec<AtomIx>> = Vec::new();
    for &start in own {
        if part[&start].is_some() {
            continue;
        }
        let (mut open, mut met) = (vec![start], Vec::new());
        while let Some(atom) = open.pop() {
            if let Some(slot @ None) = part.get_mut(&atom) {
                *slot = Some(parts.len());
                met.push(atom);
                open.extend(atoms.neighbours(atom).iter().map(|b| b.atom));
            }
        }
        met.sort_unstable();
        parts.push(met);
    }
    parts
}

/// All parts of `own` but the largest, without those that have no neighbour.
fn fragments(atoms: &Atoms, own: &[AtomIx]) -> Vec<Vec<AtomIx>> {
    let mut parts = connected(atoms, own);
    let area = |p: &[AtomIx]| p.iter().map(|a| atoms.at(*a).area_m2).sum::<f64>();
    let largest = parts.iter().enumerate().max_by(|a, b| area(a.1).total_cmp(&area(b.1)).then(b.0.cmp(&a.0)));
    if let Some(largest) = largest.map(|(i, _)| i) {
        parts.remove(largest);
    }
    let beside =
        |p: &Vec<AtomIx>| p.iter().flat_map(|a| atoms.neighbours(*a)).any(|b| p.binary_search(&b.atom).is_err());
    parts.retain(beside);
    parts
}

struct Look<'a> {
    atoms: &'a Atoms,
    layer: &'a ZoneLayer,
    /// Square metres of each zone.
    areas: BTreeMap<&'a Code, f64>,
}

impl Look<'_> {
    fn part(&self, own: &[AtomIx], from: Option<&Code>) -> Part {
        let area_m2 = own.iter().map(|a| self.atoms.at(*a).area_m2).sum();
        let codes: Vec<Code> = own.iter().map(|a| self.atoms.at(*a).code.clone()).collect();
        let proposal = self.beside(own, from).map(|(zone, border_m)| {
            let mut after = self.areas.clone();
            after.entry(zone).and_modify(|m2| *m2 += area_m2);
            from.and_then(|from| after.get_mut(from)).into_iter().for_each(|m2| *m2 -= area_m2);
            let (layer, atoms, how) = (self.layer.head.code.clone(), codes.clone(), How::default());
            Proposal {
                zone: zone.clone(),
                border_m,
                imbalance: imbalance(&self.areas),
                imbalance_after: imbalance(&after),
                command: Command::Assign { layer, zone: zone.clone(), atoms, how },
            }
        });
        let corners = own.iter().flat_map(|a| self.atoms.at(*a).bbox.corners());
        let bbox = BBox::around(corners).map_or([0.0; 4], |b| [b.west, b.south, b.east, b.north]);
        Part { atoms: codes, area_m2, bbox, proposal }
    }

    /// The zone other than `from` with the longest border, and how long that is.
    fn beside(&self, own: &[AtomIx], from: Option<&Code>) -> Option<(&Code, f64)> {
        let mut borders: BTreeMap<&Code, f64> = BTreeMap::new();
        for border in own.iter().flat_map(|a| self.atoms.neighbours(*a)) {
            if own.binary_search(&border.atom).is_err() {
                let zones = self.layer.holders[border.atom as usize].codes().iter().filter(|z| Some(*z) != from);
                zones.for_each(|z| *borders.entry(z).or_default() += border.length_m);
            }
        }
        borders.into_iter().max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(a.0)))
    }
}

/// The largest ÷ the mean; 1 is balanced.
fn imbalance(areas: &BTreeMap<&Code, f64>) -> f64 {
    let mean = areas.values().sum::<f64>() / areas.len().max(1) as f64;
    if mean > 0.0 { areas.values().copied().fold(0.0, f64::max) / mean } else { 1.0 }
}
