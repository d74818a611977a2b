// Types of LangChain, for uniroute/langchain alone: the package `langchain` is optional.
import type { AgentMiddleware as Middleware } from "langchain";

/** A middleware of an agent. */
export type AgentMiddleware = Middleware;
/** A call of a model by an agent. */
export type ModelRequest = Parameters<NonNullable<Middleware["wrapModelCall"]>>[0];
/** A model of an agent. */
export type ChatModel = ModelRequest["model"];
/** A message of a conversation. */
export type BaseMessage = ModelRequest["messages"][number];
