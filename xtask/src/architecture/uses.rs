//! Which module uses which, as the source has it.

use super::tree::{Target, Tree};

/// A place in one module that needs what another file defines.
#[derive(Clone, Debug)]
pub struct Use {
    /// The module that uses.
    pub from: usize,
    /// The module that defines what is used.
    pub to: usize,
    /// Line in the file of `from`, from 1.
    pub line: usize,
    /// The path as written there.
    pub path: String,
}

/// Every use across files, and the paths of this crate that cannot be found.
pub struct Uses {
    /// In the order of modules and lines.
    pub found: Vec<Use>,
    /// One message each.
    pub unknown: Vec<String>,
}

/// Collects the uses of all modules. A re-export alone is not a use; code that uses the re-exported
/// name uses the file that defines it.
pub fn collect(tree: &Tree) -> Uses {
    let mut uses = Uses {
        found: Vec::new(),
        unknown: Vec::new(),
    };
    for (number, module) in tree.modules.iter().enumerate() {
        for import in &module.imports {
            let shown = match &import.name {
                Some(_) => import.path.join("::"),
                None => format!("{}::*", import.path.join("::")),
            };
            let targets = tree.resolve(number, &import.path);
            if targets.is_empty() {
                uses.add_unknown(tree, number, import.line, &shown);
            }
            if import.public {
                continue;
            }
            for target in targets {
                match target {
                    Target::Item(item) => {
                        uses.add(tree, number, tree.items[item].module, import.line, &shown);
                    }
                    Target::Module(inner) if import.name.is_none() => {
                        // Names count at the place of their use. Traits have an effect without it.
                        for item in tree.traits(inner) {
                            uses.add(tree, number, tree.items[item].module, import.line, &shown);
                        }
                    }
                    Target::Module(_) | Target::External => {}
                }
            }
        }
        for mention in &module.mentions {
            let shown = mention.path.join("::");
            let targets = tree.resolve(number, &mention.path);
            if targets.is_empty() {
                uses.add_unknown(tree, number, mention.line, &shown);
            }
            for target in targets {
                match target {
                    Target::Item(item) => {
                        uses.add(tree, number, tree.items[item].module, mention.line, &shown);
                    }
                    Target::Module(inner) if mention.names_module => {
                        uses.add(tree, number, inner, mention.line, &shown);
                    }
                    Target::Module(_) | Target::External => {}
                }
            }
        }
    }
    uses.found.sort_by_key(|found| (found.from, found.line));
    uses
}

impl Uses {
    fn add(&mut self, tree: &Tree, from: usize, to: usize, line: usize, path: &str) {
        if tree.modules[from].file == tree.modules[to].file {
            return;
        }
        let known = |old: &Use| (old.from, old.to, old.line) == (from, to, line);
        if !self.found.iter().rev().take(64).any(known) {
            self.found.push(Use {
                from,
                to,
                line,
                path: path.to_owned(),
            });
        }
    }

    fn add_unknown(&mut self, tree: &Tree, from: usize, line: usize, path: &str) {
        let file = &tree.modules[from].file;
        let message = format!(
            "{file}:{line}: `{path}` cannot be found in the crate. If the code compiles, the check \
             does not understand it: write the path in a simpler way, or extend \
             xtask/src/architecture"
        );
        if !self.unknown.contains(&message) {
            self.unknown.push(message);
        }
    }
}
