//! The audit of powers over the made-up Chinese county, 200 matters × 5 powers × all parts × 24 hours, and the same
//! asked one by one on some of the parts.
//!
//! `cargo bench --bench powers`

use std::{collections::BTreeSet, time::Instant};

use xunge::{
    base::Timestamp,
    cli::powers::{NANHU, Powers},
    domain::{
        areas::Areas,
        lists::Power,
        responsibility::{
            Ground, Law,
            audit::{Audited, HOURS, parts},
        },
        squads::Squad,
    },
    import::generate::nanhu,
};

const TOWNSHIPS: &str = include_str!("../geodata/nanhu_townships.csv");
const ROUNDS: u32 = 5;
/// Parts that are asked one by one.
const SAMPLED: usize = 20;

fn main() {
    let nanhu::County { areas, squads, .. } = nanhu::county("nanhu_townships.csv", TOWNSHIPS).expect("a county");
    let areas = Areas::new([NANHU.special(&areas).expect("special areas"), areas].concat()).expect("areas that fit");
    let zone = areas.time_zone();
    let Powers { matters, units, lists } = NANHU.powers(&areas).expect("units and lists that fit");
    let law = Law { areas: &areas, units: &units, lists: &lists };
    let at: Timestamp = "2026-03-02T04:00:00Z".parse().expect("a time");
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
        parts: &parts,
        squads: &squads,
        response_ms: Some(&response_ms),
        used: &used,
        least_officers: 6,
    };
    let began = Instant::now();
    let found: usize = (0..ROUNDS).map(|_| audited.findings().len()).sum();
    let audit_ms = began.elapsed().as_secs_f64() * 1e3 / f64::from(ROUNDS);
    println!(
        "{} parts, {} matters, {} powers, {HOURS} hours: {} findings in {audit_ms:.1} ms; cut in {cut_ms:.1} ms",
        parts.len(),
        matters.all().len(),
        Power::ALL.len(),
        found / ROUNDS as usize,
    );

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
}
