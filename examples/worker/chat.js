/**
 * OpenAI's chat completions; the router chooses the model.
 *
 * @module
 */
import { complete } from "./complete.js";
import { checked } from "./messages.js";

/** @type {import("./routes.js").Handler} */
export const chat = (call) => complete(call, checked(call.body), "chat/completions");
