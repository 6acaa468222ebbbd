//! Turn restrictions on drawn and random maps.

use std::collections::HashSet;

use fastrand::Rng;

use super::*;
use crate::{
    import::{network::turns::CHOICES, osm::RawRestriction},
    kernel::{
        dijkstra::{Workspace, drive_ms},
        graph::{
            Graph, Position,
            turns::{Turn, oracle::Edges},
        },
    },
};

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

fn town(dice: &mut Rng) -> Town {
    let art = "A B C D\nE F G H\nI J K L";
    let mut ways = Vec::new();
    for (i, a) in ('A'..='L').enumerate() {
        let right = (i % 4 < 3).then(|| (b'A' + i as u8 + 1) as char);
        let below = (i < 8).then(|| (b'A' + i as u8 + 4) as char);
        for b in [right, below].into_iter().flatten() {
            if dice.usize(..5) == 0 {
                continue;
            }
            let (a, b) = if dice.usize(..2) == 0 { (a, b) } else { (b, a) };
            ways.push((a, b, dice.usize(..4) == 0));
        }
    }
    let drawn: Vec<(String, String)> = (0..)
        .zip(&ways)
        .map(|(i, (a, b, oneway))| {
            let oneway = if *oneway { " oneway=yes" } else { "" };
            let access = if dice.usize(..8) == 0 { " access=private" } else { "" };
            (format!("{a}{b}"), format!("highway=tertiary name=w{i}{oneway}{access}"))
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
        true
    }

    /// Whether the `n`-th way of a restriction begins at the letter.
    fn meets(&self, m: &Meant, n: usize, at: char) -> bool {
        let has = |way: usize| self.ways[way].0 == at || self.ways[way].1 == at;
        has(m.ways[n - 1]) && has(m.ways[n])
    }
}

/// A town with up to five restrictions, each along a drive that there is, so that it means something.
fn restricted_town(dice: &mut Rng) -> (Town, Vec<Meant>) {
    let mut town = town(dice);
    let mut meant: Vec<Meant> = Vec::new();
    for _ in 0..dice.usize(..6) {
        let start = (b'A' + dice.usize(..12) as u8) as char;
        let (mut at, mut ways) = (start, Vec::new());
        let mut passed = vec![start];
        for _ in 0..2 + dice.usize(..3) {
            let next: Vec<_> = town.onward(at).into_iter().filter(|n| !passed.contains(&n.1)).collect();
            if !next.is_empty() {
                let (way, to) = next[dice.usize(..next.len())];
                at = to;
                ways.push(way);
                passed.push(at);
            }
        }
        if ways.len() < 2 {
            continue;
        }
        let only = dice.usize(..3) == 0;
        let via = match &ways[1..ways.len() - 1] {
            [] => over(passed[1]),
            between => Via::Ways(between.iter().map(|&w| w as i64).collect()),
        };
        let tags = if only { "restriction=only_straight_on" } else { "restriction=no_left_turn" };
        restrict(&mut town.raw, tags, ways[0] as i64, via, ways[ways.len() - 1] as i64);
        meant.push(Meant { only, ways });
    }
    (town, meant)
}

/// Times on the network equal those by edges under the whole rule of turning round, looked at from behind:
/// how many choices lie between an edge and the restricted junctions that lead to it.
fn turning_round_is_as_the_rule_says(n: &Network, round: usize) {
    let g = &n.car().graph;
    let is_round = |t: &Turn| t.len() == 2 && t[0] == t[1] ^ 1;
    let meant: HashSet<Turn> = g.turns.iter().filter(|t| !is_round(t)).cloned().collect();
    let restricted: HashSet<u32> = meant.iter().flat_map(|t| &t[..t.len() - 1]).map(|&e| g.ends(e)[1]).collect();
    let edges: Vec<u32> = (0..2 * g.links() as u32).filter(|&e| g.ms(e) != CLOSED).collect();
    let some_only = |e: u32| g.is_at_ends(e);
    let on = |e: u32| -> Vec<u32> {
        let follows = |f: &u32| g.ends(*f)[0] == g.ends(e)[1] && *f != e ^ 1 && !meant.contains(&vec![e, *f]);
        edges.iter().copied().filter(follows).filter(|&f| some_only(e) || !some_only(f)).collect()
    };
    let ways: Vec<Vec<u32>> = (0..2 * g.links() as u32).map(on).collect();
    let mut choices = vec![usize::MAX; 2 * g.links()];
    for _ in 0..=edges.len() {
        for &e in &edges {
            let behind = edges.iter().filter(|&&p| ways[p as usize].contains(&e));
            let passed = |&p: &u32| choices[p as usize].saturating_add(usize::from(ways[p as usize].len() > 1));
            let least = behind.map(passed).min().unwrap_or(usize::MAX);
            choices[e as usize] = if restricted.contains(&g.ends(e)[0]) { 0 } else { least };
        }
    }
    let never = |&e: &u32| {
        let on = ways[e as usize].len();
        // An `only` may forbid it in what others make a dead end.
        on == 0 && g.turns.contains(&vec![e, e ^ 1])
            || on == 1
            || on > 1 && (restricted.contains(&g.ends(e)[1]) || choices[e as usize] < CHOICES)
    };
    let back = edges.iter().copied().filter(|e| g.ms(e ^ 1) != CLOSED).filter(never).map(|e| vec![e, e ^ 1]);
    let turns: Vec<Turn> = meant.iter().cloned().chain(back).collect();
    let free = Graph::new(g.topology.clone(), g.metric.clone()).unwrap();
    let (by_edges, mut ws) = (Edges::new(&free, &turns, &g.at_ends), Workspace::default());
    let middle = |link: u32| Position { link, offset_mm: g.topology.link_mm[link as usize] / 2 };
    for from in (0..g.links() as u32).filter(|_| !meant.is_empty()) {
        let drives = by_edges.from(middle(from));
        for to in 0..g.links() as u32 {
            let ms = drive_ms(g, &mut ws, middle(from), middle(to), CLOSED - 1);
            assert_eq!(ms, drives.ms(middle(to)), "round {round}: {from} to {to}, {:?}, {turns:?}", g.topology);
        }
    }
}

#[test]
fn on_random_maps_turning_round_is_as_the_rule_says() {
    let mut dice = Rng::with_seed(72);
    for round in 0..600 {
        let (town, _) = restricted_town(&mut dice);
        if let Ok((n, _)) = build(&town.raw, SpeedTable::Osrm, &|_, _, _| {}) {
            turning_round_is_as_the_rule_says(&n, round);
        }
    }
}

#[test]
fn on_random_maps_just_what_is_meant_is_forbidden() {
    let mut dice = Rng::with_seed(71);
    let (mut drives, mut banned) = (0, 0);
    for round in 0..1500 {
        let (town, meant) = restricted_town(&mut dice);
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
                // Who may not turn round though no restriction says so is told by the next test.
                let around = drive[drive.len() - 2].0 == next.0;
                let case = || format!("round {round}: {letters}, {meant:?}, {:?}, {turns:?}", town.ways);
                let may = town.may(&meant, &drive);
                assert!(free == may || around && may, "{}", case());
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
