import { parseTaskId } from '@tr/model';
import type { Node } from 'jsonc-parser';
import type { Collector } from './collector.js';
import { findProperty, propertiesOf } from './properties.js';
import { checkTaskRules } from './task-rules.js';

/** What a schema cannot say about a package configuration. */
export function checkPackageRules(tree: Node, collector: Collector): void {
  checkExtends(tree, collector);
  checkTaskRules(tree, collector);
  for (const { key, keyNode } of propertiesOf(findProperty(tree, 'tasks')?.valueNode)) {
    const task = parseTaskId(key)?.task;
    if (task === undefined) continue;
    collector.error({ code: 'config/package-task-key', at: collector.at(keyNode.offset), key, task });
  }
}

/** `extends` is required, so that nobody takes the file for a root configuration; the root comes first. */
function checkExtends(tree: Node, collector: Collector): void {
  const property = findProperty(tree, 'extends');
  const items = property?.valueNode.type === 'array' ? (property.valueNode.children ?? []) : undefined;
  if (property === undefined || items?.length === 0) {
    const at = collector.at(property?.keyNode.offset ?? tree.offset);
    collector.error({ code: 'config/missing-extends', at });
    return;
  }
  const [first] = items ?? [];
  if (first === undefined || first.value === '//') return;
  const at = collector.at(first.offset);
  const name = String(first.value);
  collector.error({ code: 'config/invalid-extends', at, name, problem: 'root-not-first', nearest: undefined });
}
