use super::*;

#[test]
fn patterns_take_what_they_say() {
    for (text, pattern, taken) in [
        ("", "", true),
        ("", "%", true),
        ("a", "", false),
        ("North Quay", "north%", false),
        ("North Quay", "North%", true),
        ("North Quay", "%Q_ay", true),
        ("North Quay", "%Q%y%", true),
        ("执法网格", "_法%", true),
        ("100 %", r"100 \%", true),
        ("100 x", r"100 \%", false),
        ("aXbXc", "a%X_", true),
        ("aaaaaaaaaaaaaaaaaaaab", "%a%a%a%a%a%c", false),
    ] {
        assert_eq!(Pattern::new(pattern).takes(text), taken, "{text} {pattern}");
    }
}

#[test]
fn what_is_unknown_is_neither() {
    let (yes, no, unknown) = (Some(true), Some(false), None);
    for (all, and, or) in [
        (vec![yes, unknown], unknown, yes),
        (vec![no, unknown], no, unknown),
        (vec![unknown, no], no, unknown),
        (vec![yes, no], no, yes),
        (vec![], yes, no),
    ] {
        assert_eq!(any(all.iter().copied(), false), and, "{all:?}");
        assert_eq!(any(all.iter().copied(), true), or, "{all:?}");
    }
}
