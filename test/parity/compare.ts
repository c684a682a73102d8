import type { Answer, Json } from './dry-run.js';

/** `C`: must be equal. `A`: should be. As docs/turborepo.md and the notes on the format mark them. */
export type Level = 'C' | 'A';

/** One thing that both tools said differently. */
export interface Difference {
  readonly level: Level;
  /** Field of the dry run, such as `inputs` or `packages`; `exit` when only one tool refused. */
  readonly field: string;
  /** Task id, `globalCacheInputs`, or `''` for the run as a whole. */
  readonly of: string;
  /** The entry of a field that has entries, such as the path of an input. */
  readonly key?: string;
  /** Undefined = not there. */
  readonly turbo: Json | undefined;
  readonly ours: Json | undefined;
}

/** How a field is compared: as it is, as a set, or entry by entry. */
type How = 'value' | 'set' | 'record';

interface Field {
  readonly name: string;
  readonly level: Level;
  readonly how: How;
}

const field = (level: Level, how: How, ...names: readonly string[]): readonly Field[] =>
  names.map((name) => ({ name, level, how }));

const RUN_FIELDS: readonly Field[] = [
  ...field('C', 'value', 'packages'),
  ...field('A', 'value', 'monorepo', 'version', 'envMode', 'frameworkInference', 'user', 'scm'),
];

const GLOBAL_FIELDS: readonly Field[] = [
  ...field('A', 'record', 'files', 'environmentVariables'),
  ...field('A', 'value', 'engines'),
];

const TASK_FIELDS: readonly Field[] = [
  ...field('C', 'record', 'inputs'),
  ...field('C', 'value', 'command', 'outputs', 'excludedOutputs'),
  ...field('C', 'set', 'dependencies', 'dependents'),
  ...field(
    'A',
    'value',
    'task',
    'package',
    'directory',
    'cliArguments',
    'logFile',
    'expandedOutputs',
    'framework',
    'envMode',
  ),
  ...field('A', 'set', 'with'),
  ...field('A', 'record', 'environmentVariables'),
];

const DEFINITION_FIELDS: readonly Field[] = [
  ...field('C', 'value', 'cache', 'persistent'),
  ...field('A', 'value', 'outputs', 'dependsOn', 'inputs', 'outputLogs', 'interruptible', 'interactive'),
  ...field('A', 'value', 'env', 'passThroughEnv', 'with'),
];

/** Everything both answers say differently; nothing when both refused. */
export function compareAnswers(turbo: Answer, ours: Answer): readonly Difference[] {
  if (turbo.json === undefined && ours.json === undefined) return [];
  if (turbo.json === undefined || ours.json === undefined) {
    return [{ level: 'C', field: 'exit', of: '', turbo: describeAnswer(turbo), ours: describeAnswer(ours) }];
  }
  const theirTasks = byTaskId(turbo.json);
  const ourTasks = byTaskId(ours.json);
  return [
    ...compareFields(turbo.json, ours.json, { fields: RUN_FIELDS, of: '' }),
    ...compareFields(get(turbo.json, 'globalCacheInputs'), get(ours.json, 'globalCacheInputs'), {
      fields: GLOBAL_FIELDS,
      of: 'globalCacheInputs',
    }),
    ...compareNames([...theirTasks.keys()], [...ourTasks.keys()]),
    ...[...theirTasks].flatMap(([id, task]) => compareTask(id, task, ourTasks.get(id))),
  ];
}

const describeAnswer = ({ exitCode, stderr, json }: Answer): string =>
  json === undefined ? `exit code ${exitCode}: ${stderr.trim().slice(0, 600)}` : `exit code ${exitCode}`;

function byTaskId(run: Json): ReadonlyMap<string, Json> {
  const tasks = get(run, 'tasks');
  return new Map(
    Array.isArray(tasks) ? tasks.map((task: Json) => [JSON.stringify(get(task, 'taskId')).slice(1, -1), task]) : [],
  );
}

function compareNames(theirs: readonly string[], ours: readonly string[]): readonly Difference[] {
  const presence = theirs.flatMap((id) => (ours.includes(id) ? [] : [absent(id, { turbo: id, ours: undefined })]));
  const extra = ours.flatMap((id) => (theirs.includes(id) ? [] : [absent(id, { turbo: undefined, ours: id })]));
  const isReordered = presence.length === 0 && extra.length === 0 && !isSame(theirs, ours);
  const order: readonly Difference[] = isReordered
    ? [{ level: 'A', field: 'order of tasks', of: '', turbo: theirs, ours }]
    : [];
  return [...presence, ...extra, ...order];
}

const absent = (of: string, sides: Pick<Difference, 'turbo' | 'ours'>): Difference => ({
  level: 'C',
  field: 'tasks',
  of,
  ...sides,
});

function compareTask(id: string, turbo: Json, ours: Json | undefined): readonly Difference[] {
  if (ours === undefined) return [];
  return [
    ...compareFields(turbo, ours, { fields: TASK_FIELDS, of: id }),
    ...compareFields(get(turbo, 'resolvedTaskDefinition'), get(ours, 'resolvedTaskDefinition'), {
      fields: DEFINITION_FIELDS,
      of: id,
    }).map((difference) => ({ ...difference, field: `resolvedTaskDefinition.${difference.field}` })),
  ];
}

function compareFields(
  turbo: Json | undefined,
  ours: Json | undefined,
  { fields, of }: { readonly fields: readonly Field[]; readonly of: string },
): readonly Difference[] {
  return fields.flatMap(({ name, level, how }) => {
    const sides = { turbo: get(turbo, name), ours: get(ours, name) };
    if (how === 'record') return compareEntries(sides, { level, field: name, of });
    const isEqual = how === 'set' ? isSame(toSet(sides.turbo), toSet(sides.ours)) : isSame(sides.turbo, sides.ours);
    return isEqual ? [] : [{ level, field: name, of, ...sides }];
  });
}

function compareEntries(
  sides: Pick<Difference, 'turbo' | 'ours'>,
  about: Pick<Difference, 'level' | 'field' | 'of'>,
): readonly Difference[] {
  const keys = new Set([...Object.keys(sides.turbo ?? {}), ...Object.keys(sides.ours ?? {})]);
  return [...keys].flatMap((key) => {
    const entry = { turbo: get(sides.turbo, key), ours: get(sides.ours, key) };
    return isSame(entry.turbo, entry.ours) ? [] : [{ ...about, key, ...entry }];
  });
}

const toSet = (value: Json | undefined): Json | undefined =>
  Array.isArray(value) ? [...new Set(value.map(String))].sort() : value;

/** Undefined when `value` is no object or has no such key. */
function get(value: Json | undefined, key: string): Json | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? (value as { readonly [key: string]: Json })[key] : undefined;
}

const isSame = (a: Json | undefined, b: Json | undefined): boolean => canonical(a) === canonical(b);

/** JSON text with sorted keys. */
function canonical(value: Json | undefined): string {
  return JSON.stringify(value, (_key, each: Json) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}
