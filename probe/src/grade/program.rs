//! Programs against hidden cases.

use crate::sandbox::Sandbox;
use serde_json::Value;

/// Whether the program in the answer returns the right value in every case.
pub fn passes(sandbox: &Sandbox, text: &str, name: &str, cases: &[(Vec<Value>, Value)]) -> bool {
    let Some(source) = source(text, name) else {
        return false;
    };
    let arguments: Vec<Vec<Value>> = cases
        .iter()
        .map(|(arguments, _)| arguments.clone())
        .collect();
    let Ok(found) = sandbox.call(&source, name, &arguments) else {
        return false;
    };
    found.len() == cases.len()
        && found
            .iter()
            .zip(cases)
            .all(|(found, (_, expected))| found.as_ref().is_some_and(|found| same(found, expected)))
}

/// The program: the last fenced block that names the function, else all fenced blocks, else the text.
fn source(text: &str, name: &str) -> Option<String> {
    let blocks = fenced(text);
    let own = blocks.iter().rev().find(|block| defines(block, name));
    let source = match (own, blocks.is_empty()) {
        (Some(block), _) => block.clone(),
        (None, true) if defines(text, name) => text.to_owned(),
        _ => return None,
    };
    let lines = source.lines().map(|line| {
        // A script has no exports.
        let line = line.strip_prefix("export default ").unwrap_or(line);
        line.strip_prefix("export ").unwrap_or(line)
    });
    Some(lines.collect::<Vec<_>>().join("\n"))
}

fn defines(source: &str, name: &str) -> bool {
    source.contains(name) && (source.contains("function") || source.contains("=>"))
}

/// The blocks between lines that begin with three backticks. The end of the text closes a block.
fn fenced(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<Vec<&str>> = None;
    for line in text.lines() {
        match (line.trim_start().starts_with("```"), open.take()) {
            (true, Some(block)) => blocks.push(block.join("\n")),
            (true, None) => open = Some(Vec::new()),
            (false, Some(mut block)) => {
                block.push(line);
                open = Some(block);
            }
            (false, None) => {}
        }
    }
    blocks.extend(open.map(|block| block.join("\n")));
    blocks
}

/// Equal, with the rounding of floating-point numbers.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * a.abs().max(1.0),
            _ => false,
        },
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(k, v)| b.get(k).is_some_and(|other| same(v, other)))
        }
        _ => a == b,
    }
}
