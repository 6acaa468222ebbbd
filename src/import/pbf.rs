//! OSM PBF files, block by block: opened with every refusal in words, decoded on all cores, results
//! in file order.

use std::{
    io::{self, Read},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use osmpbf::{Blob, BlobDecode, BlobError, BlobReader, Element, ErrorKind, PrimitiveBlock};

use super::{source::Source, text::other_format};
use crate::base::{BBox, Error, Result};

/// What a file may ask of its reader, and we can do.
const FEATURES: [&str; 2] = ["OsmSchema-V0.6", "DenseNodes"];

/// An opened file: its data blocks, still compressed.
#[derive(Debug)]
pub struct Extract {
    pub name: String,
    /// What it was cut out of the world by, if it says so.
    pub bbox: Option<BBox>,
    blobs: Vec<Blob>,
}

impl Extract {
    /// Reads the framing of the whole file; refuses one that is missing, empty, cut off, of another
    /// format, or needs a feature that is not understood.
    pub fn open(source: &Source) -> Result<Self> {
        let refuse = |why: String| source.refused(why);
        let bytes = source.read()?;
        if let Some(other) = other_format(&bytes) {
            return Err(refuse(format!("is {other}")));
        }
        if let Some(other) = other_compression(&bytes) {
            return Err(refuse(format!("its blocks are compressed with {other}, only zlib is understood")));
        }
        let left = AtomicUsize::new(bytes.len());
        let (mut blobs, mut left_after) = (Vec::new(), bytes.len());
        for blob in BlobReader::new(Counted { bytes: &bytes, left: &left }) {
            blobs.push(blob.map_err(|e| refuse(why(&e, blobs.is_empty())))?);
            left_after = left.load(Ordering::Relaxed);
        }
        // The reader passes over one to three bytes at the end, too few for another block's length.
        if left_after > 0 {
            return Err(refuse(format!("the file is cut off: {left_after} bytes are left after its last block")));
        }
        let header = match blobs.first().map(Blob::decode) {
            Some(Ok(BlobDecode::OsmHeader(header))) => header,
            Some(Err(e)) => return Err(refuse(why(&e, true))),
            _ => return Err(refuse("not an OSM PBF file: it does not begin with a header".into())),
        };
        if let Some(f) = header.required_features().iter().find(|f| !FEATURES.contains(&f.as_str())) {
            return Err(refuse(format!("the file needs the feature {f:?}, which is not understood here")));
        }
        let bbox = header.bbox().and_then(|b| BBox::new(b.left, b.bottom, b.right, b.top).ok());
        blobs.remove(0);
        Ok(Self { name: source.name(), bbox, blobs })
    }

    pub fn blocks(&self) -> usize {
        self.blobs.len()
    }

    /// What `take` finds in it, in the file's order.
    pub fn each<T: Send>(
        &self,
        take: impl Fn(Element<'_>) -> Option<T> + Sync,
        step: &dyn Fn(u64, u64),
    ) -> Result<Vec<T>> {
        let blocks = self.map(|_| true, |_, block| block.elements().filter_map(&take).collect::<Vec<T>>(), step)?;
        Ok(blocks.into_iter().flatten().collect())
    }

    /// `work` on every block whose index `wanted` accepts, on all cores; results in file order.
    /// `step` hears how many are done.
    pub fn map<T: Send>(
        &self,
        wanted: impl Fn(usize) -> bool,
        work: impl Fn(usize, &PrimitiveBlock) -> T + Sync,
        step: &dyn Fn(u64, u64),
    ) -> Result<Vec<T>> {
        let todo: Vec<usize> = (0..self.blobs.len()).filter(|&b| wanted(b)).collect();
        let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(todo.len())));
        let take = |report: Option<&dyn Fn(u64, u64)>| {
            while let Some(&b) = todo.get(next.fetch_add(1, Ordering::Relaxed)) {
                let result = match self.blobs[b].decode() {
                    Ok(BlobDecode::OsmData(block)) => Some(Ok(work(b, &block))),
                    Ok(_) => None,
                    Err(e) => Some(Err(e)),
                };
                let mut done = done.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                done.push((b, result));
                let n = done.len() as u64;
                drop(done);
                if let Some(report) = report {
                    report(n, todo.len() as u64);
                }
            }
        };
        let helpers = thread::available_parallelism().map_or(1, |n| n.get()).min(todo.len()).saturating_sub(1);
        thread::scope(|s| {
            (0..helpers).for_each(|_| drop(s.spawn(|| take(None))));
            take(Some(step));
        });
        let mut done = done.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        done.sort_unstable_by_key(|d| d.0);
        let results = done.into_iter().filter_map(|(_, result)| result);
        results.map(|r| r.map_err(|e| Error::invalid("file", format!("{}: {}", self.name, why(&e, false))))).collect()
    }
}

/// How the first block is packed that is neither plain nor zlib: which field of its `Blob` is there
/// (OSM's `fileformat.proto`).
fn other_compression(mut file: &[u8]) -> Option<&'static str> {
    while let Some((length, rest)) = file.split_first_chunk() {
        let (header, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
        let size = fields(header).find_map(|(field, size)| (field == 3).then_some(size))?;
        let (blob, rest) = rest.split_at_checked(usize::try_from(size).ok()?)?;
        let other = fields(blob).find_map(|(field, _)| match field {
            4 => Some("LZMA"),
            5 => Some("bzip2"),
            6 => Some("LZ4"),
            7 => Some("Zstandard"),
            _ => None,
        });
        if other.is_some() {
            return other;
        }
        file = rest;
    }
    None
}

/// The fields of a protobuf message, with their value or length; ends at what is damaged.
fn fields(mut message: &[u8]) -> impl Iterator<Item = (u64, u64)> {
    std::iter::from_fn(move || {
        let key = varint(&mut message)?;
        let value = varint(&mut message)?;
        match key & 7 {
            0 => {}
            2 => message = message.get(usize::try_from(value).ok()?..)?,
            _ => return None,
        }
        Some((key >> 3, value))
    })
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

/// Bytes that tell how many of them are left.
struct Counted<'a> {
    bytes: &'a [u8],
    left: &'a AtomicUsize,
}

impl Read for Counted<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.bytes.read(buf)?;
        self.left.store(self.bytes.len(), Ordering::Relaxed);
        Ok(n)
    }
}

/// What went wrong in a file, in words; `start` when nothing of it could be read yet.
fn why(e: &osmpbf::Error, start: bool) -> String {
    match e.kind() {
        _ if start => "not an OSM PBF file, or cut off near its beginning".into(),
        ErrorKind::Io(e) => format!("cannot be read: {e}"),
        ErrorKind::Protobuf { location, .. } => format!("the file is cut off or damaged ({location})"),
        ErrorKind::Blob(BlobError::Empty) => "the file is cut off (an empty block)".into(),
        other => format!("the file is damaged ({other:?})"),
    }
}
