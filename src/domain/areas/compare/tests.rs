use super::*;
use crate::domain::zones::testing::{area, rect};

#[test]
fn codes_come_go_and_change() {
    let before = [
        area(Level::Township, "1", Some("C"), rect(112.0, 27.0, 112.1, 27.1)),
        area(Level::Township, "2", Some("C"), rect(112.1, 27.0, 112.2, 27.1)),
        area(Level::Township, "3", Some("C"), rect(112.2, 27.0, 112.3, 27.1)),
        area(Level::Township, "4", Some("C"), rect(112.3, 27.0, 112.4, 27.1)),
    ];
    let after = [
        area(Level::Township, "1", Some("C"), rect(112.0, 27.0, 112.12, 27.1)),
        area(Level::Township, "2", Some("C"), rect(112.12, 27.0, 112.2, 27.1)),
        Area { name: "other".to_owned(), ..before[2].clone() },
        area(Level::Township, "5", Some("C"), rect(112.3, 27.0, 112.4, 27.1)),
    ];
    let told = between(&before, &after);
    let codes = |heads: &[AreaHead]| heads.iter().map(|h| h.code.to_string()).collect::<Vec<_>>();
    assert_eq!((codes(&told.come), codes(&told.gone), told.same), (vec!["5".to_owned()], vec!["4".to_owned()], 0));
    let changed: Vec<_> = told.changed.iter().map(|c| (c.area.code.as_str(), &c.fields[..])).collect();
    assert_eq!(changed, [("1", &["shape"][..]), ("2", &["shape"]), ("3", &["name"])]);
    let strip = shape::area_m2(&rect(112.1, 27.0, 112.12, 27.1));
    let [one, two, three] = &told.changed[..] else { panic!("{told:?}") };
    assert!((one.won_m2 - strip).abs() < 2.0 && one.lost_m2 == 0.0, "{one:?} {strip}");
    assert!((two.lost_m2 - strip).abs() < 2.0 && two.won_m2 == 0.0, "{two:?} {strip}");
    assert_eq!((three.won_m2, three.lost_m2), (0.0, 0.0));
    let same = between(&before, &before);
    assert_eq!((same.same, same.come.len() + same.gone.len() + same.changed.len()), (4, 0));
}
