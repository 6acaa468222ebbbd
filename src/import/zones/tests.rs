use super::*;

fn options(datum: Datum) -> FeatureOptions {
    let field = |name: &str| name.to_owned();
    FeatureOptions {
        code_field: field("code"),
        name_field: field("name"),
        name_zh_field: Some(field("name_zh")),
        parent_field: None,
        priority_field: None,
        owner_field: None,
        datum,
        join_parts: false,
    }
}

fn read(features: &str, datum: Datum) -> Result<Vec<Drawn>> {
    let text = format!(r#"{{"type": "FeatureCollection", "features": [{features}]}}"#);
    let input = Source::Bytes { name: "z.geojson", bytes: text.as_bytes() };
    from_features(&Features::read(input, None)?, &options(datum))
}

fn zone(code: &str, ring: &str) -> String {
    format!(
        r#"{{"type": "Feature", "properties": {{"code": "{code}", "name": "Z"}},
            "geometry": {{"type": "Polygon", "coordinates": [{ring}]}}}}"#
    )
}

#[test]
fn rings_come_as_they_stand() {
    let open = "[[120.1, 30.1], [120.2, 30.1], [120.2, 30.2]]";
    let zones = read(&zone("1", open), Datum::Wgs84).unwrap();
    assert_eq!(zones[0].parts[0][0].0.len(), 3);
    assert_eq!(zones[0].parts[0][0].0[1], Coord { x: 120.2, y: 30.1 });
    let shifted = read(&zone("1", open), Datum::Gcj02).unwrap();
    assert!(shifted[0].parts[0][0].0[1] != zones[0].parts[0][0].0[1]);
}

#[test]
fn a_wrong_feature_refuses_the_file() {
    let ring = "[[120.1, 30.1], [120.2, 30.1], [120.2, 30.2], [120.1, 30.1]]";
    let point = r#"{"type": "Feature", "properties": {"code": "1", "name": "Z"},
                    "geometry": {"type": "Point", "coordinates": [120.1, 30.1]}}"#;
    for (features, why) in [
        (String::new(), "holds no zone"),
        (point.to_owned(), "feature 0: is a Point"),
        (format!("{},{}", zone("1", ring), zone("1", ring)), "feature 1: has the code 1 of feature 0"),
        (zone("1", "[[13430000.0, 3580000.0]]"), "are these degrees?"),
        (zone(" 1", ring).replace("\"name\"", "\"title\""), "property \"name\""),
    ] {
        let e = read(&features, Datum::Wgs84).unwrap_err();
        assert!(e.detail.starts_with("z.geojson: ") && e.detail.contains(why), "{e}");
    }
}

#[test]
fn tables_go_both_ways() {
    let [a, b, z] = ["A1", "A2", "Z"].map(|c| Code::new(c).unwrap());
    let mut out = Vec::new();
    to_csv([(&a, "Z"), (&b, "")], &mut out).unwrap();
    assert_eq!(String::from_utf8(out.clone()).unwrap(), "atom,zone\nA1,Z\nA2,\n");
    let read =
        |text: &[u8], renamed: &[(String, String)]| from_csv(Source::Bytes { name: "t.csv", bytes: text }, renamed);
    assert_eq!(read(&out, &[]).unwrap(), [(a.clone(), Some(z.clone())), (b, None)]);
    let renamed = [("atom".to_owned(), "GEOID".to_owned()), ("zone".to_owned(), "District".to_owned())];
    assert_eq!(read(b"GEOID,District,Pop\nA1,Z,9\nA1,Z,9\n", &renamed).unwrap()[0], (a, Some(z)));
    let e = read(b"atom,zone\nA1,Z\nA1,Y\n", &[]).unwrap_err();
    assert!(e.detail.contains("line 3: atom \"A1\": stood above"), "{e}");
}
