//! `docs/profile-a-model.md`: its commands, one after the other, against a server that answers by rule.

use crate::common::Folder;
use crate::probe::server::{Act, Server};
use crate::probe::solve;
use std::path::Path;
use std::process::Command;

#[test]
fn the_commands_of_the_guide_work() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/profile-a-model.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let blocks = guide
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap());
    let commands: Vec<&str> = blocks.flat_map(str::lines).collect();
    assert_eq!(commands.len(), 5, "{commands:?}");
    let folder = Folder::new("guide");
    let server = Server::start(1, |asked| Act::Stream(solve::right(asked.probe.unwrap())));
    let program = Path::new(env!("CARGO_BIN_EXE_uniroute"));
    let mut path = vec![program.parent().unwrap().to_owned()];
    path.extend(std::env::split_paths(
        &std::env::var_os("PATH").unwrap_or_default(),
    ));
    for command in commands {
        let command = command.replace("http://127.0.0.1:8080/v1", &server.url());
        let output = Command::new("bash")
            .args(["-c", &command])
            .current_dir(folder.path(""))
            .env("PATH", std::env::join_paths(&path).unwrap())
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command}\n{error}");
        if command.contains("inspect") {
            assert!(String::from_utf8_lossy(&output.stdout).contains("my-model"));
        }
    }
}
