//! The place of a road in the hierarchy of its map.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use xunge_base::{Error, Result};

/// The road's place in the OSM `highway` hierarchy, ferries beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoadClass {
    Motorway,
    MotorwayLink,
    Trunk,
    TrunkLink,
    Primary,
    PrimaryLink,
    Secondary,
    SecondaryLink,
    Tertiary,
    TertiaryLink,
    Unclassified,
    Residential,
    LivingStreet,
    Service,
    Track,
    Path,
    Ferry,
}

impl RoadClass {
    pub const ALL: [Self; 17] = [
        Self::Motorway,
        Self::MotorwayLink,
        Self::Trunk,
        Self::TrunkLink,
        Self::Primary,
        Self::PrimaryLink,
        Self::Secondary,
        Self::SecondaryLink,
        Self::Tertiary,
        Self::TertiaryLink,
        Self::Unclassified,
        Self::Residential,
        Self::LivingStreet,
        Self::Service,
        Self::Track,
        Self::Path,
        Self::Ferry,
    ];

    /// The road that a link belongs to; any other class is its own.
    pub fn road(self) -> Self {
        match self {
            Self::MotorwayLink => Self::Motorway,
            Self::TrunkLink => Self::Trunk,
            Self::PrimaryLink => Self::Primary,
            Self::SecondaryLink => Self::Secondary,
            Self::TertiaryLink => Self::Tertiary,
            other => other,
        }
    }

    /// OSM's words for all of them.
    pub const NAMES: [&'static str; Self::ALL.len()] = {
        let mut names = [""; Self::ALL.len()];
        let mut i = 0;
        while i < names.len() {
            names[i] = Self::ALL[i].name();
            i += 1;
        }
        names
    };

    /// OSM's word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Motorway => "motorway",
            Self::MotorwayLink => "motorway_link",
            Self::Trunk => "trunk",
            Self::TrunkLink => "trunk_link",
            Self::Primary => "primary",
            Self::PrimaryLink => "primary_link",
            Self::Secondary => "secondary",
            Self::SecondaryLink => "secondary_link",
            Self::Tertiary => "tertiary",
            Self::TertiaryLink => "tertiary_link",
            Self::Unclassified => "unclassified",
            Self::Residential => "residential",
            Self::LivingStreet => "living_street",
            Self::Service => "service",
            Self::Track => "track",
            Self::Path => "path",
            Self::Ferry => "ferry",
        }
    }
}

impl FromStr for RoadClass {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|c| c.name() == name);
        found.ok_or_else(|| Error::invalid("class", format!("{name:?} is not a road class such as primary or service")))
    }
}
