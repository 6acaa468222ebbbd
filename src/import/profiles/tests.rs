use super::*;

const HEAD: &str = "kind,code,from,to,name,name_zh,marks,right,needs,matter,category\n";

#[test]
fn wrong_lines_are_refused_with_field_value_and_reason() {
    let whole = "profile,P,,,P,,,,,,\nstate,a,,,A,,reported,,,,\nstate,b,,,B,,closed,,,,\ntransition,,a,b,,,,,,,\n";
    read("p.csv", &format!("{HEAD}{whole}")).unwrap();
    for (line, words) in [
        ("profile,Q,,,Q,,,,,,", "kind \"profile\": a line above is it already"),
        ("state,c,,,C,,done,,,,", "marks \"done\": "),
        ("state,c,,,C,,closed,dispatch,,,", "right \"dispatch\": a line of kind state has none"),
        ("transition,,a,b,,,,everything,,,", "right \"everything\": "),
        ("transition,,b,a,,,,,reason;luck,,", "needs \"reason;luck\": "),
        ("transition,,a,c,,,,,,,", "c is no state of this profile"),
        ("new_cases,,,,,,,,,M1,城市管理", "matter \"M1\""),
        ("way,,a,b,,,,,,,", "kind \"way\": "),
    ] {
        let read = read("p.csv", &format!("{HEAD}{whole}{line}\n"));
        // Which matters there are, the catalogue says.
        if line.starts_with("new_cases") {
            assert_eq!(read.unwrap().new_cases.len(), 1);
            continue;
        }
        let said = read.unwrap_err().detail;
        assert!(said.contains(words) && said.contains("p.csv"), "{line}: {said}");
    }
    let headless = format!("{HEAD}state,a,,,A,,reported,,,,\n");
    assert!(read("p.csv", &headless).unwrap_err().detail.contains("p.csv: has no line of kind profile"));
}

#[test]
fn the_bundled_profiles_are_read_and_the_township_loop_is_the_one_of_the_program() {
    let township = read("township.csv", include_str!("../../../geodata/profile_township.csv")).unwrap();
    assert_eq!(township, **CaseProfile::township());
    for table in
        [include_str!("../../../geodata/profile_smart_city.csv"), include_str!("../../../geodata/profile_hotline.csv")]
    {
        let profile = read("p.csv", table).unwrap();
        assert!(profile.source.is_some() && profile.states.iter().all(|s| s.name_zh.is_some()), "{profile:?}");
    }
}
