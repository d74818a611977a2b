//! `uniroute cost`.

use crate::args::CostArgs;
use crate::prompts::{self, Item, Line, Prompts};
use crate::{files, table};
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::io::{BufWriter, Write};
use uniroute::cost::Cost;
use uniroute::pool::Pool;
use uniroute::route::place;
use uniroute::router_file::Router;

pub fn run(args: CostArgs) -> Result<()> {
    let router = files::router(&args.router)?;
    let pool = files::pool(&args.pool, &router)?;
    if let Some(tokens) = args.output_tokens
        && !(tokens.is_finite() && tokens >= 0.0)
    {
        bail!("--output-tokens {tokens} is not a finite number of 0 or more");
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut refused = 0;
    match prompts::read(args.prompt)? {
        Prompts::One(prompt) => {
            let costs = costs(&router, &pool, &prompt, args.output_tokens);
            match args.json {
                true => writeln!(out, "{}", answer(Value::Null, &costs)?)?,
                false => report(&mut out, &costs)?,
            }
        }
        Prompts::Lines(lines) => {
            for line in lines {
                let Line { number, item } = line?;
                match item {
                    Ok(Item { id, prompt }) => {
                        let costs = costs(&router, &pool, &prompt, args.output_tokens);
                        writeln!(out, "{}", answer(id, &costs)?)?;
                    }
                    Err(problem) => {
                        refused += 1;
                        writeln!(
                            out,
                            "{}",
                            json!({"id": null, "error": problem, "line": number})
                        )?;
                    }
                }
            }
        }
    }
    out.flush()?;
    if refused > 0 {
        bail!("{refused} lines could not be read; each is answered with an `error`");
    }
    Ok(())
}

fn costs<'a>(
    router: &Router,
    pool: &'a Pool,
    prompt: &str,
    output_tokens: Option<f64>,
) -> Vec<(&'a str, Cost)> {
    let placed = place(router, prompt);
    let mut costs: Vec<_> = pool
        .models()
        .iter()
        .map(|m| {
            let tokens_out =
                output_tokens.unwrap_or_else(|| m.output_tokens.expected(&placed.membership));
            (
                m.id.as_str(),
                m.prices.cost(placed.tokens as f64, tokens_out, false),
            )
        })
        .collect();
    let dear = |c: &Cost| c.total.unwrap_or(f64::INFINITY);
    costs.sort_by(|a, b| dear(&a.1).total_cmp(&dear(&b.1)).then(a.0.cmp(b.0)));
    costs
}

fn answer(id: Value, costs: &[(&str, Cost)]) -> Result<Value> {
    let models: Vec<_> = costs
        .iter()
        .map(|(model, cost)| json!({"id": model, "cost": cost}))
        .collect();
    Ok(match id {
        Value::Null => json!({"models": models}),
        id => json!({"id": id, "models": models}),
    })
}

fn report(out: &mut impl Write, costs: &[(&str, Cost)]) -> Result<()> {
    let usd = |v: Option<f64>| v.map_or("unknown".into(), |v| format!("{v:.7}"));
    let rows: Vec<_> = costs
        .iter()
        .map(|(model, c)| {
            vec![
                (*model).to_owned(),
                format!("{:.0}", c.tokens_in),
                format!("{:.0}", c.tokens_out),
                usd(c.input),
                usd(c.output),
                usd(c.total),
            ]
        })
        .collect();
    let header = [
        "model",
        "tokens in",
        "tokens out",
        "USD in",
        "USD out",
        "USD",
    ];
    table::write(out, &header, &rows)?;
    writeln!(
        out,
        "\nTokens are estimates: each model counts with a tokenizer of its own."
    )?;
    Ok(())
}
