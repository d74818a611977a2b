//! Where legs run: this machine, or the WebAssembly module in an engine.

use std::env::consts;

use anyhow::Result;

use crate::{
    process,
    test::leg::{Place, Ran},
    toolchain,
    wasm::Built,
};

/// This machine and its compiler.
pub fn host() -> Result<Place> {
    let verbose = process::output(process::command("rustc").arg("-vV"))?;
    let field = |name: &str| {
        let mut lines = verbose.lines();
        lines
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or_default()
    };
    let cfg = process::output(process::command("rustc").args(["--print", "cfg"]))?;
    let widest = ["avx512f", "avx2", "sse2", "neon"]
        .into_iter()
        .find(|name| cfg.contains(&format!("target_feature=\"{name}\"")));
    Ok(Place {
        target: match field("host: ") {
            "" => consts::ARCH.into(),
            host => host.into(),
        },
        compiler: format!("rustc {}", field("release: ")),
        simd: widest.unwrap_or("none").into(),
    })
}

/// The module in an engine, or as a compiler wrote it.
pub fn module(built: &Built, engine: String) -> Place {
    Place {
        target: toolchain::TARGET.into(),
        compiler: engine,
        simd: built.simd.clone(),
    }
}

/// JavaScript alone.
pub fn javascript(node: String) -> Place {
    Place {
        target: "javascript".into(),
        compiler: node,
        ..Place::default()
    }
}

/// The result of a leg without Node.
pub fn no_node() -> Ran {
    Ran::Cannot("Node.js with npm is missing; install version 20 or later".into())
}

/// The result of a leg without a browser.
pub fn no_browser() -> Ran {
    Ran::Cannot("Chromium or Chrome is missing; install one or name it in CHROME".into())
}
