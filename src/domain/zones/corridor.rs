//! Rivers and roads with land on either side: which atoms they touch, and how much of each.

use std::sync::Arc;

use geo::{BooleanOps, Buffer, Coord, MapCoords, MultiPolygon};

use super::{
    atoms::{AtomIx, Atoms},
    plan::Corridor,
};
use crate::{
    base::{EARTH_RADIUS_M, LngLat},
    kernel::shape,
};

/// An atom that a corridor touches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Touched {
    pub atom: AtomIx,
    pub area_m2: f64,
    /// Of the atom's own area.
    pub share: f64,
}

/// Less is rounding.
const LEAST_M2: f64 = 1.0;

/// The land of the corridor, with round ends.
pub fn land(corridor: &Corridor) -> MultiPolygon<f64> {
    let Some(first) = corridor.line.0.iter().find_map(|l| l.0.first()).copied() else {
        return MultiPolygon::new(vec![]);
    };
    // On the tangent plane at its first vertex, stretched to true metres along its parallel.
    let per_deg = EARTH_RADIUS_M.to_radians();
    let squeeze = first.y.to_radians().cos();
    let plane = |c: Coord<f64>| Coord { x: (c.x - first.x) * per_deg * squeeze, y: (c.y - first.y) * per_deg };
    let back = |c: Coord<f64>| Coord { x: first.x + c.x / per_deg / squeeze, y: first.y + c.y / per_deg };
    let land = corridor.line.map_coords(plane).buffer(corridor.buffer_m).map_coords(back);
    shape::rewind(&shape::rounded(&land))
}

/// The atoms it touches, in order of code.
pub fn touched(atoms: &Arc<Atoms>, corridor: &Corridor) -> Vec<Touched> {
    let land = land(corridor);
    let Some(around) = shape::bbox(&land) else { return Vec::new() };
    let near = atoms.iter().filter(|(_, a)| a.bbox.intersects(&around));
    near.filter_map(|(atom, a)| {
        let area_m2 = shape::area_m2(&atoms.shape(atom).intersection(&land));
        (area_m2 >= LEAST_M2).then(|| Touched { atom, area_m2, share: (area_m2 / a.area_m2).min(1.0) })
    })
    .collect()
}

/// Whether `p` lies on the land of the corridor.
pub fn holds(land: &MultiPolygon<f64>, p: LngLat) -> bool {
    shape::contains(land, p)
}
