//! One request to the server, and what came of it.

use super::request::{Known, Question};
use anyhow::{Context, Result, bail};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, LOCATION, RETRY_AFTER, USER_AGENT};
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use std::time::{Duration, Instant, SystemTime};
use tokio::time::timeout;
use uniroute_probe::reply::{Reader, Reply, error_of, shown};

/// Largest error page that is read, in bytes.
const ERROR_BYTES: usize = 64 * 1024;
/// A whole reply may take so many times as long as a pause within it.
const WHOLE: u32 = 20;

/// A server with OpenAI's chat interface.
pub struct Server {
    http: Http,
    uri: Uri,
    key: Option<String>,
    pause: Duration,
    pub dialect: Known,
}

/// Connections without TLS need no certificates.
enum Http {
    Plain(Client<HttpConnector, Full<Bytes>>),
    Tls(Client<HttpsConnector<HttpConnector>, Full<Bytes>>),
}

/// A complete reply with its times.
pub struct Got {
    pub reply: Reply,
    /// Seconds to the first part of a stream.
    pub first: Option<f64>,
    /// Seconds to the end.
    pub seconds: f64,
    /// Something odd that did no harm.
    pub remark: Option<String>,
}

/// An attempt without a usable reply.
#[derive(Debug)]
pub struct Failure {
    pub problem: String,
    pub next: Next,
    /// Whether the server had begun to answer, so that it may charge for it.
    pub paid: bool,
}

/// What to do after a failure.
#[derive(Debug, PartialEq)]
pub enum Next {
    /// Try again, no sooner than the server says.
    Again(Option<Duration>),
    /// Try at once in another dialect.
    AtOnce,
    /// This question has no answer.
    GiveUp,
    /// No question will have one.
    Stop,
}

impl Server {
    pub fn new(endpoint: &str, key: Option<&str>, pause: Duration) -> Result<Self> {
        let uri = address(endpoint)?;
        let http = match uri.scheme_str() {
            Some("https") => {
                let connector = HttpsConnectorBuilder::new()
                    .with_native_roots()
                    .context("cannot read the certificates that this system trusts")?
                    .https_only()
                    .enable_http1()
                    .build();
                Http::Tls(Client::builder(TokioExecutor::new()).build(connector))
            }
            _ => Http::Plain(Client::builder(TokioExecutor::new()).build_http()),
        };
        if let Some(key) = key
            && key.chars().any(|c| !c.is_ascii_graphic())
        {
            bail!(
                "the key in the environment has a character that no key has; was it copied whole?"
            );
        }
        Ok(Self {
            http,
            uri,
            key: key.map(str::to_owned),
            pause,
            dialect: Known::new(),
        })
    }

    /// Sends a question once.
    pub async fn once(&self, question: &Question) -> Result<Got, Failure> {
        let start = Instant::now();
        let dialect = self.dialect.get();
        let request = self
            .request(question.body(dialect))
            .map_err(|error| Failure {
                problem: format!("{error:#}"),
                next: Next::Stop,
                paid: false,
            })?;
        let sent = async {
            match &self.http {
                Http::Plain(client) => client.request(request).await,
                Http::Tls(client) => client.request(request).await,
            }
        };
        let response = match timeout(self.pause, sent).await {
            Err(_) => return Err(again(self.stalled("no reply"), false)),
            Ok(Err(error)) => {
                return Err(again(format!("no connection: {}", causes(&error)), false));
            }
            Ok(Ok(response)) => response,
        };
        if !response.status().is_success() {
            let (refusal, failure) = self.refused(response).await;
            return Err(match self.dialect.learn(dialect, &refusal) {
                true if failure.next == Next::GiveUp => Failure {
                    next: Next::AtOnce,
                    ..failure
                },
                _ => failure,
            });
        }
        let remark = odd_type(response.headers());
        let (reply, first) = self.read(response.into_body(), start).await?;
        Ok(Got {
            reply,
            first,
            seconds: start.elapsed().as_secs_f64(),
            remark,
        })
    }

    fn request(&self, body: String) -> Result<Request<Full<Bytes>>> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(self.uri.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("uniroute/", env!("CARGO_PKG_VERSION")));
        if let Some(key) = &self.key {
            let mut value = hyper::header::HeaderValue::from_str(&format!("Bearer {key}"))?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        Ok(request.body(Full::new(Bytes::from(body)))?)
    }

    /// Reads a reply. A pause of `pause` between two parts, or a whole that takes much longer, is a failure.
    async fn read(
        &self,
        mut body: Incoming,
        start: Instant,
    ) -> Result<(Reply, Option<f64>), Failure> {
        let (mut reader, mut first) = (Reader::default(), None);
        loop {
            let frame = match timeout(self.pause, body.frame()).await {
                Err(_) => return Err(again(self.stalled("the reply stopped"), true)),
                Ok(None) => break,
                Ok(Some(Err(error))) => {
                    return Err(again(
                        format!("the reply broke off: {}", causes(&error)),
                        true,
                    ));
                }
                Ok(Some(Ok(frame))) => frame,
            };
            if start.elapsed() > self.pause * WHOLE {
                return Err(again("the reply takes too long".into(), true));
            }
            let Some(data) = frame.data_ref() else {
                continue;
            };
            let begun = reader
                .push(data)
                .map_err(|error| again(error.to_string(), true))?;
            if begun && first.is_none() {
                first = Some(start.elapsed().as_secs_f64());
            }
        }
        let reply = reader
            .finish()
            .map_err(|error| again(error.to_string(), true))?;
        Ok((reply, first))
    }

    /// What a status other than success means, and the server's own words.
    async fn refused(&self, response: Response<Incoming>) -> (String, Failure) {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = timeout(
            self.pause,
            http_body_util::Limited::new(response.into_body(), ERROR_BYTES).collect(),
        )
        .await;
        let text = match body {
            Ok(Ok(body)) => String::from_utf8_lossy(&body.to_bytes()).into_owned(),
            _ => String::new(),
        };
        let message = serde_json::from_str(&text)
            .ok()
            .and_then(|json| error_of(&json));
        let message = message.unwrap_or_else(|| shown(&text));
        let said = match message.is_empty() {
            true => format!("status {status}"),
            false => format!("status {status}: {message}"),
        };
        let (problem, next) = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => (
                format!("{said}; set the key in the environment variable that --key-env names"),
                Next::Stop,
            ),
            StatusCode::PAYMENT_REQUIRED => (said, Next::Stop),
            StatusCode::NOT_FOUND => (format!("{said}; check --endpoint and --model"), Next::Stop),
            _ if status.is_redirection() => {
                let to = headers
                    .get(LOCATION)
                    .and_then(|v| v.to_str().ok())
                    .unwrap_or("another address");
                (
                    format!("{said}; the server has moved to {to}, name it as --endpoint"),
                    Next::Stop,
                )
            }
            StatusCode::REQUEST_TIMEOUT
            | StatusCode::CONFLICT
            | StatusCode::TOO_EARLY
            | StatusCode::TOO_MANY_REQUESTS => {
                (said, Next::Again(retry_after(&headers, SystemTime::now())))
            }
            _ if status.is_server_error() => {
                (said, Next::Again(retry_after(&headers, SystemTime::now())))
            }
            _ => (said, Next::GiveUp),
        };
        let failure = Failure {
            problem,
            next,
            paid: false,
        };
        (text, failure)
    }

    fn stalled(&self, what: &str) -> String {
        format!("{what} for {} s", self.pause.as_secs_f64())
    }
}

fn again(problem: String, paid: bool) -> Failure {
    Failure {
        problem,
        next: Next::Again(None),
        paid,
    }
}

/// The address of the chat interface, from that of the server.
fn address(endpoint: &str) -> Result<Uri> {
    let bare = endpoint.trim().trim_end_matches('/');
    let whole = match bare.ends_with("/chat/completions") {
        true => bare.to_owned(),
        false => format!("{bare}/chat/completions"),
    };
    let uri: Uri = whole
        .parse()
        .with_context(|| format!("--endpoint {endpoint}: not an address"))?;
    match (uri.scheme_str(), uri.host()) {
        (Some("http" | "https"), Some(_)) => Ok(uri),
        _ => bail!(
            "--endpoint {endpoint}: it must begin with http:// or https://, like http://127.0.0.1:8080/v1"
        ),
    }
}

/// How long the server asks to wait: seconds, or a date (RFC 9110, section 10.2.3).
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    httpdate::parse_http_date(value)
        .ok()?
        .duration_since(now)
        .ok()
}

/// A content type that fits neither form of a reply; what counts is the body.
fn odd_type(headers: &HeaderMap) -> Option<String> {
    let found = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let usual = ["json", "event-stream"].iter().any(|t| found.contains(t));
    (!usual).then(|| format!("content type {}", shown(found)))
}

/// An error with what caused it, in one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(&format!(": {error}"));
        cause = error.source();
    }
    shown(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_base_or_the_whole_address() {
        for (given, whole) in [
            (
                "http://127.0.0.1:8080/v1",
                "http://127.0.0.1:8080/v1/chat/completions",
            ),
            (
                "http://127.0.0.1:8080/v1/",
                "http://127.0.0.1:8080/v1/chat/completions",
            ),
            (
                "https://a.b/x/chat/completions",
                "https://a.b/x/chat/completions",
            ),
        ] {
            assert_eq!(address(given).unwrap().to_string(), whole);
        }
        for wrong in ["localhost:8080", "ftp://a.b", "", "http://"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_wait_is_in_seconds_or_until_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        let wait = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().unwrap());
            retry_after(&headers, now)
        };
        assert_eq!(wait("7"), Some(Duration::from_secs(7)));
        assert_eq!(
            wait("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(Duration::from_secs(7))
        );
        for none in ["Sun, 06 Nov 1994 08:49:00 GMT", "-3", "soon", "inf"] {
            assert_eq!(wait(none), None, "{none}");
        }
    }
}
