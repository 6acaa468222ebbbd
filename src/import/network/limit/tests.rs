use super::*;
use crate::base::folded;

#[test]
fn limits_are_read_in_every_usual_spelling() {
    for (value, want) in [
        ("50", Limit::MetresPerHour(50_000)),
        ("30 mph", Limit::MetresPerHour(48_280)),
        ("30mph", Limit::MetresPerHour(48_280)),
        ("30 (mph)", Limit::MetresPerHour(48_280)),
        ("20 mph;30 mph", Limit::MetresPerHour(32_187)),
        ("70;50", Limit::MetresPerHour(50_000)),
        ("100|60", Limit::MetresPerHour(60_000)),
        ("30kph", Limit::MetresPerHour(30_000)),
        ("30 kmh", Limit::MetresPerHour(30_000)),
        ("30km", Limit::MetresPerHour(30_000)),
        ("30 KM/H", Limit::MetresPerHour(30_000)),
        ("30㎞/h", Limit::MetresPerHour(30_000)),
        ("30公里/小时", Limit::MetresPerHour(30_000)),
        ("３０", Limit::MetresPerHour(30_000)),
        ("３０；５０", Limit::MetresPerHour(30_000)),
        ("30-40", Limit::MetresPerHour(30_000)),
        ("60–40 mph", Limit::MetresPerHour(64_374)),
        ("40～60", Limit::MetresPerHour(40_000)),
        ("5 knots", Limit::MetresPerHour(9_260)),
        ("DE:rural", Limit::MetresPerHour(100_000)),
        ("CN:rural", Limit::MetresPerHour(70_000)),
        ("CN:urban", Limit::MetresPerHour(50_000)),
        ("PT:urban", Limit::MetresPerHour(50_000)),
        ("zone:30", Limit::MetresPerHour(30_000)),
        ("zone30", Limit::MetresPerHour(30_000)),
        ("DE:zone:30", Limit::MetresPerHour(30_000)),
        ("IL:zone30", Limit::MetresPerHour(30_000)),
        ("30;signals", Limit::MetresPerHour(30_000)),
        ("walk;30", Limit::MetresPerHour(7_000)),
        ("walk", Limit::MetresPerHour(7_000)),
        ("none", Limit::Without),
        ("signals", Limit::Changing),
        ("0", Limit::Unknown),
        ("-5", Limit::Unknown),
        ("30-", Limit::Unknown),
        ("urban", Limit::Unknown),
        ("national", Limit::Unknown),
        ("80 @ (wet)", Limit::Unknown),
        ("zone:900", Limit::Unknown),
        ("NaN", Limit::Unknown),
        ("1e99", Limit::Unknown),
        ("", Limit::Unknown),
    ] {
        assert_eq!(limit(&folded(value)), want, "{value:?}");
    }
}
