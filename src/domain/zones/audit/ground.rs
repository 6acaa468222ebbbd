//! All zones together: ground that two have, ground that none has, parts too narrow, and borders that
//! don't meet.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use geo::{
    BooleanOps, BoundingRect, Coord, CoordsIter, Geometry, Intersects, Line, LineString, MultiLineString, MultiPolygon,
    Polygon, Rect,
};
use rstar::{AABB, RTree, primitives::GeomWithData, primitives::Rectangle};

use super::{AuditOptions, Drawn, Fault, FaultSize, Finding, Repair};
use crate::{
    base::{Code, LngLat},
    kernel::{
        inscribed::inscribed,
        misfit::Misfit,
        shape,
        stacked::{Outline, Stacked},
        topology,
    },
};

/// What is narrower comes from rounding to 7 decimals: no ground, but borders that don't share their
/// vertices.
const ROUNDING_M: f64 = 0.03;

/// A stretch of a shape's border.
type Stretch = (usize, LineString<f64>);
type BoxTree = RTree<GeomWithData<Rectangle<[f64; 2]>, usize>>;

pub fn look(
    drawn: &[Drawn],
    shapes: &[MultiPolygon<f64>],
    edges: &[Misfit],
    stacked: &Stacked,
    options: &AuditOptions,
) -> Vec<Finding> {
    let scene = Scene { drawn, shapes, options };
    let mut findings = scene.overlaps(&stacked.twice);
    findings.extend(stacked.holes.iter().filter_map(|hole| scene.gap(hole, &stacked.outline)));
    let mut told: Vec<Told> = findings
        .iter()
        .filter_map(|f| if let Geometry::Polygon(p) = &f.drawing { Some((p.clone(), f.zones.clone())) } else { None })
        .collect();
    // Gaps that a partial layer may have are no fault, and neither are the borders along them.
    told.extend(stacked.holes.iter().map(|hole| {
        let along = stacked.outline.along(hole.exterior());
        (hole.clone(), along.iter().map(|a| drawn[a.0].code.clone()).collect())
    }));
    findings.extend(scene.slivers());
    findings.extend(scene.borders(edges, &told));
    findings
}

/// Ground that is told of, and whose it is.
type Told = (Polygon<f64>, Vec<Code>);

struct Scene<'a> {
    drawn: &'a [Drawn],
    shapes: &'a [MultiPolygon<f64>],
    options: &'a AuditOptions<'a>,
}

impl Scene<'_> {
    /// Whether these lines run along the county's border all the way: what they go round, or what is
    /// between them, is as the county is.
    fn is_the_countys(&self, mut lines: impl Iterator<Item = Line<f64>>) -> bool {
        let on_border =
            |county, l: Line<f64>| shape::border_distance_m(county, ((l.start + l.end) / 2.0).into()) < ROUNDING_M;
        self.options.county.is_some_and(|county| lines.all(|l| on_border(county, l)))
    }

    fn overlaps(&self, twice: &[Polygon<f64>]) -> Vec<Finding> {
        if twice.is_empty() {
            return Vec::new();
        }
        let tree = boxes(self.shapes.iter().enumerate().filter_map(|(i, s)| Some((i, s.bounding_rect()?))));
        let mut pairs: BTreeSet<(usize, usize)> = BTreeSet::new();
        for region in twice.iter().filter_map(Polygon::bounding_rect) {
            let over: Vec<_> = tree.locate_in_envelope_intersecting(&envelope(region)).map(|s| s.data).collect();
            for (n, &i) in over.iter().enumerate() {
                let near = |&&j: &&usize| {
                    let [a, b] = [i, j].map(|k| self.shapes[k].bounding_rect());
                    a.zip(b).is_some_and(|(a, b)| a.intersects(&b))
                };
                pairs.extend(over[n + 1..].iter().filter(near).map(|&j| (i.min(j), i.max(j))));
            }
        }
        pairs.into_iter().flat_map(|(i, j)| self.overlap(i, j)).collect()
    }

    fn overlap(&self, i: usize, j: usize) -> Vec<Finding> {
        let common = shape::rounded(&self.shapes[i].intersection(&self.shapes[j]));
        let share = |k: usize, area_m2: f64| area_m2 / shape::area_m2(&self.shapes[k]).max(f64::MIN_POSITIVE);
        let finding = |polygon: Polygon<f64>| {
            let (at, width_m) = inscribed(&polygon).filter(|c| c.1 > ROUNDING_M)?;
            let area_m2 = shape::area_m2(&polygon.clone().into());
            // It is the larger loss for one of them: that one keeps it.
            let (keeps, loses) = if share(j, area_m2) > share(i, area_m2) { (j, i) } else { (i, j) };
            let [keeps, loses] = [keeps, loses].map(|k| &self.drawn[k].code);
            Some(Finding {
                fault: Fault::Overlap,
                zones: vec![self.drawn[i].code.clone(), self.drawn[j].code.clone()],
                at,
                size: FaultSize { area_m2: Some(area_m2), width_m: Some(width_m), length_m: None },
                narrow: width_m < self.options.sliver_width_m,
                drawing: polygon.into(),
                repair: Repair::GiveTo,
                repair_by: Some(keeps.to_string()),
                advice: format!("cut it from {loses} and leave it to {keeps}, of which it is the larger share"),
            })
        };
        common.into_iter().filter_map(finding).collect()
    }

    fn gap(&self, hole: &Polygon<f64>, outline: &Outline) -> Option<Finding> {
        let (at, width_m) = inscribed(hole).filter(|c| c.1 > ROUNDING_M)?;
        let narrow = width_m < self.options.sliver_width_m;
        if (self.options.partial && !narrow) || self.is_the_countys(hole.exterior().lines()) {
            return None;
        }
        let along = outline.along(hole.exterior());
        let longest = along.iter().fold(None, |most: Option<&(usize, f64)>, a| most.filter(|m| m.1 >= a.1).or(Some(a)));
        let taker = longest.map(|&(i, metres)| (&self.drawn[i].code, metres));
        Some(Finding {
            fault: Fault::Gap,
            zones: along.iter().map(|&(i, _)| self.drawn[i].code.clone()).collect(),
            at,
            size: FaultSize {
                area_m2: Some(shape::area_m2(&hole.clone().into())),
                width_m: Some(width_m),
                length_m: None,
            },
            narrow,
            drawing: hole.clone().into(),
            repair: Repair::GiveTo,
            repair_by: taker.map(|t| t.0.to_string()),
            advice: taker.map_or_else(
                || "give it to a zone beside it".to_owned(),
                |(code, metres)| format!("give it to {code}, which borders on it for {metres:.0} m"),
            ),
        })
    }

    fn slivers(&self) -> Vec<Finding> {
        let narrow_m = self.options.sliver_width_m;
        let narrow = |p: &Polygon<f64>| {
            let rect = p.bounding_rect()?;
            // A part as wide as that has more area than a strip along its border.
            let roomy = LngLat::from(rect.min()).local_m(rect.max().into()).map(f64::abs);
            let circle = (mean_width_m(p) < narrow_m || roomy[0].min(roomy[1]) < narrow_m).then(|| inscribed(p))??;
            (circle.1 < narrow_m && !self.is_the_countys(p.exterior().lines())).then_some(circle)
        };
        let found: Vec<_> = self
            .shapes
            .iter()
            .enumerate()
            .flat_map(|(i, s)| s.iter().filter_map(move |p| Some((i, p, narrow(p)?))))
            .collect();
        if found.is_empty() {
            return Vec::new();
        }
        let borders = topology::shared_borders_m(&self.shapes.iter().collect::<Vec<_>>());
        let neighbour = |i: usize| {
            let of_i = borders.iter().filter(|(pair, _)| pair.0 == i || pair.1 == i);
            of_i.max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(a.0))).map(|(pair, _)| pair.0 + pair.1 - i)
        };
        let finding = |(i, part, (at, width_m)): (usize, &Polygon<f64>, (LngLat, f64))| {
            let taker = neighbour(i).map(|j| &self.drawn[j].code);
            Finding {
                fault: Fault::Sliver,
                zones: vec![self.drawn[i].code.clone()],
                at,
                size: FaultSize {
                    area_m2: Some(shape::area_m2(&part.clone().into())),
                    width_m: Some(width_m),
                    length_m: None,
                },
                narrow: true,
                drawing: part.clone().into(),
                repair: taker.map_or(Repair::DropRing, |_| Repair::GiveTo),
                repair_by: taker.map(ToString::to_string),
                advice: taker.map_or_else(
                    || "drop it: it borders on no zone".to_owned(),
                    |code| format!("give it to {code}, with which it shares most border"),
                ),
            }
        };
        found.into_iter().map(finding).collect()
    }

    /// Borders that don't fit though there is no ground between them, or ground open to one side.
    fn borders(&self, edges: &[Misfit], told: &[Told]) -> Vec<Finding> {
        let tree = boxes(told.iter().enumerate().filter_map(|(i, p)| Some((i, p.0.bounding_rect()?))));
        // Ground has a corner on each segment that runs along it.
        let is_told = |pair: (usize, usize), line: Line<f64>| {
            const PAD_DEG: f64 = 1e-6;
            let r = Rect::new(line.start, line.end);
            let around = AABB::from_corners(
                [r.min().x - PAD_DEG, r.min().y - PAD_DEG],
                [r.max().x + PAD_DEG, r.max().y + PAD_DEG],
            );
            let codes = [pair.0, pair.1].map(|i| &self.drawn[i].code);
            tree.locate_in_envelope_intersecting(&around).map(|b| &told[b.data]).any(|(ground, zones)| {
                let on_it = |c: Coord<f64>| {
                    shape::segment_distance_m(c.into(), line.start.into(), line.end.into()) < ROUNDING_M
                };
                codes.iter().all(|c| zones.contains(c)) && ground.coords_iter().any(on_it)
            })
        };
        let mut pairs: BTreeMap<(usize, usize), Vec<Stretch>> = BTreeMap::new();
        for edge in edges {
            let pair = (edge.shape.min(edge.against), edge.shape.max(edge.against));
            let left = edge.line.lines().filter(|l| !is_told(pair, *l));
            pairs.entry(pair).or_default().extend(left.map(|l| (edge.shape, LineString::from(l))));
        }
        let stretches = pairs.into_iter().flat_map(|(pair, lines)| {
            let pad = self.options.sliver_width_m.max(1.0) / 50_000.0;
            together(lines, pad).into_iter().map(move |lines| (pair, lines))
        });
        stretches.filter_map(|((i, j), lines)| self.border(i, j, &lines)).collect()
    }

    fn border(&self, i: usize, j: usize, lines: &[Stretch]) -> Option<Finding> {
        let middle = |l: &LineString<f64>| LngLat::from((l.0[0] + l.0[1]) / 2.0);
        let apart = |(of, line): &Stretch| shape::border_distance_m(&self.shapes[i + j - of], middle(line));
        let apart_m = lines.iter().map(apart).fold(0.0, f64::max);
        if apart_m > self.options.sliver_width_m.max(ROUNDING_M) {
            // They don't fit because of ground that is told of as another pair's.
            return None;
        }
        if apart_m > ROUNDING_M && self.is_the_countys(lines.iter().flat_map(|l| l.1.lines())) {
            // An inlet.
            return None;
        }
        let metres = |of: usize| -> f64 {
            let own = lines.iter().filter(|l| l.0 == of).flat_map(|l| l.1.lines());
            own.map(|l| LngLat::from(l.start).distance_m(l.end.into())).sum()
        };
        let length_m = metres(i).max(metres(j));
        let touching = apart_m <= ROUNDING_M;
        let longest = lines.iter().map(|l| &l.1).max_by(|a, b| {
            let length = |l: &LineString<f64>| LngLat::from(l.0[0]).distance_m(l.0[1].into());
            length(a).total_cmp(&length(b))
        })?;
        Some(Finding {
            fault: if touching { Fault::BorderMismatch } else { Fault::Gap },
            zones: vec![self.drawn[i].code.clone(), self.drawn[j].code.clone()],
            at: middle(longest),
            size: FaultSize { width_m: (!touching).then_some(apart_m), length_m: Some(length_m), area_m2: None },
            narrow: !touching,
            drawing: MultiLineString::new(lines.iter().map(|l| l.1.clone()).collect()).into(),
            repair: Repair::JoinBorders,
            repair_by: None,
            advice: if touching {
                "give both borders the vertices of either".to_owned()
            } else {
                format!("move one border onto the other over {length_m:.0} m")
            },
        })
    }
}

fn boxes(of: impl Iterator<Item = (usize, Rect<f64>)>) -> BoxTree {
    RTree::bulk_load(of.map(|(i, r)| GeomWithData::new(Rectangle::from_aabb(envelope(r)), i)).collect())
}

fn envelope(r: Rect<f64>) -> AABB<[f64; 2]> {
    AABB::from_corners(r.min().into(), r.max().into())
}

fn mean_width_m(p: &Polygon<f64>) -> f64 {
    let length_m: f64 = p.exterior().lines().map(|l| LngLat::from(l.start).distance_m(l.end.into())).sum();
    2.0 * shape::area_m2(&p.clone().into()) / length_m.max(f64::MIN_POSITIVE)
}

/// Lines sorted into heaps that lie within `pad` degrees of each other.
fn together(lines: Vec<Stretch>, pad: f64) -> Vec<Vec<Stretch>> {
    let padded = |l: &LineString<f64>| {
        let r = l.bounding_rect().unwrap_or_else(|| Rect::new(l.0[0], l.0[0]));
        AABB::from_corners([r.min().x - pad, r.min().y - pad], [r.max().x + pad, r.max().y + pad])
    };
    let all = lines.iter().enumerate().map(|(n, l)| GeomWithData::new(Rectangle::from_aabb(padded(&l.1)), n));
    let tree: BoxTree = RTree::bulk_load(all.collect());
    let mut heap_of: HashMap<usize, usize> = HashMap::new();
    let mut heaps: Vec<Vec<Stretch>> = Vec::new();
    for start in 0..lines.len() {
        if heap_of.contains_key(&start) {
            continue;
        }
        let heap = heaps.len();
        heaps.push(Vec::new());
        let mut open = vec![start];
        heap_of.insert(start, heap);
        while let Some(n) = open.pop() {
            heaps[heap].push(lines[n].clone());
            for near in tree.locate_in_envelope_intersecting(&padded(&lines[n].1)) {
                if heap_of.insert(near.data, heap).is_none() {
                    open.push(near.data);
                }
            }
        }
    }
    heaps
}
