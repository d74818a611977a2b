//! The counts from which tokens are estimated.

/// Number of counts in [`TokenFeatures`].
pub const FEATURES: usize = 25;

/// How often each kind of character and piece occurs in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TokenFeatures(pub(super) [f64; FEATURES]);

/// The kinds, in the order of the counts in [`TokenFeatures`].
#[derive(Clone, Copy)]
pub enum Feature {
    /// WordPiece tokens, without punctuation and ideographs, each of which is one WordPiece token.
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
    /// A space before a digit, which does not become part of a piece.
    SpacesBeforeDigits,
    PunctuationRuns,
    /// One mark before a word, without a space before the mark: one piece with the word.
    JoinedPunctuation,
    Punctuation,
    /// From the third mark of a run on, one that differs from the mark before it.
    PunctuationChanges,
    NewlineRuns,
    /// Those that become part of a piece of punctuation.
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
