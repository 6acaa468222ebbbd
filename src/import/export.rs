//! A network as two CSV tables, so that anyone can check a travel time with another program.
//!
//! They hold the graph that cars are searched on, forbidden turns and roads for some only included: where
//! there are any, a junction stands in several nodes, one for each way of coming there that matters.

use std::io::Write;

use super::table::no_formula;
use crate::{
    base::{Error, Result},
    domain::roads::Network,
    kernel::graph::{EdgeIx, Graph, NodeIx, degrees},
};

/// `node,osm_id,lng,lat,stage,junction`, degrees with 7 decimals: every node, those that cars don't come to,
/// too. The stage is how far a drive has come (see [`Stage`](crate::kernel::graph::ends::Stage)): `leaving` by
/// roads for some only, `open`, or `entering` such roads. `junction` is the first node of those that stand
/// for one.
pub fn nodes_csv(network: &Network, out: impl Write) -> Result<()> {
    let g = &network.car().graph;
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["node", "osm_id", "lng", "lat", "stage", "junction"]).map_err(failed)?;
    for node in 0..g.nodes() as NodeIx {
        let junction = g.junction(node) as usize;
        let (id, at) = (g.topology.node_osm[junction], degrees(g.topology.node_e7[junction]));
        let [lng, lat] = [at.lng, at.lat].map(|deg| format!("{deg:.7}"));
        let stage = g.stage(node).as_str().to_owned();
        let row = [node.to_string(), id.to_string(), lng, lat, stage, junction.to_string()];
        csv.write_record(row).map_err(failed)?;
    }
    csv.flush().map_err(failed)
}

/// `tail,head,weight_ms,length_m,class,way_id,name,at_ends,link,edge,begun_head,geometry`: one row per directed
/// edge that may be driven and node it may be entered from; several ways of one link by `;`, from its
/// tail to its head; `at_ends` is 1 where only some may drive it, at the ends of a drive.
///
/// An even `edge` runs as its link is drawn, the odd one back. Who sets out on the edge itself comes to
/// `begun_head`, whatever its row: forbidden turns don't count what was not driven. A part of an edge
/// takes its share of the weight by length, in whole millimetres from its start, rounded down to
/// milliseconds. `geometry` is well-known text, in driving direction.
pub fn edges_csv(network: &Network, out: impl Write) -> Result<()> {
    let g = &network.car().graph;
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record([
        "tail",
        "head",
        "weight_ms",
        "length_m",
        "class",
        "way_id",
        "name",
        "at_ends",
        "link",
        "edge",
        "begun_head",
        "geometry",
    ])
    .map_err(failed)?;
    for (tail, head, edge) in g.arcs() {
        let link = (edge / 2) as usize;
        csv.write_record([
            tail.to_string(),
            head.to_string(),
            g.ms(edge).to_string(),
            format!("{:.3}", f64::from(g.topology.link_mm[link]) / 1000.0),
            g.class(edge / 2).name().to_owned(),
            g.parts(edge / 2).iter().map(|p| p.way.to_string()).collect::<Vec<_>>().join(";"),
            no_formula(g.name(edge / 2).unwrap_or_default()).into_owned(),
            u8::from(g.is_at_ends(edge)).to_string(),
            (edge / 2).to_string(),
            edge.to_string(),
            g.head(edge).to_string(),
            line(g, edge),
        ])
        .map_err(failed)?;
    }
    csv.flush().map_err(failed)
}

fn line(g: &Graph, edge: EdgeIx) -> String {
    let mut points: Vec<String> = g.shape(edge / 2).map(|p| format!("{:.7} {:.7}", p.lng, p.lat)).collect();
    if !edge.is_multiple_of(2) {
        points.reverse();
    }
    format!("LINESTRING({})", points.join(","))
}

fn failed(e: impl std::fmt::Display) -> Error {
    Error::internal(format!("the table cannot be written: {e}"))
}
