//! Where a coordinate may lie: how far from its road, and which way that leads.

use super::refusal::{Refusal, refuse};
use crate::feature::doors::bearing::Bearing;

/// Of one coordinate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Near {
    pub radius_m: f64,
    pub bearing: Option<Bearing>,
}

/// For each of `points`, as the options `radiuses` and `bearings` say.
pub fn near(radiuses: Option<&str>, bearings: Option<&str>, points: usize) -> Result<Vec<Near>, Refusal> {
    let radiuses = each("radiuses", radiuses, points, radius_m)?;
    let bearings = each("bearings", bearings, points, bearing)?;
    let near = |(radius_m, bearing): (Option<f64>, Option<Bearing>)| Near {
        radius_m: radius_m.unwrap_or(f64::INFINITY),
        bearing,
    };
    Ok(radiuses.into_iter().zip(bearings).map(near).collect())
}

/// What `a;b;` says of each point, nothing where it is empty; one radius alone is for all of them.
fn each<T: Copy>(
    name: &str,
    text: Option<&str>,
    points: usize,
    read: impl Fn(&str) -> Result<T, Refusal>,
) -> Result<Vec<Option<T>>, Refusal> {
    let one = |word: &str| if word.is_empty() { Ok(None) } else { read(word).map(Some) };
    match text.unwrap_or_default().split(';').map(one).collect::<Result<Vec<_>, _>>()? {
        all if all.len() == points => Ok(all),
        one if one.len() == 1 && (one[0].is_none() || name == "radiuses") => Ok(vec![one[0]; points]),
        other => refuse("InvalidOptions", format!("{} {name} for {points} coordinates", other.len())),
    }
}

fn radius_m(word: &str) -> Result<f64, Refusal> {
    match word.parse::<f64>() {
        _ if word == "unlimited" => Ok(f64::INFINITY),
        Ok(m) if m >= 0.0 => Ok(m),
        _ => refuse("InvalidQuery", format!("{word:?} is no radius in metres")),
    }
}

fn bearing(word: &str) -> Result<Bearing, Refusal> {
    let numbers = word.split_once(',').and_then(|(deg, range)| Some((deg.parse().ok()?, range.parse().ok()?)));
    match numbers {
        None => refuse("InvalidQuery", format!("{word:?} is not bearing,range in degrees")),
        Some((deg, range_deg)) if (0.0..=360.0).contains(&deg) && (0.0..=180.0).contains(&range_deg) => {
            Ok(Bearing { deg, range_deg })
        }
        Some(_) => {
            refuse("InvalidOptions", format!("{word:?} is not within 0 to 360 degrees, and 0 to 180 about them"))
        }
    }
}
