//! The four datums of Chinese map data, as types, and their way to WGS-84 and back.
//!
//! Everything inside is WGS-84. CGCS2000 agrees with it to a few centimetres and is taken as equal.
//! GCJ-02 (AMap, Tencent) shifts points inside a box around China by up to about 700 m; BD-09
//! (Baidu) shifts GCJ-02 once more, everywhere.
//!
//! The formulas are the published ones of the public *eviltransform* / *ChinaCoord* descriptions
//! (<https://github.com/googollee/eviltransform>). Both inverses are solved by fixed-point
//! iteration to below a millimetre. At the edge of the box an inverse has two branches (shifted
//! from inside, or never shifted): both are tried, and the shifted one wins when both fit.

use std::{f64::consts::PI, fmt, str::FromStr};

use xunge_base::{BBox, Error, LngLat, Result};

use crate::shape::round_deg;

/// Inside this box GCJ-02 differs from WGS-84; outside they are equal.
pub const CHINA: BBox = BBox { west: 72.004, south: 0.8293, east: 137.8347, north: 55.8271 };

/// Semi-major axis, metres, and squared eccentricity of the Krasovsky 1940 ellipsoid, which GCJ-02 uses.
const KRASOVSKY_A_M: f64 = 6_378_245.0;
const KRASOVSKY_EE: f64 = 0.006_693_421_622_965_943;
/// BD-09's own angular unit.
const BD_RAD: f64 = PI * 3000.0 / 180.0;

/// A place in WGS-84.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wgs84(pub LngLat);
/// A place in CGCS2000, the national datum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cgcs2000(pub LngLat);
/// A place in GCJ-02, as AMap and Tencent give it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gcj02(pub LngLat);
/// A place in BD-09, as Baidu gives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bd09(pub LngLat);

impl From<Cgcs2000> for Wgs84 {
    fn from(p: Cgcs2000) -> Self {
        Self(p.0)
    }
}

impl From<Wgs84> for Cgcs2000 {
    fn from(p: Wgs84) -> Self {
        Self(p.0)
    }
}

impl From<Wgs84> for Gcj02 {
    fn from(Wgs84(p): Wgs84) -> Self {
        Self(if CHINA.contains(p) { add(p, gcj_shift(p)) } else { p })
    }
}

impl From<Gcj02> for Wgs84 {
    fn from(Gcj02(p): Gcj02) -> Self {
        let unshifted = invert(p, |q| add(q, gcj_shift(q)));
        Self(if CHINA.contains(unshifted) {
            unshifted
        } else if !CHINA.contains(p) {
            p
        } else {
            // No point of the plane is sent here (a gap just inside the edge): the nearest inside.
            clamp(unshifted)
        })
    }
}

impl From<Gcj02> for Bd09 {
    fn from(Gcj02(p): Gcj02) -> Self {
        Self(bd_forward(p))
    }
}

impl From<Bd09> for Gcj02 {
    fn from(Bd09(p): Bd09) -> Self {
        Self(invert(p, bd_forward))
    }
}

impl From<Wgs84> for Bd09 {
    fn from(p: Wgs84) -> Self {
        Gcj02::from(p).into()
    }
}

impl From<Bd09> for Wgs84 {
    fn from(p: Bd09) -> Self {
        Gcj02::from(p).into()
    }
}

/// Which datum a caller's coordinates are in. Text forms: `wgs84`, `cgcs2000`, `gcj02`, `bd09`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Datum {
    #[default]
    Wgs84,
    Cgcs2000,
    Gcj02,
    Bd09,
}

impl Datum {
    pub const ALL: [Self; 4] = [Self::Wgs84, Self::Cgcs2000, Self::Gcj02, Self::Bd09];

    /// `p`, given in this datum, in WGS-84.
    pub fn to_wgs84(self, p: LngLat) -> LngLat {
        match self {
            Self::Wgs84 => p,
            Self::Cgcs2000 => Wgs84::from(Cgcs2000(p)).0,
            Self::Gcj02 => Wgs84::from(Gcj02(p)).0,
            Self::Bd09 => Wgs84::from(Bd09(p)).0,
        }
    }

    /// The WGS-84 place `p` in this datum.
    pub fn from_wgs84(self, p: LngLat) -> LngLat {
        match self {
            Self::Wgs84 => p,
            Self::Cgcs2000 => Cgcs2000::from(Wgs84(p)).0,
            Self::Gcj02 => Gcj02::from(Wgs84(p)).0,
            Self::Bd09 => Bd09::from(Wgs84(p)).0,
        }
    }

    /// The WGS-84 place `p` in this datum as it is told: seven decimals at most.
    pub fn tell(self, p: LngLat) -> LngLat {
        let LngLat { lng, lat } = self.from_wgs84(p);
        LngLat { lng: round_deg(lng), lat: round_deg(lat) }
    }

    /// Whether places in it are where they are in WGS-84.
    pub fn is_wgs84(self) -> bool {
        matches!(self, Self::Wgs84 | Self::Cgcs2000)
    }

    /// What an answer says of it: nothing of WGS-84.
    pub fn told(self) -> Option<&'static str> {
        (self != Self::Wgs84).then(|| self.as_str())
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wgs84 => "wgs84",
            Self::Cgcs2000 => "cgcs2000",
            Self::Gcj02 => "gcj02",
            Self::Bd09 => "bd09",
        }
    }
}

impl fmt::Display for Datum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Datum {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|d| d.as_str() == s).ok_or_else(|| {
            Error::invalid("datum", format!("unknown datum {s:?}; known are wgs84, cgcs2000, gcj02 and bd09"))
        })
    }
}

/// GCJ-02 minus WGS-84 at `p`, degrees, as if `p` were inside the box.
fn gcj_shift(p: LngLat) -> [f64; 2] {
    let (x, y) = (p.lng - 105.0, p.lat - 35.0);
    let wave = |t: f64, a: f64, f: f64| a * (t * f * PI).sin();
    let common = wave(x, 20.0, 6.0) + wave(x, 20.0, 2.0);
    let lat = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * x.abs().sqrt()
        + (common
            + wave(y, 20.0, 1.0)
            + wave(y, 40.0, 1.0 / 3.0)
            + wave(y, 160.0, 1.0 / 12.0)
            + wave(y, 320.0, 1.0 / 30.0))
            * 2.0
            / 3.0;
    let lng = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * x.abs().sqrt()
        + (common
            + wave(x, 20.0, 1.0)
            + wave(x, 40.0, 1.0 / 3.0)
            + wave(x, 150.0, 1.0 / 12.0)
            + wave(x, 300.0, 1.0 / 30.0))
            * 2.0
            / 3.0;
    // Metres to degrees by the meridian and the prime-vertical radius of curvature.
    let (sin, cos) = p.lat.to_radians().sin_cos();
    let w = 1.0 - KRASOVSKY_EE * sin * sin;
    let meridian_m = KRASOVSKY_A_M * (1.0 - KRASOVSKY_EE) / (w * w.sqrt());
    let parallel_m = KRASOVSKY_A_M / w.sqrt() * cos;
    [(lng / parallel_m).to_degrees(), (lat / meridian_m).to_degrees()]
}

fn bd_forward(p: LngLat) -> LngLat {
    let z = p.lng.hypot(p.lat) + 0.00002 * (p.lat * BD_RAD).sin();
    let theta = p.lat.atan2(p.lng) + 0.000_003 * (p.lng * BD_RAD).cos();
    LngLat { lng: z * theta.cos() + 0.0065, lat: z * theta.sin() + 0.006 }
}

/// The `q` with `forward(q) = target`, for a forward map that is a small, slowly changing shift.
fn invert(target: LngLat, forward: impl Fn(LngLat) -> LngLat) -> LngLat {
    let mut q = target;
    for _ in 0..30 {
        let got = forward(q);
        let step = [target.lng - got.lng, target.lat - got.lat];
        q = add(q, step);
        if step[0].abs().max(step[1].abs()) < 1e-11 {
            break;
        }
    }
    q
}

fn add(p: LngLat, d: [f64; 2]) -> LngLat {
    LngLat { lng: p.lng + d[0], lat: p.lat + d[1] }
}

fn clamp(p: LngLat) -> LngLat {
    LngLat { lng: p.lng.clamp(CHINA.west, CHINA.east), lat: p.lat.clamp(CHINA.south, CHINA.north) }
}

#[cfg(test)]
mod tests;
