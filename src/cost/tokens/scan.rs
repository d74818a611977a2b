use super::class::Class;
use super::{Feature, TokenFeatures};

/// One pass over a text, with what it must remember of what came before.
struct Scan {
    shape: TokenFeatures,
    before: char,
    class: Class,
    /// Characters of this class so far, the one before included.
    run: usize,
    /// What stands before the run.
    outside: Class,
}

pub fn scan(text: &str, wordpieces: usize) -> TokenFeatures {
    let mut scan = Scan {
        shape: TokenFeatures::default(),
        before: '\n',
        class: Class::Newline,
        run: 0,
        outside: Class::Newline,
    };
    for c in text.chars() {
        scan.take(c);
    }
    scan.leave(Class::Newline);
    let mut shape = scan.shape;
    let apart = [Feature::Punctuation, Feature::Ideographs].map(|kind| shape.0[kind as usize]);
    let rest = wordpieces as f64 - apart.iter().sum::<f64>();
    shape.0[Feature::WordPieces as usize] = rest.max(0.0);
    shape
}

impl Scan {
    fn note(&mut self, kind: Feature) {
        self.shape.0[kind as usize] += 1.0;
    }

    fn take(&mut self, c: char) {
        let class = Class::of(c);
        if class == self.class || (class.in_word() && self.class.in_word()) {
            self.run += 1;
        } else {
            self.leave(class);
            (self.outside, self.run) = (self.class, 1);
        }
        self.class = class;
        self.count(c);
        self.before = c;
    }

    /// Counts what can be told only at the end of a run.
    fn leave(&mut self, next: Class) {
        match self.class {
            Class::Punctuation => {
                let open = matches!(self.outside, Class::Space | Class::Newline);
                let joined = next.in_word() && self.run == 1 && !open;
                self.note(match joined {
                    true => Feature::JoinedPunctuation,
                    false => Feature::PunctuationRuns,
                });
            }
            Class::Letter if self.run == 1 => self.note(Feature::SingleLetters),
            _ => {}
        }
    }

    fn count(&mut self, c: char) {
        let first = self.run == 1;
        match self.class {
            Class::Letter => self.letter(c, Feature::Letters),
            Class::WideLetter => self.letter(c, Feature::WideLetters),
            Class::Digit => {
                self.note(Feature::Digits);
                if self.run % 3 == 1 {
                    self.note(Feature::DigitTriples);
                }
                if first && self.outside == Class::Space {
                    self.note(Feature::SpacesBeforeDigits);
                }
            }
            Class::Newline => {
                self.note(Feature::Newlines);
                if first {
                    self.note(match self.outside {
                        Class::Punctuation => Feature::NewlineRunsAfterPunctuation,
                        _ => Feature::NewlineRuns,
                    });
                }
            }
            Class::Space if first => {}
            Class::Space => {
                self.note(Feature::SpacesInRuns);
                if self.run == 2 {
                    self.note(Feature::SpacesInRuns);
                    self.note(Feature::SpaceRuns);
                }
            }
            Class::Punctuation => {
                self.note(Feature::Punctuation);
                if self.run > 2 && c != self.before {
                    self.note(Feature::PunctuationChanges);
                }
            }
            Class::BoxDrawing if c == self.before => {}
            Class::BoxDrawing | Class::WideSymbol => self.note(Feature::WideSymbols),
            Class::Ideograph => self.note(Feature::Ideographs),
            Class::Syllable => self.note(Feature::Syllables),
            Class::Emoji => self.note(Feature::Emoji),
            Class::FarSymbol => self.note(Feature::FarSymbols),
        }
    }

    fn letter(&mut self, c: char, kind: Feature) {
        self.note(kind);
        if self.run == 1 {
            self.note(Feature::Words);
        } else if c.is_uppercase() {
            self.note(match self.before.is_lowercase() {
                true => Feature::InnerCapitals,
                false => Feature::MoreCapitals,
            });
        } else if self.run == 2 && self.outside == Class::Space && self.before.is_uppercase() {
            self.note(Feature::CapitalisedWords);
        }
    }
}
