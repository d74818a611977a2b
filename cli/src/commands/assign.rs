//! `uniroute assign`: where prompts lie among the clusters.

use super::answers::{self, Answers, Part};
use crate::args::RouterArgs;
use crate::input::artefacts;
use crate::input::prompts::{self, Batch, InputArgs, Item, Prompts};
use crate::output::sink::OutputArgs;
use anyhow::Result;
use serde_json::Value;
use uniroute::Router;
use uniroute::route::{Placed, Request, heaviest_cluster, place_in};
use uniroute_tables::write::{Cell, Column, Kind};

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    router: RouterArgs,
    /// Also the weights of all clusters, which sum to 1: a column `cluster_N` each
    #[arg(long)]
    memberships: bool,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    output: OutputArgs,
    /// The prompt; `-` or nothing reads standard input, as for `route`
    prompt: Option<String>,
}

pub fn run(args: Args) -> Result<()> {
    let router = artefacts::router(&args.router)?;
    let batch = match prompts::read(args.prompt, &args.input)? {
        Prompts::One(prompt) => Batch::of(vec![Value::String(prompt)]),
        Prompts::Many(batch) => batch,
    };
    let columns = columns(&router, args.memberships);
    let answers = Answers {
        unreadable: vec![Cell::NONE; columns.len()],
        columns,
        done: "assigned",
    };
    let answer = |items: &[Item]| {
        let prompts: Vec<&str> = items.iter().map(|item| item.prompt.as_str()).collect();
        let placed = place_in(&router, &prompts, &Request::default());
        let rows = items.iter().zip(&placed);
        Ok(Part {
            answers: rows
                .map(|(item, placed)| row(&router, item, placed, args.memberships))
                .collect(),
            sums: (),
        })
    };
    answers::answer_all(batch, &args.output, answers, answer, |()| ())?.check()
}

fn columns(router: &Router, memberships: bool) -> Vec<Column> {
    let mut columns = vec![
        Column::new("id", Kind::Text),
        Column::new("cluster", Kind::Whole),
        Column::new("name", Kind::Text),
        Column::new("field", Kind::Text),
        Column::new("weight", Kind::Number),
        Column::new("trust", Kind::Number),
    ];
    if memberships {
        let clusters = 0..router.clusters().len();
        columns.extend(clusters.map(|c| Column::new(format!("cluster_{c}"), Kind::Number)));
    }
    columns
}

fn row(router: &Router, item: &Item, placed: &Placed, memberships: bool) -> Vec<Cell> {
    let number = |value: f32| Cell::Number(f64::from(value));
    let cluster = heaviest_cluster(placed);
    let name = cluster.and_then(|c| router.clusters().names().get(c));
    let weight = cluster.and_then(|c| placed.membership.get(c).copied());
    let mut row = vec![
        Cell::Value(item.id.clone()),
        Cell::from(cluster.map(|c| c as f64)),
        Cell::from(name.map(String::as_str)),
        Cell::from(cluster.and_then(|c| router.field(c))),
        Cell::from(weight.map(f64::from)),
        number(placed.trust),
    ];
    if memberships {
        row.extend(placed.membership.iter().copied().map(number));
    }
    row
}
