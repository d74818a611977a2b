//! The static embedder: one table row for each distinct token, summed.
//!
//! The table is a safetensors file of four tensors. With V tokens, of which R have a row, in d
//! dimensions:
//!
//! | tensor | type | shape | |
//! |---|---|---|---|
//! | `vocabulary` | U8 | (bytes) | one token per line; the line number is the id |
//! | `scales` | U8 | (V) | s > 0: the row's scale is 2^((s − 255)/16); 0: the token has no row |
//! | `levels` | I8 | (8) | the values of the eight codes |
//! | `codes` | U8 | (R, 3d/8) | eight codes in three bytes, the first lowest; rows in order of id |
//!
//! Three bits per number are enough: sixteen levels give no measurable gain on everyday prompts, and
//! table and vocabulary together stay under a megabyte. A token counts once however often it
//! occurs, since repeated tokens are mostly punctuation and function words.
//!
//! The entry `uniroute` of its metadata is a JSON object with [`Metadata`].

mod file;

use super::{Embed, EmbedError, Embedded, Metadata, WordPiece};
pub use file::Parts;
use file::read;

/// Id of the bundled table.
pub const STATIC_ID: &str = "static-minilm-64";

/// Version of the file's layout.
const SCHEMA_VERSION: u32 = 1;
const LEVELS: usize = 8;
/// Eight codes of three bits.
const GROUP: usize = 8;
const GROUP_BYTES: usize = 3;
const MAX_DIM: usize = 1024;
/// Row number of a token that has no row.
const NO_ROW: u16 = u16::MAX;

/// Embeds by summing a row for each token, in a few microseconds.
#[derive(Clone, Debug)]
pub struct StaticEmbedder {
    tokenizer: WordPiece,
    parts: Parts,
    metadata: Metadata,
    dim: usize,
    /// Row number of each token.
    rows: Vec<u16>,
    /// 2^((s − 255)/16) for each s.
    powers: Vec<f32>,
}

impl StaticEmbedder {
    /// Makes an embedder of a table after checking it.
    pub fn new(
        parts: Parts,
        embedder: &str,
        provenance: &str,
        licence: &str,
    ) -> Result<Self, EmbedError> {
        let metadata = Metadata {
            schema_version: SCHEMA_VERSION,
            embedder: embedder.to_owned(),
            provenance: provenance.to_owned(),
            licence: licence.to_owned(),
            sha256: parts.sha256(),
        };
        Self::checked(parts, metadata)
    }

    /// Loads a table file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EmbedError> {
        let (parts, metadata) = read(bytes)?;
        for (name, sha256) in parts.sha256() {
            if metadata.sha256.get(&name) != Some(&sha256) {
                return Err(EmbedError::Hash(name));
            }
        }
        Self::checked(parts, metadata)
    }

    /// Loads a table file whose integrity was checked before, as part of another file.
    pub(crate) fn from_whole(bytes: &[u8]) -> Result<Self, EmbedError> {
        let (parts, metadata) = read(bytes)?;
        Self::checked(parts, metadata)
    }

    fn checked(parts: Parts, metadata: Metadata) -> Result<Self, EmbedError> {
        if metadata.schema_version != SCHEMA_VERSION {
            return Err(EmbedError::SchemaVersion(metadata.schema_version));
        }
        let length = |tensor, found, expected| {
            if found == expected {
                Ok(())
            } else {
                Err(EmbedError::TensorLength {
                    tensor,
                    found,
                    expected,
                })
            }
        };
        let tokenizer = WordPiece::from_bytes(&parts.vocabulary)?;
        length("scales", parts.scales.len(), tokenizer.vocabulary().len())?;
        length("levels", parts.levels.len(), LEVELS)?;
        let mut rows = vec![NO_ROW; parts.scales.len()];
        let mut count = 0;
        for (row, _) in rows
            .iter_mut()
            .zip(&parts.scales)
            .filter(|&(_, &scale)| scale > 0)
        {
            *row = count;
            count += 1;
        }
        let count = usize::from(count);
        let groups = parts
            .codes
            .len()
            .checked_div(count * GROUP_BYTES)
            .unwrap_or(0);
        let dim = groups * GROUP;
        if dim == 0 || dim > MAX_DIM {
            return Err(EmbedError::Dimension {
                found: dim,
                max: MAX_DIM,
            });
        }
        length("codes", parts.codes.len(), count * groups * GROUP_BYTES)?;
        Ok(StaticEmbedder {
            tokenizer,
            parts,
            metadata,
            dim,
            rows,
            powers: powers(),
        })
    }

    /// The table as a file; the same table gives the same bytes.
    ///
    /// # Errors
    /// [`EmbedError::Safetensors`] if the file cannot be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EmbedError> {
        file::write(&self.parts, &self.metadata, self.row_bytes())
    }

    /// Metadata of the table.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The tokenizer, which MiniLM shares.
    pub fn tokenizer(&self) -> &WordPiece {
        &self.tokenizer
    }

    /// Adds a token's row to a sum of length `dim`.
    #[inline]
    fn add_row(&self, id: u32, sum: &mut [f32]) {
        let row = self.rows[id as usize];
        if row == NO_ROW {
            return;
        }
        let scale = self.powers[usize::from(self.parts.scales[id as usize])];
        let mut values = [0.0; LEVELS];
        for (value, &level) in values.iter_mut().zip(&self.parts.levels) {
            *value = scale * f32::from(level);
        }
        let width = self.row_bytes();
        let codes = &self.parts.codes[usize::from(row) * width..][..width];
        let (packed, _) = codes.as_chunks::<GROUP_BYTES>();
        for (group, &[a, b, c]) in sum.chunks_exact_mut(GROUP).zip(packed) {
            let mut bits = u32::from_le_bytes([a, b, c, 0]);
            for x in group {
                *x += values[(bits & 7) as usize];
                bits >>= 3;
            }
        }
    }

    fn row_bytes(&self) -> usize {
        self.dim / GROUP * GROUP_BYTES
    }
}

impl Embed for StaticEmbedder {
    fn id(&self) -> &str {
        &self.metadata.embedder
    }

    fn dim(&self) -> usize {
        self.dim
    }

    fn familiarity(&self, text: &str) -> f32 {
        self.tokenizer().familiarity(text)
    }

    fn embed(&self, text: &str) -> Embedded {
        let mut vector = vec![0.0; self.dim];
        let mut tokens = 0;
        let mut seen = vec![0u64; self.rows.len().div_ceil(64)];
        self.tokenizer.for_each(text, |id| {
            tokens += 1;
            let (word, bit) = (&mut seen[id as usize / 64], 1 << (id % 64));
            if *word & bit == 0 {
                *word |= bit;
                self.add_row(id, &mut vector);
            }
        });
        super::normalise(&mut vector);
        Embedded { vector, tokens }
    }
}

/// 2^((s − 255)/16) by products of exact constants: `exp2` may differ in its last bit between
/// native code and wasm.
fn powers() -> Vec<f32> {
    /// 2^(−k/16) for k = 0…15, rounded to the nearest f32.
    const SIXTEENTHS: [f32; 16] = [
        1.0,
        0.957_603_3,
        0.917_004_05,
        0.878_126_1,
        0.840_896_4,
        0.805_245_2,
        0.771_105_4,
        0.738_413_1,
        0.707_106_77,
        0.677_127_8,
        0.648_419_8,
        0.620_928_9,
        0.594_603_54,
        0.569_394_3,
        0.545_253_9,
        0.522_136_9,
    ];
    let mut powers = vec![0.0; 256];
    let mut octave = 1.0;
    for (k, power) in powers.iter_mut().rev().enumerate() {
        if k > 0 && k % 16 == 0 {
            octave *= 0.5;
        }
        *power = octave * SIXTEENTHS[k % 16];
    }
    powers
}

#[cfg(test)]
mod tests {
    use super::*;

    const VOCABULARY: &[u8] = b"[UNK]\n[CLS]\n[SEP]\nred\nblue\n";

    /// Eight dimensions; `red` is (−4, −3, … 3), `blue` half of (3, 2, … −4), the rest has no row.
    fn parts() -> Parts {
        let pack = |codes: [u32; 8]| codes.iter().rev().fold(0, |bits, code| bits << 3 | code);
        let bytes = |bits: u32| bits.to_le_bytes().into_iter().take(3);
        let (up, down) = (
            pack([0, 1, 2, 3, 4, 5, 6, 7]),
            pack([7, 6, 5, 4, 3, 2, 1, 0]),
        );
        Parts {
            vocabulary: VOCABULARY.to_vec(),
            scales: vec![0, 0, 0, 255, 239],
            levels: (-4..4).collect(),
            codes: bytes(up).chain(bytes(down)).collect(),
        }
    }

    fn direction(numbers: [f32; 8]) -> Vec<f32> {
        let length = numbers.iter().map(|x| x * x).sum::<f32>().sqrt();
        numbers.iter().map(|x| x / length).collect()
    }

    fn table(parts: Parts) -> Result<StaticEmbedder, EmbedError> {
        StaticEmbedder::new(parts, "test", "made up", "none")
    }

    #[test]
    fn a_text_is_the_direction_of_the_sum_of_its_rows() {
        let table = table(parts()).unwrap();
        let red = direction([-4.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0]);
        assert_eq!(
            table.embed("Red unknownword"),
            Embedded {
                vector: red,
                tokens: 2
            }
        );
        let both = direction([-2.5, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0]);
        assert_eq!(table.embed("red, blue").vector, both);
    }

    #[test]
    fn a_token_counts_once() {
        let table = table(parts()).unwrap();
        let (once, often) = (table.embed("red blue"), table.embed("red blue red RED"));
        assert_eq!(often, Embedded { tokens: 4, ..once });
    }

    #[test]
    fn a_text_without_known_tokens_is_the_zero_vector() {
        let table = table(parts()).unwrap();
        assert_eq!(
            table.embed(""),
            Embedded {
                vector: vec![0.0; 8],
                tokens: 0
            }
        );
        assert_eq!(table.embed("unknownword").vector, [0.0; 8]);
    }

    #[test]
    fn a_table_survives_its_file_and_the_bytes_are_stable() {
        let table = table(parts()).unwrap();
        let bytes = table.to_bytes().unwrap();
        let again = StaticEmbedder::from_bytes(&bytes).unwrap();
        assert_eq!(again.metadata(), table.metadata());
        assert_eq!(again.embed("red blue"), table.embed("red blue"));
        assert_eq!(again.to_bytes().unwrap(), bytes);
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused() {
        let bytes = table(parts()).unwrap().to_bytes().unwrap();
        let header = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        for at in header..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert!(StaticEmbedder::from_bytes(&flipped).is_err(), "byte {at}");
        }
        for length in 0..bytes.len() {
            assert!(
                StaticEmbedder::from_bytes(&bytes[..length]).is_err(),
                "length {length}"
            );
        }
    }

    #[test]
    fn lengths_that_do_not_fit_are_named() {
        let message = |change: fn(&mut Parts)| {
            let mut parts = parts();
            change(&mut parts);
            table(parts).unwrap_err().to_string()
        };
        assert!(message(|p| p.scales.push(1)).contains("scales"));
        assert!(message(|p| p.levels.truncate(7)).contains("levels"));
        assert!(message(|p| p.codes.push(0)).contains("codes"));
        assert!(message(|p| p.scales.fill(0)).contains("dimension"));
        assert!(message(|p| p.codes.resize(6000, 0)).contains("dimension"));
        assert!(message(|p| p.vocabulary.extend(b"red\n")).contains("line 6"));
    }

    #[test]
    fn scales_halve_every_sixteen_steps() {
        let powers = powers();
        assert_eq!(
            (powers[255], powers[239], powers[15]),
            (1.0, 0.5, 0.5f32.powi(15))
        );
        for (s, power) in powers.iter().enumerate() {
            let exact = ((s as f64 - 255.0) / 16.0).exp2();
            assert!((f64::from(*power) / exact - 1.0).abs() < 1e-7, "{s}");
        }
    }
}
