//! Where an address is that comes without coordinates: told only where it can mean one place.

use super::{Fit, Gazetteer, Reading, coordinates, crossings};
use crate::{
    base::{Error, LngLat, Result},
    kernel::{crs::Datum, shape::round_deg},
};

/// The place of coordinates in any spelling, or of a crossing of two streets by their whole names.
///
/// # Errors
/// `Invalid` for what is neither, or means several places.
pub fn located(gazetteer: &Gazetteer, address: &str) -> Result<LngLat> {
    let readings: Vec<_> = coordinates::read(address);
    // Where it says no datum it is read in ours, as two numbers apart are.
    let is_ours = |reading: &Reading| reading.datum == Datum::Wgs84 || readings.iter().all(|r| r.datum != Datum::Wgs84);
    let in_county = |at: &LngLat| gazetteer.areas.locate(*at).township.is_some();
    let place = |at: LngLat| LngLat { lng: round_deg(at.lng), lat: round_deg(at.lat) };
    let points = readings.iter().filter(|reading| is_ours(reading)).map(|reading| place(reading.at)).filter(in_county);
    let crossings = crossings::find(gazetteer, address).into_iter().filter(|(fit, _)| *fit == Fit::Whole);
    let places: Vec<LngLat> = points.chain(crossings.map(|(_, crossing)| crossing.at)).collect();
    let why = match places[..] {
        [only] => return Ok(only),
        [] => "is neither a crossing (A & B) nor coordinates in the county".to_owned(),
        _ => format!("means {} places", places.len()),
    };
    Err(Error::invalid("address", format!("{address:?} {why}: it is not located here")))
}
