//! The plots of a report, as SVG without scripts.

use super::sums::Summary;
use super::text::{dollars, escaped, percent};
use std::fmt::Write;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 380.0;
/// Left, top, right, bottom.
const MARGIN: [f64; 4] = [64.0, 16.0, 24.0, 46.0];
const BAR: f64 = 26.0;
const LABEL: f64 = 250.0;
/// Models that are named in the plot of costs.
const NAMED: usize = 6;

/// A bar with its name and its text.
pub struct Bar {
    pub name: String,
    pub value: f64,
    pub text: String,
}

/// Horizontal bars.
pub fn bars(title: &str, bars: &[Bar]) -> String {
    let most = bars
        .iter()
        .map(|bar| bar.value)
        .fold(f64::MIN_POSITIVE, f64::max);
    let height = BAR * bars.len() as f64 + 8.0;
    let mut svg = opened(title, height);
    for (row, bar) in bars.iter().enumerate() {
        let y = BAR * row as f64 + 4.0;
        let length = (WIDTH - LABEL - 110.0) * (bar.value / most).clamp(0.0, 1.0);
        // Writing to a string cannot fail.
        let _ = write!(
            svg,
            "<text class=\"name\" x=\"{:.0}\" y=\"{:.1}\">{}</text>\
             <rect x=\"{LABEL}\" y=\"{y:.1}\" width=\"{length:.1}\" height=\"{:.1}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            LABEL - 8.0,
            y + BAR * 0.62,
            escaped(&bar.name),
            BAR - 6.0,
            LABEL + length + 6.0,
            y + BAR * 0.62,
            escaped(&bar.text),
        );
    }
    svg.push_str("</svg>");
    svg
}

/// Cost, on a logarithmic axis, and quality: the frontier of routing, single models, and the result.
pub fn costs(summary: &Summary) -> String {
    let singles: Vec<(&str, f64, f64)> = summary
        .models
        .iter()
        .filter_map(|model| {
            Some((
                model.name.as_str(),
                model.single?.cost,
                model.single?.quality,
            ))
        })
        .filter(|(_, cost, _)| *cost > 0.0)
        .collect();
    let frontier: Vec<(f64, f64)> = summary
        .frontier
        .iter()
        .map(|f| (f.point.cost, f.point.quality))
        .filter(|(cost, _)| *cost > 0.0)
        .collect();
    let all = singles
        .iter()
        .map(|(_, c, q)| (*c, *q))
        .chain(frontier.iter().copied());
    let all: Vec<(f64, f64)> = all
        .chain([(summary.routed.cost, summary.routed.quality)])
        .collect();
    let range = |of: fn(&(f64, f64)) -> f64| {
        let values = all.iter().map(of).filter(|v| v.is_finite());
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
            (low.min(v), high.max(v))
        })
    };
    let (low, high) = range(|(cost, _)| cost.max(1e-12).log10());
    let (worst, best) = range(|(_, quality)| *quality);
    let [left, top, right, bottom] = MARGIN;
    let x = |cost: f64| {
        let share = (cost.max(1e-12).log10() - low) / (high - low).max(1e-9);
        left + share * (WIDTH - left - right)
    };
    let y = |quality: f64| {
        let share = (quality - worst) / (best - worst).max(1e-9);
        HEIGHT - bottom - share * (HEIGHT - top - bottom)
    };
    let mut svg = opened(
        "Cost and expected quality of routing and of single models",
        HEIGHT,
    );
    for power in (low.floor() as i32)..=(high.ceil() as i32) {
        let cost = 10f64.powi(power);
        if (low..=high).contains(&f64::from(power)) {
            let _ = write!(
                svg,
                "<line class=\"grid\" x1=\"{0:.1}\" x2=\"{0:.1}\" y1=\"{top}\" y2=\"{1:.1}\"/>\
                 <text class=\"tick\" x=\"{0:.1}\" y=\"{2:.1}\">{3}</text>",
                x(cost),
                HEIGHT - bottom,
                HEIGHT - bottom + 16.0,
                dollars(cost),
            );
        }
    }
    for step in 0..=4 {
        let quality = worst + (best - worst) * f64::from(step) / 4.0;
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{left}\" x2=\"{0:.1}\" y1=\"{1:.1}\" y2=\"{1:.1}\"/>\
             <text class=\"name\" x=\"{2:.1}\" y=\"{3:.1}\">{4}</text>",
            WIDTH - right,
            y(quality),
            left - 6.0,
            y(quality) + 4.0,
            percent(quality),
        );
    }
    let line: Vec<String> = frontier
        .iter()
        .map(|(c, q)| format!("{:.1},{:.1}", x(*c), y(*q)))
        .collect();
    let _ = write!(svg, "<polyline points=\"{}\"/>", line.join(" "));
    for (at, (name, cost, quality)) in singles.iter().enumerate() {
        let _ = write!(
            svg,
            "<circle class=\"single\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"4\"><title>{}: {}, {}</title></circle>",
            x(*cost),
            y(*quality),
            escaped(name),
            percent(*quality),
            dollars(*cost),
        );
        if at < NAMED {
            let _ = write!(
                svg,
                "<text class=\"name\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                x(*cost) - 7.0,
                y(*quality) + 12.0,
                escaped(name),
            );
        }
    }
    let _ = write!(
        svg,
        "<circle class=\"routed\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"7\"><title>as routed</title></circle>\
         <text class=\"tick\" x=\"{:.1}\" y=\"{:.1}\">US dollars for all prompts</text></svg>",
        x(summary.routed.cost),
        y(summary.routed.quality),
        WIDTH / 2.0,
        HEIGHT - 8.0,
    );
    svg
}

fn opened(title: &str, height: f64) -> String {
    format!(
        "<svg role=\"img\" viewBox=\"0 0 {WIDTH} {height:.0}\" xmlns=\"http://www.w3.org/2000/svg\"><title>{}</title>",
        escaped(title)
    )
}
