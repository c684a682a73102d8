import type { Identity } from '../auth/identity.js';
import type { AnsweredRequest } from './answered-request.js';

/** What the holder of a credential adds to each of its lines, which are many. */
const holders = new WeakMap<Identity, string>();

/**
 * The log line of a request: the JSON of a flat record, put together by hand because it is made for every request. Never a URL, a
 * header or a credential: names of clients may hold anything. `time` is ISO 8601.
 */
export function requestLine(answer: AnsweredRequest, time: string): string {
  const { id, trace, bytesIn, bytesOut, seconds } = answer;
  return (
    `{"time":"${time}","event":"request"` +
    (id === undefined ? '' : `,"id":"${id}"`) +
    kindText(answer) +
    (trace.key === undefined ? '' : `,"key":"${trace.key}"`) +
    (trace.damaged === 0 ? '' : `,"damaged":${trace.damaged}`) +
    `,"bytesIn":${countText(bytesIn)},"bytesOut":${countText(bytesOut)},"ms":${Math.round(seconds * 10_000) / 10}}`
  );
}

/** The middle of the last line: requests of one client come in a row, and differ in little else. */
let last:
  | (Pick<AnsweredRequest, 'protocol' | 'method' | 'status' | 'identity'> & {
      readonly outcome: string | undefined;
      readonly text: string;
    })
  | undefined;

/** What kind of request it was, and whose. */
function kindText({ protocol, method, status, identity, trace, isCut }: AnsweredRequest): string {
  const outcome = isCut ? 'cut' : trace.outcome;
  if (
    last?.outcome === outcome &&
    last?.identity === identity &&
    last?.status === status &&
    last.method === method &&
    last.protocol === protocol
  )
    return last.text;
  const text =
    `,"protocol":"${protocol}","method":${JSON.stringify(method)},"status":${status}` +
    (outcome === undefined ? '' : `,"outcome":"${outcome}"`) +
    (identity === undefined ? '' : holderText(identity));
  // Through bytes, so that it is one piece of text and not the tree of what it was put together from.
  last = { protocol, method, status, identity, outcome, text: Buffer.from(text).toString() };
  return last.text;
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
