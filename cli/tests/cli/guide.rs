//! The guides in `docs/`: their commands, one after the other.

use crate::common::Folder;
use crate::probe::server::{Act, Server};
use crate::probe::solve;
use std::path::Path;
use std::process::Command;

/// The lines of the blocks marked `sh` of a guide; those marked `sh no-run` are left out.
fn commands(guide: &str) -> Vec<String> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let guide = std::fs::read_to_string(docs.join(guide)).unwrap();
    let blocks = guide
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap());
    blocks.flat_map(str::lines).map(str::to_owned).collect()
}

/// Standard output of a command that must succeed, run by a shell in a folder.
#[track_caller]
fn run(command: &str, folder: &Folder) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_uniroute"));
    let mut path = vec![program.parent().unwrap().to_owned()];
    path.extend(std::env::split_paths(
        &std::env::var_os("PATH").unwrap_or_default(),
    ));
    let output = Command::new("bash")
        .args(["-o", "pipefail", "-c", command])
        .current_dir(folder.path(""))
        .env("PATH", std::env::join_paths(&path).unwrap())
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}\n{error}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_model_is_profiled_by_a_server_that_answers_by_rule() {
    let commands = commands("profile-a-model.md");
    assert_eq!(commands.len(), 5, "{commands:?}");
    let folder = Folder::new("guide");
    let server = Server::start(1, |asked| Act::Stream(solve::right(asked.probe.unwrap())));
    for command in commands {
        let output = run(
            &command.replace("http://127.0.0.1:8080/v1", &server.url()),
            &folder,
        );
        if command.contains("inspect") {
            assert!(output.contains("my-model"));
        }
    }
}

#[test]
fn a_router_is_fitted_to_many_prompts() {
    let commands = commands("fit-at-scale.md");
    assert_eq!(commands.len(), 5, "{commands:?}");
    let folder = Folder::new("guide-scale");
    folder.data();
    let lines = |from: usize| -> String {
        let prompt = |i| format!("{{\"prompt\": \"a poem, line {i}\", \"language\": \"en\"}}\n");
        (from..from + 300).map(prompt).collect()
    };
    folder.write("monday.jsonl", lines(0));
    folder.write("tuesday.jsonl", lines(300));
    for command in commands {
        let output = run(&command, &folder);
        if command.starts_with("uniroute route") {
            assert!(output.contains("The prompt looks like"), "{output}");
        }
    }
}
