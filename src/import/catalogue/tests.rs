use super::*;
use crate::import::matters;

fn matters() -> Matters {
    matters::read("matters.csv", include_str!("../../../geodata/matters.csv")).unwrap()
}

#[test]
fn wrong_lines_are_refused_with_field_value_and_reason() {
    let time = |lines: &str| working_time("w.csv", &format!("kind,date,hours\n{lines}\n")).unwrap_err().detail;
    let hours = "hours,,mon-fri 09:00-17:00";
    for (lines, words) in [
        ("holiday,2026-10-01,".to_owned(), "w.csv: has no line of kind hours"),
        (format!("{hours}\n{hours}"), "kind \"hours\": a line above has the hours already"),
        (format!("{hours}\nholiday,1.10.2026,"), "date \"1.10.2026\": is no day"),
        (format!("{hours}\nholiday,2026-10-01,\nworkday,2026/10/01,"), "date \"2026/10/01\": stands on a line"),
        (format!("{hours}\nfeast,2026-10-01,"), "kind \"feast\": "),
        ("hours,,mon-fri 22:00-02:00".to_owned(), "working hours end by midnight"),
    ] {
        let e = time(&lines);
        assert!(e.contains(words), "{lines}: {e}");
    }
    let head = "stage,matter,category,name,from,until,limit,is_default\n";
    for (line, words) in [
        ("a,CG-001,,n,handled,arrived,4工作时,", "until \"arrived\": arrived does not come after handled"),
        ("a,XX-1,,n,arrived,handled,4工作时,", "matter \"XX-1\": no matter XX-1 in the catalogue"),
        ("a,,无,n,arrived,handled,4工作时,", "category \"无\": no matter is of 无"),
        ("a,CG-001,城市管理,n,arrived,handled,4工作时,", "category \"城市管理\": there is a matter already"),
        ("a,,,n,arrived,handled,soon,", "limit \"soon\": \"soon\" is not a limit such as"),
        ("a,,,n,arrived,handled,0工作日,", "is not a limit such as"),
        ("a,,,n,arrived,done,4工作时,", "until \"done\": "),
        ("a,,,n,arrived,handled,4工作时,perhaps", "is_default \"perhaps\": is neither yes nor no"),
        ("a,,,n,arrived,handled,1h,\na,,,n,arrived,handled,2h,", "stage a stands twice for the same matters"),
    ] {
        let e = stages("s.csv", &format!("{head}{line}\n"), &matters()).unwrap_err().detail;
        assert!(e.contains(words), "{line}: {e}");
    }
    let head = "scene,name,matters,lead,supporters\n";
    for (line, words) in [
        ("S,n,,,", "matters: 0 matters are not within 1 to"),
        ("S,n,CG-001;XX,,", "matters \"CG-001;XX\": no matter XX"),
        ("S,n,CG-001,B,", "lead \"B\": B is no unit"),
        ("S,n,CG-001,,\nS,n,CG-002,,", "line 3: scene \"S\": stands on a line above already"),
    ] {
        let e = scenes("s.csv", &format!("{head}{line}\n"), &matters(), &Units::default()).unwrap_err().detail;
        assert!(e.contains(words), "{line}: {e}");
    }
}

#[test]
fn the_bundled_tables_are_read() {
    let all = stages("stages.csv", include_str!("../../../geodata/stages.csv"), &matters()).unwrap();
    assert!(all.len() > 50 && all.iter().all(|s| s.source.is_some()), "{}", all.len());
    let illegal: Vec<_> = all.iter().filter(|s| s.of.matter.as_ref().is_some_and(|m| m.as_str() == "ZR-001")).collect();
    assert_eq!(
        illegal.iter().map(|s| s.limit.to_string()).collect::<Vec<_>>(),
        ["4 working_hours", "7 working_days", "20 working_days"]
    );
    for table in
        [include_str!("../../../geodata/working_time.csv"), include_str!("../../../geodata/nanhu_working_time.csv")]
    {
        let time = working_time("w.csv", table).unwrap();
        assert!(time.days.len() > 5 && time.source.is_some());
    }
}
