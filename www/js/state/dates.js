/** No price list is older; a clock with an earlier date is wrong. */
const EARLIEST = "2025-01-01";
const LATEST = "2100-01-01";

/**
 * A time as YYYY-MM-DD; empty if it is none of this century, as of a clock that is wrong.
 *
 * @param {Date} time
 */
export function dayOf(time) {
  const year = time.getFullYear(); // not a number for an invalid date
  const day = year >= 2000 && year < 2100 ? time.toISOString().slice(0, 10) : "";
  return day >= EARLIEST && day < LATEST ? day : "";
}

/** Today as YYYY-MM-DD; empty if the clock of this device is wrong. */
export function today() {
  return dayOf(new Date());
}

/**
 * The day on which a file was written; today for one that seems to come from the future. Empty if neither is
 * known.
 *
 * @param {File} file
 */
export function dayOfFile(file) {
  const [day, now] = [dayOf(new Date(file.lastModified)), today()];
  return now !== "" && (day === "" || day > now) ? now : day;
}
