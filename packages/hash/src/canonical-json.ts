import { compareStrings, InvariantError } from '@tr/model';

/**
 * The one JSON text of a value: no white space, object keys sorted by UTF-16 code units, fields that are undefined left
 * out (in an array they are a bug). Only plain data is accepted: null, booleans, finite numbers, strings, arrays and
 * objects; everything else throws an InvariantError, because a digest over a guess would be worse than none.
 * Equal values give equal text whatever their key order, the locale or the platform.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      return numberText(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? arrayText(value) : objectText(value as Record<string, unknown>);
    case 'undefined':
    case 'bigint':
    case 'symbol':
    case 'function':
      throw new InvariantError(`canonical JSON of a ${typeof value}`);
  }
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new InvariantError(`canonical JSON of ${value}`);
  return JSON.stringify(value);
}

function arrayText(values: readonly unknown[]): string {
  let text = '';
  // An index loop also meets the holes of a sparse array, which must not pass silently.
  for (let at = 0; at < values.length; at++) text += (at === 0 ? '' : ',') + canonicalJson(values[at]);
  return `[${text}]`;
}

function objectText(record: Record<string, unknown>): string {
  const prototype: unknown = Object.getPrototypeOf(record);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new InvariantError('canonical JSON of something that is not plain data');
  }
  const own = Object.keys(record);
  // The commonest large record, path -> blob id: the built-in function gives the same text in a fifth of the time.
  if (isSorted(own) && own.every((key) => typeof record[key] === 'string')) return JSON.stringify(record);
  let text = '';
  for (const key of sortedKeys(own)) {
    const value = record[key];
    if (value === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(value)}`;
  }
  return `{${text}}`;
}

/** Most records are built in order already: looking costs far less than sorting. */
function sortedKeys(keys: string[]): readonly string[] {
  return isSorted(keys) ? keys : keys.sort(compareStrings);
}

function isSorted(keys: readonly string[]): boolean {
  for (let at = 1; at < keys.length; at++) if ((keys[at - 1] ?? '') > (keys[at] ?? '')) return false;
  return true;
}
