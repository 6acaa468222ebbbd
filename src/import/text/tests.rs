use super::*;

const TEXT: &str = "id,name\na,甲镇中队\n";

#[test]
fn text_is_decoded_from_what_desks_write() {
    let utf16 = |of: fn(u16) -> [u8; 2]| TEXT.encode_utf16().flat_map(of).collect::<Vec<u8>>();
    let (le, be) = (utf16(u16::to_le_bytes), utf16(u16::to_be_bytes));
    let (gb, ..) = GB18030.encode(TEXT);
    for (bytes, encoding) in [
        (TEXT.as_bytes().to_vec(), "UTF-8"),
        ([b"\xef\xbb\xbf", TEXT.as_bytes()].concat(), "UTF-8"),
        ([&b"\xff\xfe"[..], &le].concat(), "UTF-16LE"),
        ([&b"\xfe\xff"[..], &be].concat(), "UTF-16BE"),
        (le, "UTF-16LE"),
        (be, "UTF-16BE"),
        (gb.to_vec(), "GB18030"),
    ] {
        assert_eq!(decode(&bytes), Ok(Text { text: TEXT.to_owned(), encoding }), "{bytes:x?}");
    }
}

#[test]
fn what_is_no_text_is_refused_by_name() {
    for (bytes, words) in [
        (&b"PK\x03\x04....xl/workbook.xml"[..], "an Excel workbook"),
        (b"PK\x03\x04....towns.shp", "a zipped shapefile"),
        (b"\0\0\x27\x0a\0\0", "a shapefile"),
        (b"<?xml version='1.0'?><kml>", "KML"),
        (b"<?xml version='1.0'?><osm version='0.6'>", "OSM XML"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"\xe7\x94\xb2,1\n\xe4\xb9,2\n", "UTF-8 text with a byte on line 2"),
        (b"\xff\xff\xff\xff", "neither in UTF-8"),
    ] {
        let got = decode(bytes);
        assert!(got.clone().err().unwrap_or_default().contains(words), "{words}: {got:?}");
    }
}

#[test]
fn codes_are_read_as_they_were_meant() {
    for (written, meant) in [
        ("330402101000", "330402101000"),
        ("'330402101000", "330402101000"),
        ("=\"330402101000\"", "330402101000"),
        ("330402101000.0", "330402101000"),
        (" ３３０４０２ ", "330402"),
        ("CG-001", "CG-001"),
        ("r62149", "r62149"),
        ("1E5", "1E5"),
        ("a.0", "a.0"),
        ("1.5", "1.5"),
    ] {
        assert_eq!(code(written).as_deref(), Ok(meant));
    }
    for rounded in ["3.30402E+11", "3.3E11", "'3.30402e+11", "３.30402E+11"] {
        assert!(code(rounded).unwrap_err().contains("a spreadsheet has rounded"), "{rounded}");
    }
}

#[test]
fn full_width_is_narrowed() {
    assert_eq!(half_width("３３０４，ＡＢ　甲"), "3304,AB 甲");
}
