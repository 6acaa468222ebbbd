//! A million hot incidents in process: rows of a page and counts under filters of every kind, each beside a
//! search that collects and sorts all that match; a report while readers keep what was; memory. Bounded; ends
//! by itself in about a minute. `cargo bench --bench incidents [-- COUNT]`
#![allow(clippy::unwrap_used)]

use std::{cmp::Reverse, hint::black_box, sync::Arc, time::Instant};

use fastrand::Rng;
use uuid::Uuid;
use xunge::{
    base::{BBox, Code, LngLat, Timestamp},
    domain::{
        incidents::{Filter, Incident, IncidentStatus, Incidents, Milestones, Place, Region, Source},
        matters::Urgency,
    },
};

const COUNT: u64 = 1_000_000;
const ROUNDS: usize = 5;
const LIMIT: usize = 100;
/// Eighteen months.
const SPAN_MS: u64 = 540 * 24 * 3_600_000;
const BEGIN_MS: i64 = 1_730_000_000_000;

/// Twelve townships, 200 matters; one case of a hundred is open, most of these of the last days.
fn incident(rng: &mut Rng, count: u64, n: u64) -> Incident {
    let reported_at = Timestamp::from_ms(BEGIN_MS + (SPAN_MS * n / count) as i64).unwrap();
    let status = if rng.u64(..100) == 0 || n > count - count / 1_000 {
        IncidentStatus::Reported
    } else {
        IncidentStatus::Closed
    };
    Incident {
        id: Uuid::from_u128((u128::from(n) << 64) | u128::from(rng.u64(..))),
        at: LngLat::new(112.0 + rng.u64(..1_000_000) as f64 / 1e6, 27.0 + rng.u64(..1_000_000) as f64 / 1e6).unwrap(),
        accuracy_m: None,
        status,
        matter: Some(Code::new(&format!("M{:03}", rng.u64(..200))).unwrap()),
        urgency: Urgency::Quick,
        description: None,
        reported_at,
        created_at: reported_at,
        place: Place { township: Some(Code::new(&format!("T{:02}", rng.u64(..12))).unwrap()), ..Place::default() },
        synthetic: true,
        source: Source::Demo,
        external_id: None,
        flags: Vec::new(),
        milestones: Milestones::default(),
        profile: None,
        ownership: None,
        decision: None,
        merged_into: None,
        rectification: None,
        legal_review: None,
        further_matters: Vec::new(),
        touched_at: None,
    }
}

fn resident_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// Median milliseconds.
fn time<T>(mut work: impl FnMut() -> T) -> f64 {
    let mut took: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    took.sort_by(f64::total_cmp);
    took[ROUNDS / 2]
}

fn filters() -> Vec<(&'static str, Filter)> {
    let boxed = |w, s, e, n| Some(Region::BBox(BBox::new(w, s, e, n).unwrap()));
    let code = |c: &str| Some(Code::new(c).unwrap());
    let at = |share: f64| Timestamp::from_ms(BEGIN_MS + (SPAN_MS as f64 * share) as i64).ok();
    vec![
        ("all", Filter::default()),
        ("a state: closed", Filter { status: Some(IncidentStatus::Closed), ..Filter::default() }),
        ("open", Filter { open: true, ..Filter::default() }),
        ("a township", Filter { township: code("T03"), ..Filter::default() }),
        ("a matter", Filter { matter: code("M077"), ..Filter::default() }),
        ("a month", Filter { from: at(0.5), to: at(0.55), ..Filter::default() }),
        ("a box, half of it", Filter { region: boxed(112.0, 27.0, 112.5, 28.0), ..Filter::default() }),
        ("a box, 1/10,000", Filter { region: boxed(112.5, 27.5, 112.51, 27.51), ..Filter::default() }),
        (
            "a radius of 5 km",
            Filter { region: Some(Region::Radius(LngLat::new(112.4, 27.4).unwrap(), 5_000.0)), ..Filter::default() },
        ),
        ("a township and a matter", Filter { township: code("T03"), matter: code("M077"), ..Filter::default() }),
        (
            "a box, a month, open",
            Filter {
                region: boxed(112.0, 27.0, 112.5, 28.0),
                from: at(0.5),
                to: at(0.55),
                open: true,
                ..Filter::default()
            },
        ),
    ]
}

fn main() {
    let count = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(COUNT);
    let mut rng = Rng::with_seed(1);
    let before = resident_mb();
    let made: Vec<Incident> = (0..count).map(|n| incident(&mut rng, count, n)).collect();
    let bare = resident_mb() - before;
    let start = Instant::now();
    let mut all = Incidents::load(made, Timestamp::MIN);
    let indexed = resident_mb() - before;
    println!(
        "{count} incidents: {bare:.0} MB of records, {indexed:.0} MB with every index, loaded in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    println!("\n{:<26} {:>9} {:>12} {:>12} {:>12} {:>8}", "", "matching", "page, ms", "count, ms", "all, ms", "ratio");
    for (what, filter) in filters() {
        let page = time(|| all.page(&filter, None, LIMIT));
        let counted = time(|| all.count(&filter));
        // What there was before: everything that matches, in order.
        let collect = || {
            let mut matching: Vec<_> = all.all().filter(|i| filter.accepts(i)).collect();
            matching.sort_unstable_by_key(|i| Reverse((i.reported_at, i.id)));
            matching.iter().take(LIMIT).map(|i| Arc::clone(i)).collect::<Vec<_>>()
        };
        assert_eq!(collect(), all.page(&filter, None, LIMIT), "{what}");
        let reference = time(collect);
        println!(
            "{what:<26} {:>9} {page:>12.3} {counted:>12.3} {reference:>12.1} {:>8.0}",
            all.count(&filter),
            reference / page
        );
    }
    let puts = |all: &mut Incidents, keep: bool, rng: &mut Rng| {
        let mut kept = Vec::new();
        let mut took: Vec<f64> = (0..1_000)
            .map(|i| {
                if keep {
                    kept = vec![all.clone()];
                }
                let one = incident(rng, count, count + i);
                let start = Instant::now();
                all.put(one);
                start.elapsed().as_secs_f64() * 1_000_000.0
            })
            .collect();
        took.sort_by(f64::total_cmp);
        took[500]
    };
    let alone = puts(&mut all, false, &mut rng);
    let shared = puts(&mut all, true, &mut rng);
    println!("\na report taken in: {alone:.0} µs, {shared:.0} µs while a reader keeps what was before");
}
