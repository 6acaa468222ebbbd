use fastrand::Rng;
use uuid::Uuid;

use super::*;
use crate::{
    base::LngLat,
    domain::{
        officers::Competence,
        squads::{Crew, Heard, Said, SquadKind, SquadProfile},
    },
};

fn at(minute: i64) -> Timestamp {
    // A Monday at midnight.
    Timestamp::from_ms(1_772_409_600_000 + minute * 60_000).unwrap()
}

fn said(minute: i64) -> Option<Said> {
    Some(Said { at: at(minute), received_at: at(minute), by: "test".into() })
}

fn squad(id: &str, shifts: &str) -> Squad {
    let id = Code::new(id).unwrap();
    Squad {
        name: id.to_string(),
        name_zh: None,
        kind: SquadKind::OnCall,
        unit: id.clone(),
        command_area: id.clone(),
        id,
        profile: SquadProfile::Car,
        post: LngLat::new(0.0, 0.0).unwrap(),
        status: SquadStatus::Available,
        turnout_s: 60,
        crew: Crew::default(),
        shifts: shifts.parse().unwrap(),
        officers: Vec::new(),
        equipment: Vec::new(),
        said: None,
        water: None,
    }
}

fn sent(minute: i64) -> Assignment {
    Assignment {
        id: Uuid::from_u128(1),
        incident: Uuid::from_u128(2),
        squad: Code::new("S").unwrap(),
        status: AssignmentStatus::Assigned,
        competence: Competence::Full,
        breaks: None,
        assigned_at: at(minute),
        assigned_by: "test".into(),
        departed_at: None,
        arrived_at: None,
        ended_at: None,
        reason: None,
        arrived_by: None,
        ready_at: None,
    }
}

fn fix(minute: i64) -> Fix {
    Fix { at: LngLat::new(0.0, 0.0).unwrap(), fixed_at: at(minute), accuracy_m: None }
}

/// What is known at a minute, and what was asked of whom.
struct Story {
    squad: Squad,
    sent: Option<Assignment>,
    fix: Option<Fix>,
}

/// Minute by minute, as somebody with a watch keeps it: when the clock began that leads to asking, since when the
/// squad is asked for, and how long it has been quiet since.
#[derive(Default)]
struct Watch {
    state: Option<SquadState>,
    quiet_min: u32,
    asked: Option<i64>,
    unheard_min: u32,
}

impl Watch {
    fn minute(&mut self, minute: i64, state: SquadState, limit_min: u32, (word, heard): (bool, bool)) {
        let resets = word || self.state != Some(state) || (heard && state == SquadState::Available);
        self.quiet_min = if resets { 0 } else { self.quiet_min + 1 };
        if resets {
            self.asked = None;
        }
        self.state = Some(state);
        let was_asked = self.asked.is_some();
        if limit_min > 0 && self.quiet_min >= limit_min && self.asked.is_none() {
            self.asked = Some(minute);
        }
        self.unheard_min = if heard || resets || !was_asked { 0 } else { self.unheard_min + 1 };
    }
}

#[test]
fn contact_is_what_somebody_with_a_watch_keeps() {
    let limits = Limits {
        en_route_min: 7,
        on_scene_min: 20,
        busy_min: 12,
        returning_min: 0,
        available_min: 9,
        answer_s: 240,
        ..Limits::default()
    };
    let mut seen = BTreeSet::new();
    for seed in 0..200 {
        let mut dice = Rng::with_seed(seed);
        let mut story = Story { squad: squad("S", "mon 00:30-05:00; mon 06:00-12:00"), sent: None, fix: None };
        let mut watch = Watch::default();
        // It is heard of first before its shift.
        story.squad.said = said(0);
        for minute in 0..600 {
            let (mut word, mut heard) = (minute == 0, minute == 0);
            let chatty = if minute / 60 % 2 == 0 { 8 } else { 40 };
            match dice.usize(..chatty) {
                0 => {
                    story.fix = Some(fix(minute));
                    heard = true;
                }
                1 if story.sent.is_none() => {
                    story.squad.status =
                        [SquadStatus::Available, SquadStatus::Busy, SquadStatus::Returning, SquadStatus::OutOfService]
                            [dice.usize(..4)];
                    story.squad.said = said(minute);
                    (word, heard) = (true, true);
                }
                2 => {
                    let next = match story.sent.take() {
                        None if story.squad.status.is_free() => Some(sent(minute)),
                        Some(a) if a.departed_at.is_none() => Some(Assignment { departed_at: Some(at(minute)), ..a }),
                        Some(a) if a.arrived_at.is_none() => {
                            Some(Assignment { arrived_at: Some(at(minute)), status: AssignmentStatus::OnScene, ..a })
                        }
                        _ => None,
                    };
                    // It was set to busy, and is free again.
                    story.squad.status = if next.is_some() { SquadStatus::Busy } else { SquadStatus::Available };
                    story.squad.said = said(minute);
                    story.sent = next;
                    (word, heard) = (true, true);
                }
                _ => {}
            }
            let Story { squad, sent, fix } = &story;
            let moment = Moment { at: at(minute), now: at(minute), zone: &TimeZone::UTC, limits: &limits };
            let doing = moment.doing(squad, sent.as_ref(), *fix);
            let state = moment.state(squad, sent.as_ref());
            let limit_min = limits.of(state).map_or(0, |ms| ms / 60_000) as u32;
            watch.minute(minute, state, limit_min, (word, heard));
            let lost = watch.asked.is_some() && watch.unheard_min >= 4;
            let want = if lost { SquadState::OutOfContact } else { state };
            let asked_at = watch.asked.map(at);
            assert_eq!(
                (doing.state, doing.asked_at),
                (want, asked_at),
                "seed {seed}, minute {minute}: {squad:?} {sent:?}"
            );
            assert_eq!(moment.is_lost(squad, sent.as_ref(), *fix), lost, "seed {seed}, minute {minute}");
            seen.insert(format!("{:?} {}", doing.state, asked_at.is_some()));
        }
    }
    assert_eq!(seen.len(), 12, "{seen:?}");
}

#[test]
fn what_is_told_late_does_not_put_the_clock_back() {
    let known = Squad { status: SquadStatus::Busy, said: said(10), ..squad("S", "mon-sun 24h") };
    let hear = |status, minute| known.hear(status, said(minute).unwrap());
    assert_eq!(hear(SquadStatus::Available, 9), Heard::Late);
    assert_eq!(hear(SquadStatus::Busy, 10), Heard::Again);
    let Heard::New(free) = hear(SquadStatus::Available, 10) else { panic!("of the same moment the last word counts") };
    assert_eq!((free.status, free.said), (SquadStatus::Available, said(10)));
    let Heard::New(again) = hear(SquadStatus::Busy, 11) else { panic!("still so") };
    assert_eq!(again.said, said(11));
    // An assignment is stronger than what was said, and keeps its time.
    assert_eq!(known.clone().set(SquadStatus::Available, said(5).unwrap()).said.unwrap().at, at(10));
    let told = |minute| Said::told(at(minute), at(2_000), "test").map(|s| s.at).map_err(|e| e.field.unwrap());
    let refused = Err("at".to_owned());
    assert_eq!([told(2_006), told(559), told(560)], [refused.clone(), refused, Ok(at(560))]);
    assert_eq!(told(2_005), Ok(at(2_000)), "a clock that runs ahead keeps nobody from saying more");
}

#[test]
fn who_said_when_it_is_free_is_not_asked_before() {
    let limits = Limits { on_scene_min: 30, ..Limits::default() };
    let there = Assignment { status: AssignmentStatus::OnScene, arrived_at: Some(at(10)), ..sent(0) };
    let busy = Squad { status: SquadStatus::Busy, said: said(0), ..squad("S", "mon 00:00-00:20") };
    let asked = |there: &Assignment, minute| {
        let moment = Moment { at: at(minute), now: at(minute), zone: &TimeZone::UTC, limits: &limits };
        let Doing { state, since, asked_at } = moment.doing(&busy, Some(there), None);
        assert_eq!((state, since), (SquadState::OnScene, Some(at(10))), "also after its shift");
        asked_at
    };
    assert_eq!([asked(&there, 39), asked(&there, 40)], [None, Some(at(40))]);
    let said = Assignment { ready_at: Some(at(60)), ..there };
    assert_eq!([asked(&said, 59), asked(&said, 60)], [None, Some(at(60))]);
}

#[test]
fn contact_is_that_of_now_whichever_time_is_asked_about() {
    let limits = Limits::default();
    let quiet = Squad { said: said(0), ..squad("S", "mon-sun 24h") };
    let doing = |at_minute, now| {
        let moment = Moment { at: at(at_minute), now: at(now), zone: &TimeZone::UTC, limits: &limits };
        moment.doing(&quiet, None, None).state
    };
    assert_eq!(doing(10_000, 60), SquadState::Available, "tomorrow is no reason to ask today");
    assert_eq!(doing(500, 500), SquadState::OutOfContact);
    assert_eq!(doing(60, 500), SquadState::Available, "then it was not");
    let squads: Squads = [quiet, squad("T", "mon-sun 24h")].into_iter().collect();
    let moment = Moment { at: at(500), now: at(500), zone: &TimeZone::UTC, limits: &limits };
    let lost = moment.lost(&squads, &Assignments::default());
    assert_eq!(lost, BTreeSet::from([Code::new("S").unwrap()]), "of T nobody ever heard: it is led by hand");
}

#[test]
fn a_feed_is_silent_when_several_on_duty_are_heard_no_more() {
    let squads: Squads =
        [squad("A", "mon-sun 24h"), squad("B", "mon-sun 24h"), squad("C", "mon 00:00-04:00")].into_iter().collect();
    let limits = Limits::default();
    let silent = |minute: i64| {
        let moment = Moment { at: at(minute), now: at(minute), zone: &TimeZone::UTC, limits: &limits };
        moment.silent_since(&squads)
    };
    assert_eq!(silent(60), None, "nobody ever sent any");
    for (id, minute) in [("A", 0), ("B", 50), ("C", 55)] {
        squads.observe(&Code::new(id).unwrap(), fix(minute));
    }
    assert_eq!([silent(59), silent(60), silent(239)], [None, Some(at(55)), Some(at(55))]);
    assert_eq!(silent(240), None, "C is off duty, and may be silent");
    squads.observe(&Code::new("A").unwrap(), fix(116));
    assert_eq!(silent(130), None, "the others were silent for long before");
    squads.observe(&Code::new("B").unwrap(), fix(116));
    let few = Limits { silent_squads: 2, silent_s: 60, ..Limits::default() };
    let zone = TimeZone::UTC;
    let moment = |minute| Moment { at: at(minute), now: at(minute), zone: &zone, limits: &few };
    assert_eq!([moment(116), moment(117)].map(|m| m.silent_since(&squads)), [None, Some(at(116))]);
    assert_eq!(moment(116 + 24 * 60 + 1).silent_since(&squads), None, "what is silent for a day is no news");
}
