use super::*;

fn at(lng: f64, lat: f64) -> LngLat {
    LngLat::new(lng, lat).unwrap()
}

/// Published pairs (WGS-84, GCJ-02) of the eviltransform test set.
#[test]
fn gcj02_equals_the_published_pairs() {
    for (w, g) in [
        (at(121.5272106, 31.1774276), at(121.531541859215, 31.17530398364597)),
        (at(113.912316, 22.543847), at(113.9171764808363, 22.540796131694766)),
        (at(116.377817, 39.911954), at(116.38404722455657, 39.91334545536069)),
    ] {
        let d = Gcj02::from(Wgs84(w)).0.distance_m(g);
        assert!(d < 1e-3, "{w} is {d} m off");
        let d = Wgs84::from(Gcj02(g)).0.distance_m(w);
        assert!(d < 1e-3, "{g} back is {d} m off");
    }
}

#[test]
fn jiaxing_is_shifted_as_stated() {
    let p = at(120.7555, 30.7461);
    let gcj = p.distance_m(Datum::Gcj02.from_wgs84(p));
    let bd = p.distance_m(Datum::Bd09.from_wgs84(p));
    assert!((470.0..490.0).contains(&gcj) && (1_050.0..1_150.0).contains(&bd), "{gcj} {bd}");
}

#[test]
fn every_datum_comes_back_within_half_a_metre_over_the_whole_box() {
    // A grid with steps that share no period with the formulas' waves, at least 0.05 degrees inside.
    let (mut n, mut worst) = (0, 0.0f64);
    let mut lng = CHINA.west + 0.05;
    while lng < CHINA.east - 0.05 {
        let mut lat = CHINA.south + 0.05;
        while lat < CHINA.north - 0.05 {
            let p = at(lng, lat);
            for d in Datum::ALL {
                let off = d.to_wgs84(d.from_wgs84(p)).distance_m(p);
                assert!(off < 0.5, "{d} {p}: {off} m");
                worst = worst.max(off);
            }
            n += 1;
            lat += 0.2713;
        }
        lng += 0.2391;
    }
    assert!(n > 50_000 && worst < 0.01, "{n} points, worst {worst} m");
}

#[test]
fn just_inside_the_edge_both_branches_are_tried() {
    let off = |p| Wgs84::from(Gcj02::from(Wgs84(p))).0.distance_m(p);
    for i in 0..1_000 {
        let t = f64::from(i) / 1_000.0;
        let lng = CHINA.west + t * (CHINA.east - CHINA.west);
        let lat = CHINA.south + t * (CHINA.north - CHINA.south);
        for p in [
            at(lng, CHINA.south + 1e-4),
            at(lng, CHINA.north - 1e-4),
            at(CHINA.west + 1e-4, lat),
            at(CHINA.east - 1e-4, lat),
        ] {
            assert!(off(p) < 0.5, "inside the edge {p}: {} m", off(p));
        }
        for p in [at(lng, CHINA.south - 0.05), at(CHINA.east + 0.05, lat), at(CHINA.west - 0.05, lat)] {
            assert_eq!(off(p), 0.0, "outside {p}");
        }
    }
}

#[test]
fn outside_china_gcj02_is_wgs84_and_unknown_datums_are_named() {
    let p = at(-4.48, 54.15);
    assert_eq!(Datum::Gcj02.to_wgs84(p), p);
    assert_eq!(Datum::Gcj02.from_wgs84(p), p);
    let e = "epsg:3857".parse::<Datum>().unwrap_err();
    assert!(e.detail.contains("epsg:3857"), "{e}");
    assert_eq!("bd09".parse::<Datum>().unwrap(), Datum::Bd09);
}
