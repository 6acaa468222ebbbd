//! `xunge demo policies`: the same made-up days under each policy of dispatch, beside what nobody could have done
//! better. In process; changes nothing.

mod ground;

use std::{thread, time::Instant};

use clap::Args;
use fastrand::Rng;

use self::ground::{Ground, Wanted};
use crate::{
    base::{Error, Result, Timestamp},
    cli::{Place, now},
    domain::{
        trial::{CASES_MAX, Day, Tried, compare, fewest_late, late_at_least},
        zones::Grounds,
    },
    store::{self, load::Source},
    world::World,
};

const DAY_MS: i64 = 86_400_000;
const DAYS_MAX: u32 = 1_000;
const COUNT_MAX: u32 = 5_000;
/// Squads of a small day.
const FEW: usize = 3;
/// Draws before others are taken: of a small day's squads, and of cases for each that these have to come to.
const SQUADS_TRIED: usize = 100;
const CASES_TRIED: u32 = 200;
/// A small day's hours.
const HOURS: (f64, f64) = (9.0, 11.0);

#[derive(Debug, Args)]
pub struct Policies {
    /// Another seed gives other days
    #[arg(long)]
    seed: u64,
    /// Days of each load
    #[arg(long, default_value_t = 20)]
    days: u32,
    /// Loads: cases of a day, joined by commas
    #[arg(long, value_delimiter = ',', default_values_t = [60, 80, 100])]
    cases: Vec<u32>,
    /// Small days with three squads, for the exact optimum
    #[arg(long, default_value_t = 200)]
    small_days: u32,
    /// Cases of a small day, at most 12
    #[arg(long, default_value_t = 8)]
    small_cases: u32,
    /// The first day begins then; the last one was yesterday when not given
    #[arg(long)]
    from: Option<Timestamp>,
    #[command(flatten)]
    place: Place,
}

/// How many of a load's cases were late, by policy and by day.
struct Load {
    late: Vec<Vec<usize>>,
    least: usize,
}

impl Policies {
    pub async fn run(self) -> anyhow::Result<()> {
        self.check()?;
        let world = self.world().await?;
        // Pure arithmetic from here on.
        tokio::task::spawn_blocking(move || self.tried(world)).await??;
        Ok(())
    }

    fn check(&self) -> Result<()> {
        let within = |field: &str, n: u32, most: u32| match (1..=most).contains(&n) {
            true => Ok(()),
            false => Err(Error::invalid(field, format!("{n} are not within 1 to {most}"))),
        };
        within("days", self.days, DAYS_MAX)?;
        within("small_days", self.small_days, DAYS_MAX)?;
        within("small_cases", self.small_cases, CASES_MAX as u32)?;
        self.cases.iter().try_for_each(|&n| within("cases", n, COUNT_MAX))
    }

    async fn world(&self) -> anyhow::Result<World> {
        let (settings, (db, folder)) = (self.place.settings()?, self.place.open().await?);
        let definition = settings.response.definition();
        let source = Source {
            db: &db,
            folder: &folder,
            // No case of the past is looked at.
            hot_since: now(),
            now: now(),
            definition: &definition,
            resolution: settings.coverage.cell_resolution,
            grounds: &Grounds::default(),
        };
        Ok(store::load::world(source).await?.0)
    }

    fn tried(&self, world: World) -> Result<()> {
        let yesterday = now().ms().div_euclid(DAY_MS) * DAY_MS - DAY_MS * i64::from(self.days);
        let from = self.from.map_or_else(|| Timestamp::from_ms(yesterday), Ok)?;
        let mut ground = Ground::new(world, from, self.seed)?;
        println!("{} days from {from}, {} squads, seed {}", self.days, ground.squads(), self.seed);
        for &cases in &self.cases {
            let began = Instant::now();
            let load = self.load(&mut ground, cases)?;
            self.tell(&load, cases);
            let (played, took_s) = (cases * self.days * Tried::ALL.len() as u32, began.elapsed().as_secs_f64());
            println!("  {played} cases played in {took_s:.2} s, {:.0} a second", f64::from(played) / took_s);
        }
        self.small(&mut ground)
    }

    fn load(&self, ground: &mut Ground, cases: u32) -> Result<Load> {
        let (mut dice, wanted) = (Rng::with_seed(self.seed), Wanted { cases, hours: None });
        let days = (0..self.days).map(|number| ground.day(&mut dice, number, wanted)).collect::<Result<Vec<_>>>()?;
        let mut load = Load { late: vec![Vec::new(); Tried::ALL.len()], least: days.iter().map(late_at_least).sum() };
        for played in late_of_each(ground, &days) {
            load.late.iter_mut().zip(played).for_each(|(of_policy, late)| of_policy.push(late));
        }
        Ok(load)
    }

    fn tell(&self, load: &Load, cases: u32) {
        let all = f64::from(cases * self.days);
        let percent = |late: usize| 100.0 * late as f64 / all;
        let shares = |late: &[usize]| late.iter().map(|&n| 100.0 * n as f64 / f64::from(cases)).collect::<Vec<_>>();
        let least = percent(load.least);
        println!("{cases} cases a day; late at least {least:.1} % however squads are sent (each case for itself)");
        println!("  {:<18} {:>6}  {:>24}  days better, worse", "policy", "late", "against closest, points");
        let closest = shares(&load.late[Tried::Closest as usize]);
        for (policy, late) in Tried::ALL.into_iter().zip(&load.late) {
            let paired = compare(&shares(late), &closest, self.seed);
            let [from, to] = paired.interval;
            let told = match (paired.is_better(), paired.is_worse()) {
                (true, _) => "better",
                (_, true) => "worse",
                _ => "",
            };
            let share = percent(late.iter().sum());
            let against = format!("{:+.2} ({from:+.2} to {to:+.2})", paired.mean);
            println!(
                "  {:<18} {share:>5.1}%  {against:>24}  {:>3}, {:>3}  {told}",
                policy.as_str(),
                paired.better,
                paired.worse
            );
        }
    }

    /// Three squads that are always there, and few cases, each of which one of them could be in time at.
    fn small(&self, ground: &mut Ground) -> Result<()> {
        let (mut late, mut fewest, mut dice) = ([0; Tried::ALL.len()], 0, Rng::with_seed(self.seed));
        for _ in 0..self.small_days {
            let (few, day) = self.small_day(ground, &mut dice)?;
            fewest += fewest_late(&day).unwrap_or_default();
            for (policy, late) in Tried::ALL.into_iter().zip(&mut late) {
                let mut holds = |free: &[usize]| ground.held(&free.iter().map(|&n| few[n]).collect::<Vec<_>>());
                *late += day.late(&day.play(policy, &mut holds));
            }
        }
        let all = self.small_days * self.small_cases;
        println!(
            "{} small days of {} cases, {FEW} squads: {fewest} of {all} late at best in hindsight",
            self.small_days, self.small_cases
        );
        for (policy, late) in Tried::ALL.into_iter().zip(late) {
            println!(
                "  {:<18} {late:>5} late, {:.2} times as many",
                policy.as_str(),
                f64::from(late as u32) / fewest.max(1) as f64
            );
        }
        Ok(())
    }

    /// The squads of a small day, and the day.
    fn small_day(&self, ground: &mut Ground, dice: &mut Rng) -> Result<(Vec<usize>, Day)> {
        // Some go to hardly any case, by water only or within a small area.
        for _ in 0..SQUADS_TRIED {
            let few = dice.choose_multiple(0..ground.squads(), FEW);
            if let Some(day) = self.day_of(ground, dice, &few)? {
                return Ok((few, day));
            }
        }
        Err(Error::conflict(format!("of {SQUADS_TRIED} times {FEW} squads none would come anywhere in time")))
    }

    fn day_of(&self, ground: &mut Ground, dice: &mut Rng, few: &[usize]) -> Result<Option<Day>> {
        let one = Wanted { cases: 1, hours: Some(HOURS) };
        let mut cases = Vec::new();
        for _ in 0..CASES_TRIED * self.small_cases {
            let mut case = ground.day(dice, 0, one)?.cases.remove(0);
            case.ways = few.iter().map(|&n| case.ways[n]).collect();
            let in_time = |way_s| case.ready_s + way_s <= case.due_s;
            if case.ways.iter().any(|way| way.s.is_some_and(in_time)) {
                cases.push(case);
            }
            if cases.len() == self.small_cases as usize {
                cases.sort_by_key(|case| case.ready_s);
                return Ok(Some(Day { cases, shifts: vec![vec![0..u32::MAX]; few.len()] }));
            }
        }
        Ok(None)
    }
}

/// How many cases are late on each day, by policy; days are played at once.
fn late_of_each(ground: &Ground, days: &[Day]) -> Vec<[usize; Tried::ALL.len()]> {
    let play = |day: &Day| Tried::ALL.map(|policy| day.late(&day.play(policy, &mut |free| ground.held(free))));
    let at_once = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let part = |part: &'_ [Day]| part.iter().map(play).collect::<Vec<_>>();
        let parts = days.chunks(days.len().div_ceil(at_once).max(1));
        let playing: Vec<_> = parts.map(|days| scope.spawn(move || part(days))).collect();
        let end = |one: thread::ScopedJoinHandle<'_, _>| one.join().unwrap_or_else(|e| std::panic::resume_unwind(e));
        playing.into_iter().flat_map(end).collect()
    })
}
