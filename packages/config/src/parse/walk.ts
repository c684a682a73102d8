import { findNearest, type ConfigFailure } from '@tr/model';
import type { Node } from 'jsonc-parser';
import { checkFormat } from '../formats/check-format.js';
import { EXTENDS_MARKER } from '../formats/markers.js';
import type { ConfigPlace } from '../schema/config-schema.js';
import type { JsonType, SchemaNode } from '../schema/schema-node.js';
import type { Collector } from './collector.js';
import { propertiesOf } from './properties.js';
import { judgeUnknownKey, propertySchema } from './unknown-key.js';

/** Where a walk is, and what it needs everywhere. */
export interface WalkContext {
  readonly collector: Collector;
  readonly place: ConfigPlace;
  /** Keys from the top. */
  readonly path: readonly string[];
}

/**
 * Validates `node` against `schema` and returns its value, without the keys the schema does not know. Everything found
 * goes to the collector; the value is sound only when that holds no error.
 */
export function walk(context: WalkContext, node: Node, schema: SchemaNode): unknown {
  const chosen = chooseSchema(node, schema);
  if (!hasType(node, chosen)) {
    reportType(context, node, schema);
    return undefined;
  }
  if (node.type === 'object') return walkObject(context, node, chosen);
  if (node.type === 'array') return (node.children ?? []).map((item) => walk(context, item, chosen.items ?? {}));
  checkScalar(context, node, chosen);
  return node.value as unknown;
}

/** The alternative of `anyOf` that fits the type of the value, else the first. */
function chooseSchema(node: Node, schema: SchemaNode): SchemaNode {
  return schema.anyOf === undefined
    ? schema
    : (schema.anyOf.find((alternative) => hasType(node, alternative)) ?? schema.anyOf[0] ?? schema);
}

function hasType(node: Node, schema: SchemaNode): boolean {
  const types = typesOf(schema);
  return types.length === 0 || types.some((type) => isOfType(node, type));
}

function isOfType(node: Node, type: JsonType): boolean {
  return type === 'integer' ? node.type === 'number' && Number.isInteger(node.value) : node.type === type;
}

function typesOf(schema: SchemaNode): readonly JsonType[] {
  if (schema.anyOf !== undefined) return schema.anyOf.flatMap(typesOf);
  const { type } = schema;
  return type === undefined ? [] : typeof type === 'string' ? [type] : type;
}

function reportType({ collector, path }: WalkContext, node: Node, schema: SchemaNode): void {
  collector.error({
    code: 'config/wrong-type',
    at: collector.at(node.offset),
    key: keyOf(path),
    expected: typesOf(schema),
    found: node.type,
  });
}

function walkObject(context: WalkContext, node: Node, schema: SchemaNode): unknown {
  const value: Record<string, unknown> = {};
  const seen = new Map<string, Node>();
  for (const { key, keyNode, valueNode } of propertiesOf(node)) {
    checkDuplicate(context, keyNode, seen);
    const child = propertySchema(schema, key);
    if (child !== undefined) define(value, key, walk({ ...context, path: [...context.path, key] }, valueNode, child));
    else if (schema.additionalProperties === false) reportUnknown(context, keyNode, schema);
  }
  const missing = (schema.required ?? []).filter((key) => !seen.has(key));
  for (const key of missing)
    context.collector.error({ code: 'config/missing-key', at: context.collector.at(node.offset), key });
  return value;
}

/** Unlike assignment, safe for a key such as `__proto__`. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}

function checkDuplicate({ collector }: WalkContext, keyNode: Node, seen: Map<string, Node>): void {
  const key = String(keyNode.value);
  const first = seen.get(key);
  if (first === undefined) {
    seen.set(key, keyNode);
    return;
  }
  const positions = { at: collector.at(keyNode.offset), first: collector.at(first.offset) };
  collector.tolerated({ code: 'config/duplicate-key', key, ...positions });
}

function reportUnknown({ collector, place, path }: WalkContext, keyNode: Node, schema: SchemaNode): void {
  const verdict = judgeUnknownKey({
    key: String(keyNode.value),
    at: collector.at(keyNode.offset),
    path,
    kind: collector.kind,
    place,
    known: Object.keys(schema.properties ?? {}),
  });
  collector[verdict.severity](verdict.failure);
}

function checkScalar(context: WalkContext, node: Node, schema: SchemaNode): void {
  const { collector, path } = context;
  const { value } = node as { readonly value?: unknown };
  if (typeof value !== 'string' && typeof value !== 'number') return;
  // The position is looked up only for a problem: a sound file never counts its lines.
  const place = () => ({ at: collector.at(node.offset), key: keyOf(path) });
  if (typeof value === 'string' && schema.enum !== undefined && !schema.enum.includes(value)) {
    const nearest = findNearest(value, schema.enum);
    collector.error({ code: 'config/invalid-value', ...place(), value, allowed: schema.enum, nearest });
  }
  if (typeof value === 'number' && schema.minimum !== undefined && value < schema.minimum) {
    const { minimum } = schema;
    const bound = { value: String(value), format: 'at-least', minimum } as const;
    collector.error({ code: 'config/invalid-format', ...place(), ...bound });
  }
  if (schema.format === undefined) return;
  if (value === EXTENDS_MARKER) return checkExtendsMarker(context, node);
  const problem = checkFormat(schema.format, value);
  if (problem === undefined) return;
  const failure = { ...problem.failure, ...place() } as ConfigFailure;
  if (problem.verdict === 'refused') collector.error(failure);
  else collector[problem.verdict](failure);
}

/** It stands for the inherited entries of a list directly in a task of a package; elsewhere Turborepo drops it. */
function checkExtendsMarker({ collector, place, path }: WalkContext, node: Node): void {
  if (place === 'package' && path.length === 3 && path[0] === 'tasks') return;
  const at = collector.at(node.offset);
  collector.tolerated({ code: 'config/misplaced-marker', at, key: keyOf(path), marker: EXTENDS_MARKER });
}

function keyOf(path: readonly string[]): string {
  return path.at(-1) ?? '';
}
