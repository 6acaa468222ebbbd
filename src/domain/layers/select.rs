//! Which rows of a layer are meant, in which order, and page by page.
//!
//! A page ends with a key (the values that things are ordered by, and the id), and the next one begins
//! after it: what is written in between is neither lost nor told twice.

use std::cmp::Ordering;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use geo::{Intersects, Rect};
use serde_json::json;

use super::{About, Rows, Value, filter::Filter};
use crate::base::{BBox, Error, Result};

/// By which property, and whether the greatest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By {
    pub property: usize,
    pub down: bool,
}

/// Where a row stands in the order.
#[derive(Debug, Clone, PartialEq)]
pub struct Key<'a> {
    values: Vec<Value<'a>>,
    id: String,
}

/// What is wanted of the rows of a layer.
#[derive(Debug, Default)]
pub struct Selection {
    /// Those that meet one of these; all where there are none.
    pub windows: Vec<BBox>,
    pub filters: Vec<Filter>,
    pub order: Vec<By>,
    pub after: Option<Key<'static>>,
    /// So many are passed over where nothing is `after`.
    pub offset: usize,
    pub limit: usize,
}

/// Rows that were meant.
#[derive(Debug, PartialEq)]
pub struct Page {
    pub rows: Vec<usize>,
    /// On all pages.
    pub matched: usize,
    /// Where this page ended, when there is more.
    pub next: Option<Key<'static>>,
}

impl Selection {
    /// `-name,+other` for a layer; its own order where nothing is asked.
    pub fn order(about: &dyn About, asked: &str) -> Result<Vec<By>> {
        let properties = about.properties();
        let find = |name: &str| properties.iter().position(|p| p.name == name && p.kind.is_plain());
        if asked.is_empty() {
            return Ok(about.newest().and_then(find).map(|property| By { property, down: true }).into_iter().collect());
        }
        let by = |word: &str| {
            let name = word.trim().trim_start_matches(['+', '-']);
            let unknown = || Error::invalid("sortby", format!("{name:?} is no property that things can be ordered by"));
            Ok(By { property: find(name).ok_or_else(unknown)?, down: word.trim().starts_with('-') })
        };
        asked.split(',').map(by).collect()
    }

    /// Whether a row is meant, on whichever page.
    pub fn takes(&self, rows: &dyn Rows, row: usize) -> bool {
        (self.windows.is_empty() || self.windows.iter().any(|w| meets(rows, row, w)))
            && self.filters.iter().all(|f| f.takes(rows, row))
    }

    /// The page after [`Selection::after`].
    pub fn page(&self, rows: &dyn Rows) -> Page {
        let own = Self::order(rows.about(), "");
        if rows.is_in_order() && own.is_ok_and(|own| own == self.order) { self.run(rows) } else { self.pick(rows) }
    }

    /// Of rows that stand in this order: what goes before is passed over by halves, what comes behind is not looked at.
    fn run(&self, rows: &dyn Rows) -> Page {
        let begin = self.after.as_ref().map(|after| first(rows.len(), |row| self.is_behind(rows, row, after)));
        let meant = (begin.unwrap_or(0)..rows.len()).filter(|row| self.takes(rows, *row));
        let mut meant = meant.skip(if begin.is_some() { 0 } else { self.offset });
        let page: Vec<usize> = meant.by_ref().take(self.limit).collect();
        let last = meant.next().and_then(|_| page.last());
        let next = last.map(|row| self.key(rows, *row).into_owned());
        Page { matched: self.matched(rows), next, rows: page }
    }

    fn matched(&self, rows: &dyn Rows) -> usize {
        if self.windows.is_empty() && self.filters.is_empty() {
            return rows.len();
        }
        (0..rows.len()).filter(|row| self.takes(rows, *row)).count()
    }

    /// Of rows in any order: each is looked at.
    fn pick(&self, rows: &dyn Rows) -> Page {
        let meant = (0..rows.len()).filter(|row| self.takes(rows, *row));
        let (mut matched, mut left) = (0, Vec::new());
        for row in meant {
            matched += 1;
            let key = self.key(rows, row);
            if self.after.as_ref().is_none_or(|after| self.compare(&key, after).is_gt()) {
                left.push((key, row));
            }
        }
        let offset = if self.after.is_some() { 0 } else { self.offset };
        let end = offset.saturating_add(self.limit);
        let more = left.len() > end;
        if more {
            left.select_nth_unstable_by(end, |(a, _), (b, _)| self.compare(a, b));
            left.truncate(end);
        }
        left.sort_unstable_by(|(a, _), (b, _)| self.compare(a, b));
        let next = more.then(|| left.last().map(|(key, _)| key.clone().into_owned())).flatten();
        Page { rows: left.into_iter().skip(offset).map(|(_, row)| row).collect(), matched, next }
    }

    fn is_behind(&self, rows: &dyn Rows, row: usize, after: &Key<'_>) -> bool {
        self.compare(&self.key(rows, row), after).is_gt()
    }

    fn key<'a>(&self, rows: &'a dyn Rows, row: usize) -> Key<'a> {
        Key { values: self.order.iter().map(|by| rows.value(row, by.property)).collect(), id: rows.id(row) }
    }

    /// Ids run the way that the last property does.
    fn compare(&self, a: &Key<'_>, b: &Key<'_>) -> Ordering {
        let turned = |order: Ordering, down: bool| if down { order.reverse() } else { order };
        let pairs = self.order.iter().zip(a.values.iter().zip(&b.values));
        let by_value = pairs.map(|(by, (a, b))| turned(a.order(b), by.down)).find(|order| order.is_ne());
        by_value.unwrap_or_else(|| turned(a.id.cmp(&b.id), self.order.last().is_some_and(|by| by.down)))
    }
}

impl Key<'_> {
    fn into_owned(self) -> Key<'static> {
        Key { values: self.values.into_iter().map(Value::into_owned).collect(), id: self.id }
    }

    /// As it stands in the address of the next page.
    pub fn text(&self) -> String {
        let values: Vec<_> = self.values.iter().map(|v| v.clone().into_json()).collect();
        BASE64_URL_SAFE_NO_PAD.encode(json!([values, self.id]).to_string())
    }

    /// What [`Key::text`] said, for the same order of a layer.
    pub fn read(text: &str, about: &dyn About, order: &[By]) -> Result<Key<'static>> {
        let bad = || Error::invalid("after", format!("{text:?} is not where a page of this order ended"));
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
        let (values, id): (Vec<serde_json::Value>, String) = serde_json::from_slice(&bytes).map_err(|_| bad())?;
        if values.len() != order.len() {
            return Err(bad());
        }
        let properties = about.properties();
        let read = |(value, by): (&serde_json::Value, &By)| Value::read(value, properties[by.property].kind);
        let values = values.iter().zip(order).map(read).collect::<Option<_>>().ok_or_else(bad)?;
        Ok(Key { values, id })
    }
}

/// The first of so many for which it holds, where it holds for all that come behind it.
fn first(count: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut from, mut to) = (0, count);
    while from < to {
        let middle = from + (to - from) / 2;
        if holds(middle) { to = middle } else { from = middle + 1 }
    }
    from
}

/// Whether what the row shows meets the box, its border included.
pub fn meets(rows: &dyn Rows, row: usize, window: &BBox) -> bool {
    let bbox = rows.bbox(row);
    if !window.intersects(&bbox) {
        return false;
    }
    let inside = window.west <= bbox.west && bbox.east <= window.east && window.south <= bbox.south;
    let inside = inside && bbox.north <= window.north;
    inside || rows.geometry(row).intersects(&Rect::new((window.west, window.south), (window.east, window.north)))
}

#[cfg(test)]
mod tests;
