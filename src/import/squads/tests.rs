use super::*;
use crate::import::testing::boxed;

const HEAD: &str = "id,name,kind,unit,command_area,profile,lng,lat,turnout_s,certified_officers,shifts\n";

fn areas() -> Areas {
    let named =
        |code, level, name: &str, west| Area { name: name.to_owned(), ..boxed(code, level, None, west, west + 1.0) };
    Areas::new(vec![
        named("1", Level::County, "Isle", 0.0),
        named("11", Level::Township, "Peel", 0.0),
        named("12", Level::Township, "Twin", 1.0),
        named("13", Level::Township, "Twin", 2.0),
    ])
    .unwrap()
}

fn refused(line: &str) -> String {
    read("s.csv", &format!("{HEAD}{line}\n"), &areas()).unwrap_err().detail
}

#[test]
fn squads_are_read_and_their_command_areas_found_by_name_or_code() {
    let text = format!(
        "{HEAD}a,A,stationed,CEB,Peel,car,0.5,0.5,,2,mon-fri 08:00-18:00\nb,B,direct,CEB,1,car,0.5,0.5,90,0,\n"
    );
    let squads = read("s.csv", &text, &areas()).unwrap();
    assert_eq!(squads.iter().map(|s| s.command_area.as_str()).collect::<Vec<_>>(), ["11", "1"]);
    assert_eq!(squads.iter().map(|s| s.turnout_s).collect::<Vec<_>>(), [60, 90]);
    assert_eq!(squads[1].shifts.to_string(), "");
}

#[test]
fn wrong_lines_are_refused_with_field_value_and_reason() {
    for (line, words) in [
        ("a,A,roving,CEB,Peel,car,0,0,,2,", "kind \"roving\": \"roving\" is not one of stationed, direct"),
        ("a,A,direct,CEB,Twin,car,0,0,,2,", "command_area \"Twin\": fits 2 areas"),
        (
            "3.30402E+11,A,direct,CEB,Peel,car,0,0,,2,",
            "id \"3.30402E+11\": \"3.30402E+11\" is a number that a spreadsheet",
        ),
        ("a,A,direct,CEB,Nowhere,car,0,0,,2,", "command_area \"Nowhere\": is neither"),
        ("a,A,direct,CEB,Peel,boat,0,0,,2,", "profile \"boat\": \"boat\" is not one of car"),
        ("a,A,direct,CEB,Peel,car,181,0,,2,", "lng \"181\": longitude 181"),
        ("a,A,direct,CEB,Peel,car,0,0,9999,2,", "turnout_s \"9999\": turnout of 9999 s"),
        ("a,A,direct,CEB,Peel,car,0,0,,-1,", "certified_officers \"-1\": invalid digit"),
        ("a,A,direct,CEB,Peel,car,0,0,,2,mon 8-9", "shifts \"mon 8-9\": \"8\" is not a time of day"),
        ("a,A,direct,CEB,Peel,car,0,0,,2,\na,A,direct,CEB,Peel,car,0,0,,2,", "line 3: id \"a\": stands on line 2"),
    ] {
        let e = refused(line);
        assert!(e.contains(words), "{line}: {e}");
    }
}
