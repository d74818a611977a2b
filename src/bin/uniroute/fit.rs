//! `uniroute fit`: prompts and, where there are any, scores to a router.

use crate::args::{EmbedderKind, FitArgs};
use crate::{data, files, progress};
use anyhow::{Result, bail};
use ndarray::{Array2, ArrayView2};
use uniroute::cluster::{self, Calibration, Clusters, DEFAULT_TEMPERATURE, KMeansParams, kmeans};
use uniroute::eval::Dataset;
use uniroute::profile::Prior;
use uniroute::router_file::{Parts, Provenance, Router};

/// Training prompts for each cluster, and the fewest and most clusters, where `--clusters` does
/// not say. Measured in the paper's protocol on four data sets; see docs/RESULTS.md.
const PROMPTS_PER_CLUSTER: usize = 25;
const CLUSTERS: std::ops::RangeInclusive<usize> = 16..=200;

pub fn run(args: FitArgs) -> Result<()> {
    let (embedder, embedder_file) = match args.embedder {
        EmbedderKind::Static => files::static_embedder().map(|(e, file)| (e, Some(file)))?,
        EmbedderKind::Minilm => (files::minilm(&args.weights)?, None),
    };
    let sets = args
        .data
        .iter()
        .map(|dir| data::folder(dir))
        .collect::<Result<Vec<_>>>()?;
    let prompts: Vec<&str> = sets.iter().flat_map(data::texts).collect();
    let points = data::embed(&*embedder, &prompts)?;
    let params = KMeansParams {
        seed: args.seed,
        ..KMeansParams::default()
    };
    let k = match args.clusters {
        Some(k) => usize::from(k),
        None => (prompts.len() / PROMPTS_PER_CLUSTER).clamp(*CLUSTERS.start(), *CLUSTERS.end()),
    };
    if prompts.len() < 2 * k {
        bail!(
            "{} prompts are too few for {k} clusters; add data or ask for fewer with --clusters",
            prompts.len()
        );
    }
    let clusters = find_clusters(points.view(), &prompts, k, &params)?;
    let work = progress::spinner("learning the prior");
    let prior = Prior::learn(
        clusters.memberships(points.view()).view(),
        errors(&sets).view(),
    )?;
    work.finish_and_clear();
    let calibration = Calibration::learn(points.view(), k, &params)?;
    let datasets: Vec<String> = sets.iter().map(|s| s.name.clone()).collect();
    let id = args
        .name
        .unwrap_or_else(|| format!("{} {}", embedder.id(), datasets.join("+")));
    let router = Router::new(Parts {
        id,
        embedder,
        embedder_file,
        clusters,
        prior,
        calibration,
        provenance: Provenance {
            datasets,
            prompts: prompts.len(),
            licence: args.licence,
            seed: args.seed,
            fitted_by: format!("uniroute {}", env!("CARGO_PKG_VERSION")),
        },
    })?;
    files::write(&args.output, &router.to_bytes()?)?;
    eprintln!(
        "{}: {k} clusters of {} prompts, prior from {} LLMs; sha256 {}",
        args.output.display(),
        prompts.len(),
        router.prior().llms(),
        router.sha256()
    );
    Ok(())
}

fn find_clusters(
    points: ArrayView2<f32>,
    prompts: &[&str],
    k: usize,
    params: &KMeansParams,
) -> Result<Clusters> {
    let work = progress::spinner("clustering");
    let found = kmeans(points, k, params)?;
    work.finish_and_clear();
    let mut shares = vec![0.0; k];
    for cluster in &found.assignments {
        shares[*cluster] += 1.0 / prompts.len() as f32;
    }
    let labels = cluster::labels(prompts, &found.assignments, k);
    Ok(Clusters::try_new(
        found.centroids,
        DEFAULT_TEMPERATURE,
        shares,
        labels,
    )?)
}

/// Errors (n, m) of all models of all sets on all prompts, NaN where a model was not asked.
fn errors(sets: &[Dataset]) -> Array2<f32> {
    let rows = sets.iter().map(|s| s.scores.nrows()).sum();
    let columns = sets.iter().map(|s| s.scores.ncols()).sum();
    let mut errors = Array2::from_elem((rows, columns), f32::NAN);
    let (mut row, mut column) = (0, 0);
    for set in sets {
        let (n, m) = set.scores.dim();
        errors
            .slice_mut(ndarray::s![row..row + n, column..column + m])
            .zip_mut_with(&set.scores, |error, score| *error = 1.0 - score);
        (row, column) = (row + n, column + m);
    }
    errors
}
