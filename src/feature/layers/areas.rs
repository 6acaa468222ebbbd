//! Areas of one level.

use std::sync::Arc;

use super::Ask;
use crate::{
    ctx::Ctx,
    domain::{
        areas::{Area, AreaIx, Areas, Level},
        layers::{Column, Kind, Rows, Shape, Source},
    },
};

/// An area, wherever it is kept.
#[derive(Debug)]
pub struct Held {
    areas: Arc<Areas>,
    ix: AreaIx,
}

impl Held {
    fn area(&self) -> &Area {
        self.areas.at(self.ix)
    }
}

const LEVELS: &[&str] = &["county", "township", "village", "grid"];

const CODE: Column<Held> = Column::new("code", "Code", Kind::Text, |a| (&a.area().code).into());
const NAME: Column<Held> = Column::new("name", "Name", Kind::Text, |a| (&a.area().name).into());
const NAME_ZH: Column<Held> =
    Column::new("name_zh", "Name in Chinese", Kind::Text, |a| a.area().name_zh.as_ref().into());

pub static AREAS: Source<Held> = of(&[
    CODE,
    NAME,
    NAME_ZH,
    Column::new("level", "Level", Kind::Words(LEVELS), |a| a.area().level.as_str().into()),
    Column::new("parent", "Code of the area above", Kind::Text, |a| a.area().parent.as_ref().into()),
    Column::new("derived", "How it was made where nobody decreed it", Kind::Text, |a| a.area().derived.as_ref().into()),
]);

pub static SPECIAL: Source<Held> = of(&[
    CODE,
    NAME,
    NAME_ZH,
    Column::new("priority", "Of several the highest holds", Kind::Whole, |a| a.area().priority.into()),
]);

const fn of(columns: &'static [Column<Held>]) -> Source<Held> {
    Source {
        shape: Shape::Polygons,
        columns,
        id: |a| a.area().code.to_string(),
        bbox: |a| a.area().bbox,
        geometry: |a| a.area().geometry.clone().into(),
        newest: None,
    }
}

pub fn rows(ctx: &Ctx, level: Level, ask: &Ask) -> Box<dyn Rows> {
    AREAS.in_order(of_level(ctx, level, ask))
}

pub fn special(ctx: &Ctx, ask: &Ask) -> Box<dyn Rows> {
    SPECIAL.in_order(of_level(ctx, Level::Special, ask))
}

fn of_level(ctx: &Ctx, level: Level, ask: &Ask) -> Vec<Held> {
    let areas = Arc::clone(&ctx.world().areas);
    let meeting = areas.level(level).filter(|(_, a)| ask.meets(&a.bbox));
    meeting.map(|(ix, _)| Held { areas: Arc::clone(&areas), ix }).collect()
}
