//! A layer drawn on the Web Mercator map, from which tiles are cut as Mapbox Vector Tiles 2.1.
//!
//! Each border is weighed once for all zooms, so that neighbours never part and a tile costs what it shows.
//! What is smaller than a unit of the tile is left out.

use std::collections::HashSet;

use fast_mvt::{MvtCoord, MvtError, MvtGeomType, MvtLayerBuilder, MvtValueRef};
use geo::{Geometry, LineString};
use rstar::{AABB, RTree, primitives::GeomWithData, primitives::Rectangle};
use sha2::{Digest, Sha256};

use super::{Rows, Value};
use crate::{
    base::{Error, Result},
    kernel::{
        simplify::{self, Path, Weighed},
        tile::{EXTENT, Tile, Window, World, ZOOM_MAX, clip_line, clip_ring, world},
        topology::knot,
    },
};

/// Above the deepest zoom a vertex goes that moves its line by less: half a pixel of 512 to a tile.
const TOLERANCE_UNITS: f64 = 4.0;
/// From this zoom on every point is shown; before, the first of those within a pixel.
const ALL_POINTS_ZOOM: u8 = 12;
/// A pixel of 512 to a tile.
const PIXEL_BITS: u32 = 3;
/// Numbers that JavaScript keeps.
const ID_BITS: u32 = 53;

/// A line or ring.
type Stroke = Vec<Weighed>;

/// What a row shows: points, lines, or the rings of polygons, outlines first.
#[derive(Debug)]
enum Drawn {
    Point(World),
    Lines(Vec<Stroke>),
    Polygons(Vec<Vec<Stroke>>),
}

/// What of it a tile shows, in its units.
enum Cut {
    Point(MvtCoord),
    Lines(Vec<Vec<MvtCoord>>),
    /// With whether each is an outline.
    Rings(Vec<(Vec<MvtCoord>, bool)>),
}

/// Rows with their box on the world's square.
type Entry = GeomWithData<Rectangle<World>, u32>;

/// Rows of a layer, drawn.
#[derive(Debug)]
pub struct Sheet {
    rows: Box<dyn Rows>,
    drawn: Vec<Drawn>,
    index: RTree<Entry>,
    /// The zoom at which every vertex is shown; maps enlarge its tiles.
    deepest: u8,
}

impl Sheet {
    pub fn new(rows: Box<dyn Rows>) -> Self {
        Self::down_to(ZOOM_MAX, rows)
    }

    /// The same where no tile is deeper than that zoom.
    pub fn down_to(deepest: u8, rows: Box<dyn Rows>) -> Self {
        let shapes: Vec<_> = (0..rows.len()).map(|row| rows.geometry(row)).collect();
        let mut paths = Vec::new();
        for shape in &shapes {
            each_stroke(shape, &mut |line, ring| {
                paths.push(Path { knots: line.0.iter().map(|c| knot(*c)).collect(), ring });
            });
        }
        let mut strokes = simplify::weigh(&paths).into_iter();
        let drawn: Vec<Drawn> = shapes.iter().map(|shape| draw(shape, &mut strokes)).collect();
        let boxed = |(row, drawn): (u32, &Drawn)| {
            let places: Vec<World> = drawn.places().collect();
            (!places.is_empty()).then(|| {
                let around: AABB<World> = AABB::from_points(&places);
                Entry::new(Rectangle::from_corners(around.lower(), around.upper()), row)
            })
        };
        let index = RTree::bulk_load((0..).zip(&drawn).filter_map(boxed).collect());
        Self { rows, drawn, index, deepest }
    }

    /// About what it takes of memory: its rows as large as what is drawn of them.
    pub fn bytes(&self) -> usize {
        let vertices: usize = self.drawn.iter().map(|d| d.places().count()).sum();
        2 * vertices * size_of::<Weighed>() + self.drawn.len() * 256
    }

    /// The tile as it travels, with one layer of this name; empty where it shows nothing.
    pub fn tile(&self, name: &str, tile: Tile) -> Result<Vec<u8>> {
        self.tile_of(name, tile, &|_| true)
    }

    /// The same with only those rows.
    pub fn tile_of(&self, name: &str, tile: Tile, shows: &dyn Fn(usize) -> bool) -> Result<Vec<u8>> {
        self.encode(name, tile, shows).map_err(Error::internal)
    }

    fn encode(&self, name: &str, tile: Tile, shows: &dyn Fn(usize) -> bool) -> Result<Vec<u8>, MvtError> {
        let properties = self.rows.about().properties();
        let tells_id = properties.iter().any(|p| p.name == "id");
        let mut layer = MvtLayerBuilder::new(name)?;
        let mut pixels = HashSet::new();
        for row in self.rows_in(tile).into_iter().filter(|row| shows(*row)) {
            let Some(cut) = self.drawn[row].cut(tile, self.deepest) else { continue };
            if let Cut::Point(at) = &cut
                && tile.zoom() < ALL_POINTS_ZOOM
                && !pixels.insert((at.x >> PIXEL_BITS, at.y >> PIXEL_BITS))
            {
                continue;
            }
            let mut feature = layer.feature_of(match &cut {
                Cut::Point(_) => MvtGeomType::Point,
                Cut::Lines(_) => MvtGeomType::LineString,
                Cut::Rings(_) => MvtGeomType::Polygon,
            });
            match cut {
                Cut::Point(at) => {
                    feature.points([at])?;
                }
                Cut::Lines(lines) => {
                    for line in lines {
                        feature.line(line)?;
                    }
                }
                Cut::Rings(rings) => {
                    for (ring, outer) in rings {
                        feature.ring(ring, outer)?;
                    }
                }
            }
            let id = self.rows.id(row);
            feature.id(Some(number(&id)));
            if !tells_id && number_of(&id).is_none() {
                feature.tag_ref("id", MvtValueRef::String(&id))?;
            }
            for (ix, property) in properties.iter().enumerate() {
                match self.rows.value(row, ix) {
                    Value::Null => continue,
                    Value::Flag(v) => feature.tag_ref(property.name, MvtValueRef::Bool(v))?,
                    Value::Whole(v) => feature.tag_auto_int(property.name, v)?,
                    Value::Number(v) => feature.tag_ref(property.name, MvtValueRef::Double(v))?,
                    Value::Text(v) => feature.tag_ref(property.name, MvtValueRef::String(&v))?,
                    Value::Time(v) => feature.tag_ref(property.name, MvtValueRef::String(&v.to_string()))?,
                    Value::List(v) => feature.tag_ref(property.name, MvtValueRef::String(&v.to_string()))?,
                };
            }
            layer = feature.end();
        }
        Ok(if layer.num_features() == 0 { Vec::new() } else { layer.encode() })
    }

    /// In their order.
    fn rows_in(&self, tile: Tile) -> Vec<usize> {
        let Window { low, high } = tile.window();
        let found = self.index.locate_in_envelope_intersecting(&AABB::from_corners(low, high));
        let mut rows: Vec<usize> = found.map(|entry| entry.data as usize).collect();
        rows.sort_unstable();
        rows
    }
}

/// The id of a feature, which a tile tells as a number: itself where it is one, else the first bits of its
/// SHA-256.
pub fn number(id: &str) -> u64 {
    number_of(id).unwrap_or_else(|| {
        let digest = Sha256::digest(id.as_bytes());
        digest[..8].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)) >> (64 - ID_BITS)
    })
}

fn number_of(id: &str) -> Option<u64> {
    id.parse().ok().filter(|n: &u64| *n < 1 << ID_BITS && id == n.to_string())
}

fn each_stroke(shape: &Geometry<f64>, act: &mut impl FnMut(&LineString<f64>, bool)) {
    match shape {
        Geometry::LineString(line) => act(line, false),
        Geometry::MultiLineString(lines) => lines.iter().for_each(|line| act(line, false)),
        Geometry::Polygon(p) => std::iter::once(p.exterior()).chain(p.interiors()).for_each(|ring| act(ring, true)),
        Geometry::MultiPolygon(all) => {
            all.iter()
                .flat_map(|p| std::iter::once(p.exterior()).chain(p.interiors()))
                .for_each(|ring| act(ring, true));
        }
        _ => {}
    }
}

/// Strokes come as [`each_stroke`] tells them.
fn draw(shape: &Geometry<f64>, strokes: &mut impl Iterator<Item = Stroke>) -> Drawn {
    let mut rings = |p: &geo::Polygon<f64>| strokes.by_ref().take(1 + p.interiors().len()).collect();
    match shape {
        Geometry::Point(p) => Drawn::Point(world(p.0.into())),
        Geometry::LineString(_) => Drawn::Lines(strokes.by_ref().take(1).collect()),
        Geometry::MultiLineString(lines) => Drawn::Lines(strokes.by_ref().take(lines.0.len()).collect()),
        Geometry::Polygon(p) => Drawn::Polygons(vec![rings(p)]),
        Geometry::MultiPolygon(all) => Drawn::Polygons(all.iter().map(rings).collect()),
        // No layer shows anything else: see `Shape`.
        _ => Drawn::Lines(Vec::new()),
    }
}

impl Drawn {
    fn places(&self) -> impl Iterator<Item = World> {
        let (point, strokes): (Option<World>, Vec<&Stroke>) = match self {
            Self::Point(at) => (Some(*at), Vec::new()),
            Self::Lines(lines) => (None, lines.iter().collect()),
            Self::Polygons(all) => (None, all.iter().flatten().collect()),
        };
        point.into_iter().chain(strokes.into_iter().flatten().map(|v| v.at))
    }

    fn cut(&self, tile: Tile, deepest: u8) -> Option<Cut> {
        let window = tile.window();
        match self {
            Self::Point(at) => Some(Cut::Point(coord(tile, *at))),
            Self::Lines(lines) => {
                let pieces = lines.iter().flat_map(|line| clip_line(&kept(line, tile, deepest), window));
                let pieces: Vec<_> = pieces.map(|p| in_units(tile, &p)).filter(|p| p.len() > 1).collect();
                (!pieces.is_empty()).then_some(Cut::Lines(pieces))
            }
            Self::Polygons(all) => {
                let mut rings = Vec::new();
                for polygon in all {
                    for (i, ring) in polygon.iter().enumerate() {
                        let mut ring = in_units(tile, &clip_ring(&kept(ring, tile, deepest), window));
                        if ring.len() > 1 && ring.first() == ring.last() {
                            ring.pop();
                        }
                        if ring.len() > 2 && has_area(&ring) {
                            rings.push((ring, i == 0));
                        } else if i == 0 {
                            // Its holes are no larger.
                            break;
                        }
                    }
                }
                (!rings.is_empty()).then_some(Cut::Rings(rings))
            }
        }
    }
}

/// What of a line or ring stays at the zoom of the tile.
fn kept(stroke: &Stroke, tile: Tile, deepest: u8) -> Vec<World> {
    if tile.zoom() == deepest {
        return stroke.iter().map(|v| v.at).collect();
    }
    let tolerance = TOLERANCE_UNITS / f64::from(EXTENT) / f64::from(1 << tile.zoom());
    stroke.iter().filter(|v| v.tolerance > tolerance).map(|v| v.at).collect()
}

fn coord(tile: Tile, at: World) -> MvtCoord {
    let [x, y] = tile.units(at);
    MvtCoord { x, y }
}

fn in_units(tile: Tile, line: &[World]) -> Vec<MvtCoord> {
    let mut line: Vec<MvtCoord> = line.iter().map(|at| coord(tile, *at)).collect();
    line.dedup();
    line
}

fn has_area(ring: &[MvtCoord]) -> bool {
    let next = ring.iter().cycle().skip(1);
    let cross = |(a, b): (&MvtCoord, &MvtCoord)| i64::from(a.x) * i64::from(b.y) - i64::from(a.y) * i64::from(b.x);
    ring.iter().zip(next).map(cross).sum::<i64>() != 0
}

#[cfg(test)]
mod tests;
