//! Texts to count.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Read},
    path::Path,
};

use anyhow::{Context, Result};
use flate2::read::MultiGzDecoder;
use serde_json::{Map, Value};

/// Messages that are joined to one text, which is then about as long as a prompt.
const MESSAGES: usize = 4;

/// The folder's own name.
pub fn name(folder: &Path) -> String {
    folder.file_name().map_or_else(
        || folder.display().to_string(),
        |n| n.to_string_lossy().into_owned(),
    )
}

/// The prompts of an evaluation data folder.
pub fn prompts(folder: &Path) -> Result<Vec<String>> {
    let plain = folder.join("prompts.jsonl");
    let reader: Box<dyn Read> = match File::open(&plain) {
        Ok(file) => Box::new(file),
        Err(_) => {
            let path = folder.join("prompts.jsonl.gz");
            let file =
                File::open(&path).with_context(|| format!("cannot open {}", path.display()))?;
            Box::new(MultiGzDecoder::new(file))
        }
    };
    BufReader::new(reader)
        .lines()
        .map(|line| {
            let object: Map<String, Value> = serde_json::from_str(&line?)?;
            let prompt = object.get("prompt").and_then(Value::as_str);
            Ok(prompt.context("a line has no prompt")?.to_owned())
        })
        .collect()
}

/// The messages of a program in many languages, several in each text.
pub fn messages(folder: &Path) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let mut entries = fs::read_dir(&folder)?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<Vec<_>>>()?;
        entries.sort();
        for path in entries {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "json") {
                let object: Map<String, Value> = serde_json::from_slice(&fs::read(&path)?)?;
                let messages: Vec<_> = object.values().filter_map(Value::as_str).collect();
                texts.extend(messages.chunks(MESSAGES).map(|some| some.join(" ")));
            }
        }
    }
    Ok(texts)
}
