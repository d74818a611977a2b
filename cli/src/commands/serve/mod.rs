//! `uniroute serve`: the page, served from this machine to this machine.

mod cache;
mod connections;
mod host;
mod page;
mod server;

use std::{
    io,
    io::Read,
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    thread,
};

use anyhow::{Context, Result};
use connections::Limits;
use page::Page;
use tokio::sync::oneshot;

use crate::output::streams::{self, note};

const FIRST_PORT: u16 = 8080;
const PORTS_TO_TRY: u16 = 32;

/// Serve the page on this machine only
#[derive(clap::Args)]
pub struct Args {
    /// Folder of the page, as `cargo xtask site` writes it
    #[cfg_attr(feature = "page", doc = "[default: the page inside this program]")]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Port to listen on, 0 for any; an error when it is taken [default: 8080 or the next free one]
    #[arg(long)]
    port: Option<u16>,
    /// Do not open the browser
    #[arg(long)]
    no_open: bool,
    /// End when standard input ends, for programs that start this one
    #[arg(long)]
    until_stdin_ends: bool,
}

/// Serves until interrupted.
pub fn run(args: &Args) -> Result<()> {
    let page = Page::find(args.dir.as_deref())?;
    let listener = listen(args.port)?;
    let url = format!("http://{}/", listener.local_addr()?);
    streams::print(&format!("uniroute: {url}  (Ctrl-C ends it)\n"))?;
    if !args.no_open && open::that(&url).is_err() {
        note!("No browser could be started; open {url} yourself.");
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let stop = args.until_stdin_ends.then(stdin_end);
    runtime
        .block_on(async {
            listener.set_nonblocking(true)?;
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let server = connections::serve(listener, server::app(page), Limits::default());
            match stop {
                // Without waiting for connections to end.
                Some(stop) => tokio::select! {
                    never = server => match never {},
                    _ = stop => io::Result::Ok(()),
                },
                None => match server.await {},
            }
        })
        .context("the server ended")
}

/// Listens on the given port; without one, on the first free port from 8080.
fn listen(port: Option<u16>) -> Result<TcpListener> {
    let bind = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port));
    if let Some(port) = port {
        return bind(port).with_context(|| {
            format!("cannot listen on port {port}; name another, or none for the next free one")
        });
    }
    for port in FIRST_PORT..FIRST_PORT + PORTS_TO_TRY {
        match bind(port) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            result => return result.with_context(|| format!("cannot listen on port {port}")),
        }
    }
    bind(0).context("cannot listen on any port")
}

/// Resolves when standard input ends.
fn stdin_end() -> oneshot::Receiver<()> {
    let (send, receive) = oneshot::channel();
    thread::spawn(move || {
        let mut rest = [0; 1024];
        while io::stdin().read(&mut rest).is_ok_and(|n| n > 0) {}
        // The receiver is gone if the server ended first.
        let _ = send.send(());
    });
    receive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_an_error_when_named_and_passed_over_when_not() {
        let first = listen(None).unwrap();
        let taken = first.local_addr().unwrap().port();
        let error = listen(Some(taken)).unwrap_err().to_string();
        assert!(error.contains(&taken.to_string()), "{error}");
        assert_ne!(listen(None).unwrap().local_addr().unwrap().port(), taken);
    }
}
