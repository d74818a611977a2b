//! The probes of all families.

use std::collections::{BTreeMap, HashMap, HashSet};
use uniroute::Router;
use uniroute_probe::families::{FAMILIES, OPEN, probes};
use uniroute_probe::{Difficulty, Key, Probe};

#[test]
fn the_same_seed_gives_the_same_probes_and_other_seeds_share_none() {
    let texts = |seed| -> Vec<String> { probes(seed, 3).into_iter().map(|p| p.query).collect() };
    assert_eq!(texts(1), texts(1));
    let mut seen: HashMap<String, u64> = HashMap::new();
    let mut shared = Vec::new();
    for seed in [1, 2, 3, 77, 1 << 40, u64::MAX] {
        for text in texts(seed) {
            if let Some(other) = seen.insert(text.clone(), seed) {
                shared.push(format!("seeds {other} and {seed}: {text}"));
            }
        }
    }
    assert!(shared.is_empty(), "{}", shared.join("\n"));
}

#[test]
fn every_family_has_every_difficulty_and_ids_are_unique() {
    let all = probes(5, 2);
    assert!(FAMILIES.len() >= 24);
    for family in &FAMILIES {
        for difficulty in Difficulty::ALL {
            let own = all
                .iter()
                .filter(|p| p.family == family.name && p.difficulty == difficulty);
            assert_eq!(own.count(), 2, "{} {}", family.name, difficulty.name());
        }
    }
    let ids: HashSet<&String> = all.iter().map(|p| &p.id).collect();
    assert_eq!(ids.len(), all.len());
    for difficulty in Difficulty::ALL {
        assert!(matches!(OPEN.probe(1, difficulty, 0).key, Key::Judged(_)));
    }
}

#[test]
fn every_field_of_the_default_router_has_probes() {
    let router = Router::bundled().unwrap();
    let mut fields: BTreeMap<&str, usize> = router
        .meta()
        .fields
        .iter()
        .map(|f| (f.as_str(), 0))
        .collect();
    let mut places: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for probe in probes(9, 2) {
        let field = field_of(&router, &probe);
        *fields.get_mut(field).unwrap() += 1;
        *places
            .entry(probe.family)
            .or_default()
            .entry(field)
            .or_default() += 1;
    }
    println!("{places:#?}");
    let without: Vec<_> = fields.iter().filter(|(_, n)| **n < 2).collect();
    assert!(without.is_empty(), "{without:?}\n{fields:?}");
}

/// The field with the largest share of a probe's membership.
fn field_of<'a>(router: &'a Router, probe: &Probe) -> &'a str {
    let phi = router
        .clusters()
        .membership(&router.embedder().embed(&probe.query).vector);
    let mut shares: HashMap<&str, f32> = HashMap::new();
    for (cluster, share) in phi.iter().enumerate() {
        *shares.entry(router.field(cluster).unwrap()).or_default() += share;
    }
    shares
        .into_iter()
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap()
        .0
}
