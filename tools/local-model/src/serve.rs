//! OpenAI's chat interface on a port of this machine.

use std::{
    convert::Infallible,
    net::Ipv4Addr,
    pin::Pin,
    process,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{self, Poll},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use http_body_util::{BodyExt, Limited};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Body, Bytes, Frame, Incoming},
    header::CONTENT_TYPE,
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    runtime,
    sync::mpsc::{self, Receiver},
};

use crate::chat::Model;

/// Parts of an answer that wait for a slow reader.
const WAITING: usize = 64;
/// Tokens of an answer where a request sets no limit.
const TOKENS: u64 = 1024;
/// Most bytes of a request.
const MOST: usize = 4 << 20;

struct Server {
    /// One answer at a time: more would only share the cores.
    model: Mutex<Model>,
    started: Instant,
    /// Seconds from the start to the end of the last answer.
    last: AtomicU64,
}

/// Serves until nobody has asked for `idle` seconds.
pub fn run(model: Model, port: u16, idle: u64) -> Result<()> {
    let server = Arc::new(Server {
        model: Mutex::new(model),
        started: Instant::now(),
        last: AtomicU64::new(0),
    });
    let watched = server.clone();
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_secs(1));
            let quiet = watched.started.elapsed().as_secs() - watched.last.load(Ordering::Relaxed);
            // Whoever answers holds the model.
            if quiet > idle && watched.model.try_lock().is_ok() {
                process::exit(0);
            }
        }
    });
    runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
            let listener = listener
                .with_context(|| format!("port {port} is not free; name another with --port"))?;
            println!("http://{}/v1", listener.local_addr()?);
            loop {
                let (stream, _) = listener.accept().await?;
                let server = server.clone();
                tokio::spawn(async move {
                    let answer = service_fn(move |request| reply(server.clone(), request));
                    // A client may go away at any time.
                    let _ = http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), answer)
                        .await;
                });
            }
        })
}

/// The parts of a reply, as they come.
struct Parts(Receiver<Bytes>);

impl Body for Parts {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut task::Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0
            .poll_recv(context)
            .map(|part| part.map(|part| Ok(Frame::data(part))))
    }
}

/// A request, read.
struct Asked {
    messages: Vec<(String, String)>,
    most: usize,
    stream: bool,
}

async fn reply(
    server: Arc<Server>,
    request: Request<Incoming>,
) -> Result<Response<Parts>, Infallible> {
    if request.uri().path() != "/v1/chat/completions" {
        return Ok(refusal(
            StatusCode::NOT_FOUND,
            "only /v1/chat/completions is here",
        ));
    }
    if request.method() != Method::POST {
        return Ok(refusal(
            StatusCode::METHOD_NOT_ALLOWED,
            "send a conversation with POST",
        ));
    }
    let Ok(body) = Limited::new(request.into_body(), MOST).collect().await else {
        return Ok(refusal(
            StatusCode::PAYLOAD_TOO_LARGE,
            &format!("a request has at most {MOST} bytes"),
        ));
    };
    Ok(match asked(&body.to_bytes()) {
        Ok(asked) if asked.stream => in_parts(server, asked),
        Ok(asked) => whole(server, asked).await,
        Err(problem) => refusal(StatusCode::BAD_REQUEST, &problem),
    })
}

fn asked(body: &[u8]) -> Result<Asked, String> {
    let body: Value =
        serde_json::from_slice(body).map_err(|e| format!("the body is not JSON: {e}"))?;
    let messages = body
        .get("messages")
        .and_then(Value::as_array)
        .ok_or("messages is missing")?;
    let messages = messages.iter().map(|message| {
        let text = |name: &str| message.get(name).and_then(Value::as_str).map(str::to_owned);
        Some((text("role")?, text("content")?))
    });
    let limit = ["max_completion_tokens", "max_tokens"]
        .into_iter()
        .find_map(|name| body.get(name)?.as_u64());
    Ok(Asked {
        messages: messages
            .collect::<Option<_>>()
            .ok_or("a message needs a role and a content that is text")?,
        most: usize::try_from(limit.unwrap_or(TOKENS)).unwrap_or(usize::MAX),
        stream: body.get("stream").and_then(Value::as_bool).unwrap_or(false),
    })
}

async fn whole(server: Arc<Server>, asked: Asked) -> Response<Parts> {
    let answered = tokio::task::spawn_blocking(move || {
        let mut text = String::new();
        let ended = server.answer(asked, |part| {
            text.push_str(part);
            true
        });
        ended.map(|(reason, usage)| {
            let message = json!({"role": "assistant", "content": text});
            json!({"choices": [{"index": 0, "message": message, "finish_reason": reason}], "usage": usage})
        })
    });
    match answered.await {
        Ok(Ok(body)) => json_reply(StatusCode::OK, &body),
        Ok(Err(problem)) => refusal(StatusCode::BAD_REQUEST, &format!("{problem:#}")),
        Err(broken) => refusal(StatusCode::INTERNAL_SERVER_ERROR, &broken.to_string()),
    }
}

fn in_parts(server: Arc<Server>, asked: Asked) -> Response<Parts> {
    let (sender, parts) = mpsc::channel(WAITING);
    tokio::task::spawn_blocking(move || {
        let send = |event: &str| {
            sender
                .blocking_send(format!("data: {event}\n\n").into())
                .is_ok()
        };
        let ended = server.answer(asked, |part| {
            send(&json!({"choices": [{"index": 0, "delta": {"content": part}}]}).to_string())
        });
        // Who is gone reads no end.
        match ended {
            Ok((reason, usage)) => {
                let end = json!({"index": 0, "delta": {}, "finish_reason": reason});
                send(&json!({"choices": [end]}).to_string());
                send(&json!({"choices": [], "usage": usage}).to_string());
            }
            Err(problem) => {
                send(&json!({"error": {"message": format!("{problem:#}")}}).to_string());
            }
        }
        send("[DONE]");
    });
    response(StatusCode::OK, "text/event-stream", parts)
}

fn refusal(status: StatusCode, problem: &str) -> Response<Parts> {
    json_reply(
        status,
        &json!({"error": {"message": problem, "type": "invalid_request_error"}}),
    )
}

fn json_reply(status: StatusCode, body: &Value) -> Response<Parts> {
    let (sender, parts) = mpsc::channel(1);
    // There is room for one.
    let _ = sender.try_send(Bytes::from(body.to_string()));
    response(status, "application/json", parts)
}

fn response(status: StatusCode, kind: &str, parts: Receiver<Bytes>) -> Response<Parts> {
    let mut response = Response::new(Parts(parts));
    *response.status_mut() = status;
    if let Ok(kind) = kind.parse() {
        response.headers_mut().insert(CONTENT_TYPE, kind);
    }
    response
}

impl Server {
    /// Why the answer ended, and its tokens.
    fn answer(
        &self,
        asked: Asked,
        part: impl FnMut(&str) -> bool,
    ) -> Result<(&'static str, Value)> {
        let model = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = model.answer(asked.messages, asked.most, part);
        self.last
            .store(self.started.elapsed().as_secs(), Ordering::Relaxed);
        let ended = ended?;
        let usage = json!({
            "prompt_tokens": ended.prompt_tokens,
            "completion_tokens": ended.answer_tokens,
            "total_tokens": ended.prompt_tokens + ended.answer_tokens,
        });
        Ok((if ended.is_cut { "length" } else { "stop" }, usage))
    }
}
