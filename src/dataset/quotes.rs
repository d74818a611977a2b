//! Quotes of delimited text. The reader of tables takes any text: a quote that is not closed would
//! make one cell of all further rows.

use super::DatasetError;
use super::place::Place;
use std::io::{Read, Result};

/// Passes a table through and follows its quotes, as the reader behind it does: a quote opens at the
/// start of a cell only, and two quotes inside are one character.
pub(super) struct Quotes<R> {
    reader: R,
    delimiter: u8,
    state: State,
    line: u64,
    /// Line of the quote that opened last.
    opened: u64,
    /// Line of the first quote that closed before the end of its cell.
    stray: Option<u64>,
    ended: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    CellStart,
    Plain,
    Quoted,
    /// After a quote in a quoted cell, which closes it unless another one follows.
    Closed,
}

impl<R> Quotes<R> {
    pub fn new(reader: R, delimiter: u8) -> Self {
        Self {
            reader,
            delimiter,
            state: State::CellStart,
            line: 1,
            opened: 1,
            stray: None,
            ended: false,
        }
    }

    /// An error if the quotes of what was read so far do not fit.
    pub fn check(&self, file: &str) -> std::result::Result<(), DatasetError> {
        if let Some(line) = self.stray {
            let at = Place::line(file, line);
            return Err(DatasetError::TextAfterQuote { at });
        }
        match self.ended && self.state == State::Quoted {
            true => Err(DatasetError::OpenQuote {
                at: Place::line(file, self.opened),
            }),
            false => Ok(()),
        }
    }

    fn follow(&mut self, byte: u8) {
        let cell_ends = byte == self.delimiter || matches!(byte, b'\n' | b'\r');
        self.state = match (self.state, byte) {
            (State::Quoted, b'"') => State::Closed,
            (State::Quoted, _) => State::Quoted,
            (State::CellStart, b'"') => {
                self.opened = self.line;
                State::Quoted
            }
            (State::Closed, b'"') => State::Quoted,
            (_, _) if cell_ends => State::CellStart,
            (State::Closed, _) => {
                self.stray.get_or_insert(self.opened);
                State::Plain
            }
            _ => State::Plain,
        };
        self.line += u64::from(byte == b'\n');
    }
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, to: &mut [u8]) -> Result<usize> {
        let read = self.reader.read(to)?;
        self.ended = read == 0;
        for byte in to.iter().take(read) {
            self.follow(*byte);
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> Option<String> {
        let mut quotes = Quotes::new(text.as_bytes(), b',');
        std::io::copy(&mut quotes, &mut std::io::sink()).unwrap();
        quotes.check("t.csv").err().map(|e| e.to_string())
    }

    #[test]
    fn the_line_where_the_quote_opened_is_named() {
        for (text, line) in [
            ("a,\"b\n\nc,d\n", 1),
            ("\"x\ny\",\"\"\"b\n", 2),
            ("a,b\nc\"d,\"\"\"\n", 2),
        ] {
            let found = problem(text).unwrap();
            assert!(
                found.starts_with(&format!("t.csv, line {line}: a quote opens")),
                "{text:?}: {found}"
            );
        }
        let stray = problem("a,b\n\"one\n2,\"two\",3\n").unwrap();
        assert!(stray.starts_with("t.csv, line 2: text follows"), "{stray}");
    }

    #[test]
    fn quotes_that_close_and_quotes_inside_a_cell_are_no_problem() {
        for text in [
            "",
            "a,\"b, \"\"c\"\"\n\",d\r\n\"\",x",
            "5\" disk,it's",
            "\"\"",
        ] {
            assert_eq!(problem(text), None, "{text:?}");
        }
    }
}
