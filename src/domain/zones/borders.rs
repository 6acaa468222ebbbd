//! The lines between zones: every stretch once, with the zones on its two sides.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use geo::MultiLineString;

use super::{atoms::Atoms, plan::ZoneLayer};
use crate::{base::Code, kernel::topology};

/// A line with the same zones beside it all along.
#[derive(Debug, Clone, PartialEq)]
pub struct ZoneBorder {
    /// In order of code: one on either side, or more where zones overlap; none beside atoms of nobody.
    pub zones: Vec<Code>,
    /// Nothing lies beyond: the coast, the county line.
    pub outer: bool,
    pub line: MultiLineString<f64>,
}

/// All lines at which the zones change, by zones.
pub fn borders(atoms: &Atoms, layer: &ZoneLayer) -> Vec<ZoneBorder> {
    // The atoms on the two sides of each segment.
    let mut sides: HashMap<topology::Segment, Vec<u32>> = HashMap::new();
    for atom in atoms.ixs() {
        for segment in topology::segments(atoms.shape(atom)) {
            sides.entry(segment).or_default().push(atom);
        }
    }
    let mut lines: BTreeMap<(Vec<Code>, bool), Vec<topology::Segment>> = BTreeMap::new();
    for (segment, beside) in sides {
        let held = |atom: u32| layer.holders[atom as usize].codes();
        let same = beside.len() > 1 && beside.iter().all(|a| held(*a) == held(beside[0]));
        let zones: BTreeSet<&Code> = beside.iter().flat_map(|a| held(*a)).collect();
        if !same && !zones.is_empty() {
            let zones = zones.into_iter().cloned().collect();
            lines.entry((zones, beside.len() == 1)).or_default().push(segment);
        }
    }
    let border = |((zones, outer), segments)| ZoneBorder { zones, outer, line: topology::lines(segments) };
    lines.into_iter().map(border).collect()
}
