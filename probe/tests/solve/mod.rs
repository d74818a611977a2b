//! Right and wrong answers to probes, made from their keys: what a server in the tests replies.

use uniroute_probe::grade::Answer;
use uniroute_probe::{Key, Probe, Rule};

/// A right answer. For rules, a text without sense that keeps them: so each set of rules can be kept.
pub fn right(probe: &Probe) -> Answer {
    let text = match &probe.key {
        Key::Number { value, .. } => format!("I calculate.\n\nAnswer: {value}"),
        Key::Word { right, .. } => format!("Answer: {}", right[0]),
        Key::Text { right, .. } => format!("Answer: {}", right[0]),
        Key::List { items, .. } if items.is_empty() => "Answer: none".into(),
        Key::List { items, .. } => format!("Answer: {}", items.join(", ")),
        Key::Json(value) => format!("```json\n{value:#}\n```"),
        Key::Call { name, arguments } => {
            return Answer {
                text: String::new(),
                calls: vec![(name.clone(), arguments.clone())],
            };
        }
        Key::Program { name, cases } => {
            let table: Vec<String> = cases
                .iter()
                .map(|(arguments, result)| {
                    let key = serde_json::to_string(arguments).unwrap();
                    format!("{}: {result}", serde_json::to_string(&key).unwrap())
                })
                .collect();
            format!(
                "```js\nfunction {name}(...a) {{\n  return ({{ {} }})[JSON.stringify(a)];\n}}\n```",
                table.join(", ")
            )
        }
        Key::Rules(rules) => keeping(rules),
        Key::Judged(reference) => reference.clone(),
    };
    Answer::text(text)
}

/// A wrong answer.
pub fn wrong(_: &Probe) -> Answer {
    Answer::text("I am not sure, perhaps\n\nAnswer: -987654321.5")
}

#[derive(Default)]
struct Wish<'a> {
    lines: Option<usize>,
    line_words: Option<usize>,
    sentences: Option<usize>,
    words: Option<(usize, usize)>,
    has: Vec<&'a str>,
    lacks: Vec<&'a str>,
    without: Option<char>,
    initials: Option<&'a str>,
    starts: Option<&'a str>,
    ends: Option<&'a str>,
    bullets: usize,
    numbered: bool,
}

fn keeping(rules: &[Rule]) -> String {
    let mut wish = Wish::default();
    for rule in rules {
        match rule {
            Rule::Lines(n) => wish.lines = Some(*n),
            Rule::LineWords(n) => wish.line_words = Some(*n),
            Rule::Sentences(n) => wish.sentences = Some(*n),
            Rule::Words(least, most) => wish.words = Some((*least, *most)),
            Rule::Has(word) => wish.has.push(word),
            Rule::Lacks(word) => wish.lacks.push(word),
            Rule::WithoutLetter(letter) => wish.without = Some(*letter),
            Rule::Initials(text) => wish.initials = Some(text),
            Rule::Starts(text) => wish.starts = Some(text.trim()),
            Rule::Ends(text) => wish.ends = Some(text),
            Rule::Bullets(n) => wish.bullets = *n,
            Rule::Numbered(n) => {
                wish.numbered = true;
                wish.lines = Some(*n);
            }
            Rule::Lower | Rule::Upper | Rule::NoCommas => {}
        }
    }
    wish.text()
}

impl Wish<'_> {
    fn filler(&self) -> &'static str {
        let fits = |word: &&&str| {
            !self.lacks.contains(*word) && !self.without.is_some_and(|l| word.contains(l))
        };
        ["moon", "hut", "sea", "dog"].iter().find(fits).unwrap()
    }

    /// The words in parts: lines or sentences. Words that must occur come after the first ones, the last ones at the end.
    fn text(&self) -> String {
        let initials: Vec<char> = self.initials.unwrap_or("").chars().collect();
        let parts = self
            .lines
            .or(self.sentences)
            .unwrap_or(1)
            .max(initials.len());
        let each = self.line_words.unwrap_or(5);
        let starts: Vec<&str> = self.starts.unwrap_or("").split_whitespace().collect();
        let ends: Vec<&str> = self.ends.unwrap_or("").split_whitespace().collect();
        let mut middle: Vec<&str> = self.has.iter().flat_map(|h| h.split(' ')).collect();
        let forced = starts.len() + ends.len() + middle.len();
        let total = match (self.line_words, self.words) {
            (Some(words), _) => words * parts,
            (_, Some((least, most))) => forced.max(least).max(parts * 2).min(most),
            _ => (each * parts).max(forced + 2 * parts),
        };
        let sizes: Vec<usize> = (0..parts)
            .map(|i| total / parts + usize::from(i < total % parts))
            .collect();
        let mut lines: Vec<Vec<String>> = Vec::new();
        for (at, size) in sizes.iter().enumerate() {
            let mut line: Vec<String> = Vec::new();
            if at == 0 {
                line.extend(starts.iter().map(|w| (*w).to_owned()));
            }
            if let Some(initial) = initials.get(at) {
                line.push(format!("{initial}ow"));
            }
            let last = if at + 1 == parts { ends.len() } else { 0 };
            while line.len() + last < *size {
                match middle.is_empty() {
                    true => line.push(self.filler().into()),
                    false => line.push(middle.remove(0).into()),
                }
            }
            if last > 0 {
                line.extend(ends.iter().map(|w| (*w).to_owned()));
            }
            lines.push(line);
        }
        let mut lines: Vec<String> = lines.iter().map(|line| line.join(" ")).collect();
        if self.numbered {
            lines = (1..)
                .zip(&lines)
                .map(|(n, line)| format!("{n}. {line}"))
                .collect();
        }
        if self.bullets > 0 {
            return self.bulleted(&lines.join(" "));
        }
        match self.sentences {
            Some(_) => lines.join(". ") + ".",
            None => lines.join("\n"),
        }
    }

    /// Breaks one line into a first part and items of two words.
    fn bulleted(&self, line: &str) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        let items = self.bullets * 2;
        let at = words.len() - items - 1;
        let mut text = words[..at].join(" ");
        for item in words[at..at + items].chunks(2) {
            text += &format!("\n- {}", item.join(" "));
        }
        text + "\n" + words[words.len() - 1]
    }
}
