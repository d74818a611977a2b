//! What a leg is, what it starts with and how it ends.

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::wasm::Built;

/// One kind of check. The table of results has them in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ValueEnum)]
pub enum Leg {
    /// rustfmt and prettier accept every file
    Format,
    /// Modules use each other as ARCHITECTURE.md says
    Architecture,
    /// The WebAssembly modules and the page build
    Wasm,
    /// clippy has no warnings, natively and for WebAssembly; the library has few dependencies
    Lints,
    /// Rust tests on this machine
    Native,
    /// Every parser holds against made-up inputs for two minutes; needs a C++ compiler
    Fuzz,
    /// Examples in the documentation run, and its links have targets
    Docs,
    /// The commands in README.md work
    Readme,
    /// A real language model is measured by `uniroute probe`
    Model,
    /// The job for Apache Spark gives the results of a single run; needs Java and Python
    Spark,
    /// The JavaScript matches its types
    Types,
    /// The built npm package in Node
    Node,
    /// The npm tarball in Node, bundlers, Chromium and workerd, and the examples
    Package,
    /// The adapters of the package with the libraries that they are for; needs Node 22, which npm brings on Linux
    Integrations,
    /// The served page in Chromium
    Browser,
    /// What a visitor downloads
    Size,
    /// Licences, sources and bans of dependencies; advisories too if cargo-deny is installed
    Licences,
}

impl Leg {
    /// Whether the leg may be skipped, or a part of it, even where all others must run.
    pub fn is_optional(self) -> bool {
        matches!(self, Self::Model | Self::Spark | Self::Licences)
    }

    /// Whether the leg may run beside others, at a lower priority: it needs no package and no page that they build,
    /// and nothing in it must be quick.
    pub fn runs_beside(self) -> bool {
        matches!(
            self,
            Self::Lints
                | Self::Native
                | Self::Fuzz
                | Self::Docs
                | Self::Readme
                | Self::Model
                | Self::Spark
        )
    }

    /// The name as typed on the command line.
    pub fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// Where a leg ran.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// The target of the code that was checked.
    pub target: String,
    /// The compiler, Node or browser, with its version.
    pub compiler: String,
    /// The vector instructions in use.
    pub simd: String,
}

/// How a leg ended if it found no fault.
pub enum Ran {
    /// All of it ran there.
    On(Place),
    /// A part ran there; why this machine cannot run the other part.
    Partly(Place, String),
    /// Why this machine cannot run it.
    Cannot(String),
}

/// What one leg passes on to the next.
#[derive(Default)]
pub struct State {
    /// The WebAssembly modules, once a leg has built them.
    pub wasm: Option<Built>,
}
