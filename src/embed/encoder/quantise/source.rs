//! The float model, read into memory.

use safetensors::tensor::{Dtype, SafeTensors};

use crate::embed::{
    EmbedError,
    encoder::{Part, math::Norm},
};

/// A BERT.
pub struct Source {
    pub width: usize,
    /// (vocabulary, width)
    pub words: Vec<f32>,
    /// (positions, width), including the embedding of the first segment.
    pub positions: Vec<f32>,
    pub norm: Norm,
    pub layers: Vec<SourceLayer>,
}

/// A transformer layer.
pub struct SourceLayer {
    pub attention_norm: Norm,
    pub output_norm: Norm,
    project: Dense,
    output: Dense,
    up: Dense,
    down: Dense,
}

/// A linear layer.
pub struct Dense {
    pub inputs: usize,
    /// (outputs, inputs)
    pub weights: Vec<f32>,
    pub biases: Vec<f32>,
}

impl SourceLayer {
    /// One of its linear layers.
    pub fn dense(&self, part: Part) -> &Dense {
        match part {
            Part::Project => &self.project,
            Part::Output => &self.output,
            Part::Up => &self.up,
            Part::Down => &self.down,
        }
    }
}

impl Source {
    /// Reads the tensors by their names in a BERT checkpoint, with or without the prefix `bert.`.
    pub fn read(bytes: &[u8]) -> Result<Self, EmbedError> {
        let file = SafeTensors::deserialize(bytes);
        let file = File(file.map_err(|e| EmbedError::Safetensors(e.to_string()))?);
        let norm = file.norm("embeddings.LayerNorm")?;
        let width = norm.gain.len();
        let segments = file.floats("embeddings.token_type_embeddings.weight")?;
        let mut positions = file.floats("embeddings.position_embeddings.weight")?;
        for row in positions.chunks_exact_mut(width) {
            for (value, segment) in row.iter_mut().zip(&segments) {
                *value += segment;
            }
        }
        let mut layers = Vec::new();
        while file.has(&format!(
            "encoder.layer.{}.output.dense.weight",
            layers.len()
        )) {
            layers.push(file.layer(layers.len(), width)?);
        }
        let words = file.floats("embeddings.word_embeddings.weight")?;
        Ok(Source {
            width,
            words,
            positions,
            norm,
            layers,
        })
    }
}

struct File<'a>(SafeTensors<'a>);

impl File<'_> {
    fn has(&self, name: &str) -> bool {
        self.0.tensor(name).is_ok() || self.0.tensor(&format!("bert.{name}")).is_ok()
    }

    fn floats(&self, name: &str) -> Result<Vec<f32>, EmbedError> {
        let refuse = |problem: String| EmbedError::WeightsTensor {
            tensor: name.to_owned(),
            problem,
        };
        let tensor = self
            .0
            .tensor(name)
            .or_else(|_| self.0.tensor(&format!("bert.{name}")));
        let tensor = tensor.map_err(|e| refuse(e.to_string()))?;
        if tensor.dtype() != Dtype::F32 {
            return Err(refuse(format!("holds {:?}; expected F32", tensor.dtype())));
        }
        let (chunks, _) = tensor.data().as_chunks();
        Ok(chunks
            .iter()
            .map(|&bytes| f32::from_le_bytes(bytes))
            .collect())
    }

    fn norm(&self, name: &str) -> Result<Norm, EmbedError> {
        Ok(Norm {
            gain: self.floats(&format!("{name}.weight"))?,
            bias: self.floats(&format!("{name}.bias"))?,
        })
    }

    /// Layers of the same inputs, one output after the other.
    fn dense(&self, names: &[String], inputs: usize) -> Result<Dense, EmbedError> {
        let mut dense = Dense {
            inputs,
            weights: Vec::new(),
            biases: Vec::new(),
        };
        for name in names {
            dense
                .weights
                .extend(self.floats(&format!("{name}.weight"))?);
            dense.biases.extend(self.floats(&format!("{name}.bias"))?);
        }
        if dense.weights.len() == dense.biases.len() * inputs {
            return Ok(dense);
        }
        let problem = format!(
            "has {} weights; the other tensors need {}",
            dense.weights.len(),
            dense.biases.len() * inputs
        );
        Err(EmbedError::WeightsTensor {
            tensor: names.join(", "),
            problem,
        })
    }

    fn layer(&self, number: usize, width: usize) -> Result<SourceLayer, EmbedError> {
        let name = |part: &str| format!("encoder.layer.{number}.{part}");
        let project = ["query", "key", "value"].map(|part| name(&format!("attention.self.{part}")));
        let up = self.dense(&[name("intermediate.dense")], width)?;
        Ok(SourceLayer {
            attention_norm: self.norm(&name("attention.output.LayerNorm"))?,
            output_norm: self.norm(&name("output.LayerNorm"))?,
            project: self.dense(&project, width)?,
            output: self.dense(&[name("attention.output.dense")], width)?,
            down: self.dense(&[name("output.dense")], up.biases.len())?,
            up,
        })
    }
}
