//! Texts of lines: pasted model cards, and prompts of the command line.

use uniroute::dataset::{JsonlPrompt, JsonlPrompts, PastedScores};
use uniroute::pool::{RawModel, RawScore};

use crate::check;
use crate::fixture::small;

/// A pasted model card: each score can be previewed.
pub fn card(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let read = PastedScores::read(&text);
    for skipped in &read.skipped {
        check::text(&skipped.problem);
        assert!(skipped.line >= 1);
    }
    assert!(read.scores.len() + read.skipped.len() <= text.lines().count().max(1));
    assert!(
        read.scores
            .windows(2)
            .all(|pair| pair[0].line < pair[1].line)
    );
    for score in &read.scores {
        check::within("score", score.score, 0.0, 1.0);
        check::text(&score.name);
    }
    let scores = read.scores.into_iter().map(|score| RawScore {
        name: score.name,
        score: score.score,
        ..RawScore::default()
    });
    let model = RawModel {
        id: "pasted".into(),
        benchmarks: Some(scores.collect()),
        ..RawModel::default()
    };
    let preview = model
        .preview(small())
        .expect("scores that were read can be used");
    check::interval(preview.model.interval);
}

/// Prompts in JSON lines: each line that is not blank is an item with its number.
pub fn jsonl(data: &[u8]) {
    // A byte order mark is no part of the first line.
    let text = data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data);
    let mut expected = (1u64..)
        .zip(text.split_inclusive(|byte| *byte == b'\n'))
        .filter(|(_, line)| !line.trim_ascii().is_empty());
    for found in JsonlPrompts::new("standard input", data) {
        let Some(found) = check::accepted(found) else {
            return;
        };
        let (number, line) = expected.next().expect("not more items than lines");
        assert_eq!(found.number, number);
        match (found.item, JsonlPrompt::parse(line)) {
            (Ok(item), Ok(alone)) => assert_eq!(item, alone),
            (Err(problem), Err(alone)) => {
                check::text(&problem);
                assert_eq!(problem.to_string(), alone.to_string());
            }
            (found, alone) => panic!("line {number}: {found:?}, alone {alone:?}"),
        }
    }
    assert_eq!(expected.next(), None, "a line that was lost");
}
