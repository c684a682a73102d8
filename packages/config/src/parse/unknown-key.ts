import { editDistance, findNearest, type ConfigFailure, type SourcePosition } from '@tr/model';
import { CONFIG_SCHEMA, RESERVED_KEYS, type ConfigKind, type ConfigPlace } from '../schema/config-schema.js';
import type { SchemaNode } from '../schema/schema-node.js';

/** Keys of older Turborepo versions and what they are called now: left aside, files and settings would no longer count. */
const RENAMED: Readonly<Record<'root' | 'task', ReadonlyMap<string, string>>> = {
  root: new Map([
    ['pipeline', 'tasks'],
    ['globalDotEnv', 'globalDependencies'],
  ]),
  task: new Map([
    ['dotEnv', 'inputs'],
    ['outputMode', 'outputLogs'],
  ]),
};

/** A key that the schema of its file does not have. */
export interface UnknownKey {
  readonly key: string;
  readonly at: SourcePosition;
  /** Keys from the top of the file to the object it stands in; a task name is one of them. */
  readonly path: readonly string[];
  readonly kind: ConfigKind;
  readonly place: ConfigPlace;
  /** What the object may have. */
  readonly known: readonly string[];
}

/** What to say about it, and how loudly. */
export interface UnknownKeyVerdict {
  readonly severity: 'error' | 'warning';
  readonly failure: ConfigFailure;
}

/**
 * A key of the wrong file, a reserved or a renamed one says so. Any other is a warning, since a later Turborepo may bring
 * it; but a near miss in our own file is an error: `outptus` silently ignored would store nothing.
 */
export function judgeUnknownKey(unknown: UnknownKey): UnknownKeyVerdict {
  const { key, at, path, kind, place } = unknown;
  const level = path.length === 0 ? 'root' : path.length === 2 && path[0] === 'tasks' ? 'task' : undefined;
  if (level !== undefined && (RESERVED_KEYS[level] as readonly string[]).includes(key))
    return { severity: 'error', failure: { code: 'config/reserved-key', at, key } };
  const replacement = level === undefined ? undefined : RENAMED[level].get(key);
  if (replacement !== undefined)
    return { severity: 'error', failure: { code: 'config/renamed-key', at, key, replacement } };
  if (kind === 'turbo' && hasKey(CONFIG_SCHEMA.own[place], path, key))
    return { severity: 'warning', failure: { code: 'config/misplaced-key', at, key, belongs: 'own-file' } };
  const other = place === 'root' ? 'package' : 'root';
  if (hasKey(CONFIG_SCHEMA.own[other], path, key))
    return { severity: 'error', failure: { code: 'config/misplaced-key', at, key, belongs: other } };
  const { known } = unknown;
  const nearest = findNearest(key, known);
  const isTypo = kind === 'own' && nearest !== undefined && isNearMiss(key, nearest);
  return { severity: isTypo ? 'error' : 'warning', failure: { code: 'config/unknown-key', at, key, nearest, known } };
}

/** Two edits, or one in a short name: `ui` is two edits from anything of two letters. */
function isNearMiss(key: string, nearest: string): boolean {
  return editDistance(key, nearest) <= (Math.min(key.length, nearest.length) <= 4 ? 1 : 2);
}

function hasKey(schema: SchemaNode, path: readonly string[], key: string): boolean {
  let node: SchemaNode | undefined = schema;
  for (const step of path) node = node === undefined ? undefined : propertySchema(node, step);
  return node?.properties !== undefined && Object.hasOwn(node.properties, key);
}

/** Schema of the property `key` of an object; undefined when the schema says nothing about it. */
export function propertySchema(schema: SchemaNode, key: string): SchemaNode | undefined {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
}
