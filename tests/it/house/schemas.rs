//! The name that each type has in the OpenAPI document. Of two types under one name the document
//! shows one, in silence, wherever the other is meant.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Ident,
    visit::{self, Visit},
};

use super::reader::is_test;

/// Name and line of every schema that a file declares, unit tests left out.
pub fn schema_names(source: &str) -> Vec<(String, usize)> {
    let mut found = Schemas::default();
    found.visit_file(&syn::parse_file(source).expect("the source parses"));
    found.0
}

#[derive(Default)]
struct Schemas(Vec<(String, usize)>);

impl Schemas {
    fn declared(&mut self, name: &Ident, attributes: &[Attribute]) {
        let attribute = |name: &str| {
            let named = attributes.iter().filter(|a| a.path().is_ident(name));
            named.filter_map(|a| a.meta.require_list().ok()).map(|l| l.tokens.clone()).collect::<Vec<_>>()
        };
        let derived = attribute("derive").into_iter().any(|t| idents(t).any(|i| i == "ToSchema"));
        if derived {
            self.schema(name, attribute("schema"));
        }
    }

    /// By its own name, or the one it is known `as`.
    fn schema(&mut self, name: &Ident, attributes: Vec<TokenStream>) {
        let known_as = attributes.into_iter().find_map(|t| {
            let mut words = idents(t).skip_while(|i| i != "as").skip(1);
            words.next().map(|i| i.to_string())
        });
        self.0.push((known_as.unwrap_or_else(|| name.to_string()), name.span().start().line));
    }
}

fn idents(tokens: TokenStream) -> impl Iterator<Item = Ident> {
    tokens.into_iter().filter_map(|t| if let TokenTree::Ident(ident) = t { Some(ident) } else { None })
}

impl<'ast> Visit<'ast> for Schemas {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !is_test(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.declared(&item.ident, &item.attrs);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.declared(&item.ident, &item.attrs);
    }

    /// `words! { #[schema(as = X)] Name { … } }`
    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        if !item.mac.path.is_ident("words") {
            return;
        }
        let head = |input: syn::parse::ParseStream<'_>| {
            let (attributes, name) = (input.call(Attribute::parse_outer)?, input.parse::<Ident>()?);
            input.parse::<TokenStream>()?;
            Ok((attributes, name))
        };
        let (attributes, name) = item.mac.parse_body_with(head).expect("words! { NAME { … } }");
        let schema = attributes.iter().filter(|a| a.path().is_ident("schema"));
        self.schema(&name, schema.filter_map(|a| a.meta.require_list().ok()).map(|l| l.tokens.clone()).collect());
    }
}
