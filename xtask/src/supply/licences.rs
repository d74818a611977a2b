//! Whether the licences of packages are accepted.

use spdx::{Expression, Licensee, ParseMode};

use super::metadata::Package;

/// What is wrong with the licences of `packages`, where `allow` lists the accepted ones.
pub fn faults(packages: &[Package], allow: &[Licensee]) -> Vec<String> {
    packages
        .iter()
        .filter_map(|package| {
            let fault = fault(package.license.as_deref(), allow)?;
            Some(format!("{} {}: {fault}", package.name, package.version))
        })
        .collect()
}

/// A licence expression as the standard writes it: older manifests separate alternatives with `/`.
pub fn standard(expression: &str) -> String {
    let spaced = expression.replace('/', " OR ");
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn fault(expression: Option<&str>, allow: &[Licensee]) -> Option<String> {
    let Some(expression) = expression else {
        return Some("its manifest states no licence; use another package".into());
    };
    let parsed = match parse(expression) {
        Ok(parsed) => parsed,
        Err(reason) => return Some(format!("cannot read its licence `{expression}`: {reason}")),
    };
    let accepted = |wanted: &spdx::LicenseReq| allow.iter().any(|l| l.satisfies(wanted));
    if parsed.evaluate(accepted) {
        return None;
    }
    Some(format!(
        "its licence `{expression}` is not accepted; use another package, or add the licence to \
         `allow` in deny.toml if the project may accept it"
    ))
}

fn parse(expression: &str) -> Result<Expression, String> {
    let mode = ParseMode {
        allow_deprecated: true,
        ..ParseMode::STRICT
    };
    Expression::parse_mode(&standard(expression), mode).map_err(|error| error.reason.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(expression: Option<&str>) -> bool {
        let allow = ["MIT", "Apache-2.0", "Unicode-3.0"].map(|n| Licensee::parse(n).unwrap());
        fault(expression, &allow).is_none()
    }

    #[test]
    fn one_accepted_alternative_is_enough_and_every_joined_part_is_needed() {
        for good in [
            "MIT",
            "GPL-3.0-only OR MIT",
            "Unlicense/MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
        ] {
            assert!(accepts(Some(good)), "{good}");
        }
        for bad in [
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "MIT OR Apache-2.0 AND",
            "Apache-2.0 WITH LLVM-exception",
            "MIT-like",
            "LicenseRef-own",
            "",
        ] {
            assert!(!accepts(Some(bad)), "{bad}");
        }
        assert!(!accepts(None));
    }

    #[test]
    fn old_alternatives_are_written_as_the_standard_has_them() {
        assert_eq!(standard("Unlicense/MIT"), "Unlicense OR MIT");
        assert_eq!(
            standard("(MIT OR Apache-2.0) AND Unicode-3.0"),
            "(MIT OR Apache-2.0) AND Unicode-3.0"
        );
    }
}
