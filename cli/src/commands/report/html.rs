//! A report as one HTML file: no scripts, no other files, nothing of the prompts' texts.

use super::sums::{Point, Summary};
use super::svg::{self, Bar};
use super::text::{dollars, escaped, number, percent, points};
use std::fmt::Write;

/// Models and fields that a plot shows.
const SHOWN: usize = 15;
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:760px;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}\
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2.2rem}svg{width:100%;height:auto;font:12px system-ui,sans-serif;fill:currentColor}\
svg rect{fill:#0072b2}svg .name{text-anchor:end}svg .tick{text-anchor:middle}svg .grid{stroke:currentColor;stroke-opacity:.15}\
svg polyline{fill:none;stroke:#0072b2;stroke-width:2}svg .single{fill:#999}svg .routed{fill:#d55e00}\
table{border-collapse:collapse;width:100%}th,td{text-align:right;padding:.2rem .5rem;border-bottom:1px solid #8884}\
th:first-child,td:first-child{text-align:left}.lead{font-size:1.2rem}\
@media(prefers-color-scheme:dark){body{color:#eee;background:#16181b}svg rect{fill:#56b4e9}svg polyline{stroke:#56b4e9}}";

/// The page.
pub fn page(summary: &Summary) -> String {
    let mut html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>{prompts} prompts, routed</title><style>{STYLE}</style></head><body>\
         <h1>{prompts} prompts, routed</h1><p class=\"lead\">{}</p>",
        escaped(&sentence(summary)),
        prompts = number(summary.prompts),
    );
    // Writing to a string cannot fail.
    let _ = write!(
        html,
        "<p>Expected quality {}, {} for all prompts.{}</p>",
        percent(summary.routed.quality),
        dollars(summary.routed.cost),
        unfamiliar(summary),
    );
    html.push_str("<h2>Which model gets how many</h2>");
    html.push_str(&svg::bars(
        "Share of the prompts for each model",
        &shares(summary),
    ));
    html.push_str("<h2>Cost against single models</h2>");
    html.push_str(
        "<p>The line is routing at rising weights of cost; grey points are single models for all prompts; the large \
         point is the routing of this report.</p>",
    );
    html.push_str(&svg::costs(summary));
    html.push_str("<h2>What people ask</h2>");
    html.push_str(&svg::bars(
        "Share of the prompts for each field",
        &fields(summary),
    ));
    tables(&mut html, summary);
    html.push_str(
        "<p>Qualities are expectations from the pool's scores and the router's clusters, not measured on these \
         prompts; costs follow from estimated tokens and the pool's prices.</p></body></html>\n",
    );
    html
}

/// What routing gives, in a sentence.
pub fn sentence(summary: &Summary) -> String {
    let Some(reference) = &summary.reference else {
        return format!("Routing costs {}.", dollars(summary.routed.cost));
    };
    let Point { quality, cost } = reference.point;
    let name = &reference.name;
    let difference = summary.routed.quality - quality;
    let than = match difference {
        d if d.abs() < 5e-4 => format!("is expected to be as good as {name}"),
        d if d > 0.0 => format!("is expected to be {} better than {name}", points(d)),
        d => format!("is expected to be {} worse than {name}", points(-d)),
    };
    let share = summary.routed.cost / cost.max(f64::MIN_POSITIVE);
    let month = number(reference.monthly_prompts);
    let saved = match reference.saved_monthly {
        s if s >= 0.0 => format!("saves {}", dollars(s)),
        s => format!("costs {} more", dollars(-s)),
    };
    let as_good = match reference.as_good {
        Some(point) if point.cost < cost => format!(
            " As good as {name}, routing costs {} of its price.",
            percent(point.cost / cost.max(f64::MIN_POSITIVE))
        ),
        _ => format!(" For these prompts nothing cheaper is as good as {name}."),
    };
    format!(
        "Routing {than} for {} of its price, and {saved} a month at {month} prompts.{as_good}",
        percent(share)
    )
}

fn unfamiliar(summary: &Summary) -> String {
    let share = summary.out_of_distribution as f64 / summary.prompts.max(1) as f64;
    let mut text = format!(
        " {} of the prompts ({}) are unlike those the router knows, or too short to tell",
        number(summary.out_of_distribution),
        percent(share)
    );
    if summary.unknown_words > 0 {
        let _ = write!(
            text,
            "; {} of them mostly in unknown words, such as other languages",
            number(summary.unknown_words)
        );
    }
    text.push('.');
    if summary.without_model > 0 {
        let _ = write!(
            text,
            " For {} no model is left.",
            number(summary.without_model)
        );
    }
    text
}

fn shares(summary: &Summary) -> Vec<Bar> {
    let chosen = summary.models.iter().filter(|model| model.prompts > 0);
    let bar = |prompts: u64, name: &str, cost: f64| Bar {
        name: name.to_owned(),
        value: prompts as f64,
        text: format!(
            "{}, {}",
            percent(prompts as f64 / summary.prompts.max(1) as f64),
            dollars(cost)
        ),
    };
    chosen
        .take(SHOWN)
        .map(|model| bar(model.prompts, &model.name, model.cost))
        .collect()
}

fn fields(summary: &Summary) -> Vec<Bar> {
    let bar = |field: &super::sums::FieldSummary| Bar {
        name: field.name.clone(),
        value: field.prompts as f64,
        text: format!(
            "{}, {}",
            percent(field.prompts as f64 / summary.prompts.max(1) as f64),
            dollars(field.point.cost)
        ),
    };
    summary.fields.iter().take(SHOWN).map(bar).collect()
}

fn tables(html: &mut String, summary: &Summary) {
    html.push_str(
        "<h2>Fields</h2><table><tr><th>field</th><th>prompts</th><th>quality</th><th>cost</th><th>unfamiliar</th>\
         <th>mostly</th></tr>",
    );
    for field in &summary.fields {
        let _ = write!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(&field.name),
            number(field.prompts),
            percent(field.point.quality),
            dollars(field.point.cost),
            percent(field.out_of_distribution as f64 / field.prompts.max(1) as f64),
            escaped(&field.model),
        );
    }
    html.push_str(
        "</table><h2>Models</h2><table><tr><th>model</th><th>prompts</th><th>cost</th><th>quality if it got all</th>\
         <th>cost if it got all</th></tr>",
    );
    for model in &summary.models {
        let single = |of: fn(Point) -> String| model.single.map_or("–".to_owned(), of);
        let _ = write!(
            html,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(&model.name),
            number(model.prompts),
            dollars(model.cost),
            single(|point| percent(point.quality)),
            single(|point| dollars(point.cost)),
        );
    }
    html.push_str("</table>");
}
