/** What routing saves, in sentences. Nothing is claimed that the intervals do not support. */
import { count, percent, plural, usd } from "../../ui/format.js";
import { nameInText } from "../../ui/names.js";

/** @import { Contrast, Savings } from "../../../uniroute/lib/types.js" */

/**
 * @typedef {object} Claim
 * @property {"saves" | "unclear" | "nothing"} kind
 * @property {string} headline the sentence that matters
 * @property {string[]} details what it rests on, a sentence each
 */

/**
 * What the cheapest way at the quality of the reference costs, for a batch.
 *
 * @param {Savings} savings
 * @param {{ prompts: number, promptsAMonth: number, nameOf: (id: string) => string }} more
 * @returns {Claim}
 */
export function claimOfBatch({ reference, equal, equalCost, equalSaved, verdict }, more) {
  const { prompts, promptsAMonth, nameOf } = more;
  const used = nameInText(reference.name);
  const price = reference.cost ?? 0;
  if (verdict === "nothing") {
    return {
      kind: "nothing",
      headline: `For these prompts always take ${used}: routing saves nothing at its quality.`,
      details: [allWith(reference, prompts)],
    };
  }
  const word = equal.standing === "better" ? "better than" : "as good as";
  const share = ofPrice(equal.cost / price);
  const monthly = (/** @type {number} */ amount) => usd((amount / Math.max(1, prompts)) * promptsAMonth);
  const details = [
    allWith(reference, prompts),
    `${equal.only ? `${nameInText(nameOf(equal.only))} for all` : "Routing"}: ${usd(equal.cost)} at ${percent(equal.quality)}, ${gainInWords(equal)}.`,
  ];
  if (verdict === "unclear") {
    const [least, most] = equalCost;
    const worse = Math.max(0, Math.round(-equal.gainInterval[0] * 100));
    return {
      kind: "unclear",
      headline:
        `Too close to call: ${equal.only ? nameInText(nameOf(equal.only)) : "routing"} is expected to match ${used} ` +
        `for ${share} of its price, but may be ${plural(worse, "point")} worse.`,
      details: [
        ...details,
        `The cheapest way that may match it costs ${ofPrice(least / price)} of its price; ` +
          (most < price ? `to be sure takes ${ofPrice(most / price)}.` : "to be sure, only it does."),
      ],
    };
  }
  const range = equalCost.map((cost) => ofPrice(cost / price)).join(" to ");
  const month =
    `At ${plural(promptsAMonth, "prompt")} a month: ${monthly(equal.cost)} instead of ${monthly(price)}, ` +
    `which saves ${monthly(equal.saved)} (${monthly(equalSaved[0])} to ${monthly(equalSaved[1])}).`;
  return {
    kind: "saves",
    headline: equal.only
      ? `For these prompts always take ${nameInText(nameOf(equal.only))}: ${word} ${used} for ${share} of its price.`
      : `${capital(word)} ${used} for ${share} of its price.`,
    details: [
      ...details,
      `90\u202f% interval: ${range} of its price.`,
      month,
      ...(equal.only ? ["Routing between models saves nothing more."] : []),
    ],
  };
}

/**
 * The present choice for one prompt, against the reference.
 *
 * @param {Savings} savings
 * @param {{ promptsAMonth: number, nameOf: (id: string) => string }} more
 * @returns {Claim}
 */
export function claimOfPrompt({ reference, present }, { promptsAMonth, nameOf }) {
  const used = nameInText(reference.name);
  if (present.standing === "same")
    return {
      kind: "nothing",
      headline: `For this prompt take ${used}: routing saves nothing.`,
      details: [],
    };
  const price = reference.cost ?? 0;
  const chosen = present.only ? nameInText(nameOf(present.only)) : "No model";
  const { saved, savedInterval, standing } = present;
  const share = price > 0 ? ofPrice(present.cost / price) : "";
  const monthly = (/** @type {number} */ amount) => usd(Math.abs(amount) * promptsAMonth);
  const details = [`${chosen}: ${percent(present.quality)}, ${gainInWords(present)}.`];
  if (savedInterval[0] > 0) {
    const month =
      `At ${plural(promptsAMonth, "such prompt")} a month it saves ${monthly(saved)} of ${monthly(price)} ` +
      `(${monthly(savedInterval[0])} to ${monthly(savedInterval[1])}).`;
    const points = Math.round(-present.gain * 100);
    const lower = points > 2 ? `, expected ${points} points below it` : "";
    const headline = {
      better: `Better than ${used} for ${share} of its price.`,
      equal: `As good as ${used} for ${share} of its price.`,
      close: `${share} of the price of ${used}${lower}; which of the two is better is too close to call.`,
      worse: `${share} of the price of ${used}, but not as good.`,
    }[standing];
    const kind = standing === "close" || standing === "worse" ? "unclear" : "saves";
    return { kind, headline, details: [...details, month] };
  }
  if (savedInterval[1] >= 0)
    return {
      kind: "unclear",
      headline: `${chosen} and ${used} cost about the same: too close to call.`,
      details,
    };
  const more =
    price > 0
      ? `${(present.cost / price).toFixed(1)} times the price of ${used}`
      : `${usd(present.cost)} more`;
  return {
    kind: standing === "better" ? "unclear" : "nothing",
    headline:
      standing === "better"
        ? `Better than ${used}, for ${more}.`
        : `${capital(more)}; whether it is better is too close to call. ${used} is the safe choice.`,
    details,
  };
}

/**
 * @param {Savings["reference"]} reference
 * @param {number} prompts
 */
function allWith({ name, quality, cost }, prompts) {
  return `${plural(prompts, "prompt")} with ${nameInText(name)}: ${usd(cost)} at ${percent(quality ?? 0)}.`;
}

/**
 * The difference in quality, in points of a hundred.
 *
 * @param {Contrast} contrast
 */
function gainInWords({ gain, gainInterval }) {
  const points = (/** @type {number} */ share) => {
    const rounded = Math.round(share * 100);
    return rounded > 0 ? `+${count(rounded)}` : rounded < 0 ? `−${count(-rounded)}` : "0";
  };
  const [low, high] = gainInterval;
  const difference = Math.round(gain * 100);
  const unit = Math.abs(difference) === 1 ? "point" : "points";
  const mean = difference === 0 ? "the same quality" : `${points(gain)} ${unit} of quality`;
  return `${mean} (90\u202f% interval ${points(low)} to ${points(high)})`;
}

/**
 * A share of a price, with a digit more where it is small.
 *
 * @param {number} share
 */
function ofPrice(share) {
  return share > 0 && share < 0.095 ? `${(share * 100).toFixed(1)}\u202f%` : percent(share);
}

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
