import { parseTaskId } from '@tr/model';
import type { Node } from 'jsonc-parser';
import type { Collector } from './collector.js';
import { findProperty, propertiesOf, type Property } from './properties.js';

/** What a schema cannot say about the tasks of a configuration, in either place. */
export function checkTaskRules(tree: Node, collector: Collector): void {
  for (const task of propertiesOf(findProperty(tree, 'tasks')?.valueNode)) {
    checkTaskName(task, collector);
    const inputs = findProperty(task.valueNode, 'inputs')?.valueNode;
    for (const item of (inputs?.type === 'array' ? inputs.children : undefined) ?? [])
      if (item.type === 'object') checkStructuredInput(item, collector);
  }
}

/** Turborepo carries a key that names no task along, unused. */
function checkTaskName({ key, keyNode }: Property, collector: Collector): void {
  const task = parseTaskId(key)?.task ?? key;
  if (task !== '' && !task.startsWith('^') && !key.startsWith('#')) return;
  collector.tolerated({ code: 'config/invalid-task-name', at: collector.at(keyNode.offset), key });
}

function checkStructuredInput(item: Node, collector: Collector): void {
  const at = collector.at(item.offset);
  const mode: unknown = findProperty(item, 'mode')?.valueNode.value;
  if (mode !== 'dependencyOutputs' && findProperty(item, 'from') !== undefined)
    collector.error({ code: 'config/conflicting-keys', at, keys: ['mode', 'from'], problem: 'from-needs-outputs' });
  if (mode === 'dependencyOutputs' && findProperty(item, 'withDefaults') !== undefined)
    collector.error({ code: 'config/conflicting-keys', at, keys: ['mode', 'withDefaults'], problem: 'no-defaults' });
}
