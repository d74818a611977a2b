//! How often the nearest training prompts of an everyday prompt are of the right field.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use ndarray::{Array2, Axis};
use uniroute::embed::{Embed, StaticEmbedder};

use crate::encode::Teacher;
use crate::text;

/// Number of nearest training prompts that vote.
const VOTERS: usize = 15;
/// The project's everyday prompts, with the field that each was written for.
const PROMPTS: &str = include_str!("../../../tests/everyday/prompts.jsonl");

/// The kind of a training prompt's task.
fn kind(task: &str) -> Result<&'static str> {
    Ok(match task {
        "gsm8k" | "agentverse-mgsm" | "math" => "mathematics",
        "mbpp" | "human_eval" => "code",
        "natural_qa" | "trivia_qa" => "facts",
        "arc_challenge" | "openbook_qa" | "gpqa" => "science",
        "agentverse-logicgrid" => "logic",
        "mmlu" | "commonsense_qa" | "commongen" => "language",
        other => bail!("task {other:?} of llmrouter_mix has no kind"),
    })
}

/// The kind of training prompts that is right for a field.
fn right(field: &str) -> Result<&'static str> {
    Ok(match field {
        "money and arithmetic" | "mathematics" => "mathematics",
        "programming" | "data and terminal" => "code",
        "facts and people" => "facts",
        "school science" | "advanced science" | "health" => "science",
        "riddles and logic" => "logic",
        "everyday life" | "small talk" | "writing" => "language",
        other => bail!("field {other:?} has no kind"),
    })
}

struct Prompt {
    field: String,
    text: String,
}

/// Prints for both embedders how many everyday prompts of each field get the right kind.
pub fn report(teacher: &Teacher, table: &StaticEmbedder, data: &Path) -> Result<()> {
    let prompts: Vec<Prompt> = PROMPTS
        .lines()
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(line)?;
            let text = |key: &str| row[key].as_str().map(str::to_owned).context("no text");
            Ok(Prompt {
                field: text("field")?,
                text: text("prompt")?,
            })
        })
        .collect::<Result<_>>()?;
    let training = text::prompts(&data.join("llmrouter_mix"))?;
    let kinds: Vec<&str> = training
        .iter()
        .map(|(task, _)| kind(task))
        .collect::<Result<_>>()?;
    let texts: [Vec<&str>; 2] = [
        training.iter().map(|(_, text)| text.as_str()).collect(),
        prompts.iter().map(|p| p.text.as_str()).collect(),
    ];
    let with_table = |texts: &Vec<&str>| -> Result<Array2<f32>> {
        let rows: Vec<f32> = texts.iter().flat_map(|t| table.embed(t).vector).collect();
        Ok(Array2::from_shape_vec((texts.len(), table.dim()), rows)?)
    };
    let with_model = |texts: &Vec<&str>| {
        let ids: Vec<_> = texts
            .iter()
            .map(|t| teacher.model.tokenizer().encode(t))
            .collect();
        teacher.encode("prompts", &ids)
    };
    let similarities = [
        with_model(&texts[1])?.dot(&with_model(&texts[0])?.t()),
        with_table(&texts[1])?.dot(&with_table(&texts[0])?.t()),
    ];
    let mut fields: BTreeMap<&str, (usize, [usize; 2])> = BTreeMap::new();
    for (i, prompt) in prompts.iter().enumerate() {
        let (count, hits) = fields.entry(&prompt.field).or_default();
        *count += 1;
        for (hit, similarities) in hits.iter_mut().zip(&similarities) {
            let votes = similarities.index_axis(Axis(0), i).to_vec();
            *hit += usize::from(vote(&votes, &kinds) == right(&prompt.field)?);
        }
    }
    println!("{:24} {:>8} {:>8}", "field", "MiniLM", "static");
    let mut all = (0, [0, 0]);
    for (field, (count, hits)) in fields {
        println!("{field:24} {:>5}/{count} {:>5}/{count}", hits[0], hits[1]);
        all = (all.0 + count, [all.1[0] + hits[0], all.1[1] + hits[1]]);
    }
    let share = |hits: usize| hits as f64 / all.0 as f64;
    println!(
        "{:24} {:>8.3} {:>8.3}",
        "all",
        share(all.1[0]),
        share(all.1[1])
    );
    println!(
        "correlation of the similarities: {:.3}",
        correlation(similarities[0].iter(), similarities[1].iter())
    );
    Ok(())
}

/// The most frequent kind among the most similar training prompts; of equally frequent ones the first.
fn vote<'a>(similarities: &[f32], kinds: &[&'a str]) -> &'a str {
    let mut order: Vec<usize> = (0..kinds.len()).collect();
    order.sort_by(|&a, &b| similarities[b].total_cmp(&similarities[a]));
    let nearest: Vec<&str> = order.iter().take(VOTERS).map(|&i| kinds[i]).collect();
    let votes = |kind: &str| nearest.iter().filter(|&&k| k == kind).count();
    nearest
        .iter()
        .rev()
        .copied()
        .max_by_key(|kind| votes(kind))
        .unwrap_or_default()
}

fn correlation<'a>(
    a: impl Iterator<Item = &'a f32> + Clone,
    b: impl Iterator<Item = &'a f32> + Clone,
) -> f64 {
    let mean = |values: &mut dyn Iterator<Item = &'a f32>| {
        let (count, sum) = values.fold((0.0, 0.0), |(n, s), &v| (n + 1.0, s + f64::from(v)));
        sum / count
    };
    let (ma, mb) = (mean(&mut a.clone()), mean(&mut b.clone()));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (&x, &y) in a.zip(b) {
        let (x, y) = (f64::from(x) - ma, f64::from(y) - mb);
        (ab, aa, bb) = (ab + x * y, aa + x * x, bb + y * y);
    }
    ab / (aa * bb).sqrt()
}
