import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { renderDryRunJson } from '../../src/dry-run/render-dry-run-json.js';
import { renderDryRunText } from '../../src/dry-run/render-dry-run-text.js';
import { planOf } from '../rig/golden-plan.js';

/*
 * The goldens are what turbo 2.11.11 printed for workspaces written for it. Ours must be the same text, except for
 * what is free: its root key, the commit of a stored entry, and an empty line at the end.
 */
const NAMES = ['monorepo', 'loose', 'single'] as const;

function recorded(name: (typeof NAMES)[number]): string {
  const text = readFileSync(new URL(`../../../test/golden/turbo-dry-run-${name}.golden`, import.meta.url), 'utf8');
  return text
    .replace(/"rootKey": ".*"/, '"rootKey": "tr"')
    .replace(/,\n\s+"sha": ".*"(,\n\s+"dirtyHash": ".*")?(?=\n\s+\},\n\s+"command")/g, '')
    .replace(/\n+$/, '\n');
}

for (const name of NAMES) {
  test(`dry run as JSON is Turborepo’s to the letter: ${name}`, () => {
    const text = recorded(name);
    assert.equal(renderDryRunJson(planOf(text)), text);
  });
}

test('a predicted hit in the remote cache', () => {
  const plan = planOf(recorded('loose'));
  const tasks = plan.tasks.map((task) => ({
    ...task,
    prediction: { hit: true, tier: 'remote', timeSavedMs: 1.6 } as const,
  }));
  const shape = JSON.parse(renderDryRunJson({ ...plan, tasks })) as { tasks: { cache: unknown }[] };
  assert.deepEqual(shape.tasks[0]?.cache, {
    local: false,
    remote: true,
    status: 'HIT',
    source: 'REMOTE',
    timeSaved: 2,
  });
});

test('outside git', () => {
  const shape = JSON.parse(renderDryRunJson({ ...planOf(recorded('loose')), scm: undefined })) as { scm: unknown };
  assert.deepEqual(shape.scm, { type: 'git', sha: null, branch: null });
});

test('dry run as text', () => {
  const text = renderDryRunText(planOf(recorded('single')), false);
  assert.match(text, /^Global Hash Inputs\n {2}Global Files {26}= 2\n/);
  assert.equal(
    text.slice(text.indexOf('\nprep\n') + 1),
    `prep
  Task                           = prep
  Hash                           = ab3b26ec9b765aea
  Cached (Local)                 = true
  Cached (Remote)                = false
  Command                        = echo prep
  Outputs                        =
  Log File                       = .turbo/turbo-prep.log
  Dependencies                   =
  Dependents                     = build
  With                           =
  Inputs Files Considered        = 4
  Env Vars                       =
  Env Vars Values                =
  Inferred Env Vars Values       =
  Passed Through Env Vars        =
  Passed Through Env Vars Values =
  Resolved Task Definition       = {"outputs":[],"cache":true,"dependsOn":[],"inputs":[],"outputLogs":"full","persistent":false,"interruptible":false,"env":[],"passThroughEnv":null,"interactive":false}
  Framework                      =
`,
  );
});

test('dry run as text lists packages and says why a task would miss', () => {
  const text = renderDryRunText(planOf(recorded('monorepo')), false);
  assert.match(text, /^Packages in Scope\nName {2}Path\n\/\/ {4}\/\/\nlib {3}lib\n/);
  assert.match(text, /\n {2}Miss Reasons {19}= no stored run of this task\n/);
  assert.match(text, /\n {2}Log File {23}= apps\/web\/\.turbo\/turbo-check\$colon\$types\.log\n/);
  assert.ok(!text.includes('\u001B'));
  assert.ok(renderDryRunText(planOf(recorded('single')), true).includes('\u001B[36mTasks to Run\u001B[0m'));
});
