//! What was drawn for map clients and may be shown again: sheets, and tiles cut from them, within so many
//! bytes. Whether what is kept is still so, its [`Stand`] tells.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;

use crate::{base::Seq, domain::layers::sheet::Sheet, kernel::tile::Tile};

const CUT_BYTES_MAX: usize = 64 << 20;
const SHEETS_BYTES_MAX: usize = 128 << 20;
/// What an entry takes beside what it holds.
const ENTRY_BYTES: usize = 512;

/// A layer, and what was asked of it, which says whose records are seen.
pub type Of = (&'static str, String);
/// Which tile of it.
pub type CutOf = (Of, Tile);
/// A tile that is kept.
pub type StampedCut = Stamped<Arc<Cut>>;

/// What was shown when something was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Stand {
    /// Which world: it begins anew when the database is put back.
    pub life: u64,
    /// The last change that was in it, and in the roads.
    pub seq: Seq,
    /// What of it follows from the time alone.
    pub moment: String,
}

/// Something drawn, and when.
#[derive(Debug, Clone)]
pub struct Stamped<T> {
    pub stand: Stand,
    pub value: T,
}

/// A tile as it travels, with its entity tag.
#[derive(Debug)]
pub struct Cut {
    pub bytes: Bytes,
    pub tag: String,
}

/// Drawn by whoever comes first; the others wait for it.
pub type SharedSheet = Arc<tokio::sync::Mutex<Option<Stamped<Arc<Sheet>>>>>;

#[derive(Debug)]
pub struct Tiles {
    cut: Mutex<Kept<CutOf, StampedCut>>,
    sheets: Mutex<Kept<Of, SharedSheet>>,
}

impl Default for Tiles {
    fn default() -> Self {
        Self { cut: Mutex::new(Kept::within(CUT_BYTES_MAX)), sheets: Mutex::new(Kept::within(SHEETS_BYTES_MAX)) }
    }
}

impl Tiles {
    pub fn cut(&self, of: &CutOf) -> Option<StampedCut> {
        lock(&self.cut).get(of).cloned()
    }

    pub fn keep(&self, of: CutOf, cut: StampedCut) {
        let bytes = ENTRY_BYTES + cut.value.bytes.len();
        lock(&self.cut).put(of, cut, bytes);
    }

    pub fn sheet(&self, of: &Of) -> SharedSheet {
        let mut sheets = lock(&self.sheets);
        if let Some(sheet) = sheets.get(of) {
            return Arc::clone(sheet);
        }
        let sheet = SharedSheet::default();
        sheets.put(of.clone(), Arc::clone(&sheet), ENTRY_BYTES);
        sheet
    }

    /// The sheet was drawn and is so large now.
    pub fn grown(&self, of: &Of, sheet: &SharedSheet, bytes: usize) {
        lock(&self.sheets).put(of.clone(), Arc::clone(sheet), ENTRY_BYTES + bytes);
    }
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing is half done when a holder panics.
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Values up to so many bytes together; the one used longest ago goes first.
#[derive(Debug)]
struct Kept<K, V> {
    bytes_max: usize,
    bytes: usize,
    uses: u64,
    /// With its bytes and its last use.
    values: HashMap<K, (V, usize, u64)>,
    by_use: BTreeMap<u64, K>,
}

impl<K: Clone + Eq + Hash, V> Kept<K, V> {
    fn within(bytes_max: usize) -> Self {
        Self { bytes_max, bytes: 0, uses: 0, values: HashMap::new(), by_use: BTreeMap::new() }
    }

    fn get(&mut self, key: &K) -> Option<&V> {
        let (value, _, used) = self.values.get_mut(key)?;
        self.uses += 1;
        self.by_use.remove(used);
        self.by_use.insert(self.uses, key.clone());
        *used = self.uses;
        Some(value)
    }

    /// What is larger than all that may be kept is not.
    fn put(&mut self, key: K, value: V, bytes: usize) {
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
