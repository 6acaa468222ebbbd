//! Coordinate reference systems that map clients ask for, by their EPSG codes, and the way from and to
//! WGS-84. The axes are in the order that the register gives them: latitude first in 4326 and 4490.

use std::f64::consts::PI;

use super::shape::{WGS84_A_M, round_deg};
use xunge_base::{Error, LngLat, Result};

/// Where web Mercator ends: its map is square.
pub const MERCATOR_LAT_MAX: f64 = 85.051_128_779_806_6;
/// Half the width of that map, metres.
pub const MERCATOR_MAX_M: f64 = PI * WGS84_A_M;

/// A system that places are read and shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Crs {
    /// WGS-84, longitude first.
    #[default]
    Crs84,
    /// WGS-84, latitude first.
    Epsg4326,
    /// Web Mercator, metres.
    Epsg3857,
    /// CGCS2000, latitude first; taken as equal to WGS-84.
    Epsg4490,
}

impl Crs {
    pub const ALL: [Self; 4] = [Self::Crs84, Self::Epsg4326, Self::Epsg3857, Self::Epsg4490];

    pub fn uri(self) -> &'static str {
        match self {
            Self::Crs84 => "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
            Self::Epsg4326 => "http://www.opengis.net/def/crs/EPSG/0/4326",
            Self::Epsg3857 => "http://www.opengis.net/def/crs/EPSG/0/3857",
            Self::Epsg4490 => "http://www.opengis.net/def/crs/EPSG/0/4490",
        }
    }

    /// By its URI, also in brackets, or by a short name such as `EPSG:4326`.
    pub fn named(parameter: &str, name: &str) -> Result<Self> {
        let plain = name.trim().trim_start_matches('[').trim_end_matches(']');
        let short = |crs: &Self| match crs {
            Self::Crs84 => plain.eq_ignore_ascii_case("OGC:CRS84"),
            other => {
                let code = other.uri().rsplit('/').next().unwrap_or_default();
                plain.to_ascii_uppercase().strip_prefix("EPSG:").is_some_and(|given| given == code)
            }
        };
        let found = Self::ALL.into_iter().find(|crs| crs.uri() == plain || short(crs));
        found.ok_or_else(|| {
            let known = Self::ALL.map(Self::uri).join(", ");
            Error::invalid(parameter, format!("{name:?} is not one of {known}"))
        })
    }

    /// From the two coordinates in the order of the system.
    pub fn to_wgs84(self, [x, y]: [f64; 2]) -> Result<LngLat> {
        match self {
            Self::Crs84 => LngLat::new(x, y),
            Self::Epsg4326 | Self::Epsg4490 => LngLat::new(y, x),
            Self::Epsg3857 => {
                // What the square's own corners lose to rounding is forgiven.
                let limit_m = MERCATOR_MAX_M + 0.01;
                if !(x.abs() <= limit_m && y.abs() <= limit_m) {
                    let text = format!("{x},{y} lies outside web Mercator, {MERCATOR_MAX_M:.2} m to each side");
                    return Err(Error::invalid("crs", text));
                }
                Ok(from_mercator([x, y]))
            }
        }
    }

    /// The two coordinates in the order of the system, degrees to 7 decimals, metres to 3.
    pub fn from_wgs84(self, p: LngLat) -> [f64; 2] {
        match self {
            Self::Crs84 => [p.lng, p.lat].map(round_deg),
            Self::Epsg4326 | Self::Epsg4490 => [p.lat, p.lng].map(round_deg),
            Self::Epsg3857 => to_mercator(p).map(|m| (m * 1e3).round() / 1e3),
        }
    }
}

/// Metres east and north in web Mercator (EPSG method 1024); beyond its ends the pole's is that of the end.
pub fn to_mercator(p: LngLat) -> [f64; 2] {
    let lat = p.lat.clamp(-MERCATOR_LAT_MAX, MERCATOR_LAT_MAX).to_radians();
    [p.lng.to_radians() * WGS84_A_M, lat.tan().asinh() * WGS84_A_M]
}

/// The place of such metres.
pub fn from_mercator([x, y]: [f64; 2]) -> LngLat {
    let lng = (x / WGS84_A_M).to_degrees().clamp(-180.0, 180.0);
    LngLat { lng, lat: (y / WGS84_A_M).sinh().atan().to_degrees() }
}

#[cfg(test)]
mod tests;
