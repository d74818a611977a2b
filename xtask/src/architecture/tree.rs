//! The modules of a crate, and what a path in one of them means.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

use anyhow::{Context, Result, bail};
use syn::{Ident, Item, Visibility};

use super::syntax::{self, Import, Mention};

/// The modules of one crate. The first is the crate's root.
#[derive(Default)]
pub struct Tree {
    /// Each after its parent.
    pub modules: Vec<Module>,
    /// What the modules define.
    pub items: Vec<Definition>,
}

/// A module: a file, or a `mod name { … }` within one.
pub struct Module {
    /// Names from the root down; empty for the root.
    pub path: Vec<String>,
    /// The file that holds it.
    pub file: String,
    /// All imports, those of functions included.
    pub imports: Vec<Import>,
    /// All paths in the code.
    pub mentions: Vec<Mention>,
    parent: Option<usize>,
    names: BTreeMap<String, Vec<Name>>,
    /// Whether a macro call may define items that the source does not show.
    opaque: bool,
}

/// A type, trait, function, constant or macro.
pub struct Definition {
    /// The module that defines it.
    pub module: usize,
    /// Whether it is a trait.
    pub is_trait: bool,
    /// Whether a path can continue after it, to a variant or an associated item.
    is_type: bool,
}

/// What a name in a module means.
#[derive(Clone, Copy)]
struct Name {
    binding: Binding,
    public: bool,
}

#[derive(Clone, Copy)]
enum Binding {
    Module(usize),
    Item(usize),
    /// An import of the same module.
    Import(usize),
}

/// What a path means. It may have several meanings, since modules and functions can share a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A module.
    Module(usize),
    /// A definition; a variant or an associated item counts as its type.
    Item(usize),
    /// Something of another crate, or of the language.
    External,
}

/// Imports that are being followed, by module and number, so that following them ends.
type Trail = Vec<(usize, usize)>;

impl Tree {
    /// Reads the crate whose root is the file `root` of `files` (path, with `/` between the
    /// folders, to text).
    pub fn read(root: &str, files: &BTreeMap<String, String>) -> Result<Self> {
        let mut tree = Self::default();
        let items = parse(root, files)?;
        let (folder, _) = root.rsplit_once('/').unwrap_or_default();
        tree.add(None, Vec::new(), root, folder, items, files)?;
        Ok(tree)
    }

    /// Adds a module and those below it. `folder` has the files of its children.
    fn add(
        &mut self,
        parent: Option<usize>,
        path: Vec<String>,
        file: &str,
        folder: &str,
        items: Vec<Item>,
        files: &BTreeMap<String, String>,
    ) -> Result<usize> {
        let found = syntax::read(&items);
        let this = self.modules.len();
        self.modules.push(Module {
            path: path.clone(),
            file: file.to_owned(),
            imports: found.imports,
            mentions: found.mentions,
            parent,
            names: BTreeMap::new(),
            opaque: false,
        });
        for (number, import) in self.modules[this].imports.clone().iter().enumerate() {
            if let Some(name) = &import.name {
                self.bind(this, name, Binding::Import(number), import.public);
            }
        }
        for item in items {
            if syntax::is_test_item(&item) {
                continue;
            }
            let Item::Mod(mut module) = item else {
                self.define(this, &item);
                continue;
            };
            let name = syntax::text(&module.ident);
            let mut child = path.clone();
            child.push(name.clone());
            let below = join(folder, &name);
            let number = match mem::take(&mut module.content) {
                Some((_, items)) => self.add(Some(this), child, file, &below, items, files)?,
                None => {
                    if module.attrs.iter().any(|a| a.path().is_ident("path")) {
                        bail!("{file}: `#[path]` of module {name} is not supported");
                    }
                    let choices = [format!("{below}.rs"), format!("{below}/mod.rs")];
                    let own = choices.iter().find(|choice| files.contains_key(*choice));
                    let own = own
                        .with_context(|| format!("{file}: the file of module {name} is missing"))?;
                    let items = parse(own, files)?;
                    self.add(Some(this), child, own, &below, items, files)?
                }
            };
            let public = syntax::is_public(&module.vis);
            self.bind(this, &name, Binding::Module(number), public);
        }
        Ok(this)
    }

    fn bind(&mut self, module: usize, name: &str, binding: Binding, public: bool) {
        let names = &mut self.modules[module].names;
        names
            .entry(name.to_owned())
            .or_default()
            .push(Name { binding, public });
    }

    fn define(&mut self, module: usize, item: &Item) {
        let (name, visibility, is_type): (&Ident, Option<&Visibility>, bool) = match item {
            Item::Const(item) => (&item.ident, Some(&item.vis), false),
            Item::Enum(item) => (&item.ident, Some(&item.vis), true),
            Item::Fn(item) => (&item.sig.ident, Some(&item.vis), false),
            Item::Static(item) => (&item.ident, Some(&item.vis), false),
            Item::Struct(item) => (&item.ident, Some(&item.vis), true),
            Item::Trait(item) => (&item.ident, Some(&item.vis), true),
            Item::TraitAlias(item) => (&item.ident, Some(&item.vis), true),
            Item::Type(item) => (&item.ident, Some(&item.vis), true),
            Item::Union(item) => (&item.ident, Some(&item.vis), true),
            Item::Macro(item) => match &item.ident {
                Some(name) => (name, None, false),
                None => {
                    self.modules[module].opaque = true;
                    return;
                }
            },
            Item::ForeignMod(_) | Item::Verbatim(_) => {
                self.modules[module].opaque = true;
                return;
            }
            _ => return,
        };
        let number = self.items.len();
        self.items.push(Definition {
            module,
            is_trait: matches!(item, Item::Trait(_)),
            is_type,
        });
        let public = visibility.is_none_or(syntax::is_public);
        self.bind(module, &syntax::text(name), Binding::Item(number), public);
        // `#[macro_export]` puts a macro at the root.
        let exported = |attribute: &syn::Attribute| attribute.path().is_ident("macro_export");
        if matches!(item, Item::Macro(item) if item.attrs.iter().any(exported)) && module != 0 {
            self.bind(0, &syntax::text(name), Binding::Item(number), true);
        }
    }

    /// What `path` means in `module`. Empty if it cannot be found.
    pub fn resolve(&self, module: usize, path: &[String]) -> BTreeSet<Target> {
        self.follow(module, path, &mut Trail::new())
    }

    fn follow(&self, module: usize, path: &[String], trail: &mut Trail) -> BTreeSet<Target> {
        let Some((first, rest)) = path.split_first() else {
            return [Target::Module(module)].into();
        };
        let mut now: BTreeSet<Target> = match first.as_str() {
            "crate" => [Target::Module(0)].into(),
            "self" => [Target::Module(module)].into(),
            "super" => self.parent(module),
            name => {
                let found = self.lookup(module, name, module, trail);
                if found.is_empty() {
                    return [Target::External].into();
                }
                found
            }
        };
        for segment in rest {
            let mut next = BTreeSet::new();
            for target in now {
                match target {
                    Target::Module(inner) if segment == "super" => next.extend(self.parent(inner)),
                    Target::Module(inner) => {
                        next.extend(self.lookup(inner, segment, module, trail));
                    }
                    Target::Item(item) if !self.items[item].is_type => {}
                    type_or_external => {
                        next.insert(type_or_external);
                    }
                }
            }
            now = next;
        }
        now
    }

    fn parent(&self, module: usize) -> BTreeSet<Target> {
        let parent = self.modules[module].parent;
        parent.map(Target::Module).into_iter().collect()
    }

    /// What `name` of `module` means to the module `reader`, which may not see private names.
    fn lookup(
        &self,
        module: usize,
        name: &str,
        reader: usize,
        trail: &mut Trail,
    ) -> BTreeSet<Target> {
        let here = &self.modules[module];
        let inside = self.modules[reader].path.starts_with(&here.path);
        let mut found = BTreeSet::new();
        for bound in here.names.get(name).into_iter().flatten() {
            if !(bound.public || inside) {
                continue;
            }
            match bound.binding {
                Binding::Module(number) => {
                    found.insert(Target::Module(number));
                }
                Binding::Item(number) => {
                    found.insert(Target::Item(number));
                }
                Binding::Import(number) => {
                    found.extend(self.import(module, number, trail));
                }
            }
        }
        if found.is_empty() {
            found = self.lookup_in_globs(module, name, inside, trail);
        }
        // A macro call of this module may define the item.
        if found.is_empty() && here.opaque && module != reader {
            found.insert(Target::Module(module));
        }
        found
    }

    fn lookup_in_globs(
        &self,
        module: usize,
        name: &str,
        inside: bool,
        trail: &mut Trail,
    ) -> BTreeSet<Target> {
        let mut found = BTreeSet::new();
        let mut external = false;
        for (number, import) in self.modules[module].imports.iter().enumerate() {
            if import.name.is_some() || !(import.public || inside) {
                continue;
            }
            let sources = self.import(module, number, trail);
            trail.push((module, number));
            for source in sources {
                match source {
                    Target::Module(inner) => {
                        found.extend(self.lookup(inner, name, module, trail));
                    }
                    Target::External => external = true,
                    // The variants of an enum count as the enum, which the import names already.
                    Target::Item(_) => {}
                }
            }
            trail.pop();
        }
        if found.is_empty() && external {
            found.insert(Target::External);
        }
        found
    }

    /// What an import means. Empty if it is being followed already.
    fn import(&self, module: usize, number: usize, trail: &mut Trail) -> BTreeSet<Target> {
        if trail.contains(&(module, number)) {
            return BTreeSet::new();
        }
        trail.push((module, number));
        let found = self.follow(module, &self.modules[module].imports[number].path, trail);
        trail.pop();
        found
    }

    /// The public traits of a module, which a glob brings into scope.
    pub fn traits(&self, module: usize) -> Vec<usize> {
        let mut traits: Vec<usize> = self.modules[module]
            .names
            .keys()
            .flat_map(|name| self.resolve(module, &["self".to_owned(), name.clone()]))
            .filter_map(|target| match target {
                Target::Item(item) if self.items[item].is_trait => Some(item),
                _ => None,
            })
            .collect();
        traits.sort();
        traits.dedup();
        traits
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

fn parse(name: &str, files: &BTreeMap<String, String>) -> Result<Vec<Item>> {
    let text = files
        .get(name)
        .with_context(|| format!("{name} is missing"))?;
    let file = syn::parse_file(text).map_err(|error| {
        let at = error.span().start();
        anyhow::anyhow!("{name}:{}: {error}", at.line)
    })?;
    Ok(file.items)
}
