//! Circles: files each of which needs the others.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    tree::{Module, Tree},
    uses::Use,
};

/// Files of which each reaches every other one.
#[derive(Debug)]
pub struct Circle {
    /// Whether it would be none if children did not use what their own parents define.
    pub through_parent: bool,
    /// The arrows within, by file that uses and file that is used, with the places.
    pub arrows: BTreeMap<(String, String), Vec<Use>>,
}

/// All circles: first those that have nothing to do with parents.
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
    let only_with_parents = all.difference(&without_parents).map(|files| (files, true));
    without_parents
        .iter()
        .map(|files| (files, false))
        .chain(only_with_parents)
        .map(|(files, through_parent)| {
            let mut arrows: BTreeMap<_, Vec<Use>> = BTreeMap::new();
            for found in uses {
                let (from, to) = arrow(found);
                let counts = through_parent || !to_parent(found);
                if counts && files.contains(&from) && files.contains(&to) {
                    arrows.entry((from, to)).or_default().push(found.clone());
                }
            }
            Circle {
                through_parent,
                arrows,
            }
        })
        .collect()
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

/// All nodes that a path of one arrow or more leads to.
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
    /// The circle with each place that makes it, and the remedy.
    pub fn describe(&self) -> String {
        let files: BTreeSet<&str> = self.arrows.keys().map(|(from, _)| from.as_str()).collect();
        let kind = match self.through_parent {
            true => "circle through the items of a parent module",
            false => "circle between modules",
        };
        let mut text = format!("{kind}, {} files:\n", files.len());
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
