/**
 * `examples/chat` as a person has it: with the package and its libraries installed, built, in Chromium, in front of
 * providers that this machine simulates.
 *
 * @module
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { cp, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";
import { visit } from "../browser/harness.mjs";
import { installed, ROOT, serve } from "./install.mjs";
import { Providers } from "./providers.mjs";

const SOURCE = join(ROOT, "examples/chat");
const MODULES = join(SOURCE, "node_modules");
/** @type {import("./providers.mjs").Name[]} */
const NAMES = ["OpenAI", "Anthropic", "Google"];

/** @typedef {{ input: number, output: number, cache_read?: number, cache_write?: number }} Prices */

/**
 * Prices in US dollars per million tokens, by the id without the effort.
 *
 * @type {Map<string, Prices>}
 */
const PRICES = new Map(
  JSON.parse(await readFile(join(ROOT, "assets/pools/models-2026.json"), "utf8")).models.map(
    (/** @type {any} */ { id, base, cost }) => [base ?? id, cost],
  ),
);

/**
 * US dollars for tokens with a model of the pool.
 *
 * @param {string} model
 * @param {{ plain: number, read: number, written: number, output: number }} tokens
 */
export function costOf(model, { plain, read, written, output }) {
  const { input, output: answer, cache_read, cache_write } = PRICES.get(model) ?? assert.fail(model);
  return (
    (plain / 1e6) * input +
    (read / 1e6) * (cache_read ?? input) +
    (written / 1e6) * (cache_write ?? input) +
    (output / 1e6) * answer
  );
}

/** An amount as the page writes it: three digits. */
export const usd = (/** @type {number} */ amount) => `$${Number(amount.toPrecision(3))}`;

/**
 * A copy of the example with the package and the libraries.
 *
 * @param {import("node:test").TestContext} t
 */
export async function project(t) {
  assert.ok(existsSync(MODULES), "the libraries are missing: run `npm ci` in examples/chat");
  const folder = await installed(t, {});
  for (const name of ["index.html", "vite.config.js", "package.json"])
    await cp(join(SOURCE, name), join(folder, name));
  for (const name of readdirSync(MODULES).filter((name) => !name.startsWith(".") && name !== "uniroute"))
    await symlink(join(MODULES, name), join(folder, "node_modules", name), "junction");
  return folder;
}

/** @type {Promise<string> | undefined} */
let address;

/**
 * The address of the built page; it is built once.
 *
 * @param {import("node:test").TestContext} t of the whole file
 */
export function built(t) {
  address ??= (async () => {
    const root = await project(t);
    await build({ root, logLevel: "warn" });
    return serve(t, join(root, "dist"));
  })();
  return address;
}

/** @typedef {import("playwright-core").Page} Page */

/** The page as a test uses it. */
export class Chat {
  /**
   * @param {Page} page
   * @param {Providers} providers
   * @param {string[]} requests addresses that the page requested
   */
  constructor(page, providers, requests) {
    this.page = page;
    this.providers = providers;
    this.requests = requests;
  }

  async isReady() {
    // The development server first bundles the libraries.
    await this.page.locator("#status", { hasText: "Ready." }).waitFor({ timeout: 90_000 });
  }

  async reload() {
    await this.page.reload();
    await this.isReady();
  }

  /**
   * Types a key and the address of the simulated service for each of these providers.
   *
   * @param {import("./providers.mjs").Name[]} [names]
   */
  async connect(names = NAMES) {
    for (const name of names) {
      const fields = this.page.getByRole("group", { name });
      await fields.getByLabel("Key").fill(`key of ${name}`);
      await fields.getByText("Advanced").click();
      await fields.getByLabel("Address").fill(this.providers.addressOf(name));
    }
  }

  /**
   * Switches these models on and all others off.
   *
   * @param {string[]} models
   * @param {"Quality alone" | "Quality and cost" | "Low cost"} [aim]
   */
  async choose(models, aim = "Quality alone") {
    for (const label of await this.page.locator(".models label").all()) {
      const id = (await label.innerText()).trim().split(" ")[0] ?? "";
      await label.getByRole("checkbox").setChecked(models.includes(id));
    }
    await this.page.getByLabel("What counts").selectOption(aim);
  }

  /**
   * Sends a prompt with the keyboard, without waiting for the answer.
   *
   * @param {string} prompt
   */
  async send(prompt) {
    await this.page.getByLabel("Your prompt").fill(prompt);
    await this.page.keyboard.press("Enter");
  }

  /**
   * Sends a prompt and waits until its turn has ended.
   *
   * @param {string} prompt
   * @returns {Promise<{ model: string, answer: string, facts: string, wrong: string }>}
   */
  async ask(prompt) {
    await this.send(prompt);
    return this.ended();
  }

  /** What the last turn shows when it has ended. */
  async ended() {
    await this.page.locator("#status", { hasText: /has answered|was stopped|no answer/ }).waitFor();
    await this.page.locator('#turns[aria-busy="false"]').waitFor();
    const turn = this.page.locator("article").last();
    const textOf = async (/** @type {string} */ selector) =>
      (await turn.locator(selector).first().textContent()) ?? "";
    return {
      model: await textOf(".model"),
      answer: await textOf(".answer"),
      facts: await textOf(".quiet"),
      wrong: await textOf(".wrong"),
    };
  }

  /** @param {string} id */
  text(id) {
    return this.page.locator(`#${id}`).innerText();
  }
}

/**
 * Opens the page, lets `use` use it, and asserts that it had no problem other than those that match `expected`: a
 * request to another address than that of the simulated providers is one.
 *
 * @param {import("node:test").TestContext} t of the test
 * @param {string} url
 * @param {(chat: Chat) => Promise<void>} use
 * @param {{ expected?: RegExp, stub?: () => void } & import("playwright-core").BrowserContextOptions} [options]
 *   `stub` runs in the page before its scripts
 */
export async function open(t, url, use, { expected, stub, ...options } = {}) {
  const providers = await Providers.start(t);
  await visit(
    url,
    async ({ page, requests, problems }) => {
      const chat = new Chat(page, providers, requests);
      await chat.isReady();
      if (stub !== undefined) {
        await page.addInitScript(stub);
        await chat.reload();
      }
      await use(chat);
      const left = problems.filter(
        (problem) => !problem.startsWith(`other origin: ${providers.origin}/`) && !expected?.test(problem),
      );
      problems.splice(0, problems.length, ...left);
    },
    options,
  );
}
