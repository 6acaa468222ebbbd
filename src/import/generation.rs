//! What a county's areas are after an import of one level: the levels above stay, the level itself
//! and everything below it is replaced. Special areas lie beside: they are replaced only by themselves.

use super::boundaries::{Dropped, RawArea, Report, into_areas};
use crate::{
    base::{Code, Error, Result},
    domain::areas::{Area, Level},
    kernel::{shape, topology},
};

/// Chinese counties all have this time.
const TIME_ZONE: &str = "Asia/Shanghai";
/// Overlaps and gaps beyond this many are counted, not listed.
const LISTED: usize = 10;
/// A hole narrower than this (mean width) is a mistake, a wider one may be an enclave.
const GAP_WIDTH_M: f64 = 20.0;

/// The county that areas are imported for; what is `None` stays as it was.
#[derive(Debug, Clone)]
pub struct Chosen {
    pub code: Code,
    pub name: Option<String>,
    /// IANA.
    pub time_zone: Option<String>,
    /// The file tells of other counties too, as an extract does: what lies elsewhere is passed over.
    pub wider: bool,
}

/// The county's areas with `raw` as its `level`; areas outside of every area above are dropped, or passed
/// over where the file is a wider one.
/// A county without a shape of its own is the union of the areas right below it.
///
/// # Errors
/// No area left; a county shape that can't be told from others; a county without a name.
pub fn next(
    former: &[Area],
    chosen: &Chosen,
    level: Level,
    raw: Vec<RawArea>,
    report: &mut Report,
) -> Result<Vec<Area>> {
    let county = former.iter().find(|a| a.level == Level::County);
    let (special, former): (Vec<Area>, Vec<Area>) = former.iter().cloned().partition(|a| a.level == Level::Special);
    if level == Level::Special {
        let new = over(raw, county, chosen, report)?;
        return Ok([former, new].concat());
    }
    if level == Level::County {
        let shape = county_shape(chosen, raw, report)?;
        let name = chosen.name.clone().unwrap_or(shape.name);
        let name_zh = shape.name_zh;
        report.taken = 1;
        let county = Area { name_zh, ..county_of(chosen, name, county, shape.geometry, None)? };
        return Ok([vec![county], special].concat());
    }
    let own = county.filter(|c| c.derived.is_none());
    let between: Vec<Area> = former.iter().filter(|a| a.level > Level::County && a.level < level).cloned().collect();
    let above: Vec<Area> = own.into_iter().chain(&between).cloned().collect();
    let areas = placed(raw, level, &above, chosen, report)?;
    let name =
        chosen.name.clone().or_else(|| county.map(|c| c.name.clone())).ok_or_else(|| {
            Error::invalid("county_name", format!("county {} is new here, it needs a name", chosen.code))
        })?;
    let (geometry, derived) = match (own, county) {
        (Some(own), _) => (own.geometry.clone(), None),
        (None, Some(drawn)) if !between.is_empty() => (drawn.geometry.clone(), drawn.derived.clone()),
        _ => (topology::outline(&areas.iter().map(|a| &a.geometry).collect::<Vec<_>>()), Some("union".to_owned())),
    };
    let whole = county_of(chosen, name, county, geometry, derived)?;
    Ok([whole].into_iter().chain(between).chain(areas).chain(special).collect())
}

/// Whether the levels down to `level` are the same in both, which may be in any order.
pub fn same_down_to(level: Level, a: &[Area], b: &[Area]) -> bool {
    let sorted = |all: &[Area]| {
        let mut kept: Vec<Area> = all.iter().filter(|a| a.level <= level).cloned().collect();
        kept.sort_by(|a, b| (a.level, &a.code).cmp(&(b.level, &b.code)));
        kept
    };
    sorted(a) == sorted(b)
}

fn county_shape(chosen: &Chosen, mut raw: Vec<RawArea>, report: &mut Report) -> Result<RawArea> {
    let by_code = raw.iter().position(|r| r.code == chosen.code.as_str());
    let at = by_code.or((raw.len() == 1).then_some(0)).ok_or_else(|| {
        let codes: Vec<_> = raw.iter().take(LISTED).map(|r| format!("{} {:?}", r.code, r.name)).collect();
        let text = format!("none of the {} areas has the code {}: {}", raw.len(), chosen.code, codes.join(", "));
        Error::invalid("county", text)
    })?;
    let shape = raw.swap_remove(at);
    report.passed_over.extend(raw.into_iter().map(|r| dropped(r.origin, r.name, "another county")));
    Ok(shape)
}

fn county_of(
    chosen: &Chosen,
    name: String,
    former: Option<&Area>,
    geometry: geo::MultiPolygon<f64>,
    derived: Option<String>,
) -> Result<Area> {
    let zone = chosen.time_zone.clone().or_else(|| former.and_then(|f| f.time_zone.clone()));
    Ok(Area {
        bbox: shape::bbox(&geometry).ok_or_else(|| Error::invalid("geometry", "the county has no shape"))?,
        code: chosen.code.clone(),
        level: Level::County,
        name,
        name_zh: former.and_then(|f| f.name_zh.clone()),
        parent: None,
        geometry,
        derived,
        time_zone: Some(zone.unwrap_or_else(|| TIME_ZONE.to_owned())),
        priority: None,
    })
}

/// The areas of the file with their parents.
fn placed(
    mut raw: Vec<RawArea>,
    level: Level,
    above: &[Area],
    chosen: &Chosen,
    report: &mut Report,
) -> Result<Vec<Area>> {
    if above.is_empty() {
        for r in &mut raw {
            r.parent.get_or_insert_with(|| chosen.code.to_string());
        }
    }
    let areas = within(raw, level, above, chosen, report)?;
    if areas.is_empty() {
        return Err(Error::invalid("areas", format!("no {level} of the file lies in county {}", chosen.code)));
    }
    report.taken = areas.len();
    look_at(&areas, report);
    Ok(areas)
}

/// Special areas over the county; they may overlap.
fn over(raw: Vec<RawArea>, county: Option<&Area>, chosen: &Chosen, report: &mut Report) -> Result<Vec<Area>> {
    let county = county.ok_or_else(|| {
        Error::invalid("county", format!("county {} has no areas yet that special ones could lie over", chosen.code))
    })?;
    let areas = within(raw, Level::Special, std::slice::from_ref(county), chosen, report)?;
    if areas.is_empty() {
        return Err(Error::invalid("areas", format!("no special area of the file lies over county {}", chosen.code)));
    }
    report.taken = areas.len();
    Ok(areas)
}

/// The areas that have a parent among those above.
fn within(raw: Vec<RawArea>, level: Level, above: &[Area], chosen: &Chosen, report: &mut Report) -> Result<Vec<Area>> {
    let outside = if chosen.wider { &mut report.passed_over } else { &mut report.dropped };
    let origins: Vec<String> = raw.iter().map(|r| r.origin.clone()).collect();
    let mut areas = Vec::with_capacity(raw.len());
    for (origin, area) in origins.into_iter().zip(into_areas(raw, level, above)?) {
        match area.parent {
            Some(_) => areas.push(area),
            None => outside.push(dropped(origin, area.name, "it lies in no area of the level above")),
        }
    }
    Ok(areas)
}

/// Warns of overlaps and of slivers between the areas of one level.
fn look_at(areas: &[Area], report: &mut Report) {
    let shapes: Vec<_> = areas.iter().map(|a| &a.geometry).collect();
    let audit = topology::audit(&shapes);
    let overlaps = audit.overlaps.iter().map(|&(i, j, m2)| {
        let (a, b) = (&areas[i], &areas[j]);
        format!("{} {:?} and {} {:?} overlap by {m2:.0} m²", a.code, a.name, b.code, b.name)
    });
    let slivers = audit.gaps.iter().filter(|g| g.width_m < GAP_WIDTH_M);
    let gaps = slivers.map(|g| format!("a gap of {:.0} m², {:.1} m wide, lies at {}", g.area_m2, g.width_m, g.at));
    let slits = topology::slits(&shapes, GAP_WIDTH_M).into_iter().map(|slit| {
        let (a, b) = (&areas[slit.between.0], &areas[slit.between.1]);
        let size = format!("{:.1} m wide and {:.0} m long, lies at {}", slit.width_m, slit.length_m, slit.at);
        format!("a slit between {} {:?} and {} {:?}, {size}", a.code, a.name, b.code, b.name)
    });
    let all: Vec<String> = overlaps.chain(gaps).chain(slits).collect();
    let more = all.len().saturating_sub(LISTED);
    report.warnings.extend(all.into_iter().take(LISTED));
    report.warnings.extend((more > 0).then(|| format!("and {more} more overlaps or gaps")));
}

fn dropped(origin: String, name: String, reason: &str) -> Dropped {
    Dropped { origin, name, reason: reason.to_owned() }
}

#[cfg(test)]
mod tests;
