//! A table as a file.

use std::collections::BTreeMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use sha2::{Digest, Sha256};

use crate::embed::{EmbedError, Metadata, hex};
use crate::printable::printable;

/// A table before it is checked.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// One token per line.
    pub vocabulary: Vec<u8>,
    /// (V): logarithmic scale of each token's row, 0 for none.
    pub scales: Vec<u8>,
    /// (8): values of the codes.
    pub levels: Vec<i8>,
    /// (R, 3d/8): eight codes in three bytes.
    pub codes: Vec<u8>,
}

impl Parts {
    pub(super) fn sha256(&self) -> BTreeMap<String, String> {
        let levels: Vec<u8> = self.levels.iter().map(|l| l.cast_unsigned()).collect();
        [
            ("vocabulary", &self.vocabulary),
            ("scales", &self.scales),
            ("levels", &levels),
            ("codes", &self.codes),
        ]
        .into_iter()
        .map(|(name, bytes)| (name.to_owned(), hex(&Sha256::digest(bytes))))
        .collect()
    }
}

/// The table as a file; the same table gives the same bytes. A row of codes has `width` bytes.
pub(super) fn write(
    parts: &Parts,
    metadata: &Metadata,
    width: usize,
) -> Result<Vec<u8>, EmbedError> {
    let levels: Vec<u8> = parts.levels.iter().map(|l| l.cast_unsigned()).collect();
    let rows = parts.codes.len() / width;
    let unwritable = |e: safetensors::SafeTensorError| EmbedError::Safetensors(printable(e));
    let view = |dtype, shape, data| TensorView::new(dtype, shape, data).map_err(unwritable);
    let tensors = [
        (
            "vocabulary",
            view(Dtype::U8, vec![parts.vocabulary.len()], &parts.vocabulary)?,
        ),
        (
            "scales",
            view(Dtype::U8, vec![parts.scales.len()], &parts.scales)?,
        ),
        ("levels", view(Dtype::I8, vec![levels.len()], &levels)?),
        ("codes", view(Dtype::U8, vec![rows, width], &parts.codes)?),
    ];
    let json = serde_json::to_string(metadata).map_err(|e| EmbedError::Metadata(e.to_string()))?;
    serialize(tensors, Some([("uniroute".to_owned(), json)].into())).map_err(unwritable)
}

/// The parts of a table file and its metadata.
pub(super) fn read(bytes: &[u8]) -> Result<(Parts, Metadata), EmbedError> {
    let metadata = Metadata::read(bytes)?;
    let file =
        SafeTensors::deserialize(bytes).map_err(|e| EmbedError::Safetensors(printable(e)))?;
    let tensor = |name, dtype| {
        let view = file
            .tensor(name)
            .map_err(|_| EmbedError::MissingTensor(name.to_owned()))?;
        if view.dtype() != dtype {
            return Err(EmbedError::TensorType {
                tensor: name.to_owned(),
                expected: dtype,
            });
        }
        Ok(view.data().to_vec())
    };
    let parts = Parts {
        vocabulary: tensor("vocabulary", Dtype::U8)?,
        scales: tensor("scales", Dtype::U8)?,
        levels: tensor("levels", Dtype::I8)?
            .into_iter()
            .map(u8::cast_signed)
            .collect(),
        codes: tensor("codes", Dtype::U8)?,
    };
    Ok((parts, metadata))
}
