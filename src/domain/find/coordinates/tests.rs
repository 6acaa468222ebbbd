use super::*;

/// Longitude, latitude and order of each reading in WGS-84.
fn told(text: &str) -> Vec<(f64, f64, Order)> {
    let plain = read(text).into_iter().filter(|r| r.datum == Datum::Wgs84);
    plain.map(|r| ((r.at.lng * 1e6).round() / 1e6, (r.at.lat * 1e6).round() / 1e6, r.order)).collect()
}

#[test]
fn coordinates_are_read_as_people_write_them() {
    use Order::{LatLng as B, LngLat as A};
    let both = |a: f64, b: f64| vec![(b, a, B), (a, b, A)];
    for (text, want) in [
        ("-4.48,54.15", both(-4.48, 54.15)),
        ("54.15 -4.48", both(54.15, -4.48)),
        ("54.15，-4.48", both(54.15, -4.48)),
        ("５４.１５、-４.４８", both(54.15, -4.48)),
        ("(54.15; −4.48)", both(54.15, -4.48)),
        ("geo:54.15,-4.48", both(54.15, -4.48)),
        ("120.5,30.25", vec![(120.5, 30.25, A)]),
        ("30.25\t120.5", vec![(120.5, 30.25, B)]),
        ("54.15N 4.48W", vec![(-4.48, 54.15, B)]),
        ("N54.15, W4.48", vec![(-4.48, 54.15, B)]),
        ("4.48 w 54.15 n", vec![(-4.48, 54.15, A)]),
        ("54.15 north, 4.48 west", vec![(-4.48, 54.15, B)]),
        ("lng=-4.48 lat=54.15", vec![(-4.48, 54.15, A)]),
        ("lat 54.15N, lng 4.48W", vec![(-4.48, 54.15, B)]),
        ("lat: 54.15, lon: -4.48", vec![(-4.48, 54.15, B)]),
        ("54°9'36\"N 4°28'48\"W", vec![(-4.48, 54.16, B)]),
        ("54°9′36″N, 4°28′48″W", vec![(-4.48, 54.16, B)]),
        ("54º 9' 36'' N 4º 28' 48'' W", vec![(-4.48, 54.16, B)]),
        ("54°9.6'N 4°28.8'W", vec![(-4.48, 54.16, B)]),
        ("N54 9.6 W4 28.8", vec![(-4.48, 54.16, B)]),
        ("54 9 36 N 4 28 48 W", vec![(-4.48, 54.16, B)]),
        ("54d9m36s 4d28m48s", vec![(4.48, 54.16, B), (54.16, 4.48, A)]),
        ("54°N 4°28'48\"W", vec![(-4.48, 54.0, B)]),
        ("54 9 36, -4 28 48", both(54.16, -4.48)),
        ("东经120°45′36″，北纬30°45′", vec![(120.76, 30.75, A)]),
        ("北纬30度45分 东经120度45分36秒", vec![(120.76, 30.75, B)]),
        ("经度120.76 纬度30.75", vec![(120.76, 30.75, A)]),
        ("wgs84 30.75 120.76", vec![(120.76, 30.75, B)]),
    ] {
        assert_eq!(told(text), want, "{text:?}");
    }
}

#[test]
fn what_is_no_pair_of_coordinates_is_none() {
    for text in [
        "",
        "54.15",
        "peel",
        "a18",
        "1 2 3",
        "54.15,-4.48,12",
        "200,100",
        "54.15N 4.48N",
        "-4.48W 54.15N",
        "54°70'N 4°W",
        "54.5 9 N 4 28 W",
        "north quay",
        "12 north quay",
        "1.2.3,4",
        "54,15,4,48",
        "东栅 18",
    ] {
        assert_eq!(read(text), vec![], "{text:?}");
    }
}

#[test]
fn in_china_a_pair_may_be_in_any_datum_and_one_that_is_said_is_it() {
    let all: Vec<Datum> = read("120.76,30.75").iter().map(|r| r.datum).collect();
    assert_eq!(all, [Datum::Wgs84, Datum::Gcj02, Datum::Bd09]);
    let at = LngLat::new(120.76, 30.75).unwrap();
    for (text, datum) in [
        ("120.76,30.75 百度", Datum::Bd09),
        ("GCJ-02 120.76 30.75", Datum::Gcj02),
        ("cgcs2000 30.75,120.76", Datum::Cgcs2000),
    ] {
        let [one] = read(text)[..] else { panic!("{text}") };
        assert_eq!((one.datum, one.at), (datum, datum.to_wgs84(at)), "{text}");
    }
}
