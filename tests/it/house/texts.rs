//! What stands in strings: SQL in Rust sources, outside hosts in the sources of the page.

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};

use super::reader::is_test;

/// String literals outside unit tests and doc comments, with their lines.
#[derive(Default)]
struct Texts(Vec<(String, usize)>);

impl Texts {
    fn tokens(&mut self, tokens: TokenStream) {
        for tree in tokens {
            match tree {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Literal(literal) => {
                    let line = literal.span().start().line;
                    if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                        self.0.push((text.value(), line));
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Texts {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }
    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.0.push((text.value(), text.span().start().line));
    }
    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.tokens(mac.tokens.clone());
    }
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
}

/// Lines of `source` that hold SQL in a string.
pub fn sql_lines(source: &str) -> Vec<usize> {
    const SQL: &[&str] = &["SELECT ", "INSERT INTO ", "DELETE FROM ", "CREATE TABLE ", "PRAGMA ", "BEGIN IMMEDIATE"];
    let is_sql = |text: &str| {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ") + " ";
        SQL.iter().any(|word| text.contains(word)) || (text.contains("UPDATE ") && text.contains(" SET "))
    };
    let mut texts = Texts::default();
    texts.visit_file(&syn::parse_file(source).expect("the source parses"));
    texts.0.into_iter().filter(|(text, _)| is_sql(text)).map(|(_, line)| line).collect()
}

/// Hosts that a page may *link* to or name (licences, XML name spaces); nothing is loaded from them.
const LINKS: &[&str] = &["www.openstreetmap.org", "opendatacommons.org", "www.w3.org", "127.0.0.1"];

/// Outside hosts that a page's source names, with their lines.
pub fn outside_hosts(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (i, line) in source.lines().enumerate() {
        for (at, _) in line.match_indices("//") {
            let (before, rest) = (&line[..at], &line[at + 2..]);
            let has_scheme = ["http:", "https:", "ws:", "wss:"].iter().any(|s| before.ends_with(s));
            let relative = before.ends_with(['"', '\'', '`', '(', '=']);
            let host: String = rest.chars().take_while(|c| c.is_alphanumeric() || ".-".contains(*c)).collect();
            if (has_scheme || relative) && host.contains('.') && !LINKS.contains(&host.as_str()) {
                found.push((i + 1, host));
            }
        }
    }
    found
}

/// What a translation keeps of a document, in order: headings, commands, tables by their first column,
/// and where links lead, but for those to the translation.
pub fn outline(document: &str) -> Vec<String> {
    let (mut kept, mut in_code) = (Vec::new(), false);
    for line in document.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
            kept.push(line.to_owned());
        } else if in_code {
            kept.push(line.split("  #").next().unwrap_or_default().trim_end().to_owned());
        } else if let Some((level, _)) = line.split_once(' ').filter(|(level, _)| level.starts_with('#')) {
            kept.push(level.to_owned());
        } else if let Some(cell) = line.strip_prefix("| `").and_then(|row| row.split("` |").next()) {
            kept.push(cell.to_owned());
        }
        let links = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        kept.extend(links.filter(|link| !link.starts_with("README")).map(str::to_owned));
    }
    kept
}
