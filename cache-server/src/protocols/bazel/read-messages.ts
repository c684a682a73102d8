import { Problem } from '../../http/problem.js';
import { readFields, WireError, type WireField } from '../wire.js';

/** The fields of each message of a call. Throws a problem for one that is none. */
export async function* decode(messages: AsyncIterable<Uint8Array>): AsyncIterable<readonly WireField[]> {
  for await (const message of messages) {
    try {
      yield readFields(message);
    } catch (error) {
      throw error instanceof WireError ? new Problem('bad-request', 'not a message') : error;
    }
  }
}

/** Those of its only message. */
export async function first(messages: AsyncIterable<readonly WireField[]>): Promise<readonly WireField[]> {
  for await (const message of messages) return message;
  throw new Problem('bad-request', 'no message');
}
