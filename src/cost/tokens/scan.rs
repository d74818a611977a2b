use super::class::Class;
use super::{Kind, Shape};

/// One pass over a text, with what it must remember of what came before.
struct Scan {
    shape: Shape,
    before: char,
    class: Class,
    /// Characters of this class so far, the one before included.
    run: usize,
    /// What stands before the run.
    outside: Class,
}

pub fn scan(text: &str, wordpieces: usize) -> Shape {
    let mut scan = Scan {
        shape: Shape::default(),
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
    let apart = [Kind::Punctuation, Kind::Ideographs].map(|kind| shape.0[kind as usize]);
    let rest = wordpieces as f64 - apart.iter().sum::<f64>();
    shape.0[Kind::WordPieces as usize] = rest.max(0.0);
    shape
}

impl Scan {
    fn note(&mut self, kind: Kind) {
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
                    true => Kind::JoinedPunctuation,
                    false => Kind::PunctuationRuns,
                });
            }
            Class::Letter if self.run == 1 => self.note(Kind::SingleLetters),
            _ => {}
        }
    }

    fn count(&mut self, c: char) {
        let first = self.run == 1;
        match self.class {
            Class::Letter => self.letter(c, Kind::Letters),
            Class::WideLetter => self.letter(c, Kind::WideLetters),
            Class::Digit => {
                self.note(Kind::Digits);
                if self.run % 3 == 1 {
                    self.note(Kind::DigitTriples);
                }
                if first && self.outside == Class::Space {
                    self.note(Kind::SpacesBeforeDigits);
                }
            }
            Class::Newline => {
                self.note(Kind::Newlines);
                if first {
                    self.note(match self.outside {
                        Class::Punctuation => Kind::NewlineRunsAfterPunctuation,
                        _ => Kind::NewlineRuns,
                    });
                }
            }
            Class::Space if first => {}
            Class::Space => {
                self.note(Kind::SpacesInRuns);
                if self.run == 2 {
                    self.note(Kind::SpacesInRuns);
                    self.note(Kind::SpaceRuns);
                }
            }
            Class::Punctuation => {
                self.note(Kind::Punctuation);
                if self.run > 2 && c != self.before {
                    self.note(Kind::PunctuationChanges);
                }
            }
            Class::BoxDrawing if c == self.before => {}
            Class::BoxDrawing | Class::WideSymbol => self.note(Kind::WideSymbols),
            Class::Ideograph => self.note(Kind::Ideographs),
            Class::Syllable => self.note(Kind::Syllables),
            Class::Emoji => self.note(Kind::Emoji),
            Class::FarSymbol => self.note(Kind::FarSymbols),
        }
    }

    fn letter(&mut self, c: char, kind: Kind) {
        self.note(kind);
        if self.run == 1 {
            self.note(Kind::Words);
        } else if c.is_uppercase() {
            self.note(match self.before.is_lowercase() {
                true => Kind::InnerCapitals,
                false => Kind::MoreCapitals,
            });
        } else if self.run == 2 && self.outside == Class::Space && self.before.is_uppercase() {
            self.note(Kind::CapitalisedWords);
        }
    }
}
