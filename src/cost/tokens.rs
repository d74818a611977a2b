//! How many tokens a text has for models whose tokenizers we do not carry.
//!
//! Byte-pair encodings first cut a text at the same kinds of places (around words, numbers of up to
//! three digits, punctuation, white space) and then each piece by its own table. So a count is close
//! to a weighted sum of how often each kind occurs, with WordPiece's own cut of the words standing
//! in for the table. The weights of each [`Family`] were fitted by `tools/tokens`, which also
//! measures them on texts that the fit did not see; see `docs/TOKENS.md`.

mod family;
mod weights;

pub use family::Family;

/// Number of [`Shape`]'s counts.
pub const KINDS: usize = 20;

/// How often each kind of character and piece occurs in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shape([f64; KINDS]);

impl std::ops::Add for Shape {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        for (sum, n) in self.0.iter_mut().zip(other.0) {
            *sum += n;
        }
        self
    }
}

/// The kinds, in the order of [`Shape`]'s counts.
#[derive(Clone, Copy)]
enum Kind {
    WordPieces,
    Words,
    Letters,
    /// Letters of a word beyond its sixth.
    LongWords,
    /// A capital after a small letter.
    InnerCapitals,
    /// Capitals after a capital.
    MoreCapitals,
    /// Numbers cut into three digits each.
    DigitTriples,
    Digits,
    /// A space before a digit, which no piece takes in.
    SpacesBeforeDigits,
    /// Runs of punctuation that no word follows at once.
    PunctuationRuns,
    /// Runs of punctuation at the beginning of a word, whose piece takes in the last of it.
    PunctuationBeforeWords,
    Punctuation,
    NewlineRuns,
    Newlines,
    /// Two or more spaces or tabs.
    SpaceRuns,
    SpacesInRuns,
    Ideographs,
    /// Kana and Hangul.
    Syllables,
    /// Letters of other scripts than Latin without accents.
    WideLetters,
    /// What is left: symbols, emoji, marks, punctuation beyond ASCII.
    WideSymbols,
}

/// What a character is to the scan.
#[derive(Clone, Copy, PartialEq)]
enum Class {
    Letter,
    WideLetter,
    Ideograph,
    Syllable,
    Digit,
    Newline,
    Space,
    Punctuation,
    WideSymbol,
}

impl Class {
    fn of(c: char) -> Self {
        match c {
            'a'..='z' | 'A'..='Z' => Self::Letter,
            '0'..='9' => Self::Digit,
            '\n' | '\r' => Self::Newline,
            c if c.is_ascii() => match c.is_ascii_whitespace() || c.is_ascii_control() {
                true => Self::Space,
                false => Self::Punctuation,
            },
            '\u{3040}'..='\u{30ff}' | '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}' => {
                Self::Syllable
            }
            '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}' => Self::Ideograph,
            c if c.is_alphabetic() => Self::WideLetter,
            c if c.is_whitespace() => Self::Space,
            c if c.is_numeric() => Self::Digit,
            _ => Self::WideSymbol,
        }
    }

    fn in_word(self) -> bool {
        matches!(self, Self::Letter | Self::WideLetter)
    }
}

impl Shape {
    /// Counts the kinds of a text of `wordpieces` WordPiece tokens.
    pub fn of(text: &str, wordpieces: usize) -> Self {
        let mut shape = Self::default();
        shape.note(Kind::WordPieces, wordpieces as f64);
        let mut before = (Class::Newline, '\n');
        let mut run = 0;
        for c in text.chars() {
            let class = Class::of(c);
            let same = class == before.0 || (class.in_word() && before.0.in_word());
            run = if same { run + 1 } else { 1 };
            shape.leave(before.0, class);
            shape.count(c, class, before, run);
            before = (class, c);
        }
        shape.leave(before.0, Class::Newline);
        shape
    }

    /// The counts, in the order of [`KINDS`].
    pub fn counts(&self) -> &[f64; KINDS] {
        &self.0
    }

    fn note(&mut self, kind: Kind, n: f64) {
        self.0[kind as usize] += n;
    }

    fn leave(&mut self, before: Class, now: Class) {
        if before != Class::Punctuation || now == before {
            return;
        }
        self.note(
            match now.in_word() {
                true => Kind::PunctuationBeforeWords,
                false => Kind::PunctuationRuns,
            },
            1.0,
        );
    }

    fn count(&mut self, c: char, class: Class, before: (Class, char), run: usize) {
        let first = run == 1;
        match class {
            Class::Letter | Class::WideLetter => {
                self.note(
                    if class == Class::Letter {
                        Kind::Letters
                    } else {
                        Kind::WideLetters
                    },
                    1.0,
                );
                if first {
                    self.note(Kind::Words, 1.0);
                } else if c.is_uppercase() {
                    let small = before.1.is_lowercase();
                    self.note(
                        if small {
                            Kind::InnerCapitals
                        } else {
                            Kind::MoreCapitals
                        },
                        1.0,
                    );
                }
                if run > 6 {
                    self.note(Kind::LongWords, 1.0);
                }
            }
            Class::Digit => {
                self.note(Kind::Digits, 1.0);
                if run % 3 == 1 {
                    self.note(Kind::DigitTriples, 1.0);
                }
                if first && before.0 == Class::Space {
                    self.note(Kind::SpacesBeforeDigits, 1.0);
                }
            }
            Class::Newline => {
                self.note(Kind::Newlines, 1.0);
                if first {
                    self.note(Kind::NewlineRuns, 1.0);
                }
            }
            Class::Space if run == 2 => {
                self.note(Kind::SpaceRuns, 1.0);
                self.note(Kind::SpacesInRuns, 2.0);
            }
            Class::Space if run > 2 => self.note(Kind::SpacesInRuns, 1.0),
            Class::Space => {}
            Class::Punctuation => self.note(Kind::Punctuation, 1.0),
            Class::Ideograph => self.note(Kind::Ideographs, 1.0),
            Class::Syllable => self.note(Kind::Syllables, 1.0),
            Class::WideSymbol => self.note(Kind::WideSymbols, 1.0),
        }
    }
}
