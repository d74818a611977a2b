//! The rules of `deny.toml`, which cargo-deny reads too.

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use spdx::Licensee;

use super::{lock::Lock, metadata::Package};
use crate::files;

/// What dependencies may be.
pub struct Rules {
    /// The accepted licences.
    pub allow: Vec<Licensee>,
    banned: Vec<Ban>,
}

#[derive(Deserialize)]
struct File {
    licenses: Licences,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licences {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    #[serde(default)]
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

impl Rules {
    /// Packages of the lock file that are banned, with the reason.
    pub fn banned(&self, lock: &Lock) -> Vec<String> {
        let mut faults = Vec::new();
        for package in &lock.packages {
            let ban = self.banned.iter().find(|ban| ban.name == package.name);
            if let Some(ban) = ban {
                faults.push(format!("{} is banned: {}", package.shown(), ban.reason));
            }
        }
        faults
    }
}

/// Dependencies that accept any version. Those on folders need no version.
pub fn wildcards(packages: &[Package]) -> Vec<String> {
    let mut faults = Vec::new();
    for package in packages {
        let any = |d: &&super::metadata::Dependency| d.req == "*" && d.path.is_none();
        for dependency in package.dependencies.iter().filter(any) {
            faults.push(format!(
                "{} {} accepts any version of {}; name a version",
                package.name, package.version, dependency.name
            ));
        }
    }
    faults
}

/// Reads `deny.toml`.
pub fn read() -> Result<Rules> {
    let path = files::root().join("deny.toml");
    parse(&String::from_utf8(files::read(&path)?)?).context("cannot read deny.toml")
}

fn parse(text: &str) -> Result<Rules> {
    let file: File = toml::from_str(text)?;
    let parse = |name: &String| {
        Licensee::parse(name).map_err(|error| anyhow!("licenses.allow: `{name}`: {}", error.reason))
    };
    let allow = file
        .licenses
        .allow
        .iter()
        .map(parse)
        .collect::<Result<_>>()?;
    Ok(Rules {
        allow,
        banned: file.bans.deny,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::supply::{lock::Locked, metadata::Dependency};

    const TEXT: &str = "[licenses]\nallow = [\"MIT\"]\n[bans]\n\
                        deny = [{ crate = \"bad\", reason = \"no upkeep\" }]\n";

    fn locked(name: &str) -> Locked {
        Locked {
            name: name.into(),
            version: "1.0.0".into(),
            source: None,
            checksum: None,
        }
    }

    #[test]
    fn a_banned_package_is_found_by_its_whole_name() {
        let packages = vec![locked("bad"), locked("bad-not")];
        let faults = parse(TEXT).unwrap().banned(&Lock { packages });
        assert_eq!(faults, ["bad 1.0.0 is banned: no upkeep"]);
    }

    #[test]
    fn an_unknown_licence_in_the_list_is_an_error_that_names_it() {
        let error = parse(&TEXT.replace("MIT", "MITT")).err().unwrap();
        assert!(error.to_string().contains("`MITT`"), "{error}");
    }

    #[test]
    fn a_dependency_that_accepts_any_version_is_a_fault_unless_it_is_a_folder() {
        let dependency = |name: &str, req: &str, path: Option<&str>| Dependency {
            name: name.into(),
            req: req.into(),
            path: path.map(Into::into),
        };
        let package = Package {
            name: "a".into(),
            version: "1.0.0".into(),
            license: None,
            license_file: None,
            source: None,
            repository: None,
            manifest_path: "Cargo.toml".into(),
            dependencies: vec![
                dependency("exact", "=1.2.3", None),
                dependency("folder", "*", Some("../folder")),
                dependency("any", "*", None),
            ],
        };
        assert_eq!(
            wildcards(&[package]),
            ["a 1.0.0 accepts any version of any; name a version"]
        );
    }
}
