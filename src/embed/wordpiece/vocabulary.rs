//! Map from token to id, fast to load and to query.

use crate::embed::EmbedError;

/// Ids fit in 16 bits with one value to spare.
pub const MAX_TOKENS: usize = 65_535;

/// Marks a token that continues a word.
const CONTINUATION: &str = "##";

/// A vocabulary that borrows tokens from its own text: one hash table of 32-bit slots and no
/// allocation per token, since a page loads it before its first decision.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    text: String,
    /// Start of each token in `text`, and one past the last newline.
    starts: Vec<u32>,
    /// Open addressing; upper 16 bits of the hash over id + 1, 0 when free.
    slots: Vec<u32>,
    shift: u32,
    /// Bytes of the longest token, without the mark of continuation.
    longest: usize,
}

/// FNV-1a: the hash of a prefix is a step on the way to the hash of the whole, so that one pass
/// over a word hashes all its prefixes.
#[derive(Clone, Copy)]
pub(super) struct Hash(u32);

impl Hash {
    pub(super) fn new(continues: bool) -> Self {
        Hash(if continues { 0x2545_F491 } else { 0x811C_9DC5 })
    }

    #[inline]
    pub(super) fn push(self, byte: u8) -> Self {
        Hash((self.0 ^ u32::from(byte)).wrapping_mul(0x0100_0193))
    }

    /// FNV mixes the upper bits poorly for short keys; the slot is derived from them.
    #[inline]
    fn finish(self) -> u32 {
        let mixed = (self.0 ^ (self.0 >> 15)).wrapping_mul(0x85EB_CA6B);
        mixed ^ (mixed >> 13)
    }
}

impl Vocabulary {
    /// Reads one token per line; the id of a token is the number of its line, from 0.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EmbedError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|e| EmbedError::VocabularyEncoding(e.valid_up_to()))?;
        let mut text = text.to_owned();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        let lines = text.bytes().filter(|&b| b == b'\n').count();
        if lines > MAX_TOKENS {
            return Err(EmbedError::VocabularySize {
                found: lines,
                max: MAX_TOKENS,
            });
        }
        let size = (2 * lines).next_power_of_two().max(1 << 10);
        let mut vocabulary = Vocabulary {
            text,
            starts: Vec::with_capacity(lines + 1),
            slots: vec![0; size],
            shift: 32 - size.trailing_zeros(),
            longest: 0,
        };
        vocabulary.starts.push(0);
        for (end, _) in vocabulary
            .text
            .bytes()
            .enumerate()
            .filter(|&(_, b)| b == b'\n')
        {
            vocabulary.starts.push(end as u32 + 1);
        }
        for id in 0..lines {
            vocabulary.insert(id as u32)?;
        }
        Ok(vocabulary)
    }

    fn insert(&mut self, id: u32) -> Result<(), EmbedError> {
        let token = self.line(id);
        if token.is_empty() {
            return Err(EmbedError::VocabularyEmptyLine(id as usize + 1));
        }
        let (key, continues) = split_mark(token);
        let mut hash = Hash::new(continues);
        for &byte in key.as_bytes() {
            hash = hash.push(byte);
        }
        if self.get(hash, key.as_bytes(), continues).is_some() {
            let token = token.to_owned();
            return Err(EmbedError::VocabularyDuplicate {
                line: id as usize + 1,
                token,
            });
        }
        let length = key.len();
        let hash = hash.finish();
        let mut slot = (hash >> self.shift) as usize;
        while self.slots[slot] != 0 {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = (hash << 16) | (id + 1);
        self.longest = self.longest.max(length);
        Ok(())
    }

    /// Number of tokens.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there is no token; always false for a loaded vocabulary.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The token of an id, with its mark of continuation.
    pub fn token(&self, id: u32) -> Option<&str> {
        ((id as usize) < self.len()).then(|| self.line(id))
    }

    /// The id of a token as it is written in the vocabulary.
    pub fn id(&self, token: &str) -> Option<u32> {
        let (key, continues) = split_mark(token);
        let hash = key.bytes().fold(Hash::new(continues), Hash::push);
        self.get(hash, key.as_bytes(), continues)
    }

    /// The text that [`Vocabulary::from_bytes`] reads, one token per line.
    pub fn as_bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// Bytes of the longest token, without the mark of continuation.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// Looks a piece of a word up by the hash of its bytes.
    #[inline]
    pub(super) fn get(&self, hash: Hash, key: &[u8], continues: bool) -> Option<u32> {
        let hash = hash.finish();
        let mut slot = (hash >> self.shift) as usize;
        loop {
            let entry = self.slots[slot];
            if entry == 0 {
                return None;
            }
            if entry >> 16 == hash & 0xFFFF {
                let id = (entry & 0xFFFF) - 1;
                let (token, marked) = split_mark(self.line(id));
                if marked == continues && token.as_bytes() == key {
                    return Some(id);
                }
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    fn line(&self, id: u32) -> &str {
        let (start, next) = (self.starts[id as usize], self.starts[id as usize + 1]);
        &self.text[start as usize..next as usize - 1]
    }
}

/// The text of a token and whether it continues a word. A lone `##` is two characters, not a mark.
fn split_mark(token: &str) -> (&str, bool) {
    match token.strip_prefix(CONTINUATION) {
        Some(rest) if !rest.is_empty() => (rest, true),
        _ => (token, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_the_number_of_its_line_and_back() {
        let vocabulary = Vocabulary::from_bytes("a\n##a\n##\né\n".as_bytes()).unwrap();
        for (id, token) in ["a", "##a", "##", "é"].into_iter().enumerate() {
            assert_eq!(vocabulary.id(token), Some(id as u32), "{token}");
            assert_eq!(vocabulary.token(id as u32), Some(token));
        }
        assert_eq!(vocabulary.id("##é"), None);
        assert_eq!(vocabulary.token(4), None);
        assert_eq!(vocabulary.longest(), 2);
    }

    #[test]
    fn the_last_newline_may_be_missing() {
        assert_eq!(Vocabulary::from_bytes(b"a\nb").unwrap().len(), 2);
    }

    #[test]
    fn a_full_vocabulary_finds_every_token() {
        let text: String = (0..MAX_TOKENS).map(|i| format!("{i:x}\n")).collect();
        let vocabulary = Vocabulary::from_bytes(text.as_bytes()).unwrap();
        assert!((0..MAX_TOKENS).all(|i| vocabulary.id(&format!("{i:x}")) == Some(i as u32)));
        let more = text + "zz\n";
        assert!(matches!(
            Vocabulary::from_bytes(more.as_bytes()),
            Err(EmbedError::VocabularySize {
                found: 65_536,
                max: 65_535
            })
        ));
    }

    #[test]
    fn a_bad_vocabulary_says_where() {
        let error = |bytes: &[u8]| Vocabulary::from_bytes(bytes).unwrap_err().to_string();
        assert!(error(b"a\n\xff\n").contains("byte 2"));
        assert!(error(b"a\n\nb\n").contains("line 2"));
        assert!(error(b"a\nb\na\n").contains("line 3"));
        assert!(error(b"").contains("line 1"));
    }
}
