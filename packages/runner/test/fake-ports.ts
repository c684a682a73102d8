import {
  DEFAULT_TASK_DEFINITION,
  type ActionKey,
  type CacheLookup,
  type Failure,
  type RunEvent,
  type RunResult,
  type SaveOutcome,
  type TaskDefinition,
  type TaskFingerprint,
  type TaskGraph,
  type TaskId,
  type TaskNode,
  type TaskResult,
} from '@tr/model';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, ProcessEnd, ShutdownRequest, SpawnRequest } from '../src/ports.js';
import type { RunTasksOptions } from '../src/run-context.js';
import { runTasks } from '../src/run-tasks.js';
// A run loads it with its first execution, which takes a turn that tests do not count.
import '../src/execute-task.js';

/** A task of a test graph; what is not given is an ordinary cached task with a command. */
export interface TestTask {
  readonly needs?: readonly string[];
  readonly with?: readonly string[];
  readonly command?: string | undefined;
  readonly isEntryPoint?: boolean;
  readonly definition?: Partial<TaskDefinition>;
}

/** Logs of all runs of a test file; removed at its end. */
const logs = mkdtempSync(join(tmpdir(), 'tr-runner-'));
process.on('exit', () => rmSync(logs, { recursive: true, force: true }));
let runs = 0;

/** Short names stand for `name#t`. Tasks are listed after the ones they need. */
export function createGraph(tasks: Readonly<Record<string, TestTask>>): TaskGraph {
  const names = Object.keys(tasks);
  const nodes = names.map((name): TaskNode => {
    const task = tasks[name] ?? {};
    return {
      id: idOf(name),
      package: name as TaskNode['package'],
      task: 't',
      directory: name,
      definition: { ...DEFAULT_TASK_DEFINITION, ...task.definition },
      command: 'command' in task ? task.command : `run ${name}`,
      isScript: true,
      dependencies: (task.needs ?? []).map(idOf),
      dependents: names.filter((other) => tasks[other]?.needs?.includes(name)).map(idOf),
      with: (task.with ?? []).map(idOf),
      isEntryPoint: task.isEntryPoint ?? true,
    };
  });
  return {
    nodes: new Map(nodes.map((node) => [node.id, node])),
    topologicalOrder: nodes.map((node) => node.id),
    packagesInScope: nodes.map((node) => node.package),
  };
}

export function idOf(name: string): TaskId {
  return `${name}#t` as TaskId;
}

/** A process that ends when the test says so. */
export interface FakeProcess {
  readonly name: string;
  readonly request: SpawnRequest;
  readonly signals: string[];
  end(exitCode: number): void;
  /** Ends in any way there is. */
  endWith(end: ProcessEnd): void;
  print(text: string): void;
}

/** Time that passes only when the test says so. */
export class FakeClock implements Clock {
  #now = 1_000_000;
  #timers: { readonly at: number; readonly callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.schedule(ms, resolve));
  }

  schedule(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => (this.#timers = this.#timers.filter((other) => other !== timer));
  }

  advance(ms: number): void {
    this.#now += ms;
    const due = this.#timers.filter((timer) => timer.at <= this.#now);
    this.#timers = this.#timers.filter((timer) => timer.at > this.#now);
    for (const { callback } of due) callback();
  }
}

/** What the fakes do; each can be set by a test. */
export interface Behaviour {
  /** Names of tasks that the cache has. */
  readonly stored?: readonly string[];
  /** Where it has them; the default is `local`. */
  readonly tier?: 'local' | 'remote';
  readonly restore?: (name: string) => 'fresh' | 'restored' | 'miss';
  /** Variables that tasks do not get to see. */
  readonly withheld?: readonly string[];
  readonly log?: (name: string) => Uint8Array | undefined;
  readonly changedInputs?: (name: string) => readonly string[];
  readonly failToCompute?: (name: string) => Failure | undefined;
  /** The cache has room for the next key that it is told ahead when this resolves. */
  readonly room?: Promise<void>;
  readonly save?: (name: string) => SaveOutcome;
  /** The clock of the files. */
  readonly now?: () => number;
  /** Called when a process starts; the default leaves it running. */
  readonly onSpawn?: (process: FakeProcess) => void;
  /** Exit code with which a process ends that is told to stop; undefined = it does not. */
  readonly onStop?: (process: FakeProcess, signal: string) => number | undefined;
  readonly options?: Partial<RunTasksOptions>;
}

/** One run on fakes. */
export interface FakeRun {
  readonly events: RunEvent[];
  readonly running: FakeProcess[];
  readonly started: string[];
  readonly saved: string[];
  readonly lookedUp: string[];
  readonly computed: Map<string, readonly string[]>;
  /** Tasks whose keys the cache was told ahead. */
  readonly foreseen: string[];
  /** Tasks for which everything is looked at again. */
  readonly forgotten: string[];
  /** Since when the key of what is put in place holds, by the time of the run. */
  readonly since: Map<string, number | undefined>;
  readonly clock: FakeClock;
  readonly result: Promise<RunResult>;
  process(name: string): FakeProcess;
  request(request: ShutdownRequest): void;
  /** Lets everything happen that needs no time. */
  settle(): Promise<void>;
}

/** Starts a run whose processes, cache and time are under control of the test. */
export function startRun(graph: TaskGraph, behaviour: Behaviour = {}): FakeRun {
  const fake: Omit<FakeRun, 'result' | 'process' | 'request' | 'settle'> = {
    events: [],
    running: [],
    started: [],
    saved: [],
    lookedUp: [],
    computed: new Map(),
    foreseen: [],
    forgotten: [],
    since: new Map(),
    clock: new FakeClock(),
  };
  const listeners = new Set<(request: ShutdownRequest) => void>();
  let requested: ShutdownRequest | undefined;
  const result = runTasks({
    graph,
    priorities: new Map(),
    concurrency: 100,
    continueMode: 'never',
    parallel: false,
    force: false,
    conditions: { findUnmet: () => undefined },
    locks: { tryAcquire: () => ({ release: () => undefined }), findHolder: () => undefined },
    emit: (event) => fake.events.push(event),
    logDirectory: join(logs, String((runs += 1))),
    clock: fake.clock,
    shutdown: {
      get requested() {
        return requested;
      },
      onRequest: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    launcher: {
      plan: (node) => ({
        cwd: '/',
        shell: undefined,
        steps: [{ command: node.command ?? '', env: { NAME: node.package } }],
        findWithheld: () => behaviour.withheld ?? [],
      }),
    },
    ...createFingerprinter(fake, behaviour),
    ...createCache(fake, behaviour),
    ...createSpawner(fake, behaviour),
    ...behaviour.options,
  });
  return {
    ...fake,
    result,
    process: (name) => {
      const found = fake.running.find((process) => process.name === name);
      if (found === undefined) throw new Error(`${name} is not running`);
      return found;
    },
    request: (request) => {
      requested = request;
      for (const listener of listeners) listener(request);
    },
    settle,
  };
}

export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Outcomes by short name. */
export function outcomes(result: RunResult): Record<string, string> {
  return Object.fromEntries(result.tasks.map((task) => [shortOf(task.task), task.skipReason ?? task.outcome]));
}

export function resultOf(result: RunResult, name: string): TaskResult {
  const found = result.tasks.find((task) => task.task === idOf(name));
  if (found === undefined) throw new Error(`${name} has no result`);
  return found;
}

/** Bytes. */
const LOG_PIECE = 100_000;

export function shortOf(id: string): string {
  return id.slice(0, id.indexOf('#'));
}

type Record_ = Omit<FakeRun, 'result' | 'process' | 'request' | 'settle'>;

function createFingerprinter(fake: Record_, behaviour: Behaviour): Pick<RunTasksOptions, 'fingerprinter'> {
  return {
    fingerprinter: {
      compute: (task, dependencyKeys) => {
        fake.computed.set(task.package, [...dependencyKeys.keys()].map(shortOf));
        const failure = behaviour.failToCompute?.(task.package);
        if (failure !== undefined) return Promise.resolve({ ok: false, failure });
        const key = `key-of-${task.package}` as ActionKey;
        const value = { task: task.id, key, environment: {} } as TaskFingerprint;
        return Promise.resolve({ ok: true, value });
      },
      findChangedInputs: (task) => Promise.resolve(behaviour.changedInputs?.(task.package) ?? []),
      forgetListings: (task) => void fake.forgotten.push(task.package),
      forgetOutputs: () => undefined,
    },
  };
}

function createCache(fake: Record_, behaviour: Behaviour): Pick<RunTasksOptions, 'cache'> {
  return {
    cache: {
      lookup: (task, { key }): Promise<CacheLookup> => {
        fake.lookedUp.push(task.package);
        if (behaviour.stored?.includes(task.package) !== true) {
          return Promise.resolve({ hit: false, reasons: [{ reason: 'no-entry' }] });
        }
        const size = behaviour.log?.(task.package)?.length ?? 0;
        const manifest = { durationMs: 1234, log: { size } };
        return Promise.resolve({
          hit: true,
          entry: { key, manifest, tier: behaviour.tier ?? 'local' },
        } as unknown as CacheLookup);
      },
      foresee: (key) => {
        fake.foreseen.push(key.slice('key-of-'.length));
        return behaviour.room ?? Promise.resolve();
      },
      now: () => behaviour.now?.() ?? 0,
      restore: (task, _, { since }) => {
        fake.since.set(task.package, since());
        const outcome = behaviour.restore?.(task.package) ?? 'fresh';
        if (outcome === 'miss') return Promise.resolve({ outcome, reasons: [{ reason: 'blob-missing', path: 'x' }] });
        return Promise.resolve(outcome === 'fresh' ? { outcome } : { outcome, files: 1, bytes: 1 });
      },
      readLog: (entry) => Promise.resolve(behaviour.log?.(entry.key.slice('key-of-'.length))),
      streamLog: (entry, sink) => {
        const log = behaviour.log?.(entry.key.slice('key-of-'.length));
        for (let at = 0; log !== undefined && at < log.length; at += LOG_PIECE) sink(log.subarray(at, at + LOG_PIECE));
        return Promise.resolve(log !== undefined);
      },
      forgetOutputs: () => Promise.resolve(),
      save: (task) => {
        fake.saved.push(task.package);
        const done: SaveOutcome = { saved: true, files: 0, bytes: 0, emptyOutputs: [] };
        return Promise.resolve(behaviour.save?.(task.package) ?? done);
      },
    },
  };
}

function createSpawner(fake: Record_, behaviour: Behaviour): Pick<RunTasksOptions, 'spawner'> {
  return {
    spawner: {
      spawn: (request) => {
        let resolve: (end: ProcessEnd) => void = () => undefined;
        const ended = new Promise<ProcessEnd>((settled) => (resolve = settled));
        const process: FakeProcess = {
          name: request.env['NAME'] ?? '',
          request,
          signals: [],
          end: (exitCode) => process.endWith({ kind: 'exited', exitCode, leftBehind: false }),
          endWith: (end) => {
            const at = fake.running.indexOf(process);
            if (at >= 0) fake.running.splice(at, 1);
            resolve(end);
          },
          print: (text) => request.onOutput('stdout', new TextEncoder().encode(text)),
        };
        fake.running.push(process);
        fake.started.push(process.name);
        behaviour.onSpawn?.(process);
        return {
          pid: 1,
          ended,
          stop: (signal) => {
            process.signals.push(signal);
            const exitCode = behaviour.onStop === undefined ? 1 : behaviour.onStop(process, signal);
            if (exitCode !== undefined) process.end(exitCode);
            return Promise.resolve();
          },
        };
      },
    },
  };
}
