//! What every reader of a kind of file has.

use serde_json::{Map, Value};

use crate::dataset::DatasetError;
use crate::dataset::labels::record::Row;
use crate::dataset::labels::scores::Scores;
use crate::dataset::place::Place;

/// A reader of the items of one kind of file.
pub(in crate::dataset::labels) trait Form {
    /// What the file is, for messages.
    fn name(&self) -> &'static str;

    /// Reads one item.
    fn read(
        &mut self,
        at: &Place,
        item: &Map<String, Value>,
        scores: &mut Scores,
    ) -> Result<Row, DatasetError>;
}

/// A form with the items inside a document, and the name of their list.
pub(in crate::dataset::labels) struct Document<'a> {
    pub form: Box<dyn Form + 'a>,
    pub list: &'static str,
    pub items: Vec<Value>,
}
