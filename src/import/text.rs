//! One decoding step for everything that comes as text, and the names of what comes as something else.

use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};

/// The text of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// Without a byte order mark.
    pub text: String,
    /// What it was written in; worth a word when it isn't UTF-8.
    pub encoding: &'static str,
}

/// Decodes UTF-8 and UTF-16, with a byte order mark or without, else GB18030, which Excel in China
/// writes and which holds GBK and GB2312.
///
/// # Errors
/// Why it is no text.
pub fn decode(bytes: &[u8]) -> Result<Text, String> {
    if let Some(other) = other_format(bytes) {
        return Err(format!("is {other}"));
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return strict(&bytes[mark..], encoding);
    }
    if let Some(encoding) = utf16_without_mark(bytes) {
        return strict(bytes, encoding);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Text { text: text.to_owned(), encoding: "UTF-8" }),
        Err(e) => {
            let (before, _) = bytes.split_at(e.valid_up_to());
            // Bytes of GB18030 seldom make Chinese in UTF-8: then it is that, with a fault in it.
            let is_utf8 = String::from_utf8_lossy(before).chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            if is_utf8 {
                let line = 1 + before.iter().filter(|b| **b == b'\n').count();
                return Err(format!("is UTF-8 text with a byte on line {line} that belongs to no character"));
            }
            strict(bytes, GB18030).map_err(|_| "is text neither in UTF-8 nor in UTF-16 nor in GB18030".to_owned())
        }
    }
}

fn strict(bytes: &[u8], encoding: &'static Encoding) -> Result<Text, String> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    let text = text.ok_or_else(|| format!("is not whole text in {}", encoding.name()))?.into_owned();
    Ok(Text { text, encoding: name_of(encoding) })
}

/// As people write it.
pub fn name_of(encoding: &'static Encoding) -> &'static str {
    if encoding == GB18030 { "GB18030" } else { encoding.name() }
}

/// Text begins with a letter of ASCII in all formats that are read here.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0, a, 0, b, ..] if *a > 0 && *b > 0 => Some(UTF_16BE),
        [a, 0, b, 0, ..] if *a > 0 && *b > 0 => Some(UTF_16LE),
        _ => None,
    }
}

/// Whether the bytes begin like a workbook, of `.xlsx` or of `.xls`.
pub fn is_workbook(bytes: &[u8]) -> bool {
    let holds = |words: &[u8]| bytes.windows(words.len()).any(|w| w == words);
    match bytes {
        [b'P', b'K', 3, 4, ..] => holds(b"xl/"),
        _ => bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]),
    }
}

/// What the file is, where it begins like a format that is not read, and what to do with it.
pub fn other_format(bytes: &[u8]) -> Option<&'static str> {
    let holds = |words: &[u8]| bytes.windows(words.len()).any(|w| w == words);
    let start = &bytes[..bytes.len().min(1_024)];
    let is_markup = start.trim_ascii_start().starts_with(b"<");
    let says = |words: &[u8]| is_markup && start.windows(words.len()).any(|w| w.eq_ignore_ascii_case(words));
    Some(match bytes {
        _ if is_workbook(bytes) => "an Excel workbook: only tables are read from one",
        [b'P', b'K', 3, 4, ..] if holds(b".shp") => "a zipped shapefile: only areas and zones are read from one",
        [b'P', b'K', 3, 4, ..] if holds(b".kml") => "a KMZ file: convert it to GeoJSON",
        [b'P', b'K', 3, 4, ..] => "a ZIP archive: unpack it",
        [0, 0, 0x27, 0x0a, ..] => "a shapefile: only areas and zones are read from one",
        [0x1f, 0x8b, ..] => "compressed with gzip: unpack it",
        [b'7', b'z', 0xbc, 0xaf, ..] => "a 7z archive: unpack it",
        [b'R', b'a', b'r', b'!', ..] => "a RAR archive: unpack it",
        [b'f', b'g', b'b', ..] => "a FlatGeobuf file: convert it to GeoJSON",
        _ if bytes.starts_with(b"SQLite format 3") => {
            "a GeoPackage or another SQLite file: only areas and zones are read from one"
        }
        _ if bytes.starts_with(b"%PDF") => "a PDF document",
        _ if says(b"<kml") => "a KML file: convert it to GeoJSON",
        _ if says(b"<osm ") => "OSM XML: convert it to PBF",
        _ if says(b"gml") && says(b"<?xml") => "a GML file: convert it to GeoJSON",
        _ if says(b"<html") => "a web page: the download was refused, or the address was a page's",
        _ if says(b"<?xml") => "an XML file",
        _ => return None,
    })
}

/// A code as it was meant. Spreadsheets keep one as text by `'330402` or `="330402"`, Chinese keyboards
/// write it in full width, and programs that take it for a number add `.0`.
///
/// # Errors
/// Digits that a spreadsheet has rounded away are lost.
pub fn code(written: &str) -> Result<String, String> {
    let narrow = half_width(written);
    let text = unwrapped(narrow.trim());
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Some((digits, power)) = text.split_once(['E', 'e'])
        && is_number(power.trim_start_matches('+'))
        && digits.contains('.')
        && is_number(&digits.replacen('.', "", 1))
    {
        return Err(format!(
            "{written:?} is a number that a spreadsheet has rounded: format the column as text and export it anew"
        ));
    }
    let whole = text.split_once('.').filter(|(digits, zeros)| is_number(digits) && zeros.bytes().all(|b| b == b'0'));
    Ok(whole.map_or(text, |(digits, _)| digits).to_owned())
}

/// Without what marks it as text for a spreadsheet.
pub fn unwrapped(text: &str) -> &str {
    let formula = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    formula.or(text.strip_prefix('\'')).unwrap_or(text).trim()
}

/// Letters, digits and signs of full width as those of ASCII; what a Chinese keyboard gives unasked.
pub fn half_width(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    };
    text.chars().map(narrow).collect()
}

#[cfg(test)]
mod tests;
