use geo::{CoordsIter, MapCoords, Polygon};

use super::*;
use crate::kernel::{
    shape,
    testing::{quilt, uniform},
    topology,
};

const OPTIONS: AuditOptions =
    AuditOptions { sliver_width_m: SLIVER_WIDTH_M, partial: false, datum: Datum::Wgs84, county: None };

/// About a metre, in degrees.
const METRE: f64 = 1e-5;

fn drawn(shapes: &[MultiPolygon<f64>]) -> Vec<Drawn> {
    let rings = |p: &Polygon<f64>| std::iter::once(p.exterior()).chain(p.interiors()).cloned().collect();
    let zone = |(i, s): (usize, &MultiPolygon<f64>)| Drawn {
        code: Code::new(&format!("Z{i}")).unwrap(),
        name: format!("zone {i}"),
        name_zh: None,
        parts: s.iter().map(rings).collect(),
    };
    shapes.iter().enumerate().map(zone).collect()
}

/// A sound plan, about 100 m a zone.
fn sound(n: usize, dice: &mut dyn FnMut() -> f64) -> Vec<MultiPolygon<f64>> {
    let place = |c: geo::Coord<f64>| geo::Coord { x: 120.7 + c.x * METRE, y: 30.7 + c.y * METRE };
    quilt(n, dice).iter().map(|s| shape::rounded(&s.map_coords(place))).collect()
}

fn rect(w: f64, s: f64, e: f64, n: f64) -> MultiPolygon<f64> {
    let ring: LineString<f64> =
        [(w, s), (e, s), (e, n), (w, n), (w, s)].map(|(x, y)| (120.7 + x * METRE, 30.7 + y * METRE)).to_vec().into();
    shape::rounded(&Polygon::new(ring, vec![]).into())
}

fn told(audit: &Audit) -> Vec<(&'static str, Vec<&str>)> {
    audit.findings.iter().map(|f| (f.fault.as_str(), f.zones.iter().map(Code::as_str).collect())).collect()
}

#[test]
fn a_sound_plan_has_no_finding() {
    let mut random = uniform(11);
    for round in 0..60 {
        let shapes = sound(1 + round % 7, &mut random);
        let county = topology::union(&shapes);
        let found = audit(&drawn(&shapes), &AuditOptions { county: Some(&county), ..OPTIONS }).unwrap();
        assert!(found.findings.is_empty() && found.edges.is_empty(), "round {round}: {:?}", told(&found));
    }
}

/// What an injury ought to be told as, and of which zone.
type Injury = (Fault, usize);

/// Injures an inner zone or adds one, and says how.
fn injure(kind: usize, drawn: &mut [Drawn], dice: &mut dyn FnMut() -> f64) -> Option<Injury> {
    let i = (dice() * drawn.len() as f64) as usize;
    let ring = drawn[i].parts[0][0].0.clone();
    let own = &mut drawn[i].parts[0][0].0;
    let middle = own.iter().fold(geo::Coord { x: 0.0, y: 0.0 }, |m, c| m + *c / own.len() as f64);
    Some(match kind {
        0 => {
            own.pop();
            (Fault::UnclosedRing, i)
        }
        1 => {
            let again = drawn[i].parts[0].clone();
            drawn[i].parts.push(again);
            (Fault::DuplicateRing, i)
        }
        2 => {
            let j = (i + 1) % drawn.len();
            let again = drawn[i].parts[0].clone();
            drawn[j].parts.push(again);
            (Fault::DuplicateRing, j.max(i))
        }
        3 => {
            // A quadrilateral becomes a bow tie.
            if ring.len() != 5 {
                return None;
            }
            own.swap(1, 2);
            (Fault::SelfIntersection, i)
        }
        4 => {
            // Half as large again about its middle: over all neighbours.
            own.iter_mut().for_each(|c| *c = middle + (*c - middle) * 1.5);
            (Fault::Overlap, i)
        }
        5 => {
            let flat = [ring[0], ring[1], ring[0]].to_vec();
            drawn[i].parts.push(vec![flat.into()]);
            (Fault::EmptyRing, i)
        }
        6 => {
            let thin = rect(-500.0, -500.0, -300.0, -497.0);
            drawn[i].parts.push(vec![thin.0[0].exterior().clone()]);
            (Fault::Sliver, i)
        }
        _ => {
            let (a, b) = (ring[0], ring[1]);
            own.insert(1, geo::Coord { x: a.x.midpoint(b.x), y: a.y.midpoint(b.y) });
            (Fault::BorderMismatch, i)
        }
    })
}

#[test]
fn every_injected_fault_is_found_where_it_is() {
    let mut random = uniform(12);
    let mut seen = BTreeMap::new();
    for round in 0..240 {
        let shapes = sound(4 + round % 4, &mut random);
        let mut zones = drawn(&shapes);
        let Some((fault, zone)) = injure(round % 8, &mut zones, &mut random) else { continue };
        let code = zones[zone].code.clone();
        let found = audit(&zones, &OPTIONS).unwrap();
        let hit = found.findings.iter().find(|f| f.fault == fault && f.zones.contains(&code));
        let outer = topology::union(&shapes).0[0].exterior().clone();
        // A vertex more on the outside of all bothers nobody.
        let outside = fault == Fault::BorderMismatch && {
            let middle = zones[zone].parts[0][0].0[1];
            shape::border_distance_m(&Polygon::new(outer, vec![]).into(), middle.into()) < 0.1
        };
        if outside {
            assert!(found.findings.is_empty(), "round {round}: {:?}", told(&found));
            continue;
        }
        let hit = hit.unwrap_or_else(|| panic!("round {round}: no {fault:?} of {code} in {:?}", told(&found)));
        let near = zones[zone].parts.iter().flatten().flat_map(|r| r.0.iter());
        let near_m = near.map(|c| LngLat::from(*c).distance_m(hit.at)).fold(f64::INFINITY, f64::min);
        assert!(near_m < 200.0 && !hit.advice.is_empty(), "round {round}: {hit:?}");
        *seen.entry(fault.as_str()).or_insert(0) += 1;
    }
    assert!(seen.len() == 7 && seen.values().all(|n| *n >= 5), "{seen:?}");
}

#[test]
fn a_zone_left_out_is_a_gap_of_its_size() {
    let mut random = uniform(13);
    let mut inner = 0;
    for round in 0..60 {
        let mut shapes = sound(5, &mut random);
        let gone = shapes.remove((random() * shapes.len() as f64) as usize);
        // At the edge of everything it is no gap between zones.
        let whole = topology::union(shapes.iter().chain([&gone]));
        let edge = |c: geo::Coord<f64>| shape::border_distance_m(&whole, c.into()) < 0.1;
        if gone.0.len() > 1 || gone.coords_iter().any(edge) {
            continue;
        }
        inner += 1;
        let found = audit(&drawn(&shapes), &OPTIONS).unwrap();
        let area_m2 = shape::area_m2(&gone);
        let [gap] = &found.findings[..] else { panic!("round {round}: {:?}", told(&found)) };
        let size = gap.size.area_m2.unwrap();
        assert!(
            gap.fault == Fault::Gap && (size / area_m2 - 1.0).abs() < 1e-6,
            "round {round}: {gap:?}, not {area_m2}"
        );
        assert!(shape::contains(&gone, gap.at) && gap.repair == Repair::GiveTo && gap.repair_by.is_some());
        let partial = audit(&drawn(&shapes), &AuditOptions { partial: true, ..OPTIONS }).unwrap();
        assert!(partial.findings.is_empty() != gap.narrow, "round {round}: {:?}", told(&partial));
    }
    assert!(inner > 10, "{inner}");
}

/// ```text
///  100 +-----+  +-----+        4 m between the zones, open at both ends;
///      |  0  |  |  1  |        or 4 m of both
///    0 +-----+  +-----+
///      0   100  104  200
/// ```
#[test]
fn the_space_between_neighbours_and_their_overlap_are_measured() {
    let pair = |from: f64| {
        let shapes = [rect(0., 0., 100., 100.), rect(from, 0., 200., 100.)];
        audit(&drawn(&shapes), &OPTIONS).unwrap().findings
    };
    let [gap] = &pair(104.0)[..] else { panic!("{:?}", pair(104.0)) };
    // A hundred-thousandth degree of longitude is 0.957 m there, of latitude 1.112 m.
    assert!((gap.fault, gap.repair) == (Fault::Gap, Repair::JoinBorders) && gap.narrow, "{gap:?}");
    assert!(
        (gap.size.width_m.unwrap() - 3.83).abs() < 0.02 && (gap.size.length_m.unwrap() - 111.2).abs() < 0.2,
        "{gap:?}"
    );
    let [lap] = &pair(96.0)[..] else { panic!("{:?}", pair(96.0)) };
    assert!(lap.fault == Fault::Overlap && lap.narrow && (lap.size.width_m.unwrap() - 3.83).abs() < 0.05, "{lap:?}");
    assert_eq!(pair(100.0), []);
    assert_eq!(pair(120.0), [], "so far apart they are no neighbours");
}

/// ```text
///  100 +-----+  +-----+
///      |     |  |     |    +-+  an inlet 4 m wide, an islet of 6 m,
///   50 |  0  +--+  1  |    |1|  and a hole of 6 m between the two
///      |     ++ |     |    +-+
///    0 +------+-+-----+
///      0   100  104  200
/// ```
#[test]
fn what_is_narrow_in_the_county_itself_is_no_fault() {
    let at = |ring: &[(f64, f64)]| {
        let ring: LineString<f64> = ring.iter().map(|&(x, y)| (120.7 + x * METRE, 30.7 + y * METRE)).collect();
        shape::rewind(&shape::rounded(&Polygon::new(ring, vec![]).into()))
    };
    let left = [(0., 0.), (102., 0.), (102., 20.), (96., 20.), (96., 26.), (102., 26.), (102., 50.), (100., 50.)];
    let left = at(&[&left[..], &[(100., 100.), (0., 100.)]].concat());
    let right =
        [(102., 0.), (200., 0.), (200., 100.), (104., 100.), (104., 50.), (102., 50.), (102., 26.), (102., 20.)];
    let mut right = at(&right);
    right.0.extend(rect(300., 0., 306., 100.));
    let shapes = [left, right];
    let kinds = |shapes: &[MultiPolygon<f64>], county: Option<&MultiPolygon<f64>>| {
        let audit = audit(&drawn(shapes), &AuditOptions { county, ..OPTIONS }).unwrap();
        told(&audit).into_iter().map(|t| t.0).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&shapes, None), ["gap", "gap", "sliver"]);
    let county = topology::union(&shapes);
    assert_eq!(kinds(&shapes, Some(&county)), [""; 0]);
    // In a county that is whole there all of it is a slip, but for the islet, which the county has.
    let mut whole = rect(0., 0., 200., 100.);
    whole.0.extend(rect(300., 0., 306., 100.));
    assert_eq!(kinds(&shapes, Some(&whole)), ["gap", "gap"]);
    // A strip along the coast is not the county's, though its ends lie on the border.
    let strip = [rect(0., 0., 200., 96.), rect(0., 96., 200., 100.)];
    assert_eq!(kinds(&strip, Some(&topology::union(&strip))), ["sliver"]);
}

#[test]
fn parts_side_by_side_and_filled_holes_are_no_fault() {
    let hole = rect(40., 40., 60., 60.).0[0].exterior().clone();
    let donut = Polygon::new(rect(0., 0., 100., 100.).0[0].exterior().clone(), vec![hole.clone()]);
    let filled = MultiPolygon::new(vec![donut.clone(), Polygon::new(hole, vec![])]);
    let two =
        MultiPolygon::new([rect(100., 0., 150., 100.), rect(150., 0., 200., 100.)].into_iter().flatten().collect());
    let found = audit(&drawn(&[filled, two]), &OPTIONS).unwrap();
    assert!(found.findings.is_empty(), "{:?}", told(&found));
}

#[test]
fn a_file_or_a_zone_in_another_datum_is_told() {
    let mut random = uniform(15);
    for round in 0..12 {
        let shapes = sound(8, &mut random);
        let county = topology::union(&shapes);
        let options = AuditOptions { county: Some(&county), ..OPTIONS };
        let meant = [Datum::Gcj02, Datum::Bd09][round % 2];
        let moved = |s: &MultiPolygon<f64>| shape::rounded(&s.map_coords(|c| meant.from_wgs84(c.into()).into()));
        let all: Vec<_> = shapes.iter().map(moved).collect();
        let found = audit(&drawn(&all), &options).unwrap();
        let [whole] = &found.findings[..] else { panic!("round {round}: {:?}", told(&found)) };
        assert_eq!(
            (whole.fault, whole.repair_by.as_deref()),
            (Fault::WrongDatum, Some(meant.as_str())),
            "round {round}"
        );

        let mut one = shapes.clone();
        let i = (random() * one.len() as f64) as usize;
        if one[i].0.len() > 1 {
            continue;
        }
        one[i] = moved(&one[i]);
        let found = audit(&drawn(&one), &options).unwrap();
        let zone = found.findings.iter().filter(|f| f.fault == Fault::WrongDatum).collect::<Vec<_>>();
        let [zone] = zone[..] else { panic!("round {round}, zone {i}: {:?}", told(&found)) };
        assert_eq!((zone.zones[0].as_str(), zone.repair_by.as_deref()), (&*format!("Z{i}"), Some(meant.as_str())));
    }
}

#[test]
fn a_width_that_is_none_is_refused() {
    for bad in [-1.0, f64::NAN, 1e6] {
        let e = audit(&[], &AuditOptions { sliver_width_m: bad, ..OPTIONS }).unwrap_err();
        assert!(e.detail.starts_with(&bad.to_string()), "{e}");
    }
}
