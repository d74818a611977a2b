//! Counts the features of a text in one pass.

use super::class::Class;
use super::features::{Feature, TokenFeatures};

/// The state of the pass.
struct Scan {
    features: TokenFeatures,
    /// The character before this one.
    before: char,
    /// Class of the run of characters that this one belongs to.
    class: Class,
    /// Characters of the run so far, this one included.
    run: usize,
    /// Class of the character before the run.
    outside: Class,
}

impl TokenFeatures {
    /// Counts the kinds of a text of `wordpieces` WordPiece tokens.
    pub fn of(text: &str, wordpieces: usize) -> Self {
        let mut scan = Scan {
            features: Self::default(),
            before: '\n',
            class: Class::Newline,
            run: 0,
            outside: Class::Newline,
        };
        for c in text.chars() {
            scan.take(c);
        }
        scan.leave(Class::Newline);
        let mut features = scan.features;
        let separate =
            [Feature::Punctuation, Feature::Ideographs].map(|feature| features.0[feature as usize]);
        let rest = wordpieces as f64 - separate.iter().sum::<f64>();
        features.0[Feature::WordPieces as usize] = rest.max(0.0);
        features
    }
}

impl Scan {
    fn note(&mut self, feature: Feature) {
        self.features.0[feature as usize] += 1.0;
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

    /// Counts what depends on the end of a run.
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

    fn letter(&mut self, c: char, feature: Feature) {
        self.note(feature);
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
