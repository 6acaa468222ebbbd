use super::*;
use crate::base::sha256;

fn written(n: Seq) -> Vec<Row> {
    let mut at = genesis("one");
    let row = |seq: Seq| {
        let (actor, kind, body) = (format!("key {}", seq % 3), "incident".to_owned(), format!("{{\"n\":{seq}}}"));
        let mut row = Row { seq, at_ms: 1_000 + seq, actor, kind, body, prev_hash: Some(at.clone()), hash: None };
        at = row.link(&at);
        row.hash = Some(at.clone());
        row
    };
    (1..=n).map(row).collect()
}

fn mark(row: &Row) -> Mark {
    Mark { seq: row.seq, hash: row.hash.clone().unwrap_or_default() }
}

fn check(rows: &[Row], head: &Mark, kept: Option<&Mark>) -> Result<(), String> {
    let mut walk = Walk::new(Mark { seq: 0, hash: genesis("one") }, kept);
    rows.iter().try_for_each(|row| walk.step(row))?;
    walk.end(head)
}

/// Gives all rows from `from` on the numbers and hashes that they would have had.
fn recompute(rows: &mut [Row], from: usize) {
    for i in from..rows.len() {
        let before = i.checked_sub(1).map_or_else(|| genesis("one"), |b| rows[b].hash.clone().unwrap_or_default());
        rows[i].seq = i as Seq + 1;
        rows[i].hash = Some(rows[i].link(&before));
        rows[i].prev_hash = Some(before);
    }
}

#[test]
fn the_bytes_that_are_hashed_are_those_that_are_told() {
    // printf 'xunge-log-1\none\n' | sha256sum
    let first = genesis("one");
    let by_hand = format!("xunge-log-1\n{first}\n1\n-5\n3:k 1\n4:kind\n6:巡格\n");
    assert_eq!(link(&first, 1, -5, ["k 1", "kind", "巡格"]), sha256(by_hand));
    assert_eq!(first, sha256("xunge-log-1\none\n"));
    let mark = Mark { seq: 7, hash: first };
    assert_eq!(mark.to_string().parse::<Mark>(), Ok(mark));
    for bad in ["", "7", "7-", "-1-aa", "7-xyz", "x-"] {
        assert!(bad.parse::<Mark>().is_err(), "{bad:?}");
    }
}

#[test]
fn a_thousand_forgeries_are_found() {
    let whole = written(40);
    let head = mark(&whole[39]);
    assert_eq!(check(&whole, &head, Some(&head)), Ok(()));
    let mut state = 17_u64;
    let mut below = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    for round in 0..1_000 {
        let (mut rows, at) = (whole.clone(), below(40));
        let what = below(8);
        match what {
            0 => rows[at].body.push('x'),
            1 => rows[at].at_ms -= 1,
            2 => rows[at].actor = "key 9".to_owned(),
            3 => rows[at].kind = "squad".to_owned(),
            4 => drop(rows.remove(at)),
            5 => rows.insert(at, Row { body: "{}".to_owned(), ..rows[at].clone() }),
            6 => rows.truncate(at),
            _ => {
                let other = (at + 1 + below(39)) % 40;
                let body = std::mem::replace(&mut rows[other].body, whole[at].body.clone());
                rows[at].body = body;
            }
        }
        let seq = match what {
            // What follows is numbered anew, so that only hashes tell.
            4 | 5 if below(2) == 0 => {
                rows.iter_mut().zip(1..).for_each(|(row, seq)| row.seq = seq);
                rows.len() as Seq
            }
            _ => 40,
        };
        let told = [&Mark { seq, ..head.clone() }, &head].map(|own| check(&rows, own, Some(&head)));
        assert!(told.iter().all(Result::is_err), "round {round}: {what} at {at}: {told:?}");
        // The log's own head is enough, unless the tail is computed anew or cut together with it.
        assert!(check(&rows, &head, None).is_err(), "round {round}: {what} at {at}");
        recompute(&mut rows, at.min(whole.len()));
        let forged = rows.last().map_or(Mark { seq: 0, hash: genesis("one") }, mark);
        if forged != head {
            assert!(check(&rows, &forged, Some(&head)).is_err(), "round {round}: {what} at {at}, recomputed");
        }
    }
}

#[test]
fn the_first_row_that_shows_it_is_named() {
    let whole = written(9);
    let head = mark(&whole[8]);
    let said = |change: &dyn Fn(&mut Vec<Row>)| {
        let mut rows = whole.clone();
        change(&mut rows);
        check(&rows, &head, None).unwrap_err()
    };
    assert!(said(&|rows| rows[4].body.push(' ')).starts_with("row 5 was changed"));
    assert!(said(&|rows| drop(rows.remove(4))).starts_with("row 5 was removed"));
    assert!(said(&|rows| rows.truncate(4)).starts_with("row 5 was removed"));
    assert!(said(&|rows| rows[4].hash = None).starts_with("row 5 was inserted"));
    let mut rows = whole.clone();
    rows[2].body.push(' ');
    recompute(&mut rows, 2);
    let forged = mark(&rows[8]);
    assert_eq!(check(&rows, &forged, None), Ok(()), "without a head kept elsewhere nobody can tell");
    assert!(check(&rows, &forged, Some(&mark(&whole[5]))).unwrap_err().starts_with("row 6 is not the one"));
}
