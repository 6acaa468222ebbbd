//! CQL2 JSON; an error says in which part. How deep it may lie is the JSON reader's limit, 128 brackets.

use geo::Geometry;
use serde_json::Value as Json;

use super::{Builder, Built, Term};
use crate::{
    base::{Error, Result},
    domain::layers::{
        Value,
        filter::{Filter, Op},
    },
};

/// Where something went wrong, from the inside out, and why.
struct Fault {
    path: Vec<String>,
    why: String,
}

type Read<T> = Result<T, Fault>;

impl From<String> for Fault {
    fn from(why: String) -> Self {
        Self { path: Vec::new(), why }
    }
}

pub fn read(text: &str, builder: &Builder) -> Result<Filter> {
    let json: Json = serde_json::from_str(text).map_err(|e| Error::invalid("filter", e.to_string()))?;
    Reader { builder }.filter(&json).map_err(|fault| {
        let path: Vec<_> = fault.path.into_iter().rev().collect();
        let path = if path.is_empty() { "the filter".to_owned() } else { path.join(".") };
        Error::invalid("filter", format!("at {path}: {}", fault.why))
    })
}

struct Reader<'a> {
    builder: &'a Builder,
}

fn inside<T>(ix: usize, read: impl FnOnce() -> Read<T>) -> Read<T> {
    read().map_err(|mut fault| {
        fault.path.push(format!("args[{ix}]"));
        fault
    })
}

impl Reader<'_> {
    fn filter(&self, json: &Json) -> Read<Filter> {
        if let Some(known) = json.as_bool() {
            return Ok(Filter::Is(known));
        }
        let (op, args) = call(json)?;
        let term = |ix: usize| inside(ix, || self.term(&args[ix]));
        let many = |n: usize| match args.len() {
            found if found == n => Ok(()),
            found => Err(format!("{op} takes {n} arguments, not {found}")),
        };
        let compare = |op: Op| -> Read<Filter> {
            many(2)?;
            Ok(self.builder.compare(op, term(0)?, term(1)?)?)
        };
        match op {
            "and" | "or" => {
                let all = args.iter().enumerate().map(|(ix, a)| inside(ix, || self.filter(a)));
                let all = all.collect::<Read<Vec<_>>>()?;
                Ok(if op == "and" { Filter::And(all) } else { Filter::Or(all) })
            }
            "not" => {
                many(1)?;
                Ok(Filter::Not(Box::new(inside(0, || self.filter(&args[0]))?)))
            }
            "=" => compare(Op::Eq),
            "<>" => compare(Op::Ne),
            "<" => compare(Op::Lt),
            ">" => compare(Op::Gt),
            "<=" => compare(Op::Le),
            ">=" => compare(Op::Ge),
            "like" => {
                many(2)?;
                Ok(self.builder.like(term(0)?, term(1)?)?)
            }
            "between" => {
                many(3)?;
                Ok(self.builder.between(term(0)?, term(1)?, term(2)?)?)
            }
            "in" => {
                many(2)?;
                let list = args[1].as_array().ok_or_else(|| "in takes a list".to_owned())?;
                let list = inside(1, || list.iter().map(|j| self.term(j)).collect())?;
                Ok(self.builder.among(&term(0)?, list)?)
            }
            "isNull" => {
                many(1)?;
                Ok(Builder::null(term(0)?)?)
            }
            name => {
                if let Ok(relation) = name.parse() {
                    many(2)?;
                    return Ok(Builder::spatial(relation, term(0)?, term(1)?)?);
                }
                if let Ok(relation) = name.to_ascii_lowercase().parse() {
                    many(2)?;
                    return Ok(self.builder.temporal(relation, term(0)?, term(1)?)?);
                }
                Err(format!("there is no operator {name:?} here").into())
            }
        }
    }

    fn term(&self, json: &Json) -> Read<Term> {
        Ok(match json {
            Json::String(text) => Term::Value(Value::Text(text.clone().into())),
            Json::Bool(known) => Term::Value(Value::Flag(*known)),
            Json::Number(number) => Term::Value(match number.as_i64() {
                Some(whole) => Value::Whole(whole),
                None => Value::Number(number.as_f64().unwrap_or(f64::INFINITY)),
            }),
            Json::Object(members) => match members.iter().next().map(|(name, value)| (name.as_str(), value)) {
                Some(("property", Json::String(name))) => self.builder.property(name)?,
                Some(("timestamp", Json::String(text))) => Builder::timestamp(text)?,
                Some(("date", Json::String(text))) => Builder::date(text)?,
                Some(("interval", Json::Array(ends))) if ends.len() == 2 => {
                    Term::Interval([self.end(&ends[0])?, self.end(&ends[1])?])
                }
                Some(("bbox", Json::Array(numbers))) => {
                    let numbers: Option<Vec<f64>> = numbers.iter().map(Json::as_f64).collect();
                    self.builder.bbox(&numbers.ok_or_else(|| "a box consists of numbers".to_owned())?)?
                }
                _ if members.contains_key("coordinates") || members.contains_key("geometries") => {
                    let shape = serde_json::from_value::<geojson::Geometry>(json.clone()).map_err(|e| e.to_string());
                    let shape = shape.and_then(|g| Geometry::try_from(g).map_err(|e| e.to_string()));
                    self.builder.shape(shape.map_err(|e| format!("a shape can't be read: {e}"))?)?
                }
                _ => match call(json)? {
                    ("casei", [inner]) => {
                        let inner = inside(0, || self.term(inner))?;
                        self.builder.folded(inner)?
                    }
                    (name, _) => return Err(format!("there is no function {name:?} here").into()),
                },
            },
            Json::Null | Json::Array(_) => return Err(format!("{json} is no argument here").into()),
        })
    }

    fn end(&self, json: &Json) -> Read<Option<Box<Term>>> {
        match json {
            Json::String(text) => Ok(Builder::end(text)?),
            other => self.term(other).map(|term| Some(Box::new(term))),
        }
    }
}

/// The operator and its arguments.
fn call(json: &Json) -> Built<(&str, &[Json])> {
    let op = json["op"].as_str().ok_or_else(|| format!("{} has no op", short(json)))?;
    let args = json["args"].as_array().ok_or_else(|| format!("{op} has no args"))?;
    Ok((op, args))
}

fn short(json: &Json) -> String {
    let text = json.to_string();
    if text.chars().count() > 60 { text.chars().take(60).chain("…".chars()).collect() } else { text }
}
