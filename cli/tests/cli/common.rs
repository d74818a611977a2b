//! Runs the built command line on made-up data.

use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use uniroute_tables::Form;
use uniroute_tables::write::{Cell, Column, Encoder, Writer};

/// A folder for one test, removed when the test ends.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("uniroute-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, file: &str) -> String {
        self.0.join(file).display().to_string()
    }

    pub fn write(&self, file: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.0.join(file), content).unwrap();
        self.path(file)
    }

    /// Writes a table in the form and packing that its name says, in several batches.
    pub fn table(&self, file: &str, columns: Vec<Column>, rows: &[Vec<Cell>]) -> String {
        let (form, packing) = Form::of(file).unwrap();
        let encoder = Encoder::new(form, columns, |json| json.into());
        let mut writer = Writer::new(&encoder, packing, Vec::new()).unwrap();
        for batch in rows.chunks(700) {
            writer.write(encoder.encode(batch).unwrap()).unwrap();
        }
        self.write(file, writer.finish().unwrap())
    }

    /// Evaluation data: `poet` answers poems, `coder` code, in the folder format.
    pub fn data(&self) -> String {
        let folder = self.0.join("data");
        std::fs::create_dir_all(&folder).unwrap();
        let things = [
            "river", "engine", "garden", "matrix", "letter", "candle", "market", "signal",
        ];
        let (mut prompts, mut scores) = (String::new(), String::from("poet,coder\n"));
        for i in 0..80 {
            let thing = things[i % things.len()];
            let (prompt, row) = match i % 2 {
                0 => (format!("Write a poem of {i} lines about a {thing}."), "1,0"),
                _ => (
                    format!("Write a python function that parses {i} {thing} records."),
                    "0,1",
                ),
            };
            prompts.push_str(&format!("{{\"id\": \"{i}\", \"prompt\": \"{prompt}\"}}\n"));
            scores.push_str(&format!("{row}\n"));
        }
        let models = r#"[{"id": "poet", "price_in_per_mtok": 1, "price_out_per_mtok": 2},
                         {"id": "coder", "price_in_per_mtok": 3, "price_out_per_mtok": 4}]"#;
        std::fs::write(folder.join("prompts.jsonl"), prompts).unwrap();
        std::fs::write(folder.join("scores.csv"), scores).unwrap();
        std::fs::write(folder.join("models.json"), models).unwrap();
        folder.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs `uniroute` with `input` on standard input.
pub fn uniroute(args: &[&str], input: &[u8]) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_uniroute"));
    run(Command::new(program).args(args), input)
}

/// Runs a command with `input` on standard input.
pub fn run(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that rejects its arguments may end before it reads anything.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// Standard output of a run that must succeed.
#[track_caller]
pub fn succeeds(args: &[&str], input: &[u8]) -> String {
    let output = uniroute(args, input);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "uniroute {args:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

/// Standard error of a run that must reject its input with exit status 1.
#[track_caller]
pub fn rejects(args: &[&str], input: &[u8]) -> String {
    let output = uniroute(args, input);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "uniroute {args:?}: {error}");
    assert!(!error.contains("panicked"), "{error}");
    error
}

/// Parses the output of a command.
#[track_caller]
pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// A router and a pool fitted on the made-up data.
pub fn fitted(folder: &Folder) -> (String, String) {
    let (data, router, pool) = (
        folder.data(),
        folder.path("r.router"),
        folder.path("p.json"),
    );
    succeeds(
        &[
            "fit",
            "--data",
            &data,
            "--clusters",
            "4",
            "--seed",
            "1",
            "-o",
            &router,
        ],
        b"",
    );
    succeeds(
        &[
            "profile", "--router", &router, "--labels", &data, "-o", &pool,
        ],
        b"",
    );
    (router, pool)
}
