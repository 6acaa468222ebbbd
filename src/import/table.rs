//! CSV tables with a header line, as desks write them: columns by their exact name, whatever separates
//! them, and every wrong line is reported with its number, the field, the value and the reason. One
//! wrong line refuses the whole file.

use std::{borrow::Cow, collections::HashMap, fmt, str::FromStr};

use csv::{ErrorKind, ReaderBuilder, StringRecord};
use jiff::tz::TimeZone;

use super::{
    text::{code, half_width, unwrapped},
    when,
};
use crate::base::{Code, Error, Kind, Result, Timestamp, no_nul};

/// Wrong lines beyond this many are counted, not listed.
const LISTED: usize = 100;

/// What the columns of a table may be.
#[derive(Debug, Clone, Copy, Default)]
pub struct Columns<'a> {
    pub required: &'a [&'a str],
    pub optional: &'a [&'a str],
    /// Columns of other names are passed over instead of refused.
    pub ignore_unknown: bool,
    /// (field, column): the field stands in a column of another name.
    pub renamed: &'a [(String, String)],
}

/// One line below the header.
#[derive(Debug)]
pub struct Row<'a> {
    /// Where it begins, counted from 1.
    pub line: u64,
    places: &'a HashMap<String, usize>,
    record: &'a StringRecord,
    /// Columns that have a name, or stand before one that has.
    width: usize,
}

impl<'a> Row<'a> {
    /// The value without spaces around it, and without what a spreadsheet marks text with; `None` when it
    /// is empty or there is no such column.
    pub fn get(&self, field: &str) -> Option<&'a str> {
        let value = unwrapped(self.record.get(*self.places.get(field)?)?.trim());
        (!value.is_empty()).then_some(value)
    }

    pub fn text(&self, field: &str) -> Result<&'a str> {
        self.get(field).ok_or_else(|| Error::invalid(field, "is empty"))
    }

    pub fn text_opt(&self, field: &str) -> Option<String> {
        self.get(field).map(str::to_owned)
    }

    /// The parts of a cell; none of an empty one.
    pub fn parts(&self, field: &str) -> impl Iterator<Item = &'a str> {
        let cell = self.get(field).unwrap_or("");
        cell.split([';', '；', '、', '|']).map(str::trim).filter(|part| !part.is_empty())
    }

    /// The codes of a cell.
    pub fn codes<C: FromIterator<Code>>(&self, field: &str) -> Result<C> {
        let read = |part| code(part).and_then(|c| Code::new(&c).map_err(|e| e.detail));
        self.parts(field).map(|part| read(part).map_err(|e| Error::invalid(field, e))).collect()
    }

    /// A required word of the domain.
    pub fn parse<T: FromStr<Err = Error>>(&self, field: &str) -> Result<T> {
        half_width(self.text(field)?).parse().map_err(|e: Error| Error::invalid(field, e.detail))
    }

    /// A required code.
    pub fn code(&self, field: &str) -> Result<Code> {
        let meant = code(self.text(field)?).map_err(|e| Error::invalid(field, e))?;
        Code::new(&meant).map_err(|e| Error::invalid(field, e.detail))
    }

    pub fn code_opt(&self, field: &str) -> Result<Option<Code>> {
        self.get(field).map(|_| self.code(field)).transpose()
    }

    /// A required time; without an offset it is one of the clocks in `zone`.
    pub fn instant(&self, field: &str, zone: &TimeZone) -> Result<Timestamp> {
        when::instant(self.text(field)?, zone).map_err(|e| Error::invalid(field, e))
    }

    /// A time as [`Row::instant`] takes it, or a day, which begins at midnight in `zone`.
    pub fn moment_opt(&self, field: &str, zone: &TimeZone) -> Result<Option<Timestamp>> {
        self.get(field).map(|text| when::moment(text, zone).map_err(|e| Error::invalid(field, e))).transpose()
    }

    pub fn parse_opt<T: FromStr<Err = Error>>(&self, field: &str) -> Result<Option<T>> {
        self.get(field).map(|_| self.parse(field)).transpose()
    }

    /// A required number.
    pub fn number<T: FromStr<Err: fmt::Display>>(&self, field: &str) -> Result<T> {
        half_width(self.text(field)?).parse().map_err(|e: T::Err| Error::invalid(field, e.to_string()))
    }

    pub fn number_opt<T: FromStr<Err: fmt::Display>>(&self, field: &str) -> Result<Option<T>> {
        self.get(field).map(|_| self.number(field)).transpose()
    }

    /// Texts enter here: none may hold a NUL character.
    fn check(&self) -> Result<()> {
        self.places.iter().try_for_each(|(field, &place)| no_nul(field, self.record.get(place).unwrap_or("")))
    }

    /// All values in the order of the file, as one text; without empty ones beyond the header.
    pub fn whole(&self) -> String {
        self.record.iter().take(self.width).collect::<Vec<_>>().join("\u{1f}")
    }

    fn wrong(&self, e: &Error) -> String {
        let Some(field) = &e.field else { return format!("line {}: {}", self.line, e.detail) };
        let value = self.get(field).map_or(String::new(), |value| format!(" {value:?}"));
        format!("line {}: {field}{value}: {}", self.line, e.detail)
    }
}

/// Reads all lines of the table `name`, each by `row`. Rows and columns of nothing are passed over.
///
/// # Errors
/// `Invalid`, naming the file, for an empty one, a wrong header, or any wrong line.
pub fn read<T>(name: &str, text: &str, columns: &Columns, mut row: impl FnMut(&Row) -> Result<T>) -> Result<Vec<T>> {
    let refuse = |why: String| Error::invalid("file", format!("{name}: {why}"));
    let sheet = Sheet::of(text);
    let mut reader = ReaderBuilder::new();
    reader.delimiter(sheet.delimiter).has_headers(false).flexible(true);
    let mut reader = reader.from_reader(sheet.text.as_bytes());
    let mut records = reader.records().filter(|r| !r.as_ref().is_ok_and(is_blank));
    let header = match records.next() {
        Some(header) => header.map_err(|e| refuse(reason(&e)))?,
        None => return Err(refuse("the file is empty".into())),
    };
    let header: StringRecord = header.iter().map(str::trim).collect();
    let width =
        header.iter().enumerate().filter(|(_, column)| !column.is_empty()).last().map_or(0, |(last, _)| last + 1);
    let places = places(&header, columns).map_err(refuse)?;
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    for record in records {
        let record = record.map_err(|e| refuse(reason(&e)))?;
        let line = sheet.skipped + record.position().map_or(0, csv::Position::line);
        let at = Row { line, places: &places, record: &record, width };
        match fits(&header, width, &record).and_then(|()| at.check()).and_then(|()| row(&at)) {
            Ok(value) => rows.push(value),
            Err(e) => wrong.push(at.wrong(&e)),
        }
    }
    if !wrong.is_empty() {
        return Err(refuse(listed(&wrong)));
    }
    if rows.is_empty() {
        return Err(refuse("has no line below its header".into()));
    }
    Ok(rows)
}

fn is_blank(record: &StringRecord) -> bool {
    record.iter().all(|value| value.trim().is_empty())
}

/// As many values as columns (`width`: up to the last with a name); what a line has beyond, or below a column without a name, is empty.
fn fits(header: &StringRecord, width: usize, record: &StringRecord) -> Result<()> {
    let nameless = |&(i, value): &(usize, &str)| !value.trim().is_empty() && header.get(i).is_none_or(str::is_empty);
    let why = match record.iter().enumerate().find(nameless) {
        Some((i, value)) if i < header.len() => format!("has {value:?} in column {}, which has no name", i + 1),
        None if record.len() >= width => return Ok(()),
        _ => format!("has {} values, the header has {width}", record.len()),
    };
    Err(Error::new(Kind::Invalid, why))
}

/// A text as the parser takes it.
#[derive(Debug, PartialEq)]
struct Sheet<'a> {
    text: Cow<'a, str>,
    delimiter: u8,
    /// Lines before the text.
    skipped: u64,
}

/// Stands for `，`, which the parser can't take: a byte that no text has.
const WIDE: char = '\u{1f}';

impl<'a> Sheet<'a> {
    fn of(text: &'a str) -> Self {
        let text = text.trim_start_matches('\u{feff}');
        // The parser counts the ends of lines by themselves.
        let text = if text.contains('\r') {
            Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
        } else {
            Cow::Borrowed(text)
        };
        if let Some(delimiter) = text.strip_prefix("sep=").and_then(|rest| rest.chars().next())
            && let Some((_, rest)) = text.split_once('\n')
        {
            return Self { skipped: 1, ..Self::separated(Cow::Owned(rest.to_owned()), delimiter) };
        }
        let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
        let count = |delimiter: &char| header.matches(*delimiter).count();
        // Of equals the first; a table of one column has none.
        let delimiter = [',', ';', '\t', '，'].into_iter().rev().max_by_key(count).unwrap_or(',');
        Self::separated(text, delimiter)
    }

    fn separated(text: Cow<'a, str>, delimiter: char) -> Self {
        match u8::try_from(delimiter) {
            Ok(delimiter) if delimiter.is_ascii() => Self { text, delimiter, skipped: 0 },
            _ => {
                let mut quoted = false;
                let parted = text.chars().map(|c| {
                    quoted ^= c == '"';
                    if c == delimiter && !quoted { WIDE } else { c }
                });
                Self { text: Cow::Owned(parted.collect()), delimiter: WIDE as u8, skipped: 0 }
            }
        }
    }
}

fn listed(wrong: &[String]) -> String {
    let lines: Vec<_> = wrong.iter().take(LISTED).map(|w| format!("\n  {w}")).collect();
    let more = wrong.len().saturating_sub(LISTED);
    let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
    let count = if wrong.len() == 1 { "1 line is".to_owned() } else { format!("{} lines are", wrong.len()) };
    format!("{count} wrong:{}{more}", lines.concat())
}

/// Where each field stands.
fn places(header: &StringRecord, columns: &Columns) -> Result<HashMap<String, usize>, String> {
    let known = |field: &str| columns.required.iter().chain(columns.optional).any(|k| *k == field);
    if let Some((field, _)) = columns.renamed.iter().find(|(field, _)| !known(field)) {
        return Err(format!("{field:?} is no field of this table"));
    }
    let mut places = HashMap::new();
    let mut unknown = Vec::new();
    for (i, column) in header.iter().enumerate().filter(|(_, column)| !column.is_empty()) {
        let renamed = columns.renamed.iter().find(|(_, to)| to == column).map(|(field, _)| field.as_str());
        let moved = columns.renamed.iter().any(|(field, _)| field == column);
        match renamed.or((known(column) && !moved).then_some(column)) {
            Some(field) if places.insert(field.to_owned(), i).is_some() => {
                return Err(format!("the column {column:?} stands twice"));
            }
            Some(_) => {}
            None => unknown.push(column),
        }
    }
    let all: Vec<_> = header.iter().filter(|column| !column.is_empty()).collect();
    let wanted = columns.required.iter().copied().chain(columns.renamed.iter().map(|(field, _)| field.as_str()));
    let missing: Vec<_> = wanted.filter(|f| !places.contains_key(*f)).collect();
    if !missing.is_empty() {
        return Err(format!("has no column for {}; its columns are {}", missing.join(", "), all.join(", ")));
    }
    if !unknown.is_empty() && !columns.ignore_unknown {
        let known: Vec<_> = columns.required.iter().chain(columns.optional).copied().collect();
        return Err(format!("has the unknown columns {}; known are {}", unknown.join(", "), known.join(", ")));
    }
    Ok(places)
}

fn reason(e: &csv::Error) -> String {
    match e.kind() {
        ErrorKind::Io(e) => format!("cannot be read: {e}"),
        _ => e.to_string(),
    }
}

/// A text for a CSV that goes out: no spreadsheet takes it for a formula. [`Row::get`] reads it as it was.
pub fn no_formula(text: &str) -> Cow<'_, str> {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\'') => format!("'{text}").into(),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests;
