//! `uniroute cost`.

use crate::args::CostArgs;
use crate::input::exact_tokens::Tables;
use crate::input::files;
use crate::input::prompts::{self, Item, Line, Prompts};
use crate::output::table;
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::io::{BufWriter, Write};
use uniroute::cost::Total;
use uniroute::pool::Pool;
use uniroute::route::{CostEstimate, CostTotals, InputTokens, Request, estimate, place};
use uniroute::router::Router;

pub fn run(args: CostArgs) -> Result<()> {
    let router = files::router(&args.router)?;
    let pool = files::pool(&args.pool, &router)?;
    let request = request(&args);
    let tables = Tables::of(&pool, args.exact_tokens)?;
    let costs = |prompt: &str| costs(&router, &pool, prompt, &tables.count(&request, prompt));
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut total = CostTotals::new(&pool, None, &request)?;
    let mut refused = 0;
    match prompts::read(args.prompt)? {
        Prompts::One(prompt) if args.total => total.add_costs(&costs(&prompt)?),
        Prompts::One(prompt) => match args.json {
            true => writeln!(out, "{}", answer(Value::Null, &costs(&prompt)?))?,
            false => report(&mut out, &costs(&prompt)?)?,
        },
        Prompts::Lines(lines) => {
            for line in lines {
                let Line { number, item } = line?;
                match item {
                    Ok(item) if args.total => total.add_costs(&costs(&item.prompt)?),
                    Ok(Item { id, prompt }) => writeln!(out, "{}", answer(id, &costs(&prompt)?))?,
                    Err(problem) => {
                        refused += 1;
                        let answer = json!({"id": null, "error": problem, "line": number});
                        writeln!(out, "{answer}")?;
                    }
                }
            }
        }
    }
    if args.total {
        report_total(&mut out, &pool, total, args.json)?;
    }
    out.flush()?;
    if refused > 0 {
        bail!("{refused} lines could not be read; each is answered with an `error`");
    }
    Ok(())
}

/// `TOKENS` or `NAME=TOKENS`.
pub fn counted(text: &str) -> Result<(Option<String>, f64), String> {
    let (name, tokens) = match text.rsplit_once('=') {
        Some((name, tokens)) => (Some(name.to_owned()), tokens),
        None => (None, text),
    };
    let tokens = tokens
        .parse()
        .map_err(|_| format!("{tokens:?} is not a number of tokens"))?;
    Ok((name, tokens))
}

fn request(args: &CostArgs) -> Request {
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
    let dear = |c: &CostEstimate| c.cost.total.unwrap_or(f64::INFINITY);
    costs.sort_by(|a, b| dear(a).total_cmp(&dear(b)).then_with(|| a.id.cmp(&b.id)));
    Ok(costs)
}

fn answer(id: Value, costs: &[CostEstimate]) -> Value {
    let models: Vec<_> = costs
        .iter()
        .map(|c| json!({"id": c.id, "cost": c.cost}))
        .collect();
    match id {
        Value::Null => json!({"models": models}),
        id => json!({"id": id, "models": models}),
    }
}

const HEADER: [&str; 8] = [
    "model",
    "tokenizer",
    "tokens in",
    "tokens out",
    "USD in",
    "USD out",
    "USD",
    "nine of ten",
];
const NOTE: &str =
    "~ marks tokens estimated for the model's tokenizer; --exact-tokens counts o200k and cl100k.";

fn report(out: &mut impl Write, costs: &[CostEstimate]) -> Result<()> {
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
    table::write(out, &HEADER, &rows)?;
    writeln!(out, "\n{NOTE}")?;
    Ok(())
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
fn report_total(
    out: &mut impl Write,
    pool: &Pool,
    totals: CostTotals,
    as_json: bool,
) -> Result<()> {
    let mut totals: Vec<_> = pool.models().iter().zip(totals.finish()).collect();
    let usd = |total: &Total| total.total.unwrap_or(f64::INFINITY);
    totals.sort_by(|(_, a), (_, b)| usd(&a.cost).total_cmp(&usd(&b.cost)));
    if as_json {
        let models: Vec<_> = totals
            .iter()
            .map(|(model, total)| json!({"id": model.id, "cost": total.cost}))
            .collect();
        writeln!(out, "{}", json!({"models": models}))?;
        return Ok(());
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
    table::write(out, &HEADER, &rows)?;
    let prompts = totals.first().map_or(0, |(_, total)| total.cost.prompts);
    writeln!(out, "\n{prompts} prompts. {NOTE}")?;
    Ok(())
}
