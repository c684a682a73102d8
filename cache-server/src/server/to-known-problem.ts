import { errorCode } from '@tr/model';
import { Problem } from '../http/problem.js';

/** Codes of a connection that the client broke off. */
const BROKEN = ['ECONNRESET', 'EPIPE', 'ECONNABORTED'];

/** The problem for whatever was thrown while a request was served. What nobody expected is `internal`. */
export function toKnownProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const code = errorCode(error);
  if (code !== undefined && BROKEN.includes(code)) return new Problem('bad-length', 'the client broke off');
  // The framework's own refusals: a bad URL, a bad header. Not its message, which may have the URL in it.
  if (error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500)
    return new Problem('bad-request', code);
  return new Problem('internal', describeUnexpected(error));
}

/** Where an error that nobody foresaw comes from, for the log. What is no error may hold anything: its kind only. */
export function describeUnexpected(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : typeof error;
}
