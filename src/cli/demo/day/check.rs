//! What must be so at the end of a day: worked out from the service's answers, and not as it does.

use std::{collections::BTreeMap, sync::Arc};

use serde_json::Value;
use uuid::Uuid;

use super::api::Api;
use crate::{
    base::{Error, Result, Timestamp},
    domain::incidents::{Action, CaseProfile, History, Incident, IncidentStatus},
};

/// Prints the figures of the day, and counts them anew from the list of incidents.
pub(super) fn figures(api: &Api, (from, until): (Timestamp, Timestamp)) -> Result<Vec<String>> {
    let kpis = api.get(&format!("kpis/arrivals?by=county&from={from}&to={until}"))?;
    let burden = api.get(&format!("kpis/burden?by=county&from={from}&to={until}"))?;
    let figure = |of: &Value, name: &str| of[name].as_f64().map_or("–".to_owned(), |f| format!("{f:.3}"));
    let (mut due, mut on_time) = (0, 0);
    for group in kpis["groups"].as_array().into_iter().flatten() {
        due += group["due"].as_u64().unwrap_or_default();
        on_time += group["on_time"].as_u64().unwrap_or_default();
        println!(
            "arrivals on time: {} of {} = {}; without arrival {}, not yet due {}; p50 {} s, p90 {} s",
            group["on_time"],
            group["due"],
            figure(group, "on_time_share"),
            group["without_arrival"],
            group["not_yet_due"],
            group["p50_s"],
            group["p90_s"]
        );
    }
    println!("  {}", kpis["definition"].as_str().unwrap_or_default());
    for group in burden["groups"].as_array().into_iter().flatten() {
        println!(
            "returns a case: {} of {} = {}; right first time: {} of {} settled",
            group["returns"],
            group["cases"],
            figure(group, "returns_per_case"),
            group["right_first_time"],
            group["settled"]
        );
    }
    println!("  {}", burden["definition"].as_str().unwrap_or_default());
    let as_of: Timestamp = read(&kpis["as_of"])?;
    let all = api.pages(&format!("incidents?limit=1000&from={from}&to={until}"), "incidents")?;
    let (mut counted, mut in_time) = (0, 0);
    for one in all.iter().filter(|i| i["synthetic"] == false) {
        // Nobody has to come to what has no such time.
        let Ok(due_at) = read::<Timestamp>(&one["due_at"]) else { continue };
        let arrived: Option<Timestamp> = read(&one["milestones"]["arrived_at"]).ok();
        counted += u64::from(arrived.is_some() || as_of > due_at);
        in_time += u64::from(arrived.is_some_and(|at| at <= due_at));
    }
    let same = (due, on_time) == (counted, in_time);
    let fault = || format!("{on_time} of {due} on time by the service's figures, {in_time} of {counted} by its list");
    Ok(if same { Vec::new() } else { vec![fault()] })
}

/// Holds each case against its history, and the squads against each other.
pub(super) fn cases(api: &Api, ids: &[Uuid]) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut by_squad: BTreeMap<String, Vec<(Timestamp, Option<Timestamp>, Uuid)>> = BTreeMap::new();
    for id in ids {
        let told = match api.get(&format!("incidents/{id}/history")) {
            Ok(told) => told,
            Err(e) => {
                faults.push(e.detail);
                continue;
            }
        };
        let incident: Incident = read(&told["incident"])?;
        let profile = match &incident.profile {
            None => Arc::clone(CaseProfile::township()),
            Some(under) => {
                let path = format!("profiles/{}?version={}", under.profile, under.version);
                Arc::new(read(&api.get(&path)?)?)
            }
        };
        let actions: Vec<Action> = read(&told["actions"])?;
        let first = profile.first(IncidentStatus::Reported)?.state.clone();
        let history = History::new(&incident, profile, (first, IncidentStatus::Reported), actions);
        match history.stand() {
            Ok(stand)
                if (&stand.state, stand.status, stand.milestones)
                    == (&incident.state(), incident.status, incident.milestones) => {}
            Ok(stand) => faults.push(format!("case {id} is {}, and {} by its history", incident.state(), stand.state)),
            Err(e) => faults.push(format!("case {id}: {e}")),
        }
        let m = &incident.milestones;
        let clocks =
            [Some(incident.reported_at), m.accepted_at, m.dispatched_at, m.arrived_at, m.handled_at, m.closed_at];
        if !in_order(clocks) {
            faults.push(format!("the clocks of case {id} are out of order: {m:?}"));
        }
        for a in told["assignments"].as_array().into_iter().flatten() {
            let at = |name: &str| read::<Timestamp>(&a[name]).ok();
            let begun = at("assigned_at").ok_or_else(|| Error::internal("an assignment without a time"))?;
            if !in_order([Some(begun), at("departed_at"), at("arrived_at"), at("ended_at")]) {
                faults.push(format!("the clocks of assignment {} are out of order", a["id"]));
            }
            let squad = a["squad"].as_str().unwrap_or_default().to_owned();
            by_squad.entry(squad).or_default().push((begun, at("ended_at"), *id));
        }
    }
    for (squad, mut times) in by_squad {
        times.sort();
        for pair in times.windows(2) {
            let (ended, next) = (pair[0].1, pair[1].0);
            if ended.is_none_or(|ended| ended > next) {
                faults.push(format!("squad {squad} is at case {} and at case {} at {next}", pair[0].2, pair[1].2));
            }
        }
        let state = api.get(&format!("squads/{squad}"))?["status"].clone();
        let busy = times.iter().any(|(_, ended, _)| ended.is_none());
        if busy != (state == "busy") {
            faults.push(format!("squad {squad} is {state}, and its cases say otherwise"));
        }
    }
    Ok(faults)
}

fn in_order<const N: usize>(times: [Option<Timestamp>; N]) -> bool {
    let known: Vec<Timestamp> = times.into_iter().flatten().collect();
    known.is_sorted()
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T> {
    serde_json::from_value(value.clone()).map_err(Error::internal)
}
