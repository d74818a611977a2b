//! A table as a file: the present layout, and the first one, which is still read.

use std::collections::BTreeMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use sha2::{Digest, Sha256};

use super::context::{CONTEXTS, Contexts, column_sizes};
use super::{rans, words};
use crate::embed::{EmbedError, Metadata, hex};
use crate::printable::printable;

/// Version of the file's layout.
pub(super) const SCHEMA_VERSION: u32 = 3;
/// Bytes of eight codes in layout 1.
const GROUP_BYTES: usize = 3;
/// Most dimensions of a table.
pub(super) const MAX_DIM: usize = 512;
/// The layout with three bits for each number.
const FIRST_VERSION: u32 = 1;

/// A table before it is checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parts {
    /// One token per line.
    pub vocabulary: Vec<u8>,
    /// (V): logarithmic scale of each token's row, 0 for none.
    pub scales: Vec<u8>,
    /// (R, d): the rows in units of their scales, in order of id.
    pub rows: Vec<i8>,
}

impl Parts {
    /// The same table with its tokens in the order of their bytes. Text that is no UTF-8 stays as it is.
    pub(super) fn sorted(self, dim: usize) -> Self {
        let Ok(text) = std::str::from_utf8(&self.vocabulary) else {
            return self;
        };
        let text = text.strip_suffix('\n').unwrap_or(text);
        let mut rows = self.rows.chunks_exact(dim);
        let mut tokens: Vec<(&str, u8, &[i8])> = text
            .split('\n')
            .zip(&self.scales)
            .map(|(token, &scale)| {
                let row = if scale > 0 { rows.next() } else { None };
                (token, scale, row.unwrap_or_default())
            })
            .collect();
        tokens.sort_unstable_by_key(|(token, ..)| *token);
        let lines: Vec<&str> = tokens.iter().map(|(token, ..)| *token).collect();
        Self {
            vocabulary: lines.join("\n").into_bytes(),
            scales: tokens.iter().map(|(_, scale, _)| *scale).collect(),
            rows: tokens.iter().flat_map(|(.., row)| *row).copied().collect(),
        }
    }

    /// Number of rows.
    pub(super) fn count(&self) -> usize {
        self.scales.iter().filter(|&&scale| scale > 0).count()
    }
}

/// The tensors of a file in the present layout.
struct Coded {
    words: Vec<u8>,
    scales: Vec<u8>,
    /// (d): the mean size of each column's numbers.
    columns: Vec<u8>,
    /// (C, 2m + 1): the shares of −m … m in each context.
    frequencies: Vec<u16>,
    rows: Vec<u8>,
}

impl Coded {
    /// # Errors
    /// [`EmbedError::VocabularyToken`]
    fn new(parts: &Parts, dim: usize) -> Result<Self, EmbedError> {
        let largest = parts.rows.iter().map(|number| number.unsigned_abs()).max();
        let largest = largest.map_or(0, i16::from);
        let symbol = |number: i8| usize::from((i16::from(number) + largest).unsigned_abs());
        let width = symbol(0) * 2 + 1;
        let columns = column_sizes(&parts.rows, dim);
        let count = parts.count();
        let mut contexts = Contexts::new(&columns, count);
        let mut coded = Vec::with_capacity(parts.rows.len());
        let mut counts = vec![vec![0; width]; CONTEXTS];
        for column in 0..dim {
            contexts.next_column();
            for row in 0..count {
                let number = parts.rows[row * dim + column];
                let context = contexts.of(row);
                contexts.add(row, number);
                counts[context][symbol(number)] += 1;
                coded.push((context, symbol(number)));
            }
        }
        let frequencies: Vec<Vec<u16>> = counts.iter().map(|c| rans::frequencies(c)).collect();
        let models: Option<Vec<_>> = frequencies.iter().map(|f| rans::Model::new(f)).collect();
        let models = models.ok_or(EmbedError::Coded("frequencies"))?;
        let mut writer = rans::Writer::new();
        for (context, symbol) in coded.into_iter().rev() {
            writer.add(&models[context], symbol);
        }
        Ok(Self {
            words: words::write(&String::from_utf8_lossy(&parts.vocabulary))?,
            scales: parts.scales.clone(),
            columns,
            frequencies: frequencies.concat(),
            rows: writer.finish(),
        })
    }
}

/// The table as a file; the same table gives the same bytes.
pub(super) fn write(parts: &Parts, metadata: &Metadata, dim: usize) -> Result<Vec<u8>, EmbedError> {
    let coded = Coded::new(&parts.clone().sorted(dim), dim)?;
    let frequencies: Vec<u8> = coded
        .frequencies
        .iter()
        .flat_map(|f| f.to_le_bytes())
        .collect();
    let width = coded.frequencies.len() / CONTEXTS;
    let tensors = [
        ("columns", Dtype::U8, vec![dim], &coded.columns),
        (
            "frequencies",
            Dtype::U16,
            vec![CONTEXTS, width],
            &frequencies,
        ),
        ("rows", Dtype::U8, vec![coded.rows.len()], &coded.rows),
        ("scales", Dtype::U8, vec![coded.scales.len()], &coded.scales),
        ("words", Dtype::U8, vec![coded.words.len()], &coded.words),
    ];
    let metadata = Metadata {
        schema_version: SCHEMA_VERSION,
        sha256: tensors
            .iter()
            .map(|(name, _, _, data)| ((*name).to_owned(), hex(&Sha256::digest(data))))
            .collect(),
        ..metadata.clone()
    };
    let unwritable = |e: safetensors::SafeTensorError| EmbedError::Safetensors(printable(e));
    let views = tensors.map(|(name, dtype, shape, data)| {
        Ok((
            name,
            TensorView::new(dtype, shape, data).map_err(unwritable)?,
        ))
    });
    let views: Vec<_> = views.into_iter().collect::<Result<_, _>>()?;
    let json = serde_json::to_string(&metadata).map_err(|e| EmbedError::Metadata(e.to_string()))?;
    serialize(views, Some([("uniroute".to_owned(), json)].into())).map_err(unwritable)
}

/// The parts of a table file and its metadata; `verify` compares the hashes of its tensors.
pub(super) fn read(bytes: &[u8], verify: bool) -> Result<(Parts, Metadata), EmbedError> {
    let metadata = Metadata::read(bytes)?;
    let file =
        SafeTensors::deserialize(bytes).map_err(|e| EmbedError::Safetensors(printable(e)))?;
    if verify {
        check_hashes(&file, &metadata.sha256)?;
    }
    let parts = match metadata.schema_version {
        FIRST_VERSION => read_first(&file)?,
        SCHEMA_VERSION => read_coded(&file)?,
        other => return Err(EmbedError::SchemaVersion(other)),
    };
    Ok((parts, metadata))
}

fn check_hashes(file: &SafeTensors, stated: &BTreeMap<String, String>) -> Result<(), EmbedError> {
    for (name, view) in file.iter() {
        if stated.get(name) != Some(&hex(&Sha256::digest(view.data()))) {
            return Err(EmbedError::Hash(printable(name)));
        }
    }
    Ok(())
}

fn tensor<'a>(
    file: &SafeTensors<'a>,
    name: &'static str,
    dtype: Dtype,
) -> Result<TensorView<'a>, EmbedError> {
    let view = file
        .tensor(name)
        .map_err(|_| EmbedError::MissingTensor(name.to_owned()))?;
    if view.dtype() != dtype {
        return Err(EmbedError::TensorType {
            tensor: name.to_owned(),
            expected: dtype,
        });
    }
    Ok(view)
}

fn read_coded(file: &SafeTensors) -> Result<Parts, EmbedError> {
    let bytes = |name| Ok(tensor(file, name, Dtype::U8)?.data());
    let mut parts = Parts {
        vocabulary: words::read(bytes("words")?)?,
        scales: bytes("scales")?.to_vec(),
        rows: Vec::new(),
    };
    let columns = bytes("columns")?;
    let dim = columns.len();
    if !(1..=MAX_DIM).contains(&dim) {
        return Err(EmbedError::Coded("columns"));
    }
    let view = tensor(file, "frequencies", Dtype::U16)?;
    let wrong = || EmbedError::Coded("frequencies");
    let width = match *view.shape() {
        [CONTEXTS, width] if width % 2 == 1 && width <= 257 => width,
        _ => return Err(wrong()),
    };
    let (pairs, _) = view.data().as_chunks();
    let frequencies: Vec<u16> = pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
    let models = frequencies.chunks_exact(width).map(rans::Model::new);
    let models: Vec<rans::Model> = models.collect::<Option<_>>().ok_or_else(wrong)?;
    let ends_early = || EmbedError::Coded("rows");
    let mut reader = rans::Reader::new(bytes("rows")?).ok_or_else(ends_early)?;
    let count = parts.count();
    parts.rows = vec![0; count * dim];
    let middle = (width / 2) as i16;
    let mut contexts = Contexts::new(columns, count);
    for column in 0..dim {
        contexts.next_column();
        let places = parts.rows.iter_mut().skip(column).step_by(dim);
        for (row, place) in places.enumerate() {
            let symbol = reader.read(&models[contexts.of(row)]);
            let symbol = symbol.ok_or_else(ends_early)?;
            *place = (symbol as i16 - middle) as i8;
            contexts.add(row, *place);
        }
    }
    match reader.is_at_end() {
        true => Ok(parts),
        false => Err(ends_early()),
    }
}

/// The first layout: the vocabulary as it is, eight levels, and eight codes in three bytes.
fn read_first(file: &SafeTensors) -> Result<Parts, EmbedError> {
    let bytes = |name| Ok::<_, EmbedError>(tensor(file, name, Dtype::U8)?.data());
    let levels = tensor(file, "levels", Dtype::I8)?.data();
    let levels: &[u8; 8] = levels.try_into().map_err(|_| EmbedError::TensorLength {
        tensor: "levels",
        found: levels.len(),
        expected: 8,
    })?;
    let codes = bytes("codes")?;
    let (groups, rest) = codes.as_chunks::<GROUP_BYTES>();
    if !rest.is_empty() {
        return Err(EmbedError::TensorLength {
            tensor: "codes",
            found: codes.len(),
            expected: codes.len() - rest.len(),
        });
    }
    let rows = groups.iter().flat_map(|&[a, b, c]| {
        let bits = u32::from_le_bytes([a, b, c, 0]);
        (0..8).map(move |at| levels[(bits >> (3 * at) & 7) as usize].cast_signed())
    });
    Ok(Parts {
        vocabulary: bytes("vocabulary")?.to_vec(),
        scales: bytes("scales")?.to_vec(),
        rows: rows.collect(),
    })
}
