//! Days for policies to be tried on: made-up cases in the county that is there, with the ways that the engine tells.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use fastrand::Rng;
use jiff::tz::TimeZone;

use crate::{
    base::{Code, Error, LngLat, Result, Timestamp},
    cli::made,
    domain::{
        coverage::{Basis, Filter, Member, Tally, Who, route},
        dispatch::{self, Query},
        incidents::limit_of,
        lists::Power,
        matters::{Matter, Urgency},
        officers,
        response::Start,
        squads::{Shifts, Squad, SquadStatus, Squads},
        synthetic::Spots,
        traffic::{Posts, Scene},
        trial::{Case, Day, Way},
    },
    kernel::travel::Workspace,
    world::World,
};

const DAY_S: u32 = 86_400;
/// Of the places at which cases are expected.
const EXPECTED: usize = 20_000;
/// How long a case takes on the scene, minutes.
const TAKES_MIN: (f64, f64) = (10.0, 50.0);
/// A place nobody lives near in an area is drawn again so often.
const TRIES: usize = 100;

/// The county, as policies see it.
pub struct Ground {
    world: World,
    scene: Arc<Scene>,
    /// All free and on shift: a day says who is.
    squads: Arc<Squads>,
    /// As they are, in the same order.
    listed: Vec<Arc<Squad>>,
    posts: Posts,
    zone: TimeZone,
    spots: Spots,
    /// Of those who go by road, by number.
    members: Vec<Option<Member>>,
    expected: Tally,
    from: Timestamp,
    ws: Workspace,
}

/// How many cases, and when.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub cases: u32,
    /// Between these hours; three of four of a whole day between eight and eight.
    pub hours: Option<(f64, f64)>,
}

impl Ground {
    /// The county at `from`, midnight of the first day.
    pub fn new(world: World, from: Timestamp, seed: u64) -> Result<Self> {
        let scene = world.traffic()?.at(from);
        let posts = world.zones.posts(from);
        let listed: Vec<Arc<Squad>> = world.squads.posted(&posts).all().cloned().collect();
        if listed.is_empty() || world.matters.all().is_empty() {
            return Err(Error::conflict("there are no squads, or no matters to send them for"));
        }
        let ready =
            |s: &Arc<Squad>| Squad { status: SquadStatus::Available, shifts: Shifts::always(), ..(**s).clone() };
        let squads: Arc<Squads> = Arc::new(listed.iter().map(ready).collect());
        let spots = made::spots(&world.areas, scene.network())
            .ok_or_else(|| Error::conflict("no building and no residential road lies in the areas"))?;
        let (zone, mut ws, mut dice) = (world.areas.time_zone(), Workspace::default(), Rng::with_seed(!seed));
        let (filter, lost) = (Filter::default(), BTreeSet::new());
        let who = Who { squads: &squads, filter: &filter, basis: Basis::Posts, lost: &lost, at: from, zone: &zone };
        let placed = scene.placed(who).placed;
        let routed = route(&scene.coverage, &mut ws, &placed);
        let mut routed: BTreeMap<Code, Member> = routed.into_iter().map(|m| (m.squad.clone(), m)).collect();
        let members = listed.iter().map(|s| routed.remove(&s.id)).collect();
        let expected = scene.coverage.ground().tally((0..EXPECTED).map(|_| spots.pick(dice.f64())));
        Ok(Self { world, scene, squads, listed, posts, zone, spots, members, expected, from, ws })
    }

    pub fn squads(&self) -> usize {
        self.listed.len()
    }

    /// Which share of what is expected each of those who are free holds, by `free`.
    pub fn held(&self, free: &[usize]) -> Vec<f64> {
        let there: Vec<(usize, &Member)> =
            (0..).zip(free).filter_map(|(i, n)| Some((i, self.members[*n].as_ref()?))).collect();
        let members: Vec<Member> = there.iter().map(|(_, member)| Member::clone(member)).collect();
        let mut held = vec![0.0; free.len()];
        for ((i, _), share) in there.iter().zip(self.scene.coverage.held(&members, &self.expected)) {
            held[*i] = share;
        }
        held
    }

    /// Day `number` of a seed.
    pub fn day(&mut self, dice: &mut Rng, number: u32, wanted: Wanted) -> Result<Day> {
        let begins = self.from.plus_ms(i64::from(number) * i64::from(DAY_S) * 1_000);
        let mut cases = (0..wanted.cases).map(|_| self.case(dice, begins, wanted)).collect::<Result<Vec<_>>>()?;
        cases.sort_by_key(|case| case.ready_s);
        let weekday = begins.to_jiff().to_zoned(self.zone.clone()).weekday().to_monday_zero_offset();
        let shifts = self.listed.iter().map(|s| windows(&s.shifts, weekday)).collect();
        Ok(Day { cases, shifts })
    }

    fn case(&mut self, dice: &mut Rng, begins: Timestamp, wanted: Wanted) -> Result<Case> {
        let hour = match wanted.hours {
            Some((from, to)) => from + dice.f64() * (to - from),
            None => (if dice.f64() < 0.75 { 8.0 } else { 20.0 } + dice.f64() * 12.0) % 24.0,
        };
        let reported_s = (hour * 3_600.0) as u32;
        let matters = self.world.matters.all();
        let matter = matters[dice.usize(..matters.len())].clone();
        let takes_min = TAKES_MIN.0 + dice.f64() * (TAKES_MIN.1 - TAKES_MIN.0);
        for _ in 0..TRIES {
            let place = self.spots.pick(dice.f64());
            let ways = self.ways(place, begins.plus_ms(i64::from(reported_s) * 1_000), &matter);
            if ways.iter().all(|way| way.s.is_none()) {
                continue;
            }
            let handling_s = self.scene.coverage.definition().handling_s;
            let limit_min = limit_of(Some(&matter), matter.urgency);
            return Ok(Case {
                ready_s: reported_s + handling_s,
                due_s: reported_s + limit_min * 60,
                urgent: matter.urgency == Urgency::Urgent,
                takes_s: (takes_min * 60.0) as u32,
                ways,
            });
        }
        Err(Error::conflict(format!("no squad may conclude {}, or comes to where people live", matter.code)))
    }

    /// What each squad with enough officers would need to the place. Lists are not asked: where they leave one squad,
    /// there is nothing to choose, and every policy is the same.
    fn ways(&mut self, place: LngLat, at: Timestamp, matter: &Matter) -> Vec<Way> {
        let case = officers::Case { acting: Vec::new(), ..self.world.case(place, Some(matter), Power::Penalise, at) };
        let query = Query {
            target: place,
            k: self.listed.len(),
            at,
            zone: &self.zone,
            case,
            only_competent: true,
            with_route: false,
            among: None,
            lost: &BTreeSet::new(),
            slot: self.scene.slot.as_ref(),
            calibration: self.scene.calibration.as_deref(),
        };
        let found = dispatch::nearest(&self.scene.roster(&self.posts), &self.squads, &mut self.ws, &query);
        let ranked = found.squads.iter().map(|r| (&r.squad.id, r.parts.turnout_s + r.parts.drive_s + r.parts.walk_s));
        let way_s: BTreeMap<&Code, u32> = ranked.collect();
        let areas = &self.world.areas;
        let township = areas.locate(place).township.map(|ix| &areas.at(ix).code);
        let of_township = |s: &Squad| Some(&s.command_area) == township && way_s.contains_key(&s.id);
        let has_own = self.listed.iter().any(|s| of_township(s));
        // Where a township has none, the county's own come.
        let of_county = |s: &Squad| areas.get(s.command_area.as_str()).is_some_and(|a| a.parent.is_none());
        let has_county = self.listed.iter().any(|s| of_county(s) && way_s.contains_key(&s.id));
        let here = self.world.zones.locate(place, at);
        let zones: Vec<_> = here.iter().filter_map(|(here, zone)| here.layer.zones.get(*zone)).collect();
        let way = |s: &Arc<Squad>| Way {
            s: way_s.get(&s.id).copied(),
            straight_m: Start::post(s).point().distance_m(place),
            own_zone: zones.iter().any(|zone| zone.squads.iter().any(|own| own.id == s.id)),
            own_township: if has_own { of_township(s) } else { !has_county || of_county(s) },
        };
        self.listed.iter().map(way).collect()
    }
}

/// When a squad is on shift on a day, and until the end of the next one.
fn windows(shifts: &Shifts, weekday: i8) -> Vec<std::ops::Range<u32>> {
    let begun = |(day, offset): (i8, i64)| {
        let day = (weekday + day).rem_euclid(7) as u8;
        shifts.of_day(day).into_iter().map(move |(from, to)| {
            let at = |minute: u16| (i64::from(minute) * 60 + offset).max(0) as u32;
            at(from)..at(to)
        })
    };
    let days = [-1, 0, 1].map(|day: i8| (day, i64::from(day) * i64::from(DAY_S)));
    let mut windows: Vec<_> = days.into_iter().flat_map(begun).filter(|shift| !shift.is_empty()).collect();
    windows.sort_by_key(|shift| shift.start);
    windows
}
