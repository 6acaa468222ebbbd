//! Layers: what is drawn of one kind of thing, said once: its shape, its properties, and rows of it.
//!
//! A [`Source`] belongs to a layer and knows its items; who encodes, filters or pages reads [`Rows`] and
//! needs not know what they are of.

pub mod cql2;
pub mod excerpt;
pub mod filter;
pub mod ledger;
pub mod select;
mod shapes;
pub mod sheet;
mod shifted;
mod value;

use std::fmt;

use geo::Geometry;

pub use self::{
    shapes::{bbox_around, bbox_of, line, point, rounded},
    shifted::{ground_of, shifted, to_ground},
    value::{Kind, Value},
};
use crate::base::BBox;

/// What the things of a layer look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Point,
    Line,
    Lines,
    Polygon,
    Polygons,
}

/// A property of every thing in a layer.
#[derive(Debug, Clone, Copy)]
pub struct Property {
    pub name: &'static str,
    pub title: &'static str,
    pub kind: Kind,
}

/// A property, and how it is read off an item.
#[derive(Debug)]
pub struct Column<T> {
    property: Property,
    value: fn(&T) -> Value<'_>,
}

impl<T> Column<T> {
    pub const fn new(name: &'static str, title: &'static str, kind: Kind, value: fn(&T) -> Value<'_>) -> Self {
        Self { property: Property { name, title, kind }, value }
    }

    pub fn about(&self) -> Property {
        self.property
    }

    /// What it says of an item.
    pub fn of<'a>(&self, item: &'a T) -> Value<'a> {
        (self.value)(item)
    }
}

/// All there is to say of a layer.
#[derive(Debug)]
pub struct Source<T: 'static> {
    pub shape: Shape,
    pub columns: &'static [Column<T>],
    /// Unlike any other's.
    pub id: fn(&T) -> String,
    pub bbox: fn(&T) -> BBox,
    /// WGS-84, at most 7 decimals.
    pub geometry: fn(&T) -> Geometry<f64>,
    /// The property whose greatest comes first where nobody asks for an order; else things come by id.
    pub newest: Option<&'static str>,
}

/// What holds of a layer, whatever it is of.
pub trait About: fmt::Debug + Sync {
    fn shape(&self) -> Shape;
    fn properties(&self) -> Vec<Property>;
    fn newest(&self) -> Option<&'static str>;
}

impl<T: fmt::Debug> About for Source<T> {
    fn shape(&self) -> Shape {
        self.shape
    }

    fn properties(&self) -> Vec<Property> {
        self.columns.iter().map(|c| c.property).collect()
    }

    fn newest(&self) -> Option<&'static str> {
        self.newest
    }
}

/// Things of a layer, each read when it is asked for.
pub trait Rows: fmt::Debug + Send + Sync {
    fn about(&self) -> &'static dyn About;
    /// Whether they stand as they come where nobody asks for an order.
    fn is_in_order(&self) -> bool;
    fn len(&self) -> usize;
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    fn id(&self, row: usize) -> String;
    fn bbox(&self, row: usize) -> BBox;
    fn geometry(&self, row: usize) -> Geometry<f64>;
    /// By the place of the property among those of the layer.
    fn value(&self, row: usize, property: usize) -> Value<'_>;
}

/// What holds items, each found by its place.
pub trait Shelf<T>: fmt::Debug + Send + Sync {
    fn size(&self) -> usize;
    fn at(&self, place: usize) -> &T;
}

impl<T: fmt::Debug + Send + Sync> Shelf<T> for Vec<T> {
    fn size(&self) -> usize {
        self.len()
    }

    fn at(&self, place: usize) -> &T {
        &self[place]
    }
}

#[derive(Debug)]
struct Items<T: 'static, S> {
    source: &'static Source<T>,
    items: S,
    in_order: bool,
}

impl<T: fmt::Debug + Send + Sync> Source<T> {
    /// These items as rows, in this order.
    pub fn rows(&'static self, items: Vec<T>) -> Box<dyn Rows> {
        Box::new(Items { source: self, items, in_order: false })
    }

    /// Items that stand as they come where nobody asks for an order: a page is found without a look at the others.
    pub fn in_order(&'static self, items: impl Shelf<T> + 'static) -> Box<dyn Rows> {
        Box::new(Items { source: self, items, in_order: true })
    }
}

impl<T: fmt::Debug + Send + Sync, S: Shelf<T>> Rows for Items<T, S> {
    fn about(&self) -> &'static dyn About {
        self.source
    }

    fn is_in_order(&self) -> bool {
        self.in_order
    }

    fn len(&self) -> usize {
        self.items.size()
    }

    fn id(&self, row: usize) -> String {
        (self.source.id)(self.items.at(row))
    }

    fn bbox(&self, row: usize) -> BBox {
        (self.source.bbox)(self.items.at(row))
    }

    fn geometry(&self, row: usize) -> Geometry<f64> {
        (self.source.geometry)(self.items.at(row))
    }

    fn value(&self, row: usize, property: usize) -> Value<'_> {
        (self.source.columns[property].value)(self.items.at(row))
    }
}
