import type { RunEvent } from '@tr/model';

/** The event that a line of the JSON reporter was made from, as a reader of such a log would have it. */
export function parseEventLine(line: string): RunEvent {
  return JSON.parse(line, (key, value: unknown) =>
    key === 'bytes' || key === 'logTail' ? fromJsonBytes(value) : value,
  ) as RunEvent;
}

/** `bytes` is a number in `cache-saved`: then it stays one. */
function fromJsonBytes(value: unknown): unknown {
  if (typeof value === 'string') return new TextEncoder().encode(value);
  if (typeof value !== 'object' || value === null || !('base64' in value)) return value;
  return new Uint8Array(Buffer.from(String(value.base64), 'base64'));
}
