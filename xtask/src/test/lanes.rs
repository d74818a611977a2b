//! Two lanes of legs at the same time, so that one uses the cores that the other leaves idle.
//!
//! The legs on the page, the package and the servers run here, one after the other: clocks run in them, and they
//! build on each other. All others wait in one queue. Each runs in a process of its own at a lower priority, so that
//! it takes only what the first lane leaves; when the first lane is through, it helps with the queue.

use std::{
    collections::VecDeque,
    env,
    fs::{self, File},
    process::Command,
    sync::{Mutex, PoisonError},
    thread,
};

use anyhow::{Context, Result, anyhow};

use super::{leg::Leg, table::Row};
use crate::{files, process};

/// How much later than others a process is served, from 0 to 19: at 10 it gets a tenth of a core that both want.
const NICENESS: &str = "10";

/// Runs the legs; `serial` runs those of the first lane.
pub fn run(legs: &[Leg], serial: impl FnOnce(&[Leg]) -> Vec<Row>) -> Result<Vec<Row>> {
    let (beside, first): (Vec<Leg>, Vec<Leg>) = legs.iter().partition(|leg| leg.runs_beside());
    fs::create_dir_all(files::target().join("legs"))?;
    let mut queue = VecDeque::from(beside);
    // The builds of the first lane hold the folder of all others at first.
    queue.make_contiguous().sort_by_key(|leg| *leg != Leg::Fuzz);
    let queue = Mutex::new(queue);
    let work = |priority: Priority| {
        let next = || {
            let mut waiting = queue.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.pop_front()
        };
        let mut rows = Vec::new();
        while let Some(leg) = next() {
            rows.push(apart(leg, priority));
        }
        rows
    };
    let (mut rows, others) = thread::scope(|scope| {
        let second = scope.spawn(|| work(Priority::Low));
        let mut rows = serial(&first);
        rows.extend(work(Priority::Usual));
        (rows, second.join())
    });
    rows.extend(others.map_err(|_| anyhow!("the second lane of legs panicked"))?);
    Ok(rows)
}

#[derive(Clone, Copy, PartialEq)]
enum Priority {
    Usual,
    Low,
}

/// Runs a leg in a process of its own and prints what it wrote once it has ended.
fn apart(leg: Leg, priority: Priority) -> Row {
    eprintln!("\n[xtask] {} starts beside the others", leg.name());
    let log = files::target().join("legs").join(leg.name() + ".log");
    let row = recorded(leg, priority, &log);
    let text = fs::read(&log).unwrap_or_default();
    // In one piece, so that the lines of the other lane stay outside.
    eprint!("{}", String::from_utf8_lossy(&text));
    row.unwrap_or_else(|error| Row::new(leg, Err(error), 0.0, true))
}

fn recorded(leg: Leg, priority: Priority, log: &std::path::Path) -> Result<Row> {
    let result = log.with_extension("json");
    if result.exists() {
        fs::remove_file(&result)?;
    }
    let out = File::create(log)?;
    let status = this_program(priority)?
        .args(["test", &leg.name(), "--result"])
        .arg(&result)
        .stderr(out.try_clone()?)
        .stdout(out)
        .status()?;
    let rows = fs::read(&result).ok();
    let rows: Vec<Row> = rows
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let row = rows.into_iter().find(|row| row.leg() == leg);
    row.with_context(|| format!("its process ended without a result ({status})"))
}

/// This program again.
fn this_program(priority: Priority) -> Result<Command> {
    let program = env::current_exe()?;
    if priority == Priority::Low && process::find(&["nice"]).is_some() {
        let mut nice = process::command("nice");
        nice.args(["-n", NICENESS]).arg(program);
        return Ok(nice);
    }
    Ok(process::command(program))
}
