//! Hot incidents, the newest first.

use std::sync::Arc;

use super::Ask;
use crate::{
    ctx::Ctx,
    domain::{
        incidents::{Filter, Incident, IncidentStatus, Newest, Region},
        layers::{Column, Kind, Rows, Shape, Shelf, Source, bbox_of, point},
        matters::Urgency,
    },
};

pub static INCIDENTS: Source<Arc<Incident>> = Source {
    shape: Shape::Point,
    columns: &[
        Column::new("id", "Id", Kind::Text, |i| i.id.into()),
        Column::new("status", "State", Kind::Words(IncidentStatus::WORDS), |i| i.status.as_str().into()),
        Column::new("matter", "Code of the matter", Kind::Text, |i| i.matter.as_ref().into()),
        Column::new("urgency", "Urgency", Kind::Words(Urgency::WORDS), |i| i.urgency.as_str().into()),
        Column::new("reported_at", "When it was reported", Kind::Time, |i| i.reported_at.into()),
        Column::new("township", "Code of the township", Kind::Text, |i| i.township().into()),
        Column::new(
            "township_in_force",
            "Code of the township there by now, where it is another one",
            Kind::Text,
            |i| {
                i.place
                    .in_force
                    .as_ref()
                    .and_then(|codes| codes.township.as_ref())
                    .filter(|code| i.township() != Some(code))
                    .into()
            },
        ),
        Column::new("synthetic", "Made up for demonstration", Kind::Flag, |i| i.synthetic.into()),
    ],
    id: |i| i.id.to_string(),
    bbox: |i| bbox_of(i.at),
    geometry: |i| point(i.at),
    newest: Some("reported_at"),
};

pub fn rows(ctx: &Ctx, ask: &Ask) -> Box<dyn Rows> {
    let [from, to] = ask.reported;
    let incidents = Arc::clone(&ctx.world().incidents);
    if ask.window.is_none() && ask.sight.is_everything() {
        return INCIDENTS.in_order(Newest::new(incidents, ask.reported));
    }
    let filter =
        Filter { region: ask.window.map(Region::BBox), from, to, sight: ask.sight.clone(), ..Filter::default() };
    INCIDENTS.in_order(incidents.page(&filter, None, usize::MAX))
}

impl Shelf<Arc<Incident>> for Newest {
    fn size(&self) -> usize {
        self.len()
    }

    fn at(&self, place: usize) -> &Arc<Incident> {
        self.at(place)
    }
}
