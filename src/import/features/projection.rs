//! Projected coordinates to degrees: by the WKT of a shapefile's `.prj`, or by an EPSG code.
//!
//! Only systems on WGS-84's ellipsoid, or GRS 80's, which CGCS2000 has, too: from an older datum (Beijing 1954,
//! Xian 1980) to these one needs parameters that each region keeps to itself.

use geo::Coord;
use proj4rs::{Proj, transform::transform};

/// Half of the axis of WGS-84 and GRS 80.
const AXIS_M: f64 = 6_378_137.0;
/// A place so far from the meridian of its zone is in another one.
const ZONE_DEG: f64 = 10.0;

/// From metres, feet or degrees of one system to degrees.
#[derive(Debug)]
pub struct Projection {
    from: Proj,
    to: Proj,
    name: String,
}

impl Projection {
    /// # Errors
    /// Why the text is no system that is understood, or why its datum can't be turned into WGS-84.
    pub fn of_wkt(wkt: &str) -> Result<Self, String> {
        let name = wkt.split('"').nth(1).unwrap_or("a system without a name").to_owned();
        let text = proj4wkt::wkt_to_projstring(wkt).map_err(|e| format!("{name:?} is not understood: {e}"))?;
        Self::new(Proj::from_proj_string(&text), name)
    }

    /// # Errors
    /// As [`of_wkt`](Self::of_wkt).
    pub fn of_epsg(code: u16) -> Result<Self, String> {
        Self::new(Proj::from_epsg_code(code), format!("EPSG:{code}"))
    }

    fn new(from: proj4rs::errors::Result<Proj>, name: String) -> Result<Self, String> {
        let from = from.map_err(|e| format!("{name:?} is not understood: {e}"))?;
        let (axis_m, _) = from.ellipse_parameters();
        if (axis_m - AXIS_M).abs() > 1.0 {
            return Err(format!(
                "{name:?} has a datum older than WGS-84 and CGCS2000, which lies some hundred metres off: convert the file \
                 with your region's parameters first"
            ));
        }
        let to = Proj::from_proj_string("+proj=longlat +ellps=WGS84 +no_defs").map_err(|e| e.to_string())?;
        Ok(Self { from, to, name })
    }

    /// # Errors
    /// Numbers that contradict the system: degrees in one of metres, or a zone's number where the system has none.
    pub fn degrees(&self, at: Coord<f64>) -> Result<Coord<f64>, String> {
        let Coord { x, y } = at;
        if self.from.is_latlong() {
            return Ok(at);
        }
        if x.abs() <= 180.0 && y.abs() <= 90.0 {
            return Err(format!("{x},{y} is in degrees, and the file says {:?}", self.name));
        }
        let mut point = (x, y, 0.0);
        let lost = || {
            format!(
                "{x},{y} lies far outside of {:?}: is the number of another zone in its eastings, or missing from them?",
                self.name
            )
        };
        transform(&self.from, &self.to, &mut point).map_err(|_| lost())?;
        let (lng, lat) = (point.0.to_degrees(), point.1.to_degrees());
        let of_zone = !self.from.projname().ends_with("tmerc")
            || (lng - self.from.longitude_of_origin().to_degrees()).abs() <= ZONE_DEG;
        if lng.is_finite() && lat.is_finite() && of_zone { Ok(Coord { x: lng, y: lat }) } else { Err(lost()) }
    }
}
