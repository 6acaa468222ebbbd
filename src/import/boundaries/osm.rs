//! Boundary relations of an OSM PBF file, in three passes: relations, their ways, their nodes. A closed
//! way that is tagged as a boundary is one too, unless it is part of one.
//!
//! Member roles are often missing or wrong, so rings are told apart by nesting, not by role. A
//! relation with members outside the file (a neighbour country in a clipped extract) is dropped.

use std::collections::{HashMap, HashSet};

use osmpbf::{Element, RelMemberType};

use super::{Dropped, OsmOptions, RawArea, Report};
use crate::{
    base::Result,
    import::{pbf::Extract, source::Source},
    kernel::{
        shape,
        topology::{self, Knot},
    },
};

/// Areas of the boundary relations and closed ways with one of the chosen `admin_level`s, by name and relation id.
///
/// # Errors
/// A file that can't be read to its end as OSM PBF, or that has no such relation.
pub fn from_osm(input: Source<'_>, options: &OsmOptions) -> Result<(Vec<RawArea>, Report)> {
    let extract = Extract::open(&input)?;
    let mut relations = relations(&extract, options)?;
    let members: HashSet<i64> = relations.iter().flat_map(|r| r.ways.iter().copied()).collect();
    relations.extend(closed_ways(&extract, options, &members)?);
    if relations.is_empty() {
        let levels = options.admin_levels.join(", ");
        return Err(input.refused(format!("holds no administrative boundary with admin_level {levels}")));
    }
    let wanted = relations.iter().flat_map(|r| r.ways.iter().copied()).collect();
    let ways = ways(&extract, &wanted)?;
    let nodes = nodes(&extract, &ways.values().flatten().copied().collect())?;
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

/// A boundary: a relation, or a closed way by itself.
struct Relation {
    kind: &'static str,
    id: i64,
    name: String,
    name_zh: Option<String>,
    code: Option<String>,
    /// Member ways, each once.
    ways: Vec<i64>,
}

impl Relation {
    fn origin(&self) -> String {
        format!("{} {}", self.kind, self.id)
    }

    fn into_area(self, geometry: geo::MultiPolygon<f64>) -> RawArea {
        RawArea {
            origin: self.origin(),
            code: self.code.unwrap_or_else(|| format!("{}{}", &self.kind[..1], self.id)),
            name: self.name,
            name_zh: self.name_zh,
            parent: None,
            priority: None,
            owner: None,
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

fn relations(extract: &Extract, options: &OsmOptions) -> Result<Vec<Relation>> {
    each(extract, |element| match element {
        Element::Relation(r) => relation(&r, options),
        _ => None,
    })
}

/// The relation, if it is a boundary of a wanted level.
fn relation(r: &osmpbf::Relation<'_>, options: &OsmOptions) -> Option<Relation> {
    let tags: HashMap<&str, &str> = r.tags().collect();
    if !matches!(tags.get("type"), Some(&("boundary" | "multipolygon"))) {
        return None;
    }
    let mut seen = HashSet::new();
    let members = r.members().filter(|m| m.member_type == RelMemberType::Way).map(|m| m.member_id);
    boundary("relation", r.id(), &tags, options, members.filter(|id| seen.insert(*id)).collect())
}

/// Closed ways that are boundaries of a wanted level by themselves.
fn closed_ways(extract: &Extract, options: &OsmOptions, members: &HashSet<i64>) -> Result<Vec<Relation>> {
    each(extract, |element| match element {
        Element::Way(w) if !members.contains(&w.id()) => {
            let tags: HashMap<&str, &str> = w.tags().collect();
            let is_closed = w.refs().next() == w.refs().last();
            if is_closed { boundary("way", w.id(), &tags, options, vec![w.id()]) } else { None }
        }
        _ => None,
    })
}

/// What the tags make of it, if it is a boundary of a wanted level.
fn boundary(
    kind: &'static str,
    id: i64,
    tags: &HashMap<&str, &str>,
    options: &OsmOptions,
    ways: Vec<i64>,
) -> Option<Relation> {
    let is_boundary = tags.get("boundary") == Some(&"administrative");
    let level = tags.get("admin_level").is_some_and(|l| options.admin_levels.iter().any(|x| x == l));
    if !is_boundary || !level {
        return None;
    }
    let text = |key: &str| tags.get(key).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
    let name = text("name").unwrap_or_else(|| format!("{kind} {id}"));
    let code = options.code_tag.as_deref().and_then(text);
    Some(Relation { kind, id, name, name_zh: text("name:zh"), code, ways })
}

fn ways(extract: &Extract, wanted: &HashSet<i64>) -> Result<HashMap<i64, Vec<i64>>> {
    let found = each(extract, |element| match element {
        Element::Way(w) if wanted.contains(&w.id()) => Some((w.id(), w.refs().collect())),
        _ => None,
    });
    Ok(found?.into_iter().collect())
}

fn nodes(extract: &Extract, wanted: &HashSet<i64>) -> Result<HashMap<i64, Knot>> {
    let found = each(extract, |element| {
        let (id, knot) = match element {
            Element::Node(n) => (n.id(), [n.decimicro_lon(), n.decimicro_lat()]),
            Element::DenseNode(n) => (n.id(), [n.decimicro_lon(), n.decimicro_lat()]),
            _ => return None,
        };
        wanted.contains(&id).then_some((id, knot))
    });
    Ok(found?.into_iter().collect())
}

/// What `take` finds in the file, in the file's order.
fn each<T: Send>(extract: &Extract, take: impl Fn(Element<'_>) -> Option<T> + Sync) -> Result<Vec<T>> {
    extract.each(take, &|_, _| {})
}
