//! Inputs that become safetensors files whose header, offsets and hashes are right, so that fuzzing
//! reaches what is behind those checks.
//!
//! An input has three parts, separated by the byte `0xff`, which UTF-8 does not have: the JSON of the
//! header's entry `uniroute`, a line `NAME TYPE SIZE…` for each tensor, and bytes that fill the
//! tensors, repeated if they are few.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The entry of the header that the library reads.
const ENTRY: &str = "uniroute";
const SEPARATOR: u8 = 0xff;
/// Most bytes of a tensor.
const MOST: usize = 1 << 16;

/// A file before it is written.
pub struct Frame {
    json: String,
    tensors: Vec<(String, Dtype, Vec<usize>, Vec<u8>)>,
}

impl Frame {
    /// Reads an input; `None` if it is not one.
    pub fn of_input(data: &[u8]) -> Option<Self> {
        let mut parts = data.splitn(3, |byte| *byte == SEPARATOR);
        let json = std::str::from_utf8(parts.next()?).ok()?.to_owned();
        let lines = std::str::from_utf8(parts.next()?).ok()?.lines();
        let mut payload = parts
            .next()
            .filter(|p| !p.is_empty())
            .unwrap_or(&[0])
            .iter()
            .cycle();
        let mut tensors = Vec::new();
        for line in lines {
            let mut words = line.split(' ');
            let (name, dtype) = (words.next()?.to_owned(), dtype(words.next()?)?);
            let shape: Vec<usize> = words.map(|word| word.parse().ok()).collect::<Option<_>>()?;
            let size = shape
                .iter()
                .try_fold(dtype.bitsize() / 8, |size, n| size.checked_mul(*n))?;
            let bytes = payload
                .by_ref()
                .take(size.min(MOST + 1))
                .copied()
                .collect::<Vec<_>>();
            if bytes.len() != size {
                return None;
            }
            tensors.push((name, dtype, shape, bytes));
        }
        let names: HashSet<&str> = tensors.iter().map(|t| t.0.as_str()).collect();
        let different = names.len() == tensors.len();
        different.then_some(Self { json, tensors })
    }

    /// Takes a file apart; `None` if it is not one.
    pub fn of_file(bytes: &[u8]) -> Option<Self> {
        let (_, header) = SafeTensors::read_metadata(bytes).ok()?;
        let file = SafeTensors::deserialize(bytes).ok()?;
        let part = |(name, view): (&str, TensorView)| {
            (
                name.to_owned(),
                view.dtype(),
                view.shape().to_vec(),
                view.data().to_vec(),
            )
        };
        let mut tensors: Vec<_> = file.iter().map(part).collect();
        tensors.sort_by(|a, b| a.0.cmp(&b.0));
        Some(Self {
            json: header.metadata().as_ref()?.get(ENTRY)?.clone(),
            tensors,
        })
    }

    /// The input that becomes this file.
    pub fn to_input(&self) -> Vec<u8> {
        let mut lines = String::new();
        for (name, dtype, shape, _) in &self.tensors {
            let _ = write!(lines, "{name} {dtype:?}");
            shape.iter().for_each(|n| {
                let _ = write!(lines, " {n}");
            });
            lines.push('\n');
        }
        let payload = self.tensors.iter().flat_map(|t| t.3.iter().copied());
        let separator = [SEPARATOR];
        let head = [
            self.json.as_bytes(),
            &separator,
            lines.as_bytes(),
            &separator,
        ]
        .concat();
        head.into_iter().chain(payload).collect()
    }

    /// Sets a tensor of bytes.
    pub fn set(&mut self, name: &str, bytes: Vec<u8>) {
        self.tensors.retain(|t| t.0 != name);
        self.tensors
            .push((name.to_owned(), Dtype::U8, vec![bytes.len()], bytes));
    }

    /// Sets the hash of each tensor in the JSON, as a static table has them.
    pub fn set_hashes(&mut self) {
        let Ok(mut json) = serde_json::from_str::<Value>(&self.json) else {
            return;
        };
        if let Some(hashes) = json.get_mut("sha256").and_then(Value::as_object_mut) {
            for (name, _, _, bytes) in &self.tensors {
                hashes.insert(name.clone(), hex(&Sha256::digest(bytes)).into());
            }
        }
        self.json = json.to_string();
    }

    /// The bytes of the file; `None` if there cannot be one, for example of two tensors of one name.
    pub fn to_file(&self) -> Option<Vec<u8>> {
        let header = HashMap::from([(ENTRY.to_owned(), self.json.clone())]);
        let mut views = Vec::new();
        for (name, dtype, shape, bytes) in &self.tensors {
            let view = TensorView::new(*dtype, shape.clone(), bytes).ok()?;
            views.push((name, view));
        }
        safetensors::serialize(views, Some(header)).ok()
    }
}

fn dtype(name: &str) -> Option<Dtype> {
    [
        Dtype::F32,
        Dtype::F16,
        Dtype::U8,
        Dtype::U16,
        Dtype::I8,
        Dtype::F64,
    ]
    .into_iter()
    .find(|dtype| format!("{dtype:?}") == name)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
