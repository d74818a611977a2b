//! `uniroute route`.

use crate::args::{ObjectiveArgs, RouteArgs};
use crate::input::exact_tokens::Tables;
use crate::input::files;
use crate::input::prompts::{self, Item, Line, Prompts};
use crate::output::table;
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::io::{BufWriter, Write};
use uniroute::route::{Candidate, Decision, Objective, Request, route};

pub fn run(args: RouteArgs) -> Result<()> {
    let router = files::router(&args.router)?;
    let pool = files::pool(&args.pool, &router)?;
    let request = Request {
        objective: objective(&args.objective),
        allow: args.allow,
        deny: args.deny,
        need: args.need,
        expected_output_tokens: args.output_tokens,
        allow_unpriced: args.allow_unpriced,
        ..Request::default()
    };
    let tables = Tables::of(&pool, args.exact_tokens)?;
    let decide = |prompt: &str| {
        Ok(route(
            &router,
            &pool,
            prompt,
            &tables.count(&request, prompt),
        )?)
    };
    match prompts::read(args.prompt)? {
        Prompts::One(prompt) => one(&decide(&prompt)?, args.json),
        Prompts::Lines(lines) => many(decide, lines, args.json),
    }
}

fn objective(args: &ObjectiveArgs) -> Objective {
    match (args.max_cost, args.min_quality) {
        (Some(budget), _) => Objective::MaxCost(budget),
        (_, Some(floor)) => Objective::MinQuality(floor),
        _ => Objective::Lambda(args.lambda.unwrap_or(0.0)),
    }
}

fn one(decision: &Decision, json: bool) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match json {
        true => writeln!(out, "{}", serde_json::to_string(decision)?)?,
        false => report(&mut out, decision)?,
    }
    if decision.model.is_none() {
        bail!("{}", decision.reason);
    }
    Ok(())
}

fn report(out: &mut impl Write, decision: &Decision) -> Result<()> {
    writeln!(out, "{}\n", decision.reason)?;
    let rows: Vec<_> = decision.candidates.iter().map(row).collect();
    table::write(
        out,
        &["model", "quality", "90 % interval", "USD", "score", ""],
        &rows,
    )?;
    writeln!(out, "\nThe prompt looks like:")?;
    for share in decision.clusters.iter().filter(|c| c.weight >= 0.05) {
        writeln!(out, "  {:>3.0} %  {}", share.weight * 100.0, share.label)?;
    }
    Ok(())
}

fn row(candidate: &Candidate) -> Vec<String> {
    let [low, high] = candidate.interval;
    vec![
        candidate.id.clone(),
        format!("{:.3}", candidate.quality),
        format!("{low:.2} to {high:.2}"),
        candidate
            .cost
            .total
            .map_or("unknown".into(), |c| format!("{c:.7}")),
        candidate.score.map_or(String::new(), |s| format!("{s:.4}")),
        candidate
            .excluded
            .as_ref()
            .map_or(String::new(), |e| e.message.clone()),
    ]
}

fn many(
    decide: impl Fn(&str) -> Result<Decision>,
    lines: impl Iterator<Item = Result<Line>>,
    whole: bool,
) -> Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut refused = 0;
    for line in lines {
        let Line { number, item } = line?;
        let answer = match item {
            Ok(Item { id, prompt }) => {
                let decision = decide(&prompt)?;
                if whole {
                    full(id, &decision)?
                } else {
                    brief(id, &decision)
                }
            }
            Err(problem) => {
                refused += 1;
                json!({"id": null, "model": null, "error": problem, "line": number})
            }
        };
        writeln!(out, "{answer}")?;
    }
    out.flush()?;
    if refused > 0 {
        bail!("{refused} lines could not be read; each is answered with an `error`");
    }
    Ok(())
}

fn full(id: Value, decision: &Decision) -> Result<Value> {
    let mut answer = json!({"id": id});
    if let (Some(answer), Value::Object(fields)) =
        (answer.as_object_mut(), serde_json::to_value(decision)?)
    {
        answer.extend(fields);
    }
    Ok(answer)
}

fn brief(id: Value, decision: &Decision) -> Value {
    let chosen = decision.candidates.first().filter(|c| c.excluded.is_none());
    json!({
        "id": id,
        "model": decision.model,
        "quality": chosen.map(|c| c.quality),
        "interval": chosen.map(|c| c.interval),
        "cost": chosen.and_then(|c| c.cost.total),
        "outOfDistribution": decision.out_of_distribution,
        "cluster": decision.clusters.first().map(|c| &c.label),
        "reason": decision.reason,
    })
}
