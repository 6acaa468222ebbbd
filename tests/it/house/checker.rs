//! The checker itself, on small strings: it catches what it is for.

use super::{
    House,
    schemas::schema_names,
    texts::{outside_hosts, sql_lines},
};

fn complaints(files: &[(&str, &str)]) -> String {
    House::new(files.iter().copied()).complaints().join("\n")
}

#[test]
fn catches_an_upward_import_with_file_and_line() {
    for said in [
        "\nuse crate::world::World;",
        "\nuse crate::{base::Code, world::{self, World}};",
        "\nfn f() -> crate::world::World { todo!() }",
        "\nfn f() { println!(\"{:?}\", [crate::world::World::new()]) }",
        "\nuse super::super::world;",
        "\nmod tests { use super::super::super::world::World; }",
        "\n#[derive(X)] #[x(with = crate::world::f)] struct S;",
    ] {
        let c = complaints(&[("base/mod.rs", ""), ("domain/graph.rs", said), ("domain/mod.rs", ""), ("world.rs", "")]);
        assert!(c.starts_with("src/domain/graph.rs:2: `"), "{said}: {c:?}");
        assert!(c.ends_with("runs upward: domain is on floor 2, world on floor 3"), "{said}: {c:?}");
    }
}

#[test]
fn allows_what_runs_downward() {
    let c = complaints(&[
        ("base/mod.rs", "mod id; pub use id::Code;"),
        ("base/id.rs", "pub struct Code;"),
        ("world.rs", "pub(crate) struct World; use crate::base::Code; use crate::change::Change;"),
        ("change.rs", "use crate::{base, kernel::graph::Graph};"),
        ("kernel/mod.rs", "pub mod graph;"),
        (
            "kernel/graph.rs",
            "pub struct Graph; use std::{fmt, io}; use xunge_base::Code; use crate::graph::Graph as G;",
        ),
        ("main.rs", "use xunge::world::World;"),
    ]);
    assert_eq!(c, "");
}

#[test]
fn catches_a_cycle_between_siblings() {
    let c = complaints(&[
        ("domain/a.rs", "use super::b::B;\npub struct A;"),
        ("domain/b.rs", "\nuse crate::domain::c;"),
        ("domain/c/mod.rs", "mod deep;"),
        ("domain/c/deep.rs", "fn f() { crate::domain::a::g() }"),
        ("domain/mod.rs", ""),
    ]);
    let lines = ["src/domain/a.rs:1", "src/domain/b.rs:2", "src/domain/c/deep.rs:1"];
    assert!(c.starts_with("a cycle:") && lines.iter().all(|l| c.contains(l)), "{c}");
}

#[test]
fn sees_through_the_names_of_our_crates() {
    let files = [("kernel/mod.rs", ""), ("kernel/a.rs", "use crate::b;"), ("kernel/b.rs", "use crate::a;")];
    assert!(complaints(&files).starts_with("a cycle:"), "{}", complaints(&files));
    let c = complaints(&[("base/mod.rs", "use xunge_kernel::a;"), ("kernel/mod.rs", ""), ("kernel/a.rs", "")]);
    assert!(c.contains("base is on floor 0, kernel on floor 1"), "{c}");
}

#[test]
fn catches_a_cycle_hidden_by_re_exports() {
    for reexport in ["pub use a::A; pub use b::B;", "pub use self::{a::A as A, b::*};"] {
        let files = [
            ("domain/mod.rs", reexport),
            ("domain/a.rs", "use super::B; pub struct A;"),
            ("domain/b.rs", "use crate::domain::A; pub struct B;"),
        ];
        assert!(complaints(&files).starts_with("a cycle:"), "{reexport}: {}", complaints(&files));
    }
}

#[test]
fn a_file_and_its_folder_may_name_each_other_and_tests_may_look_back() {
    let c = complaints(&[
        ("domain/mod.rs", "pub mod a; pub mod b; use a::A; pub struct D;"),
        ("domain/a.rs", "use super::D; pub struct A; #[cfg(test)] mod tests { use crate::domain::b::B; }"),
        ("domain/b.rs", "use super::a::A; pub struct B;"),
        ("domain/a/tests.rs", "use crate::domain::b::B;"),
    ]);
    assert_eq!(c, "");
}

#[test]
fn catches_a_crossed_wall_a_homeless_module_and_an_item_of_the_root() {
    let c = complaints(&[("store/mod.rs", "use crate::import::osm;"), ("import/mod.rs", "")]);
    assert!(c.contains("store and import may not know each other"), "{c}");
    assert!(complaints(&[("util.rs", "")]).contains("src/util: has no floor"));
    assert!(
        complaints(&[("domain/mod.rs", "use crate::Thing;"), ("lib.rs", "pub struct Thing;")])
            .contains("`crate::Thing`")
    );
}

#[test]
fn finds_sql_in_strings_and_macros_only() {
    let sql = "/// SELECT is a word.\nfn f() { q(\"SELECT 1\"); format!(\"UPDATE t\n SET a = 1\"); }\n\
               fn g() { \"please SELECT\" } #[cfg(test)] mod t { const A: &str = \"SELECT 1\"; }";
    assert_eq!(sql_lines(&sql.replace("please SELECT", "please select")), [2, 2]);
}

#[test]
fn finds_the_names_of_schemas() {
    let source = "#[derive(Debug, utoipa::ToSchema)]\nstruct A;\n#[derive(ToSchema)]\n#[schema(as = X, inline)]\npub enum B {}\n\
                  words! {\n/// Doc.\nC { One = \"one\" }\n}\nwords! { #[schema(as = Y)] D { One = \"one\" } }\n\
                  #[derive(Serialize)] struct E; #[cfg(test)] mod t { #[derive(ToSchema)] struct F; }";
    let names: Vec<_> = schema_names(source).into_iter().map(|(name, line)| format!("{name} {line}")).collect();
    assert_eq!(names, ["A 2", "X 5", "C 8", "Y 10"]);
}

#[test]
fn finds_outside_hosts_and_leaves_comments_alone() {
    let page = "// a comment. With dots.\n<script src=\"https://cdn.example.com/x.js\">\n@import url(//fonts.example.org/a)\n\
                <a href=\"https://www.openstreetmap.org/copyright\">\n`http://${host}/x`";
    let hosts = outside_hosts(page);
    assert_eq!(hosts, [(2, "cdn.example.com".to_owned()), (3, "fonts.example.org".to_owned())]);
}
