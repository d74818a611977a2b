/// Why an embedder could not be loaded. A loaded embedder never fails.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    /// The vocabulary is not text.
    #[error("the vocabulary is not UTF-8 from byte {0} on; expected one token per line")]
    VocabularyEncoding(usize),
    /// Ids are 16 bits wide.
    #[error("the vocabulary has {found} tokens; at most {max} are supported")]
    VocabularySize {
        /// Number of tokens.
        found: usize,
        /// Largest supported number.
        max: usize,
    },
    /// A line without a token.
    #[error("line {0} of the vocabulary is empty; expected one token per line")]
    VocabularyEmptyLine(usize),
    /// The same token on two lines.
    #[error("line {line} of the vocabulary repeats the token {token:?} of an earlier line")]
    VocabularyDuplicate {
        /// The later line, counted from 1.
        line: usize,
        /// The token.
        token: String,
    },
    /// A token that a table cannot hold, or bytes that are no tokens.
    #[error(
        "token {0} of the vocabulary cannot be used; expected sorted tokens of at most 255 bytes without control characters"
    )]
    VocabularyToken(usize),
    /// A token that WordPiece needs.
    #[error("the vocabulary has no token {0:?}; expected the vocabulary of an uncased BERT")]
    VocabularyMissing(&'static str),
    /// Not a safetensors file, or one cut short.
    #[error("not a whole safetensors file ({0}); download it again")]
    Safetensors(String),
    /// The file's metadata are absent or malformed.
    #[error("the file's metadata entry \"uniroute\" cannot be used: {0}")]
    Metadata(String),
    /// A file of another layout.
    #[error(
        "the table has schema_version {0}; this build reads 1 and 3; use the version of uniroute that wrote it, or fit it again"
    )]
    SchemaVersion(u32),
    /// A tensor that has to be there.
    #[error("the file has no tensor {0:?}; is it a file for this embedder?")]
    MissingTensor(String),
    /// A tensor of another element type.
    #[error("tensor {tensor:?} must be of type {expected:?}")]
    TensorType {
        /// Name of the tensor.
        tensor: String,
        /// The type it should have.
        expected: safetensors::Dtype,
    },
    /// A tensor that does not fit the others.
    #[error("tensor {tensor:?} has {found} elements; the other tensors need {expected}")]
    TensorLength {
        /// Name of the tensor.
        tensor: &'static str,
        /// Elements it has.
        found: usize,
        /// Elements it should have.
        expected: usize,
    },
    /// A row width out of range.
    #[error("the table's dimension is {found}; expected 2 to {max}")]
    Dimension {
        /// Dimension found.
        found: usize,
        /// Largest supported.
        max: usize,
    },
    /// Frequencies that do not add up, or coded numbers that end early or late.
    #[error("tensor {0:?} is not what the other tensors say; download the file again")]
    Coded(&'static str),
    /// Bytes that differ from the ones written.
    #[error("tensor {0:?} does not match its SHA-256; download the file again")]
    Hash(String),
    /// A tensor of a transformer's weights that cannot be used.
    #[error("tensor {tensor:?} {problem}")]
    WeightsTensor {
        /// Name of the tensor.
        tensor: String,
        /// What is wrong and what was expected.
        problem: String,
    },
    /// A tensor of another shape than the model's.
    #[error("tensor {tensor:?} has the shape {found:?}; expected {expected:?}")]
    TensorShape {
        /// Name of the tensor.
        tensor: String,
        /// Shape it has.
        found: Vec<usize>,
        /// Shape it should have.
        expected: Vec<usize>,
    },
    /// A number that is not finite.
    #[error("tensor {0:?} holds an infinity or a NaN; download the file again")]
    NotFinite(String),
    /// The tensors could not be laid out.
    #[error("the weights cannot be laid out: {0}")]
    Weights(String),
}
