//! Asks questions, several at once, and keeps every answer in the journal.

use super::args::Args;
use super::attempts::{Gate, Item, Outcome, attempts};
use super::client::Server;
use super::journal::{Journal, Kept, Line};
use super::judge;
use super::limits::{Money, Prices};
use super::measured::{Graded, Run};
use super::pool;
use super::request::Question;
use crate::output::progress::Steps;
use crate::output::streams::note;
use anyhow::Result;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::task::JoinSet;
use uniroute::Router;
use uniroute::pool::Pool;
use uniroute_probe::Probe;
use uniroute_probe::choose::Plan;
use uniroute_probe::grade::Grader;
use uniroute_probe::stable;

/// Questions between two looks at whether decisions are stable, a multiple of the difficulties.
const BLOCK: usize = 6;
/// Questions before the first such look.
const LEAST: usize = 24;
/// Decisions are stable if a block is expected to change less than this share of them.
const STABLE: f64 = 0.01;
/// Questions in a row without an answer after which the rest is not asked.
const IN_A_ROW: u32 = 8;
/// How a run ended.
#[derive(Debug, PartialEq)]
pub enum Ended {
    /// All questions were asked.
    All,
    /// Further questions would change too few decisions: this share.
    Stable(f64),
    /// The next question could cost more than is left.
    Budget,
    /// By the person.
    Interrupted,
    /// The server gives no answers.
    Unanswered(String),
}

/// When to stop before all questions are asked.
pub struct Stop<'a> {
    pub router: &'a Router,
    pub base: Option<&'a Pool>,
    pub model: &'a str,
    pub until_stable: bool,
}

struct Asker<'a> {
    args: &'a Args,
    server: Arc<Server>,
    gate: Arc<Gate>,
    journal: Journal,
    money: Money,
    steps: Steps,
    in_a_row: u32,
}

/// Asks the plan, then the open questions and the judge.
pub async fn ask(
    args: &Args,
    plan: &Plan,
    open: &[Probe],
    server: Server,
    journal: Journal,
    money: Money,
    stop: Stop<'_>,
) -> Result<(Run, Ended)> {
    let items: Vec<Item> = plan
        .probes
        .iter()
        .map(|p| item(args, p, money.prices))
        .collect();
    let total = items.len() + open.len() * 3;
    let mut asker = Asker {
        args,
        server: Arc::new(server),
        gate: Arc::new(Gate::new(args.limits.rate)),
        steps: Steps::new(total as u64, journal.found as u64, "asking"),
        journal,
        money,
        in_a_row: 0,
    };
    asker.count_earlier(&items);
    let mut ended = asker.plan(plan, &items, &stop).await?;
    if matches!(ended, Ended::All | Ended::Stable(_)) && !open.is_empty() {
        ended = asker.judged(open, ended).await?;
    }
    asker.steps.finish();
    let run = Run {
        spent: asker.money.spent,
        resumed: asker.journal.found,
        answers: asker.journal.entries.answers,
        failed: asker
            .journal
            .entries
            .failed
            .into_iter()
            .map(|(id, (problem, _))| (id, problem))
            .collect(),
    };
    Ok((run, ended))
}

fn item(args: &Args, probe: &Probe, prices: Option<Prices>) -> Item {
    Item {
        id: probe.id.clone(),
        question: Question {
            model: args.model.clone(),
            effort: args.effort.clone(),
            prompt: probe.prompt.clone(),
            tools: probe.tools.clone(),
            most_tokens: args.limits.max_output_tokens,
        },
        prices,
    }
}

impl Asker<'_> {
    /// What an earlier part of the run has spent. A question that was sent and has no answer may have been paid.
    fn count_earlier(&mut self, items: &[Item]) {
        let most: f64 = items.iter().map(Item::most).fold(0.0, f64::max);
        let lost = f64::from(self.journal.entries.lost());
        let entries = &self.journal.entries;
        let paid = |kept: &Kept| {
            let prices = if kept.id.starts_with(judge::PREFIX) {
                self.money.judge
            } else {
                self.money.prices
            };
            prices.map_or(0.0, |p| p.cost(kept.input_tokens, kept.output_tokens))
                + f64::from(kept.paid_attempts) * most
        };
        let failed: f64 = entries
            .failed
            .values()
            .map(|(_, paid)| f64::from(*paid) * most)
            .sum();
        self.money.spent += entries.answers.values().map(paid).sum::<f64>() + failed + lost * most;
    }

    /// The questions of the plan, in blocks where the run may end at any of them.
    async fn plan(&mut self, plan: &Plan, items: &[Item], stop: &Stop<'_>) -> Result<Ended> {
        if !stop.until_stable {
            return Ok(self.list(items).await?.unwrap_or(Ended::All));
        }
        let grader = Grader::new()?;
        let places = stable::places(stop.router, plan);
        let mut asked = 0;
        while asked < items.len() {
            let size = if asked == 0 { LEAST } else { BLOCK };
            let end = (asked + size).min(items.len());
            if let Some(ended) = self.list(items.get(asked..end).unwrap_or_default()).await? {
                return Ok(ended);
            }
            asked = end;
            let graded = Graded::of_plan(plan, asked, &self.journal.entries.answers, &grader);
            let next: Vec<usize> = (asked..(asked + BLOCK).min(items.len())).collect();
            if graded.is_empty() || next.is_empty() {
                continue;
            }
            let observed = plan.observations(&graded)?;
            let with_model = pool::with_model(stop.router, stop.base, stop.model, &observed)?;
            let changes = stable::expected_changes(
                stop.router,
                &with_model,
                stop.model,
                plan,
                &observed,
                &next,
                &places,
            )?;
            if changes < STABLE {
                return Ok(Ended::Stable(changes));
            }
        }
        Ok(Ended::All)
    }

    /// The open questions, then the judge's comparisons of the answers.
    async fn judged(&mut self, open: &[Probe], ended: Ended) -> Result<Ended> {
        let prices = self.money.prices;
        let questions: Vec<Item> = open.iter().map(|p| item(self.args, p, prices)).collect();
        if let Some(early) = self.list(&questions).await? {
            return Ok(early);
        }
        let prices = self.money.judge;
        let mut comparisons = Vec::new();
        for probe in open {
            let Some(kept) = self.journal.entries.answers.get(&probe.id) else {
                continue;
            };
            for (id, prompt) in judge::comparisons(probe, &kept.text) {
                comparisons.push(Item {
                    id,
                    question: Question {
                        model: self.args.judge.model.clone().unwrap_or_default(),
                        effort: None,
                        prompt,
                        tools: Vec::new(),
                        most_tokens: self.args.limits.max_output_tokens,
                    },
                    prices,
                });
            }
        }
        Ok(self.list(&comparisons).await?.unwrap_or(ended))
    }

    /// Asks those of a list that have no answer yet. `Some` if the run ends before its end.
    async fn list(&mut self, items: &[Item]) -> Result<Option<Ended>> {
        let answers = &self.journal.entries.answers;
        let mut waiting: Vec<Item> = items
            .iter()
            .filter(|i| !answers.contains_key(&i.id))
            .cloned()
            .collect();
        waiting.reverse();
        let mut open: BTreeMap<String, f64> = BTreeMap::new();
        let mut tasks = JoinSet::new();
        let mut early: Option<Ended> = None;
        let concurrency = usize::try_from(self.args.limits.concurrency)?;
        loop {
            while early.is_none() && tasks.len() < concurrency {
                let Some(item) = waiting.pop() else {
                    break;
                };
                if !self.money.reserve(item.most()) {
                    // What is under way may cost less than is reserved for it.
                    match tasks.is_empty() {
                        true => early = Some(Ended::Budget),
                        false => waiting.push(item),
                    }
                    break;
                }
                self.journal.asked(&item.id)?;
                open.insert(item.id.clone(), item.most());
                let (server, gate) = (self.server.clone(), self.gate.clone());
                let budgeted = self.args.budget.is_some();
                tasks.spawn(attempts(
                    server,
                    gate,
                    self.args.limits.clone(),
                    budgeted,
                    item,
                ));
            }
            let done = tokio::select! {
                done = tasks.join_next() => done,
                _ = tokio::signal::ctrl_c() => {
                    note!("interrupted; the answers so far are kept");
                    tasks.abort_all();
                    return Ok(Some(Ended::Interrupted));
                }
            };
            let Some(done) = done else {
                return Ok(early);
            };
            let (item, outcome) = done?;
            let reserved = open.remove(&item.id).unwrap_or(0.0);
            if let Some(ended) = self.settle(item, outcome, reserved)? {
                // What is under way may still be answered.
                early.get_or_insert(ended);
            }
        }
    }

    /// Keeps what came of a question; `Some` if no more should be asked.
    fn settle(&mut self, item: Item, outcome: Outcome, reserved: f64) -> Result<Option<Ended>> {
        self.steps.step();
        match outcome {
            Outcome::Answer(kept) => {
                let cost = item
                    .prices
                    .map_or(0.0, |p| p.cost(kept.input_tokens, kept.output_tokens));
                self.money
                    .settle(reserved, cost + f64::from(kept.paid_attempts) * item.most());
                self.journal.ended(Line::Answer(kept))?;
                self.in_a_row = 0;
                Ok(None)
            }
            Outcome::None {
                problem,
                attempts,
                paid_attempts,
                stop,
            } => {
                self.money
                    .settle(reserved, f64::from(paid_attempts) * item.most());
                self.in_a_row += 1;
                let reason = match (stop, self.in_a_row >= IN_A_ROW) {
                    (true, _) => Some(problem.clone()),
                    (false, true) => Some(format!(
                        "{IN_A_ROW} questions in a row had no answer; the last one: {problem}"
                    )),
                    (false, false) => None,
                };
                self.journal.ended(Line::Failed {
                    id: item.id,
                    problem,
                    attempts,
                    paid_attempts,
                })?;
                Ok(reason.map(Ended::Unanswered))
            }
        }
    }
}
