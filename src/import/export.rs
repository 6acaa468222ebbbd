//! A network as two CSV tables, so that anyone can check a travel time with another program.

use std::io::Write;

use crate::{
    base::{Error, Result},
    domain::roads::Network,
    kernel::graph::{CLOSED, degrees},
};

/// `node,osm_id,lng,lat`, degrees with 7 decimals.
pub fn nodes_csv(network: &Network, out: impl Write) -> Result<()> {
    let t = &network.car().graph.topology;
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["node", "osm_id", "lng", "lat"]).map_err(failed)?;
    for (i, (id, &e7)) in t.node_osm.iter().zip(&t.node_e7).enumerate() {
        let at = degrees(e7);
        let row = [i.to_string(), id.to_string(), format!("{:.7}", at.lng), format!("{:.7}", at.lat)];
        csv.write_record(row).map_err(failed)?;
    }
    csv.flush().map_err(failed)
}

/// For cars, turns left out: `tail,head,weight_ms,length_m,class,way_id,name`: one row per directed edge that may be driven.
pub fn edges_csv(network: &Network, out: impl Write) -> Result<()> {
    let g = &network.car().graph;
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["tail", "head", "weight_ms", "length_m", "class", "way_id", "name"]).map_err(failed)?;
    for edge in (0..2 * g.links() as u32).filter(|&e| g.ms(e) != CLOSED) {
        let (link, [tail, head]) = ((edge / 2) as usize, g.ends(edge));
        csv.write_record([
            tail.to_string(),
            head.to_string(),
            g.ms(edge).to_string(),
            format!("{:.3}", f64::from(g.topology.link_mm[link]) / 1000.0),
            g.class(edge / 2).name().to_owned(),
            g.topology.link_way[link].to_string(),
            g.name(edge / 2).unwrap_or_default().to_owned(),
        ])
        .map_err(failed)?;
    }
    csv.flush().map_err(failed)
}

fn failed(e: impl std::fmt::Display) -> Error {
    Error::internal(format!("the table cannot be written: {e}"))
}
