/**
 * How the tools of the trade begin to say what is wrong: `error TS2322:`, `AssertionError: …`, `not ok 3`, `--- FAIL`,
 * `FAIL src/a.test.ts`, `Traceback (…`, `✗`, `● suite › test`.
 */
const SIGNS: readonly RegExp[] = [
  /(?:^|[\s[(*>:])(?:error|fatal|panic|exception|failure)s?(?:[[\]:!)]|\s|$)/i,
  /\b[A-Z]\w*(?:Error|Exception)\b(?::| \[|$)/,
  /^\s*(?:not ok\b|FAIL(?:ED|URES?)?\b|-{2,} FAIL\b|={3,} (?:FAILURES|ERRORS)\b|Traceback \(|[✗✖✘×●]\s)/,
];

/** A count of none, or a heading of a summary. */
const HARMLESS = /\b(?:0|no) (?:error|failure|exception)s?\b|\b(?:errors?|failures?|failed)\W{1,3}0\b/i;

/** Between the beginning of the cause and the end of the log. */
export const GAP = '…';

/**
 * At most `count` of these lines, so that the cause is among them: the last ones, or where the first sign of trouble
 * stands before those, half for what follows it and half for the end, with a {@link GAP} between.
 */
export function chooseCauseLines(lines: readonly string[], count: number): readonly string[] {
  const end = lines.slice(-count);
  const first = lines.findIndex(isSign);
  if (first === -1 || first >= lines.length - count) return end;
  const half = Math.floor(count / 2);
  return [...lines.slice(first, first + half), GAP, ...lines.slice(half - count)];
}

function isSign(line: string): boolean {
  return !HARMLESS.test(line) && SIGNS.some((sign) => sign.test(line));
}
