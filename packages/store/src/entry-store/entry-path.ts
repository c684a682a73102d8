import { sha256 } from '@tr/hash';
import type { Sha256 } from '@tr/model';
import type { EntryName, EntryNamespace } from './entry-store.js';

/** Hex digits that name a scope or a namespace: 128 bits, plenty against chance and against search. */
const FOLDER_DIGITS = 32;

/**
 * Where an entry lies, as segments below the entries' root: scope, namespace, two-digit fan-out, key; each a digest, so
 * that no name a client makes up can leave its place. The JSON of a list is unambiguous, whatever the parts contain.
 */
export function entryPath(name: EntryName): readonly string[] {
  return [...namespacePath(name), ...keyPath(name.key)];
}

/** Where an entry lies in its namespace. */
export function keyPath(key: string): readonly [string, string] {
  const digest = keyDigest(key);
  return [digest.slice(0, 2), digest];
}

/** What was asked for last: a request asks several times in a row. */
let last: { readonly key: string; readonly digest: Sha256 } | undefined;

/** The name of an entry in its namespace, whatever its key may contain. */
export function keyDigest(key: string): Sha256 {
  if (last?.key !== key) last = { key, digest: sha256(`[${JSON.stringify(key)}]`) };
  return last.digest;
}

/** Where the entries of a namespace lie. */
export function namespacePath(namespace: EntryNamespace): readonly string[] {
  const { tenant, scope, protocol, instance } = namespace;
  const folder = (...parts: readonly string[]): string => sha256(JSON.stringify(parts)).slice(0, FOLDER_DIGITS);
  return [folder(tenant, scope), folder(protocol, instance)];
}
