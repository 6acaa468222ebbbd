use super::*;

#[test]
fn web_mercator_is_that_of_the_register() {
    // The example of EPSG method 1024 (IOGP 373-7-2): 24°22'54.433"N, 100°20'00.000"W.
    let p = LngLat { lng: -(100.0 + 20.0 / 60.0), lat: 24.0 + 22.0 / 60.0 + 54.433 / 3_600.0 };
    let [x, y] = Crs::Epsg3857.from_wgs84(p);
    assert!((x - -11_169_055.58).abs() < 0.01 && (y - 2_800_000.00).abs() < 0.01, "{x} {y}");
    let back = Crs::Epsg3857.to_wgs84([x, y]).unwrap();
    assert!((back.lng - p.lng).abs() < 1e-8 && (back.lat - p.lat).abs() < 1e-8, "{back}");
}

#[test]
fn axes_are_those_of_the_register() {
    let p = LngLat { lng: 112.05, lat: 27.04 };
    assert_eq!(Crs::Crs84.from_wgs84(p), [112.05, 27.04]);
    for crs in [Crs::Epsg4326, Crs::Epsg4490] {
        assert_eq!(crs.from_wgs84(p), [27.04, 112.05]);
        assert_eq!(crs.to_wgs84([27.04, 112.05]).unwrap(), p);
        assert!(crs.to_wgs84([112.05, 27.04]).is_err());
    }
}

#[test]
fn systems_are_named_by_uri_or_in_short() {
    for crs in Crs::ALL {
        assert_eq!(Crs::named("crs", crs.uri()).unwrap(), crs);
        assert_eq!(Crs::named("crs", &format!("[{}]", crs.uri())).unwrap(), crs);
    }
    assert_eq!(Crs::named("crs", "EPSG:4490").unwrap(), Crs::Epsg4490);
    for bad in ["", "EPSG:4527", "epsg", "http://www.opengis.net/def/crs/EPSG/0/2056"] {
        assert!(Crs::named("crs", bad).is_err(), "{bad}");
    }
}
