import { errorCode } from '@tr/store';
import { Problem } from '../http/problem.js';

/** Codes of a connection that the client broke off. */
const BROKEN = ['ECONNRESET', 'EPIPE', 'ECONNABORTED'];

/** The problem for whatever was thrown while a request was served. What nobody expected is `internal`. */
export function toKnownProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const code = errorCode(error);
  if (code !== undefined && BROKEN.includes(code)) return new Problem('bad-length', 'the client broke off');
  if (!(error instanceof Error)) return new Problem('internal', typeof error);
  // The framework's own refusals: a bad URL, a bad header. Not its message, which may have the URL in it.
  if ('statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500)
    return new Problem('bad-request', code);
  return new Problem('internal', error.stack ?? error.message);
}
