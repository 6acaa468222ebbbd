use super::*;
use crate::base::Span;

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn unit(of: &str, kind: UnitKind, area: Option<&str>, until: Option<i64>) -> Unit {
    let span = Span { from: None, until: until.map(|ms| Timestamp::from_ms(ms).unwrap()) };
    let (name, parent, area) = (of.to_owned(), (of != "G").then(|| code("G")), area.map(code));
    Unit { code: code(of), name, name_zh: None, kind, parent, area, office_line: None, span }
}

fn owning(special: &[(&str, Option<&str>)]) -> Result<Option<Units>> {
    use UnitKind::{Bureau, County, TownshipOffice, VillageCoordinator, ZoneAdministration};
    let units = vec![
        unit("G", County, Some("C"), None),
        unit("LAKE", ZoneAdministration, Some("L"), None),
        unit("ZONE", ZoneAdministration, None, None),
        unit("T", TownshipOffice, Some("T1"), None),
        unit("GONE", Bureau, Some("X"), Some(5)),
        unit("K", VillageCoordinator, Some("V"), None),
    ];
    let units = Units::new(units, Vec::new()).unwrap();
    let special: Vec<Owned> =
        special.iter().map(|(area, owner)| Owned { area: code(area), owner: owner.map(code) }).collect();
    units.owning(&special, Timestamp::from_ms(10).unwrap())
}

#[test]
fn who_is_named_serves_the_area_and_who_serves_it_need_not_be_named() {
    assert_eq!(owning(&[("L", None), ("L", Some("LAKE"))]).unwrap(), None);
    let units = owning(&[("L", None), ("Z", Some("ZONE"))]).unwrap().unwrap();
    assert_eq!(units.area(units.index(&code("ZONE")).unwrap()), Some(&code("Z")));
    assert_eq!(units.area(units.index(&code("LAKE")).unwrap()), Some(&code("L")));
}

#[test]
fn an_area_without_an_owner_is_refused_by_the_rule() {
    for (special, words) in [
        (&[("L", None), ("N", None)][..], "special area N has no owner"),
        // Who served it is no more; who sees and tells has no powers.
        (&[("X", None)], "special area X has no owner"),
        (&[("V", None)], "special area V has no owner"),
        (&[("N", Some("NONE"))], "N can't be NONE's: there is no such unit"),
        (&[("N", Some("G"))], "a county that never acts"),
        (&[("N", Some("GONE"))], "is not there at"),
        (&[("N", Some("T"))], "it serves T1, and a unit serves one area"),
        (&[("N", Some("ZONE")), ("M", Some("ZONE"))], "M can't be ZONE's: it serves N"),
    ] {
        let told = owning(special).map(drop).unwrap_err();
        assert!(told.detail.contains(words) && told.detail.ends_with("(rule 2)"), "{told}");
        assert_eq!(told.field.as_deref(), Some("owner"));
    }
}
