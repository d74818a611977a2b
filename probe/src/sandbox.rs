//! Runs JavaScript that a model wrote: QuickJS, compiled to WebAssembly, in an interpreter.
//!
//! A program has no host function, no clock and no randomness, so it can do nothing but compute. Each
//! one gets a fresh instance with a limit on its instructions and on its memory.

use serde_json::Value;
use std::io::Read;
use wasmi::{
    Config, Engine, Instance, Linker, Memory, Module, Store, StoreLimits, StoreLimitsBuilder,
    TypedFunc, Val,
};

/// QuickJS-ng with the exports of the npm package `quickjs-wasi`, packed; see THIRD-PARTY.md.
const QUICKJS: &[u8] = include_bytes!("../assets/quickjs.wasm.gz");
/// Largest size of the unpacked module, in bytes.
const MODULE_BYTES: u64 = 2 * 1024 * 1024;
/// Largest memory of one program, in bytes.
const MEMORY_BYTES: usize = 32 * 1024 * 1024;
/// WebAssembly instructions that one program and its cases may take, a few seconds at most.
const FUEL: u64 = 150_000_000;
/// Deepest recursion of a program, in bytes of QuickJS's own stack.
const STACK_BYTES: i32 = 256 * 1024;
/// Longest source that is run, in bytes.
const SOURCE_BYTES: usize = 64 * 1024;
/// Longest result that is read, in bytes.
const RESULT_BYTES: usize = 256 * 1024;
/// `errno` of WASI for a file that is not open.
const BAD_FILE: i32 = 8;

/// Why a program gave no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The engine itself does not start; a broken build.
    #[error("the JavaScript engine does not start: {0}")]
    Engine(String),
    /// The source is longer than the limit.
    #[error("the program is longer than {SOURCE_BYTES} bytes")]
    TooLong,
    /// Too many instructions, too much memory or too deep a recursion.
    #[error("the program was stopped: too many steps, too much memory or too deep a recursion")]
    Stopped,
    /// A syntax error, or an exception.
    #[error("the program fails: {0}")]
    Thrown(String),
    /// The result is not JSON of a reasonable length.
    #[error("the program gives no result that can be read")]
    Result,
}

/// The engine, compiled once.
pub struct Sandbox {
    engine: Engine,
    module: Module,
}

impl Sandbox {
    /// Reads the engine.
    ///
    /// # Errors
    /// [`Fault::Engine`], only for a broken build.
    pub fn new() -> Result<Self, Fault> {
        let broken = |error: String| Fault::Engine(error);
        let mut wasm = Vec::new();
        flate2::read::GzDecoder::new(QUICKJS)
            .take(MODULE_BYTES)
            .read_to_end(&mut wasm)
            .map_err(|error| broken(error.to_string()))?;
        let mut config = Config::default();
        config.consume_fuel(true);
        config.compilation_mode(wasmi::CompilationMode::Lazy);
        let engine = Engine::new(&config);
        let module = Module::new(&engine, &wasm).map_err(|error| broken(error.to_string()))?;
        Ok(Self { engine, module })
    }

    /// Calls the function `name` of a program once for each list of arguments, and returns what it
    /// returned; a call that throws gives `None`. Expected results stay outside, so a program cannot
    /// read them.
    ///
    /// # Errors
    /// [`Fault`] if the program as a whole gives no results.
    pub fn call(
        &self,
        source: &str,
        name: &str,
        cases: &[Vec<Value>],
    ) -> Result<Vec<Option<Value>>, Fault> {
        if source.len() > SOURCE_BYTES {
            return Err(Fault::TooLong);
        }
        let mut machine = Machine::start(self)?;
        machine.evaluate("var module = { exports: {} }, exports = module.exports;")?;
        machine.evaluate(source)?;
        // JSON is JavaScript. A result is wrapped, so that `undefined` is a missing value.
        let cases = serde_json::to_string(cases).map_err(|_| Fault::Result)?;
        let found = machine.evaluate(&format!(
            "JSON.stringify((f => {cases}.map(a => {{ try {{ return [f(...a)]; }} catch (e) {{ return 0; }} }}))\
             (typeof {name} === 'function' ? {name} : module.exports.{name} || module.exports))"
        ))?;
        let results: Vec<Value> = serde_json::from_str(&found).map_err(|_| Fault::Result)?;
        let first = |result: Value| match result {
            Value::Array(mut list) if list.len() == 1 => list.pop(),
            _ => None,
        };
        Ok(results.into_iter().map(first).collect())
    }
}

/// One instance of the engine.
struct Machine {
    store: Store<StoreLimits>,
    instance: Instance,
    memory: Memory,
}

impl Machine {
    fn start(sandbox: &Sandbox) -> Result<Self, Fault> {
        let broken = |error: wasmi::Error| Fault::Engine(error.to_string());
        let limits = StoreLimitsBuilder::new()
            .memory_size(MEMORY_BYTES)
            .trap_on_grow_failure(false)
            .build();
        let mut store = Store::new(&sandbox.engine, limits);
        store.limiter(|limits| limits);
        store.set_fuel(FUEL).map_err(broken)?;
        let instance = linker(sandbox)?
            .instantiate_and_start(&mut store, &sandbox.module)
            .map_err(broken)?;
        let memory = instance
            .get_memory(&store, "memory")
            .ok_or_else(|| Fault::Engine("it has no memory".into()))?;
        let mut machine = Self {
            store,
            instance,
            memory,
        };
        machine
            .function::<(), ()>("_initialize")?
            .call(&mut machine.store, ())
            .map_err(stopped)?;
        let started = machine
            .function::<(), i32>("qjs_init")?
            .call(&mut machine.store, ())
            .map_err(stopped)?;
        if started != 0 {
            return Err(Fault::Engine(format!("code {started}")));
        }
        machine
            .function::<i32, ()>("qjs_set_max_stack_size")?
            .call(&mut machine.store, STACK_BYTES)
            .map_err(stopped)?;
        Ok(machine)
    }

    fn function<P, R>(&self, name: &str) -> Result<TypedFunc<P, R>, Fault>
    where
        P: wasmi::WasmParams,
        R: wasmi::WasmResults,
    {
        self.instance
            .get_typed_func(&self.store, name)
            .map_err(|error| Fault::Engine(format!("{name}: {error}")))
    }

    /// Copies a text with its end mark into the instance, and returns its place.
    fn write(&mut self, text: &str) -> Result<i32, Fault> {
        let bytes = [text.as_bytes(), &[0]].concat();
        let length = i32::try_from(bytes.len()).map_err(|_| Fault::TooLong)?;
        let place = self
            .function::<i32, i32>("wasm_malloc")?
            .call(&mut self.store, length)
            .map_err(stopped)?;
        let offset = usize::try_from(place).map_err(|_| Fault::Stopped)?;
        if offset == 0 || self.memory.write(&mut self.store, offset, &bytes).is_err() {
            return Err(Fault::Stopped);
        }
        Ok(place)
    }

    /// The value of a script as text.
    fn evaluate(&mut self, source: &str) -> Result<String, Fault> {
        let place = self.write(source)?;
        let file = self.write("answer.js")?;
        let length = i32::try_from(source.len()).map_err(|_| Fault::TooLong)?;
        let value = self
            .function::<(i32, i32, i32, i32), i32>("qjs_eval")?
            .call(&mut self.store, (place, length, file, 0))
            .map_err(stopped)?;
        let thrown = self
            .function::<i32, i32>("qjs_is_exception")?
            .call(&mut self.store, value)
            .map_err(stopped)?;
        if thrown == 0 {
            return self.text(value);
        }
        let error = self
            .function::<(), i32>("qjs_get_exception")?
            .call(&mut self.store, ())
            .map_err(stopped)?;
        let text = self.text(error)?;
        Err(Fault::Thrown(text.chars().take(200).collect()))
    }

    fn text(&mut self, value: i32) -> Result<String, Fault> {
        let length_at = self.write("12345678")?;
        let text = self
            .function::<(i32, i32), i32>("qjs_get_string_len")?
            .call(&mut self.store, (value, length_at))
            .map_err(stopped)?;
        let (text, length_at) = match (usize::try_from(text), usize::try_from(length_at)) {
            (Ok(text), Ok(length_at)) if text > 0 => (text, length_at),
            _ => return Err(Fault::Result),
        };
        let mut length = [0; 4];
        let read = self.memory.read(&self.store, length_at, &mut length);
        let length = u32::from_le_bytes(length) as usize;
        if read.is_err() || length > RESULT_BYTES {
            return Err(Fault::Result);
        }
        let mut bytes = vec![0; length];
        let read = self.memory.read(&self.store, text, &mut bytes);
        match read {
            Ok(()) => String::from_utf8(bytes).map_err(|_| Fault::Result),
            Err(_) => Err(Fault::Result),
        }
    }
}

/// A program cannot cause another fault than to need too much.
fn stopped(_: wasmi::Error) -> Fault {
    Fault::Stopped
}

/// What the module imports: nothing that reaches the host. Time stands still, files are closed, and
/// random bytes are those that are there.
fn linker(sandbox: &Sandbox) -> Result<Linker<StoreLimits>, Fault> {
    let mut linker = Linker::new(&sandbox.engine);
    for import in sandbox.module.imports() {
        let Some(kind) = import.ty().func().cloned() else {
            continue;
        };
        let results: Vec<Val> = match import.name() {
            name if name.starts_with("fd_") => vec![Val::I32(BAD_FILE)],
            _ => kind
                .results()
                .iter()
                .map(|ty| Val::default_for_ty(*ty))
                .collect(),
        };
        linker
            .func_new(import.module(), import.name(), kind, move |_, _, out| {
                out.clone_from_slice(&results);
                Ok(())
            })
            .map_err(|error| Fault::Engine(error.to_string()))?;
    }
    Ok(linker)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sandbox() -> Sandbox {
        Sandbox::new().unwrap()
    }

    #[test]
    fn functions_are_called_however_they_are_declared() {
        let sandbox = sandbox();
        let cases = [vec![json!([3, 1, 2]), json!(1)], vec![json!([]), json!(2)]];
        for source in [
            "function f(list, n) { return list.map(x => x + n); }",
            "const f = (list, n) => list.map(x => x + n);",
            "const g = (list, n) => list.map(x => x + n); module.exports = { f: g };",
            "module.exports = (list, n) => list.map(x => x + n);",
        ] {
            let found = sandbox.call(source, "f", &cases).unwrap();
            assert_eq!(found, [Some(json!([4, 2, 3])), Some(json!([]))], "{source}");
        }
    }

    #[test]
    fn a_call_that_throws_gives_nothing_and_the_others_their_result() {
        let cases = [vec![json!(0)], vec![json!(2)]];
        let source = "function f(n) { if (n === 0) throw new Error('no'); return n; }";
        let found = sandbox().call(source, "f", &cases).unwrap();
        assert_eq!(found, [None, Some(json!(2))]);
    }

    #[test]
    fn programs_without_end_without_measure_and_without_bottom_are_stopped() {
        let sandbox = sandbox();
        let run = |source: &str| sandbox.call(source, "f", &[vec![]]);
        assert_eq!(run("function f() { for (;;); }"), Err(Fault::Stopped));
        // The program may catch these itself, or not.
        for source in [
            "function f() { let a = 'x'; for (;;) a += a; }",
            "function f() { const a = []; for (;;) a.push(new Array(100000).fill(1)); }",
            "function f() { return f() + 1; }",
        ] {
            let found = run(source);
            assert!(
                matches!(&found, Ok(list) if list == &[None]) || found.is_err(),
                "{found:?}"
            );
        }
    }

    #[test]
    fn nothing_of_the_host_can_be_reached() {
        let source = "function f() { return [typeof require, typeof process, typeof fetch, typeof Deno, \
                      typeof std, typeof os]; }";
        let found = sandbox().call(source, "f", &[vec![]]).unwrap();
        assert_eq!(found, [Some(json!(vec!["undefined"; 6]))]);
    }

    #[test]
    fn a_program_that_is_wrong_says_why() {
        let fault = sandbox().call("function f( {", "f", &[vec![]]).unwrap_err();
        assert!(
            matches!(&fault, Fault::Thrown(text) if text.contains("SyntaxError")),
            "{fault}"
        );
        assert!(
            sandbox()
                .call("", "f", &[vec![]])
                .is_ok_and(|r| r == [None])
        );
    }
}
