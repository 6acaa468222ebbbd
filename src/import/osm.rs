//! OpenStreetMap extract → [`RawRoads`]: everything about roads that any profile may need, kept
//! before a profile is chosen, and with it the buildings and settlements.
//!
//! A file holds nodes, then ways, then relations, but what is needed of the former only the latter
//! tell. So it is read three times, each time only the blocks that hold the kind: relations (which
//! ways bound a building or a settlement), ways (which nodes), nodes. Everything is ordered by id,
//! so the same input gives the same bytes.

mod blocks;
mod gather;
pub(super) mod geometry;
pub mod keep;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    base::{Error, Result},
    domain::roads::Place,
};

use self::gather::Found;
use super::{pbf::Extract, source::Source};

/// Told as work goes on: the stage, done, total.
pub type Progress<'a> = &'a dyn Fn(&str, u64, u64);

/// First bytes of a saved raw stage; the last two count its versions.
const MAGIC: &[u8; 12] = b"xunge-raw-02";

/// Of a value that is told as not understood.
const UNREAD_CHARS: usize = 60;

/// A node that a way refers to and no file holds: the way goes on beyond the extract.
pub const MISSING: u32 = u32::MAX;

/// Tags as pairs of indexes into [`RawRoads::strings`].
pub type Tags = Vec<(u32, u32)>;

/// The raw stage: what the extracts say about roads, by rising ids.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RawRoads {
    /// Every key and value once, sorted.
    pub strings: Vec<String>,
    /// The nodes of all ways.
    pub nodes: Vec<RawNode>,
    /// Barriers, signals, crossings and the like: index into `nodes` and tags.
    pub node_tags: Vec<(u32, Tags)>,
    pub ways: Vec<RawWay>,
    pub restrictions: Vec<RawRestriction>,
    /// Centroids in 1e-7 degrees.
    pub buildings: Vec<[i32; 2]>,
    pub places: Vec<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawNode {
    pub id: i64,
    /// Longitude and latitude in 1e-7 degrees.
    pub e7: [i32; 2],
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawWay {
    pub id: i64,
    /// A ferry line, which has no `highway`.
    pub ferry: bool,
    /// Indexes into [`RawRoads::nodes`], or [`MISSING`].
    pub nodes: Vec<u32>,
    pub tags: Tags,
}

/// A turn restriction relation, as read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRestriction {
    pub id: i64,
    /// OSM way ids.
    pub from: Vec<i64>,
    pub via: Via,
    pub to: Vec<i64>,
    /// `restriction`, `restriction:conditional`, `restriction:hgv`, `except` and so on.
    pub tags: Tags,
}

/// What a restricted turn leads through, by OSM id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Via {
    Node(i64),
    Ways(Vec<i64>),
}

/// What was taken and what was dropped and why, in a stable order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    pub taken: BTreeMap<&'static str, u64>,
    pub dropped: BTreeMap<&'static str, u64>,
    /// Values of tags that nobody here knows, as `key=value`: the road is taken as if it had no such tag.
    pub unread: BTreeMap<String, u64>,
}

impl Report {
    pub fn take(&mut self, what: &'static str, n: usize) {
        *self.taken.entry(what).or_default() += n as u64;
    }

    /// Nothing is said of what did not occur.
    pub fn drop(&mut self, why: &'static str, n: usize) {
        if n > 0 {
            *self.dropped.entry(why).or_default() += n as u64;
        }
    }

    pub fn unread(&mut self, key: &str, value: &str) {
        let value: String = value.chars().take(UNREAD_CHARS).collect();
        *self.unread.entry(format!("{key}={value}")).or_default() += 1;
    }
}

impl RawRoads {
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        postcard::to_extend(self, MAGIC.to_vec()).map_err(Error::internal)
    }

    /// Refuses what is not a raw stage of this version or is cut off.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let refuse = |why: &str| Error::invalid("roads", why);
        let body = bytes.strip_prefix(MAGIC).ok_or_else(|| refuse("not a raw road file of this version"))?;
        match postcard::take_from_bytes(body) {
            Ok((raw, [])) => Ok(raw),
            _ => Err(refuse("the raw road file is cut off or damaged")),
        }
    }

    /// The values that `key` lists, if tagged.
    pub fn words<'a>(&'a self, tags: &Tags, key: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        self.tag(tags, key).into_iter().flat_map(|list| list.split([';', ','])).map(str::trim).filter(|w| !w.is_empty())
    }

    /// Whether `key` lists one of some words.
    pub fn says(&self, tags: &Tags, key: &str, words: &[&str]) -> bool {
        self.words(tags, key).any(|word| words.contains(&word))
    }

    /// The value of `key`, if tagged.
    pub fn tag(&self, tags: &Tags, key: &str) -> Option<&str> {
        let (_, value) = tags.iter().find(|(k, _)| self.strings[*k as usize] == key)?;
        Some(&self.strings[*value as usize])
    }
}

/// Reads one or several extracts into one. What occurs in two of them is taken once.
///
/// # Errors
/// `Invalid`, naming the file, for one that is missing, empty, cut off, not OSM PBF, or without any road.
pub fn read(sources: &[Source], progress: Progress) -> Result<(RawRoads, Report)> {
    read_opened(&open(sources)?, progress)
}

/// Opens extracts that are read as one.
pub fn open(sources: &[Source]) -> Result<Vec<Extract>> {
    if sources.is_empty() {
        return Err(Error::invalid("file", "no file was given"));
    }
    sources.iter().map(Extract::open).collect()
}

/// As [`read`], of what was opened.
pub fn read_opened(extracts: &[Extract], progress: Progress) -> Result<(RawRoads, Report)> {
    let mut found = Found::default();
    let kinds = extracts.iter().map(|e| found.relations(e, progress)).collect::<Result<Vec<_>>>()?;
    for (e, kinds) in extracts.iter().zip(&kinds) {
        found.ways(e, kinds, progress)?;
    }
    let wanted = found.wanted_nodes();
    for (e, kinds) in extracts.iter().zip(&kinds) {
        found.nodes(e, kinds, &wanted, progress)?;
    }
    Ok(found.finish())
}

#[cfg(test)]
mod tests;
