use super::*;
use crate::domain::lists::{Mode, Power};

fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap()
}

const TABLE: &str = "\
list,version,kind,unit,name,parent,list_from,matter,category,except,powers,mode,subject,supporters,basis,from\n\
T1-D,1,赋权清单,T1,Delegation,G,2026-01-01,M1,,,处罚；检查,委托,B1,B1;B2,令 1,2026/3/1\n\
T1-D,1,,,,,,,城市管理,M2、交通,penalise,,,,,\n\
T1-D,1,delegation,T1,,,,*,,M3,all,,,,,\n";

#[test]
fn lists_are_read_as_desks_write_them_and_come_back_as_they_were() {
    let lists = read("l.csv", TABLE, &zone()).unwrap();
    let [list] = &lists[..] else { panic!("{lists:?}") };
    assert_eq!((list.head.kind, list.entries.len()), (ListKind::Delegation, 3));
    let [named, category, all] = &list.entries[..] else { panic!() };
    assert_eq!((named.mode, named.powers.text().as_str()), (Some(Mode::Entrusted), "inspect;penalise"));
    assert_eq!(named.span.from.unwrap().to_string(), "2026-02-28T16:00:00Z");
    assert_eq!(category.scope.except(), ["M2", "交通"]);
    assert!(all.powers.has(Power::Permit) && matches!(all.scope, Scope::All { .. }));
    let mut out = Vec::new();
    write(&lists, &zone(), &mut out).unwrap();
    assert_eq!(read("l.csv", &String::from_utf8(out).unwrap(), &zone()).unwrap(), lists);
}

#[test]
fn wrong_lines_are_named() {
    let head =
        "list,version,kind,unit,name,list_from,list_until,matter,category,except,powers,mode,subject,lead,from,until\n";
    for (line, words) in [
        ("L,1,basic,U,n,,,M1,,,,,,,,", "line 2: powers: there is none"),
        ("L,0,basic,U,n,,,M1,,,all,,,,,", "versions are counted from 1"),
        ("L,1,duty,U,n,,,M1,,,all,,,,,", "line 2: kind \"duty\""),
        ("L,1,basic,U,n,,,M1,,,fine,,,,,", "line 2: powers \"fine\""),
        ("L,1,basic,U,n,,,,,,all,,,,,", "line 2: matter: neither a matter"),
        ("L,1,basic,U,n,,,M1,城,,all,,,,,", "line 2: category \"城\": there is a matter already"),
        ("L,1,basic,U,n,,,M1,,M2,all,,,,,", "line 2: except \"M2\": a matter has no exceptions"),
        ("L,1,basic,U,n,,,M1,,,coerce,entrusted,B,,,", "line 2: mode \"entrusted\": coercion can't be entrusted"),
        ("L,1,basic,U,n,,,M1,,,penalise,委托,,,,", "line 2: subject: what is entrusted"),
        ("L,1,cooperating,U,n,,,M1,,,all,,,B,,", "line 2: lead \"B\": a list of cooperating duties gives a supporter"),
        ("L,1,inspection,U,n,,,M1,,,penalise,,,,,", "line 2: powers \"penalise\": a list of inspection"),
        ("L,1,whistle,U,n,,,M1,,,all,,,,,", "line 2: supporters: nobody is whistled for"),
        ("L,1,basic,U,n,2026-02-01,2026-01-01,M1,,,all,,,,,", "line 2: list_until \"2026-01-01\""),
        ("L,1,basic,U,n,,,M1,,,all,,,,2026-02-01,2026-02-01", "line 2: until \"2026-02-01\""),
        (
            "L,1,basic,U,n,,,M1,,,all,,,,,\nL,1,basic,V,,,,M2,,,all,,,,,",
            "line 3: unit \"V\": is not what a line above says",
        ),
        ("L,1,basic,U,n,,,M1,,,all,,,,,\nL,1,,,,,,M1,,,permit,,,,,", "list L version 1, M1: stands twice at one level"),
        ("L,1,basic,U,n,,,*,,,permit,,,,,\nL,1,,,,,,*,,M1,all,,,,,", "list L version 1, *: stands twice"),
    ] {
        let e = read("l.csv", &format!("{head}{line}\n"), &zone()).unwrap_err().detail;
        assert!(e.starts_with("l.csv: ") && e.contains(words), "{line}: {e}");
    }
    // One matter for different powers, or one after the other.
    let twice =
        "L,1,basic,U,n,,,M1,,,permit,,,,,2026-01-01\nL,1,,,,,,M1,,,permit,,,,2026-01-01,\nL,1,,,,,,M1,,,inspect,,,,,\n";
    assert_eq!(read("l.csv", &format!("{head}{twice}"), &zone()).unwrap()[0].entries.len(), 3);
}
