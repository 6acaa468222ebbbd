//! Squads at their last fresh position, else where they wait.

use super::Ask;
use crate::{
    ctx::Ctx,
    domain::{
        layers::{Column, Kind, Rows, Shape, Source, bbox_of, point},
        squads::{SquadKind, SquadStatus},
    },
    feature::squads::{SquadWire, Whereabouts},
};

pub static SQUADS: Source<SquadWire> = Source {
    shape: Shape::Point,
    columns: &[
        Column::new("id", "Code", Kind::Text, |s| (&s.id).into()),
        Column::new("name", "Name", Kind::Text, |s| (&s.name).into()),
        Column::new("name_zh", "Name in Chinese", Kind::Text, |s| s.name_zh.as_ref().into()),
        Column::new("kind", "Kind", Kind::Words(SquadKind::WORDS), |s| s.kind.as_str().into()),
        Column::new("status", "What it says it is doing", Kind::Words(SquadStatus::WORDS), |s| {
            s.status.as_str().into()
        }),
        Column::new("on_shift", "On shift", Kind::Flag, |s| s.on_shift.into()),
        Column::new("fresh", "Its last position is fresh", Kind::Flag, |s| is_fresh(s, true).into()),
        Column::new("stale", "Its last position is too old", Kind::Flag, |s| is_fresh(s, false).into()),
    ],
    id: |s| s.id.to_string(),
    bbox: |s| bbox_of(s.shown_at()),
    geometry: |s| point(s.shown_at()),
    newest: None,
};

fn is_fresh(squad: &SquadWire, wanted: bool) -> bool {
    squad.position.as_ref().is_some_and(|p| p.fresh == wanted)
}

pub fn rows(ctx: &Ctx, ask: &Ask) -> Box<dyn Rows> {
    let at = ask.at.unwrap_or_else(|| ctx.now());
    let known = Whereabouts::of(ctx, at);
    SQUADS.rows(known.wires(&ask.sight).filter(|s| ask.window.is_none_or(|w| w.contains(s.shown_at()))).collect())
}
