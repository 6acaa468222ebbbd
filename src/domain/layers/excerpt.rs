//! What of a layer is written into a file: some rows, some properties, and how shapes are told. Encoders read
//! this and nothing else.

use geo::{Coord, Geometry, MapCoords};

use super::{Kind, Property, Rows, Shape, Value};
use crate::kernel::epsg::Crs;

/// A column of a table: a property, or the id where no property that is shown tells it.
#[derive(Debug, Clone, Copy)]
pub struct Head {
    pub name: &'static str,
    pub kind: Kind,
    /// By its place among those of the layer.
    property: Option<usize>,
}

#[derive(Debug)]
pub struct Excerpt<'a> {
    pub name: &'a str,
    pub heads: Vec<Head>,
    /// In the order in which they are written.
    pub wanted: Vec<usize>,
    /// Without shapes where it is not said in which system they are.
    pub crs: Option<Crs>,
    rows: &'a dyn Rows,
}

impl<'a> Excerpt<'a> {
    /// These properties, by their places, of these rows.
    pub fn new(name: &'a str, rows: &'a dyn Rows, shown: &[usize], wanted: Vec<usize>, crs: Option<Crs>) -> Self {
        let properties = rows.about().properties();
        let mut heads: Vec<Head> = shown.iter().map(|ix| Head::of(properties[*ix], *ix)).collect();
        if heads.iter().all(|head| head.name != "id") {
            heads.insert(0, Head { name: "id", kind: Kind::Text, property: None });
        }
        Self { name, heads, wanted, crs, rows }
    }

    /// Everything of the first rows.
    pub fn whole(name: &'a str, rows: &'a dyn Rows, most: usize) -> Self {
        let shown: Vec<usize> = (0..rows.about().properties().len()).collect();
        Self::new(name, rows, &shown, (0..rows.len().min(most)).collect(), Some(Crs::Crs84))
    }

    pub fn shape(&self) -> Shape {
        self.rows.about().shape()
    }

    pub fn value(&self, row: usize, head: &Head) -> Value<'_> {
        match head.property {
            Some(property) => self.rows.value(row, property),
            None => Value::Text(self.rows.id(row).into()),
        }
    }

    /// What a row shows, with the axes in the order of the system's register; nothing where no shapes are wanted.
    pub fn geometry(&self, row: usize) -> Option<Geometry<f64>> {
        self.crs.map(|crs| told_in(self.rows.geometry(row), crs))
    }

    /// What a row shows, east before north, as files of shapes have it whatever the system's register says.
    pub fn eastward(&self, row: usize) -> Geometry<f64> {
        let crs = if self.crs == Some(Crs::Epsg3857) { Crs::Epsg3857 } else { Crs::Crs84 };
        told_in(self.rows.geometry(row), crs)
    }
}

impl Head {
    fn of(property: Property, ix: usize) -> Self {
        Self { name: property.name, kind: property.kind, property: Some(ix) }
    }
}

/// A shape of a layer in a system, with its axes.
pub fn told_in(shape: Geometry<f64>, crs: Crs) -> Geometry<f64> {
    match crs {
        Crs::Crs84 => shape,
        crs => shape.map_coords(|c| {
            let [x, y] = crs.from_wgs84(c.into());
            Coord { x, y }
        }),
    }
}
