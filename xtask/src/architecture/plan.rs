//! The plan: the list in ARCHITECTURE.md of which top-level module may use which.

use std::collections::{BTreeMap, BTreeSet};

use super::{circles, tree::Tree, uses::Use};

/// Info string of the fenced block that holds the list.
const FENCE: &str = "```arrows";

/// For each top-level module, the line of the list and the modules that it may use.
pub type Plan = BTreeMap<String, (usize, BTreeSet<String>)>;

/// Reads the list out of ARCHITECTURE.md: one line a module, `module: used, used`. The second
/// value is the list's problems.
pub fn read(markdown: &str) -> (Plan, Vec<String>) {
    let mut plan = Plan::new();
    let mut problems = Vec::new();
    let lines: Vec<(usize, &str)> = markdown.lines().enumerate().collect();
    let Some(start) = lines.iter().position(|(_, line)| line.trim() == FENCE) else {
        problems.push(format!(
            "ARCHITECTURE.md: the list of arrows is missing. Add a block that starts with {FENCE} and \
             has one line for each module: `module: used, used`"
        ));
        return (plan, problems);
    };
    let block = lines[start + 1..]
        .iter()
        .take_while(|(_, line)| line.trim() != "```");
    for (number, line) in block {
        let number = number + 1;
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let Some((module, used)) = line.split_once(':') else {
            problems.push(format!(
                "ARCHITECTURE.md:{number}: `{line}` is not `module: used, used`"
            ));
            continue;
        };
        let used = used.split(',').map(|name| name.trim().to_owned());
        let used = used.filter(|name| !name.is_empty()).collect();
        let module = module.trim().to_owned();
        if plan.insert(module.clone(), (number, used)).is_some() {
            problems.push(format!(
                "ARCHITECTURE.md:{number}: `{module}` is listed twice; join the two lines"
            ));
        }
    }
    (plan, problems)
}

/// The present arrows between top-level modules. The root itself is not one.
pub fn present(tree: &Tree, uses: &[Use]) -> BTreeMap<String, BTreeMap<String, Vec<Use>>> {
    let mut arrows: BTreeMap<String, BTreeMap<String, Vec<Use>>> = BTreeMap::new();
    for module in &tree.modules {
        if let [top] = module.path.as_slice() {
            arrows.entry(top.clone()).or_default();
        }
    }
    for found in uses {
        let top = |module: usize| tree.modules[module].path.first();
        if let (Some(from), Some(to)) = (top(found.from), top(found.to))
            && from != to
        {
            let from = arrows.entry(from.clone()).or_default();
            from.entry(to.clone()).or_default().push(found.clone());
        }
    }
    arrows
}

/// Every difference between the source and the plan.
pub fn compare(tree: &Tree, uses: &[Use], plan: &Plan) -> Vec<String> {
    let present = present(tree, uses);
    let mut problems = Vec::new();
    for (module, (line, used)) in plan {
        let place = format!("ARCHITECTURE.md:{line}");
        for name in [module].into_iter().chain(used) {
            if !present.contains_key(name) {
                problems.push(format!(
                    "{place}: there is no module `{name}`; correct the list of arrows"
                ));
            }
        }
        let Some(real) = present.get(module) else {
            continue;
        };
        for name in used {
            if present.contains_key(name) && !real.contains_key(name) {
                problems.push(format!(
                    "{place}: {module} → {name} is allowed but not used; remove it from the list"
                ));
            }
        }
    }
    for (module, real) in &present {
        let Some((_, allowed)) = plan.get(module) else {
            problems.push(format!(
                "ARCHITECTURE.md: module `{module}` is missing in the list of arrows; add a line \
                 `{}`",
                line(module, real)
            ));
            continue;
        };
        for (to, uses) in real.iter().filter(|(to, _)| !allowed.contains(*to)) {
            for found in uses {
                problems.push(format!(
                    "{}:{}: the arrow {module} → {to} is not allowed: `{}` is defined in {}. Move the \
                     item down into a module that both may use, or add the arrow to ARCHITECTURE.md \
                     if the plan changes",
                    tree.modules[found.from].file,
                    found.line,
                    found.path,
                    tree.modules[found.to].file,
                ));
            }
        }
    }
    let arrows = plan
        .iter()
        .flat_map(|(from, (_, used))| used.iter().map(|to| (from.clone(), to.clone())));
    for circle in circles::components(arrows) {
        let names: Vec<String> = circle.into_iter().collect();
        problems.push(format!(
            "ARCHITECTURE.md: the allowed arrows make a circle of {}; remove one of them",
            names.join(", ")
        ));
    }
    problems
}

/// The line of the list for a module.
pub fn line<T>(module: &str, used: &BTreeMap<String, T>) -> String {
    let used: Vec<&str> = used.keys().map(String::as_str).collect();
    format!("{module}: {}", used.join(", "))
        .trim_end()
        .to_owned()
}
