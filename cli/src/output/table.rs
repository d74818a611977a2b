//! Plain text tables.

use super::visible;

/// The lines of a table: the first column is aligned to the left, the others to the right.
pub fn lines(header: &[&str], rows: &[Vec<String>]) -> String {
    let header: Vec<String> = header.iter().map(|title| (*title).to_owned()).collect();
    let shown = |row: &Vec<String>| {
        row.iter()
            .map(|cell| visible::line(cell).into_owned())
            .collect()
    };
    let rows: Vec<Vec<String>> = [header].iter().chain(rows).map(shown).collect();
    let mut widths: Vec<usize> = Vec::new();
    for row in &rows {
        widths.resize(widths.len().max(row.len()), 0);
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            match column {
                0 => line.push_str(&format!("{cell:<width$}")),
                _ => line.push_str(&format!("  {cell:>width$}")),
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_stays_in_its_place_whatever_it_holds() {
        let rows = [["a\u{202e}\n", "1"], ["写", "22"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(
            lines(&["model", "n"], &rows),
            "model            n\na\\u{202e}\\u{a}   1\n写               22\n"
        );
    }
}
