//! The header of a pool: version, currency, name, date, and the router it belongs to.

use super::checker::Checker;
use super::value::{date, text};
use crate::pool::error::PoolError;
use crate::pool::limits::{MAX_LABELS_IN_ALL, MAX_MODELS, MAX_NAME, SCHEMA_VERSION};
use crate::pool::raw::{RawModel, RawPool};

impl Checker<'_> {
    pub fn header(&mut self, raw: &RawPool) -> Result<(), PoolError> {
        self.misspelt_in_pool(raw);
        if let Some(found) = raw.schema_version.filter(|v| *v != SCHEMA_VERSION) {
            return Err(PoolError::Version { found });
        }
        if let Some(found) = raw
            .currency
            .as_ref()
            .filter(|c| !c.eq_ignore_ascii_case("usd"))
        {
            return Err(PoolError::Currency {
                found: found.chars().take(MAX_NAME).collect(),
            });
        }
        if let Some(name) = &raw.name {
            text("$.name", name)?;
        }
        match &raw.as_of {
            Some(given) => date("$.as_of", given)?,
            None if raw.models.iter().all(|model| model.priced.is_some()) => {}
            None => self.note("$.as_of".into(), "the prices carry no date"),
        }
        if raw.models.is_empty() {
            return Err(PoolError::Empty);
        }
        if raw.models.len() > MAX_MODELS {
            return Err(PoolError::TooManyModels);
        }
        let labels = raw.models.iter().flat_map(|m| &m.labels);
        let found = labels.map(Vec::len).sum();
        if found > MAX_LABELS_IN_ALL {
            return Err(PoolError::TooManyLabels {
                path: "$.models".into(),
                found,
                allowed: MAX_LABELS_IN_ALL,
            });
        }
        self.router_reference(raw)
    }

    fn router_reference(&mut self, raw: &RawPool) -> Result<(), PoolError> {
        let bound = raw
            .models
            .iter()
            .any(|m| m.errors.is_some() || has_lengths_per_cluster(m));
        match &raw.router {
            Some(named) => {
                text("$.router.sha256", &named.sha256)?;
                let same = named.sha256.eq_ignore_ascii_case(self.router.sha256());
                match (same, bound) {
                    (true, _) => Ok(()),
                    (false, true) => Err(PoolError::OtherRouter {
                        found: named.sha256.clone(),
                        expected: self.router.sha256().to_owned(),
                    }),
                    (false, false) => {
                        self.note(
                            "$.router".into(),
                            "names another router; harmless here, since no value is per cluster",
                        );
                        Ok(())
                    }
                }
            }
            None => {
                if bound {
                    self.note(
                        "$.router".into(),
                        "absent: the per-cluster values are assumed to belong to this router",
                    );
                }
                Ok(())
            }
        }
    }
}

fn has_lengths_per_cluster(model: &RawModel) -> bool {
    let tokens = model.output_tokens.as_ref();
    tokens.is_some_and(|v| v.get("per_cluster").is_some())
}
