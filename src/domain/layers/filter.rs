//! Conditions on the things of a layer, in the three-valued logic of SQL: what is unknown is neither true
//! nor false, and only what is true is taken.

use std::cmp::Ordering;

use geo::{BoundingRect, Geometry, Intersects, Relate};

use super::{Rows, Value};
use crate::base::{BBox, words};

/// What two values of one kind are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Eq,
    Ne,
    Lt,
    Gt,
    Le,
    Ge,
}

impl Op {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Ne => order.is_ne(),
            Self::Lt => order.is_lt(),
            Self::Gt => order.is_gt(),
            Self::Le => order.is_le(),
            Self::Ge => order.is_ge(),
        }
    }
}

words! {
    /// What a shape is to another (OGC Simple Features; DE-9IM).
    Spatial {
        Intersects = "s_intersects",
        Disjoint = "s_disjoint",
        Within = "s_within",
        Contains = "s_contains",
        Equals = "s_equals",
        Touches = "s_touches",
        Crosses = "s_crosses",
        Overlaps = "s_overlaps",
    }
}

words! {
    /// What a time is to another (Allen's relations, as CQL2 names them).
    Temporal {
        After = "t_after",
        Before = "t_before",
        Contains = "t_contains",
        Disjoint = "t_disjoint",
        During = "t_during",
        Equals = "t_equals",
        FinishedBy = "t_finishedby",
        Finishes = "t_finishes",
        Intersects = "t_intersects",
        Meets = "t_meets",
        MetBy = "t_metby",
        OverlappedBy = "t_overlappedby",
        Overlaps = "t_overlaps",
        StartedBy = "t_startedby",
        Starts = "t_starts",
    }
}

impl Temporal {
    /// Of two stretches of time, both ends included.
    fn holds(self, [s1, e1]: [i64; 2], [s2, e2]: [i64; 2]) -> bool {
        match self {
            Self::After => s1 > e2,
            Self::Before => e1 < s2,
            Self::Contains => s1 < s2 && e1 > e2,
            Self::Disjoint => s1 > e2 || e1 < s2,
            Self::During => s1 > s2 && e1 < e2,
            Self::Equals => s1 == s2 && e1 == e2,
            Self::FinishedBy => e1 == e2 && s1 < s2,
            Self::Finishes => e1 == e2 && s1 > s2,
            Self::Intersects => s1 <= e2 && s2 <= e1,
            Self::Meets => e1 == s2,
            Self::MetBy => s1 == e2,
            Self::OverlappedBy => s1 > s2 && s1 < e2 && e1 > e2,
            Self::Overlaps => s1 < s2 && e1 > s2 && e1 < e2,
            Self::StartedBy => s1 == s2 && e1 > e2,
            Self::Starts => s1 == s2 && e1 < e2,
        }
    }
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    Property(usize),
    Value(Value<'static>),
    /// In small letters.
    Folded(Box<Operand>),
}

impl Operand {
    fn read<'a>(&'a self, rows: &'a dyn Rows, row: usize) -> Value<'a> {
        match self {
            Self::Property(ix) => rows.value(row, *ix),
            Self::Value(value) => value.lent(),
            Self::Folded(inner) => match inner.read(rows, row) {
                Value::Text(text) => Value::Text(text.to_lowercase().into()),
                other => other,
            },
        }
    }
}

/// A stretch of time; an end that is not given is open.
#[derive(Debug, Clone, PartialEq)]
pub struct Stretch(pub [Option<Operand>; 2]);

impl Stretch {
    /// Milliseconds since 1970; `None` while an end is unknown.
    fn read(&self, rows: &dyn Rows, row: usize) -> Option<[i64; 2]> {
        let end = |end: &Option<Operand>, open: i64| match end {
            None => Some(open),
            Some(operand) => match operand.read(rows, row) {
                Value::Time(at) => Some(at.ms()),
                _ => None,
            },
        };
        let Self([from, to]) = self;
        Some([end(from, i64::MIN)?, end(to, i64::MAX)?])
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    Is(bool),
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    Compare(Operand, Op, Operand),
    Like(Operand, Pattern),
    Null(Operand),
    /// What the thing shows, to a shape in WGS-84.
    Spatial(Spatial, Box<Geometry<f64>>),
    Temporal(Temporal, Stretch, Stretch),
}

impl Filter {
    pub fn takes(&self, rows: &dyn Rows, row: usize) -> bool {
        self.holds(rows, row) == Some(true)
    }

    fn holds(&self, rows: &dyn Rows, row: usize) -> Option<bool> {
        match self {
            Self::Is(known) => Some(*known),
            Self::And(all) => any(all.iter().map(|f| f.holds(rows, row)), false),
            Self::Or(all) => any(all.iter().map(|f| f.holds(rows, row)), true),
            Self::Not(inner) => inner.holds(rows, row).map(|known| !known),
            Self::Compare(a, op, b) => a.read(rows, row).compare(&b.read(rows, row)).map(|order| op.holds(order)),
            Self::Like(text, pattern) => match text.read(rows, row) {
                Value::Text(text) => Some(pattern.takes(&text)),
                _ => None,
            },
            Self::Null(operand) => Some(operand.read(rows, row) == Value::Null),
            Self::Spatial(relation, shape) => Some(relates(*relation, rows, row, shape)),
            Self::Temporal(relation, a, b) => Some(relation.holds(a.read(rows, row)?, b.read(rows, row)?)),
        }
    }
}

/// `decisive` when one of them is, unknown when that can't be told, else the opposite.
fn any(all: impl Iterator<Item = Option<bool>>, decisive: bool) -> Option<bool> {
    let mut sum = Some(!decisive);
    for one in all {
        match one {
            Some(known) if known == decisive => return one,
            None => sum = None,
            Some(_) => {}
        }
    }
    sum
}

fn relates(relation: Spatial, rows: &dyn Rows, row: usize, shape: &Geometry<f64>) -> bool {
    let near = shape.bounding_rect().is_some_and(|r| {
        let around = BBox { west: r.min().x, south: r.min().y, east: r.max().x, north: r.max().y };
        around.intersects(&rows.bbox(row))
    });
    if !near {
        return relation == Spatial::Disjoint;
    }
    let own = rows.geometry(row);
    match relation {
        Spatial::Intersects => own.intersects(shape),
        Spatial::Disjoint => !own.intersects(shape),
        Spatial::Within => own.relate(shape).is_within(),
        Spatial::Contains => own.relate(shape).is_contains(),
        Spatial::Equals => own.relate(shape).is_equal_topo(),
        Spatial::Touches => own.relate(shape).is_touches(),
        Spatial::Crosses => own.relate(shape).is_crosses(),
        Spatial::Overlaps => own.relate(shape).is_overlaps(),
    }
}

/// `%` is any run of characters, `_` any one; `\` takes the next as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Run,
    One,
    This(char),
}

impl Pattern {
    pub fn new(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            parts.push(match c {
                '%' => Part::Run,
                '_' => Part::One,
                '\\' => Part::This(chars.next().unwrap_or('\\')),
                c => Part::This(c),
            });
        }
        Self(parts)
    }

    /// Greedy, and back to the last `%` where it fails: at most length of text times length of pattern.
    fn takes(&self, text: &str) -> bool {
        let parts = &self.0;
        let text: Vec<char> = text.chars().collect();
        let (mut t, mut p) = (0, 0);
        let mut back: Option<(usize, usize)> = None;
        while t < text.len() {
            match parts.get(p) {
                Some(Part::Run) => {
                    back = Some((t, p));
                    p += 1;
                }
                Some(part) if *part == Part::One || *part == Part::This(text[t]) => (t, p) = (t + 1, p + 1),
                _ => match back {
                    Some((from, run)) => {
                        back = Some((from + 1, run));
                        (t, p) = (from + 1, run + 1);
                    }
                    None => return false,
                },
            }
        }
        parts[p..].iter().all(|part| *part == Part::Run)
    }
}

#[cfg(test)]
mod tests;
