//! Roads for cars as OSM draws them.

use std::sync::Arc;

use super::Ask;
use crate::{
    api::words as word_list,
    base::{BBox, Error, Result},
    ctx::{Ctx, View},
    domain::{
        disruptions::Direction,
        layers::{Column, Kind, Rows, Shape, Source, bbox_around, line},
        roads::Network,
        traffic::Scene,
    },
    kernel::graph::{Graph, LinkIx, RoadClass},
};

/// A link of the network, and the roads as they are then.
#[derive(Debug)]
pub struct Road {
    network: Arc<Network>,
    scene: Arc<Scene>,
    link: LinkIx,
}

impl Road {
    fn graph(&self) -> &Graph {
        &self.network.car().graph
    }

    fn ways(&self) -> [bool; 2] {
        self.network.open_ways(self.link)
    }
}

pub static ROADS: Source<Road> = Source {
    shape: Shape::Line,
    columns: &[
        Column::new("class", "Class, OSM's word", Kind::Words(&RoadClass::NAMES), |r| {
            r.graph().class(r.link).name().into()
        }),
        Column::new("name", "Name", Kind::Text, |r| r.graph().name(r.link).into()),
        Column::new("ref", "Number", Kind::Text, |r| r.graph().number(r.link).into()),
        Column::new("oneway", "One-way", Kind::Flag, |r| (r.ways()[0] != r.ways()[1]).into()),
        Column::new("direction", "Which way cars may drive", Kind::Words(Direction::WORDS), |r| {
            direction(r.ways()).as_str().into()
        }),
        // What is closed for a time is drawn, and says so.
        Column::new("closed", "Closed for a time", Kind::Flag, |r| {
            (!r.scene.network().car().graph.open(r.link)).into()
        }),
    ],
    id: |r| r.link.to_string(),
    bbox: |r| bbox_around(r.graph().shape(r.link).map(Into::into)),
    geometry: |r| line(r.network.drawn_points(r.link)),
    newest: None,
};

pub async fn rows(ctx: &Ctx, ask: &Ask) -> Result<Box<dyn Rows>> {
    let classes = ask.classes.as_deref().unwrap_or("");
    let classes: Vec<RoadClass> = word_list(classes).map_err(|e| Error::invalid("classes", e.detail))?;
    let View { world, scene } = ctx.view(ask.at.unwrap_or_else(|| ctx.now())).await?;
    let network = Arc::clone(world.traffic()?.imported().network());
    let everywhere = BBox { west: -180.0, south: -90.0, east: 180.0, north: 90.0 };
    let window = ask.window.unwrap_or(everywhere);
    let found = move |_: &mut _| {
        let road = |link| Road { network: Arc::clone(&network), scene: Arc::clone(&scene), link };
        ROADS.rows(network.links_in_bbox(&window, &classes).map(road).collect())
    };
    ctx.studies.run(found).await
}

/// Which way cars may drive, seen from how OSM, and the layer, draws the road.
fn direction(open: [bool; 2]) -> Direction {
    match open {
        [true, false] => Direction::Forward,
        [false, true] => Direction::Backward,
        _ => Direction::Both,
    }
}
