//! What a method is.

use ndarray::Array2;

use crate::eval::fits::{Context, FittedRouter};
use crate::eval::trial::Hidden;

/// Name of the method that gains are measured against.
pub(in crate::eval) const ZERO_ROUTER: &str = "zero_router";
/// Name of the method that plots emphasise.
pub(in crate::eval) const UNIROUTE: &str = "uniroute";
/// Name of the method that plots leave out, as it would compress the scale.
pub(in crate::eval) const ORACLE: &str = "oracle";

/// A way to predict the error of unseen models.
pub trait Method: Sync {
    /// Name on the command line and in results.
    fn name(&self) -> &'static str;

    /// Predicted error of each unseen model on each test prompt, `(tests, unseen)`. Only the
    /// reference methods look at what is hidden.
    fn predict(&self, context: &Context, hidden: &Hidden) -> Array2<f32>;

    /// The router that makes the predictions, for a method whose guarantees are compared with the
    /// outcome; `None` for all others, or if no router could be fitted.
    fn fitted_router<'a>(&self, _: &'a Context) -> Option<&'a FittedRouter> {
        None
    }
}
