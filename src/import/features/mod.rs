//! What a file of areas or zones holds: features in degrees, whether it is GeoJSON, a shapefile, also zipped, or
//! a GeoPackage.

mod document;
mod geopackage;
mod projection;
mod shapefile;

use std::fmt::Display;

use geojson::Feature;

use self::{projection::Projection, shapefile::Parts};
use super::{Source, text};
use crate::base::{Error, Result};

/// A shapefile begins so.
const SHAPEFILE: [u8; 4] = [0, 0, 0x27, 0x0a];
const ZIP: &[u8] = b"PK";
/// A GeoPackage, as any SQLite file, begins so.
pub const GEOPACKAGE: &[u8] = b"SQLite format 3\0";

/// Whether a file is one of these, and no table.
pub fn is_drawn(bytes: &[u8]) -> bool {
    let is_json = bytes.iter().find(|b| !b.is_ascii_whitespace() && !b"\xef\xbb\xbf\x1e".contains(b)) == Some(&b'{');
    is_json || [GEOPACKAGE, ZIP, &SHAPEFILE].iter().any(|start| bytes.starts_with(start))
}

#[derive(Debug)]
pub struct Features {
    /// The file's, as refusals show it.
    pub name: String,
    pub features: Vec<Feature>,
    /// What deserves a look.
    pub told: Vec<String>,
}

impl Features {
    /// `crs` is the EPSG code of a system that the file does not tell itself, or tells wrong.
    ///
    /// # Errors
    /// A file that is none of these or is damaged, by what it is instead, and numbers that contradict its system.
    pub fn read(input: Source<'_>, crs: Option<u16>) -> Result<Self> {
        let said = |e: String| input.refused(e);
        let projection = crs.map(Projection::of_epsg).transpose().map_err(|e| Error::invalid("crs", e))?;
        let bytes = input.read()?;
        let parts = match input {
            Source::Path(path) if bytes.starts_with(&SHAPEFILE) => Some(Parts::beside(path, bytes.to_vec())),
            _ if bytes.starts_with(ZIP) && Parts::are_in(&bytes) => Some(Parts::in_zip(&bytes)),
            _ => None,
        };
        let (features, told) = match parts {
            Some(parts) => parts.and_then(|parts| parts.features(projection.as_ref())).map_err(said)?,
            None => {
                let read = text::decode(&bytes).map_err(said)?;
                let features = document::features(&read.text, projection.as_ref()).map_err(said)?;
                let foreign = (read.encoding != "UTF-8").then(|| format!("the file was read as {}", read.encoding));
                (features, foreign.into_iter().collect())
            }
        };
        Ok(Self { name: input.name(), features, told })
    }

    /// The refusal of the whole file.
    pub fn refused(&self, reason: impl Display) -> Error {
        Error::invalid("file", format!("{}: {reason}", self.name))
    }
}
