//! Which columns of a table have the prompts and the ids.

use uniroute::dataset::PROMPT_NAMES;
use uniroute::printable::printable;

use crate::TableError;

/// Names of the column of ids, the most likely one first.
pub const ID_NAMES: [&str; 2] = ["id", "custom_id"];
/// Most columns that a message lists.
pub const SHOWN: usize = 20;

/// The columns to read. By default that of the prompts is the first that there is of
/// [`PROMPT_NAMES`], and that of the ids of [`ID_NAMES`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// Name of the column, or the field of JSON lines, of the prompts.
    pub prompt: Option<String>,
    /// Name of that of the ids.
    pub id: Option<String>,
}

/// Positions of the columns of prompts and of ids. `usable` says which columns have texts or numbers.
pub(super) fn find(
    file: &str,
    names: &[String],
    usable: impl Fn(usize) -> bool,
    columns: &Columns,
) -> Result<(usize, Option<usize>), TableError> {
    let shown = || {
        let usable = (0..).zip(names).filter(|(i, _)| usable(*i));
        usable
            .map(|(_, name)| printable(name))
            .take(SHOWN)
            .collect()
    };
    let named = |wanted: &str| {
        let mut same = (0..).zip(names).filter(|(_, name)| *name == wanted);
        same.find(|(i, _)| usable(*i)).map(|(i, _)| i)
    };
    let known = |known: &[&str]| {
        let fits = |name: &str| (0..names.len()).find(|i| is_named(names, *i, name) && usable(*i));
        known.iter().find_map(|name| fits(name))
    };
    let wanted = |wanted: &Option<String>, usual: &[&str]| match wanted {
        None => Ok(known(usual)),
        Some(name) => named(name).map(Some).ok_or_else(|| TableError::NoColumn {
            file: file.to_owned(),
            column: name.clone(),
            columns: shown(),
        }),
    };
    let prompt = wanted(&columns.prompt, &PROMPT_NAMES)?.ok_or_else(|| TableError::NoPrompts {
        file: file.to_owned(),
        columns: shown(),
    })?;
    let id = wanted(&columns.id, &ID_NAMES)?.filter(|id| *id != prompt);
    Ok((prompt, id))
}

fn is_named(names: &[String], at: usize, name: &str) -> bool {
    let found = names.get(at).map(|found| found.trim().to_lowercase());
    found.as_deref() == Some(name)
}
