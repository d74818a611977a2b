//! A checked pool whose profiles also rest on evidence that its file does not hold.

use super::check;
use super::error::PoolError;
use super::json;
use super::pool::Pool;
use super::raw::{RawErrors, RawRouterRef};
use crate::profile::Information;
use crate::router::Router;

impl Pool {
    /// Sets what is known of a model beside the file: `verdicts` verdicts, which say `information`. It
    /// replaces what was set before; `None` leaves what the file says. Returns whether the pool has the
    /// model. The file, [`Pool::raw`], stays as it is.
    ///
    /// # Errors
    /// None, since the model was checked before.
    pub fn observe(
        &mut self,
        router: &Router,
        id: &str,
        evidence: Option<(u64, &Information)>,
    ) -> Result<bool, PoolError> {
        let Some((raw, model)) = self.entry(id) else {
            return Ok(false);
        };
        if evidence.is_none() && model.verdicts == 0 {
            return Ok(true);
        }
        // The profile of the file: what was set before is not part of it.
        let (checked, _, known) = check::model(raw, router)?;
        model.profile = checked.profile;
        model.verdicts = 0;
        let Some((verdicts, information)) = evidence else {
            return Ok(true);
        };
        let conditioned = match known {
            Some(known) => known.conditioned(router, information),
            None => Ok(router.conditioned(&model.profile, information)),
        };
        let conditioned = conditioned.map_err(|problem| PoolError::Labels {
            path: "$.errors".into(),
            problem: problem.to_string(),
        })?;
        if let Some(profile) = conditioned {
            model.profile = profile;
            model.verdicts = verdicts;
        }
        Ok(true)
    }

    /// LLM profile JSON in which the verdicts that were set are part of the per-cluster errors of their
    /// models. Such a pool belongs to this router. Used together with the same verdicts again it would
    /// count them twice.
    pub fn to_json_with_verdicts(&self, router: &Router) -> String {
        let mut raw = self.raw().clone();
        let pairs = raw.models.iter_mut().zip(self.models());
        for (raw, model) in pairs.filter(|(_, model)| model.verdicts > 0) {
            raw.errors = Some(RawErrors::from(&model.profile));
            (raw.labels, raw.accuracy, raw.labels_count) = (None, None, None);
        }
        if self.models().iter().any(|model| model.verdicts > 0) {
            raw.router = Some(RawRouterRef::from(router));
        }
        json::write(&raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::router::fixture;

    const POOL: &[u8] = br#"{"models": [
        {"id": "measured", "errors": {"mean": [0.6, 0.1], "sd": [0.2, 0.1], "labels": [3, 4], "correlation": 0.3}},
        {"id": "carded", "benchmarks": [{"name": "Code Bench", "score": 0.7}]},
        {"id": "overall", "accuracy": 0.6, "labels_count": 50, "note": "kept"},
        {"id": "guess"}]}"#;
    const IDS: [&str; 4] = ["measured", "carded", "overall", "guess"];

    /// Verdicts that answers about code were wrong.
    fn wrong_code(n: usize) -> Information {
        let mut information = Information::none(2);
        (0..n).for_each(|_| information.add(&[1.0, 0.0], 1.0, 0.2, 1.0));
        information
    }

    #[test]
    fn verdicts_move_every_kind_of_model_and_can_be_taken_back() {
        let router = fixture::router_with_benchmarks();
        let before = Pool::from_json(POOL, &router).unwrap();
        let mut pool = before.clone();
        for id in IDS {
            let mut last = pool.model(id).unwrap().profile.clone();
            for n in [1, 5, 50] {
                assert!(
                    pool.observe(&router, id, Some((n as u64, &wrong_code(n))))
                        .unwrap()
                );
                let found = pool.model(id).unwrap();
                assert_eq!(found.verdicts, n as u64);
                assert!(
                    found.profile.mean[0] > last.mean[0],
                    "{id} {n}: {:?}",
                    found.profile
                );
                assert!(found.profile.sd[0] < last.sd[0], "{id} {n}");
                last = found.profile.clone();
            }
            assert!(last.mean[0] > 0.75, "{id} {last:?}");
        }
        assert_eq!(pool.to_json(), before.to_json());
        for id in IDS {
            assert!(pool.observe(&router, id, None).unwrap());
            let (found, file) = (pool.model(id).unwrap(), before.model(id).unwrap());
            assert_eq!((&found.profile, found.verdicts), (&file.profile, 0));
        }
        assert!(
            !pool
                .observe(&router, "nobody", Some((1, &wrong_code(1))))
                .unwrap()
        );
    }

    #[test]
    fn an_exported_pool_has_the_verdicts_in_its_errors() {
        let router = fixture::router_with_benchmarks();
        let mut pool = Pool::from_json(POOL, &router).unwrap();
        assert_eq!(pool.to_json_with_verdicts(&router), pool.to_json());
        for id in ["measured", "overall"] {
            pool.observe(&router, id, Some((9, &wrong_code(9))))
                .unwrap();
        }
        let json = pool.to_json_with_verdicts(&router);
        let read = Pool::from_json(json.as_bytes(), &router).unwrap();
        for id in IDS {
            let (read, own) = (
                &read.model(id).unwrap().profile,
                &pool.model(id).unwrap().profile,
            );
            let close = |a: &[f32], b: &[f32]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4);
            assert!(
                close(&read.mean, &own.mean) && close(&read.sd, &own.sd),
                "{id}"
            );
        }
        assert_eq!(read.model("overall").unwrap().verdicts, 0);
        let models = &read.raw().models;
        assert!(models[2].accuracy.is_none() && models[2].extra.contains_key("note"));
        assert!(models[1].errors.is_none());
    }
}
