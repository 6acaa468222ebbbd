//! OpenStreetMap extract → [`RawRoads`]: everything about roads that any profile may need, saved
//! before a profile is chosen.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::base::Result;

/// Where an extract comes from: a file, or bytes under a name.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    Path(&'a Path),
    Bytes { name: &'a str, bytes: &'a [u8] },
}

/// Told about as work goes on: stage, done, total.
pub type Progress<'a> = &'a dyn Fn(&str, u64, u64);

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RawRoads {}

/// What was taken and what was dropped, with the reason, in a stable order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub taken: std::collections::BTreeMap<&'static str, u64>,
    pub dropped: std::collections::BTreeMap<&'static str, u64>,
}

/// Reads one or several extracts into one. A thing that occurs in two of them is taken once.
pub fn read(sources: &[Source], progress: Progress) -> Result<(RawRoads, Report)> {
    unimplemented!()
}
