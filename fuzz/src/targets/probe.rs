//! What models and servers reply to probes.

use std::sync::OnceLock;

use serde_json::json;
use uniroute_probe::grade::{Answer, Grader, choice_of, number_of};
use uniroute_probe::reply::Reader;
use uniroute_probe::{Key, Rule};

use crate::check;

/// An answer against keys of all kinds but programs, which take an engine and long.
pub fn probe_answer(data: &[u8]) {
    static GRADER: OnceLock<Grader> = OnceLock::new();
    let grader = GRADER.get_or_init(|| Grader::new().expect("the engine starts"));
    let text = String::from_utf8_lossy(data);
    if let Some(number) = number_of(&text) {
        assert!(number.is_finite());
    }
    let answer = Answer::text(text.clone());
    let verdicts: Vec<bool> = keys()
        .iter()
        .filter_map(|key| grader.is_right(key, &answer))
        .collect();
    assert_eq!(verdicts.len(), keys().len());
    // One answer cannot be two numbers, nor two words.
    assert!(!(verdicts[0] && verdicts[1]), "{text:?}");
    assert!(!(verdicts[2] && verdicts[3]), "{text:?}");
    assert!(choice_of(&text, &["first", "second", "equal"]).is_none_or(|choice| choice < 3));
}

fn keys() -> Vec<Key> {
    let number = |value| Key::Number {
        value,
        tolerance: 1e-6,
    };
    let word = |right: &str, wrong: &str| Key::Word {
        right: vec![right.into()],
        wrong: vec![wrong.into()],
    };
    vec![
        number(42.0),
        number(43.0),
        word("red", "blue"),
        word("blue", "red"),
        Key::List {
            items: vec!["red".into(), "7".into()],
            ordered: true,
        },
        Key::Text {
            right: vec!["red fox".into()],
            case: false,
        },
        Key::Json(json!({"a": 1, "b": ["x"]})),
        Key::Call {
            name: "f".into(),
            arguments: json!({"a": 1}),
        },
        Key::Rules(vec![
            Rule::Lines(2),
            Rule::Words(1, 9),
            Rule::Sentences(2),
            Rule::Has("red".into()),
            Rule::Initials("ab".into()),
            Rule::Ends("fox".into()),
            Rule::Numbered(2),
            Rule::WithoutLetter('z'),
        ]),
    ]
}

/// A reply gives the same wherever it is cut into pieces, and what is refused is explained.
pub fn probe_reply(data: &[u8]) {
    let (at, body) = data
        .split_first()
        .map_or((0, data), |(at, body)| (usize::from(*at), body));
    let read = |pieces: &[&[u8]]| {
        let mut reader = Reader::default();
        for piece in pieces {
            reader.push(piece)?;
        }
        reader.finish()
    };
    let whole = read(&[body]);
    let (first, second) = body.split_at(at.min(body.len()));
    let cut = read(&[first, second]);
    match (&whole, &cut) {
        (Ok(a), Ok(b)) => assert_eq!(a, b),
        (Err(a), Err(_)) => assert!(!a.to_string().is_empty()),
        other => panic!("{other:?}"),
    }
    if let Ok(reply) = whole {
        check::within("calls", reply.answer.calls.len() as f64, 0.0, 64.0);
    }
}
