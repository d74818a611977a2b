//! Readable names of clusters.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::words::is_junk;

/// Most words of a name.
pub const WORDS_PER_NAME: usize = 3;

/// Shortest word that may be part of a name.
const SHORTEST: usize = 3;

/// The name of a cluster without distinctive words.
const NAMELESS: &str = "mixed";

/// Two or three distinctive words for each of `k` clusters, joined by commas.
///
/// A word's weight in a cluster is the share of the cluster's prompts that hold it, times the
/// logarithm of how much more common it is there than overall (both smoothed): the word's
/// contribution to the divergence between the cluster and all prompts. Function words, the frame of
/// a task ("answer", "question"), option letters and numbers never count; of words with a common
/// stem the heaviest stands for all. A cluster without such words is called "mixed".
///
/// `prompts[i]` belongs to cluster `assignments[i]`, which is below `k`.
pub fn names<S: AsRef<str>>(prompts: &[S], assignments: &[usize], k: usize) -> Vec<String> {
    let mut in_all: HashMap<String, u32> = HashMap::new();
    let mut within: Vec<HashMap<String, u32>> = vec![HashMap::new(); k];
    let mut sizes = vec![0u32; k];
    let mut junk: HashMap<String, bool> = HashMap::new();
    for (prompt, &cluster) in prompts.iter().zip(assignments) {
        sizes[cluster] += 1;
        for word in distinct_words(prompt.as_ref()) {
            if !*junk.entry(word.clone()).or_insert_with_key(|w| is_junk(w)) {
                *in_all.entry(word.clone()).or_default() += 1;
                *within[cluster].entry(word).or_default() += 1;
            }
        }
    }
    let n = prompts.len().max(1) as f64;
    (0..k)
        .map(|c| {
            let size = f64::from(sizes[c].max(1));
            let mut weighted: Vec<(f64, &str)> = within[c]
                .iter()
                .filter(|(_, count)| f64::from(**count) >= (0.04 * size).max(2.0))
                .map(|(word, &count)| {
                    let overall = f64::from(in_all[word]) / n;
                    let here = (f64::from(count) + 2.0 * overall) / (size + 2.0);
                    (here * (here / overall).ln(), word.as_str())
                })
                .filter(|(weight, _)| *weight > 0.0)
                .collect();
            weighted.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
            pick(&weighted)
        })
        .collect()
}

/// The heaviest words with different stems; words far lighter than the first are left out.
fn pick(weighted: &[(f64, &str)]) -> String {
    let mut chosen: Vec<&str> = Vec::new();
    let heaviest = weighted.first().map_or(0.0, |w| w.0);
    for &(weight, word) in weighted {
        if chosen.len() == WORDS_PER_NAME || (chosen.len() == 2 && weight < 0.3 * heaviest) {
            break;
        }
        if !chosen.iter().any(|c| same_stem(c, word)) {
            chosen.push(word);
        }
    }
    if chosen.is_empty() {
        NAMELESS.into()
    } else {
        chosen.join(", ")
    }
}

/// "triangle" and "triangles", "multiply" and "multiplied": all but the last three letters agree.
fn same_stem(a: &str, b: &str) -> bool {
    let common = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let longest = a.chars().count().max(b.chars().count());
    common >= 3 && common + 3 >= longest
}

/// Lower-case words of letters; apostrophes end a word, so that "don't" leaves "don".
fn distinct_words(text: &str) -> BTreeSet<String> {
    // A word with digits or underscores around it is an identifier, not a word.
    let mut seen = HashSet::new();
    text.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|w| seen.insert(*w))
        .filter(|w| w.chars().all(char::is_alphabetic))
        .map(str::to_lowercase)
        .filter(|w| (SHORTEST..=24).contains(&w.chars().count()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_are_named_by_their_distinctive_words() {
        let prompts = [
            "Answer the question: which triangle has equal angles?",
            "Question: what is the area of triangles with two angles of 30?",
            "Choose the correct answer: who wrote the symphony for orchestra?",
            "Question: which orchestra first played the symphony?",
        ];
        let names = names(&prompts, &[0, 0, 1, 1], 2);
        assert_eq!(names[0], "angles");
        assert!(
            names[1].contains("orchestra") && names[1].contains("symphony"),
            "{names:?}"
        );
    }

    #[test]
    fn no_junk_and_no_option_letters() {
        let prompts = ["Question: A. x B. y. The answer is A. def f_1():"; 4];
        assert_eq!(
            names(&prompts, &[0, 0, 1, 1], 3),
            ["mixed", "mixed", "mixed"]
        );
    }

    #[test]
    fn a_word_with_its_inflections_is_named_once() {
        let prompts = [
            "multiply fractions",
            "multiplied fractions",
            "poem rhyme",
            "poem rhyme",
        ];
        let names = names(&prompts, &[0, 0, 1, 1], 2);
        assert_eq!(names, ["fractions", "poem, rhyme"]);
        assert!(same_stem("triangle", "triangles") && !same_stem("cat", "catalogue"));
    }

    #[test]
    fn other_alphabets_are_words_too() {
        let prompts = [
            "Сколько стоит яблоко",
            "яблоко и груша",
            "the moon",
            "the moon",
        ];
        assert_eq!(names(&prompts, &[0, 0, 1, 1], 2), ["яблоко", "moon"]);
    }
}
