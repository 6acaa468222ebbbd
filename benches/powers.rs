//! The audit of powers over the made-up Chinese county, 200 matters × 5 powers × all parts × 24 hours, and the same
//! asked one by one on some of the parts; then who has the power, over HTTP, beside where a place lies: a batch of
//! 10,000 and one place, each over its bar.
//!
//! `cargo bench --bench powers`
#![allow(clippy::unwrap_used)]

#[allow(dead_code)]
mod served;

use std::{collections::BTreeSet, time::Instant};

use served::{Served, row, time, xunge};

use xunge::{
    base::{Code, Timestamp},
    cli::powers::{NANHU, Powers},
    domain::{
        areas::Areas,
        lists::Power,
        matters::Matter,
        officers::{Certificate, Officer, Officers, Recusals},
        responsibility::{
            Ground, Law,
            audit::{Audited, AuditedHours, parts},
        },
        squads::Squad,
    },
    import::generate::nanhu,
};

const TOWNSHIPS: &str = include_str!("../geodata/nanhu_townships.csv");
const ROUNDS: u32 = 5;
/// Parts that are asked one by one.
const SAMPLED: usize = 20;
const BATCH: usize = 10_000;
const BATCHES: usize = 11;
const ASKED: usize = 2_000;
/// What an audit in process, a batch and one answer may take: milliseconds, and times where a place lies.
const BARS: (f64, f64, f64) = (1_000.0, 10.0, 3.0);

fn main() {
    let nanhu::County { areas, mut squads, .. } = nanhu::county("nanhu_townships.csv", TOWNSHIPS).expect("a county");
    let areas = Areas::new([NANHU.special(&areas).expect("special areas"), areas].concat()).expect("areas that fit");
    let zone = areas.time_zone();
    let Powers { matters, units, lists, .. } = NANHU.powers(&areas).expect("units and lists that fit");
    let law = Law { areas: &areas, units: &units, lists: &lists };
    let at: Timestamp = "2026-03-02T04:00:00Z".parse().expect("a time");
    let officers = listed(&mut squads);
    let squads: Vec<&Squad> = squads.iter().collect();
    let used = BTreeSet::new();

    let began = Instant::now();
    let parts = parts(&areas);
    let cut_ms = began.elapsed().as_secs_f64() * 1e3;
    // Every squad is everywhere within half an hour but where it is not: drives are known to the audit, not made by it.
    let response_ms: Vec<Vec<u32>> =
        squads.iter().map(|s| parts.iter().map(|p| (s.post.distance_m(p.at) * 120.0) as u32).collect()).collect();
    let audited = Audited {
        law,
        matters: matters.all(),
        at,
        zone: &zone,
        over: AuditedHours::Day,
        parts: &parts,
        squads: &squads,
        officers: &officers,
        response_ms: Some(&response_ms),
        used: &used,
        least_officers: 6,
    };
    let timed = |audited: &Audited| {
        let began = Instant::now();
        let found: usize = (0..ROUNDS).map(|_| audited.findings().len()).sum();
        let ms = began.elapsed().as_secs_f64() * 1e3 / f64::from(ROUNDS);
        println!(
            "{} parts, {} matters, {} powers, {} hours: {} findings in {ms:.1} ms; cut in {cut_ms:.1} ms",
            parts.len(),
            matters.all().len(),
            Power::ALL.len(),
            audited.over.count(),
            found / ROUNDS as usize,
        );
        ms
    };
    let audit_ms = timed(&audited);
    let week_ms = timed(&Audited { over: AuditedHours::Week, ..audited });
    println!("  a week in {:.1} times a day", week_ms / audit_ms);
    println!("  {audit_ms:.0} ms in process, at most {:.0}: {}", BARS.0, verdict(audit_ms <= BARS.0));

    let began = Instant::now();
    let mut leads = 0;
    for part in parts.iter().step_by(parts.len().div_ceil(SAMPLED)) {
        for matter in matters.all() {
            for power in Power::ALL {
                for hour in audited.hours() {
                    let answer = law.answer(&Ground::at(&areas, part.at), Some(matter), power, hour);
                    let on = |code| units.roster(code).iter().any(|d| d.is_on(hour, &zone));
                    let there = squads.iter().any(|s| s.shifts.cover(hour, &zone));
                    leads += usize::from(answer.leads.iter().any(|g| on(&g.lead)) && there);
                }
            }
        }
    }
    let sampled = parts.iter().step_by(parts.len().div_ceil(SAMPLED)).count();
    let slow_ms = began.elapsed().as_secs_f64() * 1e3 / sampled as f64 * parts.len() as f64;
    println!(
        "one by one ({sampled} parts, {leads} leads on duty): {slow_ms:.0} ms for all, {:.0} times",
        slow_ms / audit_ms
    );
    over_http(matters.all());
}

/// Every other squad lists its officers: certified for some fields, recused from a township, or neither.
fn listed(squads: &mut [Squad]) -> Officers {
    let code = |text: String| Code::new(&text).expect("a code");
    let mut all = Vec::new();
    for (n, squad) in squads.iter_mut().enumerate().step_by(2) {
        for i in 0..4 {
            let matters = if i == 3 { vec!["城市管理".to_owned()] } else { Vec::new() };
            let recused = (i == 2).then(|| squad.command_area.clone());
            let certificates = vec![Certificate { matters, ..Certificate::default() }];
            let recused_from = Recusals { areas: recused.into_iter().collect(), ..Recusals::default() };
            let id = code(format!("O{n}-{i}"));
            squad.officers.push(id.clone());
            all.push(Officer { id, unit: squad.unit.clone(), certificates, recused_from });
        }
    }
    Officers::new(all).expect("each once")
}

fn verdict(holds: bool) -> &'static str {
    if holds { "holds" } else { "MISSED" }
}

/// A place in the box of the county, from a fixed sequence (Weyl, golden ratio).
fn place(i: usize) -> (f64, f64) {
    let turn = |step: f64| (i as f64 * step).fract();
    (120.62 + 0.3 * turn(0.618_033_988_749_894_9), 30.6 + 0.2 * turn(0.754_877_666_246_692_8))
}

fn over_http(matters: &[Matter]) {
    let folder = std::env::temp_dir().join(format!("xunge-bench-powers-{}", std::process::id()));
    xunge(&folder, &["demo", "county", "nanhu"]);
    let served = Served::start(&folder);
    served.rest();
    let mut c = served.connect();
    let matter = |i: usize| &matters[i % matters.len()].code;
    let all = |one: &dyn Fn(usize) -> String| (0..BATCH).map(one).collect::<Vec<_>>().join(",");
    let points = all(&|i| {
        let (lng, lat) = place(i);
        format!("{{\"lng\":{lng:.6},\"lat\":{lat:.6}}}")
    });
    let questions = all(&|i| {
        let ((lng, lat), matter) = (place(i), matter(i));
        format!("{{\"lng\":{lng:.6},\"lat\":{lat:.6},\"matter\":\"{matter}\"}}")
    });
    let (points, questions) = (format!("{{\"points\":[{points}]}}"), format!("{{\"questions\":[{questions}]}}"));
    let one = |path: &str, i: usize| {
        let (lng, lat) = place(i);
        format!("/api/v1/{path}?lng={lng:.6}&lat={lat:.6}")
    };
    println!("\nover HTTP, one keep-alive connection            p50 ms    p99 ms  × locate");
    let middle = |sorted: &[f64]| sorted[sorted.len() / 2];
    let located = time(BATCHES, |_| assert_eq!(c.post("/api/v1/locate", &points).0, 200));
    row("locate, batch of 10,000", &located, middle(&located));
    let answered = time(BATCHES, |_| assert_eq!(c.post("/api/v1/responsibility", &questions).0, 200));
    row("responsibility, batch of 10,000", &answered, middle(&located));
    let batch = middle(&answered) / middle(&located);
    let located = time(ASKED, |i| assert_eq!(c.get(&one("locate", i)).0, 200));
    row("locate", &located, middle(&located));
    let of = |i: usize| format!("{}&matter={}", one("responsibility", i), matter(i));
    let answered = time(ASKED, |i| assert_eq!(c.get(&of(i)).0, 200));
    row("responsibility", &answered, middle(&located));
    let single = middle(&answered) / middle(&located);
    println!("  a batch is {batch:.1} times a locate, at most {:.0}: {}", BARS.1, verdict(batch <= BARS.1));
    println!("  an answer is {single:.1} times a locate, at most {:.0}: {}", BARS.2, verdict(single <= BARS.2));
    let audit = time(5, |_| assert_eq!(c.get("/api/v1/responsibility/audit").0, 200));
    row("the audit, with drives", &audit, middle(&located));
    served.stop();
    std::fs::remove_dir_all(&folder).unwrap();
}
