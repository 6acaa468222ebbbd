//! What a `maxspeed` value says.

/// What a `maxspeed` value says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    MetresPerHour(u32),
    Without,
    Unknown,
}

/// Reads `50`, `30 mph`, `none`, `walk`, and the implicit ones such as `DE:rural`. Of several values
/// (`50;30`) the least holds.
pub fn limit(value: &str) -> Limit {
    let value = value.trim().to_ascii_lowercase();
    if value == "none" {
        return Limit::Without;
    }
    let least = value.split([';', ',', '|']).filter_map(|v| number(v.trim()).or_else(|| implicit(v.trim()))).min();
    least.map_or(Limit::Unknown, Limit::MetresPerHour)
}

fn number(value: &str) -> Option<u32> {
    let (digits, metres) = match value {
        v if v.ends_with("mph") => (&v[..v.len() - 3], 1609.344),
        v if v.ends_with("knots") => (&v[..v.len() - 5], 1852.0),
        v => (v.trim_end_matches("km/h").trim_end_matches("kmh"), 1000.0),
    };
    let speed: f64 = digits.trim().parse().ok()?;
    (speed > 0.0 && speed <= 300.0).then(|| (speed * metres).round() as u32)
}

/// National limits by the part after the colon, with the countries that differ (OSM wiki,
/// "Key:maxspeed#Implicit maxspeed values").
fn implicit(value: &str) -> Option<u32> {
    let km_per_h = match value {
        "walk" => 7,
        "de:rural" | "at:rural" | "cz:trunk" | "ch:trunk" | "nl:trunk" | "ro:trunk" | "za:rural" => 100,
        "ch:rural" | "fr:rural" | "nl:rural" | "dk:rural" | "be-vlg:rural" | "no:rural" | "se:rural" => 80,
        "ch:motorway" | "be:motorway" | "pt:motorway" | "es:motorway" | "cn:motorway" => 120,
        "gb:nsl_single" | "uk:nsl_single" => 96,
        "gb:nsl_dual" | "uk:nsl_dual" | "gb:motorway" | "uk:motorway" => 112,
        v => match v.split_once(':')?.1 {
            "urban" => 50,
            "rural" => 90,
            "trunk" => 110,
            "motorway" => 130,
            "living_street" => 10,
            zone => {
                zone.strip_prefix("zone")?.trim_start_matches(':').parse().ok().filter(|v| (5..=100).contains(v))?
            }
        },
    };
    Some(km_per_h * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_in_every_usual_spelling() {
        for (value, want) in [
            ("50", Limit::MetresPerHour(50_000)),
            ("30 mph", Limit::MetresPerHour(48_280)),
            ("30mph", Limit::MetresPerHour(48_280)),
            ("70;50", Limit::MetresPerHour(50_000)),
            ("DE:rural", Limit::MetresPerHour(100_000)),
            ("PT:urban", Limit::MetresPerHour(50_000)),
            ("DE:zone:30", Limit::MetresPerHour(30_000)),
            ("walk", Limit::MetresPerHour(7_000)),
            ("none", Limit::Without),
            ("signals", Limit::Unknown),
            ("0", Limit::Unknown),
            ("-5", Limit::Unknown),
            ("NaN", Limit::Unknown),
            ("1e99", Limit::Unknown),
            ("", Limit::Unknown),
        ] {
            assert_eq!(limit(value), want, "{value:?}");
        }
    }
}
