//! Lists of names in messages.

use std::fmt;

use crate::printable::printable;

/// The first few of a list of names.
pub(super) struct Listed<'a>(pub &'a [String]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 8;
        let shown = self.0.get(..SHOWN).unwrap_or(self.0);
        f.write_str(&printable(shown.join(", ")))?;
        match self.0.len() - shown.len() {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
