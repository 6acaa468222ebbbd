//! Working time against a minute by minute count, and whose stages speak.

use fastrand::Rng;

use super::*;
use crate::domain::{
    incidents::{IncidentStatus, reported},
    matters::{ForMatters, Urgency},
    responsibility::tests::code,
};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn china() -> WorkingTime {
    let mut time = WorkingTime::default();
    for (date, kind) in
        [("2026-10-01", DayKind::Holiday), ("2026-10-02", DayKind::Holiday), ("2026-10-10", DayKind::Workday)]
    {
        time.days.insert(date.parse().unwrap(), SpecialDay { kind, name: None, source: None });
    }
    time
}

#[test]
fn limits_pass_over_nights_weekends_and_holidays_and_count_days_that_make_up() {
    let (time, zone) = (china(), TimeZone::get("Asia/Shanghai").unwrap());
    let due = |from: &str, limit: &str, pauses: &[Span]| {
        time.due(at(from), limit.parse().unwrap(), pauses, &zone)
            .map(|due| due.to_jiff().to_zoned(zone.clone()).datetime().to_string())
    };
    let is = |from: &str, limit: &str, want: &str| {
        assert_eq!(due(from, limit, &[]).as_deref(), Some(want), "{from} {limit}")
    };
    // A Tuesday.
    is("2026-09-29T09:00:00+08:00", "4工作时", "2026-09-29T15:00:00");
    is("2026-09-29T16:30:00+08:00", "2 working_hours", "2026-09-30T09:30:00");
    // Wednesday evening; Thursday and Friday are holidays, then a weekend.
    is("2026-09-30T18:00:00+08:00", "1 working hours", "2026-10-05T09:30:00");
    is("2026-09-30T18:00:00+08:00", "1工作日", "2026-10-05T17:30:00");
    // Saturday the tenth makes up.
    is("2026-10-09T12:00:00+08:00", "1工作日", "2026-10-10T17:30:00");
    is("2026-10-09T17:30:00+08:00", "7 working_hours", "2026-10-10T17:30:00");
    is("2026-10-01T23:50:00+08:00", "30分钟", "2026-10-02T00:20:00");
    is("2026-09-29T09:00:00+08:00", "2 days", "2026-10-01T09:00:00");
    let pause = |from: &str, until: Option<&str>| Span { from: Some(at(from)), until: until.map(at) };
    let stood = [pause("2026-09-29T10:00:00+08:00", Some("2026-09-29T11:00:00+08:00"))];
    assert_eq!(due("2026-09-29T09:00:00+08:00", "4工作时", &stood).unwrap(), "2026-09-29T16:00:00");
    assert_eq!(
        due("2026-09-28T09:00:00+08:00", "1工作日", &stood).unwrap(),
        "2026-09-30T17:30:00",
        "it stood on the 29th"
    );
    assert_eq!(due("2026-09-29T09:30:00+08:00", "45分钟", &stood).unwrap(), "2026-09-29T11:15:00");
    let stands = [pause("2026-09-29T10:00:00+08:00", None)];
    assert_eq!(["4工作时", "1工作日", "2h"].map(|l| due("2026-09-29T09:00:00+08:00", l, &stands)), [None, None, None]);
    for wrong in ["", "soon", "4", "0工作时", "-1 days", "4.5 h", "9999999 days"] {
        assert_eq!(wrong.parse::<Limit>().unwrap_err().field.as_deref(), Some("limit"), "{wrong}");
    }
}

#[test]
fn working_hours_are_those_that_are_counted_minute_by_minute() {
    let (time, zone) = (china(), TimeZone::get("Asia/Shanghai").unwrap());
    for seed in 0..60 {
        let mut dice = Rng::with_seed(seed);
        let from = at("2026-09-28T00:00:00+08:00").plus_ms(dice.usize(..14 * 1_440) as i64 * 60_000);
        let hours = 1 + dice.usize(..20) as u32;
        let pauses: Vec<Span> = (0..dice.usize(..3))
            .map(|_| {
                let begins = from.plus_ms(dice.usize(..5 * 1_440) as i64 * 60_000);
                Span { from: Some(begins), until: Some(begins.plus_ms((1 + dice.usize(..900)) as i64 * 60_000)) }
            })
            .collect();
        let (mut at, mut left) = (from, hours * 60);
        while left > 0 {
            let local = at.to_jiff().to_zoned(zone.clone());
            let minute = (local.hour() as u16) * 60 + local.minute() as u16;
            let works = time.on(local.date()).iter().any(|(from, to)| (*from..*to).contains(&minute));
            left -= u32::from(works && !pauses.iter().any(|p| p.holds(at)));
            at = at.plus_ms(60_000);
        }
        let limit = Limit { amount: hours, unit: LimitUnit::WorkingHours };
        assert_eq!(time.due(from, limit, &pauses, &zone), Some(at), "{seed}: {from} {hours} {pauses:?}");
        if pauses.is_empty() {
            let between = time.between_ms([from, at], LimitUnit::WorkingHours, &zone);
            assert_eq!(between, i64::from(hours) * 3_600_000, "{seed}: {from} {at}");
        }
    }
}

fn stage(of: &str, matter: Option<&str>, category: Option<&str>, limit: &str) -> Stage {
    Stage {
        stage: code(of),
        of: ForMatters { matter: matter.map(code), category: category.map(str::to_owned) },
        name: of.to_owned(),
        name_zh: None,
        from: Mark::Reported,
        until: Mark::Handled,
        limit: limit.parse().unwrap(),
        closes_when: None,
        source: None,
        is_default: true,
    }
}

#[test]
fn of_each_stage_the_most_specific_speaks_and_its_clock_runs() {
    let matter = |of: &str, domain: &str| Matter {
        code: code(of),
        name: of.to_owned(),
        name_zh: of.to_owned(),
        domain: domain.to_owned(),
        urgency: Urgency::Quick,
        arrive_limit_min: 30,
        legal_review: false,
    };
    let catalogue = Catalogue {
        stages: vec![
            stage("handle", None, None, "3 h"),
            stage("handle", None, Some("D"), "2 h"),
            stage("handle", Some("M1"), None, "1 h"),
            stage("close", None, None, "9 h"),
        ],
        ..Catalogue::default()
    };
    let of =
        |m: &Matter| catalogue.stages_of(m).iter().map(|s| (s.stage.to_string(), s.limit.amount)).collect::<Vec<_>>();
    let told = |handle: u32| vec![("handle".to_owned(), handle * 60), ("close".to_owned(), 540)];
    assert_eq!(of(&matter("M1", "D")), told(1));
    assert_eq!(of(&matter("M2", "D")), told(2));
    assert_eq!(of(&matter("M2", "E")), told(3));

    let mut incident = reported();
    let handled = incident.reported_at.plus_ms(90 * 60_000);
    incident.milestones.handled_at = Some(handled);
    let clocks = |incident: &_, of: &str, now| {
        let all = catalogue.clocks(incident, &matter(of, "D"), &[], &TimeZone::UTC, now);
        all.iter().map(|c| (c.ended_at, c.late)).collect::<Vec<_>>()
    };
    assert_eq!(clocks(&incident, "M1", handled)[0], (Some(handled), Some(true)));
    assert_eq!(clocks(&incident, "M2", handled)[0], (Some(handled), Some(false)));
    incident.milestones.handled_at = None;
    assert_eq!(clocks(&incident, "M1", handled)[0], (None, Some(true)), "it is late already");
    assert_eq!(clocks(&incident, "M2", handled)[0], (None, None), "there is time left");
}

#[test]
fn what_is_left_of_a_stage_is_told_in_working_time_while_it_runs_and_while_it_stands() {
    let (zone, mut incident) = (TimeZone::get("Asia/Shanghai").unwrap(), reported());
    let of = |limit: &str| Catalogue {
        working_time: china(),
        stages: vec![stage("handle", None, None, limit)],
        ..Catalogue::default()
    };
    let matter = Matter {
        code: code("M"),
        name: "M".to_owned(),
        name_zh: "M".to_owned(),
        domain: "D".to_owned(),
        urgency: Urgency::Quick,
        arrive_limit_min: 30,
        legal_review: false,
    };
    incident.reported_at = at("2026-09-29T09:00:00+08:00");
    let clock = |incident: &Incident, limit: &str, pauses: &[Span], now: &str| {
        let clock = of(limit).clocks(incident, &matter, pauses, &zone, at(now)).remove(0);
        (clock.paused, clock.left_min, clock.late)
    };
    let runs = |left: i64| (false, Some(left), None);
    assert_eq!(clock(&incident, "4工作时", &[], "2026-09-29T10:30:00+08:00"), runs(150));
    // At noon nobody works.
    assert_eq!(clock(&incident, "4工作时", &[], "2026-09-29T12:30:00+08:00"), runs(60));
    assert_eq!(clock(&incident, "1工作日", &[], "2026-09-29T17:00:00+08:00"), runs(30 + 7 * 60));
    assert_eq!(clock(&incident, "2 h", &[], "2026-09-29T10:30:00+08:00"), runs(30));
    assert_eq!(clock(&incident, "2 h", &[], "2026-09-29T11:30:00+08:00"), (false, None, Some(true)));
    // It stands since ten: what is left stays as it is.
    let stands = [Span { from: Some(at("2026-09-29T10:00:00+08:00")), until: None }];
    for now in ["2026-09-29T10:00:00+08:00", "2026-09-29T15:10:00+08:00"] {
        assert_eq!(clock(&incident, "4工作时", &stands, now), (true, Some(180), None), "{now}");
        assert_eq!(clock(&incident, "2 h", &stands, now), (true, Some(60), None), "{now}");
    }
    // Late before it was suspended, and what ended.
    let late = [Span { from: Some(at("2026-09-29T12:00:00+08:00")), until: None }];
    assert_eq!(clock(&incident, "2 h", &late, "2026-09-29T13:00:00+08:00"), (false, None, Some(true)));
    incident.status = IncidentStatus::Transferred;
    assert_eq!(clock(&incident, "2 h", &[], "2026-09-29T13:00:00+08:00"), (false, None, None));
    incident.status = IncidentStatus::Handled;
    incident.milestones.handled_at = Some(at("2026-09-29T10:00:00+08:00"));
    assert_eq!(clock(&incident, "2 h", &[], "2026-09-29T13:00:00+08:00"), (false, None, Some(false)));
    // Suspended after that, it was in time all the same.
    assert_eq!(clock(&incident, "2 h", &late, "2026-09-29T13:00:00+08:00"), (false, None, Some(false)));
    let stood = [Span { from: Some(at("2026-09-29T09:20:00+08:00")), until: None }];
    assert_eq!(clock(&incident, "30 min", &stood, "2026-09-29T13:00:00+08:00"), (false, None, Some(false)));
    assert_eq!(clock(&incident, "30 min", &late, "2026-09-29T13:00:00+08:00"), (false, None, Some(true)));
}
