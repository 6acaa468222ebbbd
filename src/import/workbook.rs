//! Spreadsheets as the text of a table, so that one reader knows what a table is.

use std::io::Cursor;

use calamine::{Data, ExcelDateTime, Range, Reader, SheetVisible, open_workbook_auto_from_rs};

use super::text::Text;

/// A spreadsheet rounds numbers of more digits.
const EXACT_DIGITS: f64 = 1e15;

/// The one sheet that people see and that holds something, as CSV: its lines are the rows of the sheet. Of formulas
/// it is what they came to.
///
/// # Errors
/// Why there is no such sheet.
pub fn text(bytes: &[u8]) -> Result<Text, String> {
    let unreadable = |e| format!("is an Excel workbook that can't be read: {e}");
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(unreadable)?;
    let seen = book.sheets_metadata().iter().filter(|sheet| sheet.visible == SheetVisible::Visible);
    let names: Vec<String> = seen.map(|sheet| sheet.name.clone()).collect();
    let mut filled = Vec::new();
    for name in names {
        let range = book.worksheet_range(&name).map_err(unreadable)?;
        if range.used_cells().next().is_some() {
            filled.push((name, range));
        }
    }
    match &filled[..] {
        [] => Err("is an Excel workbook without a value".to_owned()),
        [(_, range)] => Ok(Text { text: csv(range)?, encoding: "an Excel workbook" }),
        several => {
            let names: Vec<&str> = several.iter().map(|(name, _)| name.as_str()).collect();
            Err(format!(
                "is an Excel workbook with several sheets: save the one with the table by itself; there are {}",
                names.join(", ")
            ))
        }
    }
}

fn csv(range: &Range<Data>) -> Result<String, String> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let broken = |e: csv::Error| e.to_string();
    // Rows before the first with a value are lines, too.
    let above = range.start().map_or(0, |(row, _)| row);
    for row in range.rows() {
        writer.write_record(row.iter().map(cell)).map_err(broken)?;
    }
    let bytes = writer.into_inner().map_err(|e| e.to_string())?;
    let rows = String::from_utf8(bytes).map_err(|e| e.to_string())?;
    Ok("\n".repeat(above as usize) + &rows)
}

/// A value as a desk would write it.
fn cell(value: &Data) -> String {
    match value {
        Data::Float(number) if number.abs() >= EXACT_DIGITS => rounded(*number),
        Data::DateTime(at) => moment(at),
        Data::DateTimeIso(text) => text.clone(),
        value => value.to_string(),
    }
}

/// Digits that the spreadsheet no longer has are not made up: `3.3040200000000006e17`.
fn rounded(number: f64) -> String {
    let text = format!("{number:e}");
    if text.contains('.') { text } else { text.replacen('e', ".0e", 1) }
}

/// A day, a time of day, or both.
fn moment(at: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let seconds = if second == 0 { String::new() } else { format!(":{second:02}") };
    let time = format!("{hour:02}:{minute:02}{seconds}");
    let number = at.as_f64();
    if number < 1.0 {
        time
    } else if number.fract() == 0.0 {
        date
    } else {
        format!("{date} {time}")
    }
}

#[cfg(test)]
mod tests;
