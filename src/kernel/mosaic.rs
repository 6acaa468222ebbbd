//! Hexagons of the H3 index laid side by side: who borders on whom, and the outline of any of them.
//!
//! At most three hexagons meet at a corner, so of the sides that leave a set of them either none or
//! two meet there: the rings of the outline are simple and never touch, each belongs to one part
//! of the set that hangs together, and each part has one outer ring. An outline therefore takes
//! time linear in the set, without any test whether a place lies inside a ring.

use std::collections::HashMap;

use geo::{Coord, LineString, MultiPolygon, Polygon};
use h3o::{CellIndex, LatLng, VertexIndex};

use super::shape::round_deg;

/// Index of a tile: its place in the list the mosaic was made of.
pub type TileIx = u32;

/// No tile, no corner.
const NONE: u32 = u32::MAX;

/// What the flood knows of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Outside,
    /// In the set, and not met yet.
    Unmet,
    Met,
}

/// The sides between a set and the rest.
struct Sides {
    /// The corner that follows each corner on the outline; exactly one side leaves it.
    next: Vec<u32>,
    /// One for each side: where it begins, and which part of the set it belongs to.
    starts: Vec<(u32, usize)>,
    parts: usize,
}

#[derive(Debug)]
pub struct Mosaic {
    cells: Vec<CellIndex>,
    /// Corners of each tile, counter-clockwise; a pentagon repeats its last one.
    corners: Vec<[u32; 6]>,
    /// The tile beyond the side from each corner to the next.
    beyond: Vec<[TileIx; 6]>,
    /// Where the corners are, rounded to 7 decimals.
    places: Vec<Coord<f64>>,
}

impl Mosaic {
    /// Of different cells of one resolution, in any order.
    ///
    /// Corners are those of the grid's topology: the extra bend that a side has where it crosses an
    /// edge of H3's icosahedron is cut short, by both neighbours alike.
    pub fn new(cells: Vec<CellIndex>) -> Self {
        let mut numbers: HashMap<VertexIndex, u32> = HashMap::with_capacity(2 * cells.len());
        let mut places = Vec::with_capacity(2 * cells.len());
        // The up to three tiles around each corner.
        let mut around: Vec<[TileIx; 3]> = Vec::with_capacity(2 * cells.len());
        let mut corners = Vec::with_capacity(cells.len());
        for (tile, cell) in (0..).zip(&cells) {
            let mut ring = [NONE; 6];
            for (slot, vertex) in ring.iter_mut().zip(cell.vertexes()) {
                *slot = *numbers.entry(vertex).or_insert_with(|| {
                    let at = LatLng::from(vertex);
                    places.push(Coord { x: round_deg(at.lng()), y: round_deg(at.lat()) });
                    around.push([NONE; 3]);
                    places.len() as u32 - 1
                });
                if let Some(free) = around[*slot as usize].iter_mut().find(|t| **t == NONE) {
                    *free = tile;
                }
            }
            let last = ring.iter().rposition(|&c| c != NONE).unwrap_or(0);
            let repeated = ring[last];
            ring[last..].fill(repeated);
            corners.push(ring);
        }
        let across = |tile: TileIx, a: u32, b: u32| {
            let both = around[a as usize].iter().find(|t| **t != tile && around[b as usize].contains(t));
            both.copied().filter(|_| a != b).unwrap_or(NONE)
        };
        let sides =
            |(tile, ring): (TileIx, &[u32; 6])| std::array::from_fn(|i| across(tile, ring[i], ring[(i + 1) % 6]));
        let beyond = (0..).zip(&corners).map(sides).collect();
        Self { cells, corners, beyond, places }
    }

    /// By tile.
    pub fn cells(&self) -> &[CellIndex] {
        &self.cells
    }

    /// The union of `tiles` (each given once): exterior rings counter-clockwise, holes clockwise
    /// (RFC 7946, 3.1.6), one polygon for each part that hangs together.
    pub fn outline(&self, tiles: impl IntoIterator<Item = TileIx> + Clone) -> MultiPolygon<f64> {
        let Sides { mut next, starts, parts } = self.sides(tiles);
        let (mut outer, mut holes) = (vec![None; parts], vec![Vec::new(); parts]);
        for (start, part) in starts {
            if next[start as usize] == NONE {
                continue;
            }
            let ring = self.ring(start, &mut next);
            if counter_clockwise(&ring) { outer[part] = Some(ring) } else { holes[part].push(ring) }
        }
        outer.into_iter().zip(holes).filter_map(|(outer, holes)| Some(Polygon::new(outer?, holes))).collect()
    }

    /// Floods one part of the set after another, and takes down the sides where it ends.
    fn sides(&self, tiles: impl IntoIterator<Item = TileIx> + Clone) -> Sides {
        let mut kinds = vec![Kind::Outside; self.cells.len()];
        tiles.clone().into_iter().for_each(|t| kinds[t as usize] = Kind::Unmet);
        let mut sides = Sides { next: vec![NONE; self.places.len()], starts: Vec::new(), parts: 0 };
        let mut open = Vec::new();
        for tile in tiles {
            if kinds[tile as usize] != Kind::Unmet {
                continue;
            }
            kinds[tile as usize] = Kind::Met;
            open.push(tile);
            while let Some(tile) = open.pop() {
                for (i, &other) in self.beyond[tile as usize].iter().enumerate() {
                    match kinds.get_mut(other as usize) {
                        Some(kind @ Kind::Unmet) => {
                            *kind = Kind::Met;
                            open.push(other);
                        }
                        Some(Kind::Met) => {}
                        Some(Kind::Outside) | None => {
                            let [from, to] = [i, (i + 1) % 6].map(|i| self.corners[tile as usize][i]);
                            if from != to {
                                sides.next[from as usize] = to;
                                sides.starts.push((from, sides.parts));
                            }
                        }
                    }
                }
            }
            sides.parts += 1;
        }
        sides
    }

    /// The closed ring through `start`; its sides are taken out of `next`.
    fn ring(&self, start: u32, next: &mut [u32]) -> LineString<f64> {
        let mut ring = vec![self.places[start as usize]];
        let mut at = start;
        while next[at as usize] != NONE {
            at = std::mem::replace(&mut next[at as usize], NONE);
            ring.push(self.places[at as usize]);
        }
        LineString::new(ring)
    }
}

/// By the shoelace sum around the first vertex.
fn counter_clockwise(ring: &LineString<f64>) -> bool {
    let o = ring.0[0];
    let twice: f64 = ring.0.windows(2).map(|w| (w[0] - o, w[1] - o)).map(|(a, b)| a.x * b.y - b.x * a.y).sum();
    twice > 0.0
}

#[cfg(test)]
mod tests;
