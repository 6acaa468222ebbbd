use super::*;
use crate::import::testing::boxed;

fn raw(code: &str, west: f64, east: f64) -> RawArea {
    let area = boxed(code, Level::Township, None, west, east);
    let (code, name) = (code.to_owned(), area.name.clone());
    RawArea {
        origin: format!("feature {code}"),
        code,
        name,
        name_zh: None,
        parent: None,
        priority: None,
        owner: None,
        geometry: area.geometry,
    }
}

fn chosen(name: Option<&str>) -> Chosen {
    Chosen { code: Code::new("1").unwrap(), name: name.map(str::to_owned), time_zone: None, wider: false }
}

fn import(former: &[Area], level: Level, all: &[(&str, f64, f64)]) -> Result<(Vec<Area>, Report)> {
    let mut report = Report::default();
    let raw = all.iter().map(|&(code, west, east)| raw(code, west, east)).collect();
    next(former, &chosen(Some("Isle")), level, raw, &mut report).map(|areas| (areas, report))
}

fn codes(areas: &[Area]) -> Vec<(&str, Option<&str>)> {
    areas.iter().map(|a| (a.code.as_str(), a.parent.as_ref().map(Code::as_str))).collect()
}

#[test]
fn townships_of_a_new_county_make_it_their_union() {
    let (areas, report) = import(&[], Level::Township, &[("11", 0.0, 1.0), ("12", 1.0, 3.0)]).unwrap();
    assert_eq!(codes(&areas), [("1", None), ("11", Some("1")), ("12", Some("1"))]);
    assert_eq!((areas[0].derived.as_deref(), areas[0].time_zone.as_deref()), (Some("union"), Some(TIME_ZONE)));
    assert_eq!((areas[0].bbox.west, areas[0].bbox.east), (0.0, 3.0));
    assert_eq!((report.taken, report.warnings.len()), (2, 0));
    let e = next(&[], &chosen(None), Level::Township, vec![raw("11", 0.0, 1.0)], &mut Report::default());
    assert!(e.unwrap_err().detail.contains("needs a name"));
}

#[test]
fn a_level_replaces_itself_and_what_is_below_and_keeps_what_is_above() {
    let (townships, _) = import(&[], Level::Township, &[("11", 0.0, 1.0), ("12", 1.0, 3.0)]).unwrap();
    let (villages, report) =
        import(&townships, Level::Village, &[("111", 0.0, 1.0), ("121", 1.2, 3.0), ("9", 8.0, 9.0)]).unwrap();
    assert_eq!(codes(&villages[3..]), [("111", Some("11")), ("121", Some("12"))]);
    assert!(same_down_to(Level::Township, &townships, &villages));
    assert_eq!(report.dropped.len(), 1, "the one outside: {report:?}");
    let (moved, _) = import(&villages, Level::Township, &[("11", 0.0, 2.0)]).unwrap();
    assert_eq!(codes(&moved), [("1", None), ("11", Some("1"))]);
    assert_eq!(moved[0].bbox.east, 2.0, "a drawn county follows its townships");
}

#[test]
fn a_county_of_its_own_shape_keeps_it() {
    let (county, _) = import(&[], Level::County, &[("r77", 0.0, 4.0)]).unwrap();
    assert_eq!((codes(&county), county[0].derived.clone()), (vec![("1", None)], None));
    let (areas, report) = import(&county, Level::Township, &[("11", 0.0, 1.0), ("19", 5.0, 6.0)]).unwrap();
    assert_eq!((codes(&areas), areas[0].bbox.east), (vec![("1", None), ("11", Some("1"))], 4.0));
    assert_eq!(report.dropped[0].reason, "it lies in no area of the level above");
    let e = import(&county, Level::Township, &[("19", 5.0, 6.0)]).unwrap_err();
    assert!(e.detail.contains("no township of the file lies in county 1"), "{e}");
    let e = import(&[], Level::County, &[("2", 0.0, 1.0), ("3", 1.0, 2.0)]).unwrap_err();
    assert!(e.detail.contains("none of the 2 areas has the code 1"), "{e}");
}

#[test]
fn special_areas_stay_until_special_areas_come() {
    let ranked = |code: &str, west: f64, east: f64| RawArea { priority: Some(3), ..raw(code, west, east) };
    let mut report = Report::default();
    let zones = || vec![ranked("z1", 0.5, 1.5), ranked("z2", 1.0, 2.0), ranked("far", 8.0, 9.0)];
    let e = next(&[], &chosen(Some("Isle")), Level::Special, zones(), &mut report).unwrap_err();
    assert!(e.detail.contains("has no areas yet"), "{e}");
    let (townships, _) = import(&[], Level::Township, &[("11", 0.0, 1.0), ("12", 1.0, 3.0)]).unwrap();
    let with = next(&townships, &chosen(None), Level::Special, zones(), &mut report).unwrap();
    assert_eq!(codes(&with[3..]), [("z1", Some("1")), ("z2", Some("1"))]);
    assert_eq!((with[3].priority, report.taken, report.dropped.len(), report.warnings.len()), (Some(3), 2, 1, 0));
    assert_eq!(with[..3], townships);
    let (moved, _) = import(&with, Level::Township, &[("11", 0.0, 2.0)]).unwrap();
    assert_eq!(codes(&moved), [("1", None), ("11", Some("1")), ("z1", Some("1")), ("z2", Some("1"))]);
    let (county, _) = import(&moved, Level::County, &[("1", 0.0, 4.0)]).unwrap();
    assert_eq!(county.len(), 3);
    let fewer = next(&county, &chosen(None), Level::Special, vec![ranked("z3", 0.0, 1.0)], &mut report).unwrap();
    assert_eq!(codes(&fewer), [("1", None), ("z3", Some("1"))]);
    assert!(!same_down_to(Level::Special, &county, &fewer) && same_down_to(Level::Grid, &county, &fewer));
}

#[test]
fn overlaps_are_warned_of() {
    let (_, report) = import(&[], Level::Township, &[("11", 0.0, 1.1), ("12", 1.0, 3.0)]).unwrap();
    assert!(report.warnings[0].contains("\"11\" and 12 \"12\" overlap"), "{report:?}");
    let (areas, _) = import(&[], Level::Township, &[("11", 0.0, 1.1), ("12", 1.0, 3.0)]).unwrap();
    let whole = geo::Area::unsigned_area(&areas[0].geometry);
    assert!((whole - 3.0).abs() < 1e-9, "the county is their union: {whole} square degrees");
}

#[test]
fn what_lies_elsewhere_in_an_extract_is_passed_over() {
    let (county, _) = import(&[], Level::County, &[("1", 0.0, 4.0)]).unwrap();
    let wider = Chosen { wider: true, ..chosen(None) };
    let mut report = Report::default();
    let townships = vec![raw("11", 0.0, 1.0), raw("19", 5.0, 6.0)];
    let areas = next(&county, &wider, Level::Township, townships, &mut report).unwrap();
    assert_eq!(codes(&areas), [("1", None), ("11", Some("1"))]);
    assert_eq!((report.passed_over.len(), report.dropped.len()), (1, 0), "{report:?}");
}
