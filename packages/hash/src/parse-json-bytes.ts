/** One for all: making it takes longer than parsing a small document. It remembers nothing from one call to the next. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The JSON value of bytes that anybody may have written; undefined when they are not UTF-8 or not JSON. */
export function parseJsonBytes(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(UTF8.decode(bytes));
  } catch {
    return undefined;
  }
}
