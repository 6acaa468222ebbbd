//! What an address mentions that says more than a name: "behind the old school in Laxey", "莱克西老学校后面".

use std::collections::BTreeMap;

use super::{Fit, Found, Ground, Key, Kind, Known, Query, Thing};
use crate::base::{LngLat, Result};

/// Where an address may be: what it means as [`super::find`] reads it, of places alone, and what it mentions; the best
/// first, at most `limit`. `near` is about where it lies.
///
/// Of what it mentions, the narrower kind comes first, then the longer name, then what is nearer to `near`, else to
/// the rest of what is mentioned: the New Road that lies in Laxey.
///
/// # Errors
/// `Invalid` for an address without a letter or digit.
pub fn candidates<'a>(
    ground: &Ground<'a>,
    address: &str,
    near: Option<LngLat>,
    limit: usize,
) -> Result<Vec<Found<'a>>> {
    let mut all = super::find(ground, address, near, limit)?;
    all.retain(|one| is_place(one.kind) && one.fit < Fit::Nearly);
    let mut mentioned = mentioned(ground, address, near);
    let is_there = |one: &Found<'_>, all: &[Found<'_>]| matches!(one.thing, Thing::Known(known) if all.iter().any(|o| matches!(o.thing, Thing::Known(k) if k == known)));
    mentioned.retain(|one| !is_there(one, &all));
    all.extend(mentioned);
    if all.is_empty() {
        all = super::find(ground, address, near, limit)?;
        all.retain(|one| is_place(one.kind));
    }
    all.truncate(limit);
    Ok(all)
}

fn is_place(kind: Kind) -> bool {
    !matches!(kind, Kind::Squad | Kind::Post | Kind::Incident | Kind::County)
}

/// How much is left open once it is known: less comes first.
fn extent(kind: Kind) -> u8 {
    match kind {
        Kind::Address | Kind::Poi => 0,
        Kind::Street => 1,
        Kind::Settlement => 2,
        Kind::Village | Kind::Grid | Kind::Zone => 3,
        _ => 4,
    }
}

fn mentioned<'a>(ground: &Ground<'a>, address: &str, near: Option<LngLat>) -> Vec<Found<'a>> {
    let Some(said) = Query::new(address) else { return Vec::new() };
    // A thing with several names is told once, by the longest.
    let mut best: BTreeMap<Known, &Key> = BTreeMap::new();
    for (key, known) in ground.gazetteer.names.mentioned(&said) {
        let longest = best.entry(known).or_insert(key);
        if key.len() > longest.len() {
            *longest = key;
        }
    }
    // A station that is called as its village is not meant where the village is named.
    let is_poi = |known: &Known| matches!(known, Known::Poi(_));
    let others: Vec<Key> = best.iter().filter(|(known, _)| !is_poi(known)).map(|(_, key)| (*key).clone()).collect();
    best.retain(|known, key| !is_poi(known) || !others.contains(*key));
    let told = |(known, key): (Known, &Key)| (ground.known(known), known, key.clone());
    let told: Vec<_> = best.into_iter().map(told).collect();
    let apart = |key: &Key, at: LngLat| {
        let others = told.iter().filter(|(_, _, other)| other != key).map(|((_, _, other), ..)| *other);
        let anchors: Vec<LngLat> = near.map_or_else(|| others.collect(), |near| vec![near]);
        anchors.into_iter().map(|anchor| anchor.distance_m(at)).min_by(f64::total_cmp)
    };
    let found = told.iter().map(|((kind, name, at), known, key)| Found {
        thing: Thing::Known(*known),
        kind: *kind,
        fit: Fit::Mentioned,
        length: key.len(),
        name: name.clone(),
        distance_m: apart(key, *at),
    });
    let mut found: Vec<Found<'a>> = found.filter(|one| is_place(one.kind)).collect();
    found.sort_by(|a, b| {
        let far = |one: &Found<'_>| one.distance_m.unwrap_or(0.0);
        let by_extent = extent(a.kind).cmp(&extent(b.kind)).then(b.length.cmp(&a.length));
        by_extent.then(far(a).total_cmp(&far(b))).then_with(|| a.name.cmp(&b.name))
    });
    found
}
