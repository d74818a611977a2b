//! How many tokens a text has for models whose tokenizers we do not carry.
//!
//! Byte-pair encodings first cut a text at the same kinds of places (around words, numbers of up to
//! three digits, punctuation, white space) and then each piece by its own table. So a count is close
//! to a weighted sum of how often each kind occurs, with WordPiece's own cut of the words standing
//! in for the table. The weights of each [`Family`] were fitted by `tools/tokens`, which also
//! measures them on texts that the fit did not see; see `docs/TOKENS.md`.

mod class;
mod family;
mod scan;
mod weights;

pub use family::Family;

/// Number of [`TokenFeatures`]'s counts.
pub const FEATURES: usize = 25;

/// How often each kind of character and piece occurs in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TokenFeatures([f64; FEATURES]);

/// The kinds, in the order of [`TokenFeatures`]'s counts.
#[derive(Clone, Copy)]
enum Feature {
    /// WordPiece tokens but for punctuation and ideographs, each of which is one there.
    WordPieces,
    Words,
    Letters,
    /// Words of one letter.
    SingleLetters,
    /// Words that begin with a capital after a space.
    CapitalisedWords,
    /// A capital after a small letter.
    InnerCapitals,
    /// Capitals after a capital.
    MoreCapitals,
    /// Numbers cut into three digits each.
    DigitTriples,
    Digits,
    /// A space before a digit, which no piece takes in.
    SpacesBeforeDigits,
    PunctuationRuns,
    /// One mark between a word and what stands before it without a space: a piece with the word.
    JoinedPunctuation,
    Punctuation,
    /// From the third mark of a run on, one unlike the mark before it.
    PunctuationChanges,
    NewlineRuns,
    /// Those that punctuation takes into its piece.
    NewlineRunsAfterPunctuation,
    Newlines,
    /// Two or more spaces or tabs.
    SpaceRuns,
    SpacesInRuns,
    Ideographs,
    /// Kana and Hangul.
    Syllables,
    /// Letters of other scripts than Latin without accents.
    WideLetters,
    /// Symbols, marks and punctuation beyond ASCII; lines of boxes where they change.
    WideSymbols,
    Emoji,
    FarSymbols,
}

impl TokenFeatures {
    /// Counts the kinds of a text of `wordpieces` WordPiece tokens.
    pub fn of(text: &str, wordpieces: usize) -> Self {
        scan::scan(text, wordpieces)
    }

    /// The counts, in the order of [`FEATURES`].
    pub fn counts(&self) -> &[f64; FEATURES] {
        &self.0
    }
}

impl std::ops::Add for TokenFeatures {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        for (sum, n) in self.0.iter_mut().zip(other.0) {
            *sum += n;
        }
        self
    }
}
