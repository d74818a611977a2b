use std::collections::{BTreeMap, BTreeSet};

use super::*;

fn key(name: &str) -> Key {
    (name.into(), "1.0.0+x".into())
}

fn document_of(names: &[&str]) -> Value {
    let part = |name: &&str| {
        let part = Part {
            licence: "MIT".into(),
            checksum: (*name != "root").then(|| "ab".repeat(32)),
            ..Part::default()
        };
        (key(name), part)
    };
    let root = key("root");
    let used: BTreeSet<Key> = names
        .iter()
        .map(|n| key(n))
        .filter(|k| *k != root)
        .collect();
    let module = Module {
        parts: names.iter().map(part).collect(),
        graph: BTreeMap::from([(root.clone(), used)]),
        root,
    };
    let sources = [Source {
        name: "words".into(),
        version: None,
        licence: "WordNet".into(),
        address: "https://example.org".into(),
    }];
    document(&Contents {
        version: "0.1.0",
        module: &module,
        sources: &sources,
        created: "1985-10-26T08:15:00Z",
    })
}

#[test]
fn every_package_is_there_once_with_its_checksum_and_every_relation_has_both_ends() {
    let document = document_of(&["root", "a_b", "c"]);
    let packages = document["packages"].as_array().unwrap();
    let ids: Vec<&str> = packages
        .iter()
        .map(|p| p["SPDXID"].as_str().unwrap())
        .collect();
    let expected = [
        "Package",
        "Crate-a-b-1.0.0-x",
        "Crate-c-1.0.0-x",
        "Crate-root-1.0.0-x",
        "Data-words",
    ];
    assert_eq!(ids, expected.map(|id| format!("SPDXRef-{id}")));
    assert_eq!(
        packages[1]["checksums"][0]["checksumValue"],
        "ab".repeat(32)
    );
    assert_eq!(
        packages[1]["externalRefs"][0]["referenceLocator"],
        "pkg:cargo/a_b@1.0.0%2Bx"
    );
    assert_eq!(packages[3].get("checksums"), None);
    assert_eq!(packages[4].get("versionInfo"), None);
    let relations = document["relationships"].as_array().unwrap();
    assert_eq!(relations.len(), 5);
    for relation in relations {
        for end in ["spdxElementId", "relatedSpdxElement"] {
            let id = relation[end].as_str().unwrap();
            assert!(id == DOCUMENT || ids.contains(&id), "{id}");
        }
    }
}

#[test]
fn the_order_of_the_input_changes_nothing_and_other_contents_change_the_address() {
    let document = document_of(&["root", "a", "c"]);
    assert_eq!(
        document.to_string(),
        document_of(&["c", "a", "root"]).to_string()
    );
    let other = document_of(&["root", "a", "d"]);
    assert_ne!(document["documentNamespace"], other["documentNamespace"]);
}
