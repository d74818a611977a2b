//! What is printed and written: full disks, closed pipes, hidden characters, files that are there.

use crate::common::{Folder, fitted, rejects, run, succeeds, uniroute};
use std::process::{Command, Stdio};

/// Runs a command with standard output and standard error as `redirected` in a shell.
fn shell(args: &[&str], redirected: &str, input: &[u8]) -> std::process::Output {
    let script = format!("exec \"$0\" \"$@\" {redirected}");
    let program = env!("CARGO_BIN_EXE_uniroute");
    let mut shell = Command::new("sh");
    run(shell.args(["-c", &script, program]).args(args), input)
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_an_error_of_every_command_and_never_a_panic() {
    let folder = Folder::new("full");
    let (router, pool) = fitted(&folder);
    let data = folder.data();
    let lines = b"{\"prompt\": \"Write a poem.\"}\n";
    let eval = [
        "eval", "--data", &data, "--trials", "1", "--unseen", "1", "--labels", "2",
    ];
    let commands: [&[&str]; 12] = [
        &["route", "--router", &router, "--pool", &pool, "hi"],
        &["route", "--json", "hi"],
        &["route"],
        &["cost", "hi"],
        &["cost", "--json"],
        &["cost", "--total"],
        &["inspect", &pool, "--router", &router],
        &["inspect", "--json", &router],
        &["profile", "--router", &router, "--suggest", "1"],
        &eval,
        &[&eval[..], &["--json"]].concat(),
        &["--help"],
    ];
    for args in commands {
        let output = shell(args, ">/dev/full", lines);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {error}");
        assert!(
            error.contains("cannot write to standard output"),
            "{args:?}: {error}"
        );
        // Nor does a full standard error make it panic.
        let code = shell(args, ">/dev/full 2>/dev/full", lines).status.code();
        assert_eq!(code, Some(1), "{args:?}");
    }
    let served = shell(
        &["serve", "--dir", &data, "--no-open", "--port", "0"],
        ">/dev/full",
        b"",
    );
    assert_eq!(served.status.code(), Some(1));
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_an_error() {
    let many = "{\"prompt\": \"Write a poem.\"}\n".repeat(500);
    // The reader ends at once; the writer's exit status comes through a third descriptor.
    let script = "{ \"$0\" route 2>/dev/null; echo $? >&3; } 3>&1 >/dev/null | :";
    let script = format!("exec 4>&1; {}", script.replace("3>&1 >/dev/null", "3>&4"));
    let mut child = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_uniroute")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    use std::io::Write;
    let _ = child.stdin.take().unwrap().write_all(many.as_bytes());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "1");
}

#[cfg(unix)]
#[test]
fn output_goes_through_links_and_devices_and_keeps_the_mode() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    let folder = Folder::new("through");
    let (router, pool) = fitted(&folder);
    std::fs::set_permissions(&pool, std::fs::Permissions::from_mode(0o600)).unwrap();
    let link = folder.path("link.json");
    symlink(&pool, &link).unwrap();
    let data = folder.data();
    let profile = |to: &str| {
        succeeds(
            &["profile", "--router", &router, "--labels", &data, "-o", to],
            b"",
        )
    };
    let before = std::fs::read(&pool).unwrap();
    std::fs::write(&pool, "old").unwrap();
    profile(&link);
    assert_eq!(std::fs::read(&pool).unwrap(), before);
    assert!(std::path::Path::new(&link).is_symlink());
    let mode = std::fs::metadata(&pool).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    profile("/dev/null");
    let null = std::fs::metadata("/dev/null").unwrap();
    assert!(null.file_type().is_char_device());
    assert_eq!(profile("/dev/stdout").as_bytes(), before);
}

#[test]
fn names_from_files_cannot_command_the_terminal() {
    let folder = Folder::new("hidden");
    let models = r#"{"id": "gpt\u202e4\u200b", "cost": {"input": 1, "output": 1}}, {"id": "b"}"#;
    let pool = folder.write(
        "pool.json",
        format!("{{\"name\": \"p\\ufeff\\u2066\", \"models\": [{models}]}}"),
    );
    let (data, router) = (folder.data(), folder.path("named.router"));
    succeeds(
        &[
            "fit",
            "--data",
            &data,
            "--clusters",
            "4",
            "--name",
            "r\x1b[2J\u{202e}",
            "--licence",
            "\x1b[31mred",
            "-o",
            &router,
        ],
        b"",
    );
    let hidden =
        |c: char| (c.is_control() && c != '\n') || "\u{202e}\u{2066}\u{200b}\u{feff}".contains(c);
    let commands: [&[&str]; 9] = [
        &["inspect", &pool],
        &["inspect", "--json", &pool],
        &["inspect", &router],
        &["inspect", "--json", &router],
        &["route", "--pool", &pool, "hi"],
        &["route", "--pool", &pool, "--json", "hi"],
        &["cost", "--pool", &pool, "hi"],
        &["cost", "--pool", &pool, "--json", "hi"],
        &[
            "route",
            "--pool",
            &pool,
            "--deny",
            "no\u{202e}ne",
            "\x1b[2J",
            "--",
            "hi",
        ],
    ];
    for args in commands {
        let output = uniroute(args, b"");
        let shown = [output.stdout, output.stderr].concat();
        let shown = String::from_utf8(shown).unwrap();
        assert!(!shown.contains(hidden), "{args:?}: {shown:?}");
    }
    let error = rejects(&["route", "--pool", &pool, "hi"], b"");
    assert!(error.contains("invisible character U+"), "{error:?}");
    let error = rejects(&["inspect", &folder.path("no\x1b[2Jfile")], b"");
    assert!(!error.contains(hidden), "{error:?}");
}
