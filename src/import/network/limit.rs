//! What a `maxspeed` value says.

/// What a `maxspeed` value says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    MetresPerHour(u32),
    Without,
    /// It tells of no fixed limit: signs that change.
    Changing,
    Unknown,
}

/// Reads `50`, `30 mph`, `none`, `walk`, and the implicit ones such as `DE:rural`, as folded. Of several
/// values (`50;30`, `30-40`) the least holds.
pub fn limit(value: &str) -> Limit {
    let parts = || value.split([';', ',', '|']).map(str::trim).filter(|part| !part.is_empty());
    if let Some(least) = parts().filter_map(|v| range(v).or_else(|| implicit(v))).min() {
        return Limit::MetresPerHour(least);
    }
    match parts().next() {
        Some("none") => Limit::Without,
        Some("signals" | "variable") => Limit::Changing,
        _ => Limit::Unknown,
    }
}

/// Whether a part of a value is known.
pub fn is_known(part: &str) -> bool {
    limit(part) != Limit::Unknown
}

/// `30` or `30-40`, with a unit behind.
fn range(value: &str) -> Option<u32> {
    let end = value.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-' | '–' | '~' | ' '));
    let (digits, unit) = value.split_at(end.unwrap_or(value.len()));
    numbers(digits, metres(unit)?)
}

/// Metres in a unit of an hour, kilometres when there is none; a unit may stand in parentheses.
fn metres(unit: &str) -> Option<f64> {
    let plain: String = unit.chars().filter(|c| !matches!(c, ' ' | '(' | ')')).collect();
    match plain.as_str() {
        "" | "km" | "km/h" | "kmh" | "kph" | "kmph" | "kmh-1" | "公里/小时" | "公里/时" | "公里每小时" | "公里"
        | "千米/小时" | "千米/时" | "千米每小时" | "千米" => Some(1000.0),
        "mph" | "mi/h" => Some(1609.344),
        "knots" | "knot" | "kn" | "kt" => Some(1852.0),
        _ => None,
    }
}

fn numbers(digits: &str, metres: f64) -> Option<u32> {
    let speed = |text: &str| text.trim().parse::<f64>().ok().filter(|speed| *speed > 0.0 && *speed <= 300.0);
    let least = match digits.split_once(['-', '–', '~']) {
        Some((from, to)) => speed(from)?.min(speed(to)?),
        None => speed(digits)?,
    };
    Some((least * metres).round() as u32)
}

/// National limits by the part after the colon, with the countries that differ (OSM wiki,
/// "Key:maxspeed#Implicit maxspeed values"). China: article 45 of the Implementation Regulations of the
/// Road Traffic Safety Law, with a centre line and one lane a direction: 50 in towns, 70 on roads; its
/// trunk roads, for which it has no figure, count as 80.
fn implicit(value: &str) -> Option<u32> {
    let km_per_h = match value {
        "walk" => 7,
        "cn:rural" => 70,
        "cn:trunk" => 80,
        "de:rural" | "at:rural" | "cz:trunk" | "ch:trunk" | "nl:trunk" | "ro:trunk" | "za:rural" => 100,
        "ch:rural" | "fr:rural" | "nl:rural" | "dk:rural" | "be-vlg:rural" | "no:rural" | "se:rural" => 80,
        "ch:motorway" | "be:motorway" | "pt:motorway" | "es:motorway" | "cn:motorway" => 120,
        "gb:nsl_single" | "uk:nsl_single" => 96,
        "gb:nsl_dual" | "uk:nsl_dual" | "gb:motorway" | "uk:motorway" => 112,
        // A zone is one without its country, too (`zone:30`).
        v => match v.split_once(':').map_or(v, |(country, zone)| if country == "zone" { v } else { zone }) {
            zone if zone.starts_with("zone") => {
                let limit = zone["zone".len()..].trim_start_matches(':');
                limit.parse().ok().filter(|v| (5..=100).contains(v))?
            }
            _ if !v.contains(':') => return None,
            "urban" => 50,
            "rural" => 90,
            "trunk" => 110,
            "motorway" => 130,
            "living_street" => 10,
            "bicycle_road" => 30,
            _ => return None,
        },
    };
    Some(km_per_h * 1000)
}

#[cfg(test)]
mod tests;
