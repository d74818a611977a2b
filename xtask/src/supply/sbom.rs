//! The bill of materials in the format SPDX 2.3, <https://spdx.github.io/spdx-spec/v2.3/>.

use serde_json::{Value, json};

use super::{
    data::Source,
    module::{Key, Module, Part},
};
use crate::bytes;

const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const PACKAGE: &str = "SPDXRef-Package";
/// What the format has for a value that is not stated.
const UNKNOWN: &str = "NOASSERTION";

/// What the document is made from.
pub struct Contents<'a> {
    /// The version of our package.
    pub version: &'a str,
    /// The packages in the modules.
    pub module: &'a Module,
    /// The weights and data.
    pub sources: &'a [Source],
    /// The time that the document states.
    pub created: &'a str,
}

/// The document. It depends on nothing but `contents`, and neither does its order.
pub fn document(contents: &Contents<'_>) -> Value {
    let (packages, relationships) = (packages(contents), relationships(contents));
    let name = format!("uniroute-{}", contents.version);
    // The address must be another one for other contents.
    let hash = bytes::sha256(
        json!([packages, relationships, contents.created])
            .to_string()
            .as_bytes(),
    );
    json!({
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": DOCUMENT,
        "name": name,
        "documentNamespace": format!("https://spdx.org/spdxdocs/{name}-{hash}"),
        "creationInfo": {
            "created": contents.created,
            "creators": ["Tool: cargo-xtask-pkg"],
            "licenseListVersion": list_version(),
        },
        "packages": packages,
        "relationships": relationships,
    })
}

/// The version of SPDX's list of licences, as the format has it: two numbers.
fn list_version() -> String {
    let numbers: Vec<&str> = spdx::license_version().split('.').take(2).collect();
    numbers.join(".")
}

fn packages(contents: &Contents<'_>) -> Vec<Value> {
    let mut packages = vec![ours(contents.version)];
    packages.extend(
        contents
            .module
            .parts
            .iter()
            .map(|(key, part)| linked(key, part)),
    );
    packages.extend(contents.sources.iter().map(data));
    packages
}

/// The npm package.
fn ours(version: &str) -> Value {
    let mut package = package(PACKAGE, "uniroute", version, "MIT OR Apache-2.0");
    package["externalRefs"] = purl(&format!("pkg:npm/uniroute@{version}"));
    package["primaryPackagePurpose"] = json!("LIBRARY");
    package
}

/// A package in the modules.
fn linked(key: &Key, part: &Part) -> Value {
    let (name, version) = key;
    let mut package = package(&id_of_part(key), name, version, &part.licence);
    if let Some(repository) = &part.repository {
        package["homepage"] = json!(repository);
    }
    if let Some(sum) = &part.checksum {
        package["checksums"] = json!([{"algorithm": "SHA256", "checksumValue": sum}]);
        package["externalRefs"] =
            purl(&format!("pkg:cargo/{name}@{}", version.replace('+', "%2B")));
    }
    package["primaryPackagePurpose"] = json!("LIBRARY");
    package
}

/// Weights or data from which published numbers were computed.
fn data(source: &Source) -> Value {
    let version = source.version.as_deref().unwrap_or_default();
    let mut package = package(
        &id_of_source(source),
        &source.name,
        version,
        &source.licence,
    );
    if version.is_empty()
        && let Some(fields) = package.as_object_mut()
    {
        fields.shift_remove("versionInfo");
    }
    package["homepage"] = json!(source.address);
    package["primaryPackagePurpose"] = json!("SOURCE");
    package
}

fn package(id: &str, name: &str, version: &str, licence: &str) -> Value {
    json!({
        "SPDXID": id,
        "name": name,
        "versionInfo": version,
        "downloadLocation": UNKNOWN,
        "filesAnalyzed": false,
        "licenseConcluded": licence,
        "licenseDeclared": licence,
        "copyrightText": UNKNOWN,
    })
}

fn purl(locator: &str) -> Value {
    json!([{
        "referenceCategory": "PACKAGE-MANAGER",
        "referenceType": "purl",
        "referenceLocator": locator,
    }])
}

fn relationships(contents: &Contents<'_>) -> Vec<Value> {
    let relation = |from: &str, kind: &str, to: &str| json!({"spdxElementId": from, "relationshipType": kind, "relatedSpdxElement": to});
    let module = contents.module;
    let mut all = vec![
        relation(DOCUMENT, "DESCRIBES", PACKAGE),
        relation(PACKAGE, "DEPENDS_ON", &id_of_part(&module.root)),
    ];
    for (user, used) in &module.graph {
        for key in used {
            all.push(relation(&id_of_part(user), "DEPENDS_ON", &id_of_part(key)));
        }
    }
    for source in contents.sources {
        all.push(relation(PACKAGE, "GENERATED_FROM", &id_of_source(source)));
    }
    all
}

fn id_of_part((name, version): &Key) -> String {
    id("Crate", name, version)
}

fn id_of_source(source: &Source) -> String {
    id(
        "Data",
        &source.name,
        source.version.as_deref().unwrap_or_default(),
    )
}

/// An identifier, which may have letters, digits, dots and hyphens only.
fn id(kind: &str, name: &str, version: &str) -> String {
    let text = format!("SPDXRef-{kind}-{name}-{version}");
    let allowed = |c: char| {
        if c.is_ascii_alphanumeric() || c == '.' {
            c
        } else {
            '-'
        }
    };
    text.chars()
        .map(allowed)
        .collect::<String>()
        .trim_end_matches('-')
        .to_owned()
}

#[cfg(test)]
mod tests;
