//! Files of polygons, whatever their format.

use std::path::Path;

use clap::Args;

use crate::{
    base::{Error, Result},
    import::{Features, Source, features::GEOPACKAGE},
    store::geopackage,
};

/// What such a file may not say itself.
#[derive(Debug, Args)]
pub struct Drawing {
    /// The system of the coordinates, such as EPSG:4549, where the file says none or a wrong one
    #[arg(long, value_name = "EPSG:CODE", value_parser = epsg)]
    crs: Option<u16>,
    /// GeoPackage: the layer to read, where there are several
    #[arg(long, value_name = "NAME")]
    from_layer: Option<String>,
}

impl Drawing {
    /// The features of GeoJSON, of a shapefile, also zipped, or of a GeoPackage.
    pub async fn read(&self, file: &Path) -> Result<Features> {
        let input = Source::Path(file);
        if !input.read()?.starts_with(GEOPACKAGE) {
            return match &self.from_layer {
                Some(_) => Err(Error::invalid("from_layer", format!("{} is no GeoPackage", file.display()))),
                None => Features::read(input, self.crs),
            };
        }
        let layer = geopackage::read(file, self.from_layer.as_deref()).await?;
        Features::of_geopackage(input.name(), (layer.epsg, &layer.wkt), layer.rows, self.crs)
    }
}

fn epsg(text: &str) -> std::result::Result<u16, String> {
    let code = text.get(..5).filter(|start| start.eq_ignore_ascii_case("epsg:")).and_then(|_| text[5..].parse().ok());
    code.ok_or_else(|| format!("{text:?} is not like EPSG:4549"))
}
