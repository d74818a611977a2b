//! How often the nearest topic of an everyday prompt is of the right field.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use ndarray::{Array2, ArrayView1};
use serde::Deserialize;
use uniroute::embed::{Embed, StaticEmbedder};

use crate::encode::Teacher;
use crate::topics::{self, Texts, Topics};

/// Prompts in twelve fields of their own, the fields of topics that are right for each, and prompts
/// that name these fields themselves. They are never fitted.
const PROMPTS: &str = include_str!("../../../tests/everyday/prompts.jsonl");
const MAPPING: &str = include_str!("../../../tests/everyday/fields.json");
const FRESH: &str = include_str!("../../../tests/everyday/fresh.jsonl");

struct Prompt {
    text: String,
    /// Fields of which one is right.
    right: Vec<String>,
}

#[derive(Deserialize)]
struct Fresh {
    fields: Vec<String>,
    prompt: String,
}

#[derive(Deserialize)]
struct Everyday {
    field: String,
    prompt: String,
}

/// Prints for both embedders how many prompts of each set get the right field.
pub fn report(
    teacher: &Teacher,
    table: &StaticEmbedder,
    topics: &Topics,
    held_out: usize,
) -> Result<()> {
    let (fitted, held) = topics.prompts(held_out);
    let sets = [
        ("prompts.jsonl", everyday()?),
        ("fresh.jsonl", fresh()?),
        ("held out of the topics", held_out_prompts(topics, &held)),
    ];
    println!("{:24} {:>8} {:>8}", "right field", "MiniLM", "static");
    let embedders = [
        Nearest::new(&fitted, topics, |texts| with_teacher(teacher, texts))?,
        Nearest::new(&fitted, topics, |texts| with_table(table, texts))?,
    ];
    for (name, prompts) in sets {
        if prompts.is_empty() {
            continue;
        }
        let texts: Vec<&str> = prompts.iter().map(|p| p.text.as_str()).collect();
        let vectors = [with_teacher(teacher, &texts)?, with_table(table, &texts)?];
        let shares = embedders.iter().zip(&vectors).map(|(nearest, vectors)| {
            let hits = prompts.iter().zip(vectors.outer_iter());
            let hits = hits.filter(|(p, v)| p.right.iter().any(|f| f == nearest.field(*v)));
            hits.count() as f64 / prompts.len() as f64
        });
        let shares: Vec<f64> = shares.collect();
        println!("{name:24} {:>8.3} {:>8.3}", shares[0], shares[1]);
    }
    Ok(())
}

/// The means of the topics for one embedder.
struct Nearest<'a> {
    topics: &'a Topics,
    means: Array2<f32>,
}

impl<'a> Nearest<'a> {
    fn new(
        fitted: &Texts,
        topics: &'a Topics,
        embed: impl Fn(&[&str]) -> Result<Array2<f32>>,
    ) -> Result<Self> {
        let texts: Vec<&str> = fitted.texts.iter().map(String::as_str).collect();
        let vectors = embed(&texts)?;
        let means = topics::means(vectors.view(), &fitted.topics, topics.topics.len());
        Ok(Nearest { topics, means })
    }

    /// The field of the nearest topic.
    fn field(&self, vector: ArrayView1<f32>) -> &str {
        let similarities = self.means.dot(&vector);
        let best = (0..similarities.len())
            .max_by(|&a, &b| similarities[a].total_cmp(&similarities[b]))
            .unwrap_or_default();
        &self.topics.fields[self.topics.topics[best].0]
    }
}

fn with_table(table: &StaticEmbedder, texts: &[&str]) -> Result<Array2<f32>> {
    let rows: Vec<f32> = texts.iter().flat_map(|t| table.embed(t).vector).collect();
    Ok(Array2::from_shape_vec((texts.len(), table.dim()), rows)?)
}

fn with_teacher(teacher: &Teacher, texts: &[&str]) -> Result<Array2<f32>> {
    let tokenizer = teacher.model.tokenizer();
    let ids: Vec<_> = texts.iter().map(|t| tokenizer.encode(t)).collect();
    teacher.encode("prompts", &ids)
}

fn everyday() -> Result<Vec<Prompt>> {
    let mapping: BTreeMap<String, Vec<String>> = serde_json::from_str(MAPPING)?;
    PROMPTS
        .lines()
        .map(|line| {
            let row: Everyday = serde_json::from_str(line)?;
            let right = mapping.get(&row.field).cloned();
            Ok(Prompt {
                right: right.with_context(|| format!("no field for {:?}", row.field))?,
                text: row.prompt,
            })
        })
        .collect()
}

fn fresh() -> Result<Vec<Prompt>> {
    FRESH
        .lines()
        .map(|line| {
            let row: Fresh = serde_json::from_str(line)?;
            Ok(Prompt {
                right: row.fields,
                text: row.prompt,
            })
        })
        .collect()
}

fn held_out_prompts(topics: &Topics, held: &Texts) -> Vec<Prompt> {
    let prompts = held.texts.iter().zip(&held.topics);
    prompts
        .map(|(text, &topic)| Prompt {
            text: text.clone(),
            right: vec![topics.fields[topics.topics[topic].0].clone()],
        })
        .collect()
}
