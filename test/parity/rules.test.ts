/**
 * Turborepo's rules, one after the other, asked of the registry's turbo and of ours. Both are right together: what is
 * expected is not written down here, only that both answer, or refuse, alike.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { createWorkspace } from '../rig/workspace.js';
import { openTools, type ParityCase } from './dry-run.js';
import { KNOWN_DIFFERENCES } from './known-differences.js';
import { CHANGE_RULES } from './rules/changes.js';
import { DEFINITION_RULES } from './rules/definitions.js';
import { ENVIRONMENT_RULES } from './rules/environment.js';
import { FILTER_RULES } from './rules/filters.js';
import { FRAMEWORK_RULES } from './rules/frameworks.js';
import { INPUT_RULES } from './rules/inputs.js';
import { LABEL_RULES } from './rules/labels.js';
import { PACKAGE_RULES } from './rules/packages.js';
import type { Rule, RuleCall } from './rules/rule.js';
import { ROOT_RULES, TASK_RULES } from './rules/tasks.js';
import { runCase } from './run-cases.js';

const GROUPS: Readonly<Record<string, readonly Rule[]>> = {
  'which tasks': TASK_RULES,
  'the root': ROOT_RULES,
  definitions: DEFINITION_RULES,
  packages: PACKAGE_RULES,
  inputs: INPUT_RULES,
  filters: FILTER_RULES,
  labels: LABEL_RULES,
  changes: CHANGE_RULES,
  environment: ENVIRONMENT_RULES,
  frameworks: FRAMEWORK_RULES,
};

/** Rows of known differences that some rule showed. */
const seen = new Set<string>();

for (const [group, rules] of Object.entries(GROUPS)) {
  describe(`as turbo: ${group}`, () => {
    for (const rule of rules) test(rule.name, () => check(rule));
  });
}

async function check({ tree, prepare, calls }: Rule): Promise<void> {
  const workspace = createWorkspace(tree);
  const tools = openTools(workspace.root);
  try {
    prepare?.(workspace);
    for (const call of calls) {
      const { turbo, differences, parityCase } = await runCase(tools, workspace.root, toCase(call));
      const isRefused = typeof call !== 'string' && call.refused === true;
      const said = turbo.json === undefined ? turbo.stderr : 'an answer';
      assert.equal(turbo.json === undefined, isRefused, `turbo ${parityCase.name}: ${said}`);
      for (const { known } of differences) if (known !== undefined) seen.add(known);
      assert.deepEqual(
        differences.filter(({ known }) => known === undefined),
        [],
        parityCase.name,
      );
    }
  } finally {
    tools.dispose();
    workspace.dispose();
  }
}

function toCase(call: RuleCall): ParityCase {
  const { args, cwd, env } = typeof call === 'string' ? { args: call, cwd: undefined, env: undefined } : call;
  return { name: cwd === undefined ? args : `(${cwd}) ${args}`, args: args.split(' '), cwd, env };
}

test('every known difference was met above and has its row in docs/turborepo.md', () => {
  const page = readFileSync(new URL('../../../docs/turborepo.md', import.meta.url), 'utf8');
  const rows = KNOWN_DIFFERENCES.map(({ row }) => row);
  assert.deepEqual(
    rows.filter((row) => !page.includes(`\n| ${row}`)),
    [],
  );
  assert.deepEqual([...seen].sort(), [...rows].sort());
});
