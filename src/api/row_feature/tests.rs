use fastrand::Rng;
use geo::{MultiPoint, Point, polygon};
use geojson::{GeometryValue, feature::Id};
use serde_json::{Value as Json, json};

use super::*;
use crate::{
    base::BBox,
    domain::layers::{Column, Kind, Shape as LayerShape, Source, Value},
};

#[derive(Debug, Clone)]
struct Thing(Geometry<f64>);

static THINGS: Source<Thing> = Source {
    shape: LayerShape::Point,
    columns: &[
        Column::new("z", "", Kind::Text, |_| "a \"b\"\n巡".into()),
        Column::new("a", "", Kind::Number, |_| 0.1_f64.into()),
        Column::new("none", "", Kind::Number, |_| Value::Null),
        Column::new("odd", "", Kind::Number, |_| f64::NAN.into()),
        Column::new("list", "", Kind::List, |_| Value::List(json!(["x", 1]))),
        Column::new("at", "", Kind::Time, |_| crate::base::Timestamp::MIN.into()),
    ],
    id: |_| "thing/1".to_owned(),
    bbox: |_| BBox { west: 0.0, south: 0.0, east: 1.0, north: 1.0 },
    geometry: |t| t.0.clone(),
    newest: None,
};

fn shapes() -> Vec<Geometry<f64>> {
    let line = LineString::from(vec![(112.0, 27.1), (112.1234567, 27.0), (112.0, 27.1)]);
    let holed = polygon!(exterior: [(x: 0., y: 0.), (x: 4., y: 0.), (x: 4., y: 4.)],
        interiors: [[(x: 1., y: 0.5), (x: 2., y: 0.5), (x: 2., y: 1.)]]);
    let none = Polygon::new(LineString(Vec::new()), Vec::new());
    vec![
        Point::new(-4.5, 54.2).into(),
        line.clone().into(),
        MultiLineString(vec![line.clone(), line]).into(),
        holed.clone().into(),
        MultiPolygon(vec![holed.clone(), holed]).into(),
        none.into(),
        MultiPoint(vec![Point::new(1.0, 2.0)]).into(),
    ]
}

/// As the library that knows the format makes it.
fn made(shape: &Geometry<f64>, value: impl Fn(usize) -> Json) -> Feature {
    let names = THINGS.columns.iter().enumerate().map(|(ix, column)| (column.about().name.to_owned(), value(ix)));
    Feature {
        bbox: None,
        geometry: Some(GeometryValue::from(shape).into()),
        id: Some(Id::String("thing/1".to_owned())),
        properties: Some(names.collect()),
        foreign_members: None,
    }
}

#[test]
fn a_row_is_written_as_the_library_writes_its_feature() {
    for shape in shapes() {
        let rows = THINGS.rows(vec![Thing(shape.clone())]);
        let shown = Shown::everything(&*rows);
        let mut written = Vec::new();
        shown.write(&*rows, 0, &mut written).unwrap();
        let wanted = made(&shape, |ix| rows.value(0, ix).into_json());
        let text = String::from_utf8_lossy(&written);
        assert_eq!(serde_json::from_slice::<Json>(&written).unwrap(), json!(wanted), "{text}");
        assert_eq!(shown.feature(&*rows, 0).unwrap(), wanted, "{text}");
    }
}

#[test]
fn what_is_not_shown_is_not_written() {
    let rows = THINGS.rows(vec![Thing(Point::new(-4.5, 54.2).into())]);
    let written = |shown: Shown| json!(shown.feature(&*rows, 0).unwrap());
    let bare = json!({ "type": "Feature", "id": "thing/1", "geometry": null, "properties": { "a": 0.1 } });
    assert_eq!(written(Shown::new(&*rows, &[1], None)), bare);
    let metres = written(Shown::new(&*rows, &[], Some(Crs::Epsg3857)));
    assert!(metres["geometry"]["coordinates"][1].as_f64().unwrap() > 7e6, "{metres}");
}

#[test]
fn rows_stand_where_it_is_said() {
    let rows = THINGS.rows(shapes().into_iter().map(Thing).collect());
    for count in 0..rows.len() {
        let mut text = b"before".to_vec();
        let shown = Shown::everything(&*rows);
        let at = shown.write_all(&*rows, 0..count, &mut text).unwrap();
        let all: Vec<Json> = serde_json::from_slice(&text[6..]).unwrap();
        let each: Vec<Json> = at.into_iter().map(|at| serde_json::from_slice(&text[at]).unwrap()).collect();
        assert_eq!((all.len(), all), (count, each));
    }
}

#[test]
fn numbers_are_written_as_the_library_writes_them() {
    let mut dice = Rng::with_seed(7);
    let mut numbers =
        vec![0.0, -0.0, 1.0, -1.0, 180.0, 0.1, -0.1, 1e-7, -1e-7, 1.2e-6, 9.9e-6, 1e-5, 1e-4, 900_719_925.474_099_3];
    numbers.extend([f64::MAX, f64::MIN_POSITIVE, 1e9, 900_719_926.0, 0.3 - 0.1, f64::NAN, f64::INFINITY]);
    let decimals = |dice: &mut Rng, n: i32| (dice.f64() * 360.0 - 180.0, 10f64.powi(n));
    for n in 0..20_000 {
        let (value, power) = decimals(&mut dice, n % 10);
        numbers.extend([value, (value * power).round() / power, value * power, value / 1e6]);
    }
    for value in numbers {
        let (mut ours, theirs) = (Vec::new(), serde_json::to_vec(&value).unwrap());
        number(&mut ours, value).unwrap();
        assert_eq!(String::from_utf8(ours), String::from_utf8(theirs));
    }
}
