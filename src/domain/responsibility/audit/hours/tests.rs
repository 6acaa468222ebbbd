use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_day_begins_at_midnight_and_a_week_with_monday_in_the_county() {
    let zone = TimeZone::get("Asia/Shanghai").unwrap();
    // A Thursday there.
    let asked = at("2026-03-04T17:30:00Z");
    let day = AuditedHours::Day.begin(asked, &zone);
    assert_eq!((day.len(), day[0], day[23]), (24, at("2026-03-04T16:00:00Z"), at("2026-03-05T15:00:00Z")));
    let week = AuditedHours::Week.begin(asked, &zone);
    assert_eq!((week.len(), week[0], week[167]), (168, at("2026-03-01T16:00:00Z"), at("2026-03-08T15:00:00Z")));
    assert_eq!(week[72..96], day);
    assert_eq!(AuditedHours::Week.begin(week[0], &zone), week);
}

#[test]
fn sets_of_hours_are_what_they_say() {
    let zone = TimeZone::UTC;
    let week = AuditedHours::Week.begin(at("2026-03-04T00:00:00Z"), &zone);
    for (step, other) in [(1, 7), (2, 5), (63, 64), (24, 167)] {
        let every = |n: usize| Hours::at(&week, |at| week.iter().position(|w| *w == at).unwrap().is_multiple_of(n));
        let of = |fits: &dyn Fn(usize) -> bool| (0..168).filter(|h| fits(*h)).collect::<Vec<_>>();
        let (a, b) = (every(step), every(other));
        assert_eq!(a.list(), of(&|h| h % step == 0));
        assert_eq!((a | b).list(), of(&|h| h % step == 0 || h % other == 0));
        assert_eq!((a & b).list(), of(&|h| h % step == 0 && h % other == 0));
        assert_eq!(a.lacking(168).list(), of(&|h| h % step != 0));
        assert_eq!(a.lacking(24).list(), of(&|h| h < 24 && h % step != 0));
        assert_eq!(a.is_none(), a.list().is_empty());
    }
    assert!(Hours::default().lacking(0).is_none() && !Hours::default().lacking(1).is_none());
}
