import { compareStrings, sorted } from '@tr/model';
import { shortKey } from '../run/headers.js';
import { createPaint, type Paint } from '../text/paint.js';
import { printable } from '../text/printable.js';
import { renderTable } from '../text/table.js';
import { describeMissReasons } from '../words/miss-reason.js';
import type { DryRunEnvironment, DryRunPlan, DryRunTask } from './dry-run-plan.js';
import {
  commandText,
  tasksInOrder,
  toResolvedDefinition,
  toTurboTaskId,
  turboLogFile,
  variableLines,
} from './turbo-shape.js';

/** One line of a block: name and value. */
type Row = readonly [name: string, value: string];

/** `tr run --dry`: Turborepo's page, with the reasons of a miss added. Ends with a newline. */
export function renderDryRunText(plan: DryRunPlan, colors: boolean): string {
  const paint = createPaint(colors);
  const heading = (text: string): string => paint('cyan', text);
  return [
    ...(plan.kind === 'monorepo' ? [heading('Packages in Scope'), ...renderPackages(plan), ''] : []),
    heading('Global Hash Inputs'),
    ...renderRows(globalRows(plan), paint),
    '',
    heading('Tasks to Run'),
    ...tasksInOrder(plan).flatMap((task) => [
      paint('bold', printable(toTurboTaskId(task.node.id, plan.kind))),
      ...renderRows(taskRows(task, plan), paint),
    ]),
    '',
  ].join('\n');
}

function renderPackages(plan: DryRunPlan): string[] {
  const packages = [...plan.packages].sort((a, b) => compareStrings(a.name, b.name));
  return renderTable([
    ['Name', 'Path'],
    ...packages.map(({ name, directory }) => [printable(name), printable(directory)]),
  ]);
}

function renderRows(rows: readonly Row[], paint: Paint): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => paint('dim', `  ${name.padEnd(width)} = ${printable(value)}`.trimEnd()));
}

function globalRows(plan: DryRunPlan): Row[] {
  const { files, externalDependenciesHash, environment, engines } = plan.globalInputs;
  return [
    ['Global Files', String(Object.keys(files).length)],
    ['External Dependencies Hash', externalDependenciesHash],
    ['Global Env Vars', listed(environment.env)],
    ['Global Env Vars Values', listed(variableLines(environment.configured))],
    ['Inferred Global Env Vars Values', listed(variableLines(environment.inferred))],
    ['Global Passed Through Env Vars', listed(environment.passThroughEnv ?? [])],
    ['Global Passed Through Env Vars Values', listed(variableLines(environment.passthrough ?? {}))],
    ['Engines Values', listed(variableLines(engines ?? {}))],
  ];
}

function taskRows(task: DryRunTask, plan: DryRunPlan): Row[] {
  const { node } = task;
  const ids = (list: readonly string[]): string => listed(sorted(list.map((id) => toTurboTaskId(id, plan.kind))));
  const monorepo = plan.kind === 'monorepo';
  return [
    ['Task', node.task],
    ...(monorepo ? [['Package', node.package] as const] : []),
    ['Hash', shortKey(task.key)],
    ...cacheRows(task),
    ...(monorepo ? [['Directory', node.directory] as const] : []),
    ['Command', commandText(node)],
    ['Outputs', listed(sorted(node.definition.outputs.include))],
    ['Log File', node.definition.cache ? turboLogFile(node) : ''],
    ['Dependencies', ids(node.dependencies)],
    ['Dependents', ids(node.dependents)],
    ['With', ids(node.with)],
    ['Inputs Files Considered', String(Object.keys(task.inputs).length)],
    ...environmentRows(task.environment),
    ['Resolved Task Definition', JSON.stringify(toResolvedDefinition(node.definition))],
    ['Framework', task.framework],
  ];
}

function cacheRows({ prediction }: DryRunTask): Row[] {
  const isHitAt = (tier: 'local' | 'remote'): string => String(prediction.hit && prediction.tier === tier);
  return [
    ['Cached (Local)', isHitAt('local')],
    ['Cached (Remote)', isHitAt('remote')],
    ...(prediction.hit || prediction.reasons.length === 0
      ? []
      : [['Miss Reasons', describeMissReasons(prediction.reasons)] as const]),
  ];
}

function environmentRows(environment: DryRunEnvironment): Row[] {
  return [
    ['Env Vars', listed(environment.env)],
    ['Env Vars Values', listed(variableLines(environment.configured))],
    ['Inferred Env Vars Values', listed(variableLines(environment.inferred))],
    ['Passed Through Env Vars', listed(environment.passThroughEnv ?? [])],
    ['Passed Through Env Vars Values', listed(variableLines(environment.passthrough ?? {}))],
  ];
}

function listed(values: readonly string[]): string {
  return values.join(', ');
}
