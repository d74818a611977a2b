//! One question, sent until it has an answer.

use super::client::{Failure, Next, Server};
use super::journal::Kept;
use super::limits::{LimitArgs, Prices};
use super::request::Question;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;
use uniroute_probe::reply::Finish;

/// Characters of English in a token, for replies whose tokens the server does not count.
const CHARACTERS_PER_TOKEN: f64 = 4.0;

/// Tokens that a server adds to a prompt, at most.
const TEMPLATE: usize = 64;

/// A question with what it can cost.
#[derive(Clone)]
pub struct Item {
    pub id: String,
    pub question: Question,
    pub prices: Option<Prices>,
}

impl Item {
    /// The most that it can cost in one attempt, in US dollars.
    pub fn most(&self) -> f64 {
        // No tokenizer makes more than one token of a byte.
        let tools = self
            .question
            .tools
            .iter()
            .map(|tool| tool.to_string().len());
        let input = (TEMPLATE + self.question.prompt.len() + tools.sum::<usize>()) as f64;
        self.prices
            .map_or(0.0, |p| p.cost(input, self.question.most_tokens as f64))
    }
}

/// What came of one question.
pub enum Outcome {
    Answer(Box<Kept>),
    None {
        problem: String,
        attempts: u32,
        paid_attempts: u32,
        stop: bool,
    },
}

/// Sends a question until it has an answer or the attempts are used up. Under a budget, money is reserved for one answer:
/// a reply that broke off may be paid, so the question is not sent again.
pub async fn attempts(
    server: Arc<Server>,
    gate: Arc<Gate>,
    limits: LimitArgs,
    budgeted: bool,
    item: Item,
) -> (Item, Outcome) {
    let mut kept = Kept {
        id: item.id.clone(),
        ..Kept::default()
    };
    // Dialects are few; a server that refuses each of them again and again is not asked for ever.
    let mut at_once = 0;
    let mut failed = 0;
    loop {
        gate.pass().await;
        kept.attempts += 1;
        let failure = match server.once(&item.question).await {
            Ok(got) => {
                kept.problems.extend(got.remark);
                let reply = got.reply;
                let usage = reply.usage.filter(|u| u.input > 0 || u.output > 0);
                let length =
                    |text: &str| (text.chars().count() as f64 / CHARACTERS_PER_TOKEN).ceil();
                kept.counted = usage.is_some();
                kept.input_tokens =
                    usage.map_or_else(|| length(&item.question.prompt), |u| u.input as f64);
                kept.output_tokens =
                    usage.map_or_else(|| length(&reply.answer.text), |u| u.output as f64);
                kept.cut = reply.finish != Finish::Stop;
                kept.first_token_s = got.first;
                kept.seconds = got.seconds;
                kept.text = reply.answer.text;
                kept.calls = reply.answer.calls;
                return (item, Outcome::Answer(Box::new(kept)));
            }
            Err(failure) => failure,
        };
        let Failure {
            problem,
            next,
            paid,
        } = failure;
        kept.paid_attempts += u32::from(paid);
        let stop = next == Next::Stop;
        match next {
            Next::AtOnce if at_once < 4 => {
                at_once += 1;
                continue;
            }
            Next::Again(asked) if failed < limits.retries && !(paid && budgeted) => {
                let wait = limits.wait(u32::try_from(failed).unwrap_or(u32::MAX), asked);
                if asked.is_some() {
                    gate.hold(wait);
                }
                kept.problems.push(problem);
                failed += 1;
                tokio::time::sleep(wait).await;
            }
            _ => {
                let (attempts, paid_attempts) = (kept.attempts, kept.paid_attempts);
                return (
                    item,
                    Outcome::None {
                        problem,
                        attempts,
                        paid_attempts,
                        stop,
                    },
                );
            }
        }
    }
}

/// Lets requests pass at a rate, and none while the server asks to wait.
pub struct Gate {
    next: Mutex<Instant>,
    step: Duration,
}

impl Gate {
    pub fn new(rate: Option<u64>) -> Self {
        Self {
            next: Mutex::new(Instant::now()),
            step: rate.map_or(Duration::ZERO, |rate| {
                Duration::from_secs_f64(60.0 / rate as f64)
            }),
        }
    }

    async fn pass(&self) {
        let slot = {
            let mut next = self.next.lock().unwrap_or_else(|e| e.into_inner());
            let slot = (*next).max(Instant::now());
            *next = slot + self.step;
            slot
        };
        tokio::time::sleep_until(slot).await;
    }

    fn hold(&self, wait: Duration) {
        let mut next = self.next.lock().unwrap_or_else(|e| e.into_inner());
        *next = (*next).max(Instant::now() + wait);
    }
}
