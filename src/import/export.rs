//! A network as two CSV tables, so that anyone can check a travel time with another program.

use std::io::Write;

use crate::{base::Result, domain::roads::Network};

/// `node,osm_id,lng,lat`.
pub fn nodes_csv(network: &Network, out: impl Write) -> Result<()> {
    unimplemented!()
}

/// `tail,head,weight_ms,length_m,class,way_id,name`: one row per directed edge.
pub fn edges_csv(network: &Network, out: impl Write) -> Result<()> {
    unimplemented!()
}
