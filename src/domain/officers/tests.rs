//! Whose certificates count, by hand.

use fastrand::Rng;
use jiff::tz::TimeZone;

use super::*;
use crate::domain::{
    lists::Power,
    matters::Urgency,
    responsibility::tests::{code, day, unit},
    squads::{Crew, Profile, Shifts, SquadKind, SquadStatus},
    units::UnitKind,
};

fn matter(of: &str, domain: &str) -> Matter {
    let name = of.to_owned();
    Matter {
        code: code(of),
        name_zh: name.clone(),
        name,
        domain: domain.into(),
        urgency: Urgency::Quick,
        arrive_limit_min: 30,
        legal_review: false,
    }
}

fn certificate(matters: &[&str], from: Option<i64>, until: Option<i64>) -> Certificate {
    let span = Span { from: from.map(day), until: until.map(day) };
    Certificate { matters: matters.iter().map(|m| (*m).to_owned()).collect(), span }
}

fn officer(id: &str, of: &str, certificates: Vec<Certificate>) -> Officer {
    Officer { id: code(id), unit: code(of), certificates, recused_from: Recusals::default() }
}

fn squad(id: &str, officers: &[&str], shifts: &str) -> Squad {
    Squad {
        id: code(id),
        name: id.to_owned(),
        name_zh: None,
        kind: SquadKind::Direct,
        unit: code("CEB"),
        command_area: code("C"),
        profile: Profile::Car.into(),
        post: crate::base::LngLat { lng: 112.0, lat: 27.0 },
        status: SquadStatus::Available,
        turnout_s: 0,
        crew: Crew { certified_officers: 4, ..Crew::default() },
        shifts: shifts.parse().unwrap(),
        officers: officers.iter().map(|id| code(id)).collect(),
        equipment: Vec::new(),
        said: None,
        water: None,
    }
}

fn units() -> Units {
    let ever = Span::default();
    let all = vec![
        unit("G", UnitKind::County, "", "C", ever),
        unit("CEB", UnitKind::Bureau, "G", "", ever),
        unit("CEB-1", UnitKind::Department, "CEB", "", ever),
        unit("TSB", UnitKind::Bureau, "G", "", ever),
    ];
    Units::new(all, Vec::new()).unwrap()
}

#[test]
fn only_certificates_in_force_for_the_matter_of_officers_who_are_not_recused_count() {
    let incident = Uuid::from_u128(7);
    let recused = |areas: &[&str], incidents: &[Uuid]| Recusals {
        areas: areas.iter().map(|a| code(a)).collect(),
        incidents: incidents.iter().copied().collect(),
    };
    let all = vec![
        officer("ever", "CEB", vec![certificate(&[], None, None)]),
        officer("lapsed", "CEB", vec![certificate(&[], None, Some(10)), certificate(&[], Some(20), None)]),
        officer("markets", "CEB-1", vec![certificate(&["D1", "M3"], None, None)]),
        officer("county", "G", vec![certificate(&[], None, None)]),
        officer("elsewhere", "TSB", vec![certificate(&[], None, None)]),
        Officer {
            recused_from: recused(&["T1"], &[incident]),
            ..officer("kin", "CEB", vec![certificate(&[], None, None)])
        },
    ];
    let case = Case { officers: Arc::new(Officers::new(all).unwrap()), units: Arc::new(units()), ..Case::default() };
    let count = |case: &Case, officers: &[&str], at: i64| {
        let certified = case.certified(&squad("s", officers, ""), day(at));
        (certified.certified_officers, certified.by_count)
    };
    assert_eq!(count(&case, &[], 5), (4, true), "the head count stands where nobody is listed");
    assert_eq!(count(&case, &["ever", "lapsed"], 5), (2, false));
    // The first instant at which a certificate is no more, and the first of the next.
    assert_eq!([9, 10, 19, 20].map(|at| count(&case, &["ever", "lapsed"], at).0), [2, 1, 1, 2]);
    assert_eq!(count(&case, &["ever", "county", "elsewhere", "nobody"], 5), (2, false), "those of the unit's own line");
    let on = |matter| Case { matter: Some(matter), ..case.clone() };
    for (what, domain, counts) in [("M1", "D1", 2), ("M2", "D2", 1), ("M3", "D2", 2)] {
        assert_eq!(count(&on(matter(what, domain)), &["ever", "markets"], 5), (counts, false), "{what}");
    }
    let kin = ["ever", "kin"];
    let over = |areas: &[&str]| Case { over: areas.iter().map(|a| code(a)).collect(), ..case.clone() };
    assert_eq!([over(&["C", "T1", "V1"]), over(&["C", "T2"])].map(|c| count(&c, &kin, 5).0), [1, 2]);
    let about = |n| Case { incident: Some(Uuid::from_u128(n)), ..case.clone() };
    assert_eq!([7, 8].map(|n| count(&about(n), &kin, 5).0), [1, 2]);
    assert_eq!(about(7).competence(&squad("s", &kin, ""), day(5)), Competence::FirstResponseOnly);
    assert_eq!(about(8).competence(&squad("s", &kin, ""), day(5)), Competence::Full);
}

#[test]
fn each_acting_unit_counts_its_own_and_the_rule_that_is_broken_is_named() {
    let ever = |id, of| officer(id, of, vec![certificate(&[], None, None)]);
    let day_4 = Span { from: None, until: Some(day(4).plus_ms(3_600_000)) };
    let ends = Officer { certificates: vec![Certificate { matters: Vec::new(), span: day_4 }], ..ever("ends", "CEB") };
    let recused_from = Recusals { areas: [code("T1")].into(), ..Recusals::default() };
    let all = vec![ever("a", "CEB"), ever("g", "G"), ends, Officer { recused_from, ..ever("r", "CEB-1") }];
    let case = Case { officers: Arc::new(Officers::new(all).unwrap()), units: Arc::new(units()), ..Case::default() };
    let acting =
        |units: &[&str], power| Case { power, acting: units.iter().map(|u| code(u)).collect(), ..case.clone() };
    let told = |case: &Case, officers: &[&str]| {
        let certified = case.certified(&squad("s", officers, ""), day(5));
        (certified.certified_officers, certified.breaks)
    };
    use Power::{Inspect, Manage, Penalise};
    assert_eq!(told(&case, &["a", "g"]), (2, None), "no list speaks of it");
    assert_eq!(told(&acting(&["TSB"], Penalise), &["a", "g"]), (0, Some(Rule::UnitWithoutPower)));
    assert_eq!(told(&acting(&["TSB"], Manage), &[]), (0, Some(Rule::UnitWithoutPower)), "by its head count as well");
    assert_eq!(told(&acting(&["CEB"], Penalise), &["a", "g"]), (1, Some(Rule::TooFewOfficers)), "g is of the county");
    assert_eq!(told(&acting(&["CEB", "TSB"], Inspect), &["a", "r"]), (2, None), "several may, and one of them does");
    assert_eq!(told(&acting(&["CEB"], Manage), &["g"]), (0, None), "at a desk nobody needs a certificate");
    let here = Case { over: vec![code("T1")], ..acting(&["CEB"], Penalise) };
    assert_eq!(told(&here, &["a", "r"]), (1, Some(Rule::OfficersRecused)));
    assert_eq!(told(&here, &["r"]), (0, Some(Rule::TooFewOfficers)), "it would be too few with them");

    let outlook = |officers: &[&str], at| case.outlook(&squad("s", officers, ""), at);
    assert_eq!(outlook(&["a", "g"], day(4)), Outlook::Always);
    assert_eq!(outlook(&["a", "ends"], day(4)), Outlook::Depends);
    assert_eq!(outlook(&["a", "ends"], day(5)), Outlook::Never);
    // Sent against what binds only for first response.
    let order = |case: &Case, first| case.sent(&squad("s", &["a", "r"], ""), day(5), first);
    let field = |e: Error| (e.field, e.detail.contains("officers_recused"));
    assert_eq!(order(&here, false).map_err(field), Err((Some("squad".into()), true)));
    let expected = (Competence::FirstResponseOnly, Some(Rule::OfficersRecused));
    assert_eq!(order(&here, true).map_err(field), Ok(expected));
    assert_eq!(order(&case, false).map_err(field), Ok((Competence::Full, None)));
}

#[test]
fn a_squad_lists_officers_of_its_line_who_are_nowhere_else_at_those_hours() {
    let one = |id, of| officer(id, of, vec![certificate(&[], None, None)]);
    let officers = Officers::new(vec![one("a", "CEB"), one("b", "CEB-1"), one("t", "TSB")]).unwrap();
    let others = [squad("day", &["a"], "mon-fri 08:00-18:00"), squad("s", &["b"], "mon-sun 24h")].map(Arc::new);
    let check = |officer: &str, shifts: &str| officers.check_squad(&squad("s", &[officer], shifts), &others, &units());
    assert!(check("a", "mon-fri 18:00-08:00; sat,sun 24h").is_ok());
    assert!(check("b", "mon-sun 24h").is_ok(), "its own former record is not another squad");
    for (officer, shifts, words) in [
        ("x", "", "there is no officer x"),
        ("t", "", "officer t is of TSB, which stands neither above nor beneath CEB"),
        ("a", "thu 22:00-09:00", "officer a is in squad day at the same hours"),
    ] {
        let e = check(officer, shifts).unwrap_err();
        assert_eq!((e.field.as_deref(), e.detail.as_str()), (Some("officers"), words));
    }
    assert!(Squad::check_listed(&[code("a"), code("a")]).is_err());
}

#[test]
fn shifts_overlap_where_there_is_a_minute_that_both_cover() {
    let zone = TimeZone::UTC;
    for seed in 0..60 {
        let mut dice = Rng::with_seed(seed);
        let mut shifts = || -> Shifts {
            let window = |dice: &mut Rng| {
                let (day, from, to) =
                    (["mon", "sun", "wed,sat", "fri"][dice.usize(..4)], dice.usize(..24), dice.usize(..24));
                format!("{day} {from:02}:00-{to:02}:30")
            };
            (0..dice.usize(..3)).map(|_| window(&mut dice)).collect::<Vec<_>>().join("; ").parse().unwrap()
        };
        let (a, b) = (shifts(), shifts());
        // Half hours tell everything.
        let mut week = (0..7 * 48).map(|n| Timestamp::from_ms(n * 30 * 60_000).unwrap());
        let both = week.any(|at| a.cover(at, &zone) && b.cover(at, &zone));
        assert_eq!((a.overlap(&b), b.overlap(&a)), (both, both), "{seed}: {a} and {b}");
    }
}

#[test]
fn what_no_officer_can_be_is_refused() {
    let field = |officer: &Officer| officer.check_new(&units(), &Matters::default()).unwrap_err().field.unwrap();
    let certified = |certificate| officer("a", "CEB", vec![certificate]);
    assert_eq!(field(&officer("a", "CEB", Vec::new())), "certificates");
    assert_eq!(field(&officer("a", "X", vec![certificate(&[], None, None)])), "unit");
    assert_eq!(field(&certified(certificate(&[], Some(5), Some(5)))), "until");
    assert_eq!(field(&certified(certificate(&["M9"], None, None))), "matters");
}
