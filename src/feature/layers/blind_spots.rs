//! Where powers have holes, as the audit finds them: the parts of ground, or the areas, with what is wrong there.

use std::collections::{BTreeMap, BTreeSet};

use geo::MultiPolygon;
use serde_json::json;

use super::Ask;
use crate::{
    base::{BBox, Code, Result},
    ctx::Ctx,
    domain::{
        areas::{AreaIx, Level},
        layers::{Column, Kind, Rows, Shape, Source, Value},
        lists::Power,
        responsibility::audit::{BlindSpot, Finding, Hours},
    },
    feature::responsibility::audit::{Audit, Question},
    kernel::shape,
};

/// What is wrong in one way with the same units at one place.
#[derive(Debug)]
pub struct Spot {
    id: String,
    kind: BlindSpot,
    area: Code,
    name: String,
    name_zh: Option<String>,
    township: Option<Code>,
    overlays: Vec<Code>,
    units: Vec<Code>,
    matters: BTreeSet<Code>,
    powers: BTreeSet<&'static str>,
    hours: Hours,
    cases: i64,
    shape: MultiPolygon<f64>,
    bbox: BBox,
}

pub static SPOTS: Source<Spot> = Source {
    shape: Shape::Polygons,
    columns: &[
        Column::new("kind", "What is wrong", Kind::Words(BlindSpot::WORDS), |s| s.kind.as_str().into()),
        Column::new("area", "Code of the smallest area", Kind::Text, |s| (&s.area).into()),
        Column::new("name", "Its name", Kind::Text, |s| (&s.name).into()),
        Column::new("name_zh", "Its name in Chinese", Kind::Text, |s| s.name_zh.as_ref().into()),
        Column::new("township", "Code of the township", Kind::Text, |s| s.township.as_ref().into()),
        Column::new("overlays", "Special areas over it", Kind::List, |s| Value::List(json!(s.overlays))),
        Column::new("units", "Who leads, whose list it is", Kind::List, |s| Value::List(json!(s.units))),
        Column::new("matters", "Over which matters", Kind::List, |s| Value::List(json!(s.matters))),
        Column::new("powers", "Of which kinds", Kind::List, |s| Value::List(json!(s.powers))),
        Column::new("hours", "At which hours of the day, where it is a matter of hours", Kind::List, |s| {
            Value::List(json!(s.hours.list()))
        }),
        Column::new("cases", "How many powers over matters it concerns", Kind::Whole, |s| s.cases.into()),
    ],
    id: |s| s.id.clone(),
    bbox: |s| s.bbox,
    geometry: |s| s.shape.clone().into(),
    newest: None,
};

/// A part of ground, or an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Part(u32),
    Area(AreaIx),
}

pub async fn rows(ctx: &Ctx, ask: &Ask) -> Result<Box<dyn Rows>> {
    let audit = Audit::of(ctx, &Question { at: ask.at, ..Question::default() }).await?;
    let window = ask.window;
    let (kind, power, matter) = (ask.kind, ask.power, ask.matter.as_ref());
    // One that nobody knows is no answer of none.
    let now = ask.at.unwrap_or_else(|| ctx.now());
    let meant = |code| audit.snapshot.matters.meant(code, now).map(|m| m.code.clone());
    let matter = matter.map(meant).transpose()?;
    let draw = move |_: &mut _| {
        let fits = |f: &&Finding| kind.is_none_or(|kind| f.kind == kind);
        let mut spots: BTreeMap<(Place, &str, &[Code]), Vec<&Finding>> = BTreeMap::new();
        for finding in audit.findings.iter().filter(fits).filter(|f| concerns(f, matter.as_ref(), power)) {
            for place in places(finding) {
                spots.entry((place, finding.kind.as_str(), &finding.units)).or_default().push(finding);
            }
        }
        let one = |((place, ..), found): ((Place, &str, &[Code]), Vec<&Finding>)| {
            spot(&audit, place, &found, (matter.as_ref(), power))
                .filter(|s| window.is_none_or(|w| w.intersects(&s.bbox)))
        };
        SPOTS.rows(spots.into_iter().filter_map(one).collect())
    };
    ctx.studies.run(draw).await
}

fn concerns(finding: &Finding, matter: Option<&Code>, power: Option<Power>) -> bool {
    let asked = matter.is_some() || power.is_some();
    !asked || told(finding, matter, power).next().is_some()
}

/// Powers over matters that are asked about.
fn told<'a>(
    finding: &'a Finding,
    matter: Option<&'a Code>,
    power: Option<Power>,
) -> impl Iterator<Item = (&'a Code, Power)> {
    let of = finding.matters.iter().filter(move |m| matter.is_none_or(|code| m.matter == *code));
    of.flat_map(|m| m.powers.iter().map(move |p| (&m.matter, p))).filter(move |(_, p)| power.is_none_or(|of| of == *p))
}

/// Where it is: its parts, else the area that it is about.
fn places(finding: &Finding) -> Vec<Place> {
    match &finding.parts[..] {
        [] => finding.area.or(finding.township).map(Place::Area).into_iter().collect(),
        parts => parts.iter().map(|&part| Place::Part(part)).collect(),
    }
}

fn spot(
    audit: &Audit,
    place: Place,
    found: &[&Finding],
    (matter, power): (Option<&Code>, Option<Power>),
) -> Option<Spot> {
    let areas = &audit.snapshot.areas;
    let code = |ix: AreaIx| areas.at(ix).code.clone();
    let (ix, shape, overlays) = match place {
        Place::Part(part) => {
            let part = &audit.parts[part as usize];
            (part.area, part.shape(areas), part.ground.overlays.iter().copied().map(code).collect())
        }
        Place::Area(ix) => (ix, &areas.at(ix).geometry, Vec::new()),
    };
    let (area, Finding { kind, units, .. }) = (areas.at(ix), found.first()?);
    let cases: BTreeSet<(&Code, &str)> =
        found.iter().flat_map(|f| told(f, matter, power)).map(|(matter, power)| (matter, power.as_str())).collect();
    let joined = |codes: &[Code]| codes.iter().map(Code::as_str).collect::<Vec<_>>().join("+");
    let parts = [vec![area.code.clone()], overlays.clone()].concat();
    Some(Spot {
        id: [joined(&parts).as_str(), kind.as_str(), &joined(units)].join(":"),
        kind: *kind,
        area: area.code.clone(),
        name: area.name.clone(),
        name_zh: area.name_zh.clone(),
        township: areas.line(ix).find(|&ix| areas.at(ix).level == Level::Township).map(code),
        overlays,
        units: units.clone(),
        matters: cases.iter().map(|(matter, _)| (*matter).clone()).collect(),
        powers: cases.iter().map(|(_, power)| *power).collect(),
        hours: found.iter().fold(Hours::default(), |hours, f| hours | f.hours),
        cases: cases.len() as i64,
        bbox: shape::bbox(shape)?,
        shape: shape.clone(),
    })
}
