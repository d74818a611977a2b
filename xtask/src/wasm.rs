//! The library as WebAssembly modules with their JavaScript glue.

use std::{fs, path::PathBuf, thread, time::Instant};

use anyhow::{Context, Result, anyhow};
use clap::ValueEnum;
use serde_json::{Value, json};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    bytes, cargo, files, process,
    toolchain::{TARGET, Toolchain},
};

/// What to build.
#[derive(clap::Args, Clone, Default)]
pub struct Args {
    /// Build only the modules with these vector instructions [default: all modules]
    #[arg(long, value_enum)]
    pub simd: Option<Simd>,
    /// Keep function names in the module, for profilers
    #[arg(long)]
    pub names: bool,
}

/// A set of vector instructions.
#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
pub enum Simd {
    /// Fixed-width vectors, which every current browser has
    #[default]
    Simd128,
    /// Relaxed vectors too, where int8 dot products are one instruction; for the transformer
    Relaxed,
}

impl Simd {
    /// What rustc calls it.
    pub fn target_features(self) -> &'static str {
        match self {
            Self::Simd128 => "+simd128",
            Self::Relaxed => "+simd128,+relaxed-simd",
        }
    }
}

/// One of the modules that are built from the library.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Module {
    /// The static embedder alone: what a page, an extension or an edge worker starts with
    Standard,
    /// With the transformer
    Transformer,
    /// With the transformer, for engines with relaxed vectors
    Relaxed,
}

impl Module {
    const ALL: [Self; 3] = [Self::Standard, Self::Transformer, Self::Relaxed];

    fn simd(self) -> Simd {
        match self {
            Self::Standard | Self::Transformer => Simd::Simd128,
            Self::Relaxed => Simd::Relaxed,
        }
    }

    fn features(self) -> &'static str {
        match self {
            Self::Standard => cargo::WASM_FEATURES,
            Self::Transformer | Self::Relaxed => cargo::TRANSFORMER_FEATURES,
        }
    }

    /// The profile of Cargo.toml: the module that everyone downloads is built to be small.
    fn profile(self) -> &'static str {
        match self {
            Self::Standard => "wasm-small",
            Self::Transformer | Self::Relaxed => "wasm",
        }
    }

    fn rustflags(self) -> String {
        let simd = self.simd().target_features();
        match self {
            // Small functions stay calls.
            Self::Standard => format!("-Ctarget-feature={simd} -Cllvm-args=-inline-threshold=10"),
            Self::Transformer | Self::Relaxed => format!("-Ctarget-feature={simd}"),
        }
    }

    /// Stem of the generated files.
    fn stem(self) -> &'static str {
        match self {
            Self::Standard => "uniroute",
            Self::Transformer => "uniroute_minilm",
            Self::Relaxed => "uniroute_relaxed",
        }
    }
}

/// What was built and with what.
pub struct Built {
    /// `rustup, rustc 1.95.0 (…)`.
    pub compiler: String,
    /// Vector instructions the compiler recorded in the module, for example `simd128`.
    pub simd: String,
    /// Size of the module in bytes.
    pub raw: usize,
    /// Size of the module in bytes after gzip.
    pub gzip: usize,
}

/// The folder of the generated files: that of the npm package.
pub fn folder() -> PathBuf {
    files::root().join("pkg/dist")
}

/// The module that [`build`] writes to [`folder`].
pub fn path(module: Module) -> PathBuf {
    folder().join(format!("{}_bg.wasm", module.stem()))
}

/// Builds the modules and their glue; quick if nothing changed. Describes the first of them.
pub fn build(args: &Args) -> Result<Built> {
    let toolchain = Toolchain::find()?;
    let compiler = format!("{}, {}", toolchain.name(), toolchain.version()?);
    let wanted = |simd: Simd| args.simd.is_none_or(|only| only == simd);
    eprintln!("[xtask] building {TARGET} ({compiler})");
    let start = Instant::now();
    // Each set of instructions at the same time: the last step of each module, which takes longest, uses
    // one core only.
    let compiled = thread::scope(|scope| {
        let toolchain = &toolchain;
        let runs = [Simd::Simd128, Simd::Relaxed].map(|simd| {
            let modules = Module::ALL.into_iter();
            let modules = modules.filter(move |module| module.simd() == simd && wanted(simd));
            scope.spawn(move || {
                let built = modules.map(|module| Ok((module, compile(toolchain, module)?)));
                built.collect::<Result<Vec<_>>>()
            })
        });
        let joined = runs.into_iter().map(|run| run.join());
        joined
            .map(|done| done.unwrap_or_else(|_| Err(anyhow!("the build panicked"))))
            .collect::<Result<Vec<_>>>()
    })?;
    eprintln!("[xtask] cargo {:.1} s", start.elapsed().as_secs_f32());
    let mut built = Vec::new();
    for (module, wasm) in compiled.into_iter().flatten() {
        generate(module, args.names, &wasm)?;
        built.push(measure(module, &compiler, &wasm)?);
    }
    let first = built.into_iter().next();
    first.context("no module was requested")
}

/// Makes the glue, unless it exists already.
fn generate(module: Module, names: bool, wasm: &[u8]) -> Result<()> {
    let stamp = Stamp::new(module, names, wasm);
    if stamp.holds() {
        return Ok(());
    }
    Bindgen::new()
        .input_bytes(module.stem(), wasm.to_vec())
        .web(true)?
        .typescript(true)
        .out_name(module.stem())
        .remove_name_section(!names)
        .remove_producers_section(true)
        // The package replaces a module that stopped by a fresh instance.
        .reset_state_function(true)
        .generate(folder())
        .context("wasm-bindgen could not generate the glue")?;
    stamp.write()
}

fn measure(module: Module, compiler: &str, wasm: &[u8]) -> Result<Built> {
    let path = path(module);
    let module = files::read(&path)?;
    let built = Built {
        compiler: compiler.to_owned(),
        simd: recorded_simd(wasm),
        raw: module.len(),
        gzip: bytes::gzip_len(&module)?,
    };
    eprintln!(
        "[xtask] {}: {} bytes, {} gzip; SIMD: {}",
        files::shown(&path),
        bytes::grouped(built.raw),
        bytes::grouped(built.gzip),
        built.simd,
    );
    Ok(built)
}

fn compile(toolchain: &Toolchain, module: Module) -> Result<Vec<u8>> {
    // One folder for each compiler and set of flags: the standard library that cargo builds and the
    // installed one cannot share a folder.
    let folder = format!("{}-{}", toolchain.name(), module.stem());
    let folder = files::target().join("wasm").join(folder);
    let mut cargo = toolchain.cargo_rustc();
    cargo
        .args(cargo::wasm_arguments(module.features()))
        // Without the rlib, dependencies need no machine code of their own before the final link.
        .args(["--crate-type", "cdylib", "--profile", module.profile()])
        .arg("--target-dir")
        .arg(&folder)
        .env("RUSTFLAGS", module.rustflags());
    process::run(&mut cargo)?;
    files::read(
        &folder
            .join(TARGET)
            .join(module.profile())
            .join("uniroute.wasm"),
    )
}

/// The vector instructions in the module's `target_features` section. Each entry is `+`, the
/// length of the name, and the name.
fn recorded_simd(wasm: &[u8]) -> String {
    let has = |name: &str| {
        let mut entry = vec![b'+', name.len() as u8];
        entry.extend(name.bytes());
        wasm.windows(entry.len()).any(|window| window == entry)
    };
    let found: Vec<&str> = ["simd128", "relaxed-simd"]
        .into_iter()
        .filter(|n| has(n))
        .collect();
    if found.is_empty() {
        "none".into()
    } else {
        found.join(" ")
    }
}

/// Records what the glue was generated from and the result, so that it is generated again if
/// either differs.
struct Stamp {
    path: PathBuf,
    stem: &'static str,
    input: String,
}

impl Stamp {
    fn new(module: Module, names: bool, wasm: &[u8]) -> Self {
        let stem = module.stem();
        Self {
            path: files::target()
                .join("wasm")
                .join(format!("{stem}.stamp.json")),
            stem,
            input: format!("{} names={names} reset", bytes::sha256(wasm)),
        }
    }

    fn outputs(&self) -> Value {
        let names = [".js", ".d.ts", "_bg.wasm", "_bg.wasm.d.ts"];
        let hash = |end: &str| {
            let path = folder().join(format!("{}{end}", self.stem));
            fs::read(path).ok().map(|bytes| bytes::sha256(&bytes))
        };
        names.iter().map(|end| hash(end)).collect()
    }

    fn holds(&self) -> bool {
        let now = json!({"input": self.input, "outputs": self.outputs()});
        fs::read(&self.path).is_ok_and(|old| old == now.to_string().into_bytes())
    }

    fn write(&self) -> Result<()> {
        let now = json!({"input": self.input, "outputs": self.outputs()});
        files::write_if_changed(&self.path, now.to_string().as_bytes()).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_features_are_read_whole() {
        assert_eq!(recorded_simd(b"..+\x07simd128.."), "simd128");
        assert_eq!(
            recorded_simd(b"+\x0crelaxed-simd+\x07simd128"),
            "simd128 relaxed-simd"
        );
        assert_eq!(recorded_simd(b"-\x07simd128 +simd128"), "none");
    }
}
