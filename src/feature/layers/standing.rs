//! When what was drawn of a layer is no longer so: where each change may show, and what follows from the
//! time alone.

use std::fmt::Write;

use uuid::Uuid;

use super::{Ask, Layer, coverage};
use crate::{
    base::{BBox, Result, Seq},
    change::Change,
    ctx::{Ctx, Shown, tiles::Stand},
    domain::{areas, assignments, demo, incidents, layers::bbox_of, lists, matters, officers, squads, units, zones},
};

/// Where a layer may look otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Touched {
    Everywhere,
    Within(BBox),
}

impl Touched {
    pub fn meets(self, window: Option<&BBox>) -> bool {
        match (self, window) {
            (Self::Within(bbox), Some(window)) => bbox.intersects(window),
            _ => true,
        }
    }
}

impl Layer {
    /// What will be shown at least by whoever asks from now on.
    pub async fn stand(self, ctx: &Ctx, ask: &Ask) -> Result<Stand> {
        let shown = ctx.feed.shown();
        let moment = self.moment(ctx, ask).await?;
        Ok(Stand { life: shown.life, seq: self.seq(&shown), moment })
    }

    /// The last change that its rows reflect. The roads are made beside the rest, and may lag behind it.
    pub fn seq(self, shown: &Shown) -> Seq {
        match self {
            Self::Roads | Self::Disruptions | Self::Coverage | Self::BlindSpots => shown.seq.min(shown.roads),
            _ => shown.seq,
        }
    }

    /// Whether what was drawn in a window would be drawn the same now.
    pub fn is_still(self, ctx: &Ctx, ask: &Ask, [was, now]: [&Stand; 2], window: Option<&BBox>) -> bool {
        if (was.life, &was.moment) != (now.life, &now.moment) {
            return false;
        }
        let touches = |change: &Change| self.touched(change, ask.plan).is_some_and(|touched| touched.meets(window));
        // Too much has happened to look at each.
        let since = ctx.feed.recent_after(was.seq);
        was.seq == now.seq || since.is_some_and(|since| !since.iter().any(|event| touches(&event.change)))
    }

    /// Where a change may show, while what is drawn is of that plan, or of what is in force.
    pub fn touched(self, change: &Change, drawn_plan: Option<Uuid>) -> Option<Touched> {
        if change.of::<areas::Change>().is_some() || change.of::<demo::Change>().is_some() {
            return Some(Touched::Everywhere);
        }
        let switches = match change.of() {
            Some(zones::Change::Plan { plan } | zones::Change::PlanEdited { plan, .. }) => {
                let of_zones = matches!(self, Self::Zones | Self::ZoneBorders);
                return (of_zones && drawn_plan == Some(*plan)).then_some(Touched::Everywhere);
            }
            Some(zones::Change::ZonesInForce { .. } | zones::Change::ZonesSwitched { .. }) => true,
            None => false,
        };
        let everywhere = match self {
            Self::Counties | Self::Townships | Self::Villages | Self::Grids | Self::SpecialAreas => false,
            Self::Squads => change.of::<squads::Change>().is_some() || switches,
            Self::Incidents => match change.of() {
                // It stays where it was reported.
                Some(incidents::Change::Incident { incident }) => return Some(Touched::Within(bbox_of(incident.at))),
                Some(incidents::Change::IncidentsImported { .. }) => true,
                Some(incidents::Change::ReporterRead { .. } | incidents::Change::Remark { .. }) | None => false,
            },
            Self::Roads | Self::Disruptions => change.shapes_roads(),
            // Who is sent somewhere is no longer available.
            Self::Coverage => {
                let squads = change.of::<squads::Change>().is_some();
                squads || change.of::<assignments::Change>().is_some() || change.shapes_roads() || switches
            }
            Self::Zones | Self::ZoneBorders => switches,
            // Any report may change them, as the first case of a delegated matter does.
            Self::BlindSpots => {
                let powers = change.of::<units::Change>().is_some() || change.of::<lists::Change>().is_some();
                let acts = change.of::<squads::Change>().is_some() || change.of::<officers::Change>().is_some();
                let cases = change.of::<matters::Change>().is_some() || change.of::<incidents::Change>().is_some();
                powers || acts || cases || change.shapes_roads()
            }
        };
        everywhere.then_some(Touched::Everywhere)
    }

    /// What of its rows follows from the time alone, and from positions: as long as it is the same text, they
    /// differ by changes only.
    pub async fn moment(self, ctx: &Ctx, ask: &Ask) -> Result<String> {
        let at = ask.at.unwrap_or_else(|| ctx.now());
        let mut told = String::new();
        match self {
            Self::Counties | Self::Townships | Self::Villages | Self::Grids => {}
            Self::SpecialAreas | Self::Squads | Self::BlindSpots => {}
            // What becomes history leaves it.
            Self::Incidents => told = ctx.world().incidents.since().to_string(),
            Self::Roads => {
                let scene = ctx.view(at).await?.scene;
                let _ = write!(told, "{:?} {:?}", scene.slot, scene.disruptions);
            }
            Self::Disruptions => {
                let traffic = ctx.world().traffic()?;
                traffic.disruptions().active(at).for_each(|d| told += &d.id.to_string());
            }
            Self::Coverage => told = coverage::moment(ctx, ask).await?,
            Self::Zones | Self::ZoneBorders if ask.plan.is_some() => {}
            Self::Zones | Self::ZoneBorders => {
                let zones = ctx.world().zones.clone();
                zones.in_force(at).for_each(|here| told += &here.entry.id.to_string());
            }
        }
        Ok(told)
    }
}
