//! Rows of layers as GeoJSON features, written straight from where they stand: nothing is made of them first.

use geo::{Coord, Geometry, LineString, MultiLineString, MultiPolygon, Polygon};
use geojson::Feature;
use serde::Serialize;

use crate::{
    base::{Error, Result},
    domain::layers::{Rows, excerpt::told_in},
    kernel::epsg::Crs,
};

/// How a collection begins whose features [`Shown::write_all`] writes.
pub const COLLECTION: &[u8] = br#"{"type":"FeatureCollection","features":"#;
/// Decimals that places in degrees have at most, as a power of ten.
const DECIMALS: u32 = 7;
const POWER: u64 = 10_u64.pow(DECIMALS);
/// Below it neighbouring floats lie closer than ten-millionths by far.
const SCALED_MAX: f64 = (1_u64 << 50) as f64;

/// What rows of a layer show: these of its properties, and their shapes in a system where they are wanted.
#[derive(Debug)]
pub struct Shown {
    /// By their places, with what stands before the value.
    properties: Vec<(usize, String)>,
    crs: Option<Crs>,
}

impl Shown {
    /// Properties are told by their places.
    pub fn new(rows: &dyn Rows, properties: &[usize], crs: Option<Crs>) -> Self {
        let all = rows.about().properties();
        let key = |(n, &ix): (usize, &usize)| (ix, format!("{}{:?}:", if n > 0 { "," } else { "" }, all[ix].name));
        Self { properties: properties.iter().enumerate().map(key).collect(), crs }
    }

    pub fn everything(rows: &dyn Rows) -> Self {
        let all: Vec<usize> = (0..rows.about().properties().len()).collect();
        Self::new(rows, &all, Some(Crs::Crs84))
    }

    /// A row to work with.
    pub fn feature(&self, rows: &dyn Rows, row: usize) -> Result<Feature> {
        let mut text = Vec::new();
        self.write(rows, row, &mut text)?;
        serde_json::from_slice(&text).map_err(Error::internal)
    }

    /// A row as it travels.
    pub fn write(&self, rows: &dyn Rows, row: usize, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(br#"{"type":"Feature","id":"#);
        json(out, &rows.id(row))?;
        out.extend_from_slice(br#","geometry":"#);
        match self.crs {
            Some(crs) => shape(out, &told_in(rows.geometry(row), crs))?,
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(br#","properties":{"#);
        for (ix, key) in &self.properties {
            out.extend_from_slice(key.as_bytes());
            json(out, &rows.value(row, *ix))?;
        }
        out.extend_from_slice(b"}}");
        Ok(())
    }

    /// Rows between brackets, and where each stands.
    pub fn write_all(
        &self,
        rows: &dyn Rows,
        wanted: impl IntoIterator<Item = usize>,
        out: &mut Vec<u8>,
    ) -> Result<Vec<std::ops::Range<usize>>> {
        let mut written = Vec::new();
        out.push(b'[');
        for row in wanted {
            if !written.is_empty() {
                out.push(b',');
            }
            let begin = out.len();
            self.write(rows, row, out)?;
            written.push(begin..out.len());
        }
        out.push(b']');
        Ok(written)
    }
}

fn json(out: &mut Vec<u8>, value: &impl Serialize) -> Result<()> {
    serde_json::to_writer(out, value).map_err(Error::internal)
}

fn shape(out: &mut Vec<u8>, shape: &Geometry<f64>) -> Result<()> {
    let kind = match shape {
        Geometry::Point(_) => "Point",
        Geometry::LineString(_) => "LineString",
        Geometry::MultiLineString(_) => "MultiLineString",
        Geometry::Polygon(_) => "Polygon",
        Geometry::MultiPolygon(_) => "MultiPolygon",
        // No layer shows others.
        other => return json(out, &geojson::GeometryValue::from(other)),
    };
    out.extend_from_slice(br#"{"type":""#);
    out.extend_from_slice(kind.as_bytes());
    out.extend_from_slice(br#"","coordinates":"#);
    match shape {
        Geometry::Point(p) => place(out, &p.0)?,
        Geometry::LineString(line) => places(out, line)?,
        Geometry::MultiLineString(MultiLineString(lines)) => list(out, lines, places)?,
        Geometry::Polygon(polygon) => rings(out, polygon)?,
        Geometry::MultiPolygon(MultiPolygon(parts)) => list(out, parts, rings)?,
        _ => {}
    }
    out.push(b'}');
    Ok(())
}

fn list<'a, T: 'a>(
    out: &mut Vec<u8>,
    all: impl IntoIterator<Item = &'a T>,
    one: impl Fn(&mut Vec<u8>, &T) -> Result<()>,
) -> Result<()> {
    out.push(b'[');
    for (n, of) in all.into_iter().enumerate() {
        if n > 0 {
            out.push(b',');
        }
        one(out, of)?;
    }
    out.push(b']');
    Ok(())
}

fn rings(out: &mut Vec<u8>, polygon: &Polygon<f64>) -> Result<()> {
    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
    list(out, rings.filter(|ring| !ring.0.is_empty()), places)
}

fn places(out: &mut Vec<u8>, line: &LineString<f64>) -> Result<()> {
    list(out, &line.0, place)
}

fn place(out: &mut Vec<u8>, at: &Coord<f64>) -> Result<()> {
    out.push(b'[');
    number(out, at.x)?;
    out.push(b',');
    number(out, at.y)?;
    out.push(b']');
    Ok(())
}

/// As serde_json writes it. What has no more decimals than degrees have here is the float next to a whole number of
/// ten-millionths (their quotient is rounded correctly), and no shorter text reads as that float.
fn number(out: &mut Vec<u8>, value: f64) -> Result<()> {
    let scaled = (value * POWER as f64).round();
    if scaled == 0.0 || scaled.abs() >= SCALED_MAX || scaled / POWER as f64 != value {
        return json(out, &value);
    }
    if value < 0.0 {
        out.push(b'-');
    }
    let scaled = scaled.abs() as u64;
    let (whole, decimals) = (scaled / POWER, scaled % POWER);
    if whole == 0 && decimals < 100 {
        // Written with an exponent.
        return json(out, &value.abs());
    }
    digits(out, whole, 1);
    out.push(b'.');
    digits(out, decimals, DECIMALS as usize);
    while out.ends_with(b"0") && !out.ends_with(b".0") {
        out.pop();
    }
    Ok(())
}

/// At least so many of them.
fn digits(out: &mut Vec<u8>, mut number: u64, least: usize) {
    let mut text = [b'0'; 20];
    let mut begin = text.len();
    while number > 0 || text.len() - begin < least {
        begin -= 1;
        text[begin] = b'0' + (number % 10) as u8;
        number /= 10;
    }
    out.extend_from_slice(&text[begin..]);
}

#[cfg(test)]
mod tests;
