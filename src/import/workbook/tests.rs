use super::*;

#[test]
fn values_are_what_a_desk_would_write() {
    use calamine::ExcelDateTimeType::DateTime;
    let at = |days| Data::DateTime(ExcelDateTime::new(days, DateTime, false));
    for (value, want) in [
        (Data::Float(330_402_101_000.0), "330402101000"),
        (Data::Float(-4.5), "-4.5"),
        (Data::Float(330_402_101_000_123_456.0), "3.3040210100012346e17"),
        (Data::Float(1e20), "1.0e20"),
        (Data::Int(7), "7"),
        (Data::String("甲, 乙".into()), "甲, 乙"),
        (Data::Empty, ""),
        (at(46_082.0), "2026-03-01"),
        (at(46_082.0 + 485.0 / 1_440.0), "2026-03-01 08:05"),
        (at(46_082.0 + 29_101.0 / 86_400.0), "2026-03-01 08:05:01"),
        (at(485.0 / 1_440.0), "08:05"),
    ] {
        assert_eq!(cell(&value), want, "{value:?}");
    }
}
