//! The names that one module imports and the paths that it mentions, without test-only code.
//!
//! Paths are resolved in [`super::tree`].

use std::collections::HashSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Ident, ImplItem, Item, ItemUse, Macro, Meta, PatIdent, Path, Stmt, TraitItem,
    UseTree, VisRestricted, Visibility,
    visit::{self, Visit},
};

/// Keys of attributes whose strings are paths: those of serde and schemars.
const KEYS_WITH_PATHS: [&str; 9] = [
    "default",
    "deserialize_with",
    "from",
    "into",
    "schema_with",
    "serialize_with",
    "skip_serializing_if",
    "try_from",
    "with",
];

/// One name of a `use` item.
#[derive(Clone, Debug)]
pub struct Import {
    /// The imported path, without the `*` of a glob.
    pub path: Vec<String>,
    /// The name in this module; `None` for a glob.
    pub name: Option<String>,
    /// Whether other modules can import the name from here.
    pub public: bool,
    /// Line in the file, from 1.
    pub line: usize,
}

/// A path in an expression, type, pattern, attribute or macro call.
#[derive(Clone, Debug)]
pub struct Mention {
    /// Its segments.
    pub path: Vec<String>,
    /// Line in the file, from 1.
    pub line: usize,
    /// Whether a path to a module uses that module, as in `#[serde(with = "module")]`.
    pub names_module: bool,
}

/// All imports and mentions of one module.
#[derive(Default)]
pub struct Found {
    /// In the order of the text, those inside of functions included.
    pub imports: Vec<Import>,
    /// In the order of the text.
    pub mentions: Vec<Mention>,
    /// For each function around the present place, the names that its patterns bind.
    locals: Vec<HashSet<String>>,
}

/// Reads the items of one module, without the modules inside it.
pub fn read<'a>(items: impl IntoIterator<Item = &'a Item>) -> Found {
    let mut found = Found::default();
    for item in items {
        if !matches!(item, Item::Mod(_)) {
            found.visit_item(item);
        }
    }
    found
}

/// Whether the attributes restrict an item to builds of tests.
pub fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let path = attribute.path();
        path.is_ident("test")
            || (path.is_ident("cfg")
                && attribute
                    .parse_args::<Meta>()
                    .is_ok_and(|condition| requires_test(&condition)))
    })
}

fn requires_test(condition: &Meta) -> bool {
    let Meta::List(list) = condition else {
        return condition.path().is_ident("test");
    };
    let parts =
        list.parse_args_with(syn::punctuated::Punctuated::<Meta, syn::Token![,]>::parse_terminated);
    let Ok(parts) = parts else { return false };
    let all = list.path.is_ident("all");
    let any = list.path.is_ident("any") && !parts.is_empty();
    (all && parts.iter().any(requires_test)) || (any && parts.iter().all(requires_test))
}

/// Whether an item can be named outside of its module.
pub fn is_public(visibility: &Visibility) -> bool {
    match visibility {
        Visibility::Public(_) => true,
        Visibility::Restricted(to) => !to.path.is_ident("self"),
        Visibility::Inherited => false,
    }
}

/// An identifier as a path names it, without `r#`.
pub fn text(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}

fn line(ident: &Ident) -> usize {
    ident.span().start().line
}

fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// Whether only tests see the item.
pub fn is_test_item(item: &Item) -> bool {
    is_test_only(attributes_of(item))
}

impl Found {
    fn mention(&mut self, path: Vec<String>, line: usize) {
        if let [name] = path.as_slice() {
            // A variable hides an item of the same name.
            if self.locals.iter().any(|bound| bound.contains(name)) {
                return;
            }
        }
        self.mentions.push(Mention {
            path,
            line,
            names_module: false,
        });
    }

    fn flatten(&mut self, tree: &UseTree, prefix: &[String], public: bool) {
        let with = |ident: &Ident| {
            let mut path = prefix.to_vec();
            // `a::{self}` is `a`.
            if prefix.is_empty() || ident != "self" {
                path.push(text(ident));
            }
            path
        };
        let (path, name, line) = match tree {
            UseTree::Path(path) => return self.flatten(&path.tree, &with(&path.ident), public),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.flatten(tree, prefix, public);
                }
                return;
            }
            UseTree::Name(name) => {
                let path = with(&name.ident);
                let last = path.last().cloned();
                (path, last, line(&name.ident))
            }
            UseTree::Rename(rename) => (
                with(&rename.ident),
                Some(text(&rename.rename)),
                line(&rename.ident),
            ),
            UseTree::Glob(glob) => {
                let line = glob.star_token.spans[0].start().line;
                (prefix.to_vec(), None, line)
            }
        };
        self.imports.push(Import {
            path,
            name,
            public,
            line,
        });
    }

    /// Paths in the tokens of a macro call or an attribute. Single names count only `with_single`: in
    /// an attribute they are usually keys.
    fn scan(&mut self, tokens: TokenStream, with_single: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is = |at: usize, wanted: char| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == wanted);
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => self.scan(group.stream(), with_single),
                TokenTree::Ident(first) => {
                    let start = at;
                    let mut path = vec![text(first)];
                    while is(at + 1, ':') && is(at + 2, ':') {
                        let Some(TokenTree::Ident(next)) = tokens.get(at + 3) else {
                            break;
                        };
                        path.push(text(next));
                        at += 3;
                    }
                    let before = |wanted| start > 0 && is(start - 1, wanted);
                    let member = before('.') && !(start > 1 && is(start - 2, '.'));
                    let external = before(':') && start > 1 && is(start - 2, ':');
                    let key = path.len() == 1
                        && ((is(at + 1, ':') && !is(at + 2, ':'))
                            || (is(at + 1, '=') && !is(at + 2, '=')));
                    let single = path.len() == 1 && !with_single;
                    if !(member || external || key || single) {
                        self.mention(path, line(first));
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Paths in the strings of an attribute, as in `#[serde(default = "path::to")]`.
    fn scan_strings(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for token in &tokens {
            if let TokenTree::Group(group) = token {
                self.scan_strings(group.stream());
            }
        }
        for three in tokens.windows(3) {
            let [
                TokenTree::Ident(key),
                TokenTree::Punct(sign),
                TokenTree::Literal(value),
            ] = three
            else {
                continue;
            };
            let known = KEYS_WITH_PATHS.iter().any(|known| key == known);
            if !known || sign.as_char() != '=' {
                continue;
            }
            let path = syn::parse_str::<syn::LitStr>(&value.to_string())
                .and_then(|string| string.parse::<Path>());
            if let Ok(path) = path {
                self.mentions.push(Mention {
                    path: segments(&path),
                    line: line(key),
                    names_module: true,
                });
            }
        }
    }

    fn within_function(&mut self, locals: Locals, walk: impl FnOnce(&mut Self)) {
        self.locals.push(locals.0);
        walk(self);
        self.locals.pop();
    }
}

fn segments(path: &Path) -> Vec<String> {
    path.segments
        .iter()
        .map(|segment| text(&segment.ident))
        .collect()
}

impl<'ast> Visit<'ast> for Found {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test_item(item) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes: &[Attribute] = match item {
            ImplItem::Const(item) => &item.attrs,
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Type(item) => &item.attrs,
            _ => &[],
        };
        if !is_test_only(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        let attributes: &[Attribute] = match item {
            TraitItem::Const(item) => &item.attrs,
            TraitItem::Fn(item) => &item.attrs,
            TraitItem::Type(item) => &item.attrs,
            _ => &[],
        };
        if !is_test_only(attributes) {
            visit::visit_trait_item(self, item);
        }
    }

    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        let attributes: &[Attribute] = match statement {
            Stmt::Local(local) => &local.attrs,
            Stmt::Expr(syn::Expr::Block(block), _) => &block.attrs,
            Stmt::Macro(call) => &call.attrs,
            _ => &[],
        };
        if !is_test_only(attributes) {
            visit::visit_stmt(self, statement);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        // `use ::name` is always another crate.
        if item.leading_colon.is_none() {
            self.flatten(&item.tree, &[], is_public(&item.vis));
        }
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        let mut locals = Locals::default();
        locals.visit_item_fn(function);
        self.within_function(locals, |this| visit::visit_item_fn(this, function));
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        let mut locals = Locals::default();
        locals.visit_impl_item_fn(function);
        self.within_function(locals, |this| visit::visit_impl_item_fn(this, function));
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        let mut locals = Locals::default();
        locals.visit_trait_item_fn(function);
        self.within_function(locals, |this| visit::visit_trait_item_fn(this, function));
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if let (None, Some(first)) = (&path.leading_colon, path.segments.first()) {
            self.mention(segments(path), line(&first.ident));
        }
        // Generic arguments hold paths of their own.
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        visit::visit_macro(self, call);
        self.scan(call.tokens.clone(), true);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let path = attribute.path();
        if path.is_ident("doc") || path.is_ident("cfg") || path.is_ident("cfg_attr") {
            // The first part of cfg_attr is a condition; paths may be in its strings.
            if let (true, Meta::List(list)) = (path.is_ident("cfg_attr"), &attribute.meta) {
                self.scan_strings(list.tokens.clone());
            }
        } else if let Meta::List(list) = &attribute.meta {
            self.scan(list.tokens.clone(), false);
            self.scan_strings(list.tokens.clone());
        }
    }

    fn visit_vis_restricted(&mut self, _: &'ast VisRestricted) {
        // `pub(in path)` restricts who may use the item. It uses nothing.
    }
}

/// Names that patterns bind. Those in capitals may be constants instead, and are left out.
#[derive(Default)]
struct Locals(HashSet<String>);

impl<'ast> Visit<'ast> for Locals {
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        let name = text(&pattern.ident);
        if name.chars().next().is_some_and(char::is_lowercase) {
            self.0.insert(name);
        }
        visit::visit_pat_ident(self, pattern);
    }
}
