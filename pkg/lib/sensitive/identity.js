/**
 * Identity numbers of countries. Each rule names who publishes it.
 *
 * @module
 */
import { anyOf, near } from "./characters.js";
import { isDate, luhn, mod11And10, mod11And2, remainder, verhoeff, weighted } from "./checksums.js";

/**
 * @typedef {object} Rule
 * @property {string} name country and name of the number
 * @property {string[]} forms lengths of the groups with which the check alone tells enough
 * @property {string[]} [namedForms] those that count only where one of the words is near
 * @property {string} [separators] that may be between the groups; space and dash when absent
 * @property {RegExp} [words]
 * @property {(number: string, separators: string) => boolean} [isDoubtful] whether a number in one of the forms still
 *   needs one of the words
 * @property {(number: string) => boolean} check of the letters and digits, in capitals
 */

/** @param {RegExp} form @param {(number: string) => boolean} check */
const of = (form, check) => (/** @type {string} */ number) => form.test(number) && check(number);

/** @param {string} number @param {number} from @param {number} to */
const part = (number, from, to) => Number(number.slice(from, to));

/** @type {Rule[]} */
const RULES = [
  {
    // Identifikationsnummer, § 139b AO. Bundeszentralamt für Steuern: ISO/IEC 7064 MOD 11,10; of the first ten
    // digits one occurs twice or three times, the others once at most.
    name: "de-idnr",
    forms: ["11", "2,3,3,3"],
    words: anyOf("steuer idnr identifikationsnummer"),
    check: of(/^[1-9]\d{10}$/, (number) => {
      const times = [..."0123456789"].map((digit) => number.slice(0, 10).split(digit).length - 1);
      const repeated = times.filter((count) => count > 1);
      return repeated.length === 1 && (repeated[0] ?? 0) <= 3 && mod11And10(number);
    }),
  },
  {
    // Documento nacional de identidad, Real Decreto 1553/2005: the remainder by 23 as a letter.
    name: "es-dni",
    forms: ["9", "8,1", "2,3,3,1", "2,3,4"],
    namedForms: ["8", "7,1"],
    separators: " -.",
    words: anyOf("dni nif"),
    check: of(/^\d{7,8}[A-Z]$/, (number) => spanish(number.slice(0, -1), number.at(-1))),
  },
  {
    // Número de identidad de extranjero, Orden INT/2058/2008: as the DNI, with X, Y, Z as 0, 1, 2.
    name: "es-nie",
    forms: ["9", "1,7,1", "8,1", "1,8"],
    check: of(/^[XYZ]\d{7}[A-Z]$/, (number) =>
      spanish("XYZ".indexOf(number[0] ?? "") + number.slice(1, 8), number[8]),
    ),
  },
  {
    // Codice fiscale, Decreto del Ministro delle finanze 23 dicembre 1976, n. 13813. Where two persons would have
    // the same, letters replace digits (omocodia).
    name: "it-cf",
    forms: ["16"],
    check: of(
      /^[A-Z]{6}[\dL-NP-V]{2}[A-EHLMPR-T][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]$/,
      (number) => italian(number) === number[15],
    ),
  },
  {
    // Numéro d'inscription au répertoire, décret 82-103; INSEE: 97 less the remainder by 97, Corsica's 2A and 2B
    // as 19 and 18.
    name: "fr-nir",
    forms: ["15", "13,2", "1,2,2,2,3,3,2"],
    check: of(/^[1-478]\d{4}(?:\d\d|2[AB])\d{8}$/, (number) => {
      const digits = number.replace("2A", "19").replace("2B", "18");
      const month = part(number, 3, 5);
      const known = (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || month >= 50;
      return known && 97 - remainder(digits.slice(0, 13), 97) === Number(digits.slice(13));
    }),
  },
  {
    // Burgerservicenummer, Logisch ontwerp BSN: the eleven test, in which the last digit counts -1.
    name: "nl-bsn",
    forms: ["4,2,3"],
    namedForms: ["9", "3,3,3", "2,3,4"],
    separators: ".",
    words: anyOf("bsn burgerservice sofi"),
    check: of(
      /^\d{9}$/,
      (number) => Number(number) > 0 && weighted(number, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 === 0,
    ),
  },
  {
    // PESEL, ustawa o ewidencji ludności: weights 1 3 7 9; the month tells the century.
    name: "pl-pesel",
    forms: ["11", "6,5"],
    words: anyOf("pesel"),
    check: of(
      /^\d{11}$/,
      (number) =>
        isDate(part(number, 0, 2), part(number, 2, 4) % 20, part(number, 4, 6)) &&
        weighted(number, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0,
    ),
  },
  {
    // Cadastro de pessoas físicas, Receita Federal: two digits by 11.
    name: "br-cpf",
    forms: ["11", "3,3,3,2", "9,2"],
    separators: " .-/",
    words: anyOf("cpf"),
    check: of(/^(?!(\d)\1+$)\d{11}$/, (number) => {
      const digit = (/** @type {number[]} */ weights) => ((weighted(number, weights) * 10) % 11) % 10;
      return (
        digit([10, 9, 8, 7, 6, 5, 4, 3, 2]) === Number(number[9]) &&
        digit([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) === Number(number[10])
      );
    }),
  },
  {
    // Aadhaar, Unique Identification Authority of India: Verhoeff's scheme; the first digit is 2 to 9.
    name: "in-aadhaar",
    forms: ["4,4,4"],
    namedForms: ["12"],
    words: anyOf("aadhaar aadhar uidai uid आधार"),
    check: of(/^[2-9]\d{11}$/, verhoeff),
  },
  {
    // Personnummer, folkbokföringslag (1991:481); Skatteverket SKV 704: Luhn on nine digits; coordination
    // numbers have 60 more in the day.
    name: "se-pnr",
    forms: ["6,4", "8,4"],
    namedForms: ["10", "12"],
    separators: "-",
    words: anyOf("personnummer personnr person-nr pnr född samordningsnummer ssn"),
    // A time in the name of a file has this form, too: 20261130-2237.
    isDoubtful: (number, separators) => separators !== "-" || /^20\d{10}$/.test(number),
    check: swedish,
  },
  {
    // NHS number, NHS Data Dictionary: by 11.
    name: "gb-nhs",
    forms: [],
    namedForms: ["10", "3,3,4"],
    words: anyOf("nhs"),
    check: of(
      /^\d{10}$/,
      (number) => Number(number) > 0 && weighted(number, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
    ),
  },
  {
    // Social Security number, SSA RM 10201.035: no check digit; areas 000, 666 and 900 to 999, group 00 and serial
    // 0000 are not given.
    name: "us-ssn",
    forms: ["3,2,4"],
    namedForms: ["9"],
    separators: " -.",
    isDoubtful: (_, separators) => separators !== "--",
    words: anyOf("ssn social_security social_sec soc._sec"),
    check: of(/^(?!000|666|9)\d{3}(?!00)\d\d(?!0000)\d{4}$/, () => true),
  },
  {
    // Henkilötunnus, VNa 690/2022; Digi- ja väestötietovirasto: the remainder by 31 as a character.
    name: "fi-hetu",
    forms: ["6,4", "11"],
    separators: "-",
    check: of(/^\d{6}[A-FU-Y]?\d{3}[\dA-Y]$/, (number) => {
      const digits = number.slice(0, 6) + number.slice(-4, -1);
      return (
        isDate(part(number, 4, 6), part(number, 2, 4), part(number, 0, 2)) &&
        "0123456789ABCDEFHJKLMNPRSTUVWXY"[Number(digits) % 31] === number.at(-1)
      );
    }),
  },
  {
    // Rijksregisternummer, numéro national, KB 3 april 1984: 97 less the remainder by 97, with a 2 before those
    // who were born from 2000 on.
    name: "be-nn",
    forms: ["11", "2,2,2,3,2", "6,3,2"],
    separators: ".- ",
    words: anyOf("rijksregister registre_national numéro_national insz niss"),
    check: of(/^\d{11}$/, (number) => {
      const [first, last] = [number.slice(0, 9), Number(number.slice(9))];
      const known = isDate(part(number, 0, 2), part(number, 2, 4) % 20, part(number, 4, 6));
      return known && ["", "2"].some((century) => 97 - remainder(century + first, 97) === last);
    }),
  },
  {
    // AHV-Nummer, Zentrale Ausgleichsstelle: the check digit of EAN-13.
    name: "ch-ahv",
    forms: ["13", "3,4,4,2"],
    separators: ". ",
    check: of(
      /^756\d{10}$/,
      (number) => weighted(number, [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0,
    ),
  },
  {
    // Fødselsnummer, folkeregisterforskriften § 2-2-1; Skatteetaten: two digits by 11; D numbers have 40 more in
    // the day.
    name: "no-fnr",
    forms: ["11", "6,5"],
    words: anyOf("fødselsnummer fnr personnr"),
    check: of(
      /^\d{11}$/,
      (number) =>
        isDate(part(number, 4, 6), part(number, 2, 4), part(number, 0, 2) % 40) &&
        weighted(number, [3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 === 0 &&
        weighted(number, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
    ),
  },
  {
    // Resident identity number of China, GB 11643-1999: ISO/IEC 7064 MOD 11-2.
    name: "cn-ric",
    forms: ["18", "6,8,4"],
    check: of(
      /^[1-9]\d{5}(?:19|20)\d{9}[\dX]$/,
      (number) =>
        isDate(part(number, 6, 10), part(number, 10, 12), part(number, 12, 14)) && mod11And2(number),
    ),
  },
  {
    // Social insurance number, Employment and Social Development Canada: Luhn; 0 and 8 do not begin one.
    name: "ca-sin",
    forms: [],
    namedForms: ["9", "3,3,3"],
    words: anyOf("sin social_insurance assurance_sociale nas"),
    check: of(/^[1-79]\d{8}$/, luhn),
  },
  {
    // T.C. kimlik numarası, Nüfus ve Vatandaşlık İşleri: two digits by 10.
    name: "tr-kimlik",
    forms: ["11"],
    words: anyOf("kimlik tckn"),
    check: of(/^[1-9]\d{10}$/, (number) => {
      const tenth = weighted(number, [7, -1, 7, -1, 7, -1, 7, -1, 7]) % 10;
      const eleventh = weighted(number, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]) % 10;
      return (tenth + 10) % 10 === Number(number[9]) && eleventh === Number(number[10]);
    }),
  },
];

/** The rules by the lengths of the groups. @type {Map<string, { rule: Rule, named: boolean }[]>} */
const BY_LENGTHS = new Map();
for (const rule of RULES) {
  for (const [forms, named] of /** @type {const} */ ([
    [rule.forms, false],
    [rule.namedForms ?? [], true],
  ])) {
    for (const form of forms) BY_LENGTHS.set(form, [...(BY_LENGTHS.get(form) ?? []), { rule, named }]);
  }
}

/** Names of all rules. */
export const IDENTITIES = RULES.map(({ name }) => name);

/**
 * The name of the rule that a number satisfies; undefined if there is none.
 *
 * @param {string} text folded
 * @param {import("./numbers.js").Run} run
 * @returns {string | undefined}
 */
export function identityRule(text, { start, end, characters, lengths, separators, flanked }) {
  const possible = BY_LENGTHS.get(lengths);
  if (possible === undefined) return undefined;
  const fitting = possible.filter(
    ({ rule }) =>
      [...separators].every(
        (separator) => (rule.separators ?? " -").includes(separator) || separator === " ",
      ) && rule.check(characters),
  );
  const isNamed = (/** @type {Rule} */ rule) =>
    rule.words !== undefined && near(text, start, end, rule.words);
  // A number may satisfy the rules of several countries by chance.
  const named = fitting.find(({ rule }) => isNamed(rule));
  if (named !== undefined) return named.rule.name;
  return fitting.find(({ rule, named }) => {
    if (named) return false;
    // Numbers of a table have spaces between them, too.
    const loose = separators.includes(" ") && flanked;
    return !(loose || rule.isDoubtful?.(characters, separators)) || isNamed(rule);
  })?.rule.name;
}

/** @param {string} digits @param {string | undefined} letter */
function spanish(digits, letter) {
  return "TRWAGMYFPDXBNJZSQVHLCKE"[Number(digits) % 23] === letter;
}

/** The value of each letter in an odd place; a digit counts as the letter of its value. */
const ITALIAN_ODD = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
];

/** @param {string} number */
function italian(number) {
  let sum = 0;
  for (let i = 0; i < 15; i += 1) {
    const value = parseInt(number[i] ?? "0", 36);
    const place = value > 9 ? value - 10 : value;
    sum += i % 2 === 0 ? (ITALIAN_ODD[place] ?? 0) : place;
  }
  return String.fromCharCode(65 + (sum % 26));
}

/** @param {string} number */
function swedish(number) {
  if (!/^(?:(?:19|20)\d\d|\d\d)\d{8}$/.test(number)) return false;
  const digits = number.slice(-10);
  return isDate(part(digits, 0, 2), part(digits, 2, 4), part(digits, 4, 6) % 60) && luhn(digits);
}
