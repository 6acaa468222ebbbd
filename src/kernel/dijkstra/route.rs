//! Drives told street by street.

use super::{Workspace, quickest};
use crate::graph::{EdgeIx, Graph, LinkIx, Position, RoadClass};
use xunge_base::LngLat;

/// One street of a route.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    pub name: Option<String>,
    pub class: RoadClass,
    pub ms: u32,
    pub length_m: f64,
    /// Where it begins in [`Route::points`]; it ends where the next one begins.
    pub first_point: usize,
}

/// A drive from start to end.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Route {
    pub drive_ms: u32,
    pub length_m: f64,
    /// From the start to the end position, at least two points.
    pub points: Vec<LngLat>,
    /// Consecutive stretches of the same name and class.
    pub segments: Vec<Segment>,
    /// Link by link.
    pub driven: Vec<Driven>,
    /// Where it begins and ends on the network.
    pub ends: [Position; 2],
}

/// One link of a route, or what of it is driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Driven {
    pub edge: EdgeIx,
    pub ms: u32,
    /// From where to where, millimetres from the link's tail.
    pub ends_mm: [u32; 2],
    /// Where it begins in [`Route::points`]; it ends where the next one begins.
    pub first_point: usize,
}

impl Driven {
    pub fn link(&self) -> LinkIx {
        self.edge / 2
    }

    pub fn mm(&self) -> u32 {
        self.ends_mm[0].abs_diff(self.ends_mm[1])
    }
}

/// The quickest drive itself.
pub fn route(graph: &Graph, ws: &mut Workspace, from: Position, to: Position, limit_ms: u32) -> Option<Route> {
    let (ms, last) = quickest(graph, ws, from, to, limit_ms)?;
    let Some(last) = last else {
        return Some(assemble(graph, ms, [from, to], &[graph.along(from, to)?.0]));
    };
    let (mut edges, _) = ws.trace::<false>(graph, &[from.into()], last.node);
    edges.reverse();
    edges.extend(last.edge);
    Some(assemble(graph, ms, [from, to], &edges))
}

/// The drive along `edges`, which begins on the first and ends on the last of them, or at a junction.
pub(crate) fn assemble(graph: &Graph, drive_ms: u32, ends: [Position; 2], edges: &[EdgeIx]) -> Route {
    let mut route = Route { drive_ms, ends, points: vec![graph.point_at(ends[0])], ..Route::default() };
    let [from, to] = ends.map(|at| Some(at).filter(|&at| graph.junction_at(at).is_none()));
    let mut total_mm = 0;
    for (i, &edge) in edges.iter().enumerate() {
        let link = edge / 2;
        let whole = graph.topology.link_mm[link as usize];
        let mut ends_mm = if edge.is_multiple_of(2) { [0, whole] } else { [whole, 0] };
        let (mut begun, mut ended) = (0, graph.ms(edge));
        if let Some(from) = from.filter(|_| i == 0) {
            (ends_mm[0], begun) = (from.offset_mm, graph.part_ms(edge, from.offset_mm));
        }
        if let Some(to) = to.filter(|_| i + 1 == edges.len()) {
            (ends_mm[1], ended) = (to.offset_mm, graph.part_ms(edge, to.offset_mm));
        }
        let mm = ends_mm[0].abs_diff(ends_mm[1]);
        total_mm += u64::from(mm);
        let first_point = route.points.len().saturating_sub(1);
        for point in graph.section(link, ends_mm[0], ends_mm[1]) {
            if route.points.last() != Some(&point) {
                route.points.push(point);
            }
        }
        route.driven.push(Driven { edge, ms: ended - begun, ends_mm, first_point });
        extend_segments(&mut route.segments, graph, link, ended - begun, f64::from(mm) / 1000.0, first_point);
    }
    if let [only] = route.points[..] {
        route.points.push(only);
    }
    route.length_m = total_mm as f64 / 1000.0;
    route
}

fn extend_segments(segments: &mut Vec<Segment>, graph: &Graph, link: u32, ms: u32, length_m: f64, first_point: usize) {
    let (name, class) = (graph.name(link), graph.class(link));
    match segments.last_mut() {
        Some(s) if s.name.as_deref() == name && s.class == class => {
            s.ms += ms;
            s.length_m += length_m;
        }
        _ => segments.push(Segment { name: name.map(str::to_owned), class, ms, length_m, first_point }),
    }
}
