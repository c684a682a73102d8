import type { Node } from 'jsonc-parser';
import { checkFormat } from '../formats/check-format.js';
import { GLOBAL_PROPERTIES, GLOBAL_RENAMES } from '../schema/global.js';
import type { Collector } from './collector.js';
import { findProperty, propertiesOf, type Property } from './properties.js';
import { checkTaskRules } from './task-rules.js';

/** Pairs that say the same thing twice. */
const SAME_MEANING: readonly (readonly [cacheKey: string, globalKey: string])[] = [
  ['dir', 'cacheDir'],
  ['maxSize', 'cacheMaxSize'],
  ['maxAge', 'cacheMaxAge'],
];

/** What a schema cannot say about a root configuration. */
export function checkRootRules(tree: Node, collector: Collector): void {
  checkGlobalBlock(tree, collector);
  checkTaskRules(tree, collector);
  checkCacheTwice(tree, collector);
  checkServices(tree, collector);
}

/** Global settings are at the top or under `global`, as the future flag says, never both. */
function checkGlobalBlock(tree: Node, collector: Collector): void {
  const flags = findProperty(tree, 'futureFlags')?.valueNode;
  const isOn = findProperty(flags, 'globalConfiguration')?.valueNode.value === true;
  for (const { key, keyNode } of propertiesOf(tree)) {
    const at = () => collector.at(keyNode.offset);
    if (key === 'global' && !isOn)
      collector.error({ code: 'config/missing-flag', at: at(), key, flag: 'globalConfiguration' });
    if (isOn && (Object.hasOwn(GLOBAL_PROPERTIES, key) || key === 'remoteCache'))
      collector.error({
        code: 'config/renamed-key',
        at: at(),
        key,
        replacement: `global.${GLOBAL_RENAMES[key] ?? key}`,
      });
  }
}

/** An engine is known by its name, anything else by its command. */
function checkServices(tree: Node, collector: Collector): void {
  for (const { key, keyNode, valueNode } of propertiesOf(findProperty(tree, 'services')?.valueNode)) {
    const at = collector.at(keyNode.offset);
    const problem = checkFormat('service-name', key);
    if (problem !== undefined)
      collector.error({ code: 'config/invalid-format', at, key: 'services', value: key, format: 'service-name' });
    const command = findProperty(valueNode, 'command');
    const type: unknown = findProperty(valueNode, 'type')?.valueNode.value;
    const isEngine = type !== undefined && type !== 'command';
    if (type === undefined && command === undefined) collector.error({ code: 'config/missing-key', at, key: 'type' });
    if (type === 'command' && command === undefined)
      collector.error({ code: 'config/missing-key', at, key: 'command' });
    if (isEngine && command !== undefined) {
      const keys = ['type', 'command'] as const;
      const place = collector.at(command.keyNode.offset);
      collector.error({ code: 'config/conflicting-keys', at: place, keys, problem: 'command-of-engine' });
    }
    checkScheme(findProperty(valueNode, 'scheme'), type, collector);
  }
}

const MYSQL_SCHEMES = ['mariadb', 'mysql', 'mysql2', 'trilogy'];
/** What the addresses of an engine may begin with; what a command starts may be anything. */
const SCHEMES: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['postgres', ['postgis', 'postgres', 'postgresql']],
  ['mysql', MYSQL_SCHEMES],
  ['mariadb', MYSQL_SCHEMES],
]);

/** A driver of another engine would fail with words about its protocol. What is no scheme at all is told by the schema. */
function checkScheme(scheme: Property | undefined, type: unknown, collector: Collector): void {
  const value: unknown = scheme?.valueNode.value;
  if (scheme === undefined || typeof value !== 'string') return;
  if (type === 'redis') {
    const at = collector.at(scheme.keyNode.offset);
    collector.error({ code: 'config/conflicting-keys', at, keys: ['type', 'scheme'], problem: 'scheme-of-redis' });
  }
  const allowed = SCHEMES.get(type);
  if (allowed === undefined || allowed.includes(value) || ![...SCHEMES.values()].flat().includes(value)) return;
  const at = collector.at(scheme.valueNode.offset);
  collector.error({ code: 'config/invalid-value', at, key: 'scheme', value, allowed, nearest: undefined });
}

function checkCacheTwice(tree: Node, collector: Collector): void {
  if (collector.kind !== 'own') return;
  const cache = findProperty(tree, 'cache')?.valueNode;
  const global = findProperty(tree, 'global')?.valueNode;
  for (const [cacheKey, globalKey] of SAME_MEANING) {
    const first = findProperty(cache, cacheKey);
    const second = findProperty(tree, globalKey) ?? findProperty(global, globalKey);
    if (first === undefined || second === undefined) continue;
    const at = collector.at(second.keyNode.offset);
    const keys = [`cache.${cacheKey}`, globalKey] as const;
    collector.error({ code: 'config/conflicting-keys', at, keys, problem: 'same-meaning' });
  }
}
