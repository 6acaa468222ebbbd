//! Answers in the datum in which somebody asked.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    base::{Error, LngLat, Result},
    kernel::{crs::Datum, shape::round_deg},
};

/// JSON of this kind with its places in a datum: every pair of `lng` and `lat`, and the `coordinates` of GeoJSON.
pub fn told_in(datum: Datum, kind: &'static str, body: &impl Serialize) -> Result<Response> {
    let text = if datum.is_wgs84() {
        serde_json::to_vec(body)
    } else {
        let mut told = serde_json::to_value(body).map_err(Error::internal)?;
        shift(&mut told, datum);
        serde_json::to_vec(&told)
    };
    Ok(([(header::CONTENT_TYPE, kind)], text.map_err(Error::internal)?).into_response())
}

fn shift(value: &mut Value, datum: Datum) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(|one| shift(one, datum)),
        Value::Object(fields) => {
            let number = |name: &str| fields.get(name).and_then(Value::as_f64);
            if let (Some(lng), Some(lat)) = (number("lng"), number("lat")) {
                let [lng, lat] = shifted(lng, lat, datum);
                fields.insert("lng".to_owned(), json!(lng));
                fields.insert("lat".to_owned(), json!(lat));
            }
            for (name, field) in fields {
                if name == "coordinates" { shift_positions(field, datum) } else { shift(field, datum) }
            }
        }
        _ => {}
    }
}

fn shift_positions(coordinates: &mut Value, datum: Datum) {
    let Value::Array(all) = coordinates else { return };
    match all[..] {
        [Value::Number(ref lng), Value::Number(ref lat)] => {
            if let (Some(lng), Some(lat)) = (lng.as_f64(), lat.as_f64()) {
                *coordinates = json!(shifted(lng, lat, datum));
            }
        }
        _ => all.iter_mut().for_each(|one| shift_positions(one, datum)),
    }
}

fn shifted(lng: f64, lat: f64, datum: Datum) -> [f64; 2] {
    let at = datum.from_wgs84(LngLat { lng, lat });
    [round_deg(at.lng), round_deg(at.lat)]
}
