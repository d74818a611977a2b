// Types of the AI SDK, for uniroute/ai alone: the package `ai` is optional.
import type { LanguageModel } from "ai";

/** A model with the present interface of the AI SDK. */
export type LanguageModelV4 = Extract<LanguageModel, { readonly specificationVersion: "v4" }>;
/** What the AI SDK asks of a model. */
export type CallOptions = Parameters<LanguageModelV4["doGenerate"]>[0];
/** A part of an answer that arrives in parts. */
export type StreamPart =
  Awaited<ReturnType<LanguageModelV4["doStream"]>>["stream"] extends ReadableStream<infer Part>
    ? Part
    : never;
