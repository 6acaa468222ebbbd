use super::*;
use crate::kernel::testing::uniform;

fn fit(query: &str, name: &str) -> Option<Fit> {
    let keys = Key::all(name).map(|key| (key, ())).collect();
    Names::new(keys).find(&Query::new(query)?).iter().map(|(fit, ..)| *fit).min()
}

#[test]
fn names_fit_as_people_write_them() {
    use Fit::*;
    for (query, name, want) in [
        ("peel", "Peel", Some(Whole)),
        ("PEEL", "Ｐｅｅｌ", Some(Whole)),
        ("a 18", "A18", Some(Whole)),
        ("Ａ１８", "a-18", Some(Whole)),
        ("g320", "G 320", Some(Whole)),
        ("st johns", "St John’s", Some(Whole)),
        ("creme", "Crème", Some(Whole)),
        ("pee", "Peel", Some(Beginning)),
        ("milllane", "Mill Lane", Some(Whole)),
        ("mill la", "Mill Lane", Some(Beginning)),
        ("quay", "North Quay", Some(Inside)),
        ("18", "A18", Some(Inside)),
        ("东栅", "南湖区东栅街道", Some(Inside)),
        ("南湖 街道", "南湖区东栅街道", Some(Words)),
        ("quay north", "North Quay", Some(Words)),
        ("qu no", "North Quay", Some(Words)),
        ("norht quay", "North Quay", Some(Nearly)),
        ("duglas", "Douglas", Some(Nearly)),
        ("duoglas head", "Douglas Head", Some(Nearly)),
        ("castletwon", "Castletown", Some(Nearly)),
        ("casletwon", "Castletown", Some(Nearly)),
        ("dongzha", "南湖区东栅街道", Some(Sound)),
        ("dong zha", "东栅街道", Some(Sound)),
        ("dzjd", "东栅街道", Some(Sound)),
        ("DZ", "东栅街道", Some(Sound)),
        ("jd", "东栅街道", Some(Sound)),
        ("chongqing", "重庆路", Some(Sound)),
        ("zhongqing", "重庆路", Some(Sound)),
        ("cql", "重庆路", Some(Sound)),
        ("lvdi", "绿地路", Some(Sound)),
        ("ludi", "绿地路", Some(Sound)),
        ("a18dd", "A18大道", Some(Sound)),
        ("d", "东栅街道", None),
        ("ongzha", "东栅街道", None),
        ("dongzhen", "东栅街道", None),
        ("pel", "Peel", None),
        ("a19", "A18", None),
        ("uay", "North Quay", None),
        ("栅东", "东栅街道", None),
        ("", "Peel", None),
        ("…", "Peel", None),
    ] {
        assert_eq!(fit(query, name), want, "{query:?} in {name:?}");
    }
}

/// Without index, bounds or rows: every name is looked at, and errors are counted by trying them all.
fn slowly<'a>(names: &'a [(Key, u32)], query: &Query) -> Vec<(Fit, &'a Key, u32)> {
    let exact = |(key, of): &'a (Key, u32)| Some((query.fit(key)?, key, *of));
    let exact: Vec<_> = names.iter().filter_map(exact).collect();
    if !exact.is_empty() {
        return exact;
    }
    let near = |(key, of): &'a (Key, u32)| {
        if key.is_sound {
            return None;
        }
        let begins = |word: &String| {
            let wanted: Vec<char> = word.chars().collect();
            let nearly = |other: &str| {
                let other: Vec<char> = other.chars().collect();
                (0..=other.len()).any(|n| errors(&wanted, &other[..n]) <= errors_allowed(word))
            };
            key.tails().any(|tail| tail.starts_with(word.as_str())) || key.words().any(nearly)
        };
        let tolerant = query.words.iter().any(|word| errors_allowed(word) > 0);
        (tolerant && query.words.iter().all(begins)).then_some((Fit::Nearly, key, *of))
    };
    names.iter().filter_map(near).collect()
}

fn errors(a: &[char], b: &[char]) -> usize {
    match (a, b) {
        ([], rest) | (rest, []) => rest.len(),
        ([x, a @ ..], [y, b @ ..]) if x == y => errors(a, b),
        ([x, a1 @ ..], [y, b1 @ ..]) => {
            let mut least = errors(a1, b).min(errors(a, b1)).min(errors(a1, b1));
            if let ([x2, a2 @ ..], [y2, b2 @ ..]) = (a1, b1)
                && (x, x2) == (y2, y)
            {
                least = least.min(errors(a2, b2));
            }
            least + 1
        }
    }
}

#[test]
fn the_index_finds_what_looking_at_every_name_finds() {
    let mut dice = uniform(5);
    let mut below = |n: usize| (dice() * n as f64) as usize;
    let parts = ["a", "ab", "abba", "bab", "abab", "babba", "18", "1", "南", "湖", "南湖", "é", "nan", "hu"];
    let between = [" ", "", "-", ", ", "'"];
    let mut text = |most: usize| {
        let many = 1 + below(most);
        (0..many).map(|_| [parts[below(parts.len())], between[below(between.len())]].concat()).collect::<String>()
    };
    let written: Vec<String> = (0..400).map(|_| text(4)).collect();
    let names: Vec<(Key, u32)> =
        (0..).zip(&written).flat_map(|(n, name)| Key::all(name).map(move |key| (key, n))).collect();
    let index = Names::new(names.clone());
    let (mut hits, mut near) = (0, 0);
    for _ in 0..2_000 {
        let wanted = text(3);
        let Some(query) = Query::new(&wanted) else { continue };
        let of = |all: Vec<(Fit, &Key, u32)>| all.into_iter().map(|(fit, _, of)| (of, fit)).collect::<Vec<_>>();
        let (found, slow) = (of(index.find(&query)), of(slowly(&names, &query)));
        assert_eq!(found, slow, "{wanted:?} in {written:?}");
        hits += found.len();
        near += found.iter().filter(|(_, fit)| *fit == Fit::Nearly).count();
    }
    assert!(hits > 1_000 && near > 100, "{hits} {near}");
}
