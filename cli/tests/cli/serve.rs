//! `serve`: the page over HTTP, while others hold connections open.

use crate::common::Folder;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// A running `uniroute serve`, ended when dropped.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// Serves a folder; `shell` is what the shell does before it starts the program.
    fn start(folder: &Folder, shell: &str) -> Self {
        let script =
            format!("{shell} exec \"$0\" serve --dir \"$1\" --port 0 --no-open --until-stdin-ends");
        let mut child = Command::new("sh")
            .args([
                "-c",
                &script,
                env!("CARGO_BIN_EXE_uniroute"),
                &folder.path("site"),
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let address = line
            .split("http://")
            .nth(1)
            .and_then(|rest| rest.split('/').next());
        let address = address.unwrap_or_else(|| panic!("{line}")).to_owned();
        Self { child, address }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).unwrap()
    }

    fn request(&self, method: &str, path: &str, host: &str) -> String {
        let mut stream = self.connect();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn site(name: &str) -> Folder {
    let folder = Folder::new(name);
    std::fs::create_dir_all(folder.path("site")).unwrap();
    folder.write("site/index.html", "the page");
    folder
}

#[test]
fn requests_for_other_names_get_421_and_head_has_no_body() {
    let folder = site("serve-names");
    let server = Server::start(&folder, "");
    let page = server.request("GET", "/", &server.address);
    assert!(
        page.starts_with("HTTP/1.1 200") && page.ends_with("the page"),
        "{page}"
    );
    let head = server.request("HEAD", "/", "localhost:1");
    assert!(
        head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"),
        "{head}"
    );
    assert!(head.to_lowercase().contains("content-length: 8"), "{head}");
    let strange = server.request("GET", "/", "rebound.example.org");
    assert!(strange.starts_with("HTTP/1.1 421"), "{strange}");
    assert!(
        strange.contains("localhost") && !strange.contains("the page"),
        "{strange}"
    );
    assert!(
        server
            .request("POST", "/", "localhost")
            .starts_with("HTTP/1.1 405")
    );
}

#[cfg(unix)]
#[test]
fn a_request_is_answered_when_idle_connections_hold_more_than_all_descriptors() {
    let folder = site("serve-idle");
    let mut server = Server::start(&folder, "ulimit -n 64;");
    let idle: Vec<TcpStream> = (0..300).map(|_| server.connect()).collect();
    for _ in 0..3 {
        let page = server.request("GET", "/", "localhost");
        assert!(page.ends_with("the page"), "{page}");
    }
    assert!(
        server.child.try_wait().unwrap().is_none(),
        "the server ended"
    );
    drop(idle);
}
