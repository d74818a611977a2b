import { UnirouteError } from "../../uniroute/lib/errors.js";

/** @import { Notice } from "./state.js" */

/** @type {Notice} */
export const SILENT = {
  kind: "bad",
  title: "The router does not answer",
  message:
    "Nothing has come from it for some time; the browser may have ended it. Wait, or start it again. " +
    "Your prompt and your choices stay.",
};

/**
 * An error as a message to the person.
 *
 * @param {string} title
 * @param {unknown} thrown
 * @param {Notice["action"]} again starts the router again; offered if its worker failed
 * @param {string} [after] what has not changed
 * @returns {Notice}
 */
export function noticeOf(title, thrown, again, after = "") {
  const { message, path, code } = withHint(thrown);
  return {
    kind: "bad",
    title,
    message,
    path,
    code,
    after,
    ...(code === "worker" && again ? { action: again } : {}),
  };
}

/**
 * An error, with a hint for this page, where each embedder has its own router.
 *
 * @param {unknown} thrown
 */
export function withHint(thrown) {
  const error = UnirouteError.from(thrown);
  if (error.code !== "pool_other_router") return error;
  const message =
    "The errors in this pool belong to another router than the one in use. “Instant” and “Transformer” have " +
    "one router each: choose the one that the pool was made with, choose a listed pool, or give the models " +
    "an accuracy instead of errors.";
  return new UnirouteError(error.code, message, { path: error.path, cause: thrown });
}
