import { Problem } from '../../http/problem.js';

const MAX_KEY_LENGTH = 512;

/** Key and version of a request's body. */
export function readName(body: unknown): { readonly key: string; readonly version: string } {
  const { key, version } = toRecord(body);
  if (!isName(key) || !isName(version)) throw new Problem('bad-request', 'key and version');
  return { key, version };
}

/** True for what may be a key or a version. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_KEY_LENGTH;
}

/** The fields of a body; none for anything but an object. */
export function toRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
