import { readFileSync } from 'node:fs';
import type {
  Package,
  PackageName,
  RelativePath,
  Result,
  SourcePosition,
  TaskDefinition,
  TaskGraph,
  TaskId,
} from '@tr/model';
import { DEFAULT_TASK_DEFINITION, ROOT_PACKAGE } from '@tr/model';
import type { CreatedTaskGraph, PackageScope, TaskLookup } from '../src/index.js';
import { createTaskGraph, findPersistentDependencies, parseFilter, selectPackages } from '../src/index.js';
import type { GitRange, SelectionRequest } from '../src/index.js';

/** A package in a test, by directory; the name is the last part of the directory unless given. */
export interface PackageFacts {
  readonly name?: string;
  readonly deps?: readonly string[];
  readonly scripts?: readonly string[];
}

export type Packages = ReadonlyMap<PackageName, Package>;

/** Packages of a workspace; the root is always there. */
export function packagesOf(facts: Readonly<Record<RelativePath, PackageFacts>>): Packages {
  const all = { '': {}, ...facts };
  const packages = Object.entries(all).map(([directory, entry]: [string, PackageFacts]) => {
    const name = directory === '' ? ROOT_PACKAGE : (entry.name ?? directory.slice(directory.lastIndexOf('/') + 1));
    return createPackage(name as PackageName, directory, entry);
  });
  return new Map(packages.sort((a, b) => (a.name < b.name ? -1 : 1)).map((entry) => [entry.name, entry]));
}

function createPackage(name: PackageName, directory: RelativePath, facts: PackageFacts): Package {
  return {
    name,
    directory,
    hasManifest: true,
    scripts: Object.fromEntries((facts.scripts ?? []).map((script) => [script, `run ${script}`])),
    internalDependencies: [...(facts.deps ?? [])].sort() as unknown as PackageName[],
    externalDependencies: {},
    engines: undefined,
  };
}

export type TaskFacts = Partial<TaskDefinition>;

/** How tasks are configured in a test: keys are `task`, `pkg#task`, `//#task`. */
export interface LookupFacts {
  readonly tasks: Readonly<Record<string, TaskFacts>>;
  /** `pkg#task` taken out with `"extends": false`. */
  readonly optedOut?: readonly string[];
  readonly kind?: 'monorepo' | 'single';
}

/** The least configuration that has Turborepo's lookup rules. Positions are `turbo.json`, the line counts the keys. */
export function lookupOf({ tasks, optedOut = [], kind = 'monorepo' }: LookupFacts): TaskLookup {
  const definitions = new Map(
    Object.entries(tasks).map(([key, facts]) => [key, { ...DEFAULT_TASK_DEFINITION, ...facts }]),
  );
  const names = new Set([...definitions.keys()].map((key) => key.slice(key.indexOf('#') + 1)));
  const findKey = (name: string, task: string) =>
    [`${name}#${task}`, ...(name === '//' && kind === 'monorepo' ? [] : [task])].find((key) => definitions.has(key));
  const findAny = (name: string, task: string) => definitions.get(findKey(name, task) ?? '');
  const isOptedOut = (name: string, task: string) => optedOut.includes(`${name}#${task}`);
  return {
    find: (name, task) => (isOptedOut(name, task) ? undefined : findAny(name, task)),
    findReached: (name, task) => (isOptedOut(name, task) ? DEFAULT_TASK_DEFINITION : findAny(name, task)),
    isKnown: (task) => names.has(task),
    taskNames: () => [...names].sort(),
    position: (name, task): SourcePosition | undefined => {
      const line = [...definitions.keys()].indexOf(findKey(name, task) ?? '') + 1;
      return line === 0 ? undefined : { file: 'turbo.json', line, column: 5 };
    },
  };
}

/** What a selection is made from, in short. */
export interface SelectionFacts {
  readonly packages: Packages;
  readonly filters?: readonly string[];
  readonly cwd?: string;
  readonly kind?: 'monorepo' | 'single';
  readonly affected?: readonly string[];
  /** Range as written -> names of changed packages; another range fails. */
  readonly changes?: Readonly<Record<string, readonly string[]>>;
  /** Directories without packages that exist. */
  readonly directories?: readonly string[];
}

/** Parses and applies filters: the selected names joined by a space, or the code and detail of the failure. */
export function select(facts: SelectionFacts): string {
  const selected = trySelect(facts);
  if (selected.ok) return selected.value.packages.join(' ');
  return describeFailure(selected.failure);
}

export function trySelect(facts: SelectionFacts): ReturnType<typeof selectPackages> {
  const selectors = [];
  for (const filter of facts.filters ?? []) {
    const parsed = parseFilter(filter);
    if (!parsed.ok) return parsed;
    selectors.push(parsed.value);
  }
  const request: SelectionRequest = {
    packages: facts.packages,
    kind: facts.kind ?? 'monorepo',
    selectors,
    cwdDirectory: facts.cwd ?? '',
    ...(facts.affected && { affected: { packages: facts.affected as readonly PackageName[] } }),
    changedBy: (range) => changedBy(facts, range),
    directoryExists: (path) => facts.directories?.includes(path) ?? false,
  };
  return selectPackages(request);
}

function changedBy(facts: SelectionFacts, range: GitRange): ReturnType<SelectionRequest['changedBy']> {
  const dots = range.kind === 'commits' ? '...' : '..';
  const text = range.kind === 'work-tree' ? range.from : `${range.from}${dots}${range.to}`;
  const changed = facts.changes?.[text];
  if (changed === undefined) return { ok: false, failure: { code: 'workspace/unknown-ref', ref: text } };
  return { ok: true, value: changed as readonly PackageName[] };
}

/** `code: field=value …` without the fields that are undefined. */
export function describeFailure(failure: object): string {
  const { code, ...fields } = failure as { readonly code: string };
  const shown = Object.entries(fields).filter(([name, value]) => value !== undefined && name !== 'at');
  return [
    code,
    ...shown.map(([name, value]) => `${name}=${Array.isArray(value) ? value.join(' > ') : String(value)}`),
  ].join(' ');
}

/** What a graph is made from, in short. */
export interface GraphFacts extends LookupFacts {
  readonly packages: Packages;
  readonly run: readonly string[];
  readonly filters?: readonly string[];
  readonly cwd?: string;
  readonly affected?: readonly string[];
  readonly scope?: PackageScope;
  readonly only?: boolean;
  readonly strictEntryPoints?: boolean;
}

export function tryGraph(facts: GraphFacts): Result<CreatedTaskGraph, readonly object[]> {
  const { kind = 'monorepo', only = false, strictEntryPoints = false } = facts;
  const selected = facts.scope ?? trySelect(facts);
  if ('ok' in selected && !selected.ok) return { ok: false, failure: [selected.failure] };
  const scope = 'ok' in selected ? selected.value : selected;
  const definitions = lookupOf(facts);
  const { packages, run: requested } = facts;
  const created = createTaskGraph({ packages, kind, definitions, requested, scope, only, strictEntryPoints });
  const persistent = created.ok ? findPersistentDependencies(created.value.graph, definitions) : [];
  return persistent.length > 0 ? { ok: false, failure: persistent } : created;
}

/** The graph of valid facts. */
export function graphOf(facts: GraphFacts): TaskGraph {
  const created = tryGraph(facts);
  if (!created.ok) throw new Error(created.failure.map(describeFailure).join('\n'));
  return created.value.graph;
}

/**
 * A graph as text: `[packages] a#build <- b#build; b#build?` (`?`: no command, `!`: opted out, `with x#y` siblings),
 * or its failures.
 */
export function show(facts: GraphFacts): string {
  const created = tryGraph(facts);
  return created.ok ? showGraph(created.value.graph) : created.failure.map(describeFailure).join('; ');
}

/** A graph as {@link show} has it. */
export function showGraph({ nodes, packagesInScope }: TaskGraph): string {
  const tasks = [...nodes.values()].map((node) => {
    const mark = node.isOptedOut ? '!' : node.command === undefined ? '?' : '';
    const edges = node.dependencies.length > 0 ? ` <- ${node.dependencies.join(',')}` : '';
    return `${node.id}${mark}${edges}${node.with.length > 0 ? ` with ${node.with.join(',')}` : ''}`;
  });
  return `[${packagesInScope.join(' ')}] ${tasks.join('; ')}`.trim();
}

export function id(text: string): TaskId {
  return text as TaskId;
}

/** A small generator of repeatable random numbers (mulberry32): below 1, never negative. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The text of a file of the repository, by its path from the root. */
export function readRepositoryFile(path: string): string {
  return readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
}
