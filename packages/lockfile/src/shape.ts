import { isRecord } from '@tr/model';
/** A lockfile's text parsed, but it is not shaped like a lockfile of its kind. Turned into a failure by `parseLockfile`. */
export class MalformedLockfile extends Error {
  override readonly name = 'MalformedLockfile';
}

/** A lockfile of a format version this code does not know. Turned into a failure by `parseLockfile`. */
export class UnknownLockfileVersion extends Error {
  override readonly name = 'UnknownLockfileVersion';
  constructor(readonly found: string) {
    super(`format version ${found}`);
  }
}

/** An object as a parser made it: its keys are hostile, so only own properties are ever read. */
export type ParsedRecord = Readonly<Record<string, unknown>>;

const EMPTY: ParsedRecord = Object.freeze(Object.create(null) as Record<string, unknown>);

/** The own property `key`; undefined when there is none. */
export function own(record: ParsedRecord, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** `value` as an object; anything else is malformed. `where` names the place for people. */
export function expectRecord(value: unknown, where: string): ParsedRecord {
  if (isRecord(value)) return value;
  throw new MalformedLockfile(`${where} is not an object`);
}

/** The object at `key`; empty when absent (or an empty YAML value), malformed when it is anything else. */
export function recordAt(record: ParsedRecord, key: string): ParsedRecord {
  const value = own(record, key);
  if (value === undefined || value === null || value === '') return EMPTY;
  return expectRecord(value, key);
}

/** The string at `key`; undefined when absent, malformed when it is anything else. */
export function stringAt(record: ParsedRecord, key: string): string | undefined {
  const value = own(record, key);
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw new MalformedLockfile(`${key} is not a string`);
  return value;
}

/** Name and text pairs of the object at `key`, as written; a value that is not a string is malformed. */
export function stringPairsAt(record: ParsedRecord, key: string): (readonly [string, string])[] {
  return Object.entries(recordAt(record, key)).map(([name, value]) => {
    if (typeof value === 'string') return [name, value] as const;
    throw new MalformedLockfile(`${key}[${JSON.stringify(name)}] is not a string`);
  });
}

/** Longest text made of one section. Aliases in YAML can make a small file mean a huge one. */
const MAX_TEXT_LENGTH = 10_000_000;
const MAX_DEPTH = 20;

/** Text of a parsed value that does not depend on the order of its keys. A huge or deeply nested value is malformed. */
export function canonicalText(value: unknown): string {
  let left = MAX_TEXT_LENGTH;
  const spend = (text: string): string => {
    left -= text.length;
    if (left < 0) throw new MalformedLockfile('a section is too large');
    return text;
  };
  const write = (item: unknown, depth: number): string => {
    if (depth > MAX_DEPTH) throw new MalformedLockfile('a section is nested too deeply');
    if (Array.isArray(item)) return `[${item.map((child) => write(child, depth + 1)).join(',')}]`;
    if (!isRecord(item)) return spend(JSON.stringify(item) ?? 'null');
    const keys = Object.keys(item).toSorted();
    return `{${keys.map((key) => `${spend(JSON.stringify(key))}:${write(item[key], depth + 1)}`).join(',')}}`;
  };
  return write(value, 0);
}
