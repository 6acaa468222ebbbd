//! The base map: what is drawn of the ground beneath our own layers, and the tiles cut from it when roads are
//! imported. It says where one is and changes with the next import alone.

mod cut;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use geo::{BoundingRect, Geometry};
use serde_json::{Value as Json, json};

pub use self::cut::tiles;
use super::layers::{Column, Kind, Shape, Source, Value};
use crate::{
    base::{BBox, words},
    kernel::tile::world,
};

/// The zoom of its deepest tiles, which maps enlarge: a unit is 60 cm at the equator.
pub const DEEPEST: u8 = 14;
/// An area comes in at the zoom at which its box is so wide, pixels of 512 to a tile.
const AREA_PX: f64 = 6.0;

words! {
    /// A layer of its tiles, from the ground up.
    GroundLayer {
        Land = "land",
        BuiltUp = "built_up",
        Wood = "wood",
        Park = "park",
        Water = "water",
        Waterway = "waterway",
        Building = "building",
        Railway = "railway",
        Road = "road",
        Poi = "poi",
        Place = "place",
    }
}

/// What something on the ground is, and from which zoom on it is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class {
    pub layer: GroundLayer,
    pub class: &'static str,
    /// Of places and points of interest: the least comes first.
    pub rank: Option<u8>,
    pub minzoom: u8,
}

/// What it is called; a road's number too.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    pub name: Option<String>,
    pub name_zh: Option<String>,
    pub name_en: Option<String>,
    pub number: Option<String>,
}

/// Something on the ground.
#[derive(Debug, Clone, PartialEq)]
pub struct Ground {
    /// Unlike any other's of its layer.
    pub id: u64,
    pub class: Class,
    pub names: Option<Box<Names>>,
    pub shape: Geometry<f64>,
}

impl Ground {
    /// An area is drawn from that zoom on at which something of it can be seen.
    pub fn new(id: u64, class: Class, names: Option<Box<Names>>, shape: Geometry<f64>) -> Self {
        let is_area = matches!(shape, Geometry::Polygon(_) | Geometry::MultiPolygon(_));
        let seen = if is_area { seen_from(bbox(&shape)) } else { 0 };
        let class = Class { minzoom: class.minzoom.max(seen).min(DEEPEST), ..class };
        Self { id, class, names, shape }
    }

    fn text(&self, of: fn(&Names) -> &Option<String>) -> Value<'_> {
        let said = self.names.as_deref().and_then(|names| of(names).as_deref());
        said.map_or(Value::Null, |said| Value::Text(said.into()))
    }
}

fn bbox(shape: &Geometry<f64>) -> BBox {
    let around = shape.bounding_rect().map(|r| [r.min(), r.max()].map(Into::into));
    let nowhere = BBox { west: f64::INFINITY, south: f64::INFINITY, east: f64::NEG_INFINITY, north: f64::NEG_INFINITY };
    around.and_then(BBox::around).unwrap_or(nowhere)
}

/// The first zoom at which a box is [`AREA_PX`] wide or high.
fn seen_from(bbox: BBox) -> u8 {
    let [a, b] = bbox.corners().map(world);
    let wide = (b[0] - a[0]).abs().max((b[1] - a[1]).abs());
    (AREA_PX / 512.0 / wide).log2().ceil().clamp(0.0, DEEPEST.into()) as u8
}

/// How it is told in tiles, in each layer; what is not known is not told.
static SOURCE: Source<Arc<Ground>> = Source {
    shape: Shape::Polygons,
    columns: &[
        Column::new("class", "Class", Kind::Text, |g| Value::Text(g.class.class.into())),
        Column::new("name", "Name", Kind::Text, |g| g.text(|n| &n.name)),
        Column::new("name_zh", "Chinese name", Kind::Text, |g| g.text(|n| &n.name_zh)),
        Column::new("name_en", "English name", Kind::Text, |g| g.text(|n| &n.name_en)),
        Column::new("ref", "Number of a road", Kind::Text, |g| g.text(|n| &n.number)),
        Column::new("rank", "The least comes first", Kind::Whole, |g| {
            g.class.rank.map_or(Value::Null, |rank| Value::Whole(rank.into()))
        }),
    ],
    id: |g| g.id.to_string(),
    bbox: |g| bbox(&g.shape),
    geometry: |g| g.shape.clone(),
    newest: None,
};

/// The box around all that is drawn.
pub fn extent(all: &[Arc<Ground>]) -> Option<BBox> {
    let drawn = all.iter().filter(|g| g.class.layer != GroundLayer::Land);
    BBox::around(drawn.flat_map(|g| bbox(&g.shape).corners()))
}

/// Which layers there are, from which zoom on, with which properties, as TileJSON's `vector_layers`.
pub fn vector_layers(all: &[Arc<Ground>]) -> Json {
    let mut found: BTreeMap<&str, (u8, BTreeSet<usize>)> = BTreeMap::new();
    for ground in all {
        let (least, told) = found.entry(ground.class.layer.as_str()).or_insert((DEEPEST, BTreeSet::new()));
        *least = ground.class.minzoom.min(*least);
        told.extend((0..SOURCE.columns.len()).filter(|i| SOURCE.columns[*i].of(ground) != Value::Null));
    }
    let field = |i: usize| {
        let property = SOURCE.columns[i].about();
        (property.name.to_owned(), json!(if property.kind == Kind::Whole { "Number" } else { "String" }))
    };
    let layer = |(id, (minzoom, told)): (&str, (u8, BTreeSet<usize>))| {
        let fields: serde_json::Map<_, _> = told.into_iter().map(field).collect();
        json!({ "id": id, "minzoom": minzoom, "maxzoom": DEEPEST, "fields": fields })
    };
    found.into_iter().map(layer).collect()
}

#[cfg(test)]
mod tests;
