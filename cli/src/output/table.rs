//! Plain text tables.

use std::io::{Result, Write};

/// Writes rows under a header: the first column is aligned to the left, the others to the right.
pub fn write(out: &mut impl Write, header: &[&str], rows: &[Vec<String>]) -> Result<()> {
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].chars().count())
            .chain([header[column].chars().count()])
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let mut line = |cells: Vec<&str>| {
        let mut text = String::new();
        for (column, (cell, width)) in cells.iter().zip(&widths).enumerate() {
            match column {
                0 => text.push_str(&format!("{cell:<width$}")),
                _ => text.push_str(&format!("  {cell:>width$}")),
            }
        }
        writeln!(out, "{}", text.trim_end())
    };
    line(header.to_vec())?;
    rows.iter()
        .try_for_each(|row| line(row.iter().map(String::as_str).collect()))
}
