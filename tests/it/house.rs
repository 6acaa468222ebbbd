//! The rules of the house, kept by a test: what `src/lib.rs` says about floors is true.
//!
//! Every path in `src/` that starts with a crate of ours, `super::` or `self::` is resolved to the file that
//! defines what it names (re-exports are followed; the crates of the lowest floors count as modules). It may not
//! - run **upward**, to a module on a higher floor, nor across a wall (`store` and `import`);
//! - close a **cycle** between siblings, each sibling standing for its whole folder. A file and
//!   its folder's `mod.rs` may name each other. Unit tests are exempt here, an oracle may look back.
//!
//! Beside that: SQL stands in `store` only, every schema of the OpenAPI document has a name of its own,
//! every dependency is used, the page loads nothing from elsewhere, and both READMEs tell the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

mod checker;
mod reader;
mod schemas;
mod texts;

use reader::{File, Reader};
use schemas::schema_names;
use texts::{outline, outside_hosts, sql_lines};

/// The floor of each top-level module of the crate.
const FLOORS: &[(u8, &[&str])] = &[
    (0, &["base"]),
    (1, &["kernel"]),
    (2, &["domain"]),
    (3, &["change", "world"]),
    (4, &["store", "import"]),
    (5, &["config", "telemetry", "ctx"]),
    (6, &["api"]),
    (7, &["feature"]),
    (8, &["server", "cli", "main"]),
];

/// Neighbours on one floor that may not know each other.
const WALLS: &[[&str; 2]] = &[["store", "import"]];

/// Floors that are crates of their own.
const CRATES: &[(&str, &str)] = &[("xunge_base", "base"), ("xunge_kernel", "kernel")];

/// Whether a path that starts with `word` leads to a file of ours.
fn is_ours(word: &str) -> bool {
    matches!(word, "crate" | "xunge" | "super" | "self") || CRATES.iter().any(|(name, _)| *name == word)
}

/// Where paths of the crate that holds `module` start.
fn crate_of(module: &[String]) -> Module {
    module.iter().take(1).filter(|top| CRATES.iter().any(|(_, folder)| folder == top)).cloned().collect()
}

fn floor(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(_, names)| names.contains(&module)).map(|(floor, _)| *floor)
}

/// A module as its path below the crate: `crate::kernel::graph` is `["kernel", "graph"]`.
type Module = Vec<String>;

/// `from` names something that `to` defines.
#[derive(Debug)]
struct Edge {
    from: Module,
    to: Module,
    at: String,
    in_test: bool,
}

/// All files of a crate.
struct House(BTreeMap<Module, File>);

impl House {
    /// From (path below `src/`, text).
    fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(
            files
                .into_iter()
                .map(|(name, source)| {
                    let module = module_of(name);
                    (module.clone(), Reader::read(name, module, source))
                })
                .collect(),
        )
    }

    fn edges(&self) -> Vec<Edge> {
        let mut edges = Vec::new();
        for (from, file) in &self.0 {
            for m in &file.mentions {
                let to = self.resolve(&m.inside, &m.path, 0);
                if to != *from {
                    let at = format!("src/{}:{}: `{}`", file.name, m.line, m.path.join("::"));
                    let in_test = m.in_test || is_test_file(&file.name);
                    edges.push(Edge { from: from.clone(), to, at, in_test });
                }
            }
        }
        edges
    }

    /// The module file that defines what `path`, said inside module `inside`, names.
    fn resolve(&self, inside: &[String], path: &[String], depth: usize) -> Module {
        let mut at = inside.to_vec();
        let mut rest = path;
        while let [first, tail @ ..] = rest {
            match first.as_str() {
                "crate" => at = crate_of(inside),
                "xunge" => at.clear(),
                "super" => {
                    at.pop();
                }
                "self" => {}
                other => match CRATES.iter().find(|(name, _)| *name == other) {
                    Some((_, folder)) => at = vec![(*folder).to_owned()],
                    None => break,
                },
            }
            rest = tail;
        }
        while let [first, tail @ ..] = rest {
            at.push(first.clone());
            if !self.0.contains_key(&at) {
                at.pop();
                break;
            }
            rest = tail;
        }
        while !self.0.contains_key(&at) && !at.is_empty() {
            at.pop(); // an inline module: its file
        }
        match rest.first() {
            Some(name) if depth < 8 => self.reexport(&at, name, depth).unwrap_or(at),
            _ => at,
        }
    }

    /// Where `name` comes from when the module at `at` only passes it on.
    fn reexport(&self, at: &[String], name: &str, depth: usize) -> Option<Module> {
        let file = self.0.get(at)?;
        if file.items.contains(name) {
            return None;
        }
        let known = |path: &[String]| {
            let child = [at, &path[..1]].concat();
            is_ours(&path[0]) || self.0.contains_key(&child)
        };
        let mut uses = file.uses.iter().filter(|(_, path)| known(path));
        if let Some((_, path)) = uses.clone().find(|(n, _)| n == name) {
            return Some(self.resolve(at, path, depth + 1));
        }
        uses.find_map(|(n, path)| {
            let glob = (n == "*").then(|| self.resolve(at, &path[..path.len() - 1], depth + 1))?;
            self.0.get(&glob)?.items.contains(name).then_some(glob)
        })
    }

    /// One line for each broken rule.
    fn complaints(&self) -> Vec<String> {
        let edges = self.edges();
        let homeless = self.0.keys().filter_map(|m| m.first()).filter(|name| floor(name).is_none());
        let homeless = homeless.map(|name| format!("src/{name}: has no floor, give it one in house.rs"));
        let homeless: BTreeSet<_> = homeless.collect();
        homeless.into_iter().chain(edges.iter().filter_map(upward)).chain(cycles(&edges)).collect()
    }
}

/// `kernel/graph.rs`, `kernel/graph/mod.rs` → `["kernel", "graph"]`; `lib.rs` → `[]`.
fn module_of(name: &str) -> Module {
    let path = name.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

/// The unit tests of a module that became a folder.
fn is_test_file(name: &str) -> bool {
    name.ends_with("/tests.rs")
}

fn upward(edge: &Edge) -> Option<String> {
    let from = edge.from.first()?;
    let Some(to) = edge.to.first() else {
        return Some(format!("{} names nothing in a module with a floor", edge.at));
    };
    let (low, high) = (floor(from)?, floor(to)?);
    let walled = WALLS.iter().any(|w| from != to && w.contains(&from.as_str()) && w.contains(&to.as_str()));
    if low < high {
        Some(format!("{} runs upward: {from} is on floor {low}, {to} on floor {high}", edge.at))
    } else {
        walled.then(|| format!("{} crosses a wall: {from} and {to} may not know each other", edge.at))
    }
}

/// Cycles between the children of one module, each child standing for all that lies below it.
fn cycles(edges: &[Edge]) -> Vec<String> {
    let mut graphs: BTreeMap<&[String], BTreeMap<&str, BTreeMap<&str, &str>>> = BTreeMap::new();
    for edge in edges.iter().filter(|e| !e.in_test) {
        let common = edge.from.iter().zip(&edge.to).take_while(|(a, b)| a == b).count();
        if let (Some(from), Some(to)) = (edge.from.get(common), edge.to.get(common)) {
            graphs.entry(&edge.from[..common]).or_default().entry(from).or_default().entry(to).or_insert(&edge.at);
        }
    }
    // An edge between floors is judged by `upward` alone.
    if let Some(top) = graphs.get_mut(&[][..]) {
        top.iter_mut().for_each(|(from, to)| to.retain(|to, _| floor(to) == floor(from)));
    }
    graphs.values().filter_map(cycle).collect()
}

/// The first cycle of a graph of named edges, as the list of its edges.
fn cycle(graph: &BTreeMap<&str, BTreeMap<&str, &str>>) -> Option<String> {
    fn walk<'a>(
        graph: &BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>,
        node: &'a str,
        way: &mut Vec<(&'a str, &'a str)>,
        done: &mut BTreeSet<&'a str>,
    ) -> Option<String> {
        for (&to, &at) in graph.get(node).into_iter().flatten() {
            way.push((node, at));
            if let Some(start) = way.iter().position(|(from, _)| *from == to) {
                let lines: Vec<_> = way[start..].iter().map(|(from, at)| format!("\n  {from}: {at}")).collect();
                return Some(format!("a cycle:{}", lines.concat()));
            }
            if !done.contains(to)
                && let Some(found) = walk(graph, to, way, done)
            {
                return Some(found);
            }
            way.pop();
        }
        done.insert(node);
        None
    }
    let mut done = BTreeSet::new();
    graph.keys().find_map(|node| walk(graph, node, &mut Vec::new(), &mut done))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Files below `folder` of the project with one of `kinds` as extension: (path below it, text).
fn files(folder: &str, kinds: &[&str]) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).into_iter().flatten().map(|e| e.expect("a readable folder").path()) {
            let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if entry.is_dir() && !["node_modules", "dist", "target"].contains(&name.as_str()) {
                walk(&entry, found);
            } else if entry.is_file() {
                found.push(entry);
            }
        }
    }
    let (folder, mut found) = (root().join(folder), Vec::new());
    walk(&folder, &mut found);
    found.retain(|f| f.extension().is_some_and(|e| kinds.iter().any(|k| *k == e)));
    found.sort();
    let name = |f: &Path| f.strip_prefix(&folder).expect("below the folder").to_string_lossy().replace('\\', "/");
    found.iter().map(|f| (name(f), fs::read_to_string(f).expect("a text file"))).collect()
}

#[test]
fn imports_run_downward_and_without_cycles() {
    let sources = files("src", &["rs"]);
    assert!(sources.len() > 5, "src/ holds only {} files", sources.len());
    let complaints = House::new(sources.iter().map(|(n, s)| (n.as_str(), s.as_str()))).complaints();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn sql_stands_in_store_only() {
    let sources = files("src", &["rs"]);
    let may = |name: &str| name.starts_with("store/") || name == "store.rs" || is_test_file(name);
    let elsewhere = sources.iter().filter(|(name, _)| !may(name));
    let lines: Vec<_> =
        elsewhere.flat_map(|(n, s)| sql_lines(s).into_iter().map(move |l| format!("src/{n}:{l}"))).collect();
    assert!(lines.is_empty(), "SQL outside src/store: {}", lines.join(", "));
}

#[test]
fn every_schema_has_a_name_of_its_own() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (file, source) in files("src", &["rs"]) {
        for (name, line) in schema_names(&source) {
            places.entry(name).or_default().push(format!("src/{file}:{line}"));
        }
    }
    assert!(places.len() > 100, "only {} schemas were found", places.len());
    let shared: Vec<_> = places.iter().filter(|(_, at)| at.len() > 1).map(|(n, at)| format!("{n}: {at:?}")).collect();
    assert!(shared.is_empty(), "several types under one name of the OpenAPI document:\n{}", shared.join("\n"));
}

#[test]
fn every_dependency_is_used() {
    let unused: Vec<_> =
        [("", &["src", "tests", "benches"][..]), ("src/base/", &["src/base"]), ("src/kernel/", &["src/kernel"])]
            .iter()
            .flat_map(|(folder, sources)| {
                let manifest = format!("{folder}Cargo.toml");
                let text = fs::read_to_string(root().join(&manifest)).expect("a manifest");
                let table: toml::Table = text.parse().expect("a manifest parses");
                let idle = [unused(&table["dependencies"], &sources[..1]), unused(&table["dev-dependencies"], sources)];
                idle.concat().into_iter().map(move |name| format!("{manifest}: {name} is named by no source"))
            })
            .collect();
    assert!(unused.is_empty(), "{}", unused.join("\n"));
}

/// The dependencies of a table that no source below `folders` names; the crates in `src` are read apart.
fn unused(table: &toml::Value, folders: &[&'static str]) -> Vec<String> {
    let inner =
        |folder: &str, name: &str| folder == "src" && CRATES.iter().any(|(_, f)| name.starts_with(&format!("{f}/")));
    let read =
        |&folder: &&'static str| files(folder, &["rs"]).into_iter().filter(move |(name, _)| !inner(folder, name));
    let sources: String = folders.iter().flat_map(read).map(|(_, text)| text).collect();
    // What `words!` writes names these.
    let derived = |name: &str| sources.contains("words! {") && ["serde", "utoipa"].contains(&name);
    let named = |name: &str| {
        derived(name) || [format!("{name}::"), format!("use {name} as ")].iter().any(|said| sources.contains(said))
    };
    let names = table.as_table().expect("a table").keys();
    names.filter(|name| !named(&name.replace('-', "_"))).cloned().collect()
}

#[test]
fn the_page_loads_nothing_from_elsewhere() {
    let kinds = ["html", "css", "ts", "tsx", "js", "mjs", "svg"];
    for (name, source) in files("web", &kinds).into_iter().chain(files("src", &kinds)) {
        let hosts = outside_hosts(&source);
        assert!(hosts.is_empty(), "{name} names outside hosts (line, host): {hosts:?}");
    }
}

#[test]
fn both_readmes_tell_the_same() {
    let [english, chinese] =
        ["README.md", "README.zh.md"].map(|name| outline(&fs::read_to_string(root().join(name)).expect("a README")));
    assert!(english.len() > 50, "{}", english.len());
    for (e, c) in english.iter().zip(&chinese) {
        assert_eq!(e, c);
    }
    assert_eq!(english.len(), chinese.len());
}
