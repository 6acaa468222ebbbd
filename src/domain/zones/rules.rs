//! What no plan takes: names without letters, colours that are none, lines that lead nowhere.

use geo::MultiLineString;

use super::{
    command::{Along, Brush, Command, NewZone},
    cut::line_of,
    plan::{LayerHead, TeamPlaces, TeamRole},
};
use crate::base::{Error, LngLat, Result, within};

const COMMANDS_MAX: usize = 1_000;
const NAME_MAX: usize = 200;
const TEXT_MAX: usize = 2_000;
const CONTACT_MAX: usize = 50;
const VERTICES_MAX: usize = 10_000;
const PEOPLE_MAX: u32 = 1_000;
/// Of a brush.
const RADIUS_M: (f64, f64) = (1.0, 50_000.0);

/// Refuses a batch in which a command could never be taken, whatever the plan.
pub fn batch(commands: &[Command]) -> Result<()> {
    if !(1..=COMMANDS_MAX).contains(&commands.len()) {
        let detail = format!("{} commands are not 1 to {COMMANDS_MAX}", commands.len());
        return Err(Error::invalid("commands", detail));
    }
    let one = |(i, c): (usize, &Command)| command(c).map_err(|e| e.inside(&format!("commands[{i}]")));
    commands.iter().enumerate().try_for_each(one)
}

fn command(command: &Command) -> Result<()> {
    match command {
        Command::AddLayer { layer } | Command::SetLayer { layer } => head(layer),
        Command::CreateZone { zone, .. } => new_zone(zone).map_err(|e| e.inside("zone")),
        Command::Split { into, along, .. } => {
            new_zone(into).map_err(|e| e.inside("into"))?;
            line(along)
        }
        Command::RenameZone { name, name_zh, .. } => names(name, name_zh.as_deref()),
        Command::RecolourZone { colour: c, .. } => colour(c),
        Command::Assign { atoms, .. } | Command::TakeAway { atoms, .. } | Command::LockAtoms { atoms, .. } => {
            match atoms.is_empty() {
                true => Err(Error::invalid("atoms", "no atom is named")),
                false => Ok(()),
            }
        }
        Command::Paint { brush: b, .. } | Command::Erase { brush: b, .. } => brush(b),
        Command::MovePost { post: Some(post), .. } => place(*post).map_err(|e| e.inside("post")),
        Command::SetTeam { team: all, .. } => team(all),
        Command::Comment { text, .. } => length("text", text, TEXT_MAX),
        Command::AddCorridor { name, name_zh, along, buffer_m, .. } => {
            names(name, name_zh.as_deref())?;
            within("buffer_m", *buffer_m, 1.0, 5_000.0)?;
            line(along)
        }
        _ => Ok(()),
    }
}

/// Refuses a layer that can't be.
pub fn head(layer: &LayerHead) -> Result<()> {
    names(&layer.name, layer.name_zh.as_deref()).map_err(|e| e.inside("layer"))
}

/// Refuses names that are empty or too long.
pub fn names(name: &str, name_zh: Option<&str>) -> Result<()> {
    length("name", name, NAME_MAX)?;
    name_zh.map_or(Ok(()), |zh| length("name_zh", zh, NAME_MAX))
}

/// Refuses a text that is empty, too long, or has control characters other than new lines.
pub fn length(field: &str, text: &str, most: usize) -> Result<()> {
    let n = text.chars().count();
    if text.trim().is_empty() || n > most {
        return Err(Error::invalid(field, format!("it has {n} characters, not 1 to {most} of which one is visible")));
    }
    match text.chars().find(|c| c.is_control() && *c != '\n') {
        Some(c) => Err(Error::invalid(field, format!("{text:?} has the control character {c:?}"))),
        None => Ok(()),
    }
}

fn brush(brush: &Brush) -> Result<()> {
    match brush {
        Brush::Polygon(polygon) => polygon.check().map_err(|e| Error::invalid("brush.polygon", e.detail)),
        Brush::Circle { centre, radius_m } => {
            place(*centre).map_err(|e| e.inside("brush.circle.centre"))?;
            within("brush.circle.radius_m", *radius_m, RADIUS_M.0, RADIUS_M.1)
        }
        Brush::Stroke { line, radius_m } => {
            if !(1..=VERTICES_MAX).contains(&line.len()) {
                let detail = format!("{} positions are not 1 to {VERTICES_MAX}", line.len());
                return Err(Error::invalid("brush.stroke.line", detail));
            }
            let known = |&[lng, lat]: &[f64; 2]| LngLat::new(lng, lat).map(drop);
            line.iter().try_for_each(known).map_err(|e| Error::invalid("brush.stroke.line", e.detail))?;
            within("brush.stroke.radius_m", *radius_m, RADIUS_M.0, RADIUS_M.1)
        }
    }
}

fn new_zone(zone: &NewZone) -> Result<()> {
    names(&zone.name, zone.name_zh.as_deref())?;
    zone.colour.as_deref().map_or(Ok(()), colour)
}

fn colour(text: &str) -> Result<()> {
    let hex = text.strip_prefix('#').filter(|h| h.len() == 6 && h.bytes().all(|b| b.is_ascii_hexdigit()));
    hex.map(drop).ok_or_else(|| Error::invalid("colour", format!("{text:?} is no colour such as #3366aa")))
}

fn team(all: &[TeamPlaces]) -> Result<()> {
    for (i, one) in all.iter().enumerate() {
        let refuse = |field: &str, detail: String| Err(Error::invalid(format!("team[{i}].{field}"), detail));
        if one.wanted.max(one.there.unwrap_or(0)) > PEOPLE_MAX {
            return refuse("wanted", format!("{} people are more than {PEOPLE_MAX}", one.wanted));
        }
        if one.village.is_some() && one.role != TeamRole::Coordinator {
            return refuse("village", format!("a {} has no village; only coordinators have", one.role.as_str()));
        }
        if let Some(contact) = &one.contact {
            length(&format!("team[{i}].contact"), contact, CONTACT_MAX)?;
            if one.unit.is_none() {
                return refuse("contact", format!("{contact:?} is no unit's number: no unit is named"));
            }
        }
        if all[..i].iter().any(|o| (o.role, &o.village, &o.unit) == (one.role, &one.village, &one.unit)) {
            return refuse("role", format!("{} stands twice", one.role.as_str()));
        }
    }
    Ok(())
}

fn place(p: LngLat) -> Result<()> {
    LngLat::new(p.lng, p.lat).map(drop)
}

fn line(along: &super::command::Along) -> Result<()> {
    match along {
        Along::Line(one) => lines(std::slice::from_ref(one)).map(drop),
        Along::Lines(all) => lines(all).map(drop),
        Along::Road { name, .. } => length("along.road.name", name, NAME_MAX),
    }
}

/// Lines from their coordinates.
pub fn lines(all: &[Vec<[f64; 2]>]) -> Result<MultiLineString<f64>> {
    let vertices: usize = all.iter().map(Vec::len).sum();
    if vertices > VERTICES_MAX || all.is_empty() || all.iter().any(|l| l.len() < 2) {
        let detail =
            format!("{vertices} positions in {} lines: a line has 2 or more, all 2 to {VERTICES_MAX}", all.len());
        return Err(Error::invalid("along", detail));
    }
    for &[lng, lat] in all.iter().flatten() {
        LngLat::new(lng, lat).map_err(|e| Error::invalid("along", e.detail))?;
    }
    Ok(all.iter().map(|l| line_of(l)).collect())
}
