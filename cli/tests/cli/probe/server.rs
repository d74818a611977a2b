//! A server with OpenAI's chat interface that answers by rule.

use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use uniroute_probe::Probe;
use uniroute_probe::families::{OPEN, probes};
use uniroute_probe::grade::Answer;

/// What the server does with a request.
pub enum Act {
    /// Sends an answer as a stream of events.
    Stream(Answer),
    /// Sends an answer in one piece.
    Whole(Answer),
    /// Sends an answer in one piece under this content type.
    Typed(Answer, &'static str),
    /// Sends a status with further headers and a body.
    Status(&'static str, &'static str, &'static str),
    /// Sends these bytes as the body of a reply and closes.
    Bytes(&'static str),
    /// Begins a stream and closes the connection within it.
    Cut(Answer),
    /// Begins a stream and then sends nothing more.
    Stall(Answer),
    /// Never replies.
    Silence,
}

/// A request as the rule sees it.
pub struct Asked<'a> {
    /// The probe with this prompt, if there is one.
    pub probe: Option<&'a Probe>,
    /// The whole body.
    pub body: &'a Value,
    /// How many requests with the same prompt came before.
    pub before: usize,
    /// How many requests came before at all.
    pub number: usize,
    /// How many other prompts came before.
    pub others: usize,
}

type Rule = dyn Fn(&Asked) -> Act + Send + Sync;

#[derive(Default)]
struct Seen {
    by_prompt: HashMap<String, usize>,
    number: usize,
    open: usize,
}

/// The server; it ends with this value.
pub struct Server {
    address: String,
    seen: Arc<Mutex<Seen>>,
    ended: Arc<AtomicBool>,
}

impl Server {
    pub fn start(seed: u64, rule: impl Fn(&Asked) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let mut known: HashMap<String, Probe> = probes(seed, 4)
            .into_iter()
            .map(|p| (p.prompt.clone(), p))
            .collect();
        for n in 0..9 {
            let open = OPEN.probe(seed, uniroute_probe::Difficulty::ALL[n % 3], n / 3);
            known.insert(open.prompt.clone(), open);
        }
        let (seen, ended) = (Arc::<Mutex<Seen>>::default(), Arc::<AtomicBool>::default());
        let shared = (
            Arc::new(known),
            seen.clone(),
            ended.clone(),
            Arc::<Rule>::from(Box::new(rule) as Box<Rule>),
        );
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (known, seen, ended, rule) = shared.clone();
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                thread::spawn(move || {
                    // A client that is killed closes its end.
                    let _ = stream.map(|stream| serve(stream, &known, &seen, &ended, &*rule));
                });
            }
        });
        Self {
            address,
            seen,
            ended,
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// How often each prompt was asked.
    pub fn counts(&self) -> HashMap<String, usize> {
        self.seen.lock().unwrap().by_prompt.clone()
    }

    /// Requests that wait for a reply.
    pub fn open(&self) -> usize {
        self.seen.lock().unwrap().open
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(&self.address);
    }
}

fn serve(
    stream: TcpStream,
    known: &HashMap<String, Probe>,
    seen: &Mutex<Seen>,
    ended: &AtomicBool,
    rule: &Rule,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut length, mut line) = (0, String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let lower = line.to_lowercase();
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let body: Value = serde_json::from_slice(&body)?;
    let prompt = body["messages"][0]["content"].as_str().unwrap().to_owned();
    let act = {
        let mut seen = seen.lock().unwrap();
        let others = seen.by_prompt.len();
        let before = *seen
            .by_prompt
            .entry(prompt.clone())
            .and_modify(|n| *n += 1)
            .or_insert(1)
            - 1;
        let asked = Asked {
            probe: known.get(&prompt),
            body: &body,
            before,
            number: seen.number,
            others,
        };
        let act = rule(&asked);
        seen.number += 1;
        seen.open += usize::from(matches!(act, Act::Silence | Act::Stall(_)));
        act
    };
    let waits = matches!(act, Act::Silence | Act::Stall(_));
    let mut stream = stream;
    reply(&mut stream, act)?;
    if waits {
        // Until the client goes away, or the test is over.
        stream.set_read_timeout(Some(Duration::from_millis(20)))?;
        let mut byte = [0];
        while !ended.load(Ordering::SeqCst) && !matches!(stream.read(&mut byte), Ok(0)) {}
        seen.lock().unwrap().open -= 1;
    }
    Ok(())
}

fn head(kind: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n")
}

fn reply(stream: &mut TcpStream, act: Act) -> std::io::Result<()> {
    match act {
        Act::Silence => Ok(()),
        Act::Stream(answer) => {
            stream.write_all(head("text/event-stream").as_bytes())?;
            stream.write_all(events(&answer).as_bytes())?;
            stream.write_all(END.as_bytes())
        }
        Act::Cut(answer) | Act::Stall(answer) => {
            stream.write_all(head("text/event-stream").as_bytes())?;
            stream.write_all(events(&answer).as_bytes())
        }
        Act::Whole(answer) => whole(stream, &answer, "application/json"),
        Act::Typed(answer, kind) => whole(stream, &answer, kind),
        Act::Status(status, headers, body) => {
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            stream.write_all(head.as_bytes())
        }
        Act::Bytes(body) => {
            stream.write_all(head("application/json").as_bytes())?;
            stream.write_all(body.as_bytes())
        }
    }
}

const END: &str = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
    data: {\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":20}}\n\ndata: [DONE]\n\n";

/// The answer in pieces of a few letters.
fn events(answer: &Answer) -> String {
    let mut out = String::from(": ready\n\n");
    let chars: Vec<char> = answer.text.chars().collect();
    for piece in chars.chunks(9) {
        let delta = json!({"content": piece.iter().collect::<String>()});
        out += &format!("data: {}\n\n", json!({"choices": [{"delta": delta}]}));
    }
    for (index, (name, arguments)) in answer.calls.iter().enumerate() {
        let call =
            json!({"index": index, "function": {"name": name, "arguments": arguments.to_string()}});
        out += &format!(
            "data: {}\n\n",
            json!({"choices": [{"delta": {"tool_calls": [call]}}]})
        );
    }
    out
}

fn whole(stream: &mut TcpStream, answer: &Answer, kind: &str) -> std::io::Result<()> {
    let calls: Vec<Value> = answer
        .calls
        .iter()
        .map(|(name, arguments)| json!({"function": {"name": name, "arguments": arguments.to_string()}}))
        .collect();
    let mut message = json!({"role": "assistant", "content": answer.text});
    if !calls.is_empty() {
        message["tool_calls"] = calls.into();
    }
    let body = json!({"choices": [{"message": message, "finish_reason": "stop"}],
                      "usage": {"prompt_tokens": 100, "completion_tokens": 20}});
    stream.write_all(head(kind).as_bytes())?;
    stream.write_all(body.to_string().as_bytes())
}
