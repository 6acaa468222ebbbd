//! Places on the earth: WGS-84 degrees, longitude first.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Error, Result};

/// Mean earth radius, metres (IUGG R1).
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// To one decimal: how distances and durations are shown.
pub fn tenths(v: f64) -> f64 {
    (v * 10.0).round() / 10.0
}

/// What an error adds where a place `fits` once its axes are swapped.
pub fn swapped((lng, lat): (f64, f64), fits: impl FnOnce(LngLat) -> bool) -> &'static str {
    if LngLat::new(lat, lng).is_ok_and(fits) { "; are longitude and latitude swapped?" } else { "" }
}

/// Refuses an accuracy that says nothing.
pub fn check_accuracy(accuracy_m: Option<f64>) -> Result<()> {
    match accuracy_m {
        Some(a) if !a.is_finite() || !(0.0..=10_000.0).contains(&a) => {
            Err(Error::invalid("accuracy_m", format!("accuracy of {a} m is not within 0 to 10000 m")))
        }
        _ => Ok(()),
    }
}

/// A WGS-84 position in degrees; finite and inside ±180 / ±90 once built through [`LngLat::new`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct LngLat {
    pub lng: f64,
    pub lat: f64,
}

/// A position of GeoJSON that is read: longitude and latitude; a height is left out (RFC 7946, 3.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(try_from = "Vec<f64>")]
pub struct Vertex(pub [f64; 2]);

impl TryFrom<Vec<f64>> for Vertex {
    type Error = String;

    fn try_from(numbers: Vec<f64>) -> Result<Self, String> {
        match numbers[..] {
            [lng, lat, ..] => Ok(Self([lng, lat])),
            _ => Err(format!("a position of {} numbers: it has a longitude and a latitude", numbers.len())),
        }
    }
}

impl LngLat {
    pub fn new(lng: f64, lat: f64) -> Result<Self> {
        if !lng.is_finite() || !(-180.0..=180.0).contains(&lng) {
            return Err(Error::invalid("lng", format!("longitude {lng} is not within -180 to 180 degrees")));
        }
        if !lat.is_finite() || !(-90.0..=90.0).contains(&lat) {
            return Err(Error::invalid("lat", format!("latitude {lat} is not within -90 to 90 degrees")));
        }
        Ok(Self { lng, lat })
    }

    /// Great-circle distance in metres (haversine, mean earth radius).
    pub fn distance_m(self, other: Self) -> f64 {
        let (a, b) = (self.lat.to_radians(), other.lat.to_radians());
        let (dlat, dlng) = (b - a, (other.lng - self.lng).to_radians());
        let h = (dlat / 2.0).sin().powi(2) + a.cos() * b.cos() * (dlng / 2.0).sin().powi(2);
        2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
    }

    /// The place on the unit sphere: of two pairs of places the nearer one has the shorter chord.
    pub fn on_sphere(self) -> [f64; 3] {
        let (lng, lat) = (self.lng.to_radians(), self.lat.to_radians());
        [lat.cos() * lng.cos(), lat.cos() * lng.sin(), lat.sin()]
    }

    /// Metres east and north of `origin` on its tangent plane: exact to about a millimetre within
    /// one kilometre, good for comparing distances within tens of kilometres.
    pub fn local_m(self, origin: Self) -> [f64; 2] {
        let m_per_deg = EARTH_RADIUS_M.to_radians();
        let mid = ((self.lat + origin.lat) / 2.0).to_radians();
        [(self.lng - origin.lng) * m_per_deg * mid.cos(), (self.lat - origin.lat) * m_per_deg]
    }
}

impl fmt::Display for LngLat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.7},{:.7}", self.lng, self.lat)
    }
}

impl From<LngLat> for geo::Coord<f64> {
    fn from(p: LngLat) -> Self {
        geo::Coord { x: p.lng, y: p.lat }
    }
}

impl From<geo::Coord<f64>> for LngLat {
    fn from(c: geo::Coord<f64>) -> Self {
        Self { lng: c.x, lat: c.y }
    }
}

/// A box in degrees. Does not cross the antimeridian.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BBox {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

impl BBox {
    pub fn new(west: f64, south: f64, east: f64, north: f64) -> Result<Self> {
        let (a, b) = (LngLat::new(west, south)?, LngLat::new(east, north)?);
        if a.lng > b.lng || a.lat > b.lat {
            return Err(Error::invalid(
                "bbox",
                format!(
                    "bbox {west},{south},{east},{north} must be west,south,east,north with west <= east and south <= north"
                ),
            ));
        }
        Ok(Self { west, south, east, north })
    }

    /// The smallest box around `points`; `None` for no points.
    pub fn around(points: impl IntoIterator<Item = LngLat>) -> Option<Self> {
        points.into_iter().fold(None, |b: Option<Self>, p| {
            let b = b.unwrap_or(Self { west: p.lng, south: p.lat, east: p.lng, north: p.lat });
            Some(Self {
                west: b.west.min(p.lng),
                south: b.south.min(p.lat),
                east: b.east.max(p.lng),
                north: b.north.max(p.lat),
            })
        })
    }

    pub fn contains(&self, p: LngLat) -> bool {
        (self.west..=self.east).contains(&p.lng) && (self.south..=self.north).contains(&p.lat)
    }

    /// Great-circle metres to the place of the box that is nearest in degrees; 0 inside.
    pub fn distance_m(&self, p: LngLat) -> f64 {
        p.distance_m(LngLat { lng: p.lng.clamp(self.west, self.east), lat: p.lat.clamp(self.south, self.north) })
    }

    pub fn intersects(&self, o: &Self) -> bool {
        self.west <= o.east && o.west <= self.east && self.south <= o.north && o.south <= self.north
    }

    /// South-west and north-east.
    pub fn corners(&self) -> [LngLat; 2] {
        [LngLat { lng: self.west, lat: self.south }, LngLat { lng: self.east, lat: self.north }]
    }

    pub fn center(&self) -> LngLat {
        LngLat { lng: (self.west + self.east) / 2.0, lat: (self.south + self.north) / 2.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_matches_a_published_value() {
        // One degree of a meridian on the mean sphere is 111,195 m.
        let d = LngLat::new(0.0, 0.0).unwrap().distance_m(LngLat::new(0.0, 1.0).unwrap());
        assert!((d - 111_195.08).abs() < 0.1, "{d}");
    }

    #[test]
    fn out_of_range_places_are_refused_with_the_value() {
        let e = LngLat::new(181.0, 0.0).unwrap_err();
        assert!(e.detail.contains("181") && e.field.as_deref() == Some("lng"));
        assert!(LngLat::new(0.0, f64::NAN).is_err());
        assert!(BBox::new(2.0, 0.0, 1.0, 1.0).is_err());
    }

    #[test]
    fn a_box_is_as_far_as_its_nearest_side() {
        let b = BBox::new(10.0, 0.0, 11.0, 1.0).unwrap();
        for (lng, lat, far_m) in [(10.5, 0.5, 0.0), (10.0, 1.0, 0.0), (10.5, 2.0, 111_195.0), (9.0, 0.0, 111_195.0)] {
            let d = b.distance_m(LngLat::new(lng, lat).unwrap());
            assert!((d - far_m).abs() < 1.0, "{lng},{lat}: {d}");
        }
    }
}
