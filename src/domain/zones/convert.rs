//! From zones drawn as polygons to atoms, and what each zone gains and loses by it.
//!
//! An atom goes to the zone that has most of it, of equals to the first by code; to none where more of
//! it lies outside every zone. So neither a gap nor an overlap of the drawing is carried over.

use std::collections::{BTreeMap, BTreeSet};

use geo::{BooleanOps, BoundingRect, LinesIter, MultiPolygon};
use rstar::{AABB, RTree, primitives::GeomWithData, primitives::Rectangle};
use serde::Serialize;

use super::{
    atoms::{AtomIx, Atoms},
    audit::Drawn,
    command::{Command, How, NewZone},
    plan::ZoneLayer,
};
use crate::{
    base::{Code, Error, Result},
    kernel::shape,
};

/// What is less comes from rounding.
const ROUNDING_M2: f64 = 1.0;

/// Which atom goes to which zone.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversion {
    /// By zone, ascending.
    pub atoms: BTreeMap<Code, Vec<AtomIx>>,
    pub report: ConversionReport,
}

/// What the conversion did.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ConversionReport {
    /// By code.
    pub zones: Vec<ConvertedZone>,
    /// Atoms that went to no zone though one has a part of them.
    pub left_out: Vec<LeftOut>,
    /// Atoms that no zone has anything of.
    pub untouched: usize,
}

/// A zone as drawn and as atoms.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ConvertedZone {
    #[schema(value_type = String)]
    pub zone: Code,
    pub atoms: usize,
    pub drawn_m2: f64,
    pub atoms_m2: f64,
    /// Ground of its atoms that was not drawn as its own.
    pub gained_m2: f64,
    /// Ground drawn as its own that its atoms do not have.
    pub lost_m2: f64,
}

/// More of the atom lies outside every zone than in any.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct LeftOut {
    #[schema(value_type = String)]
    pub atom: Code,
    /// The zone with the largest part of it.
    #[schema(value_type = String)]
    pub nearest: Code,
    pub part_m2: f64,
    pub atom_m2: f64,
}

/// `shapes` are those of `drawn`, valid: see [`super::audit::Audit::shapes`].
///
/// # Errors
/// When no atom goes to any zone.
pub fn convert(atoms: &Atoms, drawn: &[Drawn], shapes: &[MultiPolygon<f64>]) -> Result<Conversion> {
    let parts = Parts::new(shapes);
    let mut by_zone: BTreeMap<Code, Vec<AtomIx>> = drawn.iter().map(|d| (d.code.clone(), Vec::new())).collect();
    let mut held: BTreeMap<&Code, f64> = BTreeMap::new();
    let (mut left_out, mut untouched) = (Vec::new(), 0);
    for (ix, atom) in atoms.iter() {
        let mut shares = parts.of(atoms.shape(ix), atom.area_m2);
        // To the square metre: what is less comes from rounding.
        let whole_m2 = |share: &(usize, f64)| share.1.round();
        shares.sort_by(|a, b| whole_m2(b).total_cmp(&whole_m2(a)).then_with(|| drawn[a.0].code.cmp(&drawn[b.0].code)));
        let outside_m2 = atom.area_m2 - shares.iter().map(|s| s.1).sum::<f64>();
        match shares.first() {
            Some(&(zone, part_m2)) if part_m2 >= outside_m2 => {
                let code = &drawn[zone].code;
                by_zone.entry(code.clone()).or_default().push(ix);
                *held.entry(code).or_default() += part_m2;
            }
            Some(&(zone, part_m2)) => {
                let nearest = drawn[zone].code.clone();
                left_out.push(LeftOut { atom: atom.code.clone(), nearest, part_m2, atom_m2: atom.area_m2 });
            }
            None => untouched += 1,
        }
    }
    if by_zone.values().all(Vec::is_empty) {
        let county = &atoms.county;
        return Err(Error::invalid("zones", format!("none of the zones has most of any atom of county {county}")));
    }
    let zone = |(i, d): (usize, &Drawn)| {
        let own = &by_zone[&d.code];
        let atoms_m2: f64 = own.iter().map(|a| atoms.at(*a).area_m2).sum();
        let (drawn_m2, held_m2) = (shape::area_m2(&shapes[i]), held.get(&d.code).copied().unwrap_or(0.0));
        ConvertedZone {
            zone: d.code.clone(),
            atoms: own.len(),
            drawn_m2,
            atoms_m2,
            gained_m2: (atoms_m2 - held_m2).max(0.0),
            lost_m2: (drawn_m2 - held_m2).max(0.0),
        }
    };
    let mut zones: Vec<ConvertedZone> = drawn.iter().enumerate().map(zone).collect();
    zones.sort_by(|a, b| a.zone.cmp(&b.zone));
    Ok(Conversion { atoms: by_zone, report: ConversionReport { zones, left_out, untouched } })
}

/// The same from a table of atoms and zones; what the table does not name stays in no zone.
///
/// # Errors
/// An unknown atom.
pub fn assigned(atoms: &Atoms, rows: &[(Code, Option<Code>)]) -> Result<BTreeMap<Code, Vec<AtomIx>>> {
    let mut by_zone: BTreeMap<Code, BTreeSet<AtomIx>> = BTreeMap::new();
    for (atom, zone) in rows {
        let ix = atoms.known(atom)?;
        if let Some(zone) = zone {
            by_zone.entry(zone.clone()).or_default().insert(ix);
        }
    }
    Ok(by_zone.into_iter().map(|(zone, own)| (zone, own.into_iter().collect())).collect())
}

/// The edit that cuts `layer` so: zones that are not named are deleted, those named and not there are
/// made, the others keep their squads and teams. `names` are those of new zones.
pub fn commands(
    atoms: &Atoms,
    layer: &ZoneLayer,
    by_zone: &BTreeMap<Code, Vec<AtomIx>>,
    names: impl Fn(&Code) -> (String, Option<String>),
) -> Vec<Command> {
    let own = || layer.head.code.clone();
    let codes = |own: &[AtomIx]| own.iter().map(|a| atoms.at(*a).code.clone()).collect::<Vec<Code>>();
    let mut commands = Vec::new();
    for zone in layer.zones.keys().filter(|z| !by_zone.contains_key(*z)) {
        commands.push(Command::DeleteZone { layer: own(), zone: zone.clone() });
    }
    for (zone, wanted) in by_zone {
        if layer.zones.contains_key(zone) {
            let gone: Vec<AtomIx> =
                layer.atoms_of(zone.as_str()).filter(|a| wanted.binary_search(a).is_err()).collect();
            if !gone.is_empty() {
                commands.push(Command::TakeAway { layer: own(), zone: zone.clone(), atoms: codes(&gone) });
            }
        } else {
            let (name, name_zh) = names(zone);
            let zone = NewZone { code: zone.clone(), name, name_zh, colour: None };
            commands.push(Command::CreateZone { layer: own(), zone });
        }
    }
    for (zone, wanted) in by_zone {
        let other = |a: &AtomIx| layer.holders[*a as usize].codes() != std::slice::from_ref(zone);
        let new: Vec<AtomIx> = wanted.iter().copied().filter(other).collect();
        if !new.is_empty() {
            let (zone, atoms) = (zone.clone(), codes(&new));
            commands.push(Command::Assign { layer: own(), zone, atoms, how: How::default() });
        }
    }
    commands
}

/// Finds how much of an atom each zone has.
struct Parts<'a> {
    shapes: &'a [MultiPolygon<f64>],
    boxes: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
    /// Every segment of a border.
    borders: RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>,
}

impl<'a> Parts<'a> {
    fn new(shapes: &'a [MultiPolygon<f64>]) -> Self {
        let entry =
            |r: geo::Rect<f64>, i| GeomWithData::new(Rectangle::from_corners(r.min().into(), r.max().into()), i);
        let boxes = shapes.iter().enumerate().filter_map(|(i, s)| Some(entry(s.bounding_rect()?, i)));
        let lines = |(i, s): (usize, &'a MultiPolygon<f64>)| {
            s.lines_iter().map(move |l| entry(geo::Rect::new(l.start, l.end), i))
        };
        let borders = shapes.iter().enumerate().flat_map(lines);
        Self { shapes, boxes: RTree::bulk_load(boxes.collect()), borders: RTree::bulk_load(borders.collect()) }
    }

    /// Square metres, by zone; zones that have nothing of it are left out.
    fn of(&self, atom: &MultiPolygon<f64>, area_m2: f64) -> Vec<(usize, f64)> {
        let Some(rect) = atom.bounding_rect() else { return Vec::new() };
        let around = AABB::from_corners(rect.min().into(), rect.max().into());
        let cut: BTreeSet<usize> = self.borders.locate_in_envelope_intersecting(&around).map(|b| b.data).collect();
        let near: BTreeSet<usize> = self.boxes.locate_in_envelope_intersecting(&around).map(|b| b.data).collect();
        let part_m2 = |&i: &usize| {
            // Where no border comes near, the atom lies inside as a whole or not at all.
            if cut.contains(&i) {
                return shape::area_m2(&self.shapes[i].intersection(atom));
            }
            let inside = atom.0.first().is_some_and(|p| shape::contains(&self.shapes[i], p.exterior().0[0].into()));
            if inside { area_m2 } else { 0.0 }
        };
        near.iter().map(|i| (*i, part_m2(i))).filter(|part| part.1 > ROUNDING_M2).collect()
    }
}

#[cfg(test)]
mod tests;
