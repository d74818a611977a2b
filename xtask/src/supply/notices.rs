//! The notices: each package in the modules with its licence, and each licence text once.

use std::fmt::Write;

use super::{module::Key, texts::Licensed};

const RULE: &str =
    "--------------------------------------------------------------------------------";

/// The notices of the package in `version`.
pub fn render(version: &str, packages: &[Licensed]) -> String {
    let mut texts: Vec<(&str, Vec<&Key>)> = Vec::new();
    let mut list = String::new();
    for package in packages {
        let mut numbers = Vec::new();
        for text in &package.texts {
            let known = texts.iter().position(|(other, _)| other == text);
            let index = known.unwrap_or_else(|| {
                texts.push((text, Vec::new()));
                texts.len() - 1
            });
            if let Some((_, users)) = texts.get_mut(index)
                && users.last() != Some(&&package.key)
            {
                users.push(&package.key);
            }
            numbers.push((index + 1).to_string());
        }
        let (name, licence) = (shown(&package.key), &package.licence);
        let lent = match &package.lender {
            Some(key) => format!(
                "; its source has no text, this is the text of {}",
                shown(key)
            ),
            None => String::new(),
        };
        let word = if numbers.len() == 1 { "text" } else { "texts" };
        push(
            &mut list,
            format_args!("{name}: {licence} ({word} {}{lent})\n", numbers.join(", ")),
        );
    }
    let mut out = format!(
        "Third-party notices of uniroute {version}\n\n\
         The WebAssembly module of this package contains the packages below; that of the transformer, which\n\
         is built from the same source, contains them too. Procedural macros and build scripts run in the\n\
         compiler and are not listed. THIRD-PARTY.md lists the sources of the router and the pools.\n\n\
         {RULE}\nPackages: name, version, licence\n{RULE}\n\n{list}"
    );
    for (number, (text, users)) in (1..).zip(&texts) {
        let users: Vec<String> = users.iter().map(|key| shown(key)).collect();
        push(
            &mut out,
            format_args!(
                "\n{RULE}\nText {number}, of {}\n{RULE}\n\n{text}\n",
                users.join(", ")
            ),
        );
    }
    out
}

fn shown((name, version): &Key) -> String {
    format!("{name} {version}")
}

/// Adds to a text in memory, which cannot fail.
fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, texts: &[&str], lender: Option<&str>) -> Licensed {
        let key = |name: &str| (name.to_owned(), "1.0.0".to_owned());
        Licensed {
            key: key(name),
            licence: "MIT".into(),
            texts: texts.iter().map(|t| t.to_string()).collect(),
            lender: lender.map(key),
        }
    }

    #[test]
    fn identical_texts_are_there_once_with_all_their_packages() {
        let packages = [
            package("a", &["first text", "second text"], None),
            package("b", &["second text"], None),
            package("c", &["first text"], Some("a")),
        ];
        let notices = render("0.1.0", &packages);
        assert_eq!(notices.matches("first text").count(), 1);
        assert_eq!(notices.matches("second text").count(), 1);
        assert!(
            notices.contains("Text 1, of a 1.0.0, c 1.0.0\n"),
            "{notices}"
        );
        assert!(notices.contains("Text 2, of a 1.0.0, b 1.0.0\n"));
        assert!(notices.contains("\na 1.0.0: MIT (texts 1, 2)\nb 1.0.0: MIT (text 2)\n"));
        assert!(notices.contains(
            "c 1.0.0: MIT (text 1; its source has no text, this is the text of a 1.0.0)\n"
        ));
        assert_eq!(notices, render("0.1.0", &packages));
    }

    #[test]
    fn a_package_with_the_same_text_twice_is_named_once() {
        let notices = render(
            "0.1.0",
            &[package("a", &["text of it", "text of it"], None)],
        );
        assert!(notices.contains("Text 1, of a 1.0.0\n"), "{notices}");
    }
}
