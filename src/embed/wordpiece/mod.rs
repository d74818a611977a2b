//! BERT's uncased WordPiece: text to token ids.
//!
//! Text is cleaned of control characters, ideographs are set apart, accents stripped (canonical
//! decomposition without marks) and letters lower-cased; words end at white space and around
//! punctuation; a word is cut greedily into the longest pieces that the vocabulary has, or becomes
//! `[UNK]` when that fails or it is longer than 100 characters. Special tokens written out in the
//! text (`[SEP]`, in capitals) count as such. Ids are those of the `tokenizers` crate, which adds
//! 633 KB to a page where this module adds a few; `tests/tokenizer.rs` compares the two.

mod unicode;
mod vocabulary;

use unicode_normalization::char::decompose_canonical;

use super::EmbedError;
use vocabulary::Hash;
pub use vocabulary::{MAX_TOKENS, Vocabulary};

/// A word of more characters becomes `[UNK]` whole.
const MAX_WORD_CHARS: usize = 100;
const MAX_WORD_BYTES: usize = 4 * MAX_WORD_CHARS;

/// Fewer letters are too few to tell whether their words are familiar.
const FEWEST_LETTERS: usize = 8;

/// A word whose pieces have at least this many letters on average is familiar, too: "photo
/// synthesis" is English, while words of shorter pieces seldom are.
const LETTERS_A_PIECE: usize = 4;

const UNKNOWN: &str = "[UNK]";
const START: &str = "[CLS]";
const END: &str = "[SEP]";
const SPECIAL: [&str; 5] = ["[PAD]", UNKNOWN, START, END, "[MASK]"];

/// The tokenizer: a vocabulary and the ids of the special tokens.
#[derive(Clone, Debug)]
pub struct WordPiece {
    vocabulary: Vocabulary,
    special: Vec<(&'static str, u32)>,
    unknown: u32,
    start: u32,
    end: u32,
}

impl WordPiece {
    /// Loads the vocabulary of an uncased BERT, one token per line. `[UNK]`, `[CLS]` and `[SEP]`
    /// must be among them.
    pub fn from_bytes(vocabulary: &[u8]) -> Result<Self, EmbedError> {
        let vocabulary = Vocabulary::from_bytes(vocabulary)?;
        let required = |token| {
            vocabulary
                .id(token)
                .ok_or(EmbedError::VocabularyMissing(token))
        };
        let (unknown, start, end) = (required(UNKNOWN)?, required(START)?, required(END)?);
        let special = SPECIAL
            .iter()
            .filter_map(|&t| Some((t, vocabulary.id(t)?)))
            .collect();
        Ok(WordPiece {
            vocabulary,
            special,
            unknown,
            start,
            end,
        })
    }

    /// The vocabulary.
    pub fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// Id of `[UNK]`.
    pub fn unknown(&self) -> u32 {
        self.unknown
    }

    /// Id of `[CLS]`, which a transformer expects before the text.
    pub fn start(&self) -> u32 {
        self.start
    }

    /// Id of `[SEP]`, which a transformer expects after the text.
    pub fn end(&self) -> u32 {
        self.end
    }

    /// Token ids of the text, without special tokens around it.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::with_capacity(text.len() / 4);
        self.for_each(text, |id| ids.push(id));
        ids
    }

    /// Number of tokens that [`WordPiece::encode`] would give.
    pub fn count(&self, text: &str) -> usize {
        let mut count = 0;
        self.for_each(text, |_| count += 1);
        count
    }

    /// Calls `emit` with each token id of the text in turn; allocates nothing.
    pub fn for_each(&self, text: &str, emit: impl FnMut(u32)) {
        let mut words = Words {
            tokenizer: self,
            word: Word {
                bytes: [0; MAX_WORD_BYTES],
                length: 0,
                chars: 0,
            },
            hashes: [Hash::new(false); MAX_WORD_BYTES],
            pieces: [0; MAX_WORD_CHARS],
            emit,
        };
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            match ASCII[usize::from(byte)] {
                Ascii::Letter(lower) => words.word.push_ascii(lower),
                Ascii::Space => words.flush(),
                Ascii::Removed => {}
                Ascii::Punctuation => {
                    words.flush();
                    if byte == b'['
                        && let Some((token, id)) = self.special_at(&bytes[at..])
                    {
                        (words.emit)(id);
                        at += token.len();
                        continue;
                    }
                    words.word.push_ascii(byte);
                    words.flush();
                }
                Ascii::Wide => {
                    let Some(c) = text[at..].chars().next() else {
                        break;
                    };
                    words.push_wide(c);
                    at += c.len_utf8();
                    continue;
                }
            }
            at += 1;
        }
        words.flush();
    }

    /// Share of the text's letters that are in words of the vocabulary or in words of long pieces;
    /// see [`super::Embed::familiarity`]. Single letters and letters beyond ASCII are always in the
    /// vocabulary, so they do not count as words here.
    pub fn familiarity(&self, text: &str) -> f32 {
        let (mut letters, mut known) = (0usize, 0usize);
        for word in text.split(|c: char| !c.is_alphabetic()) {
            let length = word.chars().count();
            letters += length;
            if length > 1 && word.is_ascii() && self.knows(word, length) {
                known += length;
            }
        }
        if letters < FEWEST_LETTERS {
            return 1.0;
        }
        known as f32 / letters as f32
    }

    fn knows(&self, word: &str, length: usize) -> bool {
        self.vocabulary.id(&word.to_ascii_lowercase()).is_some()
            || length <= MAX_WORD_CHARS && length >= LETTERS_A_PIECE * self.count(word)
    }

    fn special_at(&self, bytes: &[u8]) -> Option<(&'static str, u32)> {
        self.special
            .iter()
            .copied()
            .find(|(token, _)| bytes.starts_with(token.as_bytes()))
    }
}

/// Class of a byte.
#[derive(Clone, Copy)]
enum Ascii {
    /// Part of a word, lower-cased.
    Letter(u8),
    Space,
    Removed,
    Punctuation,
    /// First byte of a character beyond ASCII.
    Wide,
}

const ASCII: [Ascii; 256] = {
    let mut table = [Ascii::Wide; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = match byte as u8 {
            b' ' | b'\t' | b'\n' | b'\r' => Ascii::Space,
            0..=31 | 127 => Ascii::Removed,
            b if b.is_ascii_punctuation() => Ascii::Punctuation,
            b => Ascii::Letter(b.to_ascii_lowercase()),
        };
        byte += 1;
    }
    table
};

/// The word being read. It keeps at most [`MAX_WORD_CHARS`] characters, however long the word is.
struct Word {
    bytes: [u8; MAX_WORD_BYTES],
    length: usize,
    chars: usize,
}

impl Word {
    #[inline]
    fn push_ascii(&mut self, byte: u8) {
        if self.chars < MAX_WORD_CHARS {
            self.bytes[self.length] = byte;
            self.length += 1;
        }
        self.chars = self.chars.saturating_add(1);
    }

    fn push(&mut self, c: char) {
        if self.chars < MAX_WORD_CHARS {
            self.length += c.encode_utf8(&mut self.bytes[self.length..]).len();
        }
        self.chars = self.chars.saturating_add(1);
    }
}

/// Normalised text cut into words, each turned into ids as soon as it ends.
struct Words<'a, F> {
    tokenizer: &'a WordPiece,
    word: Word,
    /// Hashes of the prefixes of the rest of the word.
    hashes: [Hash; MAX_WORD_BYTES],
    /// Ids of the word's pieces, emitted only when the whole word is known.
    pieces: [u32; MAX_WORD_CHARS],
    emit: F,
}

impl<F: FnMut(u32)> Words<'_, F> {
    fn push_wide(&mut self, c: char) {
        if unicode::is_removed(c) {
            return;
        }
        let apart = unicode::is_ideograph(c);
        if apart || c.is_whitespace() {
            self.flush();
        }
        // Marks are not put into canonical order: those that stay a while (category Mc) either
        // have order 0 or are in no vocabulary, so that their word is `[UNK]` in any order.
        decompose_canonical(c, |part| {
            if !unicode::is_accent(part) {
                part.to_lowercase()
                    .for_each(|lower| self.push_normalised(lower));
            }
        });
        if apart {
            self.flush();
        }
    }

    fn push_normalised(&mut self, c: char) {
        if c.is_whitespace() {
            self.flush();
        } else if unicode::is_punctuation(c) {
            self.flush();
            self.word.push(c);
            self.flush();
        } else {
            self.word.push(c);
        }
    }

    /// Ends the current word, if there is one.
    fn flush(&mut self) {
        if self.word.chars == 0 {
            return;
        }
        match self.cut() {
            Some(pieces) => self.pieces[..pieces].iter().for_each(|&id| (self.emit)(id)),
            None => (self.emit)(self.tokenizer.unknown),
        }
        self.word.length = 0;
        self.word.chars = 0;
    }

    /// Cuts the word into the longest known pieces from the left and returns their number; none
    /// when some part is unknown or the word is too long.
    fn cut(&mut self) -> Option<usize> {
        if self.word.chars > MAX_WORD_CHARS {
            return None;
        }
        let vocabulary = &self.tokenizer.vocabulary;
        let word = &self.word.bytes[..self.word.length];
        let mut start = 0;
        let mut pieces = 0;
        while start < word.len() {
            let continues = start > 0;
            let rest = &word[start..word.len().min(start + vocabulary.longest())];
            let mut hash = Hash::new(continues);
            for (slot, &byte) in self.hashes.iter_mut().zip(rest) {
                hash = hash.push(byte);
                *slot = hash;
            }
            let (length, id) = (1..=rest.len()).rev().find_map(|n| {
                Some((
                    n,
                    vocabulary.get(self.hashes[n - 1], &rest[..n], continues)?,
                ))
            })?;
            self.pieces[pieces] = id;
            pieces += 1;
            start += length;
        }
        Some(pieces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOCABULARY: &str = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nun\n##able\n##ab\n##l\nword\n\
        ##word\ne\n.\n[\n]\n中\nsep\n";

    fn tokens(text: &str) -> Vec<String> {
        let tokenizer = WordPiece::from_bytes(VOCABULARY.as_bytes()).unwrap();
        let ids = tokenizer.encode(text);
        assert_eq!(ids.len(), tokenizer.count(text));
        ids.iter()
            .map(|&id| tokenizer.vocabulary().token(id).unwrap().to_owned())
            .collect()
    }

    #[test]
    fn the_longest_piece_wins_and_what_does_not_fit_is_unknown() {
        assert_eq!(tokens("unable"), ["un", "##able"]);
        assert_eq!(tokens("unabl"), ["un", "##ab", "##l"]);
        assert_eq!(tokens("unabx word"), ["[UNK]", "word"]);
        assert_eq!(tokens(""), [""; 0]);
    }

    #[test]
    fn familiarity_is_the_share_of_letters_in_known_words() {
        let tokenizer = WordPiece::from_bytes(VOCABULARY.as_bytes()).unwrap();
        let familiarity = |text: &str| tokenizer.familiarity(text);
        assert_eq!(familiarity("Word, word!"), 1.0);
        // Pieces, single letters and ideographs are in the vocabulary, but are not words.
        assert_eq!(familiarity("word unable e 中"), 4.0 / 12.0);
        assert_eq!(familiarity("unabl 12"), 1.0, "too short to tell");
        // Long pieces count as words.
        let long =
            WordPiece::from_bytes(b"[UNK]\n[CLS]\n[SEP]\nphoto\n##synthesis\nso\n##lar\n").unwrap();
        assert_eq!(long.familiarity("Photosynthesis solar"), 14.0 / 19.0);
    }

    #[test]
    fn case_accents_and_controls_do_not_matter() {
        assert_eq!(
            tokens("WORD wo\u{0}rd wo\u{ad}rd w\u{f6}rd wo\u{308}rd"),
            ["word"; 5]
        );
        assert_eq!(tokens("\u{c9}e\u{301}"), ["[UNK]"]);
        assert_eq!(tokens("\u{c9}"), ["e"]);
        assert_eq!(tokens("\u{212f}"), ["[UNK]"], "compatibility forms stay");
    }

    #[test]
    fn punctuation_and_ideographs_are_words() {
        assert_eq!(tokens("word.word"), ["word", ".", "word"]);
        assert_eq!(tokens("word中word\u{3000}un"), ["word", "中", "word", "un"]);
    }

    #[test]
    fn special_tokens_count_only_as_they_are_spelt() {
        assert_eq!(tokens("word[SEP]word"), ["word", "[SEP]", "word"]);
        assert_eq!(tokens("[sep]"), ["[", "sep", "]"]);
        assert_eq!(tokens("[[MASK]]"), ["[", "[MASK]", "]"]);
    }

    #[test]
    fn a_word_may_have_a_hundred_characters() {
        assert_eq!(tokens(&"word".repeat(25)).len(), 25);
        assert_eq!(tokens(&"word".repeat(26)), ["[UNK]"]);
        assert_eq!(
            tokens(&("中".to_owned() + &"e".repeat(1_000_000) + ".")),
            ["中", "[UNK]", "."]
        );
    }

    #[test]
    fn the_special_tokens_must_be_there() {
        let error = WordPiece::from_bytes(b"[UNK]\n[CLS]\n").unwrap_err();
        assert!(matches!(error, EmbedError::VocabularyMissing("[SEP]")));
    }
}
