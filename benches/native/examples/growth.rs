//! Draws how the time of a decision grows with models and clusters, from the results of `cargo bench`.
//!
//! ```sh
//! cargo bench --package native-bench --bench decide
//! cargo run --release --package native-bench --example growth -- docs/decision-growth.svg
//! ```

use std::{fs, path::Path};

use native_bench::Result;
use plotters::prelude::*;
use serde::Deserialize;

/// Width and height of the two panels together.
const SIZE: (u32, u32) = (880, 360);
const MEASURED: RGBColor = RGBColor(0, 114, 178);
const FITTED: RGBColor = RGBColor(153, 153, 153);

/// The samples that Criterion writes for a bench, of several decisions each.
#[derive(Deserialize)]
struct Samples {
    /// Number of decisions.
    iters: Vec<f64>,
    /// Nanoseconds of all decisions.
    times: Vec<f64>,
}

impl Samples {
    /// Microseconds of a decision in the fastest sample. Slower samples include the time of other
    /// programs, which does not depend on sizes.
    fn least(&self) -> f64 {
        let each = self.times.iter().zip(&self.iters);
        each.map(|(nanos, n)| nanos / n / 1e3)
            .fold(f64::INFINITY, f64::min)
    }
}

fn main() -> Result<()> {
    let usage = "usage: growth FILE.svg";
    let file = std::env::args().nth(1).ok_or(usage)?;
    let area = SVGBackend::new(&file, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let (left, right) = area.split_horizontally(SIZE.0 / 2);
    let models = read("decision, 64 clusters, by models")?;
    panel(&left, "64 clusters", "models", &models)?;
    let clusters = read("decision, 100 models, by clusters")?;
    panel(&right, "100 models", "clusters", &clusters)?;
    area.present()?;
    Ok(())
}

/// Sizes and microseconds of a group, by rising size.
fn read(group: &str) -> Result<Vec<(f64, f64)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../target/criterion")
        .join(group);
    let missing = |e| {
        format!(
            "{}: {e}; run `cargo bench --package native-bench --bench decide`",
            folder.display()
        )
    };
    let mut points = Vec::new();
    for entry in fs::read_dir(&folder).map_err(missing)? {
        let entry = entry?;
        let Some(Ok(size)) = entry.file_name().to_str().map(str::parse) else {
            continue; // the group's report
        };
        let json = fs::read(entry.path().join("new/sample.json"))?;
        let samples: Samples = serde_json::from_slice(&json)?;
        points.push((size, samples.least()));
    }
    points.sort_by(|a: &(f64, f64), b| a.0.total_cmp(&b.0));
    Ok(points)
}

/// Draws the points and the line with the least relative squared error.
fn panel<D>(
    area: &DrawingArea<D, plotters::coord::Shift>,
    title: &str,
    what: &str,
    points: &[(f64, f64)],
) -> Result<()>
where
    D: DrawingBackend,
    D::ErrorType: 'static,
{
    let greatest = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(0.0, f64::max);
    let (width, height) = (1.05 * greatest(|p| p.0), 1.1 * greatest(|p| p.1));
    let (base, slope) = line(points);
    let caption = format!("{title}: {base:.1} µs + {:.1} ns × {what}", 1e3 * slope);
    println!("{caption}");
    let mut chart = ChartBuilder::on(area)
        .caption(caption, ("sans-serif", 15))
        .margin(12)
        .x_label_area_size(36)
        .y_label_area_size(48)
        .build_cartesian_2d(0.0..width, 0.0..height)?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .x_labels(6)
        .y_labels(6)
        .x_desc(what)
        .y_desc("µs a decision, least of 100 samples")
        .x_label_formatter(&|x| format!("{x:.0}"))
        .y_label_formatter(&|y| format!("{y:.0}"))
        .draw()?;
    let ends = [0.0, width].map(|x| (x, base + slope * x));
    chart.draw_series(LineSeries::new(ends, FITTED))?;
    let dot = |p: &(f64, f64)| Circle::new(*p, 4, MEASURED.filled());
    chart.draw_series(points.iter().map(dot))?;
    Ok(())
}

/// Intercept and slope of the line with the least relative squared error, so that small values count
/// as much as large ones.
fn line(points: &[(f64, f64)]) -> (f64, f64) {
    let sum = |of: &dyn Fn(f64, f64) -> f64| -> f64 {
        points.iter().map(|(x, y)| of(*x, *y) / (y * y)).sum()
    };
    let (n, x, y) = (sum(&|_, _| 1.0), sum(&|x, _| x), sum(&|_, y| y));
    let (xx, xy) = (sum(&|x, _| x * x), sum(&|x, y| x * y));
    let slope = (n * xy - x * y) / (n * xx - x * x);
    ((y - slope * x) / n, slope)
}
