//! Tiles of the Web Mercator map (EPSG:3857, scheme XYZ), and what of lines and rings lies in one.
//!
//! The world is a square: 0,0 is its north-west corner, 1,1 its south-east one. At zoom `z` it is cut into
//! 2^z by 2^z tiles, each of 4096 by 4096 units.

use std::f64::consts::{PI, TAU};

use xunge_base::{BBox, Error, LngLat, Result};

/// Units along each side of a tile.
pub const EXTENT: u32 = 4096;
/// Units beyond each side that a tile shows as well, so that what is drawn wide has no seams.
pub const BUFFER: u32 = 64;
/// The deepest zoom of our tiles: a unit is 15 cm at the equator, and maps enlarge them from there.
pub const ZOOM_MAX: u8 = 16;
/// Where the square ends, degrees.
const LAT_MAX: f64 = 85.051_128_779_806_59;

/// A place on the world's square.
pub type World = [f64; 2];

/// Spherical Mercator (Snyder 1987, equations 7-1 and 7-2), scaled to the square. Nearer to the poles than
/// 85.05 degrees is its edge.
pub fn world(p: LngLat) -> World {
    let lat = p.lat.clamp(-LAT_MAX, LAT_MAX).to_radians();
    [(p.lng + 180.0) / 360.0, 0.5 - lat.tan().asinh() / TAU]
}

pub fn degrees([x, y]: World) -> LngLat {
    LngLat { lng: (x * 360.0 - 180.0).clamp(-180.0, 180.0), lat: (PI * (1.0 - 2.0 * y)).sinh().atan().to_degrees() }
}

/// A window on the world's square: its north-west and south-east corners.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    pub low: World,
    pub high: World,
}

/// One square of the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    z: u8,
    x: u32,
    y: u32,
}

impl Tile {
    /// # Errors
    /// `Invalid` where there is no such tile.
    pub fn new(z: u8, x: u32, y: u32) -> Result<Self> {
        Self::down_to(ZOOM_MAX, z, x, y)
    }

    /// The same of tiles that are not ours, and go down to another zoom, at most 30.
    ///
    /// # Errors
    /// `Invalid` where there is no such tile.
    pub fn down_to(deepest: u8, z: u8, x: u32, y: u32) -> Result<Self> {
        if z > deepest {
            return Err(Error::invalid("z", format!("zoom {z} is not within 0 to {deepest}")));
        }
        let last = (1 << z) - 1;
        for (name, at) in [("x", x), ("y", y)] {
            if at > last {
                return Err(Error::invalid(name, format!("{at} is not within 0 to {last}, as at zoom {z}")));
            }
        }
        Ok(Self { z, x, y })
    }

    /// The one that holds a place.
    pub fn holding(z: u8, at: World) -> Result<Self> {
        let last = f64::from((1 << z) - 1);
        let [x, y] = at.map(|at| (at * f64::from(1 << z)).clamp(0.0, last) as u32);
        Self::new(z, x, y)
    }

    pub fn zoom(self) -> u8 {
        self.z
    }

    /// Zoom, column and row.
    pub fn zxy(self) -> (u8, u32, u32) {
        (self.z, self.x, self.y)
    }

    /// The four of the next zoom that it is made of.
    pub fn parts(self) -> [Self; 4] {
        let (z, x, y) = (self.z + 1, 2 * self.x, 2 * self.y);
        [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)].map(|(x, y)| Self { z, x, y })
    }

    /// The one at a lesser zoom that it is a part of.
    pub fn part_of(self, z: u8) -> Self {
        let up = self.z.saturating_sub(z);
        Self { z: self.z - up, x: self.x >> up, y: self.y >> up }
    }

    /// How wide a unit is on the world's square.
    fn unit(self) -> f64 {
        1.0 / f64::from(EXTENT) / f64::from(1 << self.z)
    }

    /// What it shows, its buffer included.
    pub fn window(self) -> Window {
        let (side, beyond) = (1.0 / f64::from(1 << self.z), f64::from(BUFFER) * self.unit());
        let low = [self.x, self.y].map(|at| f64::from(at) * side - beyond);
        Window { low, high: low.map(|at| at + side + 2.0 * beyond) }
    }

    /// [`Tile::window`] in degrees.
    pub fn bbox(self) -> BBox {
        let Window { low, high } = self.window();
        let ([west, north], [east, south]) = ([low[0], low[1].max(0.0)], [high[0], high[1].min(1.0)]);
        let (low, high) = (degrees([west, south]), degrees([east, north]));
        BBox { west: low.lng, south: low.lat, east: high.lng, north: high.lat }
    }

    /// A place in units from its north-west corner.
    pub fn units(self, [x, y]: World) -> [i32; 2] {
        let at = |at: f64, tile: u32| (at / self.unit() - f64::from(tile) * f64::from(EXTENT)).round() as i32;
        [at(x, self.x), at(y, self.y)]
    }
}

/// The pieces of a line in a window, as Liang and Barsky (1984) clip its segments.
pub fn clip_line(line: &[World], window: Window) -> Vec<Vec<World>> {
    let mut pieces: Vec<Vec<World>> = Vec::new();
    for pair in line.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let Some([enters, leaves]) = within(a, b, window) else { continue };
        let at = |t: f64| [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
        let from = if enters == 0.0 { a } else { at(enters) };
        match pieces.last_mut() {
            Some(piece) if piece.last() == Some(&from) => {}
            _ => pieces.push(vec![from]),
        }
        pieces.last_mut().into_iter().for_each(|p| p.push(if leaves == 1.0 { b } else { at(leaves) }));
    }
    pieces
}

/// Between which shares of its length a segment lies in a window.
fn within(a: World, b: World, window: Window) -> Option<[f64; 2]> {
    let (mut enters, mut leaves) = (0.0f64, 1.0f64);
    for i in 0..2 {
        let along = b[i] - a[i];
        if along == 0.0 {
            if a[i] < window.low[i] || a[i] > window.high[i] {
                return None;
            }
            continue;
        }
        let ends = [(window.low[i] - a[i]) / along, (window.high[i] - a[i]) / along];
        enters = enters.max(ends[0].min(ends[1]));
        leaves = leaves.min(ends[0].max(ends[1]));
    }
    (enters <= leaves).then_some([enters, leaves])
}

/// The part of a ring in a window, open, as Sutherland and Hodgman (1974) clip it: where it leaves the window
/// and comes back, the part runs along the window's edge, outside of what a tile without buffer shows.
pub fn clip_ring(ring: &[World], window: Window) -> Vec<World> {
    let mut kept = ring.to_vec();
    if kept.first() == kept.last() {
        kept.pop();
    }
    for (i, edge, inward) in
        [(0, window.low[0], 1.0), (0, window.high[0], -1.0), (1, window.low[1], 1.0), (1, window.high[1], -1.0)]
    {
        let inside = |p: &World| (p[i] - edge) * inward >= 0.0;
        let Some(mut before) = kept.last().copied() else { break };
        let mut next = Vec::with_capacity(kept.len() + 4);
        for p in kept {
            if inside(&p) != inside(&before) {
                let t = (edge - before[i]) / (p[i] - before[i]);
                let mut cut = [before[0] + t * (p[0] - before[0]), before[1] + t * (p[1] - before[1])];
                cut[i] = edge;
                next.push(cut);
            }
            if inside(&p) {
                next.push(p);
            }
            before = p;
        }
        kept = next;
    }
    kept
}

#[cfg(test)]
mod tests;
