/// Why an embedder could not be loaded. Nothing fails once it is.
#[derive(Debug, thiserror::Error)]
pub enum EmbedError {
    /// The vocabulary is not text.
    #[error("the vocabulary is not UTF-8 from byte {0} on; expected one token a line")]
    VocabularyEncoding(usize),
    /// Ids are 16 bits wide.
    #[error("the vocabulary has {0} tokens; at most {max} are supported", max = super::wordpiece::MAX_TOKENS)]
    VocabularySize(usize),
    /// A line without a token.
    #[error("line {0} of the vocabulary is empty; expected one token a line")]
    VocabularyEmptyLine(usize),
    /// The same token on two lines.
    #[error("line {line} of the vocabulary repeats the token {token:?} of an earlier line")]
    VocabularyDuplicate {
        /// The later line, counted from 1.
        line: usize,
        /// The token.
        token: String,
    },
    /// A token that WordPiece cannot do without.
    #[error("the vocabulary has no token {0:?}; expected the vocabulary of an uncased BERT")]
    VocabularyMissing(&'static str),
}
