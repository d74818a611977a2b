//! Keys of the families: each accepts an answer that we make, and no other one.

mod solve;

use std::collections::HashMap;
use uniroute_probe::families::probes;
use uniroute_probe::grade::{Answer, Grader};

#[test]
fn every_key_accepts_its_answer_and_refuses_others() {
    let grader = Grader::new().unwrap();
    let all = probes(11, 3);
    for probe in &all {
        let right = solve::right(probe);
        assert_eq!(
            grader.is_right(&probe.key, &right),
            Some(true),
            "{}\n{}\n{right:?}\n{:?}",
            probe.id,
            probe.prompt,
            probe.key
        );
        for text in [
            solve::wrong(probe).text,
            String::new(),
            probe.prompt.clone(),
            "none of it".into(),
        ] {
            let verdict = grader.is_right(&probe.key, &Answer::text(text.clone()));
            let empty =
                matches!(&probe.key, uniroute_probe::Key::List { items, .. } if items.is_empty());
            assert!(verdict == Some(false) || empty, "{}: {text:?}", probe.id);
        }
    }
}

#[test]
fn the_answer_to_one_question_is_not_that_of_the_next() {
    let grader = Grader::new().unwrap();
    let mut by_kind: HashMap<String, Vec<_>> = HashMap::new();
    for probe in probes(12, 4) {
        by_kind
            .entry(format!("{}/{}", probe.family, probe.difficulty.name()))
            .or_default()
            .push(probe);
    }
    // A constant answer must not be right often: at most half of the neighbours share an answer.
    for (kind, group) in by_kind {
        let first = solve::right(&group[0]);
        let same = group[1..]
            .iter()
            .filter(|p| grader.is_right(&p.key, &first) == Some(true))
            .count();
        assert!(same <= group.len() / 2, "{kind}: {same}");
    }
}

#[test]
fn logic_puzzles_have_one_solution_by_another_search() {
    for probe in probes(13, 4).iter().filter(|p| p.family == "ordering") {
        let people = &probe.query
            [probe.query.find(": ").unwrap() + 2..probe.query.find(" ran a race").unwrap()];
        let names: Vec<String> = people
            .replace(" and ", ", ")
            .split(", ")
            .map(str::to_owned)
            .collect();
        let clues: Vec<&str> = probe
            .query
            .split(". ")
            .filter(|s| {
                s.contains("finish") && !s.contains("ran a race") && !s.contains("which order")
            })
            .collect();
        let mut solutions = Vec::new();
        permute(&mut names.clone(), 0, &mut |order| {
            if clues.iter().all(|clue| holds(clue, order)) {
                solutions.push(order.to_vec());
            }
        });
        let uniroute_probe::Key::List { items, .. } = &probe.key else {
            panic!()
        };
        assert_eq!(solutions, std::slice::from_ref(items), "{}", probe.query);
    }
}

fn permute(names: &mut Vec<String>, from: usize, visit: &mut impl FnMut(&[String])) {
    if from == names.len() {
        visit(names);
        return;
    }
    for i in from..names.len() {
        names.swap(from, i);
        permute(names, from + 1, visit);
        names.swap(from, i);
    }
}

/// Reads a clue as a person would.
fn holds(clue: &str, order: &[String]) -> bool {
    let clue = clue
        .trim_end_matches(" In which order did they finish?")
        .trim_end_matches('.');
    let at = |name: &str| order.iter().position(|n| n == name).unwrap() as i64;
    let named: Vec<&String> = {
        let mut found: Vec<(usize, &String)> = order
            .iter()
            .filter_map(|n| Some((clue.find(n.as_str())?, n)))
            .collect();
        found.sort();
        found.into_iter().map(|(_, n)| n).collect()
    };
    let number = || {
        clue.split(|c: char| !c.is_ascii_digit())
            .find_map(|w| w.parse::<i64>().ok())
            .unwrap()
    };
    if clue.contains("finished before") {
        at(named[0]) < at(named[1])
    } else if clue.contains("directly one after") {
        (at(named[0]) - at(named[1])).abs() == 1
    } else if clue.contains("did not finish in place") {
        at(named[0]) != number() - 1
    } else if clue.contains("finished between") {
        (at(named[0]) - at(named[1])).abs() == number() + 1
    } else {
        panic!("{clue}")
    }
}
