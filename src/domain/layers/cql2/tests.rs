//! Random filters against plain code over the same rows, through text and through JSON.

use std::cmp::Ordering;

use fastrand::Rng;
use geo::{Geometry, Intersects, Relate};
use serde_json::{Value as Json, json};

use super::*;
use crate::{
    base::LngLat,
    domain::layers::{Column, Shape, Source, bbox_of, point},
};

#[derive(Debug, Clone)]
struct Thing {
    name: Option<String>,
    state: &'static str,
    count: Option<i64>,
    open: bool,
    at: Timestamp,
    place: LngLat,
}

static THINGS: Source<Thing> = Source {
    shape: Shape::Point,
    columns: &[
        Column::new("name", "", Kind::Text, |t| t.name.as_ref().into()),
        Column::new("state", "", Kind::Words(&["new", "done"]), |t| t.state.into()),
        Column::new("count", "", Kind::Whole, |t| t.count.into()),
        Column::new("open", "", Kind::Flag, |t| t.open.into()),
        Column::new("at", "", Kind::Time, |t| t.at.into()),
        Column::new("tags", "", Kind::List, |_| Value::List(json!([]))),
    ],
    id: |t| format!("{t:?}"),
    bbox: |t| bbox_of(t.place),
    geometry: |t| point(t.place),
    newest: None,
};

const NAMES: [&str; 5] = ["North Quay", "north", "Süd", "", "it's"];

fn time(n: usize) -> Timestamp {
    Timestamp::from_ms(1_772_409_600_000 + n as i64 * 3_600_000).unwrap()
}

fn things(dice: &mut Rng) -> Vec<Thing> {
    let mut one = || Thing {
        name: (dice.usize(..4) > 0).then(|| NAMES[dice.usize(..5)].to_owned()),
        state: ["new", "done"][dice.usize(..2)],
        count: (dice.usize(..4) > 0).then(|| dice.usize(..6) as i64 - 2),
        open: dice.usize(..2) == 0,
        at: time(dice.usize(..48)),
        place: LngLat { lng: dice.usize(..8) as f64, lat: dice.usize(..8) as f64 },
    };
    (0..60).map(|_| one()).collect()
}

type Truth = Box<dyn Fn(&Thing) -> Option<bool>>;

type Sign = (&'static str, fn(Ordering) -> bool);

fn sign(op: usize) -> Sign {
    let all: [Sign; 6] = [
        ("=", Ordering::is_eq),
        ("<>", Ordering::is_ne),
        ("<", Ordering::is_lt),
        (">", Ordering::is_gt),
        ("<=", Ordering::is_le),
        (">=", Ordering::is_ge),
    ];
    all[op]
}

/// A condition as text, as JSON, and as code.
fn condition(dice: &mut Rng, depth: u32) -> (String, Json, Truth) {
    if depth > 0 && dice.usize(..3) > 0 {
        let ((t1, j1, f1), (t2, j2, f2)) = (condition(dice, depth - 1), condition(dice, depth - 1));
        return match dice.usize(..3) {
            0 => (format!("NOT ({t1})"), json!({"op":"not","args":[j1]}), Box::new(move |t| f1(t).map(|b| !b))),
            1 => (
                format!("({t1}) and ({t2})"),
                json!({"op":"and","args":[j1,j2]}),
                Box::new(move |t| match (f1(t), f2(t)) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                }),
            ),
            _ => (
                format!("(({t1}) OR ({t2}))"),
                json!({"op":"or","args":[j1,j2]}),
                Box::new(move |t| match (f1(t), f2(t)) {
                    (Some(true), _) | (_, Some(true)) => Some(true),
                    (Some(false), Some(false)) => Some(false),
                    _ => None,
                }),
            ),
        };
    }
    let property = |name: &str| json!({ "property": name });
    let (word, holds) = sign(dice.usize(..6));
    match dice.usize(..10) {
        0 => {
            let name = NAMES[dice.usize(..5)];
            let quoted = name.replace('\'', "''");
            let truth: Truth = Box::new(move |t| t.name.as_deref().map(|n| holds(n.cmp(name))));
            (format!("name {word} '{quoted}'"), json!({"op":word,"args":[property("name"), name]}), truth)
        }
        1 => {
            let n = dice.usize(..6) as i64 - 2;
            let truth: Truth = Box::new(move |t| t.count.map(|c| holds(n.cmp(&c))));
            (format!("{n} {word} \"count\""), json!({"op":word,"args":[n, property("count")]}), truth)
        }
        2 => {
            let at = time(dice.usize(..48));
            let truth: Truth = Box::new(move |t| Some(holds(t.at.cmp(&at))));
            (
                format!("at {word} TIMESTAMP('{at}')"),
                json!({"op":word,"args":[property("at"), {"timestamp": at}]}),
                truth,
            )
        }
        3 => {
            let (low, high) = (dice.usize(..4) as i64 - 1, dice.usize(..4) as i64);
            let truth: Truth = Box::new(move |t| t.count.map(|c| (low..=high).contains(&c)));
            let json = json!({"op":"between","args":[property("count"), low, high]});
            (format!("count BETWEEN {low} AND {high}"), json, truth)
        }
        4 => {
            let truth: Truth = Box::new(|t| t.name.as_ref().map(|n| ["Süd", "north"].contains(&n.as_str())));
            (
                "name IN ('Süd', 'north')".to_owned(),
                json!({"op":"in","args":[property("name"), ["Süd", "north"]]}),
                truth,
            )
        }
        5 => {
            let truth: Truth = Box::new(|t| Some(t.count.is_none()));
            ("count IS NULL".to_owned(), json!({"op":"isNull","args":[property("count")]}), truth)
        }
        6 => {
            let truth: Truth = Box::new(|t| t.name.as_ref().map(|n| n.to_lowercase().starts_with("nor")));
            let json =
                json!({"op":"like","args":[{"op":"casei","args":[property("name")]}, {"op":"casei","args":["NOR%"]}]});
            ("CASEI(name) LIKE CASEI('NOR%')".to_owned(), json, truth)
        }
        7 => {
            let truth: Truth = Box::new(|t| Some(t.open && t.state == "new"));
            let json = json!({"op":"and","args":[{"op":"=","args":[property("open"),true]},
                {"op":"=","args":[property("state"),"new"]}]});
            ("open = TRUE AND state = 'new'".to_owned(), json, truth)
        }
        8 => {
            let [w, s] = [dice.usize(..6), dice.usize(..6)].map(|n| n as f64);
            let (e, n) = (w + 2.0, s + 2.0);
            let ring = [(w, s), (e, s), (e, n), (w, n), (w, s)];
            let shape: Geometry<f64> = Polygon::new(ring.to_vec().into(), vec![]).into();
            let text: Vec<_> = ring.iter().map(|(x, y)| format!("{x} {y}")).collect();
            let coordinates = json!([ring.map(|(x, y)| [x, y])]);
            let kind = dice.usize(..4);
            let name = ["s_intersects", "s_disjoint", "s_within", "s_touches"][kind];
            let truth: Truth = Box::new(move |t| {
                let own = point(t.place);
                Some(match kind {
                    0 => own.intersects(&shape),
                    1 => !own.intersects(&shape),
                    2 => own.relate(&shape).is_within(),
                    _ => own.relate(&shape).is_touches(),
                })
            });
            let text = format!("{}(geometry, POLYGON(({})))", name.to_uppercase(), text.join(","));
            let json = json!({"op":name,"args":[property("geometry"), {"type":"Polygon","coordinates":coordinates}]});
            (text, json, truth)
        }
        _ => {
            let (from, to) = (time(dice.usize(..24)), time(24 + dice.usize(..24)));
            let truth: Truth = Box::new(move |t| Some(from < t.at && t.at < to));
            let json = json!({"op":"t_during","args":[property("at"), {"interval":[from, to]}]});
            (format!("T_DURING(at, INTERVAL('{from}', '{to}'))"), json, truth)
        }
    }
}

#[test]
fn random_filters_take_what_plain_code_takes() {
    let mut dice = Rng::with_seed(15);
    for _ in 0..2_000 {
        let things = things(&mut dice);
        let (text, json, truth) = condition(&mut dice, 4);
        let rows = THINGS.rows(things.clone());
        let want: Vec<_> = things.iter().map(|t| truth(t) == Some(true)).collect();
        for filter in [read_text(&text, &THINGS, Crs::Crs84), read_json(&json.to_string(), &THINGS, Crs::Crs84)] {
            let filter = filter.unwrap_or_else(|e| panic!("{text}: {}", e.detail));
            let found: Vec<_> = (0..rows.len()).map(|row| filter.takes(&*rows, row)).collect();
            assert_eq!(found, want, "{text}\n{json}");
        }
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let deep = format!("{}TRUE{}", "(".repeat(100), ")".repeat(100));
    for (text, words) in [
        ("", "character 1: the filter ends too soon"),
        ("name =", "character 7: the filter ends too soon"),
        ("mood = 'x'", "character 1: there is no property \"mood\"; there are name, state"),
        ("tags = 'x'", "tags is a list"),
        ("name = 3", "name can't be compared with 3"),
        ("at > 'yesterday'", "\"yesterday\" is not an RFC 3339 time"),
        ("at > DATE('2026-13-01')", "is not a date"),
        ("name = 'x' AND", "character 15"),
        ("name = 'x' name", "character 12: \"name\" is not expected"),
        ("name = 'x", "is never closed"),
        ("name LIKE name", "LIKE takes a pattern in quotes"),
        ("count LIKE 'x'", "LIKE is for text"),
        ("S_INTERSECTS(geometry, 3)", "S_INTERSECTS takes geometry and a shape"),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1)))", "a ring has at least four points"),
        ("S_INTERSECTS(geometry, POINT(200 0))", "longitude 200 is not within"),
        ("S_INTERSECTS(geometry, POINT(0 0)", "\")\" is expected"),
        ("T_AFTER(name, at)", "name is no time"),
        ("buffer(name) = 1", "there is no function \"buffer\" here"),
        (deep.as_str(), "more than 64 deep"),
    ] {
        let error = read_text(text, &THINGS, Crs::Crs84).unwrap_err();
        assert_eq!(error.field.as_deref(), Some("filter"));
        assert!(error.detail.contains(words), "{text}: {}", error.detail);
    }
    let mut deep = json!(true);
    for _ in 0..100 {
        deep = json!({ "op": "not", "args": [deep] });
    }
    for (json, words) in [
        ("{", "line 1 column 1"),
        ("{}", "has no op"),
        (
            r#"{"op":"and","args":[true,{"op":"=","args":[{"property":"mood"},1]}]}"#,
            "at args[1].args[0]: there is no property",
        ),
        (r#"{"op":"=","args":[1]}"#, "= takes 2 arguments, not 1"),
        (r#"{"op":"near","args":[]}"#, "there is no operator \"near\""),
        (&deep.to_string(), "recursion limit exceeded"),
    ] {
        let error = read_json(json, &THINGS, Crs::Crs84).unwrap_err();
        assert!(error.detail.contains(words), "{json}: {}", error.detail);
    }
}
