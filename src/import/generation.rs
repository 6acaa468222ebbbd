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
mod tests {
    use super::*;
    use crate::import::testing::boxed;

    fn raw(code: &str, west: f64, east: f64) -> RawArea {
        let area = boxed(code, Level::Township, None, west, east);
        let (code, name) = (code.to_owned(), area.name.clone());
        RawArea {
            origin: format!("feature {code}"),
            code,
            name,
            name_zh: None,
            parent: None,
            priority: None,
            owner: None,
            geometry: area.geometry,
        }
    }

    fn chosen(name: Option<&str>) -> Chosen {
        Chosen { code: Code::new("1").unwrap(), name: name.map(str::to_owned), time_zone: None, wider: false }
    }

    fn import(former: &[Area], level: Level, all: &[(&str, f64, f64)]) -> Result<(Vec<Area>, Report)> {
        let mut report = Report::default();
        let raw = all.iter().map(|&(code, west, east)| raw(code, west, east)).collect();
        next(former, &chosen(Some("Isle")), level, raw, &mut report).map(|areas| (areas, report))
    }

    fn codes(areas: &[Area]) -> Vec<(&str, Option<&str>)> {
        areas.iter().map(|a| (a.code.as_str(), a.parent.as_ref().map(Code::as_str))).collect()
    }

    #[test]
    fn townships_of_a_new_county_make_it_their_union() {
        let (areas, report) = import(&[], Level::Township, &[("11", 0.0, 1.0), ("12", 1.0, 3.0)]).unwrap();
        assert_eq!(codes(&areas), [("1", None), ("11", Some("1")), ("12", Some("1"))]);
        assert_eq!((areas[0].derived.as_deref(), areas[0].time_zone.as_deref()), (Some("union"), Some(TIME_ZONE)));
        assert_eq!((areas[0].bbox.west, areas[0].bbox.east), (0.0, 3.0));
        assert_eq!((report.taken, report.warnings.len()), (2, 0));
        let e = next(&[], &chosen(None), Level::Township, vec![raw("11", 0.0, 1.0)], &mut Report::default());
        assert!(e.unwrap_err().detail.contains("needs a name"));
    }

    #[test]
    fn a_level_replaces_itself_and_what_is_below_and_keeps_what_is_above() {
        let (townships, _) = import(&[], Level::Township, &[("11", 0.0, 1.0), ("12", 1.0, 3.0)]).unwrap();
        let (villages, report) =
            import(&townships, Level::Village, &[("111", 0.0, 1.0), ("121", 1.2, 3.0), ("9", 8.0, 9.0)]).unwrap();
        assert_eq!(codes(&villages[3..]), [("111", Some("11")), ("121", Some("12"))]);
        assert!(same_down_to(Level::Township, &townships, &villages));
        assert_eq!(report.dropped.len(), 1, "the one outside: {report:?}");
        let (moved, _) = import(&villages, Level::Township, &[("11", 0.0, 2.0)]).unwrap();
        assert_eq!(codes(&moved), [("1", None), ("11", Some("1"))]);
        assert_eq!(moved[0].bbox.east, 2.0, "a drawn county follows its townships");
    }

    #[test]
    fn a_county_of_its_own_shape_keeps_it() {
        let (county, _) = import(&[], Level::County, &[("r77", 0.0, 4.0)]).unwrap();
        assert_eq!((codes(&county), county[0].derived.clone()), (vec![("1", None)], None));
        let (areas, report) = import(&county, Level::Township, &[("11", 0.0, 1.0), ("19", 5.0, 6.0)]).unwrap();
        assert_eq!((codes(&areas), areas[0].bbox.east), (vec![("1", None), ("11", Some("1"))], 4.0));
        assert_eq!(report.dropped[0].reason, "it lies in no area of the level above");
        let e = import(&county, Level::Township, &[("19", 5.0, 6.0)]).unwrap_err();
        assert!(e.detail.contains("no township of the file lies in county 1"), "{e}");
        let e = import(&[], Level::County, &[("2", 0.0, 1.0), ("3", 1.0, 2.0)]).unwrap_err();
        assert!(e.detail.contains("none of the 2 areas has the code 1"), "{e}");
    }

    #[test]
    fn special_areas_stay_until_special_areas_come() {
        let ranked = |code: &str, west: f64, east: f64| RawArea { priority: Some(3), ..raw(code, west, east) };
        let mut report = Report::default();
        let zones = || vec![ranked("z1", 0.5, 1.5), ranked("z2", 1.0, 2.0), ranked("far", 8.0, 9.0)];
        let e = next(&[], &chosen(Some("Isle")), Level::Special, zones(), &mut report).unwrap_err();
        assert!(e.detail.contains("has no areas yet"), "{e}");
        let (townships, _) = import(&[], Level::Township, &[("11", 0.0, 1.0), ("12", 1.0, 3.0)]).unwrap();
        let with = next(&townships, &chosen(None), Level::Special, zones(), &mut report).unwrap();
        assert_eq!(codes(&with[3..]), [("z1", Some("1")), ("z2", Some("1"))]);
        assert_eq!((with[3].priority, report.taken, report.dropped.len(), report.warnings.len()), (Some(3), 2, 1, 0));
        assert_eq!(with[..3], townships);
        let (moved, _) = import(&with, Level::Township, &[("11", 0.0, 2.0)]).unwrap();
        assert_eq!(codes(&moved), [("1", None), ("11", Some("1")), ("z1", Some("1")), ("z2", Some("1"))]);
        let (county, _) = import(&moved, Level::County, &[("1", 0.0, 4.0)]).unwrap();
        assert_eq!(county.len(), 3);
        let fewer = next(&county, &chosen(None), Level::Special, vec![ranked("z3", 0.0, 1.0)], &mut report).unwrap();
        assert_eq!(codes(&fewer), [("1", None), ("z3", Some("1"))]);
        assert!(!same_down_to(Level::Special, &county, &fewer) && same_down_to(Level::Grid, &county, &fewer));
    }

    #[test]
    fn overlaps_are_warned_of() {
        let (_, report) = import(&[], Level::Township, &[("11", 0.0, 1.1), ("12", 1.0, 3.0)]).unwrap();
        assert!(report.warnings[0].contains("\"11\" and 12 \"12\" overlap"), "{report:?}");
        let (areas, _) = import(&[], Level::Township, &[("11", 0.0, 1.1), ("12", 1.0, 3.0)]).unwrap();
        let whole = geo::Area::unsigned_area(&areas[0].geometry);
        assert!((whole - 3.0).abs() < 1e-9, "the county is their union: {whole} square degrees");
    }

    #[test]
    fn what_lies_elsewhere_in_an_extract_is_passed_over() {
        let (county, _) = import(&[], Level::County, &[("1", 0.0, 4.0)]).unwrap();
        let wider = Chosen { wider: true, ..chosen(None) };
        let mut report = Report::default();
        let townships = vec![raw("11", 0.0, 1.0), raw("19", 5.0, 6.0)];
        let areas = next(&county, &wider, Level::Township, townships, &mut report).unwrap();
        assert_eq!(codes(&areas), [("1", None), ("11", Some("1"))]);
        assert_eq!((report.passed_over.len(), report.dropped.len()), (1, 0), "{report:?}");
    }
}
