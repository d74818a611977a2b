//! `uniroute cost`: what a prompt costs with each model.

use super::answers::{self, Answers, Part};
use crate::args::{PoolArgs, RouterArgs};
use crate::input::artefacts;
use crate::input::exact_tokens::Tables;
use crate::input::prompts::{self, InputArgs, Item, Prompts};
use crate::output::sink::OutputArgs;
use crate::output::{streams, table};
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uniroute::cost::{Family, Total};
use uniroute::pool::Pool;
use uniroute::route::{CostEstimate, CostTotals, InputTokens, Request, estimate, place};
use uniroute::router::Router;
use uniroute_tables::write::{Cell, Column, Kind};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    router: RouterArgs,
    #[command(flatten)]
    pool: PoolArgs,
    /// Input tokens, if you have counted them: TOKENS for all models, or NAME=TOKENS for a model or a
    /// tokenizer (o200k, cl100k, llama3, qwen, gemma, claude)
    #[arg(long, value_name = "[NAME=]TOKENS", num_args = 1.., value_parser = counted)]
    input_tokens: Vec<(Option<String>, f64)>,
    /// Count input tokens exactly for models of o200k and cl100k; others stay estimated
    #[arg(long)]
    exact_tokens: bool,
    /// Input tokens that the provider has in its cache
    #[arg(long, value_name = "TOKENS", default_value_t = 0.0)]
    cached_tokens: f64,
    /// Output tokens, if you know better than the pool
    #[arg(long, value_name = "TOKENS")]
    output_tokens: Option<f64>,
    /// Hidden reasoning tokens before the answer
    #[arg(long, value_name = "TOKENS", default_value_t = 0.0)]
    reasoning_tokens: f64,
    /// Add up all prompts
    #[arg(long)]
    total: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    output: OutputArgs,
    /// The prompt; `-` or nothing reads standard input, as for `route`
    prompt: Option<String>,
}

pub fn run(args: Args) -> Result<()> {
    let router = artefacts::router(&args.router)?;
    let pool = artefacts::pool(&args.pool, &router)?;
    check_names(&args.input_tokens, &pool)?;
    let request = request(&args);
    let tables = Tables::of(&pool, args.exact_tokens)?;
    let costs = |prompt: &str| costs(&router, &pool, prompt, &tables.count(&request, prompt));
    let mut total = CostTotals::new(&pool, None, &request)?;
    let mut count = None;
    match prompts::read(args.prompt, &args.input)? {
        Prompts::One(prompt) => {
            args.output.check_one()?;
            let costs = costs(&prompt)?;
            match (args.total, args.json) {
                (true, _) => total.add_costs(&costs),
                (false, true) => streams::print_json(&json!({"models": models(&costs)}))?,
                (false, false) => streams::print(&report(&costs))?,
            }
        }
        Prompts::Many(batch) => {
            let answers = Answers {
                columns: vec![
                    Column::sparse("id", Kind::Text),
                    Column::sparse("models", Kind::Text),
                ],
                unreadable: vec![Cell::Value(Value::Null); 2],
                done: "estimated",
            };
            let answer = |items: &[Item]| {
                let all = items.iter().map(|item| costs(&item.prompt));
                let all: Vec<Vec<CostEstimate>> = all.collect::<Result<_>>()?;
                let row = |(item, costs): (&Item, &Vec<CostEstimate>)| {
                    vec![
                        Cell::Value(item.id.clone()),
                        Cell::Json(models(costs).to_string()),
                    ]
                };
                Ok(match args.total {
                    true => Part {
                        answers: Vec::new(),
                        sums: all,
                    },
                    false => Part {
                        answers: items.iter().zip(&all).map(row).collect(),
                        sums: Vec::new(),
                    },
                })
            };
            let add = |all: Vec<Vec<CostEstimate>>| all.iter().for_each(|c| total.add_costs(c));
            let counted = answers::answer_all(batch, &args.output, answers, answer, add)?;
            count = Some(counted);
        }
    }
    if args.total {
        print_total(&pool, total, args.json)?;
    }
    count.map_or(Ok(()), |count| count.check())
}

/// Counts must be of models or tokenizers that there are.
fn check_names(counts: &[(Option<String>, f64)], pool: &Pool) -> Result<()> {
    let models: BTreeSet<&str> = pool.models().iter().map(|m| m.id.as_str()).collect();
    let tokenizers = Family::ALL.map(Family::name);
    let known = |name: &str| models.contains(name) || tokenizers.contains(&name);
    let names = counts.iter().filter_map(|(name, _)| name.as_deref());
    match names.into_iter().find(|name| !known(name)) {
        None => Ok(()),
        Some(wrong) => bail!(
            "--input-tokens: {wrong:?} is no tokenizer ({}) and no model of the pool ({})",
            tokenizers.join(", "),
            models.into_iter().collect::<Vec<_>>().join(", ")
        ),
    }
}

/// `TOKENS` or `NAME=TOKENS`.
fn counted(text: &str) -> Result<(Option<String>, f64), String> {
    let (name, tokens) = match text.rsplit_once('=') {
        Some((name, tokens)) => (Some(name.to_owned()), tokens),
        None => (None, text),
    };
    let tokens = tokens
        .parse()
        .map_err(|_| format!("{tokens:?} is not a number of tokens"))?;
    Ok((name, tokens))
}

fn request(args: &Args) -> Request {
    let all = args.input_tokens.iter().find(|(name, _)| name.is_none());
    let named = args.input_tokens.iter().cloned();
    let named = named.filter_map(|(name, tokens)| Some((name?, tokens)));
    Request {
        input_tokens: match all {
            Some((_, tokens)) => InputTokens::Counted(*tokens),
            None => InputTokens::By(named.collect()),
        },
        cached_tokens: args.cached_tokens,
        reasoning_tokens: args.reasoning_tokens,
        expected_output_tokens: args.output_tokens,
        ..Request::default()
    }
}

/// Cheapest first.
fn costs(
    router: &Router,
    pool: &Pool,
    prompt: &str,
    request: &Request,
) -> Result<Vec<CostEstimate>> {
    let placed = place(router, prompt, &request.context);
    let mut costs = estimate(pool, &placed, None, request)?;
    let usd = |c: &CostEstimate| c.cost.total.unwrap_or(f64::INFINITY);
    costs.sort_by(|a, b| usd(a).total_cmp(&usd(b)).then_with(|| a.id.cmp(&b.id)));
    Ok(costs)
}

fn models(costs: &[CostEstimate]) -> Value {
    let models = costs.iter().map(|c| json!({"id": c.id, "cost": c.cost}));
    models.collect()
}

const HEADER: [&str; 8] = [
    "model",
    "tokenizer",
    "input tokens",
    "output tokens",
    "USD in",
    "USD out",
    "USD",
    "90 % interval",
];
const NOTE: &str =
    "~ marks tokens estimated for the model's tokenizer; --exact-tokens counts o200k and cl100k.";

fn report(costs: &[CostEstimate]) -> String {
    let rows: Vec<_> = costs
        .iter()
        .map(|CostEstimate { id, cost: c, .. }| {
            let tokens = [tokens(c.tokens_in, c.exact), format!("{:.0}", c.tokens_out)];
            row(
                id,
                c.tokenizer.name(),
                tokens,
                [c.input, c.output, c.total],
                c.range,
            )
        })
        .collect();
    format!("{}\n{NOTE}\n", table::lines(&HEADER, &rows))
}

fn tokens(tokens: f64, exact: bool) -> String {
    format!("{}{tokens:.0}", if exact { "" } else { "~" })
}

/// The cells under [`HEADER`].
fn row(
    id: &str,
    tokenizer: &str,
    [tokens_in, tokens_out]: [String; 2],
    usd: [Option<f64>; 3],
    range: Option<[f64; 2]>,
) -> Vec<String> {
    let [input, output, total] = usd.map(|v| v.map_or("unknown".into(), |v| format!("{v:.7}")));
    let range = range.map_or(String::new(), |[low, high]| {
        format!("{low:.7} to {high:.7}")
    });
    vec![
        id.to_owned(),
        tokenizer.to_owned(),
        tokens_in,
        tokens_out,
        input,
        output,
        total,
        range,
    ]
}

/// The totals over all prompts, cheapest first.
fn print_total(pool: &Pool, totals: CostTotals, as_json: bool) -> Result<()> {
    let mut totals: Vec<_> = pool.models().iter().zip(totals.finish()).collect();
    let usd = |total: &Total| total.total.unwrap_or(f64::INFINITY);
    totals.sort_by(|(_, a), (_, b)| usd(&a.cost).total_cmp(&usd(&b.cost)));
    if as_json {
        let models: Vec<_> = totals
            .iter()
            .map(|(model, total)| json!({"id": model.id, "cost": total.cost}))
            .collect();
        return streams::print_json(&json!({"models": models}));
    }
    let rows: Vec<_> = totals
        .iter()
        .map(|(model, total)| {
            let t = &total.cost;
            let tokens = [tokens(t.tokens_in, t.exact), format!("{:.0}", t.tokens_out)];
            let usd = [t.input, t.output, t.total];
            row(&model.id, model.tokenizer.name(), tokens, usd, t.range)
        })
        .collect();
    let table = table::lines(&HEADER, &rows);
    let prompts = totals.first().map_or(0, |(_, total)| total.cost.prompts);
    streams::print(&format!("{table}\n{prompts} prompts. {NOTE}\n"))
}
