//! CQL2 text: recursive descent over characters; an error says at which of them.

use geo::Geometry;
use wkt::TryFromWkt;

use super::{Builder, Built, Term};
use crate::{
    base::{Error, Result},
    domain::layers::{
        Value,
        filter::{Filter, Op},
    },
};

/// How deep conditions may lie in each other.
const DEPTH_MAX: usize = 64;
const SHAPES: [&str; 7] =
    ["POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION"];

pub fn read(text: &str, builder: &Builder) -> Result<Filter> {
    let mut reader = Reader { text, at: 0, depth: 0, builder };
    let read = reader.whole();
    read.map_err(|why| {
        let place = 1 + text[..reader.at].chars().count();
        Error::invalid("filter", format!("at character {place}: {why}"))
    })
}

struct Reader<'a> {
    text: &'a str,
    /// Byte that is read next.
    at: usize,
    depth: usize,
    builder: &'a Builder,
}

impl<'a> Reader<'a> {
    fn whole(&mut self) -> Built<Filter> {
        let filter = self.either()?;
        self.space();
        if self.rest().is_empty() { Ok(filter) } else { Err(format!("{} is not expected", self.seen())) }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// What stands here, for messages.
    fn seen(&self) -> String {
        let word: String = self.rest().chars().take(20).take_while(|c| !c.is_whitespace()).collect();
        if word.is_empty() { "the end".to_owned() } else { format!("{word:?}") }
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Takes a sign, if it comes next.
    fn sign(&mut self, sign: &str) -> bool {
        self.space();
        let is = self.rest().starts_with(sign);
        if is {
            self.at += sign.len();
        }
        is
    }

    fn must(&mut self, sign: &str) -> Built<()> {
        if self.sign(sign) { Ok(()) } else { Err(format!("{sign:?} is expected, not {}", self.seen())) }
    }

    /// The word that comes next, not yet taken.
    fn peek(&mut self) -> &'a str {
        self.space();
        let rest = self.rest();
        let is_part =
            |(i, c): (usize, char)| c.is_alphabetic() || "_:".contains(c) || (i > 0 && "0123456789.".contains(c));
        let end = rest.char_indices().find(|&(i, c)| !is_part((i, c))).map_or(rest.len(), |(i, _)| i);
        &rest[..end]
    }

    /// Takes a word in whichever case, if it comes next.
    fn word(&mut self, word: &str) -> bool {
        let is = self.peek().eq_ignore_ascii_case(word);
        if is {
            self.at += word.len();
        }
        is
    }

    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Built<T>) -> Built<T> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(format!("conditions lie more than {DEPTH_MAX} deep in each other"));
        }
        let read = inner(self);
        self.depth -= 1;
        read
    }

    fn either(&mut self) -> Built<Filter> {
        let mut all = vec![self.both()?];
        while self.word("OR") {
            all.push(self.both()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Filter::Or(all) })
    }

    fn both(&mut self) -> Built<Filter> {
        let mut all = vec![self.one()?];
        while self.word("AND") {
            all.push(self.one()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Filter::And(all) })
    }

    fn one(&mut self) -> Built<Filter> {
        self.deeper(|reader| {
            if reader.word("NOT") {
                return Ok(Filter::Not(Box::new(reader.one()?)));
            }
            if reader.sign("(") {
                let inner = reader.either()?;
                reader.must(")")?;
                return Ok(inner);
            }
            reader.predicate()
        })
    }

    fn predicate(&mut self) -> Built<Filter> {
        let name = self.peek().to_ascii_lowercase();
        if let Ok(relation) = name.parse() {
            let [a, b] = self.two(name.len(), Self::term)?;
            return Builder::spatial(relation, a, b);
        }
        if let Ok(relation) = name.parse() {
            let [a, b] = self.two(name.len(), Self::term)?;
            return self.builder.temporal(relation, a, b);
        }
        let a = self.term()?;
        if self.word("IS") {
            let not = self.word("NOT");
            if !self.word("NULL") {
                return Err(format!("NULL is expected, not {}", self.seen()));
            }
            return Ok(negated(not, Builder::null(a)?));
        }
        let not = self.word("NOT");
        if self.word("LIKE") {
            let pattern = self.term()?;
            return Ok(negated(not, self.builder.like(a, pattern)?));
        }
        if self.word("BETWEEN") {
            let low = self.term()?;
            if !self.word("AND") {
                return Err(format!("AND is expected, not {}", self.seen()));
            }
            let high = self.term()?;
            return Ok(negated(not, self.builder.between(a, low, high)?));
        }
        if self.word("IN") {
            self.must("(")?;
            let mut list = vec![self.term()?];
            while self.sign(",") {
                list.push(self.term()?);
            }
            self.must(")")?;
            return Ok(negated(not, self.builder.among(&a, list)?));
        }
        if not {
            return Err(format!("LIKE, BETWEEN or IN is expected after NOT, not {}", self.seen()));
        }
        for (sign, op) in [("<>", Op::Ne), ("<=", Op::Le), (">=", Op::Ge), ("=", Op::Eq), ("<", Op::Lt), (">", Op::Gt)]
        {
            if self.sign(sign) {
                let b = self.term()?;
                return self.builder.compare(op, a, b);
            }
        }
        match a {
            Term::Value(Value::Flag(known)) => Ok(Filter::Is(known)),
            _ => Err(format!("a comparison is expected, not {}", self.seen())),
        }
    }

    fn two<T>(&mut self, name: usize, mut read: impl FnMut(&mut Self) -> Built<T>) -> Built<[T; 2]> {
        self.at += name;
        self.must("(")?;
        let a = read(self)?;
        self.must(",")?;
        let b = read(self)?;
        self.must(")")?;
        Ok([a, b])
    }

    fn term(&mut self) -> Built<Term> {
        self.deeper(Self::bare_term)
    }

    fn bare_term(&mut self) -> Built<Term> {
        self.space();
        match self.rest().chars().next() {
            None => return Err("the filter ends too soon".to_owned()),
            Some('\'') => return Ok(Term::Value(Value::Text(self.quoted('\'')?.into()))),
            Some('"') => {
                let name = self.quoted('"')?;
                return self.builder.property(&name);
            }
            Some(c) if c.is_ascii_digit() || "+-.".contains(c) => return self.number(),
            Some(_) => {}
        }
        let word = self.peek();
        let upper = word.to_ascii_uppercase();
        if word.is_empty() {
            return Err(format!("{} is not expected", self.seen()));
        }
        let called = self.rest()[word.len()..].trim_start().starts_with('(');
        match upper.as_str() {
            "TRUE" | "FALSE" => {
                self.at += word.len();
                Ok(Term::Value(Value::Flag(upper == "TRUE")))
            }
            "TIMESTAMP" if called => self.in_brackets(word, |r| Builder::timestamp(&r.literal()?)),
            "DATE" if called => self.in_brackets(word, |r| Builder::date(&r.literal()?)),
            "INTERVAL" if called => self.two(word.len(), Self::end).map(Term::Interval),
            "CASEI" if called => self.in_brackets(word, |r| {
                let inner = r.term()?;
                r.builder.folded(inner)
            }),
            "BBOX" if called => self.in_brackets(word, |r| {
                let mut numbers = vec![r.plain_number()?];
                while r.sign(",") {
                    numbers.push(r.plain_number()?);
                }
                r.builder.bbox(&numbers)
            }),
            shape
                if SHAPES.contains(&shape)
                    && (called || self.rest()[word.len()..].trim_start().starts_with(['Z', 'z'])) =>
            {
                self.shape()
            }
            _ if called => Err(format!("there is no function {word:?} here")),
            _ => {
                let term = self.builder.property(word)?;
                self.at += word.len();
                Ok(term)
            }
        }
    }

    fn in_brackets<T>(&mut self, name: &str, inner: impl FnOnce(&mut Self) -> Built<T>) -> Built<T> {
        self.at += name.len();
        self.must("(")?;
        let read = inner(self)?;
        self.must(")")?;
        Ok(read)
    }

    /// One end of an interval.
    fn end(&mut self) -> Built<Option<Box<Term>>> {
        self.space();
        if self.rest().starts_with('\'') {
            Builder::end(&self.literal()?)
        } else {
            self.term().map(|t| Some(Box::new(t)))
        }
    }

    fn literal(&mut self) -> Built<String> {
        self.space();
        if self.rest().starts_with('\'') {
            self.quoted('\'')
        } else {
            Err(format!("a text in single quotes is expected, not {}", self.seen()))
        }
    }

    /// A quote within is doubled, or stands behind a backslash.
    fn quoted(&mut self, quote: char) -> Built<String> {
        let (start, mut text) = (self.at, String::new());
        let mut chars = self.text[start + 1..].char_indices().peekable();
        while let Some((i, c)) = chars.next() {
            let doubled = chars.peek().is_some_and(|(_, next)| *next == quote);
            if (c == quote || c == '\\') && doubled {
                text.push(quote);
                chars.next();
            } else if c == quote {
                self.at = start + 1 + i + 1;
                return Ok(text);
            } else {
                text.push(c);
            }
        }
        Err(format!("a {quote} is never closed"))
    }

    fn digits(&mut self) -> Built<&'a str> {
        self.space();
        let rest = self.rest();
        let mut before = ' ';
        let part = |c: char, before: char| {
            c.is_ascii_digit() || "+-.eE".contains(c) && (!"+-".contains(c) || " eE".contains(before))
        };
        let end = rest.find(|c| {
            let ends = !part(c, before);
            before = c;
            ends
        });
        let text = &rest[..end.unwrap_or(rest.len())];
        if text.is_empty() {
            return Err(format!("a number is expected, not {}", self.seen()));
        }
        Ok(text)
    }

    fn number(&mut self) -> Built<Term> {
        let text = self.digits()?;
        let value = match text.parse::<i64>() {
            Ok(whole) => Value::Whole(whole),
            Err(_) => return self.plain_number().map(|v| Term::Value(Value::Number(v))),
        };
        self.at += text.len();
        Ok(Term::Value(value))
    }

    fn plain_number(&mut self) -> Built<f64> {
        let text = self.digits()?;
        let number = text.parse::<f64>().ok().filter(|v| v.is_finite());
        let number = number.ok_or_else(|| format!("{text:?} is not a number"))?;
        self.at += text.len();
        Ok(number)
    }

    /// Well-known text, up to its last bracket.
    fn shape(&mut self) -> Built<Term> {
        let rest = self.rest();
        let mut open = 0_usize;
        for (i, c) in rest.char_indices() {
            match c {
                '(' => open += 1,
                ')' => open = open.saturating_sub(1),
                _ => {}
            }
            if open > DEPTH_MAX {
                return Err(format!("brackets lie more than {DEPTH_MAX} deep in each other"));
            }
            if c == ')' && open == 0 {
                let text = &rest[..=i];
                let shape = Geometry::try_from_wkt_str(text).map_err(|e| format!("a shape can't be read: {e}"))?;
                let shape = self.builder.shape(shape)?;
                self.at += text.len();
                return Ok(shape);
            }
        }
        Err("a shape's bracket is never closed".to_owned())
    }
}

fn negated(not: bool, filter: Filter) -> Filter {
    if not { Filter::Not(Box::new(filter)) } else { filter }
}
