//! What lies beneath the layers of the page.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::store::basemap::{Key, TileAddress};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Map {
    pub base: Base,
    /// What a map service wants to be named by.
    pub attribution: String,
    /// Of a map service. No file says it, and it is written nowhere.
    #[serde(skip)]
    pub key: Key,
}

/// Where the base map comes from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Base {
    /// The extract that the roads in force were read from.
    #[default]
    Extract,
    None,
    /// An archive of the operator's own.
    File(PathBuf),
    /// Pictures of a map service.
    Service(TileAddress),
}

impl TryFrom<String> for Base {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.as_str() {
            "extract" => Ok(Self::Extract),
            "none" => Ok(Self::None),
            address if address.contains("://") || address.contains('{') => address.parse().map(Self::Service),
            path if path.ends_with(".pmtiles") || path.ends_with(".mbtiles") => Ok(Self::File(text.into())),
            _ => Err(format!(
                "{text:?} is neither \"extract\", \"none\", a file that ends in .pmtiles or .mbtiles nor an address"
            )),
        }
    }
}

impl From<Base> for String {
    fn from(base: Base) -> Self {
        match base {
            Base::Extract => "extract".to_owned(),
            Base::None => "none".to_owned(),
            Base::File(path) => path.to_string_lossy().into_owned(),
            Base::Service(address) => address.to_string(),
        }
    }
}
