//! Floor 6: the vocabulary of HTTP, without routes.

mod caller;
mod csv;
mod datum;
mod extract;
mod flatgeobuf;
mod geojson;
mod guard;
mod may;
mod params;
mod problem;
mod root;
mod row_feature;
mod shapefile;
mod tag;
mod tilejson;

pub use caller::{COOKIE, Caller, log_in, who};
pub use csv::{CSV, csv};
pub use datum::told_in;
pub use extract::{Body, Path, Query, part, query_pairs, read_query};
pub use flatgeobuf::{FLATGEOBUF, flatgeobuf};
pub use geojson::{FeatureLayer, GeoFeature, feature, layer, tagged, tagged_as};
pub use guard::guard;
pub use may::{May, rights};
pub use params::{asked_again, bbox, cursor, ended, flag, next_link, page_limit, words};
pub use problem::{Problem, ProblemBody};
pub use root::{Root, locate};
pub use row_feature::{COLLECTION, Shown};
pub use shapefile::{ZIP, shapefile};
pub use tag::Tag;
pub use tilejson::{TileJson, VectorLayer};

/// A file, in the contract.
#[derive(Debug, utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct Binary(#[expect(dead_code, reason = "only the document knows it")] Vec<u8>);

/// What handlers answer.
pub type Answer<T> = Result<T, Problem>;
