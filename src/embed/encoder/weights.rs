//! The weights file: a safetensors file whose tensors candle reads, checked before use.
//!
//! | tensor | type | shape |
//! |---|---|---|
//! | `vocabulary` | U8 | text, one token per line |
//! | `frequent.codes`, `.scales` | U8, F32 | [`Fine`], the first rows of the vocabulary's table |
//! | `rare.codes`, `.groups`, `.scales` | U8, U8, F32 | [`Coarse`], the other rows |
//! | `positions` | F32 | (positions, width), the first segment's embedding added in |
//! | `norm.gain`, `.bias` | F32 | (width) |
//! | `layers.I.{project,output,up,down}.codes` | U8 | (outputs, inputs), two's complement |
//! | `….scales`, `….biases` | F32 | (outputs) |
//! | `….factors` | F32 | (inputs) |
//! | `layers.I.{attention_norm,output_norm}.{gain,bias}` | F32 | (width) |
//!
//! The shape of the model follows from those of the tensors. The entry `uniroute` of the metadata is
//! a JSON object with [`Metadata`].

use candle_core::{Device, Tensor, WithDType, safetensors::SliceSafetensors};
use safetensors::SafeTensors;
use sha2::{Digest, Sha256};

use super::MINILM_ID;
use super::{
    attention::HEAD,
    forward::{Layer, Model},
    linear::{Linear, Parts},
    math::Norm,
    scheme::Scheme,
    table::{Coarse, Fine, GROUP, Table},
};
use crate::embed::{EmbedError, Metadata, hex};

/// Bounds on untrusted shapes: far above MiniLM's 6 layers, 384 wide, 256 positions.
const MAX_LAYERS: usize = 48;
const MAX_WIDTH: usize = 640;
const MAX_OUTPUTS: usize = 2048;
const MAX_POSITIONS: usize = 1024;

/// Version of the file's layout.
pub const SCHEMA_VERSION: u32 = 1;

/// Reads the model and its vocabulary.
pub fn read<S: Scheme>(bytes: &[u8]) -> Result<(Model<S>, Vec<u8>), EmbedError> {
    let file = File::open(bytes)?;
    let vocabulary = file.values("vocabulary", &[None])?.1;
    let (shape, positions) = file.values("positions", &[None, None])?;
    let (count, width) = (shape[0], shape[1]);
    moderate("positions", &positions)?;
    if width == 0 || width > MAX_WIDTH || width % HEAD != 0 {
        let problem = format!("is {width} wide; expected a multiple of {HEAD} up to {MAX_WIDTH}");
        return Err(refuse("positions", problem));
    }
    if count == 0 || count > MAX_POSITIONS {
        let problem = format!("has {count} rows; expected 1 to {MAX_POSITIONS}");
        return Err(refuse("positions", problem));
    }
    // The largest tensors first: later tensors use the memory of their copies again.
    let words = file.table(width)?;
    let mut layers = Vec::new();
    while layers.len() < MAX_LAYERS && file.has(&format!("layers.{}.project.codes", layers.len())) {
        layers.push(file.layer(layers.len(), width)?);
    }
    let model = Model {
        words,
        positions,
        embedding_norm: file.norm("norm", width)?,
        layers,
    };
    Ok((model, vocabulary))
}

fn refuse(tensor: &str, problem: String) -> EmbedError {
    EmbedError::WeightsTensor {
        tensor: tensor.to_owned(),
        problem,
    }
}

struct File<'a>(SliceSafetensors<'a>);

impl<'a> File<'a> {
    /// Checks the metadata of the file and the hash of every tensor.
    fn open(bytes: &'a [u8]) -> Result<Self, EmbedError> {
        let metadata = Metadata::read(bytes)?;
        let unreadable = |e: safetensors::SafeTensorError| EmbedError::Safetensors(e.to_string());
        if metadata.schema_version != SCHEMA_VERSION {
            return Err(EmbedError::SchemaVersion(metadata.schema_version));
        }
        if metadata.embedder != MINILM_ID {
            let problem = format!("it is for {:?}; expected {MINILM_ID:?}", metadata.embedder);
            return Err(EmbedError::Metadata(problem));
        }
        for (name, tensor) in SafeTensors::deserialize(bytes).map_err(unreadable)?.iter() {
            if metadata.sha256.get(name) != Some(&hex(&Sha256::digest(tensor.data()))) {
                return Err(EmbedError::Hash(name.to_owned()));
            }
        }
        let file = SliceSafetensors::new(bytes).map_err(|e| EmbedError::Safetensors(e.to_string()));
        file.map(File)
    }

    fn has(&self, name: &str) -> bool {
        self.0.get(name).is_ok()
    }

    /// A tensor's shape and values; `expected` holds the sizes known so far.
    fn values<T: WithDType>(
        &self,
        name: &str,
        expected: &[Option<usize>],
    ) -> Result<(Vec<usize>, Vec<T>), EmbedError> {
        let tensor: Tensor = self
            .0
            .load(name, &Device::Cpu)
            .map_err(|e| refuse(name, e.to_string()))?;
        let shape = tensor.dims().to_vec();
        let fits = |(size, expected): (&usize, &Option<usize>)| expected.is_none_or(|e| e == *size);
        if shape.len() != expected.len() || !shape.iter().zip(expected).all(fits) {
            let expected: Vec<String> = expected
                .iter()
                .map(|e| e.map_or("any".into(), |e| e.to_string()))
                .collect();
            return Err(refuse(
                name,
                format!("has shape {shape:?}; expected [{}]", expected.join(", ")),
            ));
        }
        if tensor.dtype() != T::DTYPE {
            return Err(refuse(
                name,
                format!("holds {:?}; expected {:?}", tensor.dtype(), T::DTYPE),
            ));
        }
        let values = tensor
            .flatten_all()
            .and_then(|t| t.to_vec1())
            .map_err(|e| refuse(name, e.to_string()))?;
        Ok((shape, values))
    }

    /// `length` finite numbers.
    fn floats(&self, name: &str, length: usize) -> Result<Vec<f32>, EmbedError> {
        let values: Vec<f32> = self.values(name, &[Some(length)])?.1;
        moderate(name, &values)?;
        Ok(values)
    }

    fn norm(&self, name: &str, width: usize) -> Result<Norm, EmbedError> {
        Ok(Norm {
            gain: self.floats(&format!("{name}.gain"), width)?,
            bias: self.floats(&format!("{name}.bias"), width)?,
        })
    }

    fn table(&self, width: usize) -> Result<Table, EmbedError> {
        let (shape, codes) = self.values("frequent.codes", &[None, Some(width)])?;
        let scales = self.floats("frequent.scales", shape[0])?;
        let fine = Fine { codes, scales };
        let (shape, codes) = self.values("rare.codes", &[None, Some(width / 2)])?;
        let groups = self
            .values("rare.groups", &[Some(shape[0]), Some(width / GROUP)])?
            .1;
        let scales = self.floats("rare.scales", shape[0])?;
        Ok(Table::new(
            width,
            fine,
            Coarse {
                codes,
                groups,
                scales,
            },
        ))
    }

    fn layer<S: Scheme>(&self, index: usize, width: usize) -> Result<Layer<S>, EmbedError> {
        let name = |part: &str| format!("layers.{index}.{part}");
        let up: Linear<S> = self.linear(&name("up"), None, width)?;
        Ok(Layer {
            project: self.linear(&name("project"), Some(3 * width), width)?,
            output: self.linear(&name("output"), Some(width), width)?,
            attention_norm: self.norm(&name("attention_norm"), width)?,
            down: self.linear(&name("down"), Some(width), up.outputs())?,
            up,
            output_norm: self.norm(&name("output_norm"), width)?,
        })
    }

    fn linear<S: Scheme>(
        &self,
        name: &str,
        outputs: Option<usize>,
        inputs: usize,
    ) -> Result<Linear<S>, EmbedError> {
        let codes_name = format!("{name}.codes");
        let (shape, codes) = self.values::<u8>(&codes_name, &[outputs, Some(inputs)])?;
        let outputs = shape[0];
        if outputs == 0 || outputs % HEAD != 0 || outputs > MAX_OUTPUTS {
            return Err(refuse(
                &codes_name,
                format!("has {outputs} outputs; expected a multiple of {HEAD} up to {MAX_OUTPUTS}"),
            ));
        }
        Ok(Linear::pack(Parts {
            codes: &codes,
            scales: self.floats(&format!("{name}.scales"), outputs)?,
            biases: self.floats(&format!("{name}.biases"), outputs)?,
            factors: self.floats(&format!("{name}.factors"), inputs)?,
        }))
    }
}

fn moderate(name: &str, values: &[f32]) -> Result<(), EmbedError> {
    match values
        .iter()
        .position(|v| !v.is_finite() || v.abs() > MAX_MAGNITUDE)
    {
        Some(at) => Err(refuse(
            name,
            format!("holds {} at {at}; expected moderate numbers", values[at]),
        )),
        None => Ok(()),
    }
}

/// Far above any weight of a working model; prevents float overflow in the forward pass.
const MAX_MAGNITUDE: f32 = 1e6;
