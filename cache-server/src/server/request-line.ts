import type { Identity } from '../auth/identity.js';
import type { AnsweredRequest } from './answered-request.js';

/** What the holder of a credential adds to each of its lines, which are many. */
const holders = new WeakMap<Identity, string>();

/**
 * The log line of a request: the JSON of a flat record, put together by hand because it is made for every request. Never a URL, a
 * header or a credential: names of clients may hold anything. `time` is ISO 8601.
 */
export function requestLine(answer: AnsweredRequest, time: string): string {
  const { id, protocol, method, status, identity, trace, bytesIn, bytesOut, seconds, isCut } = answer;
  const outcome = isCut ? 'cut' : trace.outcome;
  return (
    `{"time":"${time}","event":"request"` +
    (id === undefined ? '' : `,"id":"${id}"`) +
    `,"protocol":"${protocol}","method":${methodText(method)},"status":${status}` +
    (outcome === undefined ? '' : `,"outcome":"${outcome}"`) +
    (identity === undefined ? '' : holderText(identity)) +
    (trace.key === undefined ? '' : `,"key":"${trace.key}"`) +
    `,"bytesIn":${countText(bytesIn)},"bytesOut":${countText(bytesOut)},"ms":${Math.round(seconds * 10_000) / 10}}`
  );
}

/** What was written last, as there are few. */
let lastMethod = { method: '', text: '""' };

function methodText(method: string): string {
  if (lastMethod.method !== method) lastMethod = { method, text: JSON.stringify(method) };
  return lastMethod.text;
}

/** Lengths come from headers: one that is no number is `null`, as in any JSON. */
function countText(count: number): string {
  return Number.isFinite(count) ? String(count) : 'null';
}

function holderText(identity: Identity): string {
  const known = holders.get(identity);
  if (known !== undefined) return known;
  const { tenant, scope, subject } = identity;
  const text = `,${JSON.stringify({ tenant, scope, subject }).slice(1, -1)}`;
  holders.set(identity, text);
  return text;
}
