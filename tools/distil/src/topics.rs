//! Our own prompts by topic, and the words that are typical of each topic.

use std::path::Path;

use anyhow::{Context, Result};
use ndarray::{Array2, ArrayView2};
use serde::Deserialize;

#[derive(Deserialize)]
struct FieldFile {
    field: String,
    topics: Vec<Topic>,
}

/// What people ask in a few words, with prompts and typical words.
#[derive(Deserialize)]
pub struct Topic {
    pub prompts: Vec<String>,
    #[serde(default)]
    pub words: Vec<String>,
}

/// All topics, each with the number of its field.
pub struct Topics {
    /// Identifiers of the fields, such as `web`.
    pub fields: Vec<String>,
    pub topics: Vec<(usize, Topic)>,
}

/// Texts of topics, each with the number of its topic.
#[derive(Default)]
pub struct Texts {
    pub texts: Vec<String>,
    pub topics: Vec<usize>,
}

impl Topics {
    /// Reads every JSON file of a folder, in the order of the names.
    pub fn read(folder: &Path) -> Result<Self> {
        let cannot = || format!("cannot read the topics in {}", folder.display());
        let mut paths: Vec<_> = std::fs::read_dir(folder)
            .with_context(cannot)?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<_>>()?;
        paths.retain(|path| path.extension().is_some_and(|e| e == "json"));
        paths.sort();
        let (mut fields, mut topics) = (Vec::new(), Vec::new());
        for path in paths {
            let file: FieldFile = serde_json::from_slice(&std::fs::read(&path)?)
                .with_context(|| path.display().to_string())?;
            topics.extend(file.topics.into_iter().map(|topic| (fields.len(), topic)));
            fields.push(file.field);
        }
        Ok(Topics { fields, topics })
    }

    /// The prompts, without the last `held_out` of each topic; those are the second part.
    pub fn prompts(&self, held_out: usize) -> (Texts, Texts) {
        let (mut fitted, mut held) = (Texts::default(), Texts::default());
        for (number, (_, topic)) in self.topics.iter().enumerate() {
            let kept = topic.prompts.len().saturating_sub(held_out);
            for (i, prompt) in topic.prompts.iter().enumerate() {
                let part = if i < kept { &mut fitted } else { &mut held };
                part.push(prompt, number);
            }
        }
        (fitted, held)
    }

    /// The words of each topic.
    pub fn words(&self) -> Texts {
        let mut words = Texts::default();
        for (number, (_, topic)) in self.topics.iter().enumerate() {
            topic.words.iter().for_each(|word| words.push(word, number));
        }
        words
    }
}

impl Texts {
    fn push(&mut self, text: &str, topic: usize) {
        self.texts.push(text.to_owned());
        self.topics.push(topic);
    }
}

/// (topics, d): the mean direction of each topic's vectors, of length one.
pub fn means(vectors: ArrayView2<f32>, topics: &[usize], count: usize) -> Array2<f32> {
    let mut means = Array2::zeros((count, vectors.ncols()));
    for (vector, &topic) in vectors.outer_iter().zip(topics) {
        let mut mean = means.row_mut(topic);
        mean += &vector;
    }
    normalise(&mut means);
    means
}

/// Moves each vector a share of the way to its topic's mean.
pub fn pull(vectors: &mut Array2<f32>, topics: &[usize], means: &Array2<f32>, share: f32) {
    for (mut vector, &topic) in vectors.outer_iter_mut().zip(topics) {
        vector *= 1.0 - share;
        vector.scaled_add(share, &means.row(topic));
    }
    normalise(vectors);
}

fn normalise(rows: &mut Array2<f32>) {
    for mut row in rows.outer_iter_mut() {
        let length = row.dot(&row).sqrt().max(1e-12);
        row /= length;
    }
}
