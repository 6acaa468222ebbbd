//! Roads that are closed or slow: one feature for each link and disruption that is in force on it, drawn
//! as OSM draws it.

use std::sync::Arc;

use serde_json::json;

use super::Ask;
use crate::{
    base::{LngLat, Result},
    ctx::Ctx,
    domain::{
        disruptions::{Direction, Disruption, Reach},
        layers::{Column, Kind, Rows, Shape, Source, Value, bbox_around, line},
    },
    kernel::graph::LinkIx,
};

/// A link under a disruption.
#[derive(Debug)]
pub struct Disrupted {
    disruption: Arc<Disruption>,
    link: LinkIx,
    direction: Direction,
    name: Option<String>,
    points: Vec<LngLat>,
}

pub static DISRUPTIONS: Source<Disrupted> = Source {
    shape: Shape::Line,
    columns: &[
        Column::new("disruption", "Id of the disruption", Kind::Text, |d| d.disruption.id.into()),
        Column::new("speed_factor", "What becomes of the speed; 0 closes", Kind::Number, |d| {
            d.disruption.speed_factor.into()
        }),
        Column::new("profiles", "Who is held up", Kind::List, |d| Value::List(json!(d.disruption.profiles))),
        Column::new("from", "From", Kind::Time, |d| d.disruption.from.into()),
        Column::new("until", "Until", Kind::Time, |d| d.disruption.until.into()),
        Column::new("reason", "Reason", Kind::Text, |d| (&d.disruption.reason).into()),
        Column::new("name", "Name of the road", Kind::Text, |d| d.name.as_ref().into()),
        Column::new("link", "The road's id in the layer of roads", Kind::Whole, |d| d.link.into()),
        Column::new("direction", "Which way along the road", Kind::Words(Direction::WORDS), |d| {
            d.direction.as_str().into()
        }),
    ],
    id: |d| format!("{}_{}", d.disruption.id, d.link),
    bbox: |d| bbox_around(d.points.iter().copied().map(Into::into)),
    geometry: |d| line(d.points.iter().copied()),
    newest: None,
};

pub async fn rows(ctx: &Ctx, ask: &Ask) -> Result<Box<dyn Rows>> {
    let (traffic, at, ask) = (ctx.world().traffic()?, ask.at.unwrap_or_else(|| ctx.now()), ask.clone());
    let found = move |_: &mut _| {
        let imported = traffic.imported();
        let (network, areas) = (imported.network(), imported.coverage.areas());
        let mut found = Vec::new();
        for disruption in traffic.disruptions().active(at) {
            for Reach { link, direction, .. } in Reach::of(network, &disruption.place.edges(network, areas)) {
                let (disruption, points) = (Arc::clone(disruption), network.drawn_points(link));
                let name = network.car().graph.name(link).map(str::to_owned);
                found.push(Disrupted { disruption, link, direction, name, points });
            }
        }
        found.retain(|d| ask.meets(&(DISRUPTIONS.bbox)(d)));
        DISRUPTIONS.rows(found)
    };
    ctx.studies.run(found).await
}
