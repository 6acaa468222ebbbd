use super::*;
use crate::{
    base::Span,
    domain::{
        areas::Level,
        matters::{Matter, Urgency},
        units::{Unit, UnitKind},
    },
    import::testing::boxed,
};

const HEAD: &str = "id,unit,matters,from,until,recused_areas,name,contact,certificate_number\n";

fn read(lines: &str) -> Result<Vec<(Officer, Person)>> {
    let areas = Areas::new(vec![boxed("1", Level::County, None, 0.0, 1.0)]).unwrap();
    let unit = Unit {
        code: Code::new("B").unwrap(),
        name: "Bureau".to_owned(),
        name_zh: None,
        kind: UnitKind::Bureau,
        parent: None,
        area: None,
        office_line: None,
        span: Span::default(),
    };
    let matter = Matter {
        code: Code::new("M-1").unwrap(),
        name: "m".to_owned(),
        name_zh: "事".to_owned(),
        domain: "城市管理".to_owned(),
        urgency: Urgency::Normal,
        arrive_limit_min: 60,
        legal_review: false,
    };
    let units = Units::new(vec![unit], Vec::new()).unwrap();
    super::read("o.csv", &format!("{HEAD}{lines}\n"), &areas, &units, &Matters::new(vec![matter]).unwrap())
}

#[test]
fn an_officer_has_a_line_for_each_certificate_and_who_it_is_stands_apart() {
    let all =
        read("2,B,,,,,,,\n1,B,城市管理；M-1,2026-01-01,2027-01-01,1,张三,139,A-1\n1,B,,2027/1/1,,,,,A-2").unwrap();
    let (officer, person) = &all[0];
    assert_eq!((officer.id.as_str(), officer.certificates.len(), all.len()), ("1", 2, 2));
    assert_eq!(officer.certificates[0].matters, ["城市管理", "M-1"]);
    assert_eq!(officer.recused_from.areas.len(), 1);
    assert_eq!((person.name.as_deref(), person.contact.as_deref()), (Some("张三"), Some("139")));
    assert_eq!(person.certificate_numbers, ["A-1", "A-2"]);
    assert!(!format!("{officer:?}").contains("张三"));
}

#[test]
fn wrong_lines_are_refused_with_field_value_and_reason() {
    for (lines, words) in [
        ("1,X,,,,,,,", "line 2: unit \"X\": X is no unit"),
        ("1,,,,,,,,", "line 2: unit: is empty"),
        ("1,B,M-2,,,,,,", "matters \"M-2\": M-2 is neither a matter nor a field of the catalogue"),
        ("1,B,,2027-01-01,2026-01-01,,,,", "until \"2026-01-01\": "),
        ("1,B,,,,9,,,", "recused_areas \"9\": 9 is no area in force"),
        ("1,B,,,,,a,,\n1,B,,,,,b,,", "line 3: name \"b\": is not what a line above says"),
    ] {
        let e = read(lines).unwrap_err().detail;
        assert!(e.contains(words), "{lines}: {e}");
    }
}
