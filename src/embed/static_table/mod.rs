//! The static embedder: one table row for each distinct token, summed.
//!
//! The table is a safetensors file of five tensors. With V tokens, of which R have a row, in d
//! dimensions:
//!
//! | tensor | type | shape | |
//! |---|---|---|---|
//! | `words` | U8 | (bytes) | the tokens in the order of their bytes, each without what it shares with the one before (`words.rs`); the place in this order is the id |
//! | `scales` | U8 | (V) | s > 0: the row's scale is 2^((s − 255)/16); 0: the token has no row |
//! | `columns` | U8 | (d) | the mean size of the numbers in each column, in units of 1/64 |
//! | `frequencies` | U16 | (40, 2m + 1) | how often −m … m occur in each context, of 4096 |
//! | `rows` | U8 | (bytes) | the rows in units of their scales, one column after the other in order of id, coded by the frequencies of each number's context (`context.rs`, `rans.rs`) |
//!
//! A text's vector is the direction of a sum of rows, so a row has to be the finer the more texts contain
//! its token. A token counts once however often it occurs, since repeated tokens are mostly punctuation
//! and function words.
//!
//! The entry `uniroute` of its metadata is a JSON object with [`Metadata`]. Files of layout 1 (the
//! tensors `vocabulary`, `scales`, `levels` and `codes`, three bits per number) are read, too.

mod context;
mod file;
mod rans;
mod words;

use super::{Embed, EmbedError, Embedded, Metadata, WordPiece};
pub use file::Parts;
use file::{MAX_DIM, SCHEMA_VERSION, read};

/// Id of the bundled table.
pub const STATIC_ID: &str = "static-minilm-64";

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
            sha256: Default::default(),
        };
        Self::checked(parts, metadata)
    }

    /// Loads a table file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EmbedError> {
        let (parts, metadata) = read(bytes, true)?;
        Self::checked(parts, metadata)
    }

    /// Loads a table file whose integrity was checked before, as part of another file.
    pub(crate) fn from_whole(bytes: &[u8]) -> Result<Self, EmbedError> {
        let (parts, metadata) = read(bytes, false)?;
        Self::checked(parts, metadata)
    }

    fn checked(parts: Parts, metadata: Metadata) -> Result<Self, EmbedError> {
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
        let dim = parts.rows.len().checked_div(count).unwrap_or(0);
        if dim == 0 || dim > MAX_DIM {
            return Err(EmbedError::Dimension {
                found: dim,
                max: MAX_DIM,
            });
        }
        length("rows", parts.rows.len(), count * dim)?;
        Ok(StaticEmbedder {
            tokenizer,
            parts,
            metadata,
            dim,
            rows,
            powers: powers(),
        })
    }

    /// The table as a file of the present layout; the same table gives the same bytes.
    ///
    /// # Errors
    /// [`EmbedError::VocabularyToken`] for a token that this layout cannot hold, and
    /// [`EmbedError::Safetensors`] if the file cannot be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EmbedError> {
        file::write(&self.parts, &self.metadata, self.dim)
    }

    /// Metadata of the table.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The tokenizer; the ids of its tokens are the table's own.
    pub fn tokenizer(&self) -> &WordPiece {
        &self.tokenizer
    }

    /// A token's row, of length `dim`; `None` if the token has none.
    pub fn row(&self, id: u32) -> Option<Vec<f32>> {
        let mut sum = vec![0.0; self.dim];
        let has_row = self.rows.get(id as usize).is_some_and(|&row| row != NO_ROW);
        has_row.then(|| {
            self.add_row(id, &mut sum);
            sum
        })
    }

    /// Adds a token's row to a sum of length `dim`.
    #[inline]
    fn add_row(&self, id: u32, sum: &mut [f32]) {
        let row = self.rows[id as usize];
        if row == NO_ROW {
            return;
        }
        let scale = self.powers[usize::from(self.parts.scales[id as usize])];
        let numbers = &self.parts.rows[usize::from(row) * self.dim..][..self.dim];
        for (x, &number) in sum.iter_mut().zip(numbers) {
            *x += scale * f32::from(number);
        }
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
        Parts {
            vocabulary: VOCABULARY.to_vec(),
            scales: vec![0, 0, 0, 255, 239],
            rows: (-4..4).chain((-4..4).rev()).collect(),
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
        assert_eq!(again.metadata().provenance, table.metadata().provenance);
        // The file has the tokens in their order, the table in another.
        assert_ne!(
            again.tokenizer().encode("red"),
            table.tokenizer().encode("red")
        );
        assert_eq!(again.embed("red blue"), table.embed("red blue"));
        assert_eq!(again.embed("blue"), table.embed("blue"));
        assert_eq!(again.to_bytes().unwrap(), bytes);
    }

    /// The same table as [`parts`], in layout 1.
    fn first_layout(schema_version: u32) -> Vec<u8> {
        use safetensors::tensor::{Dtype, TensorView, serialize};
        let pack = |codes: [u32; 8]| codes.iter().rev().fold(0, |bits, code| bits << 3 | code);
        let bytes = |bits: u32| bits.to_le_bytes().into_iter().take(3);
        let up = bytes(pack([0, 1, 2, 3, 4, 5, 6, 7]));
        let codes: Vec<u8> = up.chain(bytes(pack([7, 6, 5, 4, 3, 2, 1, 0]))).collect();
        let levels: Vec<u8> = (-4i8..4).map(i8::cast_unsigned).collect();
        let tensors: [(&str, Dtype, Vec<usize>, &[u8]); 4] = [
            ("vocabulary", Dtype::U8, vec![VOCABULARY.len()], VOCABULARY),
            ("scales", Dtype::U8, vec![5], &[0, 0, 0, 255, 239]),
            ("levels", Dtype::I8, vec![8], &levels),
            ("codes", Dtype::U8, vec![2, 3], &codes),
        ];
        let hash = |data: &[u8]| crate::embed::hex(&<sha2::Sha256 as sha2::Digest>::digest(data));
        let sha256: serde_json::Map<_, _> = tensors
            .iter()
            .map(|(name, _, _, data)| ((*name).to_owned(), hash(data).into()))
            .collect();
        let metadata = serde_json::json!({
            "schema_version": schema_version, "embedder": "test", "provenance": "made up",
            "licence": "none", "sha256": sha256,
        });
        let views = tensors
            .map(|(name, dtype, shape, data)| (name, TensorView::new(dtype, shape, data).unwrap()));
        serialize(
            views,
            Some([("uniroute".to_owned(), metadata.to_string())].into()),
        )
        .unwrap()
    }

    #[test]
    fn a_file_of_the_first_layout_gives_the_same_vectors_and_is_written_in_the_present_one() {
        let old = StaticEmbedder::from_bytes(&first_layout(1)).unwrap();
        let table = table(parts()).unwrap();
        assert_eq!(old.embed("red blue"), table.embed("red blue"));
        let written = old.to_bytes().unwrap();
        let again = StaticEmbedder::from_bytes(&written).unwrap();
        assert_eq!(again.metadata().schema_version, SCHEMA_VERSION);
        assert_eq!(again.embed("red blue"), table.embed("red blue"));
    }

    #[test]
    fn a_file_of_another_layout_is_refused_with_its_version_and_the_remedy() {
        let error = StaticEmbedder::from_bytes(&first_layout(2))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("schema_version 2") && error.contains("fit it again"),
            "{error}"
        );
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
        assert!(message(|p| p.rows.push(0)).contains("rows"));
        assert!(message(|p| p.scales.fill(0)).contains("dimension"));
        assert!(message(|p| p.rows.resize(2000, 0)).contains("dimension"));
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
