use super::*;
use crate::feature::doors::bearing::Bearing;

fn code(result: Result<Ask, Refusal>) -> &'static str {
    match result {
        Err(Refusal::Coded(code, _)) => code,
        other => panic!("{other:?}"),
    }
}

#[test]
fn coordinates_are_pairs_or_polylines() {
    let plain = Ask::read("-4.5,54.2;-4.6,54.1", None, &[]).unwrap();
    for precision in [("polyline", 5), ("polyline6", 6)] {
        let encoded =
            polyline::encode_coordinates(plain.points.iter().map(|p| geo::Coord::from(*p)), precision.1).unwrap();
        let ask = Ask::read(&format!("{}({encoded})", precision.0), None, &[]).unwrap();
        assert_eq!(ask.points, plain.points, "{encoded}");
    }
    assert_eq!(Ask::read("-4.5,54.2;-4.6,54.1.json", None, &[]).unwrap().points, plain.points);
    for bad in ["", "1", "1,2;", "1,2;3", "a,b", "1,2,3"] {
        assert_eq!(code(Ask::read(bad, None, &[])), "InvalidQuery", "{bad}");
    }
    assert_eq!(code(Ask::read("181,0", None, &[])), "InvalidOptions");
}

#[test]
fn options_that_would_change_the_answer_are_refused_and_others_taken() {
    let read = |query| Ask::read("1,2;3,4", Some(query), &["sources"]);
    for fine in [
        "hints=;&generate_hints=false",
        "bearings=;",
        "bearings=0,180;360,0",
        "radiuses=",
        "approaches=unrestricted;",
        "snapping=any",
        "exclude=",
    ] {
        assert!(read(fine).is_ok(), "{fine}");
    }
    for bad in [
        "bearings=10,20;;",
        "bearings=361,20;",
        "bearings=-1,20;",
        "bearings=10,181;",
        "approaches=curb;",
        "exclude=motorway",
        "radiuses=1;2;3",
    ] {
        assert_eq!(code(read(bad)), "InvalidOptions", "{bad}");
    }
    for bad in ["colour=red", "radiuses=-1;2", "radiuses=x;2", "radiuses=NaN", "bearings=10;", "bearings=a,b;"] {
        assert_eq!(code(read(bad)), "InvalidQuery", "{bad}");
    }
    let radiuses = |query| read(query).unwrap().near.iter().map(|near| near.radius_m).collect::<Vec<_>>();
    assert_eq!(radiuses("radiuses=5;unlimited"), [5.0, f64::INFINITY]);
    assert_eq!(radiuses("radiuses=unlimited"), [f64::INFINITY; 2]);
    assert_eq!(radiuses("radiuses=7"), [7.0; 2]);
    let bearings = read("bearings=90,20;").unwrap().near.iter().map(|near| near.bearing).collect::<Vec<_>>();
    assert_eq!(bearings, [Some(Bearing { deg: 90.0, range_deg: 20.0 }), None]);
    assert_eq!(read("sources=1;0").unwrap().indexes("sources").unwrap(), [1, 0]);
    assert_eq!(read("sources=all").unwrap().indexes("sources").unwrap(), [0, 1]);
    assert!(read("sources=2").unwrap().indexes("sources").is_err());
}
