//! The weights and data sets that the router and the pools were made from, as THIRD-PARTY.md lists them.

use anyhow::{Context, Result, bail};

use crate::files;

const FILE: &str = "THIRD-PARTY.md";
const HEADING: &str = "## Sources in the bill of materials";

/// One source of numbers in the published files.
#[derive(Debug, PartialEq)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Its version, if it has one.
    pub version: Option<String>,
    /// Its licence expression.
    pub licence: String,
    /// Its address.
    pub address: String,
}

/// Reads the table of sources.
pub fn read() -> Result<Vec<Source>> {
    let text = files::read(&files::root().join(FILE))?;
    parse(&String::from_utf8(text)?).with_context(|| format!("cannot read the table in {FILE}"))
}

fn parse(text: &str) -> Result<Vec<Source>> {
    let after = text.lines().skip_while(|line| *line != HEADING).skip(1);
    let section = after.take_while(|line| !line.starts_with("## "));
    let rows = section.filter(|line| line.starts_with('|')).skip(2);
    let sources = rows.map(row).collect::<Result<Vec<_>>>()?;
    if sources.is_empty() {
        bail!("there are no rows below `{HEADING}`");
    }
    Ok(sources)
}

fn row(line: &str) -> Result<Source> {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [name, version, licence, address] = cells[..] else {
        bail!("`{line}` does not have the cells name, version, licence, address");
    };
    spdx::Expression::parse(licence)
        .map_err(|error| anyhow::anyhow!("`{licence}` of {name}: {}", error.reason))?;
    Ok(Source {
        name: name.into(),
        version: Some(version).filter(|v| !v.is_empty()).map(Into::into),
        licence: licence.into(),
        address: address.trim_matches(['<', '>']).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &str) -> String {
        format!(
            "# A\n\n| x |\n|---|\n| y |\n\n{HEADING}\n\n| a | b | c | d |\n|---|---|---|---|\n{rows}\n## Next\n| z |\n"
        )
    }

    #[test]
    fn only_the_rows_below_the_heading_are_sources() {
        let sources = parse(&table("| words |  | WordNet | <https://example.org> |\n")).unwrap();
        let expected = Source {
            name: "words".into(),
            version: None,
            licence: "WordNet".into(),
            address: "https://example.org".into(),
        };
        assert_eq!(sources, [expected]);
    }

    #[test]
    fn a_missing_cell_an_unknown_licence_and_a_missing_table_are_errors() {
        for rows in ["| words | WordNet | x |\n", "| words | | free | x |\n", ""] {
            assert!(parse(&table(rows)).is_err(), "{rows}");
        }
    }

    #[test]
    fn the_table_of_the_repository_is_readable() {
        assert!(
            read()
                .unwrap()
                .iter()
                .any(|source| source.name == "all-MiniLM-L6-v2")
        );
    }
}
