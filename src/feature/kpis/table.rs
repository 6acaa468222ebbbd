//! Key figures as a table for spreadsheets: a line a group, with the period before and the definition behind.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::{
    api::CSV,
    base::{Error, Result, Timestamp, words},
    domain::kpis::{Arrivals, Burden, Cases, Group, HeldCalls},
};

words! {
    /// How figures are told.
    #[schema(as = KpiFormat)]
    Format {
        Json = "json",
        Csv = "csv",
    }
}

/// A line of figures; its columns are its fields, in their order.
pub trait Figures: Serialize {
    const NAME: &'static str;
    const COLUMNS: &'static [&'static str];
}

impl Figures for Arrivals {
    const NAME: &'static str = "arrivals";
    const COLUMNS: &'static [&'static str] = &[
        "group",
        "due",
        "on_time",
        "late",
        "without_arrival",
        "not_yet_due",
        "on_time_share",
        "p50_s",
        "p90_s",
        "competent_p50_s",
        "competent_p90_s",
    ];
}

impl Figures for Burden {
    const NAME: &'static str = "burden";
    const COLUMNS: &'static [&'static str] = &[
        "group",
        "cases",
        "returns",
        "returned",
        "returns_per_case",
        "settled",
        "right_first_time",
        "right_first_time_share",
        "judged",
    ];
}

impl Figures for Cases {
    const NAME: &'static str = "cases";
    const COLUMNS: &'static [&'static str] = &[
        "group",
        "cases",
        "deferred",
        "delivered",
        "closed",
        "closed_share",
        "due",
        "in_time",
        "in_time_share",
        "handled",
        "reworked",
        "rework_share",
        "extended",
        "extended_share",
        "merged",
        "repeats",
        "repeat_share",
    ];
}

impl Figures for HeldCalls {
    const NAME: &'static str = "calls";
    const COLUMNS: &'static [&'static str] =
        &["calls", "held", "located", "dropped", "in_time", "late", "not_yet_due", "in_time_share", "p50_s", "p90_s"];
}

/// Figures of one group alone say no `by`.
pub fn table<F: Figures>(
    groups: &[F],
    (from, to): (Timestamp, Timestamp),
    by: Option<Group>,
    definition: &str,
) -> Result<Response> {
    let failed = |e: csv::Error| Error::internal(format!("the table cannot be written: {e}"));
    let mut out = csv::WriterBuilder::new().has_headers(false).from_writer(Vec::new());
    let head = ["from", "to", "by"].into_iter().chain(F::COLUMNS.iter().copied()).chain(["definition"]);
    out.write_record(head).map_err(failed)?;
    for group in groups {
        out.serialize((from, to, by, group, definition)).map_err(failed)?;
    }
    let by = by.map_or_else(String::new, |by| format!("-{}", by.as_str()));
    let name = format!("attachment; filename=\"{}{by}.{}\"", F::NAME, Format::Csv.as_str());
    let headers = [(header::CONTENT_TYPE, CSV.to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, out.into_inner().map_err(Error::internal)?).into_response())
}
