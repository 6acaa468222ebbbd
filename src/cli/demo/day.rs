//! `xunge demo day`: plays a day against a running service through its public interface, as callers, a dispatcher and
//! squads would, prints the key figures and checks at its end that nothing is crooked.

mod api;
mod check;

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap},
    time::Instant,
};

use clap::Args;
use fastrand::Rng;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

use self::api::Api;
use crate::base::{Error, Result, Timestamp};

const MIN_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MIN_MS;
/// The day ended so long ago: what was reported last has been dealt with, as far as it is.
const AFTER_MS: i64 = 6 * HOUR_MS;
const COUNT_MAX: u32 = 5_000;
/// A dispatcher to whom nobody could be named asks again after this, then after twice as long, up to an hour.
const AGAIN_MS: i64 = 5 * MIN_MS;

#[derive(Debug, Args)]
pub struct Day {
    /// Another seed gives another day
    #[arg(long)]
    seed: u64,
    /// Reports of the day
    #[arg(long, default_value_t = 200)]
    count: u32,
    /// Of the running service
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
    /// A key of the role admin or dispatcher, where the service needs one
    #[arg(long, env = "XUNGE_KEY", hide_env_values = true)]
    key: Option<String>,
    /// Play into a service whose county is none of a demonstration: what is reported stays in its figures
    #[arg(long)]
    into_real: bool,
}

/// What happens next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Report,
    /// The unit that is asked whose the case is accepts it, or returns it by an entry; then it is handed over.
    Answer,
    /// The dispatcher asks whom to send.
    Dispatch,
    Decline(Trip),
    Depart(Trip),
    /// It is seen half way.
    Seen(Trip),
    Arrive(Trip),
    /// The case is handled, the squad free.
    Handled(Trip),
    /// A step of the desk, towards the end.
    Desk(&'static str),
}

/// A squad that was sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Trip {
    assignment: Uuid,
    squad: String,
}

/// What was done, for the report at the end.
#[derive(Debug, Default)]
struct Tally {
    sent: u32,
    declined: u32,
    waited: u32,
    void: u32,
    returned: u32,
}

/// A day as it is played.
struct Play<'a> {
    api: &'a Api,
    dice: Rng,
    from: Timestamp,
    seed: u64,
    made: u64,
    cases: Vec<Case>,
    /// The soonest first, those of one moment as they were planned.
    agenda: BinaryHeap<Reverse<(Timestamp, u64, usize, Event)>>,
    planned: u64,
    tally: Tally,
}

/// A case of the day.
#[derive(Debug)]
struct Case {
    id: Uuid,
    report: Value,
    refused_by: BTreeSet<String>,
    /// How often nobody could be sent.
    waited: u32,
}

impl Day {
    pub async fn run(self) -> anyhow::Result<()> {
        // A client that waits for each answer.
        tokio::task::spawn_blocking(move || self.play()).await?
    }

    fn play(self) -> anyhow::Result<()> {
        if !(1..=COUNT_MAX).contains(&self.count) {
            let why = format!("{} reports are not within 1 to {COUNT_MAX}", self.count);
            return Err(Error::invalid("count", why).into());
        }
        let began = Instant::now();
        let api = Api::new(&self.url, self.key.as_deref());
        let status = api.get("status")?;
        if status["demo"] != true && !self.into_real {
            let why = "the service holds no demonstration county; --into-real plays into it all the same, and what is \
                       reported stays in its figures";
            return Err(Error::conflict(why).into());
        }
        let now = crate::cli::now();
        let from = Timestamp::from_ms((now.ms() - AFTER_MS - 24 * HOUR_MS).div_euclid(HOUR_MS) * HOUR_MS)?;
        let until = from.plus_ms(24 * HOUR_MS);
        println!("a day from {from} until {until}, {} reports, seed {}", self.count, self.seed);
        let shifts = shifts(&api, from)?;
        let mut play = Play {
            api: &api,
            dice: Rng::with_seed(self.seed),
            from,
            seed: self.seed,
            made: 0,
            cases: Vec::new(),
            agenda: BinaryHeap::new(),
            planned: 0,
            tally: Tally::default(),
        };
        play.reports(self.count)?;
        while let Some(Reverse((at, _, case, event))) = play.agenda.pop() {
            // What would be later than now is left undone.
            if at < now {
                play.happens(at, case, event)?;
            }
        }
        let Tally { sent, declined, waited, void, returned } = play.tally;
        let took_s = began.elapsed().as_secs_f64();
        println!("{sent} squads sent, {declined} declined; {returned} cases returned by a unit; {void} void");
        println!("{waited} times nobody could be sent and the dispatcher asked again");
        println!("{shifts} times a squad came on shift or went off it");
        println!("played in {took_s:.1} s, {:.1} cases/s", f64::from(self.count) / took_s);
        let ids: Vec<Uuid> = play.cases.iter().map(|case| case.id).collect();
        let checked = check::figures(&api, (from, until))?;
        let faults = [checked, check::cases(&api, &ids)?].concat();
        if faults.is_empty() {
            println!("checked: no squad at two places, clocks in order, states as histories say, figures as counted");
            return Ok(());
        }
        Err(Error::internal(format!("{} things are crooked:\n{}", faults.len(), faults.join("\n"))).into())
    }
}

/// How often in the day a squad comes on shift or goes off it, as the service says hour by hour.
fn shifts(api: &Api, from: Timestamp) -> Result<usize> {
    let on = |hour: i64| -> Result<BTreeSet<String>> {
        let at = from.plus_ms(hour * HOUR_MS);
        let all = api.pages(&format!("squads?at={at}"), "squads")?;
        let on = all.iter().filter(|s| s["on_shift"] == true);
        Ok(on.filter_map(|s| s["id"].as_str().map(str::to_owned)).collect())
    };
    let hours = (0..=24).map(on).collect::<Result<Vec<_>>>()?;
    Ok(hours.windows(2).map(|pair| pair[0].symmetric_difference(&pair[1]).count()).sum())
}

impl Play<'_> {
    /// Of this day alone: the same seed at another time makes others.
    fn id(&mut self) -> Uuid {
        self.made += 1;
        let text = format!("xunge demo day {} {} {}", self.seed, self.from, self.made);
        let bytes: [u8; 32] = Sha256::digest(text).into();
        Builder::from_custom_bytes(std::array::from_fn(|i| bytes[i])).into_uuid()
    }

    fn plan(&mut self, at: Timestamp, case: usize, event: Event) {
        self.planned += 1;
        self.agenda.push(Reverse((at, self.planned, case, event)));
    }

    fn minutes(&mut self, from: f64, to: f64) -> i64 {
        ((from + self.dice.f64() * (to - from)) * MIN_MS as f64) as i64
    }

    /// Where people live and somebody can come, more by day than by night.
    fn reports(&mut self, count: u32) -> Result<()> {
        let cells = self.api.get("coverage?by=uncovered&minutes=1")?;
        let cells: Vec<(f64, f64, f64)> = cells["uncovered"]["cells"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|c| c["reason"] == "late")
            .filter_map(|c| Some((c["lng"].as_f64()?, c["lat"].as_f64()?, c["buildings"].as_f64()? + 0.1)))
            .collect();
        let matters = self.api.get("matters")?;
        let matters = matters["matters"].as_array().cloned().unwrap_or_default();
        if cells.is_empty() || matters.is_empty() {
            return Err(Error::conflict("the service knows no place that a squad could come to, or no matters"));
        }
        let whole: f64 = cells.iter().map(|c| c.2).sum();
        for n in 0..count as usize {
            let mut share = self.dice.f64() * whole;
            let cell = cells.iter().find(|c| {
                share -= c.2;
                share <= 0.0
            });
            let (lng, lat, _) = *cell.unwrap_or(&cells[0]);
            let (lng, lat) = (lng + (self.dice.f64() - 0.5) * 1e-3, lat + (self.dice.f64() - 0.5) * 1e-3);
            // Three of four between eight and eight.
            let hour = if self.dice.f64() < 0.75 { 8.0 } else { 20.0 } + self.dice.f64() * 12.0;
            let at = self.from.plus_ms(((hour % 24.0) * HOUR_MS as f64) as i64);
            let matter = &matters[self.dice.usize(..matters.len())]["code"];
            let id = self.id();
            let report = json!({ "id": id, "lng": lng, "lat": lat, "matter": matter, "reported_at": at,
                "description": format!("demonstration day, seed {}, report {n}", self.seed) });
            self.cases.push(Case { id, report, refused_by: BTreeSet::new(), waited: 0 });
            self.plan(at, n, Event::Report);
        }
        Ok(())
    }

    fn happens(&mut self, at: Timestamp, case: usize, event: Event) -> Result<()> {
        let id = self.cases[case].id;
        match event {
            Event::Report => {
                self.api.post("incidents", &self.cases[case].report)?;
                if self.dice.f64() < 0.03 {
                    self.tally.void += 1;
                    return self.act(id, at, json!({ "to": "void" }), Some("a mistake"));
                }
                let read = self.minutes(1.0, 8.0);
                self.plan(at.plus_ms(read), case, Event::Answer);
                let heard = self.minutes(0.5, 3.0);
                self.plan(at.plus_ms(heard), case, Event::Dispatch);
            }
            Event::Answer => self.answer(at, case)?,
            Event::Dispatch => self.dispatch(at, case)?,
            Event::Decline(trip) => {
                self.tally.declined += 1;
                self.cases[case].refused_by.insert(trip.squad.clone());
                self.step(&trip, at, "declined", Some("broken down"))?;
                self.plan(at.plus_ms(MIN_MS), case, Event::Dispatch);
            }
            Event::Depart(trip) => self.step(&trip, at, "en_route", None)?,
            Event::Seen(trip) => {
                let (report, squad) = (&self.cases[case].report, self.api.get(&format!("squads/{}", trip.squad))?);
                let half = |one: &str| Some((report[one].as_f64()? + squad["waits_at"][one].as_f64()?) / 2.0);
                let fix = json!({ "squad": trip.squad, "lng": half("lng"), "lat": half("lat"), "fixed_at": at });
                self.api.post("positions", &json!({ "positions": [fix] }))?;
            }
            Event::Arrive(trip) => {
                // It may have been seen there.
                let known = self.api.get(&format!("assignments/{}", trip.assignment))?;
                if known["status"] != "on_scene" {
                    self.step(&trip, at, "on_scene", None)?;
                }
                let takes = self.minutes(10.0, 50.0);
                self.plan(at.plus_ms(takes), case, Event::Handled(trip));
            }
            Event::Handled(trip) => {
                self.act(id, at, json!({ "to": "handled" }), None)?;
                self.step(&trip, at, "done", None)?;
                let mut then = at;
                for to in ["fed_back", "verified", "closed"] {
                    then = then.plus_ms(self.minutes(2.0, 30.0));
                    self.plan(then, case, Event::Desk(to));
                }
            }
            Event::Desk(to) => self.act(id, at, json!({ "to": to }), None)?,
        }
        Ok(())
    }

    /// Of what the service says may be done about whose the case is: mostly it is accepted.
    fn answer(&mut self, at: Timestamp, case: usize) -> Result<()> {
        let id = self.cases[case].id;
        let told = self.api.get(&format!("incidents/{id}/history"))?;
        let orders: Vec<&Value> =
            told["next"].as_array().into_iter().flatten().map(|n| &n["act"]["own"]).filter(|o| !o.is_null()).collect();
        let find = |name: &str| orders.iter().find(|order| order.get(name).is_some());
        let returned = find("return").filter(|_| self.dice.f64() < 0.1);
        let accepted = orders.iter().find(|order| **order == "accept");
        let Some(order) = returned.or(accepted).or_else(|| find("hand_over")).map(|order| (*order).clone()) else {
            return Ok(());
        };
        self.tally.returned += u32::from(returned.is_some());
        let goes_on = order != "accept";
        self.act(id, at, json!({ "own": order }), Some("as the lists say"))?;
        if goes_on {
            let read = self.minutes(1.0, 8.0);
            self.plan(at.plus_ms(read), case, Event::Answer);
        }
        Ok(())
    }

    /// Sends whom the service recommends, or for first response; who has declined is not asked twice.
    fn dispatch(&mut self, at: Timestamp, case: usize) -> Result<()> {
        let id = self.cases[case].id;
        let advice = self.api.get(&format!("squads/recommendation?incident={id}&k=10&at={at}"))?;
        let willing = |one: &&Value| {
            one["squad"]["id"].as_str().is_some_and(|squad| !self.cases[case].refused_by.contains(squad))
        };
        // Where nobody may conclude it, somebody secures the scene.
        let first = Some(&advice["first_response"]).filter(|_| advice["squads"].as_array().is_none_or(Vec::is_empty));
        let offer = advice["squads"].as_array().into_iter().flatten().chain(first).find(willing);
        let Some(offer) = offer else {
            self.tally.waited += 1;
            let waited = self.cases[case].waited;
            self.cases[case].waited += 1;
            self.plan(at.plus_ms((AGAIN_MS << waited.min(4)).min(HOUR_MS)), case, Event::Dispatch);
            return Ok(());
        };
        let squad = offer["squad"]["id"].as_str().unwrap_or_default().to_owned();
        let part = |name: &str| offer["parts"][name].as_i64().unwrap_or_default() * 1_000;
        let (turnout_ms, way_ms) = (part("turnout_s"), part("drive_s") + part("walk_s"));
        let trip = Trip { assignment: self.id(), squad };
        let first_response = offer["competence"] == "first_response_only";
        let order = json!({ "id": trip.assignment, "squad": trip.squad, "at": at, "first_response": first_response });
        self.api.post(&format!("incidents/{id}/assignments"), &order)?;
        self.tally.sent += 1;
        if self.dice.f64() < 0.04 {
            self.plan(at.plus_ms(MIN_MS), case, Event::Decline(trip));
            return Ok(());
        }
        let departs = at.plus_ms(turnout_ms.max(1_000));
        let takes_ms = (way_ms as f64 * (0.9 + self.dice.f64() * 0.4)) as i64;
        self.plan(departs, case, Event::Depart(trip.clone()));
        self.plan(departs.plus_ms(takes_ms / 2), case, Event::Seen(trip.clone()));
        self.plan(departs.plus_ms(takes_ms.max(1_000)), case, Event::Arrive(trip));
        Ok(())
    }

    fn act(&mut self, incident: Uuid, at: Timestamp, act: Value, reason: Option<&str>) -> Result<()> {
        let body = json!({ "id": self.id(), "act": act, "at": at, "reason": reason });
        self.api.post(&format!("incidents/{incident}/actions"), &body).map(drop)
    }

    fn step(&mut self, trip: &Trip, at: Timestamp, to: &str, reason: Option<&str>) -> Result<()> {
        let body = json!({ "id": self.id(), "to": to, "at": at, "reason": reason });
        self.api.post(&format!("assignments/{}/steps", trip.assignment), &body).map(drop)
    }
}
