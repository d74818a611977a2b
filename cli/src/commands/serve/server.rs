//! Answers to requests for the page.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::map_response,
    response::{IntoResponse, Redirect, Response},
};
use tower_http::compression::{CompressionLayer, CompressionLevel};

use super::{
    cache::Content,
    host,
    page::{Found, MAX_FILE, Page},
};

/// What the page may do: run its own scripts and wasm, and connect only to this server.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; \
     worker-src 'self'; style-src 'self'; img-src 'self' data:; \
     manifest-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'";

/// The answer to a request for another machine, or for this one under a strange name.
const WRONG_HOST: &str = "This server answers to the names localhost, 127.0.0.1 and [::1] only. \
     Open the address that `uniroute serve` printed.\n";

/// The server of a page.
pub fn app(page: Page) -> Router {
    Router::new()
        .fallback(answer)
        .with_state(Arc::new(page))
        .layer(CompressionLayer::new().quality(CompressionLevel::Best))
        .layer(map_response(add_headers))
}

async fn answer(State(page): State<Arc<Page>>, request: Request) -> Response {
    if !host::is_this_machine(request.uri(), request.headers()) {
        return (StatusCode::MISDIRECTED_REQUEST, WRONG_HOST).into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return (
            StatusCode::METHOD_NOT_ALLOWED,
            [(header::ALLOW, "GET, HEAD")],
        )
            .into_response();
    }
    match page.get(request.uri().path()) {
        Found::File { path, content } => file(&path, content, request.headers()),
        // Relative links of the folder's index need the slash.
        Found::Folder => Redirect::permanent(&with_slash(request.uri())).into_response(),
        Found::Nothing => (
            StatusCode::NOT_FOUND,
            "The page has no file of this name.\n",
        )
            .into_response(),
        Found::TooLarge => (
            StatusCode::FORBIDDEN,
            format!("Files of more than {MAX_FILE} bytes are not served.\n"),
        )
            .into_response(),
        Found::Failed => (
            StatusCode::SERVICE_UNAVAILABLE,
            [(header::RETRY_AFTER, "1")],
            "The file cannot be read now; try again.\n",
        )
            .into_response(),
    }
}

fn file(path: &str, Content { bytes, hash }: Content, request: &HeaderMap) -> Response {
    // Weak, because the same file may go out compressed or not.
    let tag = format!("W/\"{hash}\"");
    let known = request
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
        Body::from(bytes),
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
        // The browser asks each time whether a file has changed, so that all parts of the page are of
        // one version.
        (header::CACHE_CONTROL, "no-cache"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
