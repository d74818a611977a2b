//! Connections of browsers: how many, and how long.
//!
//! A connection that does nothing costs a descriptor, and there are few of them. So there is a limit
//! to open connections, and a new one takes the place of the one whose last request is the oldest.
//! Requests must arrive, and answers be taken, in a limited time.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    io,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::Router;
use hyper::{
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::AbortHandle,
    time::{Instant, sleep, sleep_until},
};

/// Most open connections. A browser uses six for one page.
const MOST: usize = 256;
/// Descriptors for everything but connections: files of the page, the terminal, the runtime.
const RESERVED: usize = 32;
/// Connections that there are always room for.
const FEWEST: usize = 8;
/// Time limits.
#[derive(Clone, Copy)]
pub struct Limits {
    /// From the start of a connection, or the end of an answer, until the next request has arrived.
    pub request: Duration,
    /// From the start of a request until its answer was taken.
    pub answer: Duration,
    /// Before another try when a connection could not be accepted.
    pub pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request: Duration::from_secs(10),
            answer: Duration::from_secs(120),
            pause: Duration::from_millis(100),
        }
    }
}

/// Serves for ever.
pub async fn serve(listener: TcpListener, app: Router, limits: Limits) -> Infallible {
    let open = Arc::new(Open::new(most(descriptors())));
    loop {
        match listener.accept().await {
            Ok((stream, _)) => open.start(stream, app.clone(), limits),
            Err(error) if is_of_one_connection(&error) => {}
            // Descriptors or memory have run out, here or in the whole system.
            Err(_) => {
                open.end_oldest();
                sleep(limits.pause).await;
            }
        }
    }
}

/// Whether a connection ended before it was accepted.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

/// Most connections for so many descriptors.
fn most(descriptors: Option<u64>) -> usize {
    let all = descriptors.map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
    all.saturating_sub(RESERVED).clamp(FEWEST, MOST)
}

/// Descriptors that this process may have; `None` for any number.
fn descriptors() -> Option<u64> {
    #[cfg(unix)]
    return rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    #[cfg(not(unix))]
    None
}

/// The open connections.
struct Open {
    most: usize,
    connections: Mutex<Connections>,
}

#[derive(Default)]
struct Connections {
    next: u64,
    by_number: BTreeMap<u64, Connection>,
}

struct Connection {
    /// When it was accepted or its last request arrived.
    active: Instant,
    task: AbortHandle,
}

impl Open {
    fn new(most: usize) -> Self {
        Self {
            most,
            connections: Mutex::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Connections> {
        self.connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Serves a connection in a task of its own, after others have made room.
    fn start(self: &Arc<Self>, stream: TcpStream, app: Router, limits: Limits) {
        while self.lock().by_number.len() >= self.most {
            self.end_oldest();
        }
        let mut connections = self.lock();
        let number = connections.next;
        connections.next += 1;
        let entry = Entry {
            open: self.clone(),
            number,
        };
        // The task waits for the lock, if it starts at once.
        let task = tokio::spawn(connection(entry, stream, app, limits)).abort_handle();
        let active = Instant::now();
        connections
            .by_number
            .insert(number, Connection { active, task });
    }

    /// Ends the connection whose last request is the oldest.
    fn end_oldest(&self) {
        let mut connections = self.lock();
        let oldest = connections.by_number.iter().min_by_key(|(_, c)| c.active);
        let number = oldest.map(|(number, _)| *number);
        if let Some(connection) = number.and_then(|n| connections.by_number.remove(&n)) {
            connection.task.abort();
        }
    }
}

/// A connection's place among the open ones, until this is dropped.
struct Entry {
    open: Arc<Open>,
    number: u64,
}

impl Entry {
    fn request_arrived(&self) {
        if let Some(connection) = self.open.lock().by_number.get_mut(&self.number) {
            connection.active = Instant::now();
        }
    }

    fn active(&self) -> Option<Instant> {
        let connections = self.open.lock();
        connections.by_number.get(&self.number).map(|c| c.active)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.open.lock().by_number.remove(&self.number);
    }
}

/// Serves one connection until it ends or its time is over.
async fn connection(entry: Entry, stream: TcpStream, app: Router, limits: Limits) {
    let app = TowerToHyperService::new(app);
    let service = service_fn(|request| {
        entry.request_arrived();
        app.call(request)
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.request)
        .serve_connection(TokioIo::new(stream), service);
    let mut served = pin!(served);
    while let Some(active) = entry.active() {
        let end = active + limits.answer;
        tokio::select! {
            // An error is that of a client, who knows of it.
            _ = &mut served => return,
            _ = sleep_until(end) => {
                if entry.active() == Some(active) {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::Bytes, extract::Request};
    use std::io::{Read, Write};
    use std::net::{SocketAddr, TcpStream as Client};
    use std::thread;

    const SHORT: Limits = Limits {
        request: Duration::from_millis(50),
        answer: Duration::from_millis(100),
        pause: Duration::from_millis(1),
    };

    /// A server in a thread that ends with the tests.
    fn server(limits: Limits) -> SocketAddr {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                // More than the buffers of the system hold.
                let long = Bytes::from(vec![b'x'; 64 << 20]);
                let app = Router::new().fallback(move |request: Request| async move {
                    match request.uri().path() {
                        "/long" => long,
                        _ => Bytes::from_static(b"page"),
                    }
                });
                serve(TcpListener::from_std(listener).unwrap(), app, limits).await
            })
        });
        address
    }

    fn get(address: SocketAddr, path: &str) -> Client {
        let mut client = Client::connect(address).unwrap();
        write!(client, "GET {path} HTTP/1.1\r\nConnection: close\r\n\r\n").unwrap();
        client
    }

    fn answer(mut client: Client) -> String {
        let mut text = String::new();
        client.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn connections_without_a_whole_request_end_and_so_do_answers_that_nobody_takes() {
        let address = server(SHORT);
        for beginning in ["", "GET / HT", "GET / HTTP/1.1\r\n\r\n"] {
            let mut client = Client::connect(address).unwrap();
            client.write_all(beginning.as_bytes()).unwrap();
            // Ends only because the server closes the connection.
            let text = answer(client);
            assert_eq!(
                text.ends_with("page"),
                beginning.ends_with("\r\n\r\n"),
                "{text}"
            );
        }
        let mut slow = get(address, "/long");
        let mut first = [0; 1];
        slow.read_exact(&mut first).unwrap();
        // Fails only because the server closed the connection.
        while slow.write_all(b"x").is_ok() {
            thread::sleep(SHORT.pause);
        }
        assert!(answer(get(address, "/")).ends_with("page"));
    }

    #[test]
    fn a_request_is_answered_while_more_connections_idle_than_there_may_be() {
        let patient = Limits {
            request: Duration::from_secs(3600),
            ..Limits::default()
        };
        let address = server(patient);
        let idle: Vec<_> = (0..MOST + 20)
            .map(|_| Client::connect(address).unwrap())
            .collect();
        assert!(answer(get(address, "/")).ends_with("page"));
        // The first ones made room.
        let mut first = idle.first().unwrap();
        assert_eq!(first.read(&mut [0]).unwrap_or(0), 0);
    }

    #[test]
    fn there_are_fewer_connections_than_descriptors() {
        assert_eq!(most(None), MOST);
        assert_eq!(most(Some(1 << 40)), MOST);
        assert_eq!(most(Some(64)), 32);
        assert_eq!(most(Some(0)), FEWEST);
    }
}
