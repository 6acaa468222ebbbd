//! What was drawn for map clients and may be shown again: sheets, tiles cut from them, and whole layers, within so
//! many bytes. Whether what is kept is still so, its [`Stand`] tells.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::kept::Kept;
use crate::{base::Seq, domain::layers::sheet::Sheet, kernel::tile::Tile};

const CUT_BYTES_MAX: usize = 64 << 20;
const SHEETS_BYTES_MAX: usize = 128 << 20;
const ANSWERS_BYTES_MAX: usize = 64 << 20;
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

/// A tile, or a whole layer, as it travels, with its entity tag.
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
    answers: Mutex<Kept<Of, StampedCut>>,
}

impl Default for Tiles {
    fn default() -> Self {
        Self {
            cut: Mutex::new(Kept::within(CUT_BYTES_MAX)),
            sheets: Mutex::new(Kept::within(SHEETS_BYTES_MAX)),
            answers: Mutex::new(Kept::within(ANSWERS_BYTES_MAX)),
        }
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

    /// A layer as it was answered whole.
    pub fn answer(&self, of: &Of) -> Option<StampedCut> {
        lock(&self.answers).get(of).cloned()
    }

    pub fn keep_answer(&self, of: Of, answer: StampedCut) {
        let bytes = ENTRY_BYTES + answer.value.bytes.len();
        lock(&self.answers).put(of, answer, bytes);
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
