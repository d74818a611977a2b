//! `uniroute route`: which model should get a prompt.

use super::answers::{self, Answers, Part};
use crate::args::{PoolArgs, RouterArgs};
use crate::input::artefacts;
use crate::input::exact_tokens::Tables;
use crate::input::prompts::{self, Batch, InputArgs, Item, Prompts};
use crate::output::sink::OutputArgs;
use crate::output::{streams, table, visible};
use anyhow::{Result, bail};
use std::fmt::{self, Write};
use uniroute::Router;
use uniroute::pool::Pool;
use uniroute::route::{
    Candidate, Decision, Objective, Placed, Previous, Request, choose, decide, heaviest_cluster,
    place_in, route,
};
use uniroute_tables::write::{Cell, Column, Kind};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    router: RouterArgs,
    #[command(flatten)]
    pool: PoolArgs,
    #[command(flatten)]
    choice: ChoiceArgs,
    #[command(flatten)]
    conversation: ConversationArgs,
    /// Count input tokens exactly for models of o200k and cl100k; others stay estimated
    #[arg(long)]
    exact_tokens: bool,
    /// The whole decision as JSON; of many prompts, in place of id, model, quality, cost and field
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    output: OutputArgs,
    /// The prompt; `-` or nothing reads standard input: one prompt, JSONL with
    /// {"id": …, "prompt": …} a line, or a JSON list
    prompt: Option<String>,
}

/// What decides between models, and which of them may be chosen.
#[derive(clap::Args)]
pub struct ChoiceArgs {
    #[command(flatten)]
    objective: ObjectiveArgs,
    /// Only these models
    #[arg(long, value_name = "ID", num_args = 1..)]
    allow: Vec<String>,
    /// Never these models
    #[arg(long, value_name = "ID", num_args = 1..)]
    deny: Vec<String>,
    /// Capabilities that a model must have, for example `vision`
    #[arg(long, value_name = "CAP", num_args = 1..)]
    need: Vec<String>,
    /// Only models with one of these tags, for example `local`
    #[arg(long, value_name = "TAG", num_args = 1..)]
    allow_tag: Vec<String>,
    /// Most seconds to the end of the answer, by the speed that the pool has for each model
    #[arg(long, value_name = "SECONDS")]
    max_latency: Option<f64>,
    /// Consider models whose speed is unknown, as if they were fast enough
    #[arg(long, requires = "max_latency")]
    allow_untimed: bool,
    /// Output tokens, if you know better than the pool
    #[arg(long, value_name = "TOKENS")]
    output_tokens: Option<f64>,
    /// Consider models without a price, as if they were free
    #[arg(long)]
    allow_unpriced: bool,
}

impl ChoiceArgs {
    /// The request of a prompt without a conversation.
    pub fn request(self) -> Request {
        Request {
            objective: objective(&self.objective),
            allow: self.allow,
            deny: self.deny,
            need: self.need,
            allow_tags: self.allow_tag,
            max_latency: self.max_latency,
            allow_untimed: self.allow_untimed,
            expected_output_tokens: self.output_tokens,
            allow_unpriced: self.allow_unpriced,
            ..Request::default()
        }
    }
}

/// The turns before the prompt, and what they left in a cache.
#[derive(clap::Args)]
struct ConversationArgs {
    /// An earlier turn of the user, oldest first; once for each
    #[arg(long, value_name = "TEXT")]
    earlier: Vec<String>,
    /// Model of the last turn, whose provider may have the conversation in its cache
    #[arg(long, value_name = "ID", requires = "cached_tokens")]
    previous: Option<String>,
    /// Input tokens that it has there
    #[arg(long, value_name = "TOKENS", requires = "previous")]
    cached_tokens: Option<f64>,
    /// Seconds since the last turn; a cache is kept for 300
    #[arg(long, value_name = "SECONDS", requires = "previous")]
    cache_age: Option<f64>,
}

impl ConversationArgs {
    fn previous(&self) -> Option<Previous> {
        let known = Previous::new(self.previous.as_ref()?, self.cached_tokens?);
        Some(Previous {
            age: self.cache_age.unwrap_or(known.age),
            ..known
        })
    }
}

#[derive(clap::Args)]
#[group(multiple = false)]
struct ObjectiveArgs {
    /// Weight of cost: quality (0 to 1) per US dollar [default: 0]
    #[arg(long, value_name = "L")]
    lambda: Option<f64>,
    /// Best model that costs at most this many US dollars for the prompt
    #[arg(long, value_name = "USD")]
    max_cost: Option<f64>,
    /// Cheapest model expected to reach this quality, from 0 to 1
    #[arg(long, value_name = "Q")]
    min_quality: Option<f64>,
}

pub fn run(args: Args) -> Result<()> {
    let router = artefacts::router(&args.router)?;
    let pool = artefacts::pool(&args.pool, &router)?;
    let request = Request {
        previous: args.conversation.previous(),
        earlier: args.conversation.earlier,
        ..args.choice.request()
    };
    let tables = Tables::of(&pool, args.exact_tokens)?;
    let routing = Routing {
        router,
        pool,
        request,
        tables,
    };
    match prompts::read(args.prompt, &args.input)? {
        Prompts::One(prompt) => {
            args.output.check_one()?;
            one(&routing.decision(&prompt)?, args.json)
        }
        Prompts::Many(batch) => many(&routing, batch, &args.output, args.json),
    }
}

/// What decides.
struct Routing {
    router: Router,
    pool: Pool,
    request: Request,
    tables: Tables,
}

impl Routing {
    fn decision(&self, prompt: &str) -> Result<Decision> {
        let request = self.tables.count(&self.request, prompt);
        Ok(route(&self.router, &self.pool, prompt, &request)?)
    }

    /// The row of a prompt: its id and what was chosen.
    fn brief(&self, Item { id, prompt }: &Item, placed: &Placed) -> Result<Vec<Cell>> {
        let request = self.tables.count(&self.request, prompt);
        let choice = choose(&self.pool, placed, &request)?;
        let model = choice.and_then(|choice| self.pool.models().get(choice.model));
        Ok(vec![
            Cell::Value(id.clone()),
            Cell::from(model.map(|model| model.id.as_str())),
            Cell::from(choice.map(|choice| choice.quality)),
            Cell::from(choice.and_then(|choice| choice.cost)),
            Cell::from(self.field(placed)),
        ])
    }

    /// The field of the prompt's cluster, or the cluster's name in a router without fields.
    fn field(&self, placed: &Placed) -> Option<&str> {
        let cluster = heaviest_cluster(placed)?;
        let name = || self.router.clusters().names().get(cluster);
        self.router
            .field(cluster)
            .or_else(|| name().map(String::as_str))
    }

    /// The row of a prompt: its id and the decision.
    fn whole(&self, Item { id, prompt }: &Item, placed: &Placed) -> Result<Vec<Cell>> {
        let request = self.tables.count(&self.request, prompt);
        let decision = decide(&self.router, &self.pool, placed, &request)?;
        let json = Cell::Json(serde_json::to_string(&decision)?);
        Ok(vec![Cell::Value(id.clone()), json])
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
    match json {
        true => streams::print_json(decision)?,
        false => streams::print(&report(decision)?)?,
    }
    if decision.model.is_none() {
        bail!("{}", decision.reason);
    }
    Ok(())
}

fn report(decision: &Decision) -> Result<String, fmt::Error> {
    let mut out = String::new();
    writeln!(out, "{}\n", visible::line(&decision.reason))?;
    let rows: Vec<_> = decision.candidates.iter().map(row).collect();
    let header = ["model", "quality", "90 % interval", "USD", "score", ""];
    out.push_str(&table::lines(&header, &rows));
    writeln!(out, "\nThe prompt looks like:")?;
    for share in decision.clusters.iter().filter(|c| c.weight >= 0.05) {
        let label = visible::line(&share.label);
        writeln!(out, "  {:>3.0} %  {label}", share.weight * 100.0)?;
    }
    Ok(out)
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

fn many(routing: &Routing, batch: Batch, out: &OutputArgs, whole: bool) -> Result<()> {
    let id = Column::new("id", Kind::Text);
    let (columns, nothing) = match whole {
        true => (
            vec![id, Column::new("decision", Kind::Object)],
            Cell::Json("{\"model\":null}".to_owned()),
        ),
        false => (
            vec![
                id,
                Column::new("model", Kind::Text),
                Column::new("quality", Kind::Number),
                Column::new("cost", Kind::Number),
                Column::new("field", Kind::Text),
            ],
            Cell::NONE,
        ),
    };
    let mut unreadable = vec![nothing; columns.len()];
    if let Some(id) = unreadable.first_mut() {
        *id = Cell::NONE;
    }
    let answers = Answers {
        columns,
        unreadable,
        done: "routed",
    };
    let answer = |items: &[Item]| {
        let prompts: Vec<&str> = items.iter().map(|item| item.prompt.as_str()).collect();
        let placed = place_in(&routing.router, &prompts, &routing.request);
        let rows = items.iter().zip(&placed).map(|(item, placed)| match whole {
            true => routing.whole(item, placed),
            false => routing.brief(item, placed),
        });
        Ok(Part {
            answers: rows.collect::<Result<_>>()?,
            sums: (),
        })
    };
    answers::answer_all(batch, out, answers, answer, |()| ())?.check()
}
