//! Plans on the wire.

use std::sync::Arc;

use serde::Serialize;

use crate::{
    base::{Code, tenths},
    domain::zones::{
        LayerHead, Plan, PlanHead, Zone, ZoneLayer,
        corridor::{self, Touched},
        plan::Corridor,
    },
};

/// A plan without its zones.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PlanWire {
    #[serde(flatten)]
    pub head: PlanHead,
    /// Of its county.
    pub atoms: usize,
    pub layers: Vec<LayerSummary>,
}

/// A layer without its zones.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LayerSummary {
    #[serde(flatten)]
    pub head: LayerHead,
    pub zones: usize,
    /// Atoms in no zone.
    pub unassigned: usize,
    pub locked_atoms: usize,
    pub corridors: usize,
}

impl PlanWire {
    pub fn of(plan: &Plan) -> Self {
        let summary = |layer: &Arc<ZoneLayer>| LayerSummary {
            head: layer.head.clone(),
            zones: layer.zones.len(),
            unassigned: layer.holders.iter().filter(|h| h.codes().is_empty()).count(),
            locked_atoms: layer.locked_atoms.len(),
            corridors: layer.corridors.len(),
        };
        let layers = plan.layers.values().map(summary).collect();
        Self { head: plan.head.clone(), atoms: plan.atoms.len(), layers }
    }
}

/// A layer with its zones.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LayerWire {
    #[serde(flatten)]
    pub head: LayerHead,
    pub zones: Vec<ZoneWire>,
    /// In no zone.
    pub unassigned: Vec<Code>,
    pub locked_atoms: Vec<Code>,
    pub corridors: Vec<CorridorWire>,
}

/// A zone with its atoms.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ZoneWire {
    #[serde(flatten)]
    pub zone: Zone,
    pub area_m2: f64,
    pub atoms: Vec<Code>,
}

/// A river or a road with the land beside it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CorridorWire {
    pub code: Code,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_zh: Option<String>,
    pub buffer_m: f64,
    pub atoms: Vec<TouchedWire>,
}

/// An atom that a corridor touches.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = TouchedAtom)]
pub struct TouchedWire {
    pub atom: Code,
    pub area_m2: f64,
    /// Of the atom's area.
    pub share: f64,
    /// That hold the atom.
    pub zones: Vec<Code>,
}

impl LayerWire {
    /// Measures the ground of corridors: for the search pool.
    pub fn of(plan: &Plan, layer: &ZoneLayer) -> Self {
        let code = |atom: u32| plan.atoms.at(atom).code.clone();
        let zone = |(zone, atoms): (&Code, Vec<u32>)| ZoneWire {
            zone: layer.zones[zone].clone(),
            area_m2: tenths(atoms.iter().map(|a| plan.atoms.at(*a).area_m2).sum()),
            atoms: atoms.into_iter().map(code).collect(),
        };
        let nobodys = (0..).zip(&layer.holders).filter(|(_, h)| h.codes().is_empty());
        Self {
            head: layer.head.clone(),
            zones: layer.atoms_by_zone().into_iter().map(zone).collect(),
            unassigned: nobodys.map(|(atom, _)| code(atom)).collect(),
            locked_atoms: layer.locked_atoms.iter().copied().map(code).collect(),
            corridors: layer.corridors.values().map(|c| corridor_of(plan, layer, c)).collect(),
        }
    }
}

fn corridor_of(plan: &Plan, layer: &ZoneLayer, corridor: &Corridor) -> CorridorWire {
    let atom = |t: Touched| TouchedWire {
        atom: plan.atoms.at(t.atom).code.clone(),
        area_m2: tenths(t.area_m2),
        share: (t.share * 1e4).round() / 1e4,
        zones: layer.holders[t.atom as usize].codes().to_vec(),
    };
    CorridorWire {
        code: corridor.code.clone(),
        name: corridor.name.clone(),
        name_zh: corridor.name_zh.clone(),
        buffer_m: corridor.buffer_m,
        atoms: corridor::touched(&plan.atoms, corridor).into_iter().map(atom).collect(),
    }
}
