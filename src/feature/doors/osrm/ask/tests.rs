use super::*;

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
    for fine in ["hints=;&generate_hints=false", "bearings=;", "approaches=unrestricted;", "snapping=any", "exclude="] {
        assert!(read(fine).is_ok(), "{fine}");
    }
    for bad in ["bearings=10,20;", "approaches=curb;", "exclude=motorway", "radiuses=1"] {
        assert_eq!(code(read(bad)), "InvalidOptions", "{bad}");
    }
    for bad in ["colour=red", "radiuses=-1;2", "radiuses=x;2"] {
        assert_eq!(code(read(bad)), "InvalidQuery", "{bad}");
    }
    assert_eq!(read("radiuses=5;unlimited").unwrap().radiuses_m, [5.0, f64::INFINITY]);
    assert_eq!(read("sources=1;0").unwrap().indexes("sources").unwrap(), [1, 0]);
    assert_eq!(read("sources=all").unwrap().indexes("sources").unwrap(), [0, 1]);
    assert!(read("sources=2").unwrap().indexes("sources").is_err());
}
