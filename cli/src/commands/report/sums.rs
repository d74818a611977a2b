//! Sums over routed prompts, in memory that does not depend on their number.

use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use uniroute::route::{Decision, ExclusionCode};

/// Values of λ of the frontier: 0, and ten for each power of ten from this one on.
const FRONTIER_FROM: f64 = 1e-1;
const FRONTIER_STEPS: usize = 70;

/// What is added up.
pub struct Sums {
    prompts: u64,
    /// Prompts for which every model is excluded.
    without: u64,
    out_of_distribution: u64,
    unknown_words: u64,
    /// As routed: quality, US dollars.
    quality: f64,
    cost: f64,
    models: Vec<Model>,
    frontier: Vec<(f64, f64)>,
    fields: BTreeMap<String, Field>,
}

#[derive(Clone, Default)]
struct Model {
    chosen: u64,
    cost: f64,
    /// If it got every prompt.
    all_quality: f64,
    all_cost: f64,
    excluded: u64,
}

#[derive(Clone, Default)]
struct Field {
    prompts: u64,
    quality: f64,
    cost: f64,
    out_of_distribution: u64,
    chosen: BTreeMap<usize, u64>,
}

fn lambda(step: usize) -> f64 {
    match step {
        0 => 0.0,
        step => FRONTIER_FROM * 10f64.powf((step - 1) as f64 / 10.0),
    }
}

impl Sums {
    /// No prompt yet, for a pool of so many models.
    pub fn new(models: usize) -> Self {
        Self {
            prompts: 0,
            without: 0,
            out_of_distribution: 0,
            unknown_words: 0,
            quality: 0.0,
            cost: 0.0,
            models: vec![Model::default(); models],
            frontier: vec![(0.0, 0.0); FRONTIER_STEPS + 1],
            fields: BTreeMap::new(),
        }
    }

    /// Adds a decision over the models at these positions by their ids.
    pub fn add(&mut self, positions: &HashMap<&str, usize>, decision: &Decision) {
        self.prompts += 1;
        self.out_of_distribution += u64::from(decision.out_of_distribution);
        self.unknown_words += u64::from(decision.unknown_words);
        let position = |id: &String| positions.get(id.as_str()).copied();
        let mut open = Vec::with_capacity(decision.candidates.len());
        for candidate in &decision.candidates {
            let Some(at) = position(&candidate.id) else {
                continue;
            };
            let cost = candidate.cost.total.unwrap_or(0.0);
            let Some(model) = self.models.get_mut(at) else {
                continue;
            };
            model.all_quality += candidate.quality;
            model.all_cost += cost;
            // A budget or a floor excludes for one prompt; that is no reason against a model for all of them.
            let code = candidate.excluded.as_ref().map(|excluded| excluded.code);
            match code {
                None | Some(ExclusionCode::OverBudget | ExclusionCode::BelowFloor) => {
                    open.push((candidate.quality, cost));
                }
                Some(_) => model.excluded += 1,
            }
        }
        for (step, (quality, cost)) in self.frontier.iter_mut().enumerate() {
            let lambda = lambda(step);
            let score = |(q, c): &(f64, f64)| 1.0 - q + lambda * c;
            let best = open.iter().min_by(|a, b| {
                let order = score(a).total_cmp(&score(b));
                order.then(a.1.total_cmp(&b.1))
            });
            if let Some(best) = best {
                *quality += best.0;
                *cost += best.1;
            }
        }
        let first = decision.candidates.first().filter(|c| c.excluded.is_none());
        let Some(first) = first else {
            self.without += 1;
            return;
        };
        let cost = first.cost.total.unwrap_or(0.0);
        self.quality += first.quality;
        self.cost += cost;
        let cluster = decision.clusters.first();
        let name = cluster.map(|c| c.field.clone().unwrap_or_else(|| c.label.clone()));
        let field = self.fields.entry(name.unwrap_or_default()).or_default();
        field.prompts += 1;
        field.quality += first.quality;
        field.cost += cost;
        field.out_of_distribution += u64::from(decision.out_of_distribution);
        if let Some(at) = position(&first.id) {
            *field.chosen.entry(at).or_default() += 1;
            if let Some(model) = self.models.get_mut(at) {
                model.chosen += 1;
                model.cost += cost;
            }
        }
    }

    /// Adds the sums of other prompts over the same pool.
    pub fn merge(&mut self, other: &Self) {
        self.prompts += other.prompts;
        self.without += other.without;
        self.out_of_distribution += other.out_of_distribution;
        self.unknown_words += other.unknown_words;
        self.quality += other.quality;
        self.cost += other.cost;
        for (own, other) in self.models.iter_mut().zip(&other.models) {
            own.chosen += other.chosen;
            own.cost += other.cost;
            own.all_quality += other.all_quality;
            own.all_cost += other.all_cost;
            own.excluded += other.excluded;
        }
        for (own, other) in self.frontier.iter_mut().zip(&other.frontier) {
            own.0 += other.0;
            own.1 += other.1;
        }
        for (name, other) in &other.fields {
            let own = self.fields.entry(name.clone()).or_default();
            own.prompts += other.prompts;
            own.quality += other.quality;
            own.cost += other.cost;
            own.out_of_distribution += other.out_of_distribution;
            for (model, chosen) in &other.chosen {
                *own.chosen.entry(*model).or_default() += chosen;
            }
        }
    }
}

/// Mean expected quality, and US dollars for all prompts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// From 0 to 1.
    pub quality: f64,
    /// US dollars.
    pub cost: f64,
}

/// What a report shows.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Prompts that were routed.
    pub prompts: u64,
    /// Prompts for which every model is excluded.
    pub without_model: u64,
    /// Prompts that are unlike what the router was fitted on, and those of them with mostly unknown words.
    pub out_of_distribution: u64,
    /// See above.
    pub unknown_words: u64,
    /// As routed.
    pub routed: Point,
    /// The models, those with most prompts first.
    pub models: Vec<ModelSummary>,
    /// Routing at rising λ.
    pub frontier: Vec<FrontierPoint>,
    /// The fields, those with most prompts first.
    pub fields: Vec<FieldSummary>,
    /// The model that is compared with.
    pub reference: Option<Reference>,
}

/// A model in a report.
#[derive(Debug, Serialize)]
pub struct ModelSummary {
    /// The model's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Prompts that it gets.
    pub prompts: u64,
    /// US dollars for these.
    pub cost: f64,
    /// If it got every prompt; `null` if it is excluded for some.
    pub single: Option<Point>,
}

/// Routing with one λ.
#[derive(Debug, Serialize)]
pub struct FrontierPoint {
    /// Quality per US dollar.
    pub lambda: f64,
    /// What it gives.
    #[serde(flatten)]
    pub point: Point,
}

/// A field in a report.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldSummary {
    /// Its name.
    pub name: String,
    /// Its prompts.
    pub prompts: u64,
    /// As routed.
    #[serde(flatten)]
    pub point: Point,
    /// Prompts that are unlike what the router was fitted on.
    pub out_of_distribution: u64,
    /// Name of the model that gets most of its prompts.
    pub model: String,
}

/// Routing beside one model for all prompts.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reference {
    /// The model's name.
    pub name: String,
    /// What it gives.
    pub point: Point,
    /// Prompts a month.
    pub monthly_prompts: u64,
    /// US dollars that routing saves a month; negative if it costs more.
    pub saved_monthly: f64,
    /// The cheapest routing on the frontier that is as good; `null` if none is.
    pub as_good: Option<Point>,
}

impl Summary {
    /// `None` if no prompt was given a model.
    pub fn new(
        sums: &Sums,
        ids: &[&str],
        names: Vec<String>,
        reference: Option<&str>,
        monthly: Option<u64>,
    ) -> Option<Self> {
        let answered = sums.prompts - sums.without;
        if answered == 0 {
            return None;
        }
        let point = |quality: f64, cost: f64, prompts: u64| Point {
            quality: quality / prompts.max(1) as f64,
            cost,
        };
        let single = |model: &Model| {
            (model.excluded == 0).then(|| point(model.all_quality, model.all_cost, sums.prompts))
        };
        let best = || {
            let known = sums.models.iter().enumerate();
            let known = known.filter_map(|(at, model)| Some((at, single(model)?)));
            known
                .max_by(|(_, a), (_, b)| {
                    let order = a.quality.total_cmp(&b.quality);
                    order.then(b.cost.total_cmp(&a.cost))
                })
                .map(|(at, _)| at)
        };
        let at = match reference {
            Some(id) => ids.iter().position(|known| *known == id),
            None => best(),
        };
        let frontier: Vec<FrontierPoint> = sums
            .frontier
            .iter()
            .enumerate()
            .map(|(step, (quality, cost))| FrontierPoint {
                lambda: lambda(step),
                point: point(*quality, *cost, answered),
            })
            .collect();
        let name = |at: usize| names.get(at).cloned().unwrap_or_default();
        let reference = at.and_then(|at| Some((at, sums.models.get(at)?)));
        let reference = reference.map(|(at, model)| {
            let theirs = point(model.all_quality, model.all_cost, sums.prompts);
            let monthly = monthly.unwrap_or(sums.prompts);
            let as_good = frontier.iter().map(|f| f.point);
            let as_good = as_good.filter(|p| p.quality >= theirs.quality - 1e-9);
            Reference {
                name: name(at),
                point: theirs,
                monthly_prompts: monthly,
                saved_monthly: (theirs.cost - sums.cost) / sums.prompts as f64 * monthly as f64,
                as_good: as_good.min_by(|a, b| a.cost.total_cmp(&b.cost)),
            }
        });
        let mut models: Vec<ModelSummary> = sums
            .models
            .iter()
            .enumerate()
            .map(|(at, model)| ModelSummary {
                id: ids.get(at).map(|id| (*id).to_owned()).unwrap_or_default(),
                name: name(at),
                prompts: model.chosen,
                cost: model.cost,
                single: single(model),
            })
            .collect();
        models.sort_by(|a, b| b.prompts.cmp(&a.prompts).then_with(|| a.id.cmp(&b.id)));
        let mut fields: Vec<FieldSummary> = sums
            .fields
            .iter()
            .map(|(field, sums)| FieldSummary {
                name: field.clone(),
                prompts: sums.prompts,
                point: point(sums.quality, sums.cost, sums.prompts),
                out_of_distribution: sums.out_of_distribution,
                model: sums
                    .chosen
                    .iter()
                    .max_by_key(|(at, chosen)| (**chosen, std::cmp::Reverse(**at)))
                    .map(|(at, _)| name(*at))
                    .unwrap_or_default(),
            })
            .collect();
        fields.sort_by(|a, b| b.prompts.cmp(&a.prompts).then_with(|| a.name.cmp(&b.name)));
        Some(Self {
            prompts: sums.prompts,
            without_model: sums.without,
            out_of_distribution: sums.out_of_distribution,
            unknown_words: sums.unknown_words,
            routed: point(sums.quality, sums.cost, answered),
            models,
            frontier,
            fields,
            reference,
        })
    }
}
