//! CSV tables with a header line: columns by their exact name, and every wrong line is reported with
//! its number, the field, the value and the reason. One wrong line refuses the whole file.

use std::{collections::HashMap, fmt, io::Read, str::FromStr};

use csv::{ErrorKind, ReaderBuilder, StringRecord};

use crate::base::{Error, Result, no_nul};

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
}

impl<'a> Row<'a> {
    /// The value without spaces around it; `None` when it is empty or there is no such column.
    pub fn get(&self, field: &str) -> Option<&'a str> {
        let value = self.record.get(*self.places.get(field)?)?.trim();
        (!value.is_empty()).then_some(value)
    }

    pub fn text(&self, field: &str) -> Result<&'a str> {
        self.get(field).ok_or_else(|| Error::invalid(field, "is empty"))
    }

    /// A required word of the domain.
    pub fn parse<T: FromStr<Err = Error>>(&self, field: &str) -> Result<T> {
        self.text(field)?.parse().map_err(|e: Error| Error::invalid(field, e.detail))
    }

    pub fn parse_opt<T: FromStr<Err = Error>>(&self, field: &str) -> Result<Option<T>> {
        self.get(field).map(|_| self.parse(field)).transpose()
    }

    /// A required number.
    pub fn number<T: FromStr<Err: fmt::Display>>(&self, field: &str) -> Result<T> {
        self.text(field)?.parse().map_err(|e: T::Err| Error::invalid(field, e.to_string()))
    }

    pub fn number_opt<T: FromStr<Err: fmt::Display>>(&self, field: &str) -> Result<Option<T>> {
        self.get(field).map(|_| self.number(field)).transpose()
    }

    /// Texts enter here: none may hold a NUL character.
    fn check(&self) -> Result<()> {
        self.places.iter().try_for_each(|(field, &place)| no_nul(field, self.record.get(place).unwrap_or("")))
    }

    /// All values in the order of the file, as one text.
    pub fn whole(&self) -> String {
        self.record.iter().collect::<Vec<_>>().join("\u{1f}")
    }

    fn wrong(&self, e: &Error) -> String {
        let Some(field) = &e.field else { return format!("line {}: {}", self.line, e.detail) };
        let value = self.get(field).map_or(String::new(), |value| format!(" {value:?}"));
        format!("line {}: {field}{value}: {}", self.line, e.detail)
    }
}

/// Reads all lines of the table `name`, each by `row`.
///
/// # Errors
/// `Invalid`, naming the file, for an empty one, a wrong header, or any wrong line.
pub fn read<T>(
    name: &str,
    input: impl Read,
    columns: &Columns,
    mut row: impl FnMut(&Row) -> Result<T>,
) -> Result<Vec<T>> {
    let refuse = |why: String| Error::invalid("file", format!("{name}: {why}"));
    let mut reader = ReaderBuilder::new().from_reader(input);
    let header = reader.headers().map_err(|e| refuse(reason(&e)))?.clone();
    let places = places(&header, columns).map_err(refuse)?;
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(e) if matches!(e.kind(), ErrorKind::UnequalLengths { .. } | ErrorKind::Utf8 { .. }) => {
                wrong.push(reason(&e));
                continue;
            }
            Err(e) => return Err(refuse(reason(&e))),
        };
        let at = Row { line: record.position().map_or(0, |p| p.line()), places: &places, record: &record };
        match at.check().and_then(|()| row(&at)) {
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

fn listed(wrong: &[String]) -> String {
    let lines: Vec<_> = wrong.iter().take(LISTED).map(|w| format!("\n  {w}")).collect();
    let more = wrong.len().saturating_sub(LISTED);
    let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
    let count = if wrong.len() == 1 { "1 line is".to_owned() } else { format!("{} lines are", wrong.len()) };
    format!("{count} wrong:{}{more}", lines.concat())
}

/// Where each field stands.
fn places(header: &StringRecord, columns: &Columns) -> Result<HashMap<String, usize>, String> {
    if header.is_empty() {
        return Err("the file is empty".into());
    }
    let known = |field: &str| columns.required.iter().chain(columns.optional).any(|k| *k == field);
    if let Some((field, _)) = columns.renamed.iter().find(|(field, _)| !known(field)) {
        return Err(format!("{field:?} is no field of this table"));
    }
    let mut places = HashMap::new();
    let mut unknown = Vec::new();
    for (i, column) in header.iter().enumerate() {
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
    let all: Vec<_> = header.iter().collect();
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
        ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            format!("line {line}: has {len} values, the header has {expected_len}")
        }
        ErrorKind::Utf8 { pos, .. } => {
            format!("line {}: is not UTF-8 text", pos.as_ref().map_or(1, csv::Position::line))
        }
        ErrorKind::Io(e) => format!("cannot be read: {e}"),
        _ => e.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: Columns =
        Columns { required: &["id", "n"], optional: &["note"], ignore_unknown: false, renamed: &[] };

    fn sum(text: &str, columns: &Columns) -> Result<Vec<(String, u32)>> {
        read("t.csv", text.as_bytes(), columns, |row| Ok((row.text("id")?.to_owned(), row.number("n")?)))
    }

    #[test]
    fn columns_are_found_by_name_in_any_order_and_after_a_byte_order_mark() {
        let rows = sum("\u{feff}n,note,id\n1,,a\n 2 ,\"x\ny\",b\n", &COLUMNS).unwrap();
        assert_eq!(rows, [("a".to_owned(), 1), ("b".to_owned(), 2)]);
    }

    #[test]
    fn every_wrong_line_is_named_with_field_value_and_reason() {
        let e = sum("id,n\na,1\n,2\nc,x\nd\ne,5\n", &COLUMNS).unwrap_err().detail;
        let expected = "t.csv: 3 lines are wrong:\n  line 3: id: is empty\n  \
                        line 4: n \"x\": invalid digit found in string\n  line 5: has 1 values, the header has 2";
        assert_eq!(e, expected);
    }

    #[test]
    fn wrong_headers_are_refused_by_name() {
        let refused = |text: &str, columns: &Columns, words: &str| {
            let e = sum(text, columns).unwrap_err().detail;
            assert!(e.starts_with("t.csv: ") && e.contains(words), "{e}");
        };
        refused("", &COLUMNS, "the file is empty");
        refused("id,n\n", &COLUMNS, "no line below");
        refused("ID,n\na,1\n", &COLUMNS, "no column for id; its columns are ID, n");
        refused("id,n,m\na,1,2\n", &COLUMNS, "unknown columns m");
        refused("id,n,n\na,1,2\n", &COLUMNS, "\"n\" stands twice");
        let renamed = [("n".to_owned(), "m".to_owned())];
        refused("id,n\na,1\n", &Columns { renamed: &renamed, ..COLUMNS }, "no column for n");
        let nothing = [("z".to_owned(), "m".to_owned())];
        refused("id,n,m\na,1,2\n", &Columns { renamed: &nothing, ..COLUMNS }, "\"z\" is no field");
    }

    #[test]
    fn a_field_may_stand_in_a_column_of_another_name() {
        let renamed = [("n".to_owned(), "m".to_owned())];
        let columns = Columns { renamed: &renamed, ignore_unknown: true, ..COLUMNS };
        assert_eq!(sum("id,n,m,q\na,1,2,3\n", &columns).unwrap(), [("a".to_owned(), 2)]);
    }
}
