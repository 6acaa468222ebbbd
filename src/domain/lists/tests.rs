use super::*;
use crate::domain::matters::Urgency;

pub(crate) fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn at(text: &str) -> Timestamp {
    format!("{text}T00:00:00Z").parse().unwrap()
}

fn matter(of: &str, domain: &str) -> Matter {
    Matter {
        code: code(of),
        name: of.to_owned(),
        name_zh: of.to_owned(),
        domain: domain.to_owned(),
        urgency: Urgency::Normal,
        arrive_limit_min: 60,
        legal_review: false,
    }
}

fn list(of: &str, version: u32, (kind, unit): (ListKind, &str), from: Option<&str>, entries: Vec<Entry>) -> List {
    let head = ListHead {
        list: code(of),
        version,
        kind,
        unit: code(unit),
        name: of.to_owned(),
        name_zh: None,
        parent: None,
        basis: None,
        basis_uri: None,
        span: Span { from: from.map(at), until: None },
    };
    List::new(head, entries)
}

fn beneath(list: List, parent: &str) -> List {
    List { head: ListHead { parent: Some(code(parent)), ..list.head }, ..list }
}

fn on(matter: &str, powers: &str) -> Entry {
    Entry::plain(Scope::Matter { matter: code(matter) }, powers.parse().unwrap())
}

fn on_category(category: &str, except: &[&str], powers: &str) -> Entry {
    let except = except.iter().map(|e| (*e).to_owned()).collect();
    Entry::plain(Scope::Category { category: category.to_owned(), except }, powers.parse().unwrap())
}

fn on_all(except: &[&str], powers: &str) -> Entry {
    let except = except.iter().map(|e| (*e).to_owned()).collect();
    Entry::plain(Scope::All { except }, powers.parse().unwrap())
}

const BASIC: (ListKind, &str) = (ListKind::Basic, "U");

#[test]
fn the_most_specific_entry_speaks_and_exceptions_keep_silent() {
    let entries = vec![
        on("M1", "inspect"),
        on_category("city", &["M2"], "inspect;penalise"),
        on_all(&["police", "M4"], "manage"),
    ];
    let list = list("L", 1, BASIC, None, entries);
    let has = |of: &str, domain: &str| {
        let had = |p: &Power| list.entry(&matter(of, domain), *p, at("2026-01-01")).is_some();
        Power::ALL.into_iter().filter(had).collect::<Powers>().text()
    };
    assert_eq!(has("M1", "city"), "inspect", "what is said by name takes the place of the category's");
    assert_eq!(has("M2", "city"), "manage", "excepted from the category, it is one of all");
    assert_eq!(has("M3", "city"), "inspect;penalise");
    assert_eq!(has("M4", "trade"), "", "excepted by name");
    assert_eq!(has("M5", "police"), "", "excepted by category");
    assert_eq!(has("M6", "trade"), "manage");
}

#[test]
fn an_entry_that_has_ended_lets_the_wider_one_speak() {
    let ended = Entry { span: Span { from: None, until: Some(at("2026-02-01")) }, ..on("M1", "inspect") };
    let list = list("L", 1, BASIC, None, vec![ended, on_all(&[], "penalise")]);
    let m = matter("M1", "city");
    assert!(list.entry(&m, Power::Penalise, at("2026-01-31")).is_none());
    assert!(list.entry(&m, Power::Penalise, at("2026-02-01")).is_some());
}

#[test]
fn the_version_that_began_last_is_in_force() {
    let one = |version, from| list("L", version, BASIC, Some(from), vec![on("M1", "inspect")]);
    let ended = |l: List| List {
        head: ListHead { span: Span { until: Some(at("2026-05-01")), ..l.head.span }, ..l.head },
        ..l
    };
    let lists = Lists::new(vec![one(2, "2026-03-01"), one(1, "2026-01-01"), ended(one(3, "2026-04-01"))]).unwrap();
    let version = |day| lists.in_force(&code("L"), at(day)).map(|l| l.head.version);
    assert_eq!([version("2025-12-31"), version("2026-01-01"), version("2026-03-01")], [None, Some(1), Some(2)]);
    assert_eq!([version("2026-04-30"), version("2026-05-01")], [Some(3), None], "an end is not the former's return");
    for day in ["2025-12-31", "2026-02-01", "2026-03-01", "2026-06-01"] {
        let all: Vec<u32> = lists.all_in_force(at(day)).map(|l| l.head.version).collect();
        assert_eq!(all, version(day).into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn a_parent_limits_and_lends_and_alone_gives_nothing_to_the_child() {
    let lends = Entry {
        mode: Some(Mode::Entrusted),
        subject: Some(code("B")),
        supporters: vec![code("S")],
        basis: Some("order 1".into()),
        ..on("M1", "inspect;penalise")
    };
    let parent = list("G", 1, (ListKind::Guide, "C"), None, vec![lends, on("M2", "inspect")]);
    let child = beneath(
        list("L", 1, (ListKind::Delegation, "T"), None, vec![on("M1", "penalise;permit"), on("M3", "inspect")]),
        "G",
    );
    let lists = Lists::new(vec![parent, child]).unwrap();
    let child = lists.in_force(&code("L"), at("2026-01-01")).unwrap();
    let ruling = |of: &str, power| lists.ruling(child, &matter(of, "city"), power, at("2026-01-01"));
    let Ruling::Gives(terms) = ruling("M1", Power::Penalise) else { panic!("{:?}", ruling("M1", Power::Penalise)) };
    assert_eq!((terms.mode, terms.lead, terms.acting), (Mode::Entrusted, &code("T"), &code("T")));
    assert_eq!((terms.subject, terms.liable, terms.supporters), (&code("B"), &code("B"), &[code("S")][..]));
    assert_eq!((terms.basis, terms.lent_by.len()), (Some("order 1"), 1));
    assert_eq!(ruling("M1", Power::Permit), Ruling::Outside { limit: &code("G") });
    assert_eq!(ruling("M3", Power::Inspect), Ruling::Outside { limit: &code("G") });
    assert_eq!(ruling("M2", Power::Inspect), Ruling::Silent, "the parent alone gives nothing");
}

#[test]
fn lists_that_contradict_themselves_are_refused() {
    let refused = |lists: Vec<List>, words: &str| {
        let e = Lists::new(lists).unwrap_err().detail;
        assert!(e.contains(words), "{e}");
    };
    let one = |of: &str, version, unit, from| {
        list(of, version, (ListKind::Basic, unit), Some(from), vec![on("M1", "inspect")])
    };
    let day = "2026-01-01";
    refused(vec![one("L", 1, "U", day), one("L", 1, "U", day)], "list L has version 1 twice");
    refused(vec![one("L", 1, "U", day), one("L", 2, "V", day)], "a version can't make it basic of V");
    refused(vec![one("L", 1, "U", "2026-02-01"), one("L", 2, "U", day)], "begins before version 1");
    refused(vec![beneath(one("L", 1, "U", day), "G")], "has the parent G, which is not there (rule 7)");
    refused(
        vec![beneath(one("L", 1, "U", day), "K"), beneath(one("K", 1, "V", day), "L")],
        "lists stand in a circle: K beneath L beneath K",
    );
    refused(
        vec![one("L", 1, "U", day), one("K", 1, "U", "2026-03-01")],
        "two lists of kind basic in force at one time: K and L",
    );
    let ended = |l: List| List {
        head: ListHead { span: Span { until: Some(at("2026-03-01")), ..l.head.span }, ..l.head },
        ..l
    };
    Lists::new(vec![ended(one("L", 1, "U", day)), one("K", 1, "U", "2026-03-01")]).unwrap();
    // A version that another took the place of on its first day was never in force.
    Lists::new(vec![one("L", 1, "U", day), ended(one("L", 2, "U", day)), one("K", 1, "U", "2026-03-01")]).unwrap();
}

#[test]
fn a_version_never_changes() {
    let one = |powers| list("L", 1, BASIC, None, vec![on("M1", powers)]);
    let lists = Lists::new(vec![one("inspect")]).unwrap();
    assert!(lists.with(vec![one("inspect")]).unwrap().1.is_empty());
    let e = lists.with(vec![one("penalise")]).unwrap_err();
    assert!(e.detail.contains("a version never changes, give it the number 2"), "{e}");
}

#[test]
fn versions_are_compared() {
    let before = list("L", 1, BASIC, None, vec![on("M1", "inspect"), on("M2", "inspect"), on("M3", "inspect")]);
    let moved = Entry { mode: Some(Mode::Concentrated), supporters: vec![code("S")], ..on("M2", "inspect") };
    let after = list("L", 2, BASIC, None, vec![on("M1", "inspect"), moved, on("M4", "inspect")]);
    let found = compare::between(Some(&before), &after);
    let named = |all: &[compare::EntryAbout]| all.iter().map(|e| e.scope.text().to_owned()).collect::<Vec<_>>();
    assert_eq!(
        (named(&found.added), named(&found.gone), named(&found.changed)),
        (vec!["M4".into()], vec!["M3".into()], vec!["M2".into()])
    );
    assert_eq!(found.changed[0].fields, ["mode", "supporters"]);
    assert_eq!(compare::between(None, &after).added.len(), 3);
}
