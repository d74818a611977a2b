//! Answers that we wrote by hand, right and wrong, in usual and odd forms, and some that try to get round the grader.

use serde_json::Value;
use uniroute_probe::grade::{Answer, Grader};
use uniroute_probe::{Key, Rule};

#[test]
fn no_verdict_on_a_hand_made_answer_is_wrong() {
    let groups: Vec<Value> = serde_json::from_str(include_str!("answers.json")).unwrap();
    let grader = Grader::new().unwrap();
    let (mut count, mut faults) = (0, Vec::new());
    for group in &groups {
        let key = key(&group["key"]);
        for (list, right) in [("right", true), ("wrong", false)] {
            for text in group[list].as_array().unwrap() {
                count += 1;
                let text = text.as_str().unwrap();
                if grader.is_right(&key, &Answer::text(text)) != Some(right) {
                    faults.push(format!("{} should be {list}: {text:?}", group["key"]));
                }
            }
        }
    }
    assert!(count >= 300, "{count}");
    assert!(
        faults.is_empty(),
        "{} of {count}:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[test]
fn calls_count_once_and_with_their_arguments() {
    let grader = Grader::new().unwrap();
    let arguments = serde_json::json!({"city": "Oslo", "guests": 4});
    let key = Key::Call {
        name: "book".into(),
        arguments: arguments.clone(),
    };
    let call = |calls: &[(&str, Value)]| Answer {
        text: String::new(),
        calls: calls
            .iter()
            .map(|(n, a)| ((*n).to_owned(), a.clone()))
            .collect(),
    };
    let other = serde_json::json!({"city": "Oslo", "guests": 5});
    let extra = serde_json::json!({"city": "Oslo", "guests": 4, "note": "x"});
    for (calls, right) in [
        (vec![("book", arguments.clone())], true),
        (vec![("book", other.clone())], false),
        (vec![("book", extra)], false),
        (vec![("cancel", arguments.clone())], false),
        (vec![("book", arguments.clone()), ("book", other)], false),
        (vec![], false),
    ] {
        assert_eq!(
            grader.is_right(&key, &call(&calls)),
            Some(right),
            "{calls:?}"
        );
    }
}

fn texts(value: &Value) -> Vec<String> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_str().unwrap().to_owned())
        .collect()
}

fn key(value: &Value) -> Key {
    let (name, inner) = value.as_object().unwrap().iter().next().unwrap();
    match name.as_str() {
        "number" => Key::Number {
            value: inner.as_f64().unwrap(),
            tolerance: value.get("tolerance").map_or(1e-6, |t| t.as_f64().unwrap()),
        },
        "word" => Key::Word {
            right: texts(inner),
            wrong: texts(&value["others"]),
        },
        "list" => Key::List {
            items: texts(inner),
            ordered: value["ordered"].as_bool().unwrap(),
        },
        "text" => Key::Text {
            right: texts(inner),
            case: value["case"].as_bool().unwrap(),
        },
        "json" => Key::Json(inner.clone()),
        "call" => Key::Call {
            name: inner["name"].as_str().unwrap().into(),
            arguments: inner["arguments"].clone(),
        },
        "program" => Key::Program {
            name: inner["name"].as_str().unwrap().into(),
            cases: inner["cases"]
                .as_array()
                .unwrap()
                .iter()
                .map(|case| (case[0].as_array().unwrap().clone(), case[1].clone()))
                .collect(),
        },
        "rules" => Key::Rules(inner.as_array().unwrap().iter().map(rule).collect()),
        other => panic!("{other}"),
    }
}

fn rule(value: &Value) -> Rule {
    let (name, inner) = value.as_object().unwrap().iter().next().unwrap();
    let number = || usize::try_from(inner.as_u64().unwrap()).unwrap();
    let text = || inner.as_str().unwrap().to_owned();
    match name.as_str() {
        "lines" => Rule::Lines(number()),
        "line_words" => Rule::LineWords(number()),
        "sentences" => Rule::Sentences(number()),
        "words" => Rule::Words(
            inner[0].as_u64().unwrap() as usize,
            inner[1].as_u64().unwrap() as usize,
        ),
        "has" => Rule::Has(text()),
        "lacks" => Rule::Lacks(text()),
        "without" => Rule::WithoutLetter(text().chars().next().unwrap()),
        "initials" => Rule::Initials(text()),
        "starts" => Rule::Starts(text()),
        "ends" => Rule::Ends(text()),
        "lower" => Rule::Lower,
        "upper" => Rule::Upper,
        "no_commas" => Rule::NoCommas,
        "bullets" => Rule::Bullets(number()),
        "numbered" => Rule::Numbered(number()),
        other => panic!("{other}"),
    }
}
