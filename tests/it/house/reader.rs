//! What one source file says: the paths in it, read with `syn`, macro bodies as tokens.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    UseTree,
    spanned::Spanned,
    visit::{self, Visit},
};

use super::{Module, is_ours};

/// A path as it stands in a file.
pub struct Mention {
    /// The module around it, inline modules included.
    pub inside: Module,
    pub path: Vec<String>,
    pub line: usize,
    pub in_test: bool,
}

/// What one file says: its mentions, the names it takes in by `use`, the items it defines.
#[derive(Default)]
pub struct File {
    pub name: String,
    pub mentions: Vec<Mention>,
    /// Name or `*` → the path it stands for.
    pub uses: Vec<(String, Vec<String>)>,
    pub items: BTreeSet<String>,
}

#[derive(Default)]
pub struct Reader {
    module: Module,
    inline: Vec<String>,
    in_test: bool,
    file: File,
}

impl Reader {
    pub fn read(name: &str, module: Module, source: &str) -> File {
        let tree = syn::parse_file(source).unwrap_or_else(|e| panic!("{name}: {e}"));
        let mut reader = Self { module, ..Self::default() };
        reader.file.name = name.to_owned();
        reader.visit_file(&tree);
        reader.file
    }

    fn mention(&mut self, path: Vec<String>, line: usize) {
        if is_ours(&path[0]) && path.len() > 1 {
            let inside = self.module.iter().chain(&self.inline).cloned().collect();
            self.file.mentions.push(Mention { inside, path, line, in_test: self.in_test });
        }
    }

    fn use_tree(&mut self, prefix: &[String], tree: &UseTree) {
        let joined = |name: String| [prefix, &[name]].concat();
        let (name, path) = match tree {
            UseTree::Path(p) => return self.use_tree(&joined(p.ident.to_string()), &p.tree),
            UseTree::Group(g) => return g.items.iter().for_each(|item| self.use_tree(prefix, item)),
            UseTree::Name(n) if n.ident == "self" => (prefix.last().cloned().unwrap_or_default(), prefix.to_vec()),
            UseTree::Name(n) => (n.ident.to_string(), joined(n.ident.to_string())),
            UseTree::Rename(r) if r.ident == "self" => (r.rename.to_string(), prefix.to_vec()),
            UseTree::Rename(r) => (r.rename.to_string(), joined(r.ident.to_string())),
            UseTree::Glob(_) => ("*".to_owned(), joined("*".to_owned())),
        };
        self.mention(path.clone(), tree.span().start().line);
        if self.inline.is_empty() {
            self.file.uses.push((name, path));
        }
    }

    /// Macro bodies are only tokens: take every `crate::a::b` in them.
    fn tokens(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let ident = |i: usize| match trees.get(i) {
            Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
            _ => None,
        };
        let colon = |i: usize| matches!(trees.get(i), Some(TokenTree::Punct(p)) if p.as_char() == ':');
        let mut i = 0;
        while i < trees.len() {
            if let TokenTree::Group(group) = &trees[i] {
                self.tokens(group.stream());
            } else if let Some(first) = ident(i) {
                let (mut path, line) = (vec![first], trees[i].span().start().line);
                while colon(i + 1) && colon(i + 2) {
                    let Some(next) = ident(i + 3) else { break };
                    path.push(next);
                    i += 3;
                }
                self.mention(path, line);
            }
            i += 1;
        }
    }
}

pub fn is_test(attrs: &[syn::Attribute]) -> bool {
    let is = |a: &syn::Attribute| a.path().is_ident("cfg") && a.parse_args::<syn::Ident>().is_ok_and(|i| i == "test");
    attrs.iter().any(|a| a.path().is_ident("test") || is(a))
}

fn item_name(item: &syn::Item) -> Option<&syn::Ident> {
    use syn::Item::{Const, Enum, Fn, Macro, Static, Struct, Trait, TraitAlias, Type, Union};
    Some(match item {
        Const(i) => &i.ident,
        Enum(i) => &i.ident,
        Fn(i) => &i.sig.ident,
        Macro(i) => i.ident.as_ref()?,
        Static(i) => &i.ident,
        Struct(i) => &i.ident,
        Trait(i) => &i.ident,
        TraitAlias(i) => &i.ident,
        Type(i) => &i.ident,
        Union(i) => &i.ident,
        _ => return None,
    })
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if let (true, Some(name)) = (self.inline.is_empty(), item_name(item)) {
            self.file.items.insert(name.to_string());
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if module.content.is_none() {
            return;
        }
        let outside = self.in_test;
        self.in_test |= is_test(&module.attrs);
        self.inline.push(module.ident.to_string());
        visit::visit_item_mod(self, module);
        self.inline.pop();
        self.in_test = outside;
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.use_tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|s| s.ident.to_string()).collect();
        self.mention(names, path.span().start().line);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.visit_path(&mac.path);
        self.tokens(mac.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone());
        }
    }

    /// `pub(in crate::a)` says who may look in, not what is looked at.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}
}
