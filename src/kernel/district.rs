//! Drawing of districts where nobody decreed any: villages around settlements, grids of bearable size.
//!
//! Both cut shapes along straight lines, round to 7 decimals and let [`topology::knit`] make the
//! neighbours share their borders segment by segment. The same input gives the same output.

use geo::{BoundingRect, CoordsIter, LineString, MultiPolygon, Polygon, Rect, coord};

use super::{shape, topology};
use xunge_base::LngLat;

/// When a grid is small enough.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GridLimits {
    /// Most weight of a grid; buildings and 30 m of residential road weigh 1 each.
    pub max_weight: f64,
    pub max_area_m2: f64,
}

impl Default for GridLimits {
    fn default() -> Self {
        Self { max_weight: 60.0, max_area_m2: 1.5e6 }
    }
}

/// A place and its weight.
pub type Weighted = (LngLat, f64);

/// A piece with its longer side below this is never cut: many weights may stand on one spot.
const MIN_SIDE_M: f64 = 80.0;
/// A cut for weight leaves at least this share of the longer side on each side of it.
const MIN_SHARE: f64 = 0.2;
/// What is below both of these shares of the limits is a fragment and joins a neighbour.
const FRAGMENT_AREA: f64 = 1.0 / 200.0;
const FRAGMENT_WEIGHT: f64 = 0.1;

/// The Voronoi cells of `sites` clipped to `parent`, in the order of the sites, before knitting.
/// Distances are those of the plane at the middle of the parent. Sites must differ. (`geo::Voronoi` makes no
/// cells of sites in one line, two included.)
pub fn voronoi(parent: &MultiPolygon<f64>, sites: &[LngLat]) -> Vec<MultiPolygon<f64>> {
    let (Some(r), true) = (parent.bounding_rect(), sites.len() > 1) else { return vec![parent.clone(); sites.len()] };
    let squeeze = r.center().y.to_radians().cos();
    let plane = |p: &LngLat| [p.lng * squeeze, p.lat];
    let pad = 1e-3;
    let window = [[r.min().x, r.min().y], [r.max().x, r.min().y], [r.max().x, r.max().y], [r.min().x, r.max().y]];
    let window: Vec<[f64; 2]> = (window.into_iter().zip([[-pad, -pad], [pad, -pad], [pad, pad], [-pad, pad]]))
        .map(|(c, d)| [(c[0] + d[0]) * squeeze, c[1] + d[1]])
        .collect();
    let cell = |site: &LngLat| {
        let others = sites.iter().filter(|o| *o != site);
        others.fold(window.clone(), |cell, other| nearer_half(&cell, plane(site), plane(other)))
    };
    sites
        .iter()
        .map(|site| {
            let ring: LineString<f64> = cell(site).iter().map(|p| (p[0] / squeeze, p[1])).collect();
            shape::rounded(&shape::clip(parent, &Polygon::new(ring, vec![])))
        })
        .collect()
}

/// The part of a convex `cell` that is nearer to `a` than to `b` (Sutherland, Hodgman 1974).
fn nearer_half(cell: &[[f64; 2]], a: [f64; 2], b: [f64; 2]) -> Vec<[f64; 2]> {
    let normal = [b[0] - a[0], b[1] - a[1]];
    let middle = [(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0];
    let beyond = |p: [f64; 2]| (p[0] - middle[0]) * normal[0] + (p[1] - middle[1]) * normal[1];
    let mut kept = Vec::with_capacity(cell.len() + 1);
    for (i, &p) in cell.iter().enumerate() {
        let q = cell[(i + 1) % cell.len()];
        let (dp, dq) = (beyond(p), beyond(q));
        if dp <= 0.0 {
            kept.push(p);
        }
        if (dp < 0.0 && dq > 0.0) || (dp > 0.0 && dq < 0.0) {
            let t = dp / (dp - dq);
            kept.push([p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])]);
        }
    }
    kept
}

/// `parent` cut by straight lines until every connected piece is within the limits, before knitting.
/// A piece too heavy is cut through its weighted median, one only too large in the middle; always
/// across its longer axis.
pub fn weighted_cuts(parent: &MultiPolygon<f64>, weights: &[Weighted], limits: &GridLimits) -> Vec<MultiPolygon<f64>> {
    let mut pieces = Vec::new();
    cut_parts(parent.clone(), weights.to_vec(), limits, &mut pieces);
    pieces
}

fn cut_parts(
    shape: MultiPolygon<f64>,
    mut weights: Vec<Weighted>,
    limits: &GridLimits,
    out: &mut Vec<MultiPolygon<f64>>,
) {
    let single = shape.0.len() == 1;
    for polygon in shape {
        let part = MultiPolygon::from(polygon);
        let (own, rest) = match single {
            true => (std::mem::take(&mut weights), Vec::new()),
            false => weights.into_iter().partition(|(p, _)| shape::contains(&part, *p)),
        };
        weights = rest;
        cut(part, own, limits, out);
    }
}

fn cut(piece: MultiPolygon<f64>, weights: Vec<Weighted>, limits: &GridLimits, out: &mut Vec<MultiPolygon<f64>>) {
    let Some(r) = piece.bounding_rect() else { return };
    let weight: f64 = weights.iter().map(|w| w.1).sum();
    let heavy = weight > limits.max_weight;
    let corner = LngLat::from(r.max()).local_m(r.min().into());
    if (!heavy && shape::area_m2(&piece) <= limits.max_area_m2) || corner[0].max(corner[1]) < MIN_SIDE_M {
        return out.push(piece);
    }
    let across_lng = corner[0] >= corner[1];
    let along = |p: LngLat| if across_lng { p.lng } else { p.lat };
    let (from, to) = (along(r.min().into()), along(r.max().into()));
    let (least, most) = (from + MIN_SHARE * (to - from), to - MIN_SHARE * (to - from));
    let at = if heavy { median(&weights, along).clamp(least, most) } else { f64::midpoint(from, to) };
    let at = shape::round_deg(at);
    let (low, high) = weights.into_iter().partition(|(p, _)| along(*p) < at);
    for (side, weights) in [(0, low), (1, high)] {
        let half = shape::rounded(&shape::clip(&piece, &half_window(r, across_lng, at, side)));
        cut_parts(half, weights, limits, out);
    }
}

/// The smallest coordinate at which half of the weight is reached.
fn median(weights: &[Weighted], along: impl Fn(LngLat) -> f64) -> f64 {
    let mut line: Vec<(f64, f64)> = weights.iter().map(|(p, w)| (along(*p), *w)).collect();
    line.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut left = line.iter().map(|l| l.1).sum::<f64>() / 2.0;
    let reached = line.iter().find(|(_, w)| {
        left -= w;
        left <= 0.0
    });
    reached.map_or(0.0, |l| l.0)
}

/// The box around `r` on the lower (0) or upper (1) side of the line at `at`.
fn half_window(r: Rect<f64>, across_lng: bool, at: f64, side: usize) -> Polygon<f64> {
    let pad = 1e-4;
    let mut corners =
        [coord! { x: r.min().x - pad, y: r.min().y - pad }, coord! { x: r.max().x + pad, y: r.max().y + pad }];
    let edge = &mut corners[1 - side];
    if across_lng {
        edge.x = at
    } else {
        edge.y = at
    }
    Rect::new(corners[0], corners[1]).to_polygon()
}

/// Joins fragments (tiny pieces that cuts left at a winding border, rocks off the coast) to the
/// neighbour with the longest shared border, else to the nearest piece. `pieces` are knitted and of
/// one parent.
pub fn join_fragments(
    mut pieces: Vec<MultiPolygon<f64>>,
    weights: &[Weighted],
    limits: &GridLimits,
) -> Vec<MultiPolygon<f64>> {
    let is_fragment = |p: &MultiPolygon<f64>| {
        let weight = || weights.iter().filter(|(at, _)| shape::contains(p, *at)).map(|w| w.1).sum::<f64>();
        shape::area_m2(p) < FRAGMENT_AREA * limits.max_area_m2 && weight() < FRAGMENT_WEIGHT * limits.max_weight
    };
    loop {
        let borders = topology::shared_borders_m(&pieces.iter().collect::<Vec<_>>());
        let Some(i) = (0..pieces.len()).find(|&i| is_fragment(&pieces[i])) else { return pieces };
        let of_i = borders.iter().filter(|(pair, _)| pair.0 == i || pair.1 == i);
        let longest = of_i.max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(a.0))).map(|(pair, _)| pair.0 + pair.1 - i);
        let Some(j) = longest.or_else(|| nearest(i, &pieces)) else { return pieces };
        pieces[j] = topology::union([&pieces[i], &pieces[j]]);
        pieces.remove(i);
    }
}

/// The piece whose border is nearest to a vertex of piece `i`.
fn nearest(i: usize, pieces: &[MultiPolygon<f64>]) -> Option<usize> {
    let distance_m = |j: usize| {
        let corners = pieces[i].coords_iter().map(|c| shape::border_distance_m(&pieces[j], c.into()));
        corners.fold(f64::INFINITY, f64::min)
    };
    (0..pieces.len()).filter(|&j| j != i).map(|j| (distance_m(j), j)).min_by(|a, b| a.0.total_cmp(&b.0)).map(|n| n.1)
}

#[cfg(test)]
mod tests;
