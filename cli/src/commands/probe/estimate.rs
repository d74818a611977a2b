//! What a run will ask and cost, before it starts.

use super::limits::Prices;
use uniroute::Router;
use uniroute::cost::{Family, TokenFeatures};
use uniroute_probe::Probe;
use uniroute_probe::choose::Plan;

/// Tokens of a judge's prompt beside the two answers, and of its verdict.
const JUDGE: [f64; 2] = [160.0, 250.0];

/// Expected size of a run.
pub struct Estimate {
    questions: usize,
    open: usize,
    input: f64,
    output: f64,
    most_output: f64,
    judge_input: f64,
    judge_output: f64,
}

impl Estimate {
    pub fn of(router: &Router, model: &str, plan: &Plan, open: &[Probe], most_tokens: u64) -> Self {
        let family = Family::of_model(model).unwrap_or_default();
        let tokens =
            |text: &str| family.tokens(&TokenFeatures::of(text, router.embedder().count(text)));
        let all = || plan.probes.iter().chain(open);
        let of_tools = |probe: &Probe| {
            probe
                .tools
                .iter()
                .map(|t| tokens(&t.to_string()))
                .sum::<f64>()
        };
        let comparisons = 2.0 * open.len() as f64;
        Self {
            questions: plan.probes.len(),
            open: open.len(),
            input: all().map(|p| tokens(&p.prompt) + of_tools(p)).sum(),
            output: all().map(|p| f64::from(p.answer_tokens)).sum(),
            most_output: (plan.probes.len() + open.len()) as f64 * most_tokens as f64,
            judge_input: comparisons * JUDGE[0]
                + 4.0 * open.iter().map(|p| f64::from(p.answer_tokens)).sum::<f64>(),
            judge_output: comparisons * JUDGE[1],
        }
    }

    /// The estimate in words.
    pub fn words(&self, prices: Option<Prices>, judge: Option<Prices>, judged: bool) -> String {
        let mut text = format!("{} questions", self.questions);
        if judged {
            text += &format!(
                ", {} open ones, each compared twice by the judge",
                self.open
            );
        }
        text += &format!(
            ": about {:.0} input tokens and {:.0} output tokens (models that reason: several times as many; at most {:.0})",
            self.input, self.output, self.most_output
        );
        if judged {
            text += &format!(
                ", for the judge about {:.0} and {:.0}",
                self.judge_input, self.judge_output
            );
        }
        match prices {
            Some(prices) => {
                let mut cost = prices.cost(self.input, self.output);
                let mut most = prices.cost(self.input, self.most_output);
                let of_judge = judge.map(|p| p.cost(self.judge_input, self.judge_output));
                cost += of_judge.unwrap_or(0.0);
                most += of_judge.unwrap_or(0.0) * 4.0;
                text += &format!("; about ${cost:.4}, at most ${most:.4}");
                if judged && judge.is_none() {
                    text += " without the judge, whose price is unknown";
                }
            }
            None => text += "; cost unknown, name --price-in and --price-out to see it",
        }
        text
    }
}
