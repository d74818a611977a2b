//! The memory that files from outside may take: at most eight times their own size, and a constant.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use uniroute::Router;
use uniroute::dataset::labels::{self, LabelOptions};
use uniroute::dataset::{PastedScores, PromptTable};
use uniroute::feedback::{Feedback, Verdict};
use uniroute::pool::{BUNDLED, MAX_LABELS, MAX_MODELS, Pool, import_prices};
use uniroute::route::place;

/// What every reader may take beside a multiple of its input.
const CONSTANT: usize = 64 << 20;

/// Counts the bytes that are allocated now, and the most since the last reset.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);
/// Held by each test: another one's memory is not part of a measurement.
static MEASURING: Mutex<()> = Mutex::new(());

// SAFETY: every call is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs `read` on an input and checks the most memory that it takes beside the input.
fn measured<T>(name: &str, input: &[u8], read: impl FnOnce(&[u8]) -> T) -> T {
    let before = NOW.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let result = read(input);
    let most = MOST.load(Ordering::Relaxed) - before;
    let allowed = 8 * input.len() + CONSTANT;
    eprintln!(
        "{name}: {} kB of input, {} MB",
        input.len() / 1000,
        most >> 20
    );
    assert!(
        most <= allowed,
        "{name}: {most} bytes for {} bytes of input",
        input.len()
    );
    result
}

fn alone() -> MutexGuard<'static, ()> {
    MEASURING.lock().unwrap_or_else(|e| e.into_inner())
}

fn router() -> Router {
    let router = Router::bundled().unwrap();
    // What a router computes once is not part of a measurement.
    let (_, json) = BUNDLED[0];
    Pool::from_json(json.as_bytes(), &router).unwrap();
    router
}

/// A pool of `models` models, each with the `rest` of its fields.
fn pool(models: usize, rest: impl Fn(usize) -> String) -> Vec<u8> {
    let models: Vec<String> = (0..models)
        .map(|i| format!(r#"{{"id":"m{i}",{}}}"#, rest(i)))
        .collect();
    format!(r#"{{"models":[{}]}}"#, models.join(",")).into_bytes()
}

fn labels_of(model: usize, labels: usize, words: usize) -> String {
    let text = "word ".repeat(words);
    let labels: Vec<String> = (0..labels)
        .map(|i| format!(r#"{{"prompt":"{text}{model} {i}","score":{}}}"#, i % 2))
        .collect();
    format!(r#""labels":[{}]"#, labels.join(","))
}

#[test]
fn pools_take_no_more_than_a_multiple_of_their_size() {
    let _alone = alone();
    let router = router();
    let read = |name, json: Vec<u8>| measured(name, &json, |json| Pool::from_json(json, &router));
    let accuracies = pool(MAX_MODELS, |i| format!(r#""accuracy":0.{}"#, i % 9 + 1));
    read("2,000 accuracies", accuracies).unwrap();
    let name = router.benchmarks().list()[0].title.clone();
    let score = format!(r#"{{"name":{name:?},"score":0.5}}"#);
    let scores = pool(MAX_MODELS, |_| format!(r#""benchmarks":[{score}]"#));
    read("2,000 models with a score", scores).unwrap();
    let short = pool(1, |m| labels_of(m, MAX_LABELS, 0));
    read("10,000 short labels of a model", short).unwrap();
    let long = pool(1, |m| labels_of(m, MAX_LABELS, 130));
    read("10,000 long labels of a model", long).unwrap();
    let both = pool(1, |m| {
        let scores = vec![score.as_str(); 1000].join(",");
        format!(r#"{},"benchmarks":[{scores}]"#, labels_of(m, MAX_LABELS, 0))
    });
    read("10,000 labels and 1,000 scores", both).unwrap();
    let all = router.benchmarks().list();
    let each = all
        .iter()
        .map(|b| format!(r#"{{"name":{:?},"score":0.5}}"#, b.title));
    let each = each.collect::<Vec<_>>().join(",");
    let every = pool(1, |m| {
        format!(r#"{},"benchmarks":[{each}]"#, labels_of(m, MAX_LABELS, 0))
    });
    read("10,000 labels and every benchmark", every).unwrap();
    let many = pool(1, |m| labels_of(m, MAX_LABELS + 1, 0));
    assert_eq!(
        read("too many labels", many).unwrap_err().code(),
        "pool_too_many_labels"
    );
    let sparse = pool(1, |_| {
        format!(r#""labels":[{}]"#, vec!["{}"; 300_000].join(","))
    });
    assert!(read("300,000 empty labels", sparse).is_err());
    for value in ["0", "{}", "[]", r#"{"":0}"#] {
        let list = |n| format!("[{}]", vec![value; n].join(","));
        let some = pool(1, |_| format!(r#""x":{}"#, list(40_000)));
        read("40,000 values in an unknown field", some).unwrap();
        let most = pool(1, |_| format!(r#""x":{}"#, list(1_000_000)));
        assert!(read("1,000,000 values in an unknown field", most).is_err());
    }
    let keys: Vec<String> = (0..45_000).map(|i| format!(r#""{i}":[{i}]"#)).collect();
    let keys = pool(1, |_| keys.join(","));
    read("45,000 unknown fields", keys).unwrap();
    let models = format!(
        r#"{{"models":[{}]}}"#,
        vec![r#"{"id":""}"#; 100_000].join(",")
    );
    assert!(read("100,000 models", models.into_bytes()).is_err());
}

#[test]
fn labels_of_many_models_take_no_more_either() {
    let _alone = alone();
    let router = router();
    let json = pool(200, |m| labels_of(m, 100, 0));
    measured("200 models with 100 labels", &json, |json| {
        Pool::from_json(json, &router)
    })
    .unwrap();
}

#[test]
fn files_of_prompts_labels_and_prices_take_no_more_than_a_multiple_of_their_size() {
    let _alone = alone();
    let router = router();
    let options = LabelOptions::default();
    let csv: String = (0..150_000).map(|i| format!("{i},1\n")).collect();
    let csv = format!("prompt,score\n{csv}");
    let _ = measured("150,000 CSV labels", csv.as_bytes(), |file| {
        labels::read("l.csv", file, &options)
    });
    let jsonl = (0..150_000).map(|i| format!("{{\"prompt\":\"{i}\",\"score\":1}}\n"));
    let jsonl: String = jsonl.collect();
    let _ = measured("150,000 JSONL labels", jsonl.as_bytes(), |file| {
        labels::read("l.jsonl", file, &options)
    });
    let wide = format!("{}\n", "a,".repeat(400_000));
    let _ = measured("400,000 columns", wide.as_bytes(), |file| {
        PromptTable::read("p.csv", file)
    });
    let narrow = "a\n".repeat(400_000);
    let _ = measured("400,000 lines", narrow.as_bytes(), |file| {
        PromptTable::read("p.txt", file)
    });
    let list = format!("[{}]", vec!["\"a\""; 150_000].join(","));
    let _ = measured("a JSON list", list.as_bytes(), |file| {
        PromptTable::read("p.json", file)
    });
    let pasted = "GPQA Diamond 50\n".repeat(20_000);
    let _ = measured("a pasted table", pasted.as_bytes(), |file| {
        PastedScores::read(std::str::from_utf8(file).unwrap())
    });
    let (_, json) = BUNDLED[0];
    let pool = Pool::from_json(json.as_bytes(), &router).unwrap();
    let entry = |i: usize| format!(r#""m{i}":{{"input_cost_per_token":1e-6,"mode":"chat"}}"#);
    let prices = (0..100_000).map(entry).collect::<Vec<_>>().join(",");
    let prices = format!("{{{prices}}}");
    let _ = measured("a price list", prices.as_bytes(), |list| {
        import_prices(list, &pool)
    });
}

#[test]
fn feedback_on_many_models() {
    let _alone = alone();
    let router = router();
    let mut feedback = Feedback::new(&router);
    for (i, prompt) in ["Prove it.", "Write a poem.", "Sort a list in C."]
        .iter()
        .cycle()
        .take(60)
        .enumerate()
    {
        let model = format!("m{}", i / 2);
        let verdict = Verdict {
            model: &model,
            score: (i % 2) as f64,
            trust: 1.0,
            at: None,
        };
        feedback
            .add(&router, &place(&router, prompt, ""), verdict)
            .unwrap();
    }
    let bytes = feedback.to_bytes().unwrap();
    let read = measured("feedback", &bytes, |bytes| {
        Feedback::from_bytes(bytes, &router).unwrap()
    });
    assert_eq!(read, feedback);
}
