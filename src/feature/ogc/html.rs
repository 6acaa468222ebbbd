//! Pages that a person browses: a heading, where one is, and tables. No script; every text is escaped.

use std::fmt::Write;

use serde::Serialize;
use serde_json::Value as Json;

/// Whose the map data is.
pub const ATTRIBUTION: &str = "Map data © OpenStreetMap contributors, ODbL 1.0";

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem;color:#222}\
a{color:#0b57a4}nav{color:#777;margin-bottom:1rem}table{border-collapse:collapse;display:block;overflow-x:auto}\
td,th{border:1px solid #ddd;padding:.2rem .6rem;text-align:left;vertical-align:top}th{background:#f5f5f5}\
pre{background:#f5f5f5;padding:1rem;overflow-x:auto}footer{margin-top:2rem;color:#777}";

/// A link to another page.
#[derive(Debug, Clone, Serialize)]
pub struct Link {
    pub href: String,
    pub rel: &'static str,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub title: String,
}

/// A page under way.
#[derive(Debug)]
pub struct Page {
    title: String,
    body: String,
}

/// Markup as text.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A link as markup.
pub fn anchor(href: &str, text: &str) -> String {
    format!("<a href=\"{}\">{}</a>", escaped(href), escaped(text))
}

impl Page {
    /// With the way that leads here: addresses and names.
    pub fn new(title: &str, way: &[(String, &str)]) -> Self {
        let way: Vec<_> = way.iter().map(|(href, name)| anchor(href, name)).collect();
        Self { title: title.to_owned(), body: format!("<nav>{}</nav>", way.join(" › ")) }
    }

    pub fn text(mut self, text: &str) -> Self {
        let _ = write!(self.body, "<p>{}</p>", escaped(text));
        self
    }

    pub fn links(mut self, links: &[Link]) -> Self {
        let items = links.iter().map(|l| format!("<li>{} <small>{}</small></li>", anchor(&l.href, &l.title), l.kind));
        let _ = write!(self.body, "<ul>{}</ul>", items.collect::<String>());
        self
    }

    /// Cells are markup.
    pub fn table(mut self, head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Self {
        let cells =
            |cells: &[String], tag: &str| cells.iter().map(|c| format!("<{tag}>{c}</{tag}>")).collect::<String>();
        let head: Vec<String> = head.iter().map(|h| escaped(h)).collect();
        let _ = write!(self.body, "<table><tr>{}</tr>", cells(&head, "th"));
        for row in rows {
            let _ = write!(self.body, "<tr>{}</tr>", cells(&row, "td"));
        }
        self.body.push_str("</table>");
        self
    }

    /// JSON as it is.
    pub fn json(mut self, json: &Json) -> Self {
        let text = serde_json::to_string_pretty(json).unwrap_or_default();
        let _ = write!(self.body, "<pre>{}</pre>", escaped(&text));
        self
    }

    pub fn write(self) -> String {
        let title = escaped(&self.title);
        format!(
            "<!doctype html><html><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
             <title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>{}<footer>Xunge 巡格 · {}</footer>\
             </body></html>",
            self.body,
            escaped(ATTRIBUTION),
        )
    }
}

/// A value as the text of a cell.
pub fn cell(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => escaped(text),
        other => escaped(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_markup() {
        let page = Page::new("<b>", &[("/?a=\"&b".to_owned(), "it's")]).text("<script>").json(&Json::from("</pre>"));
        let html = page.write();
        assert!(html.contains("&lt;b&gt;") && html.contains("href=\"/?a=&quot;&amp;b\"") && html.contains("it&#39;s"));
        assert!(!html.contains("<script>") && html.matches("</pre>").count() == 1, "{html}");
    }
}
