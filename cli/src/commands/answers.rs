//! Answers to many prompts: read, answered on all cores, written in the order of the prompts.
//!
//! A block of rows is read while the one before it is answered and the one before that is written. Rows are
//! parsed, answered and encoded in parts by as many threads as there are; memory is that of a few blocks.

use crate::input::prompts::{Batch, Item, Row, explained};
use crate::output::sink::OutputArgs;
use crate::output::streams::note;
use anyhow::{Context, Result, bail};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use uniroute_tables::TableError;
use uniroute_tables::read::Columns;
use uniroute_tables::write::{Cell, Chunk, Column, Encoder, Kind};

/// Rows of a block, and of a part of it that one thread answers.
const BLOCK: usize = 2048;
const PART: usize = 32;
/// Bytes of a block: long prompts come in smaller ones.
const BLOCK_BYTES: usize = 4 * 1024 * 1024;
/// Blocks that wait between two steps.
const WAITING: usize = 1;

/// What a command makes of prompts.
pub struct Answers {
    /// The columns of an answer. The first one is `id`.
    pub columns: Vec<Column>,
    /// The answer to a row that cannot be read; with as many cells as there are columns.
    pub unreadable: Vec<Cell>,
    /// What is done with a prompt, for the count.
    pub done: &'static str,
}

/// What a part of the rows became.
pub struct Part<T> {
    /// The answers, with a cell for each column; as many as items, or none for a command that adds up.
    pub answers: Vec<Vec<Cell>>,
    /// What the command adds up.
    pub sums: T,
}

/// Calls `answer` for parts of the prompts, on several threads, and writes the answers into `out`. A row that
/// cannot be read is answered with its `error` and the number of its `line`, `row` or `item`. `add` gets the
/// sums of each part in the order of the prompts.
///
/// Returns the count, to be checked after everything was printed.
pub fn answer_all<T: Send>(
    batch: Batch,
    out: &OutputArgs,
    answers: Answers,
    answer: impl Fn(&[Item]) -> Result<Part<T>> + Sync,
    mut add: impl FnMut(T),
) -> Result<Count> {
    let mut count = Count {
        form: batch.form,
        unit: batch.unit,
        done: answers.done,
        allowed: out.allow_errors,
        answered: 0,
        refused: 0,
        first_refused: None,
    };
    let mut columns = answers.columns;
    columns.push(Column::sparse("error", Kind::Text));
    columns.push(Column::sparse(batch.unit, Kind::Whole));
    if batch.has_files {
        columns.push(Column::sparse("file", Kind::Text));
    }
    let (encoder, mut sink) = out.open(columns)?;
    let work = Work {
        encoder,
        columns: batch.columns.clone(),
        unreadable: answers.unreadable,
        has_files: batch.has_files,
        answer: &answer,
    };
    let mut write = |part: Answered<T>| {
        count.answered += part.answered;
        count.refused += part.refused;
        if count.first_refused.is_none() {
            count.first_refused = part.first_refused;
        }
        add(part.sums);
        sink.write(part.chunk)
    };
    let threads = out.threads.map_or(0, NonZeroUsize::get);
    let done = match threads {
        1 => alone(batch, &work, &mut write),
        threads => together(batch, threads, &work, &mut write),
    };
    done.inspect_err(|_| count.note())?;
    sink.finish()?;
    Ok(count)
}

/// What every thread needs.
struct Work<'a, F> {
    encoder: Encoder,
    columns: Columns,
    unreadable: Vec<Cell>,
    has_files: bool,
    answer: &'a F,
}

/// A part of the rows, answered and encoded.
struct Answered<T> {
    chunk: Chunk,
    answered: u64,
    refused: u64,
    first_refused: Option<u64>,
    sums: T,
}

impl<T, F: Fn(&[Item]) -> Result<Part<T>>> Work<'_, F> {
    fn run(&self, rows: Vec<Row>) -> Result<Answered<T>> {
        let mut items = Vec::with_capacity(rows.len());
        let mut refused = Vec::new();
        for (position, row) in rows.into_iter().enumerate() {
            let (number, file) = (row.number, row.file.clone());
            match row.parse(&self.columns) {
                Ok(item) => items.push(item),
                Err(problem) => refused.push((position, number, file, problem)),
            }
        }
        let Part { mut answers, sums } = (self.answer)(&items)?;
        let room = 2 + usize::from(self.has_files);
        let writes = !answers.is_empty() || items.is_empty();
        answers
            .iter_mut()
            .for_each(|row| row.extend(std::iter::repeat_n(Cell::NONE, room)));
        let first_refused = refused.first().map(|(_, number, ..)| *number);
        let count = refused.len() as u64;
        for (position, number, file, problem) in refused {
            let mut row = self.unreadable.clone();
            row.push(Cell::Value(problem.into()));
            row.push(Cell::Number(number as f64));
            if self.has_files {
                row.push(Cell::from(file.as_deref()));
            }
            if writes {
                answers.insert(position.min(answers.len()), row);
            } else {
                answers.push(row);
            }
        }
        Ok(Answered {
            chunk: self.encoder.encode(&answers)?,
            answered: items.len() as u64,
            refused: count,
            first_refused,
            sums,
        })
    }
}

/// Everything on the thread that calls.
fn alone<T, F: Fn(&[Item]) -> Result<Part<T>>>(
    batch: Batch,
    work: &Work<F>,
    write: &mut impl FnMut(Answered<T>) -> Result<()>,
) -> Result<()> {
    let mut rows = Vec::with_capacity(PART);
    let mut failed = None;
    let read = batch.read(&mut |row| {
        rows.push(row);
        if rows.len() < PART {
            return Ok(());
        }
        let part = std::mem::replace(&mut rows, Vec::with_capacity(PART));
        let done = work.run(part).and_then(&mut *write);
        done.map_err(|error| {
            failed = Some(error);
            TableError::Stopped
        })
    });
    if let Some(error) = failed {
        return Err(error);
    }
    if !rows.is_empty() {
        write(work.run(rows)?)?;
    }
    read.map_err(explained)
}

/// One thread reads, `threads` answer (0: one for each core), and the one that calls writes.
fn together<T: Send, F: Fn(&[Item]) -> Result<Part<T>> + Sync>(
    batch: Batch,
    threads: usize,
    work: &Work<F>,
    write: &mut impl FnMut(Answered<T>) -> Result<()>,
) -> Result<()> {
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .context("cannot start threads")?;
    let (blocks, to_answer) = sync_channel(WAITING);
    let (answered, to_write) = sync_channel(WAITING);
    // It is not waited for: it may wait for input that nobody sends.
    thread::spawn(move || read_blocks(batch, &blocks));
    thread::scope(|scope| {
        let pool = &pool;
        scope.spawn(move || answer_blocks(pool, work, to_answer, answered));
        // It ends here when writing fails, so that the answering thread ends, too.
        let to_write = to_write;
        for parts in to_write {
            for part in parts? {
                write(part?)?;
            }
        }
        Ok(())
    })
}

type Block = Result<Vec<Row>, TableError>;

fn read_blocks(batch: Batch, blocks: &SyncSender<Block>) {
    let mut rows = Vec::with_capacity(BLOCK);
    let mut bytes = 0;
    let stopped = |_| TableError::Stopped;
    let read = batch.read(&mut |row| {
        bytes += row.size();
        rows.push(row);
        if rows.len() < BLOCK && bytes < BLOCK_BYTES {
            return Ok(());
        }
        bytes = 0;
        let block = std::mem::replace(&mut rows, Vec::with_capacity(BLOCK));
        blocks.send(Ok(block)).map_err(stopped)
    });
    // Nobody is there any more if these are not sent.
    let _ = blocks.send(Ok(rows));
    if let Err(error) = read {
        let _ = blocks.send(Err(error));
    }
}

type Parts<T> = Result<Vec<Result<Answered<T>>>>;

fn answer_blocks<T: Send, F: Fn(&[Item]) -> Result<Part<T>> + Sync>(
    pool: &rayon::ThreadPool,
    work: &Work<F>,
    blocks: Receiver<Block>,
    answered: SyncSender<Parts<T>>,
) {
    for block in blocks {
        let parts = block.map_err(explained).map(|rows| {
            let mut parts = Vec::with_capacity(rows.len().div_ceil(PART));
            let mut rows = rows.into_iter();
            loop {
                let part: Vec<Row> = rows.by_ref().take(PART).collect();
                if part.is_empty() {
                    break;
                }
                parts.push(part);
            }
            pool.install(|| parts.into_par_iter().map(|rows| work.run(rows)).collect())
        });
        if answered.send(parts).is_err() {
            return;
        }
    }
}

/// Prompts in and out.
pub struct Count {
    form: &'static str,
    unit: &'static str,
    done: &'static str,
    /// Whether refused prompts are no failure.
    allowed: bool,
    answered: u64,
    refused: u64,
    first_refused: Option<u64>,
}

impl Count {
    /// Says how many prompts were read and what became of them; an error if some could not be read.
    pub fn check(&self) -> Result<()> {
        match self.refused {
            _ if self.allowed => self.note(),
            0 => self.note(),
            _ => bail!("{self}; each of these is answered with an `error`"),
        }
        Ok(())
    }

    fn note(&self) {
        note!("uniroute: {self}");
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Self {
            form,
            unit,
            done,
            answered,
            refused,
            ..
        } = self;
        let read = answered + refused;
        write!(
            f,
            "input taken as {form}: {read} {unit}s read, {answered} prompts {done}, {refused} refused"
        )?;
        match self.first_refused {
            Some(first) => write!(f, " (first: {unit} {first})"),
            None => Ok(()),
        }
    }
}
