//! Draws a whole county from its townships, and grids beneath areas that came from outside.
//!
//! Codes follow the official forms (12 digits to the village, 15 for a grid) under the given county
//! code. The order of townships and villages is by name, so the same input gives the same codes.

use std::collections::HashMap;

use geo::MultiPolygon;

use super::boundaries::RawArea;
pub use crate::kernel::district::{GridLimits, Weighted};
use crate::{
    base::{Code, Error, LngLat, Result},
    domain::areas::{Area, AreaIx, Areas, Level},
    kernel::{district, shape, topology},
};

/// A hole between townships narrower than this (mean width) is a mistake, a wider one may be an enclave.
const GAP_WIDTH_M: f64 = 20.0;
/// What the drawn county is called.
#[derive(Debug, Clone)]
pub struct CountyName {
    /// 6 digits; drawn codes begin with it.
    pub code: String,
    pub name: String,
    pub name_zh: Option<String>,
    /// IANA.
    pub time_zone: String,
}

/// A place where people live; villages are drawn around these.
#[derive(Debug, Clone, PartialEq)]
pub struct Settlement {
    pub name: String,
    pub at: LngLat,
    /// 0 = city, 1 = town, 2 = village, 3 = hamlet: the smaller wins where two stand on one spot.
    pub rank: u8,
}

/// A whole county: itself (union of the townships), townships, villages (Voronoi cells of the
/// settlements clipped to their township; the whole township where it has none) and grids (weighted
/// cuts of the villages). Settlements and weights outside every township are left out.
///
/// # Errors
/// Townships that overlap or leave a sliver between them; more areas than the codes can number.
pub fn draw(
    county: &CountyName,
    townships: &[RawArea],
    settlements: &[Settlement],
    weights: &[Weighted],
    limits: &GridLimits,
) -> Result<Vec<Area>> {
    if county.code.len() != 6 || !county.code.bytes().all(|b| b.is_ascii_digit()) {
        return Err(Error::invalid("county_code", format!("{:?} is not a county code of 6 digits", county.code)));
    }
    check_tiling(townships)?;
    let townships = townships_of(county, townships)?;
    let (villages, grids) = beneath(&townships, settlements, weights, limits)?;
    let mut whole = county_of(county, &townships)?;
    whole.time_zone = Some(county.time_zone.clone());
    Ok([whole].into_iter().chain(townships).chain(villages).chain(grids).collect())
}

/// Villages and grids beneath townships that tile, as [`draw`] draws them; codes go on from the first
/// nine digits of the township's.
pub(in crate::import) fn beneath(
    townships: &[Area],
    settlements: &[Settlement],
    weights: &[Weighted],
    limits: &GridLimits,
) -> Result<(Vec<Area>, Vec<Area>)> {
    let mut villages = villages_of(townships, settlements)?;
    let grids = grids_of(&villages, weights, limits)?;
    // A village is what its grids are, to the last corner that a cut left on its border.
    for village in &mut villages {
        let own = grids.iter().filter(|g| g.parent.as_ref() == Some(&village.code));
        let shape = topology::union(own.map(|g| &g.geometry));
        if !shape.0.is_empty() {
            village.geometry = shape;
        }
    }
    Ok((villages, grids))
}

/// Grids beneath the lowest level present in `areas` (villages, else townships, else counties);
/// grids among them are ignored. Returns the new grids only.
pub fn draw_grids(areas: &[Area], weights: &[Weighted], limits: &GridLimits) -> Result<Vec<Area>> {
    let Some(lowest) = areas.iter().map(|a| a.level).filter(|l| *l < Level::Grid).max() else {
        return Err(Error::invalid("areas", "there are no areas to draw grids in"));
    };
    let parents: Vec<Area> = areas.iter().filter(|a| a.level == lowest).cloned().collect();
    grids_of(&parents, weights, limits)
}

fn check_tiling(townships: &[RawArea]) -> Result<()> {
    let audit = topology::audit(&townships.iter().map(|t| &t.geometry).collect::<Vec<_>>());
    if let Some(&(i, j, m2)) = audit.overlaps.first() {
        let (a, b) = (&townships[i], &townships[j]);
        let text = format!(
            "{} {:?} and {} {:?} overlap by {m2:.0} m², one of {} overlaps",
            a.origin,
            a.name,
            b.origin,
            b.name,
            audit.overlaps.len()
        );
        return Err(Error::invalid("townships", text));
    }
    if let Some(gap) = audit.gaps.iter().find(|g| g.width_m < GAP_WIDTH_M) {
        let text = format!(
            "there is a gap of {:.0} m², {:.1} m wide, between townships at {}",
            gap.area_m2, gap.width_m, gap.at
        );
        return Err(Error::invalid("townships", text));
    }
    Ok(())
}

fn county_of(county: &CountyName, townships: &[Area]) -> Result<Area> {
    let geometry = topology::union(townships.iter().map(|t| &t.geometry));
    let name = (county.name.clone(), county.name_zh.clone());
    area(&county.code, Level::County, name, None, geometry, Some("union"))
}

fn townships_of(county: &CountyName, raw: &[RawArea]) -> Result<Vec<Area>> {
    let mut order: Vec<&RawArea> = raw.iter().collect();
    // Shorter first among equal names: `relation 9` before `relation 10`.
    order.sort_by_key(|t| (&t.name, t.origin.len(), &t.origin));
    if order.is_empty() || order.len() > 299 {
        return Err(Error::invalid(
            "townships",
            format!("a county has 1 to 299 townships, this one has {}", order.len()),
        ));
    }
    let parent = Code::new(&county.code)?;
    let numbered = (101..).zip(order);
    numbered
        .map(|(n, t)| {
            let (code, name) = (format!("{}{n}000", county.code), (t.name.clone(), t.name_zh.clone()));
            area(&code, Level::Township, name, Some(&parent), t.geometry.clone(), None)
        })
        .collect()
}

fn villages_of(townships: &[Area], settlements: &[Settlement]) -> Result<Vec<Area>> {
    let lookup = lookup(townships)?;
    let mut inside: HashMap<AreaIx, Vec<&Settlement>> = HashMap::new();
    for s in settlements {
        if let Some(ix) = lookup.locate(s.at).township {
            inside.entry(ix).or_default().push(s);
        }
    }
    let mut heads: Vec<(&Area, &str)> = Vec::new();
    let mut shapes = Vec::new();
    for (ix, township) in lookup.iter() {
        let sites = distinct(inside.remove(&ix).unwrap_or_default());
        if sites.len() > 999 {
            return Err(Error::invalid(
                "settlements",
                format!("{} has {} settlements, more than 999", township.name, sites.len()),
            ));
        }
        if sites.is_empty() {
            heads.push((township, &township.name));
            shapes.push(township.geometry.clone());
        }
        heads.extend(sites.iter().map(|s| (township, s.name.as_str())));
        shapes.extend(district::voronoi(&township.geometry, &sites.iter().map(|s| s.at).collect::<Vec<_>>()));
    }
    let fixed: Vec<_> = townships.iter().map(|t| &t.geometry).collect();
    let shapes = topology::knit(&shapes, &fixed);
    let mut numbers = Numbers::default();
    let drawn = heads.into_iter().zip(shapes).filter(|(_, shape)| !shape.0.is_empty());
    drawn
        .map(|((township, name), shape)| {
            let code = format!("{}{:03}", &township.code.as_str()[..9], numbers.next(&township.code));
            area(&code, Level::Village, (name.to_owned(), None), Some(&township.code), shape, Some("voronoi"))
        })
        .collect()
}

/// By name; of several on one spot the highest in rank.
fn distinct(mut sites: Vec<&Settlement>) -> Vec<&Settlement> {
    let spot = |s: &Settlement| topology::knot(s.at.into());
    sites.sort_by(|a, b| (spot(a), a.rank, &a.name).cmp(&(spot(b), b.rank, &b.name)));
    sites.dedup_by_key(|s| spot(s));
    sites.sort_by(|a, b| (&a.name, spot(a)).cmp(&(&b.name, spot(b))));
    sites
}

fn grids_of(parents: &[Area], weights: &[Weighted], limits: &GridLimits) -> Result<Vec<Area>> {
    let lookup = lookup(parents)?;
    let mut inside: HashMap<AreaIx, Vec<Weighted>> = HashMap::new();
    for w in weights {
        let chain = lookup.locate(w.0);
        if let Some(ix) = chain.village.or(chain.township).or(chain.county) {
            inside.entry(ix).or_default().push(*w);
        }
    }
    let own = |ix: &AreaIx| inside.get(ix).map_or(&[][..], Vec::as_slice);
    let cuts = lookup.iter().map(|(ix, a)| (ix, district::weighted_cuts(&a.geometry, own(&ix), limits)));
    let (owners, pieces): (Vec<AreaIx>, Vec<_>) =
        cuts.flat_map(|(ix, pieces)| pieces.into_iter().map(move |p| (ix, p))).unzip();
    let fixed: Vec<_> = parents.iter().map(|p| &p.geometry).collect();
    let knitted: Vec<_> = owners.into_iter().zip(topology::knit(&pieces, &fixed)).collect();
    let mut grids = Vec::with_capacity(knitted.len());
    for of_one in knitted.chunk_by(|a, b| a.0 == b.0) {
        let (ix, parent) = (of_one[0].0, lookup.at(of_one[0].0));
        let pieces: Vec<_> = of_one.iter().map(|p| p.1.clone()).filter(|p| !p.0.is_empty()).collect();
        let pieces = district::join_fragments(pieces, own(&ix), limits);
        if pieces.len() > 999 {
            let text = format!(
                "{} {:?} would have {} grids, more than 999; raise the limits",
                parent.code,
                parent.name,
                pieces.len()
            );
            return Err(Error::invalid("limits", text));
        }
        for (n, shape) in (1..).zip(pieces) {
            let (code, name) = (format!("{}{n:03}", parent.code), format!("{} {n:03}", parent.name));
            grids.push(area(&code, Level::Grid, (name, None), Some(&parent.code), shape, Some("weighted cuts"))?);
        }
    }
    Ok(grids)
}

/// A look-up over areas of one level by themselves.
fn lookup(areas: &[Area]) -> Result<Areas> {
    Areas::new(areas.iter().map(|a| Area { parent: None, ..a.clone() }).collect())
}

/// Counts from 1 beneath each parent.
#[derive(Default)]
struct Numbers(HashMap<Code, u32>);

impl Numbers {
    fn next(&mut self, parent: &Code) -> u32 {
        let n = self.0.entry(parent.clone()).or_default();
        *n += 1;
        *n
    }
}

/// An area without a time zone.
pub(in crate::import) fn area(
    code: &str,
    level: Level,
    (name, name_zh): (String, Option<String>),
    parent: Option<&Code>,
    geometry: MultiPolygon<f64>,
    derived: Option<&str>,
) -> Result<Area> {
    let no_shape = || Error::invalid("geometry", format!("{level} {code} {name:?} has no shape"));
    Ok(Area {
        bbox: shape::bbox(&geometry).ok_or_else(no_shape)?,
        code: Code::new(code)?,
        level,
        name,
        name_zh,
        parent: parent.cloned(),
        geometry,
        derived: derived.map(str::to_owned),
        time_zone: None,
        priority: None,
    })
}

#[cfg(test)]
mod tests;
