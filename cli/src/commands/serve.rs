//! `uniroute serve`: the page, from this machine to this machine.

use std::{
    borrow::Cow,
    fs, io,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener},
    path::{Component, Path, PathBuf},
    sync::Arc,
    thread,
};

use anyhow::{Context, Result, bail};
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    middleware::map_response,
    response::{IntoResponse, Redirect, Response},
};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;
use tower_http::compression::{CompressionLayer, CompressionLevel};

/// What the page may do: run its own scripts and wasm, and talk to nobody else.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; \
     worker-src 'self'; style-src 'self'; img-src 'self' data:; \
     manifest-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'";
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
    let mut out = io::stdout();
    writeln!(out, "uniroute: {url}  (Ctrl-C ends it)")?;
    out.flush()?;
    if !args.no_open && open::that(&url).is_err() {
        eprintln!("No browser could be started; open {url} yourself.");
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let stop = args.until_stdin_ends.then(stdin_end);
    runtime
        .block_on(async {
            listener.set_nonblocking(true)?;
            let listener = tokio::net::TcpListener::from_std(listener)?;
            let server = axum::serve(listener, app(page));
            match stop {
                // Not gracefully: a browser may hold its connection open for ever.
                Some(stop) => tokio::select! {
                    served = server => served,
                    _ = stop => Ok(()),
                },
                None => server.await,
            }
        })
        .context("the server ended")
}

/// The asked port or an error; without one, the first free port from 8080.
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

fn stdin_end() -> oneshot::Receiver<()> {
    let (send, receive) = oneshot::channel();
    thread::spawn(move || {
        let mut rest = [0; 1024];
        while io::stdin().read(&mut rest).is_ok_and(|n| n > 0) {}
        // Nobody listens when the server has ended by itself.
        let _ = send.send(());
    });
    receive
}

/// Where the page's files come from.
enum Page {
    Folder(PathBuf),
    #[cfg(feature = "page")]
    Embedded,
}

/// The list of the page's files, as `cargo xtask site` writes it.
#[cfg(feature = "page")]
mod embedded {
    include!(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/site.rs"));
}

/// What a request path leads to.
enum Found {
    File {
        path: String,
        bytes: Cow<'static, [u8]>,
    },
    Folder,
    Nothing,
}

impl Page {
    fn find(dir: Option<&Path>) -> Result<Self> {
        match dir {
            Some(dir) if dir.is_dir() => Ok(Self::Folder(dir.to_path_buf())),
            Some(dir) => bail!(
                "{} is not a folder; `cargo xtask site` writes one",
                dir.display()
            ),
            #[cfg(feature = "page")]
            None => Ok(Self::Embedded),
            #[cfg(not(feature = "page"))]
            None => bail!(
                "this program was built without the page. Run `cargo xtask site` and name its folder with \
                 --dir target/site, or build the program after it with `--features page`"
            ),
        }
    }

    /// Only plain names lead anywhere: no `..`, no root, nothing hidden.
    fn get(&self, request_path: &str) -> Found {
        let relative = request_path.strip_prefix('/').unwrap_or(request_path);
        let plain = Path::new(relative).components().all(|part| match part {
            Component::Normal(name) => !name.as_encoded_bytes().starts_with(b"."),
            _ => false,
        });
        if !plain || relative.contains("//") || relative.contains('\\') {
            return Found::Nothing;
        }
        let mut path = relative.to_string();
        if path.is_empty() || path.ends_with('/') {
            path.push_str("index.html");
        }
        match self {
            Self::Folder(dir) => {
                let file = dir.join(&path);
                match fs::read(&file) {
                    Ok(bytes) => Found::File {
                        path,
                        bytes: bytes.into(),
                    },
                    Err(_) if file.is_dir() => Found::Folder,
                    Err(_) => Found::Nothing,
                }
            }
            #[cfg(feature = "page")]
            Self::Embedded => match embedded::FILES.iter().find(|(name, _)| *name == path) {
                Some((_, bytes)) => Found::File {
                    path,
                    bytes: (*bytes).into(),
                },
                None => Found::Nothing,
            },
        }
    }
}

fn app(page: Page) -> Router {
    Router::new()
        .fallback(answer)
        .with_state(Arc::new(page))
        .layer(CompressionLayer::new().quality(CompressionLevel::Best))
        .layer(map_response(add_headers))
}

async fn answer(State(page): State<Arc<Page>>, request: Request) -> Response {
    if !request.method().is_safe() {
        return (
            StatusCode::METHOD_NOT_ALLOWED,
            [(header::ALLOW, "GET, HEAD")],
        )
            .into_response();
    }
    match page.get(request.uri().path()) {
        Found::File { path, bytes } => file(&path, bytes, request.headers()),
        // Relative links inside need the slash.
        Found::Folder => Redirect::permanent(&with_slash(request.uri())).into_response(),
        Found::Nothing => (StatusCode::NOT_FOUND, "There is no such file here.\n").into_response(),
    }
}

fn file(path: &str, bytes: Cow<'static, [u8]>, asked: &HeaderMap) -> Response {
    let hash: String = Sha256::digest(&bytes)[..12]
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    // Weak, because the same file may go out compressed or not.
    let tag = format!("W/\"{hash}\"");
    let known = asked
        .get(header::IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok());
    if known.is_some_and(|tags| tags.contains(&hash)) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let kind = mime_guess::from_path(path).first_or_octet_stream();
    let charset = if kind.type_() == "text" {
        "; charset=utf-8"
    } else {
        ""
    };
    let kind = format!("{kind}{charset}");
    (
        [(header::CONTENT_TYPE, kind), (header::ETAG, tag)],
        Body::from(bytes.into_owned()),
    )
        .into_response()
}

fn with_slash(uri: &Uri) -> String {
    let query = uri
        .query()
        .map(|query| format!("?{query}"))
        .unwrap_or_default();
    format!("{}/{query}", uri.path())
}

async fn add_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        // Kept, but asked about each time: the page's parts belong together.
        (header::CACHE_CONTROL, "no-cache"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with a page in it, and a secret beside it.
    fn page(name: &str) -> (PathBuf, Page) {
        let root =
            std::env::temp_dir().join(format!("uniroute-serve-{name}-{}", std::process::id()));
        let site = root.join("site");
        fs::create_dir_all(site.join("js")).unwrap();
        fs::write(root.join("secret"), "secret").unwrap();
        fs::write(site.join("index.html"), "page").unwrap();
        fs::write(site.join("js/app.js"), "script").unwrap();
        fs::write(site.join(".hidden"), "hidden").unwrap();
        (root, Page::Folder(site))
    }

    fn body(page: &Page, path: &str) -> Option<String> {
        match page.get(path) {
            Found::File { bytes, .. } => String::from_utf8(bytes.into_owned()).ok(),
            Found::Folder => Some("(folder)".into()),
            Found::Nothing => None,
        }
    }

    #[test]
    fn a_path_leads_to_its_file_and_a_folder_to_its_index() {
        let (root, page) = page("files");
        assert_eq!(body(&page, "/").as_deref(), Some("page"));
        assert_eq!(body(&page, "/js/app.js").as_deref(), Some("script"));
        assert_eq!(body(&page, "/js").as_deref(), Some("(folder)"));
        assert_eq!(body(&page, "/js/"), None);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn no_path_leads_out_of_the_folder_or_to_hidden_files() {
        let (root, page) = page("outside");
        let absolute = format!("/{}", root.join("secret").display());
        for path in [
            "/../secret",
            "/js/../../secret",
            "/..\\secret",
            "/.hidden",
            "/./index.html",
            &absolute,
            "//etc/hostname",
        ] {
            assert_eq!(body(&page, path), None, "{path}");
        }
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn a_taken_port_is_an_error_when_named_and_passed_over_when_not() {
        let first = listen(None).unwrap();
        let taken = first.local_addr().unwrap().port();
        let error = listen(Some(taken)).unwrap_err().to_string();
        assert!(error.contains(&taken.to_string()), "{error}");
        assert_ne!(listen(None).unwrap().local_addr().unwrap().port(), taken);
    }
}
