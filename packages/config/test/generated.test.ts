import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_TASK_DEFINITION, type TaskDefinition } from '@tr/model';
import { CONFIG_SCHEMA, parseConfigFile, type SchemaNode } from '../src/index.js';
import { summarize } from './rig/summarize.js';

const generator = new URL('../../../../scripts/generate-docs.mjs', import.meta.url);

test('schema.json and docs/configuration.md are what the schema generates (else run scripts/generate-docs.mjs)', async () => {
  const { findStale } = (await import(generator.href)) as { findStale: () => Promise<readonly string[]> };
  assert.deepEqual(await findStale(), []);
});

/** Every key of a schema with its path. */
function keysOf(schema: SchemaNode, path = ''): readonly (readonly [string, SchemaNode])[] {
  const items = [schema.items, ...(schema.items?.anyOf ?? [])].filter((item) => item !== undefined);
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, child]) => [
      [`${path}${key}`, child] as const,
      ...keysOf(child, `${path}${key}.`),
    ]),
    ...items.flatMap((item) => keysOf(item, path)),
    ...(typeof schema.additionalProperties === 'object' ? keysOf(schema.additionalProperties, `${path}*.`) : []),
  ];
}

for (const kind of ['turbo', 'own'] as const) {
  test(`every key of the ${kind} schema has a description and examples`, () => {
    const keys = [...keysOf(CONFIG_SCHEMA[kind].root), ...keysOf(CONFIG_SCHEMA[kind].package)];
    assert.ok(keys.length > 60);
    const bare = keys.filter(
      ([, { description = '', examples = [] }]) => !description.endsWith('.') || examples.length === 0,
    );
    // An object that only holds keys needs no example of its own.
    assert.deepEqual(
      bare.map(([path]) => path).filter((path) => !path.endsWith('remoteCache')),
      [],
    );
  });
}

test('the example of every key is valid where the key stands', () => {
  for (const place of ['root', 'package'] as const) {
    const base = place === 'package' ? { extends: ['//'] } : {};
    const { properties } = CONFIG_SCHEMA.own[place];
    const check = (value: unknown, name: string) => {
      const text = JSON.stringify({ ...base, ...(value as object) });
      const { diagnostics } = parseConfigFile(text, { path: name, kind: 'own', place });
      assert.deepEqual(diagnostics.map(summarize), [], text);
    };
    for (const [key, schema] of Object.entries(properties as Record<string, SchemaNode>)) {
      const flags = key === 'global' ? { futureFlags: { globalConfiguration: true } } : {};
      for (const example of schema.examples ?? []) check({ ...flags, [key]: example }, key);
    }
    const task: Record<string, SchemaNode> = properties.tasks.additionalProperties.properties;
    for (const [key, schema] of Object.entries(task))
      for (const example of schema.examples ?? []) check({ tasks: { a: { [key]: example } } }, key);
  }
});

test('the default that is told of each key of a task is the one that is filled in', () => {
  const { properties } = CONFIG_SCHEMA.own.package.properties.tasks.additionalProperties;
  const told = Object.entries(properties as Record<string, SchemaNode>).filter(
    ([key]) => key in DEFAULT_TASK_DEFINITION,
  );
  const defaults = told.flatMap(([key, schema]) => (schema.default === undefined ? [] : [[key, schema.default]]));
  assert.ok(defaults.length >= 6, `${defaults.length} of ${told.length}`);
  for (const [key, value] of defaults as [keyof TaskDefinition, unknown][])
    assert.deepEqual(DEFAULT_TASK_DEFINITION[key], value, key);
});
