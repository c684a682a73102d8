import { fail, ok, type Result } from '@tr/model';
import { createScanner, parseTree, type Node, type ParseError } from 'jsonc-parser';

/** The brackets among the kinds of tokens: the library's enum cannot be imported where each file is compiled for itself. */
const OPENING: ReadonlySet<number> = new Set([1, 3]);
const CLOSING: ReadonlySet<number> = new Set([2, 4]);
/** No key of ours lies a tenth as deep. */
const DEEPEST = 100;

/**
 * Parses JSON with comments and trailing commas; undefined when there is nothing, what is wrong is added to `errors`. Fails for what is
 * nested so deeply that the parser, which calls itself, runs out of stack: with the offset where it is too deep.
 */
export function parseJsonTree(text: string, errors: ParseError[]): Result<Node | undefined, number> {
  try {
    return ok(parseTree(text, errors, { allowTrailingComma: true }));
  } catch (error) {
    if (error instanceof RangeError) return fail(findTooDeep(text));
    throw error;
  }
}

function findTooDeep(text: string): number {
  const scanner = createScanner(text, true);
  let depth = 0;
  while (depth <= DEEPEST && scanner.getPosition() < text.length) {
    const token: number = scanner.scan();
    if (OPENING.has(token)) depth += 1;
    else if (CLOSING.has(token)) depth -= 1;
  }
  return scanner.getTokenOffset();
}
