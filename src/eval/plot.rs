//! Deferral curves as SVG and CSV.

use std::fmt::Write;

use super::curve::Curve;
use super::methods::{ORACLE, UNIROUTE};
use super::result::TrialResult;

/// Points of a mean curve.
const POINTS: usize = 101;
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 440.0;
/// Left, top, right, bottom.
const MARGIN: [f64; 4] = [64.0, 40.0, 170.0, 52.0];
/// Colours that colour-blind readers can distinguish (Okabe & Ito).
const COLOURS: [&str; 8] = [
    "#000000", "#e69f00", "#56b4e9", "#009e73", "#cc79a7", "#d55e00", "#999999", "#0072b2",
];

/// Mean deferral curve of one method over trials.
#[derive(Debug, Clone, PartialEq)]
pub struct MeanCurve {
    /// Its name.
    pub name: String,
    /// Cost as a share of the most expensive model's, evenly spaced from 0 to 1.
    pub costs: Vec<f64>,
    /// Mean quality at that cost.
    pub qualities: Vec<f64>,
}

/// One mean curve for each method; the scores of each trial are in the order of `names`.
pub fn mean_curves(names: &[&str], results: &[TrialResult]) -> Vec<MeanCurve> {
    let costs: Vec<f64> = (0..POINTS)
        .map(|i| i as f64 / (POINTS - 1) as f64)
        .collect();
    let mean = |m: usize, cost: f64| {
        let of = |r: &TrialResult| -> f64 { Curve::quality_at(&r.scores[m].curve, cost) };
        results.iter().map(of).sum::<f64>() / results.len().max(1) as f64
    };
    let one = |(m, name): (usize, &&str)| MeanCurve {
        name: (*name).to_owned(),
        qualities: costs.iter().map(|c| mean(m, *c)).collect(),
        costs: costs.clone(),
    };
    names.iter().enumerate().map(one).collect()
}

/// A header and one line `method,cost,quality` for each point.
pub fn to_csv(curves: &[MeanCurve]) -> String {
    let mut csv = String::from("method,cost,quality\n");
    for curve in curves {
        for (cost, quality) in curve.costs.iter().zip(&curve.qualities) {
            // Writing to a string cannot fail.
            let _ = writeln!(csv, "{},{cost:.2},{quality:.6}", curve.name);
        }
    }
    csv
}

/// A plot as one SVG file, without scripts or other files. It leaves out the oracle, whose quality
/// would compress the scale, unless there is no other curve.
pub fn to_svg(title: &str, curves: &[MeanCurve]) -> String {
    let shown = |c: &&MeanCurve| c.name != ORACLE || curves.len() == 1;
    let all = || {
        curves
            .iter()
            .filter(shown)
            .flat_map(|c| c.qualities.iter().copied())
    };
    let (low, high) = (all().fold(1.0, f64::min), all().fold(0.0, f64::max));
    let (low, high) = ((low * 50.0).floor() / 50.0, (high * 50.0).ceil() / 50.0);
    let high = if high > low { high } else { low + 0.02 };
    let [left, top, right, bottom] = MARGIN;
    let x = |cost: f64| left + cost * (WIDTH - left - right);
    let y =
        |quality: f64| HEIGHT - bottom - (quality - low) / (high - low) * (HEIGHT - top - bottom);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"{left}\" y=\"24\" font-size=\"15\">{}</text>\n",
        escape(title)
    );
    for i in 0..=5 {
        let (cost, quality) = (i as f64 / 5.0, low + (high - low) * i as f64 / 5.0);
        let _ = writeln!(
            svg,
            "<path d=\"M{x0:.1} {qy:.1}H{x1:.1}\" stroke=\"#ddd\"/>\
             <text x=\"{tx:.1}\" y=\"{ty:.1}\" text-anchor=\"end\">{quality:.3}</text>\
             <text x=\"{cx:.1}\" y=\"{cy:.1}\" text-anchor=\"middle\">{cost:.1}</text>",
            x0 = x(0.0),
            x1 = x(1.0),
            qy = y(quality),
            tx = left - 8.0,
            ty = y(quality) + 4.0,
            cx = x(cost),
            cy = HEIGHT - bottom + 18.0,
        );
    }
    let _ = writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">cost, as a share of the most expensive model's</text>\
         <text transform=\"translate(16 {:.1}) rotate(-90)\" text-anchor=\"middle\">mean quality</text>",
        x(0.5),
        HEIGHT - 12.0,
        y((low + high) / 2.0),
    );
    for (i, curve) in curves.iter().filter(shown).enumerate() {
        let colour = COLOURS[i % COLOURS.len()];
        let points: Vec<String> = curve
            .costs
            .iter()
            .zip(&curve.qualities)
            .map(|(c, q)| format!("{:.1},{:.1}", x(*c), y(*q)))
            .collect();
        let width = if curve.name == UNIROUTE { 3.0 } else { 1.5 };
        let row = top + 18.0 * i as f64;
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"/>\
             <path d=\"M{a:.1} {row:.1}h22\" stroke=\"{colour}\" stroke-width=\"{width}\"/>\
             <text x=\"{b:.1}\" y=\"{t:.1}\">{}</text>",
            points.join(" "),
            escape(&curve.name),
            a = WIDTH - right + 16.0,
            b = WIDTH - right + 44.0,
            t = row + 4.0,
        );
    }
    svg.push_str("</svg>\n");
    svg
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(name: &str, q: f64) -> MeanCurve {
        MeanCurve {
            name: name.into(),
            costs: vec![0.0, 1.0],
            qualities: vec![q, q + 0.1],
        }
    }

    #[test]
    fn the_plot_names_every_method_and_escapes_the_title() {
        let svg = to_svg(
            "a <b>",
            &[
                curve("knn", 0.5),
                curve("uniroute", 0.6),
                curve("oracle", 0.9),
            ],
        );
        assert!(svg.contains("a &lt;b&gt;") && svg.contains(">knn<") && svg.contains(">uniroute<"));
        assert!(!svg.contains("oracle") && !svg.contains("NaN") && svg.ends_with("</svg>\n"));
        assert!(!to_svg("flat", &[curve("knn", 0.0)]).contains("NaN"));
    }

    #[test]
    fn the_csv_has_a_line_a_point() {
        assert_eq!(
            to_csv(&[curve("knn", 0.5)]),
            "method,cost,quality\nknn,0.00,0.500000\nknn,1.00,0.600000\n"
        );
    }
}
