//! Where in a reply its final answer is.

/// The final answer of a reply.
#[derive(Debug, PartialEq)]
pub enum Final {
    /// There is none.
    None,
    /// Several that contradict each other, or one that is taken back.
    Several,
    /// Its text, in one line.
    One(String),
}

/// Words before a final answer; the longest first.
const MARKS: [&str; 6] = [
    "final answer is",
    "final answer",
    "answer is",
    "answer:",
    "answer =",
    "result:",
];
/// Words after an answer that take it back.
const RETRACTIONS: [&str; 9] = [
    "actually",
    "wait",
    "correction",
    "alternatively",
    "or maybe",
    "on second thought",
    "i was wrong",
    "instead, the answer",
    "could also be",
];
/// Different answers of which the last still counts: a model may correct itself once.
const CORRECTED: usize = 2;

/// Finds the final answer: what follows the last `Answer:`, else what is in `\boxed{}`, else the last
/// line.
pub fn find(text: &str) -> Final {
    let lines: Vec<String> = text.lines().map(plain).collect();
    let marked: Vec<(usize, String)> = (0..lines.len())
        .filter_map(|at| marked(&lines, at))
        .collect();
    let Some((last, answer)) = marked.last().cloned() else {
        return unmarked(text, &lines);
    };
    let mut different: Vec<String> = Vec::new();
    for (_, found) in &marked {
        let same = reduced(found);
        if !different.contains(&same) {
            different.push(same);
        }
    }
    // Two answers in a row are a choice that is left to the reader.
    let before = marked.len().checked_sub(2).and_then(|at| marked.get(at));
    let in_a_row = before.is_some_and(|(line, found)| {
        let between = lines.get(line + 1..last).unwrap_or_default();
        reduced(found) != reduced(&answer) && between.iter().all(|l| l.is_empty())
    });
    let after = lines
        .get(last + 1..)
        .unwrap_or_default()
        .join(" ")
        .to_lowercase();
    // The answer itself may be on the line after its mark.
    let taken_back = RETRACTIONS.iter().any(|words| has_words(&after, words));
    match in_a_row || different.len() > CORRECTED || taken_back {
        true => Final::Several,
        false => Final::One(answer),
    }
}

/// The answer of a line with a mark, and where the answer is.
fn marked(lines: &[String], at: usize) -> Option<(usize, String)> {
    let line = lines.get(at)?;
    let lower = line.to_lowercase();
    // Lower case of some letters is longer, so that places would not agree.
    if lower.len() != line.len() {
        return None;
    }
    let after = MARKS.iter().find_map(|mark| {
        let start = lower.rfind(mark)?;
        let free = lower.get(..start)?.chars().next_back();
        let after = line.get(start + mark.len()..)?;
        (free.is_none_or(|c| !c.is_alphanumeric())).then_some(after)
    })?;
    let after = after.trim_start_matches([':', ' ', '=']).trim();
    // A dash before a space is no minus sign.
    let after = after
        .strip_prefix("- ")
        .or(after.strip_prefix("– "))
        .unwrap_or(after)
        .trim();
    if !after.is_empty() {
        return Some((at, after.to_owned()));
    }
    // A mark that ends its line: the next line that is not blank.
    let (offset, next) = lines
        .get(at + 1..)?
        .iter()
        .enumerate()
        .find(|(_, l)| !l.is_empty())?;
    Some((at + 1 + offset, next.clone()))
}

/// Without a mark: a box, else the last line.
fn unmarked(text: &str, lines: &[String]) -> Final {
    if let Some((_, after)) = text.rsplit_once("\\boxed{") {
        let mut depth = 1;
        let inside: String = after
            .chars()
            .take_while(|c| {
                depth += i32::from(*c == '{') - i32::from(*c == '}');
                depth > 0
            })
            .collect();
        return Final::One(inside);
    }
    match lines.iter().rev().find(|line| !line.is_empty()) {
        Some(line) => Final::One(line.clone()),
        None => Final::None,
    }
}

/// A line without the signs of Markdown around words.
fn plain(line: &str) -> String {
    let line = line.trim().trim_start_matches(['#', '>', ' ']);
    let line = line
        .strip_prefix("- ")
        .or(line.strip_prefix("* "))
        .unwrap_or(line);
    line.replace("**", "")
        .replace("__", "")
        .replace('`', "")
        .trim()
        .to_owned()
}

/// What makes two answers the same.
fn reduced(answer: &str) -> String {
    answer
        .chars()
        .filter(|c| c.is_alphanumeric() || *c == '-')
        .collect::<String>()
        .to_lowercase()
}

/// Whether a text has these words, between other signs than letters.
pub fn has_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let before = text.get(..at).and_then(|t| t.chars().next_back());
        let after = text.get(at + words.len()..).and_then(|t| t.chars().next());
        [before, after]
            .into_iter()
            .flatten()
            .all(|c| !c.is_alphanumeric())
    })
}
