//! Layers: what map clients draw, each said once in a file of its own (zones beside their word): what it
//! is, its properties, and its rows for a window, a moment and what is asked of it alone. The native
//! routes answer with all of a layer as GeoJSON; `ogc` pages and filters, `tiles` draws the same rows. Reads
//! only.
//!
//! A new layer is a file here, and its arms in [`Layer`].

mod answer;
mod areas;
mod blind_spots;
mod coverage;
mod disruptions;
mod incidents;
mod native;
mod roads;
mod squads;
mod standing;

pub use native::{export, router};
pub use standing::Touched;
use uuid::Uuid;

use super::{squads::Whereabouts, zones};
use crate::{
    api::words as word_list,
    base::{BBox, Code, Error, LngLat, Result, Timestamp, words},
    ctx::Ctx,
    domain::{
        areas::Level,
        auth::Sight,
        coverage::Basis,
        layers::{About, Rows, bbox_of, shifted},
        lists::Power,
        responsibility::audit::BlindSpot,
        squads::Profile,
        zones::plan::Revision,
    },
    kernel::{crs::Datum, tile::ZOOM_MAX},
};

words! {
    /// What can be drawn.
    Layer {
        Counties = "counties",
        Townships = "townships",
        Villages = "villages",
        Grids = "grids",
        SpecialAreas = "special_areas",
        Squads = "squads",
        Incidents = "incidents",
        Coverage = "coverage",
        Roads = "roads",
        Disruptions = "disruptions",
        Zones = "zones",
        ZoneBorders = "zone_borders",
        BlindSpots = "blind_spots",
    }
}

/// A layer in words.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    pub title: &'static str,
    pub title_zh: &'static str,
    pub description: &'static str,
}

/// Which rows of a layer; what is not for it is not looked at.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// Those that meet it.
    pub window: Option<BBox>,
    /// Of coverage those whose centre lies in the window.
    pub by_centre: bool,
    /// Coverage, squads, roads, disruptions, zones and blind spots: now when not given.
    pub at: Option<Timestamp>,
    /// Incidents reported at or after, and before.
    pub reported: [Option<Timestamp>; 2],
    pub classes: Option<String>,
    pub minutes: Option<u32>,
    pub basis: Option<Basis>,
    pub profile: Option<Profile>,
    pub squads: Option<String>,
    pub plan: Option<Uuid>,
    pub revision: Option<Revision>,
    pub layer: Option<String>,
    /// Blind spots: only of this kind, over this matter, of this kind of power.
    pub kind: Option<BlindSpot>,
    pub matter: Option<Code>,
    pub power: Option<Power>,
    /// In which they are shown.
    pub datum: Datum,
    /// Of incidents and squads those that the caller sees.
    pub sight: Sight,
}

impl Ask {
    fn zones(&self) -> Result<zones::Ask> {
        let layers: Vec<Code> = word_list(self.layer.as_deref().unwrap_or(""))?;
        Ok(zones::Ask { plan: self.plan, revision: self.revision, layers, at: self.at })
    }

    fn meets(&self, bbox: &BBox) -> bool {
        self.window.is_none_or(|w| w.intersects(bbox))
    }
}

impl Layer {
    pub const ALL: [Self; 13] = [
        Self::Counties,
        Self::Townships,
        Self::Villages,
        Self::Grids,
        Self::SpecialAreas,
        Self::Squads,
        Self::Incidents,
        Self::Coverage,
        Self::Roads,
        Self::Disruptions,
        Self::Zones,
        Self::ZoneBorders,
        Self::BlindSpots,
    ];

    pub fn words(self) -> Words {
        let words = |title, title_zh, description| Words { title, title_zh, description };
        match self {
            Self::Counties => words("Counties", "县", "counties"),
            Self::Townships => words("Townships", "乡镇", "townships, the unit of jurisdiction"),
            Self::Villages => words("Villages", "村", "villages"),
            Self::Grids => words("Grids", "网格", "unit grids"),
            Self::SpecialAreas => words("Special areas", "特殊区域", "special areas, which lie over townships"),
            Self::Squads => words("Squads", "执法队", "squads at their last fresh position, else at their post; ?at="),
            Self::Incidents => words("Incidents", "案件", "hot incidents, the newest 50,000; ?bbox="),
            Self::Coverage => {
                words("Coverage", "覆盖", "H3 cells with the best response; ?minutes=&basis=&at=&profile=&squads=")
            }
            Self::Roads => words(
                "Roads",
                "道路",
                "roads for cars as OSM draws them, and whether they are closed now; ?classes=trunk,primary,…&at=",
            ),
            Self::Disruptions => words("Disruptions", "道路中断", "roads that are closed or slow now; ?at="),
            Self::Zones => words(
                "Patrol zones",
                "巡区",
                "patrol zones in force, or of a plan; ?layer=enforcement,…&at= or ?plan=&layer=&revision=",
            ),
            Self::ZoneBorders => {
                words("Borders of patrol zones", "巡区边界", "borders between them, each once; the same questions")
            }
            Self::BlindSpots => words(
                "Blind spots of powers",
                "权责盲区",
                "where powers have holes, as the audit finds them; ?kind=no_lead&matter=&power=&at=",
            ),
        }
    }

    /// The zooms at which it is drawn in tiles.
    ///
    /// # Errors
    /// `NotFound` for squads, where they are is in no tile; and for blind spots, which any report may change.
    pub fn zooms(self) -> Result<(u8, u8)> {
        let from = match self {
            Self::Squads | Self::BlindSpots => return Err(Error::not_found("tiles of", self.as_str())),
            Self::Counties => 0,
            Self::Townships | Self::SpecialAreas | Self::Zones | Self::ZoneBorders => 4,
            Self::Roads | Self::Disruptions => 4,
            Self::Incidents => 6,
            Self::Villages => 7,
            Self::Grids | Self::Coverage => 8,
        };
        Ok((from, ZOOM_MAX))
    }

    /// Whether it shows records that not everybody sees.
    pub fn is_scoped(self) -> bool {
        matches!(self, Self::Squads | Self::Incidents)
    }

    /// Whether its rows in a window are found without a look at the others.
    pub fn is_found_by_window(self) -> bool {
        matches!(self, Self::Incidents | Self::Roads)
    }

    pub fn about(self) -> &'static dyn About {
        match self {
            Self::Counties | Self::Townships | Self::Villages | Self::Grids => &areas::AREAS,
            Self::SpecialAreas => &areas::SPECIAL,
            Self::Squads => &squads::SQUADS,
            Self::Incidents => &incidents::INCIDENTS,
            Self::Coverage => &coverage::CELLS,
            Self::Roads => &roads::ROADS,
            Self::Disruptions => &disruptions::DISRUPTIONS,
            Self::Zones => &zones::ZONES,
            Self::ZoneBorders => &zones::BORDERS,
            Self::BlindSpots => &blind_spots::SPOTS,
        }
    }

    pub async fn rows(self, ctx: &Ctx, ask: &Ask) -> Result<Box<dyn Rows>> {
        let rows = match self {
            Self::Counties => areas::rows(ctx, Level::County, ask),
            Self::Townships => areas::rows(ctx, Level::Township, ask),
            Self::Villages => areas::rows(ctx, Level::Village, ask),
            Self::Grids => areas::rows(ctx, Level::Grid, ask),
            Self::SpecialAreas => areas::special(ctx, ask),
            Self::Squads => squads::rows(ctx, ask),
            Self::Incidents => incidents::rows(ctx, ask),
            Self::Coverage => coverage::rows(ctx, ask).await?,
            Self::Roads => roads::rows(ctx, ask).await?,
            Self::Disruptions => disruptions::rows(ctx, ask).await?,
            Self::Zones => zones::zone_rows(ctx, ask.window, ask.zones()?).await?,
            Self::ZoneBorders => zones::border_rows(ctx, ask.window, ask.zones()?).await?,
            Self::BlindSpots => blind_spots::rows(ctx, ask).await?,
        };
        Ok(shifted(rows, ask.datum))
    }

    /// The box around all there is of it; `None` where that is nothing. Of what is derived, and of records
    /// that a caller sees in part, it is that of the areas.
    pub fn extent(self, ctx: &Ctx, sight: &Sight) -> Option<BBox> {
        let world = ctx.world();
        let level = match self {
            _ if self.is_scoped() && !sight.is_everything() => Level::Township,
            Self::Counties => Level::County,
            Self::Townships | Self::Coverage | Self::Zones | Self::ZoneBorders | Self::BlindSpots => Level::Township,
            Self::Villages => Level::Village,
            Self::Grids => Level::Grid,
            Self::SpecialAreas => Level::Special,
            Self::Incidents => return world.incidents.extent(),
            Self::Roads | Self::Disruptions => return world.roads.network()?.car().snapper.extent(),
            Self::Squads => {
                drop(world);
                return hull(Whereabouts::of(ctx, ctx.now()).wires(sight).map(|s| bbox_of(s.shown_at())));
            }
        };
        hull(world.areas.level(level).map(|(_, area)| area.bbox))
    }
}

fn hull(all: impl IntoIterator<Item = BBox>) -> Option<BBox> {
    let corners = |b: BBox| [LngLat { lng: b.west, lat: b.south }, LngLat { lng: b.east, lat: b.north }];
    BBox::around(all.into_iter().flat_map(corners))
}
