//! `probe`: questions to a server, and what becomes of its answers.

pub mod server;
#[path = "../../../../probe/tests/solve/mod.rs"]
pub mod solve;

use crate::common::{Folder, json, rejects, succeeds, uniroute};
use serde_json::Value;
use server::{Act, Asked, Server};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use uniroute_probe::grade::Answer;
use uniroute_probe::{Difficulty, Probe};

const SEED: u64 = 5;

/// The same number for the same question, from 0 to below `below`.
fn hash(probe: &Probe, below: u32) -> u32 {
    let bytes = probe.prompt.bytes();
    bytes.fold(7u32, |h, b| h.wrapping_mul(31).wrapping_add(b.into())) % below
}

/// Right about easy and medium questions, and about a third of the hard ones: always the same ones.
fn answer(probe: &Probe) -> Answer {
    match probe.difficulty == Difficulty::Hard && hash(probe, 3) != 0 {
        true => solve::wrong(probe),
        false => solve::right(probe),
    }
}

fn steady(asked: &Asked) -> Act {
    Act::Stream(answer(asked.probe.expect("a question of ours")))
}

/// The options of a run; short waits, so that the tests are short.
fn args<'a>(url: &'a str, output: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec![
        "probe",
        "--endpoint",
        url,
        "--model",
        "tested",
        "--seed",
        "5",
        "--backoff",
        "0.01",
        "--timeout",
        "2",
        "-o",
        output,
    ];
    args.extend(more);
    args
}

/// A model of a pool without what depends on the clock.
fn model(path: &str, id: &str) -> Value {
    let pool = json(&std::fs::read_to_string(path).unwrap());
    let models = pool["models"].as_array().unwrap();
    let mut model = models.iter().find(|m| m["id"] == id).unwrap().clone();
    model.as_object_mut().unwrap().remove("latency");
    model
}

fn notes(args: &[&str]) -> String {
    let output = uniroute(args, b"");
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{error}");
    error
}

#[test]
fn a_model_joins_a_pool_with_its_quality_lengths_times_and_cost() {
    let folder = Folder::new("probe-join");
    let server = Server::start(SEED, steady);
    let (url, out) = (server.url(), folder.path("pool.json"));
    let more = [
        "--probes",
        "60",
        "--pool",
        "models-2026",
        "--price-in",
        "1",
        "--price-out",
        "2",
    ];
    let args = args(&url, &out, &more);
    let error = notes(&args);
    assert!(
        error.contains("60 questions: about") && error.contains("answers right"),
        "{error}"
    );
    // 60 answers of 100 and 20 tokens.
    assert!(error.contains("spent $0.0084"), "{error}");
    let pool = json(&std::fs::read_to_string(&out).unwrap());
    let models = pool["models"].as_array().unwrap();
    let own = models.last().unwrap();
    assert!(models.len() > 2);
    assert_eq!(own["id"], "tested");
    assert_eq!(
        own["output_tokens"],
        serde_json::json!({"mean": 20.0, "p90": 20.0})
    );
    assert_eq!(own["cost"]["output"], 2.0);
    assert!(own["latency"]["time_to_first_token_s"].as_f64().unwrap() < 60.0);
    assert_eq!(own["probed"]["answered"], 60);
    let score = own["probed"]["score"].as_f64().unwrap();
    assert!((0.6..0.95).contains(&score), "{score}");
    let mean: Vec<f64> = own["errors"]["mean"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| v.as_f64().unwrap())
        .collect();
    let mean = mean.iter().sum::<f64>() / mean.len() as f64;
    assert!((1.0 - mean - score).abs() < 0.15, "{mean} {score}");
    let decision = json(&succeeds(
        &["route", "What is 2 + 2?", "--pool", &out, "--json"],
        b"",
    ));
    assert!(
        decision["candidates"]
            .as_array()
            .unwrap()
            .iter()
            .any(|c| c["id"] == "tested")
    );
}

#[test]
fn faults_of_a_server_lose_nothing_and_are_reported() {
    let folder = Folder::new("probe-faults");
    let clean = folder.path("clean.json");
    let server = Server::start(SEED, steady);
    succeeds(&args(&server.url(), &clean, &["--probes", "36"]), b"");
    let server = Server::start(SEED, |asked| {
        let answer = answer(asked.probe.unwrap());
        // Each question meets one fault at its first attempt.
        match (asked.before, asked.others % 9) {
            (0, 0) => Act::Status(
                "429 Too Many Requests",
                "Retry-After: 0.05\r\n",
                "{\"error\":{\"message\":\"slow down\"}}",
            ),
            (0, 1) => Act::Status("503 Service Unavailable", "", "busy"),
            (0, 2) => Act::Bytes("{\"choices\": [nonsense"),
            (0, 3) => Act::Cut(answer),
            (0, 4) => Act::Bytes("<html>Please log in</html>"),
            (0, 5) => Act::Stall(answer),
            (0, 6) => Act::Typed(answer, "text/plain"),
            (0, 7) => Act::Bytes(""),
            _ => Act::Whole(answer),
        }
    });
    let out = folder.path("faulty.json");
    let url = server.url();
    let mut faulty = args(&url, &out, &["--probes", "36"]);
    let at = faulty.iter().position(|a| *a == "--timeout").unwrap();
    faulty[at + 1] = "0.5";
    let error = notes(&faulty);
    for part in [
        "429",
        "slow down",
        "503",
        "neither JSON",
        "ends before",
        "log in",
        "stopped for 0.5 s",
        "content type text/plain",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert!(!error.contains("have no answer"), "{error}");
    assert_eq!(model(&clean, "tested"), model(&out, "tested"));
}

#[test]
fn a_run_that_is_killed_goes_on_without_asking_twice() {
    let folder = Folder::new("probe-killed");
    let whole = folder.path("whole.json");
    let server = Server::start(SEED, steady);
    succeeds(&args(&server.url(), &whole, &["--probes", "30"]), b"");
    // The server falls silent after some answers. Once all connections wait, everything that was answered is kept.
    let server = Server::start(SEED, |asked| match asked.number {
        0..=12 => steady(asked),
        13..=15 => Act::Silence,
        _ => steady(asked),
    });
    let (url, out) = (server.url(), folder.path("pool.json"));
    let more = ["--probes", "30", "--concurrency", "3"];
    let mut options = args(&url, &out, &more);
    let at = options.iter().position(|a| *a == "--timeout").unwrap();
    options[at + 1] = "600";
    let mut child = Command::new(env!("CARGO_BIN_EXE_uniroute"))
        .args(&options)
        .stderr(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while server.open() < 3 && start.elapsed() < Duration::from_secs(60) {
        sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!std::path::Path::new(&out).exists());
    // A kill within a write leaves a part of a line.
    let journal = format!("{out}.tested.jsonl");
    let mut text = std::fs::read_to_string(&journal).unwrap();
    let answered = text.matches("\"kind\":\"answer\"").count();
    assert_eq!(answered, 13, "{text}");
    text.push_str("{\"kind\":\"answer\",\"id\":\"arith");
    std::fs::write(&journal, text).unwrap();
    let refused = rejects(&options, b"");
    assert!(refused.contains("--resume"), "{refused}");
    options.push("--resume");
    let error = notes(&options);
    assert!(error.contains("13 answers were there before"), "{error}");
    let counts = server.counts();
    assert_eq!(counts.len(), 30);
    // Only the three that were open at the kill were sent a second time.
    assert_eq!(counts.values().filter(|n| **n > 1).count(), 3, "{counts:?}");
    assert_eq!(model(&whole, "tested"), model(&out, "tested"));
    // Once more: nothing is asked, and the pool is the same to the byte.
    let before = std::fs::read(&out).unwrap();
    notes(&options);
    assert_eq!(server.counts(), counts);
    assert_eq!(std::fs::read(&out).unwrap(), before);
}

#[test]
fn a_journal_of_another_run_and_a_damaged_one_are_refused_with_their_place() {
    let folder = Folder::new("probe-journal");
    let server = Server::start(SEED, steady);
    let (url, out) = (server.url(), folder.path("pool.json"));
    let journal = folder.path("kept.jsonl");
    let options = args(
        &url,
        &out,
        &["--probes", "6", "--journal", &journal, "--resume"],
    );
    notes(&options);
    let mut other = options.clone();
    let at = other.iter().position(|a| *a == "5").unwrap();
    other[at] = "6";
    let error = rejects(&other, b"");
    assert!(
        error.contains("its seed is 5, and now it would be 6"),
        "{error}"
    );
    let text = std::fs::read_to_string(&journal).unwrap();
    std::fs::write(
        &journal,
        text.replacen("\"kind\":\"answer\"", "\"kind\":\"ans", 1),
    )
    .unwrap();
    let error = rejects(&options, b"");
    assert!(
        error.contains("kept.jsonl, line") && error.contains("remove this line"),
        "{error}"
    );
}

#[test]
fn a_server_without_answers_ends_the_run_with_the_reason() {
    let folder = Folder::new("probe-refused");
    let out = folder.path("pool.json");
    for (status, words) in [
        ("401 Unauthorized", "--key-env"),
        ("404 Not Found", "--model"),
        ("302 Found", "moved"),
    ] {
        let server = Server::start(SEED, move |_| {
            Act::Status(
                status,
                "Location: https://elsewhere.example/v1\r\n",
                "{\"error\":{\"message\":\"no\"}}",
            )
        });
        let journal = folder.path(&format!("{}.jsonl", &status[..3]));
        let error = rejects(&args(&server.url(), &out, &["--journal", &journal]), b"");
        assert!(
            error.contains(words) && error.contains("no question was answered"),
            "{error}"
        );
        assert!(server.counts().len() <= 4, "{:?}", server.counts().len());
    }
    let journal = folder.path("none.jsonl");
    let mut nobody = args(
        "http://127.0.0.1:1/v1",
        &out,
        &["--journal", &journal, "--retries", "0"],
    );
    let error = rejects(&nobody, b"");
    assert!(
        error.contains("in a row") && error.contains("no connection"),
        "{error}"
    );
    nobody[2] = "ftp://127.0.0.1";
    assert!(rejects(&nobody, b"").contains("http://"));
    assert!(!std::path::Path::new(&out).exists());
}

#[test]
fn a_question_that_a_server_refuses_counts_for_nothing_and_the_dialect_is_learned() {
    let folder = Folder::new("probe-dialect");
    let out = folder.path("pool.json");
    let server = Server::start(SEED, |asked| {
        if asked.body.get("max_tokens").is_some() {
            let text = "{\"error\":{\"message\":\"Unsupported parameter: 'max_tokens'; use 'max_completion_tokens'\"}}";
            return Act::Status("400 Bad Request", "", text);
        }
        match hash(asked.probe.unwrap(), 9) {
            0 => Act::Status(
                "400 Bad Request",
                "",
                "{\"error\":{\"message\":\"context length exceeded\"}}",
            ),
            _ => steady(asked),
        }
    });
    let error = notes(&args(
        &server.url(),
        &out,
        &["--probes", "90", "--effort", "low"],
    ));
    assert!(
        error.contains("context length exceeded") && error.contains("have no answer"),
        "{error}"
    );
    let model = model(&out, "tested@low");
    assert!(model["probed"]["answered"].as_u64().unwrap() < 90);
}

#[test]
fn a_budget_is_kept_and_asks_for_prices() {
    let folder = Folder::new("probe-budget");
    let server = Server::start(SEED, steady);
    let (url, out) = (server.url(), folder.path("pool.json"));
    let without = rejects(&args(&url, &out, &["--budget", "1"]), b"");
    assert!(without.contains("--price-in"), "{without}");
    let more = [
        "--budget",
        "0.3",
        "--price-in",
        "10",
        "--price-out",
        "100",
        "--max-output-tokens",
        "100",
    ];
    let error = notes(&args(&url, &out, &more));
    assert!(error.contains("could exceed the budget"), "{error}");
    let spent: f64 = error
        .rsplit("spent $")
        .next()
        .unwrap()
        .lines()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(spent > 0.05 && spent <= 0.3, "{error}");
    // 100 and 20 tokens each.
    assert!(server.counts().len() as f64 * 0.003 <= 0.3);
    let dry = folder.path("dry.json");
    let asked = server.counts();
    let error = notes(&args(&url, &dry, &["--dry-run"]));
    assert!(error.contains("120 questions: about"), "{error}");
    assert_eq!(server.counts(), asked);
}

#[test]
fn a_run_ends_when_decisions_are_stable() {
    let folder = Folder::new("probe-stable");
    // Always wrong, beside models that are mostly right: soon nothing would change.
    let server = Server::start(SEED, |asked| {
        Act::Stream(solve::wrong(asked.probe.unwrap()))
    });
    let (url, out) = (server.url(), folder.path("pool.json"));
    let pool = folder.write(
        "base.json",
        r#"{"models": [{"id": "good", "accuracy": 0.9, "labels_count": 500, "cost": {"input": 1, "output": 2}}]}"#,
    );
    let more = [
        "--pool",
        &pool,
        "--until-stable",
        "--price-in",
        "1",
        "--price-out",
        "2",
    ];
    let error = notes(&args(&url, &out, &more));
    assert!(
        error.contains("of decisions") && error.contains("of 120 questions"),
        "{error}"
    );
    assert!(
        (24..120).contains(&server.counts().len()),
        "{}",
        server.counts().len()
    );
    let alone = folder.write("alone.json", r#"{"models": [{"id": "tested"}]}"#);
    let refused = rejects(
        &args(
            &url,
            &out,
            &["--pool", &alone, "--until-stable", "--resume"],
        ),
        b"",
    );
    assert!(refused.contains("another model"), "{refused}");
}

#[test]
fn a_judge_grades_open_answers_and_its_liking_of_a_place_is_reported() {
    let folder = Folder::new("probe-judge");
    let server = Server::start(SEED, |asked| {
        match (asked.body["model"].as_str(), asked.probe) {
            (Some("judge"), None) => Act::Whole(Answer::text("Answer: first")),
            (Some("tested"), Some(probe)) => Act::Stream(answer(probe)),
            other => panic!("{other:?}"),
        }
    });
    let (url, out) = (server.url(), folder.path("pool.json"));
    let more = [
        "--probes",
        "12",
        "--judge",
        "judge",
        "--judge-probes",
        "4",
        "--price-in",
        "1",
        "--price-out",
        "1",
        "--judge-price-in",
        "10",
        "--judge-price-out",
        "10",
    ];
    let error = notes(&args(&url, &out, &more));
    assert!(
        error.contains("prefers the first place by +100 %") && error.contains("disagree on 4"),
        "{error}"
    );
    // 16 answers and 8 verdicts of 120 tokens.
    assert!(error.contains("spent $0.0115"), "{error}");
    let model = model(&out, "tested");
    assert_eq!(model["probed"]["judge"], "judge");
    assert_eq!(model["probed"]["answered"], 16);
}

/// The program of `tools/local-model`; it ends with this value.
struct LocalModel(Child);

impl LocalModel {
    /// Starts it, and returns it with its address.
    fn start() -> (Self, String) {
        let variable =
            |name: &str| std::env::var_os(name).expect("set by `cargo xtask test model`");
        let mut child = Command::new(variable("UNIROUTE_MODEL_SERVER"))
            .arg(variable("UNIROUTE_MODEL"))
            .args(["--port", "0", "--idle", "60"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        let out = child.stdout.take().unwrap();
        let model = Self(child);
        BufReader::new(out).read_line(&mut address).unwrap();
        (model, address.trim().to_owned())
    }
}

impl Drop for LocalModel {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// SmolLM2-135M-Instruct, and a server that is right about 70 % of the questions.
#[test]
#[ignore = "needs a language model: `cargo xtask test model`"]
fn real_model_of_135_million_parameters_lands_far_below_one_that_is_mostly_right() {
    let folder = Folder::new("probe-real");
    let (_model, url) = LocalModel::start();
    let rule = Server::start(SEED, |asked| {
        let probe = asked.probe.expect("a question of ours");
        Act::Stream(match hash(probe, 10) < 7 {
            true => solve::right(probe),
            false => solve::wrong(probe),
        })
    });
    let (real, both) = (folder.path("real.json"), folder.path("both.json"));
    for (url, name, pool, out) in [
        (&url, "smollm2-135m", "small-local", &real),
        (&rule.url(), "rule", real.as_str(), &both),
    ] {
        let args = [
            "probe",
            "--endpoint",
            url,
            "--model",
            name,
            "--seed",
            "5",
            "--probes",
            "9",
            "--concurrency",
            "1",
            "--max-output-tokens",
            "80",
            "--price-in",
            "0",
            "--price-out",
            "0",
            "--pool",
            pool,
            "-o",
            out,
        ];
        let error = notes(&args);
        assert!(error.contains("answers right"), "{error}");
    }
    let (small, large) = (model(&both, "smollm2-135m"), model(&both, "rule"));
    let share = |model: &Value| model["probed"]["score"].as_f64().unwrap();
    assert_eq!(small["probed"]["answered"], 9);
    assert!(
        share(&small) < 0.4 && share(&large) > 0.5,
        "{} {}",
        share(&small),
        share(&large)
    );
    let decision = json(&succeeds(
        &["route", "What is 17 * 23?", "--pool", &both, "--json"],
        b"",
    ));
    let quality = |id: &str| {
        let candidates = decision["candidates"].as_array().unwrap();
        candidates.iter().find(|c| c["id"] == id).unwrap()["quality"]
            .as_f64()
            .unwrap()
    };
    assert!(
        quality("smollm2-135m") + 0.15 < quality("rule"),
        "{decision}"
    );
}
