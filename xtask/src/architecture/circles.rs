//! Circles: sets of files or folders that use each other in turn.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    tree::{Module, Tree},
    uses::Use,
};

/// Files or folders, each of which uses every other one, directly or through others.
#[derive(Debug)]
pub struct Circle {
    /// What it consists of.
    pub kind: Kind,
    /// How many files or folders it has.
    size: usize,
    /// The arrows within, by file that uses and file that is used, with the places.
    arrows: BTreeMap<(String, String), Vec<Use>>,
}

/// The kinds of circles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Files, not counting uses of what a file's own parents define.
    Files,
    /// Modules of one parent, each with all modules below it, where the files make no circle.
    Folders,
    /// Files, where the circle exists only because children use what their own parents define.
    ThroughParent,
}

/// All circles, by kind.
pub fn find(tree: &Tree, uses: &[Use]) -> Vec<Circle> {
    let file = |module: usize| tree.modules[module].file.as_str();
    let arrow = |found: &Use| (file(found.from).to_owned(), file(found.to).to_owned());
    let first_modules = first_modules(tree);
    let to_parent = |found: &Use| {
        let (from, to) = (
            first_modules[file(found.from)],
            first_modules[file(found.to)],
        );
        from.path.len() > to.path.len() && from.path.starts_with(&to.path)
    };
    let without_parents = components(uses.iter().filter(|found| !to_parent(found)).map(arrow));
    let all = components(uses.iter().map(arrow));
    let mut circles = Vec::new();
    for files in &without_parents {
        let within = |found: &Use| {
            let (from, to) = arrow(found);
            !to_parent(found) && files.contains(&from) && files.contains(&to)
        };
        circles.push(Circle::of(tree, Kind::Files, files.len(), uses, within));
    }
    let among = siblings(tree, uses);
    for folders in components(among.iter().map(|(_, arrow)| arrow.clone())) {
        let touched = |files: &BTreeSet<String>| {
            let in_files = |folder: &&String| {
                let modules = tree.modules.iter();
                modules
                    .filter(|module| files.contains(&module.file))
                    .any(|module| is_within(&module.path.join("::"), folder))
            };
            folders.iter().filter(in_files).count()
        };
        if without_parents.iter().any(|files| touched(files) > 1) {
            continue;
        }
        let inner = among
            .iter()
            .filter(|(_, (from, to))| folders.contains(from) && folders.contains(to));
        let inner: Vec<Use> = inner.map(|(found, _)| (*found).clone()).collect();
        circles.push(Circle::of(
            tree,
            Kind::Folders,
            folders.len(),
            &inner,
            |_| true,
        ));
    }
    for files in all.difference(&without_parents) {
        let within = |found: &Use| {
            let (from, to) = arrow(found);
            files.contains(&from) && files.contains(&to)
        };
        circles.push(Circle::of(
            tree,
            Kind::ThroughParent,
            files.len(),
            uses,
            within,
        ));
    }
    circles
}

/// The uses that lead from one child of a module to another, with the paths of the two children.
fn siblings<'a>(tree: &Tree, uses: &'a [Use]) -> Vec<(&'a Use, (String, String))> {
    let mut found = Vec::new();
    for one in uses {
        let (from, to) = (&tree.modules[one.from].path, &tree.modules[one.to].path);
        let shared = from.iter().zip(to).take_while(|(a, b)| a == b).count();
        if from.len() > shared && to.len() > shared {
            let child = |path: &[String]| path[..=shared].join("::");
            found.push((one, (child(from), child(to))));
        }
    }
    found
}

fn is_within(path: &str, folder: &str) -> bool {
    path == folder
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with("::"))
}

/// The outermost module of each file.
fn first_modules(tree: &Tree) -> BTreeMap<&str, &Module> {
    let mut first = BTreeMap::new();
    for module in &tree.modules {
        first.entry(module.file.as_str()).or_insert(module);
    }
    first
}

/// The strongly connected components of more than one node.
pub fn components(
    arrows: impl IntoIterator<Item = (String, String)>,
) -> BTreeSet<BTreeSet<String>> {
    let mut next: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (from, to) in arrows {
        next.entry(from).or_default().insert(to);
    }
    let reached: BTreeMap<&String, BTreeSet<&String>> = next
        .keys()
        .map(|start| (start, reach(&next, start)))
        .collect();
    let mutual = |start: &String| -> BTreeSet<String> {
        reached[start]
            .iter()
            .filter(|other| reached.get(*other).is_some_and(|back| back.contains(start)))
            .map(|other| (*other).clone())
            .collect()
    };
    next.keys()
        .map(mutual)
        .filter(|files| files.len() > 1)
        .collect()
}

/// All nodes that can be reached over one arrow or more.
fn reach<'a>(next: &'a BTreeMap<String, BTreeSet<String>>, start: &String) -> BTreeSet<&'a String> {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&String> = next.get(start).into_iter().flatten().collect();
    while let Some(node) = open.pop() {
        if seen.insert(node) {
            open.extend(next.get(node).into_iter().flatten());
        }
    }
    seen
}

impl Circle {
    fn of(
        tree: &Tree,
        kind: Kind,
        size: usize,
        uses: &[Use],
        within: impl Fn(&Use) -> bool,
    ) -> Self {
        let mut arrows: BTreeMap<_, Vec<Use>> = BTreeMap::new();
        for found in uses.iter().filter(|found| within(found)) {
            let file = |module: usize| tree.modules[module].file.clone();
            let arrow = (file(found.from), file(found.to));
            arrows.entry(arrow).or_default().push(found.clone());
        }
        Self { kind, size, arrows }
    }

    /// The circle with each place that makes it, and the remedy.
    pub fn describe(&self) -> String {
        let kind = match self.kind {
            Kind::Files => format!("circle between modules, {} files", self.size),
            Kind::Folders => format!("circle between folders, {} modules", self.size),
            Kind::ThroughParent => format!(
                "circle through the items of a parent module, {} files",
                self.size
            ),
        };
        let mut text = kind + ":\n";
        for ((from, to), uses) in &self.arrows {
            let first = &uses[0];
            text.push_str(&format!(
                "    {from}:{}: uses {to} (`{}`)",
                first.line, first.path
            ));
            if uses.len() > 1 {
                let lines: Vec<String> = uses[1..].iter().map(|u| u.line.to_string()).collect();
                text.push_str(&format!(", also in line {}", lines.join(", ")));
            }
            text.push('\n');
        }
        text.push_str(
            "    Remedy: move the item that is used in both directions down, into a module that uses \
             none of these, or pass it as an argument",
        );
        text
    }
}
