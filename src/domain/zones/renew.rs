//! A plan on another generation of atoms: by code, then by largest overlap.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use geo::BooleanOps;
use serde::Serialize;

use super::{
    atoms::{AtomIx, Atoms},
    plan::{Holders, Plan, ZoneLayer},
};
use crate::{base::Code, kernel::shape};

/// An atom that stands for more than a hundredth of other ground than before has moved.
const MOVED_SHARE: f64 = 0.01;

/// What became of the atoms.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = PlanRenewal)]
pub struct Renewal {
    /// With the same code on the same ground.
    pub same: usize,
    /// With the same code on other ground: they keep their zones.
    pub moved: Vec<Code>,
    /// New codes, and the former atom whose zones they have: the one with the largest overlap.
    pub new: Vec<NewAtom>,
    /// Codes that are there no more.
    pub gone: Vec<Code>,
}

#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct NewAtom {
    pub atom: Code,
    /// None where there was no atom before: it is in no zone.
    pub from: Option<Code>,
    /// Of the new atom's area.
    pub share: f64,
}

/// The layers of `plan` over `atoms`, and what became of its own.
pub fn renew(plan: &Plan, atoms: &Arc<Atoms>) -> (BTreeMap<Code, Arc<ZoneLayer>>, Renewal) {
    let former = &plan.atoms;
    let mut told = Renewal::default();
    let mut source: Vec<Option<AtomIx>> = Vec::with_capacity(atoms.len());
    for (ix, atom) in atoms.iter() {
        let same = former.index(atom.code.as_str());
        match same {
            Some(old) if former.shape(old) == atoms.shape(ix) || unmoved(former, old, atoms, ix) => told.same += 1,
            Some(_) => told.moved.push(atom.code.clone()),
            None => {}
        }
        source.push(same.or_else(|| {
            let best = overlaps(former, atoms, ix);
            let from = best.map(|(old, _)| former.at(old).code.clone());
            let share = best.map_or(0.0, |(_, m2)| (m2 / atom.area_m2).min(1.0));
            told.new.push(NewAtom { atom: atom.code.clone(), from, share });
            best.map(|(old, _)| old)
        }));
    }
    told.gone =
        former.iter().filter(|(_, a)| atoms.index(a.code.as_str()).is_none()).map(|(_, a)| a.code.clone()).collect();
    let over = |layer: &ZoneLayer| {
        let holders = source.iter().map(|old| old.map_or(Holders::Nobody, |old| layer.holders[old as usize].clone()));
        let (atoms, source) = (0.., source.iter());
        let locked = atoms.zip(source).filter(|(_, old)| old.is_some_and(|old| layer.locked_atoms.contains(&old)));
        let locked_atoms: BTreeSet<AtomIx> = locked.map(|(new, _)| new).collect();
        Arc::new(ZoneLayer { holders: holders.collect(), locked_atoms, ..layer.clone() })
    };
    (plan.layers.iter().map(|(code, layer)| (code.clone(), over(layer))).collect(), told)
}

fn unmoved(former: &Atoms, old: AtomIx, atoms: &Atoms, new: AtomIx) -> bool {
    let both = shape::area_m2(&former.shape(old).intersection(atoms.shape(new)));
    let (a, b) = (former.at(old).area_m2, atoms.at(new).area_m2);
    a.max(b) - both <= MOVED_SHARE * a.max(b)
}

/// The former atom with the largest overlap, and how large that is.
fn overlaps(former: &Atoms, atoms: &Atoms, new: AtomIx) -> Option<(AtomIx, f64)> {
    let near = former.iter().filter(|(_, a)| a.bbox.intersects(&atoms.at(new).bbox));
    let overlap = |(old, _)| (old, shape::area_m2(&former.shape(old).intersection(atoms.shape(new))));
    let met = near.map(overlap).filter(|(_, m2)| *m2 > 1.0);
    met.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
}
