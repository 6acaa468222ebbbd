//! Turn restrictions on drawn and random maps.

use super::*;
use crate::{import::osm::RawRestriction, kernel::drawn::Dice};

/// Adds a restriction between ways by their numbers, over a node by its letter or a way.
pub(super) fn restrict(raw: &mut RawRoads, tags: &str, from: i64, via: Via, to: i64) {
    let mut word = |s: &str| {
        raw.strings.iter().position(|x| x == s).unwrap_or_else(|| {
            raw.strings.push(s.to_owned());
            raw.strings.len() - 1
        }) as u32
    };
    let pairs = tags.split_whitespace().filter_map(|t| t.split_once('='));
    let tags = pairs.map(|(k, v)| (word(k), word(v))).collect();
    let id = raw.restrictions.len() as i64;
    raw.restrictions.push(RawRestriction { id, from: vec![from], via, to: vec![to], tags });
}

fn over(letter: char) -> Via {
    Via::Node(letter as i64)
}

/// What a profile may not drive, by the letters it would pass.
fn forbidden(n: &Network, profile: Profile) -> Vec<String> {
    let g = &n.roads(profile).graph;
    let letter = |node: u32| char::from_u32(g.topology.node_osm[node as usize] as u32).unwrap();
    let read = |turn: &Vec<u32>| -> String {
        let ends = turn.iter().map(|&e| letter(g.ends(e)[1]));
        std::iter::once(letter(g.ends(turn[0])[0])).chain(ends).collect()
    };
    let mut turns: Vec<String> = g.turns.iter().map(read).collect();
    turns.sort();
    turns
}

/// A crossing at B with ways to A (0), C (1) and D (2), and one restriction from A.
fn crossing(tags: &str, to: i64) -> (Network, Report) {
    let ways = [("AB", "highway=tertiary"), ("BC", "highway=tertiary"), ("BD", "highway=tertiary")];
    let mut raw = raw("A B C\n. D .", &ways);
    restrict(&mut raw, tags, 0, over('B'), to);
    build(&raw, SpeedTable::Osrm, &|_, _, _| {}).unwrap()
}

const NO_U_TURNS: [&str; 3] = ["ABA", "CBC", "DBD"];

#[test]
fn a_restriction_holds_for_those_it_means() {
    let with = |more: &[&'static str]| {
        let mut all = [&NO_U_TURNS, more].concat();
        all.sort();
        all
    };
    for (tags, car, ebike, foot) in [
        ("type=restriction restriction=no_right_turn", with(&["ABD"]), with(&["ABD"]), vec![]),
        ("type=restriction restriction=no_right_turn except=bicycle", with(&["ABD"]), vec![], vec![]),
        ("type=restriction restriction=no_right_turn except=psv;motor_vehicle", vec![], with(&["ABD"]), vec![]),
        ("type=restriction restriction=no_right_turn except=motorcar", vec![], with(&["ABD"]), vec![]),
        ("type=restriction restriction:bicycle=no_right_turn", vec![], with(&["ABD"]), vec![]),
        ("type=restriction restriction:hgv=no_right_turn", vec![], vec![], vec![]),
        ("type=restriction:motorcar restriction=no_right_turn", with(&["ABD"]), vec![], vec![]),
        ("type=restriction restriction:foot=no_right_turn", vec![], vec![], with(&["ABD"])),
        ("type=restriction restriction=only_right_turn", with(&["ABC"]), with(&["ABC"]), vec![]),
        ("type=restriction restriction:conditional=no_right_turn", vec![], vec![], vec![]),
        ("type=restriction restriction=no_right_turn hour_on=07:00", vec![], vec![], vec![]),
        ("type=restriction restriction=sharp", vec![], vec![], vec![]),
    ] {
        let (n, report) = crossing(tags, 2);
        assert_eq!(Profile::ALL.map(|p| forbidden(&n, p)).to_vec(), [car.clone(), ebike, foot], "{tags}");
        let applied = Profile::ALL.iter().any(|&p| !forbidden(&n, p).is_empty());
        assert_eq!(report.dropped.values().sum::<u64>(), u64::from(!applied), "{tags}: {report:?}");
    }
}

#[test]
fn what_is_left_out_is_counted_by_its_reason() {
    let why = |tags, to| crossing(tags, to).1.dropped.keys().copied().collect::<Vec<_>>();
    assert!(why("restriction:conditional=no_right_turn", 2)[0].contains("conditional"));
    assert!(why("restriction=no_right_turn day_on=Monday", 2)[0].contains("conditional"));
    assert!(why("restriction=no_right_turn", 7)[0].contains("closed or not in the extract"));
    assert!(why("restriction:hgv=no_right_turn", 2)[0].contains("other vehicles"));
    assert!(why("restriction=sharp", 2)[0].contains("unknown"));
    let ways = [("AB", "highway=tertiary"), ("BCE", "highway=tertiary"), ("CD", "highway=tertiary")];
    let dropped = |from, via, to| {
        let mut raw = raw("A B C E\n. . D .", &ways);
        restrict(&mut raw, "restriction=no_left_turn", from, via, to);
        let report = build(&raw, SpeedTable::Osrm, &|_, _, _| {}).unwrap().1;
        report.dropped.keys().copied().collect::<Vec<_>>().concat()
    };
    assert!(dropped(0, over('B'), 2).contains("do not meet"));
    assert!(dropped(1, over('C'), 2).contains("passes through"));
    assert!(dropped(0, Via::Ways(vec![2]), 1).contains("do not meet"));
}

#[test]
fn a_way_between_from_and_to_may_itself_be_crossed() {
    // From A over the way BCD to E; F joins it at C.
    let ways = ["AB", "BCD", "DE", "CF", "BG", "DH"].map(|w| (w, "highway=tertiary"));
    let art = "A B C D E\n. G F H .";
    for (kind, want) in [
        ("restriction=no_straight_on", vec!["ABCDE"]),
        ("restriction=only_straight_on", vec!["ABA", "ABCB", "ABCDC", "ABCDH", "ABCF", "ABG"]),
    ] {
        let mut raw = raw(art, &ways);
        restrict(&mut raw, kind, 0, Via::Ways(vec![1]), 2);
        let n = build(&raw, SpeedTable::Osrm, &|_, _, _| {}).unwrap().0;
        let turns: Vec<String> =
            forbidden(&n, Profile::Car).into_iter().filter(|t| t.len() > 3 || want.contains(&t.as_str())).collect();
        assert_eq!(turns, want, "{kind}");
        assert!(forbidden(&n, Profile::Car).contains(&"FCF".to_owned()), "nobody turns around at C");
    }
}

#[test]
fn one_may_turn_around_where_nothing_else_is_left() {
    let ways = [("AB", "highway=tertiary"), ("BC", "highway=tertiary"), ("DB", "highway=tertiary oneway=yes")];
    let mut raw = raw("A B C\n. D .", &ways);
    restrict(&mut raw, "restriction=no_straight_on", 0, over('B'), 1);
    let n = build(&raw, SpeedTable::Osrm, &|_, _, _| {}).unwrap().0;
    assert_eq!(forbidden(&n, Profile::Car), ["ABC", "CBC"]);
}

/// A street map on a grid: every way is one segment with a name of its own.
struct Town {
    raw: RawRoads,
    /// Ends and whether one-way, by way.
    ways: Vec<(char, char, bool)>,
}

fn town(dice: &mut Dice) -> Town {
    let art = "A B C D\nE F G H\nI J K L";
    let mut ways = Vec::new();
    for (i, a) in ('A'..='L').enumerate() {
        let right = (i % 4 < 3).then(|| (b'A' + i as u8 + 1) as char);
        let below = (i < 8).then(|| (b'A' + i as u8 + 4) as char);
        for b in [right, below].into_iter().flatten() {
            if dice.below(5) == 0 {
                continue;
            }
            let (a, b) = if dice.below(2) == 0 { (a, b) } else { (b, a) };
            ways.push((a, b, dice.below(4) == 0));
        }
    }
    let drawn: Vec<(String, String)> = (0..)
        .zip(&ways)
        .map(|(i, (a, b, oneway))| {
            let oneway = if *oneway { " oneway=yes" } else { "" };
            (format!("{a}{b}"), format!("highway=tertiary name=w{i}{oneway}"))
        })
        .collect();
    let drawn: Vec<(&str, &str)> = drawn.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    Town { raw: raw(art, &drawn), ways }
}

/// A restriction as it is meant: ways from, over, to, and where they meet.
#[derive(Debug, Clone)]
struct Meant {
    only: bool,
    ways: Vec<usize>,
}

impl Town {
    /// Ways one may drive from a letter: the way and where it leads.
    fn onward(&self, at: char) -> Vec<(usize, char)> {
        let ends = |(i, &(a, b, oneway)): (usize, &(char, char, bool))| match at {
            _ if at == a => Some((i, b)),
            _ if at == b && !oneway => Some((i, a)),
            _ => None,
        };
        self.ways.iter().enumerate().filter_map(ends).collect()
    }

    /// Whether the last way of a drive may follow on those before it.
    fn may(&self, meant: &[Meant], drive: &[(usize, char)]) -> bool {
        let (before, last) = (&drive[..drive.len() - 1], drive[drive.len() - 1].0);
        let at = before[before.len() - 1].1;
        let ways: Vec<usize> = drive.iter().map(|d| d.0).collect();
        let begun = |m: &Meant, n: usize| ways.len() > n && ways[ways.len() - 1 - n..ways.len() - 1] == m.ways[..n];
        for m in meant {
            let whole = m.ways.len() - 1;
            let wrong = if m.only {
                (1..=whole).any(|n| begun(m, n) && self.meets(m, n, at) && last != m.ways[n])
            } else {
                begun(m, whole) && self.meets(m, whole, at) && last == m.ways[whole]
            };
            if wrong {
                return false;
            }
        }
        // Turning around.
        let around = last == ways[ways.len() - 2];
        let restricted = meant.iter().any(|m| (1..m.ways.len()).any(|n| self.meets(m, n, at)));
        let came = before[before.len() - 1].0;
        let other = |way: usize| way != last && meant.iter().all(|m| self.pair_ok(m, [came, way], at));
        !(around && restricted && self.onward(at).iter().any(|&(way, _)| other(way)))
    }

    /// Whether no restriction speaks against two ways alone.
    fn pair_ok(&self, m: &Meant, [a, b]: [usize; 2], at: char) -> bool {
        let first = a == m.ways[0] && self.meets(m, 1, at);
        !(first && if m.only { b != m.ways[1] } else { m.ways.len() == 2 && b == m.ways[1] })
    }

    /// Whether the `n`-th way of a restriction begins at the letter.
    fn meets(&self, m: &Meant, n: usize, at: char) -> bool {
        let has = |way: usize| self.ways[way].0 == at || self.ways[way].1 == at;
        has(m.ways[n - 1]) && has(m.ways[n])
    }
}

#[test]
fn on_random_maps_just_what_is_meant_is_forbidden() {
    let mut dice = Dice(71);
    let (mut drives, mut banned) = (0, 0);
    for round in 0..1500 {
        let mut town = town(&mut dice);
        let mut meant: Vec<Meant> = Vec::new();
        for _ in 0..dice.below(6) {
            // Along a drive that there is, so that the restriction means something.
            let start = (b'A' + dice.below(12) as u8) as char;
            let (mut at, mut ways) = (start, Vec::new());
            let mut passed = vec![start];
            for _ in 0..2 + dice.below(3) {
                let next: Vec<_> = town.onward(at).into_iter().filter(|n| !passed.contains(&n.1)).collect();
                if !next.is_empty() {
                    let (way, to) = next[dice.below(next.len())];
                    at = to;
                    ways.push(way);
                    passed.push(at);
                }
            }
            if ways.len() < 2 {
                continue;
            }
            let only = dice.below(3) == 0;
            let via = match &ways[1..ways.len() - 1] {
                [] => over(passed[1]),
                between => Via::Ways(between.iter().map(|&w| w as i64).collect()),
            };
            let tags = if only { "restriction=only_straight_on" } else { "restriction=no_left_turn" };
            restrict(&mut town.raw, tags, ways[0] as i64, via, ways[ways.len() - 1] as i64);
            meant.push(Meant { only, ways });
        }
        let Ok((n, report)) = build(&town.raw, SpeedTable::Osrm, &|_, _, _| {}) else { continue };
        let left_out = report.dropped.keys().any(|why| why.starts_with("turn"));
        assert!(!left_out, "round {round}: {report:?} {meant:?} {:?}", town.ways);
        let turns = forbidden(&n, Profile::Car);
        let mut open: Vec<(char, Vec<(usize, char)>)> =
            ('A'..='L').flat_map(|a| town.onward(a).into_iter().map(move |way| (a, vec![way]))).collect();
        while let Some((start, drive)) = open.pop() {
            let at = drive[drive.len() - 1].1;
            for next in town.onward(at) {
                let drive = [&drive[..], &[next]].concat();
                let letters: String = std::iter::once(start).chain(drive.iter().map(|d| d.1)).collect();
                let free = !turns.iter().any(|t| letters.ends_with(t.as_str()));
                let case = || format!("round {round}: {letters}, {meant:?}, {:?}, {turns:?}", town.ways);
                assert_eq!(free, town.may(&meant, &drive), "{}", case());
                drives += 1;
                banned += usize::from(!free);
                if free && drive.len() < 4 && round % 10 == 0 || drive.len() < 3 && free {
                    open.push((start, drive));
                }
            }
        }
    }
    assert!(drives > 100_000 && banned > 10_000, "{drives} {banned}");
}
