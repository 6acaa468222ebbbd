use super::*;

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn unit(of: &str, parent: Option<&str>, area: Option<&str>) -> Unit {
    Unit {
        code: code(of),
        name: of.to_owned(),
        name_zh: None,
        kind: UnitKind::Bureau,
        parent: parent.map(code),
        area: area.map(code),
        office_line: None,
        span: Span::default(),
    }
}

#[test]
fn a_unit_serves_its_own_area_or_that_of_the_next_above() {
    let all = vec![unit("b", Some("a"), None), unit("a", None, Some("A")), unit("c", Some("b"), Some("C"))];
    let units = Units::new(all, Vec::new()).unwrap();
    let area = |of: &str| units.area(units.index(&code(of)).unwrap()).map(Code::as_str);
    assert_eq!([area("a"), area("b"), area("c")], [Some("A"), Some("A"), Some("C")]);
    assert_eq!((units.serving("A"), units.serving("C"), units.serving("X")), (&[0, 1][..], &[2][..], &[][..]));
    assert!(units.is_within(2, 0) && units.is_within(0, 0) && !units.is_within(0, 2));
    assert_eq!([&[2][..], &[2, 1], &[1, 2]].map(|of| units.common_superior(of)), [Some(2), Some(1), Some(1)]);
}

#[test]
fn wrong_trees_are_refused_by_name() {
    let refused = |all: Vec<Unit>, words: &str| {
        let e = Units::new(all, Vec::new()).unwrap_err().detail;
        assert!(e.contains(words), "{e}");
    };
    refused(vec![unit("a", None, None), unit("a", None, None)], "unit a stands twice");
    refused(vec![unit("a", Some("x"), None)], "unit a has the parent x, which is not there");
    refused(vec![unit("a", Some("a"), None)], "in a circle: a beneath a");
    let circle = vec![
        unit("z", Some("a"), None),
        unit("a", Some("b"), None),
        unit("b", Some("c"), None),
        unit("c", Some("a"), None),
    ];
    refused(circle, "in a circle: a beneath b beneath c beneath a");
    let duty = Duty {
        unit: code("x"),
        role: "r".into(),
        office_line: "1".into(),
        leader: None,
        area: None,
        shifts: Shifts::always(),
        span: Span::default(),
    };
    assert!(
        Units::new(vec![unit("a", None, None)], vec![duty]).unwrap_err().detail.contains("unit x, which is not there")
    );
}
