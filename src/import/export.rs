//! A network as two CSV tables, so that anyone can check a travel time with another program.
//!
//! They hold the graph that cars are searched on, forbidden turns and roads for some only included: where
//! there are any, a junction stands in several nodes, one for each way of coming there that matters.

use std::io::Write;

use super::table::no_formula;
use crate::{
    base::{Error, Result},
    domain::roads::Network,
    kernel::graph::{NodeIx, degrees},
};

/// `node,osm_id,lng,lat,stage`, degrees with 7 decimals. Nodes of one junction share their `osm_id`. The
/// stage is how far a drive has come (see [`Stage`](crate::kernel::graph::ends::Stage)): `leaving` by roads
/// for some only, `open`, or `entering` such roads.
pub fn nodes_csv(network: &Network, out: impl Write) -> Result<()> {
    let g = &network.car().graph;
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["node", "osm_id", "lng", "lat", "stage"]).map_err(failed)?;
    for node in 0..g.nodes() as NodeIx {
        let junction = g.junction(node) as usize;
        let (id, at) = (g.topology.node_osm[junction], degrees(g.topology.node_e7[junction]));
        csv.write_record([
            node.to_string(),
            id.to_string(),
            format!("{:.7}", at.lng),
            format!("{:.7}", at.lat),
            g.stage(node).as_str().to_owned(),
        ])
        .map_err(failed)?;
    }
    csv.flush().map_err(failed)
}

/// `tail,head,weight_ms,length_m,class,way_id,name,at_ends`: one row per directed edge that may be driven
/// and node it may be entered from; several ways of one link by `;`, from its tail to its head; 1 where only
/// some may drive it, at the ends of a drive.
pub fn edges_csv(network: &Network, out: impl Write) -> Result<()> {
    let g = &network.car().graph;
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["tail", "head", "weight_ms", "length_m", "class", "way_id", "name", "at_ends"])
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
        ])
        .map_err(failed)?;
    }
    csv.flush().map_err(failed)
}

fn failed(e: impl std::fmt::Display) -> Error {
    Error::internal(format!("the table cannot be written: {e}"))
}
