//! Floor 0: the words everything else is said in. No IO, no HTTP, no SQL.

mod error;
mod hash;
mod id;
mod place;
mod span;
mod text;
mod time;
mod words;
mod written;

pub use error::{Error, Kind, Result, at_most, no_nul, within};
pub use hash::{hex, sha256};
pub use id::{Code, Seq};
pub use place::{BBox, EARTH_RADIUS_M, LngLat, Vertex, check_accuracy, swapped, tenths};
pub use span::Span;
pub use text::{folded, name_key};
pub use time::{Clock, Timestamp};
pub use written::WrittenOnce;
