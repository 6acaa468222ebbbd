use super::*;

#[test]
fn schemes_are_read_and_wrong_lines_refused() {
    let matters = read("matters.csv", include_str!("../../../geodata/matters.csv")).unwrap();
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    let all = codes("codes.csv", include_str!("../../../geodata/codes.csv"), &zone, &matters).unwrap();
    assert!(all.iter().all(|s| s.head.is_default && s.head.source.is_some()), "{all:?}");
    let head = "scheme,version,name,from,until,is_default,code,matter,category\n";
    for (lines, words) in [
        ("a,1,n,,,,01,XX-1,", "matter \"XX-1\": no matter XX-1 in the catalogue"),
        ("a,1,n,,,,01,,无", "category \"无\": no matter is of 无"),
        ("a,1,n,,,,01,,", "matter: a code stands for a matter or a category"),
        ("a,1,n,,,,01,CG-001,城市管理", "category \"城市管理\": there is a matter already"),
        ("a,1,,,,,01,CG-001,", "name: is empty"),
        ("a:b,1,n,,,,01,CG-001,", "a:b holds one of"),
        ("a,1,n,2026-02-01,2026-01-01,,01,CG-001,", "until \"2026-01-01\": "),
        ("a,1,n,,,,01,CG-001,\na,1,m,,,,02,CG-002,", "line 3: name \"m\": is another than on the first line"),
        ("a,1,n,,,,01,CG-001,\na,1,,2026-02-01,,,02,CG-002,", "from \"2026-02-01\": is another than"),
        ("a,1,n,,,,01,CG-001,\na,1,,,,,01,CG-001,", "01 stands twice for the same"),
    ] {
        let e = codes("c.csv", &format!("{head}{lines}\n"), &zone, &matters).unwrap_err().detail;
        assert!(e.contains(words), "{lines}: {e}");
    }
}

#[test]
fn the_bundled_catalogue_is_read() {
    let matters = read("matters.csv", include_str!("../../../geodata/matters.csv")).unwrap();
    assert_eq!(matters.all().len(), 71);
    let vendor = matters.get(&"CG-001".parse().unwrap()).unwrap();
    assert_eq!((vendor.urgency, vendor.arrive_limit_min), (Urgency::Quick, 30));
}

#[test]
fn unknown_urgencies_and_codes_listed_twice_are_refused() {
    let head = "code,domain,name_zh,name_en,urgency,arrive_limit_min\n";
    let e = read("m.csv", &format!("{head}A,d,z,e,X,30\n")).unwrap_err().detail;
    assert!(e.contains("line 2: urgency \"X\": is not one of U, Q, N"), "{e}");
    let e = read("m.csv", &format!("{head}A,d,z,e,U,30\nA,d,z,e,U,30\n")).unwrap_err().detail;
    assert_eq!(e, "m.csv: matter A is listed twice");
}

#[test]
fn a_matter_wants_a_legal_review_where_its_line_says_so() {
    let head = "code,domain,name_zh,name_en,urgency,arrive_limit_min,legal_review\n";
    let matters = read("m.csv", &format!("{head}A,d,z,e,U,30,yes\nB,d,z,e,U,30,\nC,d,z,e,U,30,否\n")).unwrap();
    assert_eq!(matters.all().iter().map(|m| m.legal_review).collect::<Vec<_>>(), [true, false, false]);
    let e = read("m.csv", &format!("{head}A,d,z,e,U,30,perhaps\n")).unwrap_err().detail;
    assert!(e.contains("line 2: legal_review \"perhaps\": is neither yes nor no"), "{e}");
}
