use super::*;
use crate::domain::matters::Urgency;

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn matter(of: &str, domain: &str) -> Matter {
    let (name, name_zh) = (of.to_owned(), of.to_owned());
    Matter {
        code: code(of),
        name,
        name_zh,
        domain: domain.to_owned(),
        urgency: Urgency::Quick,
        arrive_limit_min: 30,
        legal_review: false,
    }
}

fn at(day: i64) -> Timestamp {
    Timestamp::from_ms(day * 86_400_000).unwrap()
}

fn head(of: SchemeRef, span: Span) -> SchemeHead {
    let SchemeRef { scheme, version } = of;
    SchemeHead { scheme, version, name: "n".to_owned(), name_zh: None, span, source: None, is_default: false }
}

fn scheme(version: &str, days: (Option<i64>, Option<i64>), codes: &[(&str, &str)]) -> Scheme {
    let of = SchemeRef { scheme: code("std"), version: code(version) };
    let span = Span { from: days.0.map(at), until: days.1.map(at) };
    let one = |&(of, matter): &(&str, &str)| {
        let of = code(of);
        match matter.strip_prefix('*') {
            Some(category) => SchemeCode { code: of, name: None, of: CodeOf::Category(category.to_owned()) },
            None => SchemeCode { code: of, name: None, of: CodeOf::Matter(code(matter)) },
        }
    };
    Scheme::new(head(of, span), codes.iter().map(one).collect()).unwrap()
}

fn matters(schemes: Vec<Scheme>) -> Matters {
    let all = vec![matter("A", "x"), matter("B", "x"), matter("C", "y"), matter("std:own", "y")];
    Matters::new(all).unwrap().with_schemes(Schemes::new(schemes).unwrap())
}

#[test]
fn a_code_is_read_by_the_version_in_force_and_an_old_one_by_name() {
    let former = scheme("1", (None, None), &[("01", "A"), ("02", "B"), ("05", "gone")]);
    let latter =
        scheme("2", (Some(100), Some(200)), &[("01", "B"), ("03", "A"), ("03", "C"), ("9", "*x"), ("8", "*y")]);
    let matters = matters(vec![latter, former]);
    let read = |text: &str, day: i64| {
        matters.meant(&code(text), at(day)).map(|m| m.code.to_string()).map_err(|e| {
            assert_eq!(e.field.as_deref(), Some("matter"));
            e.detail
        })
    };
    for (text, day, want) in [
        ("A", 0, "A"),
        ("std:own", 0, "std:own"),
        ("std:01", 50, "A"),
        ("std:01", 100, "B"),
        ("std@1:01", 100, "A"),
        ("std@1:02", 300, "B"),
    ] {
        assert_eq!(read(text, day).as_deref(), Ok(want), "{text} {day}");
    }
    for (text, day, words) in [
        ("X", 0, "no matter X in the catalogue"),
        ("other:01", 0, "no matter other:01 in the catalogue"),
        ("std:02", 150, "version 2 of std has no code 02; version 1 (… to …) has: say std@VERSION:02"),
        ("std:01", 200, "no version of std is in force at"),
        ("std:77", 50, "version 1 of std has no code 77"),
        ("std@3:01", 50, "std has no version 3; version 1"),
        ("std:03", 100, "std:03 stands for 2 matters, name one: A, C"),
        ("std:9", 100, "std:9 stands for 2 matters, name one: A, B"),
        ("std:05", 50, "stands for what is not in the catalogue any more"),
    ] {
        let e = read(text, day).unwrap_err();
        assert!(e.starts_with(words) || e.contains(words), "{text} {day}: {e}");
    }
    let told: Vec<_> =
        matters.codes_of(&matters.all()[0]).map(|(s, c)| format!("{}:{}", s.head.version, c.code)).collect();
    assert_eq!(told, ["1:01", "2:03", "2:9"]);
}

#[test]
fn versions_never_change_and_stand_apart() {
    let one = scheme("1", (None, None), &[("01", "A")]);
    let schemes = Schemes::new(vec![one.clone()]).unwrap();
    assert_eq!(schemes.with(vec![one.clone()]).unwrap().1, []);
    let (both, taken) = schemes.with(vec![scheme("2", (Some(1), None), &[("01", "B")])]).unwrap();
    assert_eq!((both.all().len(), taken.len()), (2, 1));
    assert!(both.is_in_force(&both.all()[0], at(0)) && !both.is_in_force(&both.all()[0], at(1)));
    let other = scheme("1", (None, None), &[("01", "B")]);
    assert_eq!(schemes.with(vec![other]).unwrap_err().field.as_deref(), Some("version"));
    let beside = scheme("2", (None, None), &[("01", "B")]);
    assert_eq!(schemes.with(vec![beside]).unwrap_err().field.as_deref(), Some("from"));
    for wrong in ["a:b", "a@b"] {
        let of = SchemeRef { scheme: code(wrong), version: code("1") };
        let e = Scheme::new(head(of, Span::default()), Vec::new()).unwrap_err();
        assert_eq!(e.field.as_deref(), Some("scheme"));
    }
    let twice = vec![one.codes()[0].clone(), one.codes()[0].clone()];
    assert_eq!(Scheme::new(one.head, twice).unwrap_err().field.as_deref(), Some("code"));
}
