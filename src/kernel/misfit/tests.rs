use std::{
    collections::BTreeSet,
    io::Write,
    process::{Command, Stdio},
};

use geo::{MapCoords, Polygon};
use serde_json::{Value, json};

use super::*;
use crate::testing::{Dice, pick, quilt, shape, uniform};

const PLANE: [f64; 2] = [1.0, 1.0];

/// Breaks the tiling in one of the ways that drawn zones are broken.
fn injure(shapes: &mut Vec<MultiPolygon<f64>>, dice: Dice) {
    let i = pick(dice, shapes.len());
    let step = [0, 1].map(|_| ((dice() - 0.5) * 40.0).round());
    let moved = |s: &MultiPolygon<f64>| s.map_coords(|c| Coord { x: c.x + step[0], y: c.y + step[1] });
    let change = |s: &mut MultiPolygon<f64>, change: &mut dyn FnMut(&mut Vec<Coord<f64>>)| {
        s.0[0].exterior_mut(|r| {
            r.0.pop();
            change(&mut r.0);
            let first = r.0[0];
            r.0.push(first);
        });
    };
    match pick(dice, 9) {
        0 => change(&mut shapes[i], &mut |r| r[0] = Coord { x: r[0].x + step[0], y: r[0].y + step[1] }),
        1 => shapes[i] = moved(&shapes[i]),
        2 => shapes.push(shapes[i].clone()),
        3 => shapes.push(moved(&shapes[i])),
        4 => change(&mut shapes[i], &mut |r| {
            r.insert(1, Coord { x: r[0].x.midpoint(r[1].x), y: r[0].y.midpoint(r[1].y) })
        }),
        5 => change(&mut shapes[i], &mut |r| {
            if r.len() > 3 {
                r.remove(1);
            }
        }),
        6 => change(&mut shapes[i], &mut |r| r.swap(0, 1)),
        7 => drop(shapes.remove(i)),
        _ => {
            let c = shapes[i].0[0].exterior().0[0];
            let far = 150.0;
            shapes.push(shape(&[[c.x, c.y], [c.x + far, c.y], [c.x + far, c.y + far], [c.x, c.y + far]]));
        }
    }
}

type Segments = BTreeSet<[[u64; 2]; 2]>;

fn undirected(mut ends: [[u64; 2]; 2]) -> [[u64; 2]; 2] {
    ends.sort_unstable();
    ends
}

fn bits(c: &Coord<f64>) -> [u64; 2] {
    [c.x, c.y].map(|v| (v + 0.0).to_bits())
}

fn ours(shapes: &[MultiPolygon<f64>], width: f64) -> Vec<Segments> {
    let mut found = vec![Segments::new(); shapes.len()];
    for m in segments(shapes, GapWidth { width, scale: PLANE }) {
        found[m.shape].extend(m.line.0.windows(2).map(|w| undirected([bits(&w[0]), bits(&w[1])])));
    }
    found
}

fn coordinates(shape: &MultiPolygon<f64>) -> Value {
    let ring = |r: &LineString<f64>| r.0.iter().map(|c| json!([c.x, c.y])).collect::<Value>();
    let rings = |p: &Polygon<f64>| std::iter::once(p.exterior()).chain(p.interiors()).map(ring).collect::<Value>();
    shape.iter().map(rings).collect()
}

/// What GEOS finds in each case; `None` where no shapely can be had.
fn theirs(cases: &[(Vec<MultiPolygon<f64>>, f64)]) -> Option<Vec<Vec<Segments>>> {
    let script = |name: &str| format!("{}/{name}", env!("CARGO_MANIFEST_DIR"));
    let python = Command::new(script("scripts/shapely.sh")).output().ok().filter(|o| o.status.success())?;
    let mut child = Command::new(String::from_utf8(python.stdout).unwrap().trim())
        .arg(script("tests/oracles/coverage_edges.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines: Vec<String> = cases
        .iter()
        .map(|(shapes, width)| json!({"gap_width": width, "shapes": shapes.iter().map(coordinates).collect::<Value>()}))
        .map(|case| format!("{case}\n"))
        .collect();
    let feeder = std::thread::spawn(move || lines.iter().try_for_each(|l| input.write_all(l.as_bytes())));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let segments = |edges: &Vec<[u64; 4]>| edges.iter().map(|&[a, b, c, d]| undirected([[a, b], [c, d]])).collect();
    let case = |line: &str| {
        serde_json::from_str::<Vec<Vec<[u64; 4]>>>(line).unwrap().iter().map(segments).collect::<Vec<Segments>>()
    };
    Some(String::from_utf8(output.stdout).unwrap().lines().map(case).collect())
}

#[test]
fn misfits_are_the_invalid_coverage_edges_of_geos() {
    let mut random = uniform(41);
    let cases: Vec<(Vec<MultiPolygon<f64>>, f64)> = (0..600)
        .map(|round| {
            let mut shapes = quilt(2 + round % 5, &mut random);
            (0..round % 7).for_each(|_| injure(&mut shapes, &mut random));
            let width = [0.0, 0.0, 5.0, 30.0][round % 4];
            if round % 3 == 0 {
                // Degrees, where no border is exactly straight.
                let degrees = |c: Coord<f64>| Coord { x: 120.7 + c.x / 1e5, y: 30.7 + c.y / 1e5 };
                return (shapes.iter().map(|s| s.map_coords(degrees)).collect(), width / 1e5);
            }
            (shapes, width)
        })
        .collect();
    let Some(theirs) = theirs(&cases) else {
        println!("skipped: shapely");
        return;
    };
    let mut misfits = 0;
    for (round, ((shapes, width), want)) in cases.iter().zip(&theirs).enumerate() {
        let found = ours(shapes, *width);
        misfits += found.iter().map(BTreeSet::len).sum::<usize>();
        for (i, (found, want)) in found.iter().zip(want).enumerate() {
            let show = |s: &Segments| s.iter().map(|s| s.map(|p| p.map(f64::from_bits))).collect::<Vec<_>>();
            let differ: Vec<_> =
                [found.difference(want), want.difference(found)].map(|d| show(&d.copied().collect())).into();
            assert!(
                found == want,
                "round {round}, width {width}, shape {i}: only ours, only theirs {differ:?}\n{}",
                shapes.iter().map(coordinates).collect::<Value>()
            );
        }
    }
    assert_eq!(theirs.len(), cases.len());
    assert!(misfits > 3_000, "{misfits}");
}

#[test]
fn a_tiling_has_no_misfit() {
    let mut random = uniform(7);
    for round in 0..50 {
        let shapes = quilt(1 + round % 8, &mut random);
        let found = segments(&shapes, GapWidth { width: 5.0, scale: PLANE });
        assert!(found.is_empty(), "round {round}: {found:?}");
    }
}

/// ```text
///  2 +---+---+
///    | A |   |      B lacks the vertex at (1, 1) that A and C have
///  1 +---+ B |
///    | C |   |
///  0 +---+---+
/// ```
#[test]
fn a_missing_vertex_is_told_with_both_sides() {
    let shapes = [
        shape(&[[0., 1.], [1., 1.], [1., 2.], [0., 2.]]),
        shape(&[[1., 0.], [2., 0.], [2., 2.], [1., 2.]]),
        shape(&[[0., 0.], [1., 0.], [1., 1.], [0., 1.]]),
    ];
    let found = segments(&shapes, GapWidth { width: 0.0, scale: PLANE });
    let told: Vec<_> = found.iter().map(|m| (m.shape, m.against, m.line.0.len())).collect();
    assert_eq!(told, [(0, 1, 2), (1, 0, 2), (2, 1, 2)]);
}

#[test]
fn the_gap_width_is_measured_in_the_scale() {
    // Two columns, 4 apart in x; x counts a tenth.
    let shapes =
        [shape(&[[0., 0.], [50., 0.], [50., 9.], [0., 9.]]), shape(&[[54., 0.], [90., 0.], [90., 9.], [54., 9.]])];
    let found = |width, scale| segments(&shapes, GapWidth { width, scale }).len();
    assert_eq!([found(3.0, PLANE), found(5.0, PLANE), found(1.0, [0.1, 1.0]), found(0.3, [0.1, 1.0])], [0, 2, 2, 0]);
}
