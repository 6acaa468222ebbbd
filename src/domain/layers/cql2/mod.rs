//! Filters as clients write them: CQL2 (OGC 21-065r2), as text and as JSON.
//!
//! Taken are basic CQL2, `LIKE`, `BETWEEN`, `IN`, `CASEI`, and the spatial and temporal functions with
//! literals. Arithmetic, arrays, `ACCENTI` and functions of a server's own are refused by name. Both
//! readers build a [`Filter`] through `Builder`, which knows the layer: a name that it lacks, or a value
//! that can't be compared with it, is an error at once.

mod json;
#[cfg(test)]
mod tests;
mod text;

use geo::{Geometry, MapCoords, MultiPolygon, Polygon, Rect};
use jiff::civil::Date;

use super::{
    About, Kind, Property, Value,
    filter::{Filter, Op, Operand, Pattern, Spatial, Stretch, Temporal},
};
use crate::{
    base::{Error, Result, Timestamp},
    kernel::epsg::Crs,
};

/// The name of what a thing shows, beside its properties.
pub const GEOMETRY: &str = "geometry";

/// A filter on a layer, written as text; its shapes are in `crs`.
pub fn read_text(text: &str, about: &dyn About, crs: Crs) -> Result<Filter> {
    text::read(text, &Builder::new(about, crs))
}

/// A filter on a layer, written as JSON.
pub fn read_json(text: &str, about: &dyn About, crs: Crs) -> Result<Filter> {
    json::read(text, &Builder::new(about, crs))
}

/// One argument.
#[derive(Debug, Clone, PartialEq)]
enum Term {
    Property(usize),
    /// The thing's own shape.
    Own,
    Value(Value<'static>),
    Date(Date),
    Folded(Box<Term>),
    Shape(Box<Geometry<f64>>),
    Interval([Option<Box<Term>>; 2]),
}

/// Why a filter can't be; where, says the reader.
type Built<T> = Result<T, String>;

struct Builder {
    properties: Vec<Property>,
    crs: Crs,
}

impl Builder {
    fn new(about: &dyn About, crs: Crs) -> Self {
        Self { properties: about.properties(), crs }
    }

    fn property(&self, name: &str) -> Built<Term> {
        if name == GEOMETRY {
            return Ok(Term::Own);
        }
        let found = self.properties.iter().position(|p| p.name == name);
        let ix = found.ok_or_else(|| {
            let known: Vec<_> = self.properties.iter().filter(|p| p.kind.is_plain()).map(|p| p.name).collect();
            format!("there is no property {name:?}; there are {}, {GEOMETRY}", known.join(", "))
        })?;
        if self.properties[ix].kind.is_plain() {
            Ok(Term::Property(ix))
        } else {
            Err(format!("{name} is a list; nothing is filtered by it"))
        }
    }

    /// A box is given as four numbers, or six; it may go across the meridian of 180 degrees.
    fn bbox(&self, numbers: &[f64]) -> Built<Term> {
        let [x1, y1, x2, y2] = match *numbers {
            [x1, y1, x2, y2] | [x1, y1, _, x2, y2, _] => [x1, y1, x2, y2],
            _ => return Err(format!("a box has four or six numbers, not {}", numbers.len())),
        };
        let [a, b] = [[x1, y1], [x2, y2]].map(|xy| self.crs.to_wgs84(xy));
        let (a, b) = (a.map_err(|e| e.detail)?, b.map_err(|e| e.detail)?);
        let rect = |west: f64, east: f64| Rect::new((west, a.lat), (east, b.lat)).to_polygon();
        let shape: MultiPolygon<f64> = if a.lng <= b.lng {
            vec![rect(a.lng, b.lng)].into()
        } else {
            vec![rect(a.lng, 180.0), rect(-180.0, b.lng)].into()
        };
        Ok(Term::Shape(Box::new(shape.into())))
    }

    fn shape(&self, shape: Geometry<f64>) -> Built<Term> {
        check_rings(&shape)?;
        let turned = shape.try_map_coords(|c| self.crs.to_wgs84([c.x, c.y]).map(Into::into));
        Ok(Term::Shape(Box::new(turned.map_err(|e: Error| e.detail)?)))
    }

    fn timestamp(text: &str) -> Built<Term> {
        Ok(Term::Value(Value::Time(text.parse().map_err(|e: Error| e.detail)?)))
    }

    fn date(text: &str) -> Built<Term> {
        let date = text.parse().map_err(|_| format!("{text:?} is not a date such as 2026-03-01"))?;
        day(date)?;
        Ok(Term::Date(date))
    }

    /// One end of an interval: `..`, a date, a time.
    fn end(text: &str) -> Built<Option<Box<Term>>> {
        Ok(match text {
            ".." => None,
            date if date.len() == 10 => Some(Box::new(Self::date(date)?)),
            time => Some(Box::new(Self::timestamp(time)?)),
        })
    }

    fn compare(&self, op: Op, a: Term, b: Term) -> Built<Filter> {
        let (a, b) = self.alike(a, b)?;
        Ok(Filter::Compare(a, op, b))
    }

    fn between(&self, a: Term, low: Term, high: Term) -> Built<Filter> {
        Ok(Filter::And(vec![self.compare(Op::Ge, a.clone(), low)?, self.compare(Op::Le, a, high)?]))
    }

    fn among(&self, a: &Term, list: Vec<Term>) -> Built<Filter> {
        Ok(Filter::Or(list.into_iter().map(|b| self.compare(Op::Eq, a.clone(), b)).collect::<Built<_>>()?))
    }

    fn like(&self, a: Term, pattern: Term) -> Built<Filter> {
        let (pattern, folded) = match pattern {
            Term::Folded(inner) => (*inner, true),
            other => (other, false),
        };
        let Term::Value(Value::Text(pattern)) = pattern else {
            return Err("LIKE takes a pattern in quotes".to_owned());
        };
        if self.kind(&a).is_some_and(|kind| !matches!(kind, Kind::Text | Kind::Words(_))) {
            return Err("LIKE is for text".to_owned());
        }
        let pattern = if folded { pattern.to_lowercase() } else { pattern.into_owned() };
        Ok(Filter::Like(operand(a)?, Pattern::new(&pattern)))
    }

    fn null(a: Term) -> Built<Filter> {
        match a {
            // Everything in a layer is drawn.
            Term::Own => Ok(Filter::Is(false)),
            other => Ok(Filter::Null(operand(other)?)),
        }
    }

    fn spatial(relation: Spatial, a: Term, b: Term) -> Built<Filter> {
        match (a, b) {
            (Term::Own, Term::Shape(shape)) => Ok(Filter::Spatial(relation, shape)),
            (Term::Shape(shape), Term::Own) => Ok(Filter::Spatial(mirrored(relation), shape)),
            _ => Err(format!("{} takes {GEOMETRY} and a shape", relation.as_str().to_uppercase())),
        }
    }

    fn temporal(&self, relation: Temporal, a: Term, b: Term) -> Built<Filter> {
        Ok(Filter::Temporal(relation, self.stretch(a)?, self.stretch(b)?))
    }

    fn stretch(&self, term: Term) -> Built<Stretch> {
        let time = |at: Timestamp| Some(Operand::Value(Value::Time(at)));
        match term {
            Term::Date(date) => day(date).map(|[from, to]| Stretch([time(from), time(to)])),
            Term::Interval(ends) => {
                let [from, to] = ends;
                let from = from.map(|term| self.stretch(*term)).transpose()?.and_then(|Stretch([from, _])| from);
                let to = to.map(|term| self.stretch(*term)).transpose()?.and_then(|Stretch([_, to])| to);
                Ok(Stretch([from, to]))
            }
            term if self.kind(&term) == Some(Kind::Time) => {
                let at = operand(term)?;
                Ok(Stretch([Some(at.clone()), Some(at)]))
            }
            other => Err(format!("{} is no time", self.told(&other))),
        }
    }

    /// The two sides of a comparison, when they are of one kind. Text beside a property of another kind is
    /// read as that; 0 and 1 are flags beside one, as GDAL writes them.
    fn alike(&self, a: Term, b: Term) -> Built<(Operand, Operand)> {
        let (a, b) = (self.beside(a, &b)?, b);
        let b = self.beside(b, &a)?;
        let number = |kind| matches!(kind, Kind::Whole | Kind::Number);
        let text = |kind| matches!(kind, Kind::Text | Kind::Words(_));
        let (Some(of_a), Some(of_b)) = (self.kind(&a), self.kind(&b)) else {
            return Err(format!("{} and {} can't be compared", self.told(&a), self.told(&b)));
        };
        if of_a == of_b || (number(of_a) && number(of_b)) || (text(of_a) && text(of_b)) {
            Ok((operand(a)?, operand(b)?))
        } else {
            Err(format!("{} can't be compared with {}", self.told(&a), self.told(&b)))
        }
    }

    fn beside(&self, term: Term, other: &Term) -> Built<Term> {
        let Term::Property(ix) = other else { return Ok(term) };
        match (&term, self.properties[*ix].kind) {
            (Term::Value(Value::Text(text)), Kind::Time) => Self::timestamp(text),
            (Term::Value(Value::Whole(bit @ (0 | 1))), Kind::Flag) => Ok(Term::Value(Value::Flag(*bit == 1))),
            _ => Ok(term),
        }
    }

    fn kind(&self, term: &Term) -> Option<Kind> {
        match term {
            Term::Property(ix) => Some(self.properties[*ix].kind),
            Term::Value(value) => match value {
                Value::Flag(_) => Some(Kind::Flag),
                Value::Whole(_) => Some(Kind::Whole),
                Value::Number(_) => Some(Kind::Number),
                Value::Text(_) => Some(Kind::Text),
                Value::Time(_) => Some(Kind::Time),
                Value::Null | Value::List(_) => None,
            },
            Term::Date(_) => Some(Kind::Time),
            Term::Folded(inner) => self.kind(inner),
            Term::Own | Term::Shape(_) | Term::Interval(_) => None,
        }
    }

    fn folded(&self, inner: Term) -> Built<Term> {
        match self.kind(&inner) {
            Some(Kind::Text | Kind::Words(_)) => Ok(Term::Folded(Box::new(inner))),
            _ => Err(format!("CASEI is for text, not for {}", self.told(&inner))),
        }
    }

    fn told(&self, term: &Term) -> String {
        match term {
            Term::Property(ix) => self.properties[*ix].name.to_owned(),
            Term::Own => GEOMETRY.to_owned(),
            Term::Value(value) => value.clone().into_json().to_string(),
            Term::Date(date) => date.to_string(),
            Term::Folded(inner) => format!("CASEI({})", self.told(inner)),
            Term::Shape(_) => "a shape".to_owned(),
            Term::Interval(_) => "an interval".to_owned(),
        }
    }
}

/// A date is the midnight that it begins with, UTC.
fn operand(term: Term) -> Built<Operand> {
    match term {
        Term::Property(ix) => Ok(Operand::Property(ix)),
        Term::Value(value) => Ok(Operand::Value(value)),
        Term::Date(date) => day(date).map(|[from, _]| Operand::Value(Value::Time(from))),
        Term::Folded(inner) => Ok(Operand::Folded(Box::new(operand(*inner)?))),
        Term::Own | Term::Shape(_) | Term::Interval(_) => Err("a shape or an interval is no value".to_owned()),
    }
}

/// The first and the last millisecond of a day, UTC.
fn day(date: Date) -> Built<[Timestamp; 2]> {
    let midnight = date.to_zoned(jiff::tz::TimeZone::UTC).map_err(|e| e.to_string())?;
    let from = Timestamp::from_ms(midnight.timestamp().as_millisecond()).map_err(|e| e.detail)?;
    Ok([from, from.plus_ms(86_399_999)])
}

fn mirrored(relation: Spatial) -> Spatial {
    match relation {
        Spatial::Within => Spatial::Contains,
        Spatial::Contains => Spatial::Within,
        other => other,
    }
}

fn check_rings(shape: &Geometry<f64>) -> Built<()> {
    let closed = |p: &Polygon<f64>| {
        let mut rings = std::iter::once(p.exterior()).chain(p.interiors());
        rings.all(|ring| ring.0.len() >= 4)
    };
    let all = match shape {
        Geometry::Polygon(p) => closed(p),
        Geometry::MultiPolygon(all) => all.iter().all(closed),
        Geometry::GeometryCollection(all) => return all.iter().try_for_each(check_rings),
        _ => true,
    };
    if all { Ok(()) } else { Err("a ring has at least four points, the last of them the first".to_owned()) }
}
