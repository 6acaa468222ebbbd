//! Boundary relations of an OSM PBF file, in three passes: relations, their ways, their nodes.
//!
//! Member roles are often missing or wrong, so rings are told apart by nesting, not by role. A
//! relation with members outside the file (a neighbour country in a clipped extract) is dropped.

use std::collections::{HashMap, HashSet};

use osmpbf::{Element, ElementReader, RelMemberType};

use super::{Dropped, Input, OsmOptions, RawArea, Report};
use crate::{
    base::Result,
    kernel::{
        shape,
        topology::{self, Knot},
    },
};

/// Areas of the boundary relations with one of the chosen `admin_level`s, by name and relation id.
///
/// # Errors
/// A file that can't be read to its end as OSM PBF, or that has no such relation.
pub fn from_osm(input: Input<'_>, options: &OsmOptions) -> Result<(Vec<RawArea>, Report)> {
    let relations = relations(input, options)?;
    let wanted = relations.iter().flat_map(|r| r.ways.iter().copied()).collect();
    let ways = ways(input, &wanted)?;
    let nodes = nodes(input, &ways.values().flatten().copied().collect())?;
    let mut report = Report::default();
    let mut areas = Vec::new();
    for relation in relations {
        match relation.shape(&ways, &nodes) {
            Ok(geometry) => areas.push((relation.id, relation.into_area(geometry))),
            Err(reason) => report.dropped.push(Dropped { origin: relation.origin(), name: relation.name, reason }),
        }
    }
    areas.sort_by(|a, b| (&a.1.name, a.0).cmp(&(&b.1.name, b.0)));
    report.dropped.sort_by(|a, b| (&a.name, &a.origin).cmp(&(&b.name, &b.origin)));
    report.taken = areas.len();
    Ok((areas.into_iter().map(|(_, a)| a).collect(), report))
}

struct Relation {
    id: i64,
    name: String,
    name_zh: Option<String>,
    code: Option<String>,
    /// Member ways, each once.
    ways: Vec<i64>,
}

impl Relation {
    fn origin(&self) -> String {
        format!("relation {}", self.id)
    }

    fn into_area(self, geometry: geo::MultiPolygon<f64>) -> RawArea {
        RawArea {
            origin: self.origin(),
            code: self.code.unwrap_or_else(|| format!("r{}", self.id)),
            name: self.name,
            name_zh: self.name_zh,
            parent: None,
            geometry,
        }
    }

    fn shape(
        &self,
        ways: &HashMap<i64, Vec<i64>>,
        nodes: &HashMap<i64, Knot>,
    ) -> Result<geo::MultiPolygon<f64>, String> {
        let missing = self.ways.iter().filter(|w| !ways.contains_key(w)).count();
        if self.ways.is_empty() {
            return Err("it has no member ways".into());
        }
        if missing > 0 {
            return Err(format!("{missing} of its {} member ways are not in the file", self.ways.len()));
        }
        let mut segments = Vec::new();
        for pair in self.ways.iter().flat_map(|w| ways[w].windows(2)) {
            let [Some(&a), Some(&b)] = [nodes.get(&pair[0]), nodes.get(&pair[1])] else {
                return Err("nodes of its member ways are not in the file".into());
            };
            if a != b {
                segments.push(topology::segment(a, b));
            }
        }
        let shape = topology::assemble(segments)
            .map_err(|ends| format!("its rings don't close: {} loose ends, the first at {}", ends.len(), ends[0]))?;
        topology::validity(&shape).map_err(|e| format!("its rings cross or touch themselves: {e}"))?;
        if shape::area_m2(&shape) < 1.0 { Err("its area is below 1 m²".into()) } else { Ok(shape) }
    }
}

fn relations(input: Input<'_>, options: &OsmOptions) -> Result<Vec<Relation>> {
    let mut elements = 0u64;
    let mut found = Vec::new();
    each(input, |element| {
        elements += 1;
        let Element::Relation(r) = element else { return };
        let tags: HashMap<&str, &str> = r.tags().collect();
        let is_boundary = tags.get("boundary") == Some(&"administrative")
            && matches!(tags.get("type"), Some(&("boundary" | "multipolygon")));
        let level = tags.get("admin_level").is_some_and(|l| options.admin_levels.iter().any(|x| x == l));
        if !is_boundary || !level {
            return;
        }
        let text = |key: &str| tags.get(key).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
        let mut seen = HashSet::new();
        let members = r.members().filter(|m| m.member_type == RelMemberType::Way).map(|m| m.member_id);
        found.push(Relation {
            id: r.id(),
            name: text("name").unwrap_or_else(|| format!("relation {}", r.id())),
            name_zh: text("name:zh"),
            code: options.code_tag.as_deref().and_then(text),
            ways: members.filter(|id| seen.insert(*id)).collect(),
        });
    })?;
    if elements == 0 {
        return Err(input.refused("holds no OSM elements"));
    }
    if found.is_empty() {
        let levels = options.admin_levels.join(", ");
        return Err(input.refused(format!("holds no administrative boundary relation with admin_level {levels}")));
    }
    Ok(found)
}

fn ways(input: Input<'_>, wanted: &HashSet<i64>) -> Result<HashMap<i64, Vec<i64>>> {
    let mut found = HashMap::with_capacity(wanted.len());
    each(input, |element| {
        if let Element::Way(w) = element
            && wanted.contains(&w.id())
        {
            found.insert(w.id(), w.refs().collect());
        }
    })?;
    Ok(found)
}

fn nodes(input: Input<'_>, wanted: &HashSet<i64>) -> Result<HashMap<i64, Knot>> {
    let mut found = HashMap::with_capacity(wanted.len());
    each(input, |element| {
        let (id, knot) = match element {
            Element::Node(n) => (n.id(), [n.decimicro_lon(), n.decimicro_lat()]),
            Element::DenseNode(n) => (n.id(), [n.decimicro_lon(), n.decimicro_lat()]),
            _ => return,
        };
        if wanted.contains(&id) {
            found.insert(id, knot);
        }
    })?;
    Ok(found)
}

fn each(input: Input<'_>, f: impl FnMut(Element<'_>)) -> Result<()> {
    let whole = |e| input.refused(format!("is not a whole OSM PBF file: {e}"));
    ElementReader::new(input.open()?).for_each(f).map_err(whole)
}
