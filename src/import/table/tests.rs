use super::*;

const COLUMNS: Columns = Columns { required: &["id", "n"], optional: &["note"], ignore_unknown: false, renamed: &[] };

fn sum(text: &str, columns: &Columns) -> Result<Vec<(String, u32)>> {
    read("t.csv", text, columns, |row| Ok((row.text("id")?.to_owned(), row.number("n")?)))
}

#[test]
fn columns_are_found_by_name_in_any_order() {
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
fn tables_are_read_as_desks_write_them() {
    let want = [("a".to_owned(), 1), ("b,c".to_owned(), 2)];
    for text in [
        "id,n\r\na,1\r\n\"b,c\",2\r\n",
        "id,n\ra,1\r\"b,c\",2\r",
        "id;n\na;1\nb,c;2\n",
        "id\tn\na\t1\nb,c\t2\n",
        "id，n\na，1\nb,c，2\n",
        "sep=;\nid;n\na;1\nb,c;2\n",
        "\n,,\nid,n,,\na,1,,\n,,,\n\"b,c\",2\n,,,,,\n\n",
        " id ,n\n'a,'1\n\"=\"\"b,c\"\"\",２\n",
    ] {
        assert_eq!(sum(text, &COLUMNS).unwrap(), want, "{text:?}");
    }
    let wide = sum("id，n\n\"甲，乙\"，1\n", &COLUMNS).unwrap();
    assert_eq!(wide, [("甲，乙".to_owned(), 1)]);
}

#[test]
fn lines_are_counted_whatever_ends_them() {
    for (text, words) in [
        ("id,n\na,1\nb,x\n", "line 3: n \"x\""),
        ("id,n\r\na,1\r\nb,x\r\n", "line 3: n \"x\""),
        ("id,n\r\n\r\na,1\r\nb,x\r\n", "line 4: n \"x\""),
        ("sep=,\r\nid,n\r\na,1\r\nb,x\r\n", "line 4: n \"x\""),
        ("id,n,note\r\na,1,\"x\r\ny\"\r\nb,x,\r\n", "line 4: n \"x\""),
        ("id,n,\na,1,\nb,2,more\n", "line 3: has \"more\" in column 3, which has no name"),
        ("id,n\na,1,,,more\n", "line 2: has 5 values, the header has 2"),
    ] {
        let e = sum(text, &COLUMNS).unwrap_err().detail;
        assert!(e.contains(words), "{text:?}: {e}");
    }
}

#[test]
fn text_that_goes_out_is_no_formula_and_comes_back_as_it_was() {
    let columns = Columns { required: &["t"], ..Columns::default() };
    for text in ["=1+1", "+86", "-x", "@a", "'quoted", "plain"] {
        let cell = no_formula(text);
        assert_eq!(!cell.starts_with('\''), text == "plain", "{text}");
        let back = read("t.csv", &format!("t\n{cell}\n"), &columns, |row| Ok(row.text("t")?.to_owned())).unwrap();
        assert_eq!(back, [text]);
    }
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
