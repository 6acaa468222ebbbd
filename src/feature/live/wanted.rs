//! Which events a client asks for. What has no place, no matter and shows in no layer by itself concerns everybody
//! who asks by place, matter or area; a layer is asked for alone.

use std::collections::HashSet;

use serde::Deserialize;

use super::{
    super::{
        layers::{Layer, Touched},
        log::is_seen,
        squads::{SquadWire, Whereabouts},
    },
    Positions,
};
use crate::{
    api::{bbox, flag, words},
    base::{BBox, Code, Error, LngLat, Result, Seq},
    change::Change,
    ctx::Ctx,
    domain::{
        assignments,
        auth::{Scope, Sight},
        calls::{self, Call},
        dispatch,
        handovers::Handover,
        incidents::{self, Incident},
        squads, whistles,
    },
    world::World,
};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Follow {
    /// Start after this seq; the header `Last-Event-ID` goes before it. The present when not given.
    #[param(value_type = Option<i64>)]
    pub since: Option<Seq>,
    /// Whether to tell where tiles change as well
    #[serde(default, deserialize_with = "flag")]
    #[param(value_type = Option<bool>)]
    tiles: bool,
    /// Only what may show in these layers, such as `incidents,squads`
    layer: Option<String>,
    /// west,south,east,north in degrees: not what is elsewhere. A squad that leaves it is told once more
    bbox: Option<String>,
    /// Code of an area: not records of others, as if a key were for it
    #[param(value_type = Option<String>)]
    area: Option<Code>,
    /// Code of a matter: not what is of other cases
    #[param(value_type = Option<String>)]
    matter: Option<Code>,
}

/// What a client asks for.
#[derive(Debug, Default)]
pub struct Wanted {
    pub tiles: bool,
    layers: Vec<Layer>,
    bbox: Option<BBox>,
    area: Option<Scope>,
    matter: Option<Code>,
    /// Squads that the client knows to be in its box.
    near: HashSet<Code>,
}

impl Wanted {
    pub fn new(ctx: &Ctx, follow: Follow) -> Result<Self> {
        let world = ctx.world();
        let layers = words(follow.layer.as_deref().unwrap_or("")).map_err(|e| e.at("layer"))?;
        let bbox = follow.bbox.as_deref().map(bbox).transpose()?;
        if let Some(code) = follow.area.as_ref().filter(|code| world.areas.get(code.as_str()).is_none()) {
            return Err(Error::invalid("area", format!("there is no area {code}")));
        }
        let area = follow.area.map(|code| Scope { areas: [code].into(), ..Scope::default() });
        let meant = |code| world.matters.meant(code, ctx.now()).map(|matter| matter.code.clone());
        let matter = follow.matter.as_ref().map(meant).transpose().map_err(|e| e.at("matter"))?;
        let mut wanted = Self { tiles: follow.tiles, layers, bbox, area, matter, near: HashSet::new() };
        if let Some(window) = bbox {
            let there = |squad: &SquadWire| window.contains(squad.shown_at());
            let squads = Whereabouts::of(ctx, ctx.now());
            wanted.near = squads.wires(&Sight::default()).filter(there).map(|squad| squad.id).collect();
        }
        Ok(wanted)
    }

    /// Nothing is left out.
    pub fn is_everything(&self) -> bool {
        self.layers.is_empty() && self.bbox.is_none() && self.area.is_none() && self.matter.is_none()
    }

    pub fn wants_layer(&self, layer: Layer) -> bool {
        self.layers.is_empty() || self.layers.contains(&layer)
    }

    pub fn wants_place(&self, touched: Touched) -> bool {
        self.bbox.is_none_or(|window| touched.meets(Some(&window)))
    }

    /// Whether a change is to be told.
    pub fn wants(&mut self, ctx: &Ctx, world: &World, change: &Change) -> bool {
        let shows = |layer: &Layer| layer.touched(change, None).is_some();
        (self.layers.is_empty() || self.layers.iter().any(shows))
            && self.is_in_area(world, |sight| is_seen(world, change, sight))
            && self.fits(ctx, world, change)
    }

    /// Whether a call is to be told: it has no place, and shows in no layer.
    pub fn wants_call(&self, world: &World, call: &Call) -> bool {
        self.layers.is_empty()
            && self.matter.as_ref().is_none_or(|wanted| call.matter.as_ref() == Some(wanted))
            && self.is_in_area(world, |sight| call.is_seen(sight))
    }

    fn fits(&mut self, ctx: &Ctx, world: &World, change: &Change) -> bool {
        if let (Some(window), Some(squads::Change::Squad { squad })) = (self.bbox, change.of()) {
            let shown_at = SquadWire::of(squad, &Whereabouts::of(ctx, ctx.now())).shown_at();
            return self.is_near(window, &squad.id, shown_at);
        }
        if let Some(calls::Change::Call { call }) = change.of() {
            return self.wants_call(world, call);
        }
        Case::of(world, change).is_none_or(|Case { at, matters }| self.fits_case(at, matters.iter()))
    }

    fn fits_case<'a>(&self, at: LngLat, mut matters: impl Iterator<Item = &'a Code>) -> bool {
        self.bbox.is_none_or(|window| window.contains(at))
            && self.matter.as_ref().is_none_or(|wanted| matters.any(|of| of == wanted))
    }

    /// Whether a handover is to be told: it has no place and no matter, and shows in no layer.
    pub fn wants_handover(&self, world: &World, handover: &Handover) -> bool {
        self.layers.is_empty() && self.is_in_area(world, |sight| handover.is_seen(sight))
    }

    /// Whether what the clock brings of an incident is to be told.
    pub fn wants_incident(&self, world: &World, incident: &Incident) -> bool {
        self.wants_layer(Layer::Incidents)
            && self.fits_case(incident.at, incident.matters())
            && self.is_in_area(world, |sight| incident.is_seen(sight))
    }

    /// Whether these squads' doings are to be told.
    pub fn wants_squad(&self, world: &World, squad: &Code) -> bool {
        self.wants_layer(Layer::Squads)
            && self.is_in_area(world, |sight| dispatch::is_seen(squad, &world.squads, sight))
    }

    /// Of those who moved, those to tell.
    pub fn moves(&mut self, world: &World, batch: &Positions) -> HashSet<Code> {
        let mut moves = HashSet::new();
        for (squad, fix) in &batch.moves {
            if self.wants_squad(world, squad) && self.bbox.is_none_or(|window| self.is_near(window, squad, fix.at)) {
                moves.insert(squad.clone());
            }
        }
        moves
    }

    /// Whether it is in the box, or has just left it.
    fn is_near(&mut self, window: BBox, squad: &Code, at: LngLat) -> bool {
        let is_there = window.contains(at);
        let was_there = if is_there { !self.near.insert(squad.clone()) } else { self.near.remove(squad) };
        is_there || was_there
    }

    fn is_in_area(&self, world: &World, seen: impl Fn(&Sight) -> bool) -> bool {
        self.area.as_ref().is_none_or(|area| seen(&area.sight(&world.areas, &world.units)))
    }
}

/// The case that a change is about.
struct Case {
    at: LngLat,
    matters: Vec<Code>,
}

impl Case {
    fn of(world: &World, change: &Change) -> Option<Self> {
        let id = match (change.of(), change.of(), change.of()) {
            (Some(incidents::Change::Incident { incident }), ..) => {
                return Some(Self { at: incident.at, matters: incident.matters().cloned().collect() });
            }
            (Some(incidents::Change::Remark { id, .. }), ..) => id,
            (_, Some(assignments::Change::Assignment { assignment }), _) => &assignment.incident,
            (_, _, Some(whistles::Change::Whistle { whistle })) => &whistle.incident,
            _ => return None,
        };
        let incident = world.incidents.get(id)?;
        Some(Self { at: incident.at, matters: incident.matters().cloned().collect() })
    }
}
