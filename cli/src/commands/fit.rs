//! `uniroute fit`: prompts and, where there are any, scores to a router.

use crate::args::{EmbedderKind, FitArgs};
use crate::input::{datasets as data, files};
use crate::output::progress;
use anyhow::{Result, bail};
use ndarray::Array2;
use uniroute::cluster::{self, Calibration, KMeansParams};
use uniroute::dataset::Dataset;
use uniroute::fit::{FitParams, fit, usual_clusters};
use uniroute::router::{Parts, Provenance, Router};

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
        None => usual_clusters(prompts.len()),
    };
    if prompts.len() < 2 * k {
        bail!(
            "{} prompts are too few for {k} clusters; add data or ask for fewer with --clusters",
            prompts.len()
        );
    }
    let work = progress::spinner("clustering, learning the prior");
    let how = FitParams {
        clusters: Some(k),
        kmeans: params.clone(),
    };
    let fitted = fit(points.view(), errors(&sets).view(), &how)?;
    work.finish_and_clear();
    let k = fitted.clusters.len();
    let labels = cluster::names(&prompts, &fitted.assignments, k);
    let clusters = fitted.clusters.with_names(labels)?;
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
        prior: fitted.prior,
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
        router.prior().training_models(),
        router.sha256()
    );
    Ok(())
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
