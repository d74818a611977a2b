//! First inputs and dictionaries of the targets. `examples/seeds.rs` writes them; none are kept in
//! the repository.

use uniroute::feedback::{Feedback, Verdict};
use uniroute::route::place;

use uniroute_tables::write::{Cell, Column, Encoder, Kind, Writer};
use uniroute_tables::{Form, Packing};

use crate::fixture::{POOL, PROMPTS, small, table};
use crate::frame::Frame;
use crate::targets::TABLE_KINDS;

/// A target with its first inputs, the words that its inputs contain, and their greatest length.
pub struct Target {
    /// Name of the program.
    pub name: &'static str,
    /// First inputs.
    pub seeds: Vec<Vec<u8>>,
    /// Words for the dictionary.
    pub words: Vec<&'static str>,
    /// Most bytes of an input.
    pub longest: usize,
}

const JSON: &[&str] = &[
    "{", "}", "[", "]", "null", "true", "1e9", "-1", "0.5", "\"\"", "\\u001b", "\\u202e",
    "\u{feff}",
];
const MODEL: &[&str] = &[
    "\"id\":",
    "\"name\":",
    "\"provider\":",
    "\"cost\":",
    "\"input\":",
    "\"output\":",
    "\"cache_read\":",
    "\"cache_write\":",
    "\"reasoning\":",
    "\"limit\":",
    "\"context\":",
    "\"capabilities\":",
    "\"tokenizer\":",
    "\"errors\":",
    "\"mean\":",
    "\"labels\":",
    "\"sd\":",
    "\"correlation\":",
    "\"prompt\":",
    "\"score\":",
    "\"benchmarks\":",
    "\"accuracy\":",
    "\"labels_count\":",
    "\"output_tokens\":",
    "\"p90\":",
    "\"per_cluster\":",
    "\"setting\":",
    "\"source\":",
    "\"as_of\":",
    "\"Code Bench\"",
    "\"poem\"",
];
const POOL_WORDS: &[&str] = &[
    "\"models\":",
    "\"schema_version\":",
    "\"currency\":",
    "\"USD\"",
    "\"router\":",
    "\"sha256\":",
];
const TABLE: &[&str] = &[
    "prompt", "model", "score", "correct", "question", "text", ",", "\t", "\"", "\"\"", "\r\n",
    "0.5", "1", "NaN", "true", "\u{feff}",
];

/// All targets.
pub fn targets() -> Vec<Target> {
    let mut all = artefacts();
    all.extend(pools());
    all.extend(files());
    all.extend(label_files());
    all.extend(others());
    all
}

fn target(name: &'static str, longest: usize, words: &[&[&'static str]], seeds: &[&str]) -> Target {
    Target {
        name,
        seeds: seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect(),
        words: words.concat(),
        longest,
    }
}

/// A text after the byte that selects one of the names of a file.
fn selected(name: u8, text: &str) -> Vec<u8> {
    [&[name], text.as_bytes()].concat()
}

fn artefacts() -> Vec<Target> {
    const VERDICTS: &[&str] = &[
        "clock ",
        "labels ",
        "precision ",
        "vector ",
        "F64 ",
        "\"router\":",
        "\"models\":",
        "\"id\":",
        "\"verdicts\":",
    ];
    const TENSORS: &[&str] = &[
        "clusters.centroids ",
        "clusters.shares ",
        "calibration.distance ",
        "prior.mean ",
        "prior.covariance ",
        "benchmarks.rows ",
        "benchmarks.effects ",
        "embedder.static ",
        "F32 ",
        "F16 ",
        "U8 ",
        "U16 ",
        "I8 ",
        "temperature",
        "topics",
        "fields",
        "score_noise",
        "noise_ratio",
        "mean_error",
        "words ",
        "scales ",
        "columns ",
        "frequencies ",
        "rows ",
    ];
    let file = small().to_bytes().unwrap_or_default();
    let table = table().to_bytes().unwrap_or_default();
    let input = |file: &[u8]| {
        Frame::of_file(file)
            .map(|frame| frame.to_input())
            .into_iter()
            .collect::<Vec<_>>()
    };
    vec![
        Target {
            seeds: vec![file.clone()],
            ..target("router_bytes", 8192, &[TENSORS], &[])
        },
        Target {
            seeds: input(&file),
            ..target("router_content", 8192, &[TENSORS], &[])
        },
        Target {
            seeds: verdicts().iter().flat_map(|file| input(file)).collect(),
            ..target("feedback", 4096, &[TENSORS, VERDICTS], &[])
        },
        Target {
            seeds: input(&table),
            ..target("static_table", 4096, &[TENSORS], &[])
        },
    ]
}

/// Feedback with no verdict, and with verdicts on two models of the small pool.
fn verdicts() -> Vec<Vec<u8>> {
    let mut feedback = Feedback::new(small());
    let none = feedback.to_bytes();
    for (i, model) in ["a", "b", "a", "unknown"].into_iter().enumerate() {
        let placed = place(small(), PROMPTS[i], "");
        let verdict = Verdict {
            model,
            score: (i % 2) as f64,
            trust: 0.5,
            at: Some(1e12),
        };
        feedback
            .add(small(), &placed, verdict)
            .expect("a verdict in range");
    }
    feedback
        .set_half_life(Some(30.0))
        .expect("a half-life in range");
    none.into_iter().chain(feedback.to_bytes()).collect()
}

fn pools() -> Vec<Target> {
    const ERRORS: &str = r#"{"id": "e", "errors": {"mean": [0.1, 0.5, 0.9], "labels": [5, 0, 9], "sd": [0.1, 0.2, 0.3],
        "correlation": 0.4}, "output_tokens": {"per_cluster": [10, 20, 30]}}"#;
    const ALL: &str = r#"{"id": "m", "name": "M", "provider": "P", "accuracy": 0.5, "labels_count": 200, "labels": [{"prompt":
        "code", "score": 0.5}], "benchmarks": [{"name": "Code Bench", "score": 0.4, "setting": "s"}, {"name": "x", "score": 1}],
        "cost": {"input": 1, "output": null, "reasoning": 2, "mine": 3}, "limit": {"context": 100, "output": 5}, "mine": [1]}"#;
    const LITELLM: &str = r#"{"a": {"input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6, "max_tokens": 4096,
        "max_input_tokens": 9000, "litellm_provider": "x", "mode": "chat", "supports_vision": true}}"#;
    const MODELS_DEV: &str = r#"{"p": {"id": "p", "name": "P", "models": {"a": {"id": "a", "name": "A", "tool_call": true,
        "cost": {"input": 1, "output": 2}, "limit": {"context": 9000, "output": 100}}}}}"#;
    const OPENROUTER: &str = r#"{"data": [{"id": "x/a", "name": "X: A", "context_length": 9000, "pricing": {"prompt":
        "0.000001", "completion": "0.000002", "request": "-1"}, "architecture": {"output_modalities": ["text"]},
        "top_provider": {"max_completion_tokens": 100}, "supported_parameters": ["tools"]}]}"#;
    const LISTS: &[&str] = &[
        "\"data\":",
        "\"pricing\":",
        "\"completion\":",
        "\"models\":",
        "\"input_cost_per_token\":",
        "\"output_cost_per_token\":",
        "\"mode\":",
        "\"chat\"",
        "\"litellm_provider\":",
        "\"context_length\":",
        "\"top_provider\":",
        "\"max_tokens\":",
        "\"1e-6\"",
    ];
    let errors = format!(r#"{{"models": [{ERRORS}]}}"#);
    let words = &[JSON, MODEL, POOL_WORDS];
    vec![
        target(
            "pool",
            4096,
            words,
            &[POOL, &errors, r#"{"models": [{"id": "a"}]}"#],
        ),
        target(
            "pool_bundled",
            1024,
            words,
            &[
                r#"{"models": [{"id": "a", "benchmarks": [{"name": "GPQA Diamond", "score": 0.8}]}, {"id": "b"}]}"#,
            ],
        ),
        target(
            "model",
            4096,
            &[JSON, MODEL],
            &[ERRORS, ALL, r#"{"id": "a"}"#],
        ),
        target(
            "prices",
            4096,
            &[JSON, LISTS],
            &[LITELLM, MODELS_DEV, OPENROUTER],
        ),
        target(
            "model_list",
            2048,
            words,
            &[
                POOL,
                r#"[{"id": "a", "name": "A", "price_in_per_mtok": 1, "price_out_per_mtok": 2}]"#,
                r#"{"models": [{"id": "z", "published_as": "a"}]}"#,
            ],
        ),
    ]
}

fn files() -> Vec<Target> {
    const PUBLISHED: &[&str] = &[
        "model_id",
        "benchmark",
        "score",
        "mode",
        "variant",
        "scale",
        "setting",
        "source",
        "as_of",
        "fullname",
        "Code Bench",
        "poem",
    ];
    const KNOWLEDGE: &[&str] = &[
        "\"title\":",
        "\"topics\":",
        "\"prompts\":",
        "\"benchmarks\":",
        "\"table\":",
        "\"benchmark\":",
        "\"variant\":",
        "\"also\":",
        "\"columns\":",
        "\"from\":",
        "\"own\":",
        "\"kind\":",
        "\"aliases\":",
    ];
    const FOLDER: &[&str] = &[
        "\"prompt\":",
        "\"task\":",
        "\"query\":",
        "\"price_in_per_mtok\":",
        "\"price_out_per_mtok\":",
        "\"params_b\":",
        "\"output_chars\":",
    ];
    const LABELS: [&str; 4] = [
        "prompt,model,score\ncode,a,1\n\"a, \"\"poem\"\"\",b,0.5\n",
        "prompt\tscore\ncode\ttrue\n",
        "{\"prompt\": \"code\", \"model\": \"a\", \"score\": 1}\n{\"prompt\": \"poem\", \"scores\": {\"a\": 0, \"b\": true}, \"task\": \"t\"}\n",
        "[{\"prompt\": \"code\", \"model\": \"a\", \"score\": 0.5}]",
    ];
    const PROMPTS: [&str; 4] = [
        "prompt,id\nwrite code,1\n",
        "write\tcode\n",
        "{\"prompt\": \"x\"}\n\"y\"\n[\"z\"]\n",
        "[\"a\", {\"text\": \"b\"}]",
    ];
    let labels = [(0, 0), (1, 1), (2, 2), (4, 3)].map(|(name, seed)| selected(name, LABELS[seed]));
    let prompts =
        [(0, 0), (1, 1), (2, 2), (4, 3), (5, 0)].map(|(name, seed)| selected(name, PROMPTS[seed]));
    let folder = [
        "{\"id\": \"1\", \"prompt\": \"x\"}\n{\"prompt\": \"y\", \"query\": \"z\"}\n",
        r#"[{"id": "a"}, {"id": "b", "price_in_per_mtok": 1}]"#,
        "b,a\n0.5,1\n,0\n",
        "a,b\n0.1,0.2\n,\n",
    ];
    vec![
        Target {
            seeds: labels.into(),
            ..target(
                "labels",
                4096,
                &[
                    TABLE,
                    JSON,
                    &["\"scores\":", "\"prompt\":", "\"model\":", "\"score\":"],
                ],
                &[],
            )
        },
        Target {
            seeds: prompts.into(),
            ..target("prompts", 4096, &[TABLE, JSON], &[])
        },
        Target {
            seeds: vec![folder.map(str::as_bytes).join(&0xff)],
            ..target("folder", 4096, &[TABLE, JSON, FOLDER], &[])
        },
        target(
            "published",
            4096,
            &[TABLE, PUBLISHED],
            &[
                "model_id,mode,benchmark,variant,score,scale\na,high,Code Bench,,85.7,100\nb,,poem,x,0.5,\n",
                "model,Code Bench,poem,size\na,55,0.3,7e9\nb,,12,x\n",
            ],
        ),
        target(
            "knowledge",
            4096,
            &[JSON, KNOWLEDGE],
            &[
                r#"{"title": "F", "topics": [{"name": "t", "prompts": ["p"]}]}"#,
                r#"{"benchmarks": [{"name": "b", "title": "B", "kind": "k", "table": {"benchmark": "Code Bench", "variant": ["x"]}, "also": [{"benchmark": "poem"}], "columns": {"lb": ["c"]}, "prompts": {"from": ["b"], "own": true}}]}"#,
            ],
        ),
    ]
}

fn label_files() -> Vec<Target> {
    const SAMPLE: &str = r#"{"doc_id": 0, "doc": {"question": "code"}, "target": "1", "arguments": {"gen_args_0": {"arg_0": "Q: code"}},
        "filtered_resps": ["1"], "filter": "none", "metrics": ["acc"], "acc": 1.0}"#;
    const INSPECT: &str = r#"{"version": 2, "eval": {"task": "t", "model": "a"}, "samples": [{"id": 1, "epoch": 1, "input": "code",
        "scores": {"m": {"value": "C"}}}, {"id": 2, "input": [{"role": "user", "content": "poem"}], "scores": {"m": {"value": {"x": NaN}}}}]}"#;
    const PROMPTFOO: &str = r#"{"evalId": "e", "results": {"version": 3, "results": [{"provider": {"id": "a"}, "prompt": {"raw": "code"}, "vars": {},
        "success": true, "score": 1, "namedScores": {"m": 0.5}, "failureReason": 0}]}}"#;
    const HELM: &str = r#"[{"instance_id": "i", "train_trial_index": 0, "stats": [{"name": {"name": "acc"}, "mean": 1.0, "count": 1}]}]"#;
    const LOG: &str = r#"{"model": "a", "messages": [{"role": "user", "content": "code"}], "metadata": {"score": 1}}"#;
    const WORDS: &[&str] = &[
        "\"doc_id\":",
        "\"doc\":",
        "\"arguments\":",
        "\"filter\":",
        "\"metrics\":",
        "\"acc\":",
        "\"eval\":",
        "\"samples\":",
        "\"scores\":",
        "\"value\":",
        "\"attachments\":",
        "attachment://",
        "\"results\":",
        "\"provider\":",
        "\"namedScores\":",
        "\"instance_id\":",
        "\"stats\":",
        "\"perturbation\":",
        "\"messages\":",
        "\"metadata\":",
        "\"request\":",
        "\"body\":",
        "NaN",
        "-Infinity",
    ];
    let one_line = |text: &str| text.replace('\n', " ");
    let instances = r#"[{"id": "i", "input": {"text": "code"}}]"#;
    let forms = vec![
        selected(0, &one_line(SAMPLE)),
        selected(1, INSPECT),
        selected(1, PROMPTFOO),
        [selected(2, HELM), vec![0xff], instances.as_bytes().to_vec()].concat(),
        selected(3, LOG),
    ];
    let parquet: [&[u8]; 4] = [
        include_bytes!("../../tests/golden/parquet/snappy.parquet"),
        include_bytes!("../../tests/golden/parquet/zstd.parquet"),
        include_bytes!("../../tests/golden/parquet/gzip.parquet"),
        include_bytes!("../../tests/golden/parquet/delta.parquet"),
    ];
    vec![
        Target {
            seeds: forms,
            ..target("label_forms", 4096, &[JSON, WORDS], &[])
        },
        Target {
            seeds: parquet.map(<[u8]>::to_vec).into(),
            ..target("parquet", 12_288, &[&["PAR1", "prompt", "score"]], &[])
        },
        Target {
            seeds: vec![packed_log()],
            ..target(
                "archive",
                4096,
                &[
                    JSON,
                    WORDS,
                    &["PK\u{1}\u{2}", "PK\u{3}\u{4}", "header.json", "samples/"],
                ],
                &[],
            )
        },
    ]
}

/// A zip archive of two files that are not packed: the header of a log of Inspect and a sample.
fn packed_log() -> Vec<u8> {
    let files: [(&str, &str); 2] = [
        (
            "header.json",
            r#"{"version": 2, "eval": {"task": "t", "model": "a"}}"#,
        ),
        (
            "samples/1_epoch_1.json",
            r#"{"id": 1, "input": "code", "scores": {"m": {"value": "C"}}}"#,
        ),
    ];
    let (mut archive, mut list) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let at = archive.len() as u32;
        let (length, name_length) = (content.len() as u32, name.len() as u16);
        // Version, flags, method, time, date; the sum is not checked, as raw files are read.
        let common = [
            &[20, 0, 0, 0, 0, 0, 0, 0, 33, 0, 0, 0, 0, 0][..],
            &length.to_le_bytes(),
            &length.to_le_bytes(),
            &name_length.to_le_bytes(),
            &[0, 0],
        ]
        .concat();
        archive.extend(
            [
                b"PK\x03\x04",
                &common[..],
                name.as_bytes(),
                content.as_bytes(),
            ]
            .concat(),
        );
        let rest = [&[0; 10][..], &at.to_le_bytes()].concat();
        list.extend([b"PK\x01\x02", &[20, 0][..], &common, &rest, name.as_bytes()].concat());
    }
    let (at, length) = (archive.len() as u32, list.len() as u32);
    let end = [
        b"PK\x05\x06",
        &[0, 0, 0, 0, 2, 0, 2, 0][..],
        &length.to_le_bytes(),
        &at.to_le_bytes(),
        &[0, 0],
    ];
    [archive, list, end.concat()].concat()
}

fn others() -> Vec<Target> {
    const REQUEST: &[&str] = &[
        "\"lambda\":",
        "\"maxCost\":",
        "\"minQuality\":",
        "\"allow\":",
        "\"deny\":",
        "\"need\":",
        "\"expectedOutputTokens\":",
        "\"context\":",
        "\"inputTokens\":",
        "\"cachedTokens\":",
        "\"reasoningTokens\":",
        "\"allowUnpriced\":",
        "\"top\":",
        "\"tools\"",
        "\"o200k\":",
        "1e308",
    ];
    const TEXT: &[&str] = &[
        "[SEP]", "[UNK]", "[CLS]", "##", "\u{301}", "\u{ad}", "中", "İ", "ß", "\u{3000}", "\n",
    ];
    let text = b"[UNK]\n[CLS]\n[SEP]\na\nb\n##a\n##b\n##c\nabc\n.\n\xffAbc abb. [SEP]ac\xcc\x81 \xe4\xb8\xad".to_vec();
    vec![
        target(
            "card",
            4096,
            &[&[
                "| ", " |", "\t", "%", "±", ":", "---", "100", "0.857", "85.7 %", "\n", "pass@1",
            ]],
            &["GPQA Diamond 85.7 %\nMMLU-Pro: 0.83\n| Code Bench | 55.1 ± 1.2 | 60 |\n|---|---|\n"],
        ),
        target(
            "jsonl",
            4096,
            &[JSON, &["\"prompt\":", "\"id\":", "\n", "\r\n"]],
            &["{\"id\": 1, \"prompt\": \"hi\"}\n\n{\"prompt\": 5}\nnot json\n{}"],
        ),
        Target {
            seeds: tables(),
            ..target(
                "tables",
                8192,
                &[
                    JSON,
                    &[
                        "prompt", "text", "id", "key", ",", ";", "\t", "\"", "\n", "ARROW1", "PAR1",
                    ],
                ],
                &[],
            )
        },
        target(
            "request",
            2048,
            &[JSON, REQUEST],
            &[
                r#"{"lambda": 10, "allow": ["a", "b"], "need": ["tools"], "top": 2}"#,
                r#"{"maxCost": 0.001, "inputTokens": {"o200k": 9}, "cachedTokens": 5}"#,
                r#"{"minQuality": 0.7, "deny": ["c"], "allowUnpriced": true, "expectedOutputTokens": 2000, "context": "x"}"#,
            ],
        ),
        target(
            "probe_answer",
            2048,
            &[
                JSON,
                &[
                    "Answer:", "**", "\\boxed{", "\\frac{", "42", "43", "red", "blue", "or", "not",
                    "1.", "- ", "```", "\n", "<think>", "</think>", "twenty",
                ],
            ],
            &[
                "I think so.\n\n**Answer:** 42",
                "Answer: red, 7",
                "```json\n{\"a\": 1, \"b\": [\"x\"]}\n```",
                "{\"name\": \"f\", \"arguments\": {\"a\": 1}}",
                "1. a red fox.\n2. b is a fox.",
                "= 1 3/4 or \\frac{3}{4}, 1.5e3",
            ],
        ),
        target(
            "probe_reply",
            4096,
            &[
                JSON,
                &[
                    "data:",
                    "data: [DONE]\n\n",
                    "\r\n",
                    "\n\n",
                    ":",
                    "event:",
                    "\"choices\":",
                    "\"delta\":",
                    "\"message\":",
                    "\"content\":",
                    "\"tool_calls\":",
                    "\"index\":",
                    "\"function\":",
                    "\"arguments\":",
                    "\"finish_reason\":",
                    "\"length\"",
                    "\"usage\":",
                    "\"prompt_tokens\":",
                    "\"completion_tokens\":",
                    "\"error\":",
                ],
            ],
            &[
                "\u{5}data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n",
                "\u{9}{\"choices\":[{\"message\":{\"content\":\"x\",\"tool_calls\":[{\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\": 1}\"}}]},\"finish_reason\":\"length\"}]}",
                "\u{1}{\"error\": {\"message\": \"no\"}}",
            ],
        ),
        Target {
            seeds: vec![text],
            ..target("tokenizer", 1024, &[TEXT], &[])
        },
    ]
}

/// A dictionary as libFuzzer reads it.
pub fn dictionary(words: &[&str]) -> String {
    let escaped = |byte: u8| match byte {
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        other => format!("\\x{other:02x}"),
    };
    let line = |word: &&str| format!("\"{}\"\n", word.bytes().map(escaped).collect::<String>());
    words
        .iter()
        .filter(|word| !word.is_empty())
        .map(line)
        .collect()
}

/// Small tables in each form and packing, each after the byte that selects it.
fn tables() -> Vec<Vec<u8>> {
    let columns = vec![
        Column::new("key", Kind::Text),
        Column::new("text", Kind::Text),
    ];
    let rows = [
        vec![Cell::Number(1.0), Cell::from(Some("What is 2 + 2?"))],
        vec![Cell::NONE, Cell::NONE],
        vec![
            Cell::from(Some("b")),
            Cell::from(Some("Name \"three\" rivers,\nplease.")),
        ],
    ];
    let written = |(first, (form, packing)): (u8, (Form, Packing))| {
        let encoder = Encoder::new(form, columns.clone(), |json| json.into());
        let mut writer = Writer::new(&encoder, packing, vec![first]).expect("memory is written");
        let chunk = encoder.encode(&rows).expect("the rows fit");
        writer.write(chunk).expect("memory is written");
        writer.finish().expect("memory is written")
    };
    (0..).zip(TABLE_KINDS).map(written).collect()
}
