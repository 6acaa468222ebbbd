//! `xunge import zones`.

use clap::Args;

use crate::{import::boundaries::GeoJsonOptions, kernel::crs::Datum};

/// Which properties of a zone file mean what.
#[derive(Debug, Args)]
pub struct Fields {
    /// GeoJSON: the property that holds the code
    #[arg(long, value_name = "FIELD", default_value = "code")]
    code_field: String,
    /// GeoJSON: the property that holds the name
    #[arg(long, value_name = "FIELD", default_value = "name")]
    name_field: String,
    /// GeoJSON: the property that holds the Chinese name
    #[arg(long, value_name = "FIELD", default_value = "name_zh")]
    name_zh_field: String,
    /// GeoJSON: wgs84, cgcs2000, gcj02 or bd09
    #[arg(long, default_value = "wgs84")]
    pub datum: Datum,
}

impl Fields {
    pub fn options(&self) -> GeoJsonOptions {
        GeoJsonOptions {
            code_field: self.code_field.clone(),
            name_field: self.name_field.clone(),
            name_zh_field: Some(self.name_zh_field.clone()),
            parent_field: None,
            priority_field: None,
            datum: self.datum,
        }
    }
}
