//! Values and errors between Rust and JavaScript.

use crate::error::Error;
use crate::route::{RawRequest, Request};
use js_sys::Reflect;
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

/// An error on its way to JavaScript, where it is an `Error` with `code` and `path`.
pub struct Thrown(JsValue);

impl Thrown {
    /// The answer of a module without the transformer to its weights.
    #[cfg(not(feature = "minilm"))]
    pub fn without_transformer() -> Self {
        let message = "This module has no transformer. Pass uniroute_minilm_bg.wasm as `wasm`, or leave `wasm` out.";
        Self(error("no_transformer", message, Some("wasm".to_owned())))
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        thrown.0
    }
}

impl<E: Into<Error>> From<E> for Thrown {
    fn from(cause: E) -> Self {
        let cause = cause.into();
        let thrown = error(cause.code(), &cause.to_string(), cause.path());
        if let Some((choice, names)) = cause.choice() {
            let names: js_sys::Array = names.iter().map(|name| JsValue::from_str(name)).collect();
            let of = JsValue::from_str(choice.name());
            // Setting a property of an object that was just made cannot fail.
            let _ = Reflect::set(&thrown, &JsValue::from_str("choice"), &of);
            let _ = Reflect::set(&thrown, &JsValue::from_str("names"), &names);
        }
        Self(thrown)
    }
}

/// An `Error` of JavaScript that carries a code and a path.
pub fn error(code: &str, message: &str, path: Option<String>) -> JsValue {
    let error = js_sys::Error::new(message);
    error.set_name("UnirouteError");
    let path = path.map_or(JsValue::UNDEFINED, JsValue::from);
    for (key, value) in [("code", JsValue::from_str(code)), ("path", path)] {
        // Setting a property of an object that was just made cannot fail.
        let _ = Reflect::set(&error, &JsValue::from_str(key), &value);
    }
    error.into()
}

/// A plain value as JSON would have it: objects, arrays, and `null` for what is absent.
pub fn to_js<T: Serialize>(value: &T) -> Result<JsValue, Thrown> {
    value
        .serialize(&Serializer::json_compatible())
        .map_err(|e| {
            Thrown(error(
                "conversion",
                &format!("{e}. Please report this."),
                None,
            ))
        })
}

/// The request for a decision, as JSON: the package copies what its caller gives into a text first, so that
/// no getter or proxy of the caller runs inside the module. `None` is an empty request.
pub fn request(json: Option<String>) -> Result<Request, Thrown> {
    match json {
        None => Ok(Request::default()),
        Some(json) => Ok(Request::try_from(RawRequest::parse(&json)?)?),
    }
}

/// The bytes of a file that JavaScript has under a name, if it has it.
pub fn file(files: &js_sys::Function, name: &str) -> Option<Vec<u8>> {
    let found = files.call1(&JsValue::NULL, &JsValue::from_str(name)).ok()?;
    let bytes: js_sys::Uint8Array = found.dyn_into().ok()?;
    Some(bytes.to_vec())
}

/// The clock that browsers, workers, Node and workerd all have.
pub fn clock() -> web_sys::Performance {
    Reflect::get(&js_sys::global(), &JsValue::from_str("performance"))
        .unwrap_or(JsValue::UNDEFINED)
        .unchecked_into()
}
