//! [`RawRoads`] → [`Network`] for one profile.

use crate::{base::Result, domain::roads::Network};

use super::osm::{Progress, RawRoads, Report};

/// The network of profile `car`.
pub fn build(raw: &RawRoads, progress: Progress) -> Result<(Network, Report)> {
    unimplemented!()
}
