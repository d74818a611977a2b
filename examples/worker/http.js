/** An error response in the form that clients of OpenAI's interface expect. */
export class HttpError extends Error {
  /**
   * @param {number} status
   * @param {string} code stable name of the cause
   * @param {string} message for people; ends with the remedy
   * @param {Record<string, string>} [headers]
   */
  constructor(status, code, message, headers = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  response() {
    const type = this.status < 500 ? "invalid_request_error" : "server_error";
    return Response.json(
      { error: { message: this.message, type, param: null, code: this.code } },
      { status: this.status, headers: this.headers },
    );
  }
}

/**
 * The JSON body of a request. A body that is too large is rejected while it is read.
 *
 * @param {Request} request
 * @param {number} limit in bytes
 * @returns {Promise<Record<string, any>>}
 */
export async function readJson(request, limit) {
  const tooLarge = () =>
    new HttpError(413, "too_large", `The body has more than ${limit} bytes. Send less, or raise MAX_BODY.`);
  if (Number(request.headers.get("content-length")) > limit) throw tooLarge();
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let [text, size] = ["", 0];
  let value;
  try {
    for await (const chunk of request.body ?? []) {
      size += chunk.length;
      if (size > limit) throw tooLarge();
      text += decoder.decode(chunk, { stream: true });
    }
    value = JSON.parse(text + decoder.decode());
  } catch (thrown) {
    if (thrown instanceof HttpError) throw thrown;
    throw new HttpError(
      400,
      "bad_json",
      `The body is not JSON: ${thrown instanceof Error ? thrown.message : thrown}. Send an object.`,
    );
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new HttpError(400, "bad_json", "The body is not a JSON object. Send one.");
}
