/**
 * Check digits.
 *
 * @module
 */

/**
 * ISO/IEC 7812-1, annex B: the Luhn formula.
 *
 * @param {string} digits with the check digit
 */
export function luhn(digits) {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]) * (1 + (i % 2));
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

/**
 * The remainder of a number that has too many digits to be calculated with.
 *
 * @param {string} digits
 * @param {number} modulus
 */
export function remainder(digits, modulus) {
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % modulus;
  return rest;
}

/**
 * The sum of the digits, each times its weight.
 *
 * @param {string} digits
 * @param {readonly number[]} weights
 */
export function weighted(digits, weights) {
  return weights.reduce((sum, weight, i) => sum + weight * Number(digits[i]), 0);
}

/**
 * ISO/IEC 7064, MOD 97-10, on letters and digits (A is 10), with what is to be last at the beginning: the check of
 * an IBAN (ISO 13616).
 *
 * @param {string} iban in capital letters, without spaces
 */
export function mod97(iban) {
  let rest = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

/**
 * ISO/IEC 7064, MOD 11,10: a hybrid system.
 *
 * @param {string} digits with the check digit
 */
export function mod11And10(digits) {
  let product = 10;
  for (const digit of digits.slice(0, -1)) {
    const sum = (Number(digit) + product) % 10 || 10;
    product = (sum * 2) % 11;
  }
  return (11 - product) % 10 === Number(digits.at(-1));
}

/**
 * ISO/IEC 7064, MOD 11-2: a pure system whose last character may be X.
 *
 * @param {string} digits with the check character
 */
export function mod11And2(digits) {
  let rest = 0;
  for (const digit of digits.slice(0, -1)) rest = ((rest + Number(digit)) * 2) % 11;
  const last = digits.at(-1);
  return (rest + (last === "X" ? 10 : Number(last))) % 11 === 1;
}

/**
 * J. Verhoeff, Error Detecting Decimal Codes (1969): products in the dihedral group of order ten. Digits are
 * rotations (0 to 4) and reflections (5 to 9) of a pentagon.
 *
 * @param {string} digits with the check digit
 */
export function verhoeff(digits) {
  const permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    let digit = Number(digits[digits.length - 1 - i]);
    for (let times = i % 8; times > 0; times -= 1) digit = permutation[digit] ?? 0;
    sum = dihedral(sum, digit);
  }
  return sum === 0;
}

/**
 * @param {number} a
 * @param {number} b
 */
function dihedral(a, b) {
  const turned = a < 5 ? a + (b % 5) : a - (b % 5) + 5;
  return (turned % 5) + (a < 5 === b < 5 ? 0 : 5);
}

/**
 * Whether a day exists; a year of two digits is taken for one of a leap year's if it can be.
 *
 * @param {number} year
 * @param {number} month
 * @param {number} day
 */
export function isDate(year, month, day) {
  const days = [31, year % 4 === 0 ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= (days[month - 1] ?? 0);
}
