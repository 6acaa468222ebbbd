//! What may be made again is kept within so many bytes.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

/// Values up to so many bytes together; the one used longest ago goes first.
#[derive(Debug)]
pub(super) struct Kept<K, V> {
    bytes_max: usize,
    bytes: usize,
    uses: u64,
    /// With its bytes and its last use.
    values: HashMap<K, (V, usize, u64)>,
    by_use: BTreeMap<u64, K>,
}

impl<K: Clone + Eq + Hash, V> Kept<K, V> {
    pub(super) fn within(bytes_max: usize) -> Self {
        Self { bytes_max, bytes: 0, uses: 0, values: HashMap::new(), by_use: BTreeMap::new() }
    }

    pub(super) fn get(&mut self, key: &K) -> Option<&V> {
        let (value, _, used) = self.values.get_mut(key)?;
        self.uses += 1;
        self.by_use.remove(used);
        self.by_use.insert(self.uses, key.clone());
        *used = self.uses;
        Some(value)
    }

    /// What is larger than all that may be kept is not.
    pub(super) fn put(&mut self, key: K, value: V, bytes: usize) {
        if let Some((_, bytes, used)) = self.values.remove(&key) {
            self.bytes -= bytes;
            self.by_use.remove(&used);
        }
        if bytes > self.bytes_max {
            return;
        }
        while self.bytes + bytes > self.bytes_max {
            let Some((_, oldest)) = self.by_use.pop_first() else { break };
            self.bytes -= self.values.remove(&oldest).map_or(0, |(_, bytes, _)| bytes);
        }
        self.uses += 1;
        self.bytes += bytes;
        self.by_use.insert(self.uses, key.clone());
        self.values.insert(key, (value, bytes, self.uses));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_longest_ago_goes_first_and_nothing_is_kept_beyond_the_bytes() {
        let mut kept = Kept::within(100);
        for (key, bytes) in [("a", 40), ("b", 40)] {
            kept.put(key, key, bytes);
        }
        assert_eq!(kept.get(&"a"), Some(&"a"));
        kept.put("c", "c", 30);
        assert_eq!(["a", "b", "c"].map(|key| kept.get(&key).copied()), [Some("a"), None, Some("c")]);
        kept.put("c", "C", 60);
        assert_eq!((kept.get(&"c").copied(), kept.bytes), (Some("C"), 100));
        kept.put("d", "d", 101);
        assert_eq!((kept.get(&"d").copied(), kept.bytes), (None, 100));
        kept.put("e", "e", 100);
        assert_eq!((kept.values.len(), kept.by_use.len(), kept.bytes), (1, 1, 100));
    }
}
