//! Feedback as a file: one safetensors file, so that every number is read back as it was.
//!
//! | tensor | type | shape | meaning |
//! |---|---|---|---|
//! | `clock` | f64 | (2) | half-life in days, latest time in milliseconds since 1970; NaN where there is none |
//! | `labels` | f64 | (M, K) | weight of the verdicts in each cluster, for each of M models |
//! | `precision` | f64 | (M, K·(K+1)/2) | Λ, lower triangle by rows |
//! | `vector` | f64 | (M, K) | η |
//! | `sha256` | u8 | (32) | the hash of everything else |
//!
//! The header's `uniroute` entry is JSON: the router's hash, and id and number of verdicts of each model, in
//! the order of the ids.

use super::{
    Feedback, FeedbackError, MAX_BYTES, MAX_MODELS, MAX_VERDICTS, Verdicts, check_half_life,
    check_id, check_time,
};
use crate::cluster::MAX_CLUSTERS;
use crate::printable::shortened;
use crate::profile::Information;
use crate::router::Router;
use crate::sealed::{self, SealError, Sealed};
use safetensors::tensor::{Dtype, TensorView};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Display;

/// The tensor of times.
const CLOCK: &str = "clock";
/// The tensors of numbers, in the order of their names and of [`Information::parts`].
const PARTS: [&str; 3] = ["labels", "precision", "vector"];
/// Most characters of a text from the file that a message repeats.
const SHOWN: usize = 80;
/// The weights of verdicts may be this part more than their number, by rounding of memberships.
const SLACK: f64 = 1.001;
/// Digits of the hash of a router.
const HASH_DIGITS: usize = 64;
/// Below the variance of any verdict, whatever the router: only what no router could have made is refused.
const LEAST_VARIANCE: f64 = 1e-30;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    router: String,
    models: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    verdicts: u64,
}

impl Feedback {
    /// Feedback as bytes, to be kept or sent to another device of the same person. Equal feedback gives
    /// equal bytes.
    ///
    /// # Errors
    /// [`FeedbackError::TooLarge`] where [`Feedback::from_bytes`] would refuse it.
    pub fn to_bytes(&self) -> Result<Vec<u8>, FeedbackError> {
        let header = Header {
            router: self.router.clone(),
            models: self
                .models
                .iter()
                .map(|(id, verdicts)| Entry {
                    id: id.clone(),
                    verdicts: verdicts.count,
                })
                .collect(),
        };
        let json = serde_json::to_string(&header).map_err(format)?;
        let mut content: [Vec<u8>; 3] = Default::default();
        for verdicts in self.models.values() {
            for (bytes, part) in content.iter_mut().zip(verdicts.information.parts()) {
                bytes.extend(part.iter().flat_map(|v| v.to_le_bytes()));
            }
        }
        let size: usize = content.iter().map(Vec::len).sum();
        if size + json.len() > MAX_BYTES - MAX_BYTES / 64 {
            return Err(FeedbackError::TooLarge {
                bytes: size + json.len(),
            });
        }
        let clock = [self.half_life, self.time].map(|time| time.unwrap_or(f64::NAN));
        let clock: Vec<u8> = clock.iter().flat_map(|v| v.to_le_bytes()).collect();
        let mut tensors = Vec::with_capacity(5);
        tensors.push((
            CLOCK,
            TensorView::new(Dtype::F64, vec![2], &clock).map_err(format)?,
        ));
        for ((name, length), bytes) in PARTS.into_iter().zip(lengths(self.clusters)).zip(&content) {
            let shape = vec![self.models.len(), length];
            tensors.push((
                name,
                TensorView::new(Dtype::F64, shape, bytes).map_err(format)?,
            ));
        }
        Ok(sealed::write(json, tensors)?)
    }

    /// Reads what [`Feedback::to_bytes`] wrote, and checks all of it.
    ///
    /// # Errors
    /// [`FeedbackError`]; a file that was cut short, changed by one byte or made for another router is
    /// refused.
    pub fn from_bytes(bytes: &[u8], router: &Router) -> Result<Self, FeedbackError> {
        Self::read(bytes, |header, _| {
            if header.router != router.sha256() {
                return Err(FeedbackError::OtherRouter {
                    found: shortened(&header.router, SHOWN),
                    expected: router.sha256().to_owned(),
                });
            }
            Ok(Owner {
                clusters: router.clusters().len(),
                // The least variance that a verdict has with this router, whatever its prompt.
                least_variance: router.prior().label_noise(0.0),
            })
        })
    }

    /// [`Feedback::from_bytes`] where the router is not at hand: to merge files or to say what is in one. All is
    /// checked but what only the router knows, which [`Feedback::from_bytes`] checks before the feedback
    /// is used.
    ///
    /// # Errors
    /// As [`Feedback::from_bytes`].
    pub fn from_bytes_of_any_router(bytes: &[u8]) -> Result<Self, FeedbackError> {
        Self::read(bytes, |header, labels| {
            let is_hash = header.router.len() == HASH_DIGITS
                && header.router.bytes().all(|b| b.is_ascii_hexdigit());
            if !is_hash {
                return Err(value("router", "it is not a hash"));
            }
            match labels.shape() {
                [_, clusters] if (1..=MAX_CLUSTERS).contains(clusters) => Ok(Owner {
                    clusters: *clusters,
                    least_variance: LEAST_VARIANCE,
                }),
                _ => Err(value("labels", "it has no number of clusters of a router")),
            }
        })
    }

    /// Whether a file is laid out as feedback is, whole or damaged.
    pub fn is_laid_out_in(bytes: &[u8]) -> bool {
        let header = bytes.split_first_chunk::<8>().map(|(length, rest)| {
            let length = usize::try_from(u64::from_le_bytes(*length)).unwrap_or(usize::MAX);
            rest.get(..length).unwrap_or(rest)
        });
        let mark = format!("\"{CLOCK}\":{{");
        header.is_some_and(|header| header.windows(mark.len()).any(|w| w == mark.as_bytes()))
    }

    /// `owner` says what is known of the router by the header and the tensor of labels.
    fn read(
        bytes: &[u8],
        owner: impl FnOnce(&Header, &TensorView) -> Result<Owner, FeedbackError>,
    ) -> Result<Self, FeedbackError> {
        if bytes.len() > MAX_BYTES {
            return Err(FeedbackError::TooLarge { bytes: bytes.len() });
        }
        let sealed = Sealed::open(bytes)?;
        sealed.hash(None).ok_or(FeedbackError::Damaged)?;
        let header: Header = serde_json::from_str(&sealed.json).map_err(format)?;
        let [labels, precision, vector] =
            PARTS.map(|name| sealed.tensors.tensor(name).map_err(format));
        let parts = [labels?, precision?, vector?];
        let owner = owner(&header, &parts[0])?;
        let clock = sealed.tensors.tensor(CLOCK).map_err(format)?;
        let [half_life, time] = match numbers(clock.data())[..] {
            [half_life, time] if clock.dtype() == Dtype::F64 => [half_life, time],
            _ => return Err(value(CLOCK, "it is not two numbers")),
        };
        let known = |time: f64| (!time.is_nan()).then_some(time);
        let (half_life, time) = (known(half_life), known(time));
        check_half_life(half_life)?;
        time.map_or(Ok(()), check_time)?;
        Ok(Self {
            router: header.router,
            clusters: owner.clusters,
            half_life,
            time,
            models: models(header.models, &parts, &owner)?,
        })
    }
}

/// What the checks of a file need to know of its router.
struct Owner {
    clusters: usize,
    /// The least variance that a verdict may have had.
    least_variance: f64,
}

/// The verdicts of the models whose numbers are the rows of `parts`.
fn models(
    entries: Vec<Entry>,
    parts: &[TensorView; 3],
    owner: &Owner,
) -> Result<BTreeMap<String, Verdicts>, FeedbackError> {
    if entries.len() > MAX_MODELS {
        return Err(FeedbackError::TooManyModels);
    }
    let lengths = lengths(owner.clusters);
    for ((part, name), length) in parts.iter().zip(PARTS).zip(lengths) {
        let expected = [entries.len(), length];
        if part.dtype() != Dtype::F64 || part.shape() != expected {
            let problem = format!("it is not a list of {} × {length} numbers", entries.len());
            return Err(value(name, problem));
        }
    }
    let mut models: BTreeMap<String, Verdicts> = BTreeMap::new();
    for (row, Entry { id, verdicts }) in entries.into_iter().enumerate() {
        let place = format!("models[{row}]");
        check_id(&id).map_err(|problem| value(&place, problem))?;
        if !(1..=MAX_VERDICTS).contains(&verdicts) {
            return Err(value(&place, format!("{verdicts} verdicts")));
        }
        if models.last_key_value().is_some_and(|(last, _)| *last >= id) {
            return Err(value(&place, "its id is not after the one before"));
        }
        let of_row = |part: &TensorView, length: usize| {
            let bytes = part.data().get(8 * length * row..8 * length * (row + 1));
            numbers(bytes.unwrap_or_default())
        };
        let [labels, precision, vector] = parts;
        let [k, all, _] = lengths;
        let information = Information::try_new(
            of_row(labels, k),
            of_row(precision, all),
            of_row(vector, k),
            owner.least_variance,
        )
        .map_err(|problem| value(&place, problem))?;
        if information.weight() > verdicts as f64 * SLACK {
            return Err(value(&place, "more weight than its verdicts have"));
        }
        models.insert(
            id,
            Verdicts {
                count: verdicts,
                information,
            },
        );
    }
    Ok(models)
}

fn numbers(bytes: &[u8]) -> Vec<f64> {
    let (numbers, _) = bytes.as_chunks::<8>();
    numbers.iter().map(|b| f64::from_le_bytes(*b)).collect()
}

/// Numbers of each part for one model.
fn lengths(clusters: usize) -> [usize; 3] {
    [clusters, clusters * (clusters + 1) / 2, clusters]
}

impl From<SealError> for FeedbackError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Format(problem) => format(problem),
            SealError::NotSealed => format("it has no hash"),
        }
    }
}

/// The error of another library, which may quote texts from the file.
fn format(problem: impl Display) -> FeedbackError {
    FeedbackError::Format {
        problem: shortened(&problem.to_string(), SHOWN),
    }
}

fn value(place: &str, problem: impl Display) -> FeedbackError {
    FeedbackError::Value {
        place: place.to_owned(),
        problem: problem.to_string(),
    }
}
