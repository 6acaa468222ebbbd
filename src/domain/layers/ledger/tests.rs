use std::collections::BTreeMap;

use fastrand::Rng;

use super::*;

type State = BTreeMap<String, Print>;

fn listed(state: &State) -> Vec<(String, Print)> {
    state.iter().map(|(id, print)| (id.clone(), *print)).collect()
}

/// What a client has that takes a delta to what it had.
fn applied(mut had: State, delta: &Delta, now: &[(String, Print)]) -> State {
    for id in &delta.gone {
        had.remove(id);
    }
    had.extend(delta.changed.iter().map(|&at| now[at].clone()));
    had
}

fn changed_at_random(state: &mut State, rng: &mut Rng) {
    for _ in 0..rng.usize(..4) {
        let id = rng.u8(..12).to_string();
        if rng.u8(..3) == 0 {
            state.remove(&id)
        } else {
            state.insert(id, rng.u64(..3))
        };
    }
}

/// Clients that come back at any time, by the mark or the seq alone, have what is there, and hear of nothing that
/// is as they had it when they say exactly where they were.
#[test]
fn a_delta_to_any_earlier_state_is_the_state() {
    for seed in 0..200 {
        let mut rng = Rng::with_seed(seed);
        let (mut ledger, mut state, mut seq) = (Ledger::new(7), State::new(), 3);
        let mut clients: Vec<(Mark, State)> = Vec::new();
        for _ in 0..60 {
            changed_at_random(&mut state, &mut rng);
            // Not each state is of a change.
            seq += i64::from(rng.bool());
            let now = listed(&state);
            let which = (!clients.is_empty()).then(|| rng.usize(..clients.len()));
            let client = which.map(|which| clients[which].clone());
            let since = client.as_ref().map(|(mark, _)| match rng.bool() {
                true => mark.clone(),
                false => mark.seq.to_string().parse().unwrap(),
            });
            let (mark, delta) = ledger.show(seq, &now, since.as_ref());
            if let Some((_, had)) = client {
                let delta = delta.unwrap_or_else(|| panic!("seed {seed}: {since:?} is not known"));
                assert_eq!(applied(had, &delta, &now), state, "seed {seed}");
            }
            let (_, nothing) = ledger.show(seq, &now, Some(&mark));
            assert_eq!(nothing, Some(Delta::default()), "seed {seed}");
            clients.push((mark, state.clone()));
        }
    }
}

#[test]
fn what_was_never_shown_here_begins_anew() {
    let mut ledger = Ledger::new(7);
    let now = [("a".to_owned(), 1)];
    let ask = |ledger: &mut Ledger, since: &str| ledger.show(5, &now, Some(&since.parse().unwrap())).1;
    assert_eq!(ask(&mut ledger, "5"), None, "the seq of a process before this one");
    assert_eq!(ask(&mut ledger, "5"), Some(Delta::default()));
    for unknown in ["0", "4", "6", "5-00000008.1", "5-00000007.9", "5-00000007.0"] {
        assert_eq!(ask(&mut ledger, unknown), None, "{unknown}");
    }
    for bad in ["", "-5", "a", "5-", "5-7", "5-x.1", "5-7.x", "5.1"] {
        assert!(bad.parse::<Mark>().is_err(), "{bad}");
    }
}

#[test]
fn of_what_is_gone_the_last_is_known() {
    let mut ledger = Ledger::new(7);
    let all: Vec<_> = (0..GONE_MAX + 5).map(|n| (n.to_string(), 0)).collect();
    let (before, _) = ledger.show(1, &all, None);
    let (between, _) = ledger.show(2, &all[5..], None);
    let (_, delta) = ledger.show(3, &[], Some(&between));
    assert_eq!(delta.map(|delta| delta.gone.len()), Some(GONE_MAX));
    assert_eq!(ledger.show(3, &[], Some(&before)).1, None);
    assert!(ledger.bytes() < (GONE_MAX + 10) * 200);
}
