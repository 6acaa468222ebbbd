//! What planners ask for.

use serde::{Deserialize, Serialize};

use super::plan::{LayerHead, TeamPlaces};
use crate::{
    base::{Code, LngLat},
    domain::disruptions::Polygon,
};

/// One edit of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = PlanCommand)]
pub enum Command {
    /// A new layer without zones.
    AddLayer {
        layer: LayerHead,
    },
    /// Another name, owner or mode of a layer.
    SetLayer {
        layer: LayerHead,
    },
    /// Takes away a layer without zones.
    RemoveLayer {
        layer: Code,
    },
    /// A new zone without atoms.
    CreateZone {
        layer: Code,
        zone: NewZone,
    },
    RenameZone {
        layer: Code,
        zone: Code,
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        name_zh: Option<String>,
    },
    /// `#` and six hexadecimal digits.
    RecolourZone {
        layer: Code,
        zone: Code,
        colour: String,
    },
    /// Its atoms are nobody's then.
    DeleteZone {
        layer: Code,
        zone: Code,
    },
    /// Atoms go to the zone.
    Assign {
        layer: Code,
        zone: Code,
        atoms: Vec<Code>,
        #[serde(default, skip_serializing_if = "How::is_plain")]
        how: How,
    },
    /// Atoms of the zone are taken from it.
    TakeAway {
        layer: Code,
        zone: Code,
        atoms: Vec<Code>,
    },
    /// The atoms whose middle lies under the brush go to the zone.
    Paint {
        layer: Code,
        zone: Code,
        brush: Brush,
        #[serde(default, skip_serializing_if = "How::is_plain")]
        how: How,
    },
    /// The atoms of the zone whose middle lies under the brush are taken from it.
    Erase {
        layer: Code,
        zone: Code,
        brush: Brush,
    },
    /// All atoms of a township or village go to the zone.
    TakeArea {
        layer: Code,
        zone: Code,
        area: Code,
        #[serde(default, skip_serializing_if = "How::is_plain")]
        how: How,
    },
    /// The atoms around the zone go to it.
    Grow {
        layer: Code,
        zone: Code,
        #[serde(default, skip_serializing_if = "How::is_plain")]
        how: How,
    },
    /// The largest part of the zone stays, what lies beyond the line becomes a zone of its own.
    Split {
        layer: Code,
        zone: Code,
        along: Along,
        into: NewZone,
    },
    /// Everything of the zone goes to another: atoms, squads and comments.
    Merge {
        layer: Code,
        zone: Code,
        into: Code,
    },
    LockZone {
        layer: Code,
        zone: Code,
        locked: bool,
    },
    LockAtoms {
        layer: Code,
        atoms: Vec<Code>,
        locked: bool,
    },
    LockLayer {
        layer: Code,
        locked: bool,
    },
    GiveSquad {
        layer: Code,
        zone: Code,
        squad: Code,
    },
    WithdrawSquad {
        layer: Code,
        zone: Code,
        squad: Code,
    },
    /// Where a squad of the zone waits; null: at its own post.
    MovePost {
        layer: Code,
        zone: Code,
        squad: Code,
        post: Option<LngLat>,
    },
    SetTeam {
        layer: Code,
        zone: Code,
        team: Vec<TeamPlaces>,
    },
    Comment {
        layer: Code,
        zone: Code,
        text: String,
    },
    /// A river or a road and the land on either side of it.
    AddCorridor {
        layer: Code,
        code: Code,
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        name_zh: Option<String>,
        along: Along,
        /// On each side, 1 to 5,000
        buffer_m: f64,
    },
    RemoveCorridor {
        layer: Code,
        code: Code,
    },
}

/// How atoms go to a zone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = AssignHow)]
pub struct How {
    /// They stay in the zones that hold them, too.
    pub also: bool,
    /// What is locked is passed over; else it refuses the edit.
    pub skip_locked: bool,
}

impl How {
    fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// A zone to be made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewZone {
    #[schema(example = "E07")]
    pub code: Code,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name_zh: Option<String>,
    /// `#` and six hexadecimal digits; chosen when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub colour: Option<String>,
}

/// What is painted with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Brush {
    Polygon(Polygon),
    Circle {
        centre: LngLat,
        /// Up to 50,000
        radius_m: f64,
    },
    /// A circle drawn along a line: one drag of a hand is one brush.
    Stroke {
        /// GeoJSON coordinates; one position is a dot.
        line: Vec<[f64; 2]>,
        /// Up to 50,000
        radius_m: f64,
    },
}

/// A line on the map.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AlongLine)]
pub enum Along {
    /// GeoJSON coordinates of a line.
    Line(Vec<[f64; 2]>),
    Lines(Vec<Vec<[f64; 2]>>),
    /// Every road of this name or number; in the area, where one is given.
    Road {
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, value_type = Option<String>)]
        area: Option<Code>,
    },
}
