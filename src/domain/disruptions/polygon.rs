//! A polygon on the map, as GeoJSON comes from drawing programs.

use geo::{Intersects, LineString, MultiPolygon, Polygon as GeoPolygon};
use serde::{Deserialize, Serialize};

use super::Elevation;
use crate::{
    base::{Error, LngLat, Result, Vertex},
    domain::roads::Network,
    kernel::{
        graph::{LinkIx, Part},
        shape,
    },
};

const VERTICES_MAX: usize = 10_000;

/// Closed rings of longitude and latitude; the first one is the outline, the others are holes.
type Rings = Vec<Vec<[f64; 2]>>;

/// A GeoJSON polygon, or several; told as what it is, without a Feature around it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(from = "Sent")]
#[schema(value_type = Sent)]
pub struct Polygon(Shape);

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type")]
enum Shape {
    Polygon {
        coordinates: Rings,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        spare: Vec<Elevation>,
    },
    MultiPolygon {
        coordinates: Vec<Rings>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        spare: Vec<Elevation>,
    },
}

/// A GeoJSON polygon, or several, or a Feature of one. Heights are left out, rings may turn either way.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type")]
#[schema(as = SentPolygon)]
pub enum Sent {
    Polygon {
        /// Closed rings of longitude and latitude; the first one is the outline, the others are holes.
        #[schema(value_type = Vec<Vec<[f64; 2]>>)]
        coordinates: Vec<Vec<Vertex>>,
        /// Roads above or below the ground that stay as they are; none when not given
        #[serde(default)]
        spare: Vec<Elevation>,
    },
    MultiPolygon {
        /// The rings of each.
        #[schema(value_type = Vec<Vec<Vec<[f64; 2]>>>)]
        coordinates: Vec<Vec<Vec<Vertex>>>,
        /// Roads above or below the ground that stay as they are; none when not given
        #[serde(default)]
        spare: Vec<Elevation>,
    },
    /// As drawing programs write it; its properties are left out.
    Feature {
        #[schema(no_recursion)]
        geometry: Box<Sent>,
    },
}

impl From<Sent> for Polygon {
    fn from(sent: Sent) -> Self {
        let ring = |ring: Vec<Vertex>| ring.into_iter().map(|v| v.0).collect();
        let rings = |all: Vec<Vec<Vertex>>| all.into_iter().map(ring).collect();
        match sent {
            Sent::Polygon { coordinates, spare } => Self::new(rings(coordinates), spare),
            Sent::MultiPolygon { coordinates, spare } => {
                Self(Shape::MultiPolygon { coordinates: coordinates.into_iter().map(rings).collect(), spare })
            }
            Sent::Feature { geometry } => (*geometry).into(),
        }
    }
}

impl Polygon {
    pub fn new(coordinates: Vec<Vec<[f64; 2]>>, spare: Vec<Elevation>) -> Self {
        Self(Shape::Polygon { coordinates, spare })
    }

    fn polygons(&self) -> &[Rings] {
        match &self.0 {
            Shape::Polygon { coordinates, .. } => std::slice::from_ref(coordinates),
            Shape::MultiPolygon { coordinates, .. } => coordinates,
        }
    }

    fn spares(&self, elevation: Elevation) -> bool {
        let (Shape::Polygon { spare, .. } | Shape::MultiPolygon { spare, .. }) = &self.0;
        spare.contains(&elevation)
    }

    pub(super) fn places(&self) -> impl Iterator<Item = LngLat> + '_ {
        self.polygons().iter().flatten().flatten().map(|&[lng, lat]| LngLat { lng, lat })
    }

    /// Whether it means the link, whatever it is to spare.
    pub(super) fn meets(&self, shape: &MultiPolygon<f64>, network: &Network, link: LinkIx) -> bool {
        let graph = &network.car().graph;
        let spared = |p: &Part| match p.level {
            0 => false,
            1.. => self.spares(Elevation::Above),
            _ => self.spares(Elevation::Below),
        };
        let meets =
            |p: &Part| graph.part_shape(link, p).map(geo::Coord::from).collect::<LineString<f64>>().intersects(shape);
        graph.parts(link).iter().any(|p| !spared(p) && meets(p))
    }

    pub fn shape(&self) -> MultiPolygon<f64> {
        self.polygons().iter().map(shape_of).collect()
    }

    /// Refuses what is no polygon on the earth.
    pub fn check(&self) -> Result<()> {
        let refuse = |why: String| Err(Error::invalid("place.polygon", why));
        let vertices: usize = self.polygons().iter().flatten().map(Vec::len).sum();
        if vertices > VERTICES_MAX {
            return refuse(format!("{vertices} vertices are more than {VERTICES_MAX}"));
        }
        self.places().try_for_each(|p| LngLat::new(p.lng, p.lat).map(drop))?;
        let none = self.polygons().is_empty().then(Rings::new);
        let whole = |rings: &Rings| shape::polygon(lines(rings).collect()).map(drop);
        self.polygons().iter().chain(&none).try_for_each(whole).or_else(refuse)
    }
}

fn lines(rings: &Rings) -> impl Iterator<Item = LineString<f64>> {
    rings.iter().map(|ring| ring.iter().map(|&[x, y]| (x, y)).collect())
}

fn shape_of(rings: &Rings) -> GeoPolygon<f64> {
    let mut lines = lines(rings);
    let outline = lines.next().unwrap_or_else(|| LineString::new(Vec::new()));
    GeoPolygon::new(outline, lines.collect())
}
