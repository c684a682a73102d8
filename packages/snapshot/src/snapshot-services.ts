import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  fail,
  InvariantError,
  ok,
  snapshotPath,
  type CacheEntry,
  type NotSavedReason,
  type Result,
  type ServiceDefinition,
  type ServiceFailure,
  type TaskFingerprint,
  type TaskId,
  type TaskNode,
} from '@tr/model';
import type { ServiceSession, SessionOpening, TaskServices } from '@tr/runner';
import type { ServiceLease, StoredState } from '@tr/services';
import { findAncestors, stateOf, type Ancestor } from './find-ancestor.js';
import type { SnapshotServicesOptions } from './ports.js';
import { listStateEdges } from './state-edges.js';
import { findStateSources } from './state-source.js';
import { findTouched, stampSteps, type StepStamps } from './step-stamps.js';
import { stepsOf } from './steps.js';

/** Where one service of a task starts from. */
interface Start {
  readonly service: ServiceDefinition;
  readonly state: StoredState | undefined;
  /** The dependency that left the state. */
  readonly source?: TaskId | undefined;
  /** The stored state that it is, of the task itself. */
  readonly ancestor?: Ancestor | undefined;
}

interface SessionParts {
  readonly starts: readonly Start[];
  /** Of the task's steps, before any of them was applied. */
  readonly stamps: StepStamps;
  readonly lease: ServiceLease;
}

/** Services of the tasks of one run, each starting from the state its dependencies left. */
export class SnapshotServices implements TaskServices {
  readonly #options: SnapshotServicesOptions;
  /** States of tasks that have ended in this run. */
  readonly #states = new Map<TaskId, StoredState>();
  /** Why tasks that have ended in this run have left none. */
  readonly #lost = new Map<TaskId, ServiceFailure>();
  /** Of those that were taken from the cache. */
  readonly #entries = new Map<TaskId, CacheEntry>();

  #isSwept = false;

  constructor(options: SnapshotServicesOptions) {
    this.#options = options;
  }

  /** What a run waits for that ignores the order of dependencies: {@link listStateEdges}. */
  listStateEdges(): ReadonlyMap<TaskId, readonly TaskId[]> {
    return listStateEdges(this.#options.graph);
  }

  /** Called when a task was taken from the cache: its state is where its outputs are. */
  noteRestored(task: TaskNode, entry: CacheEntry): void {
    const state = task.definition.snapshot === undefined ? undefined : stateOf(entry);
    if (state === undefined) return;
    this.#states.set(task.id, { path: this.#pathOf(task.id), sha256: state.hash });
    this.#entries.set(task.id, entry);
  }

  async open(task: TaskNode, fingerprint: TaskFingerprint, signal: AbortSignal): Promise<SessionOpening> {
    if (!this.#isSwept) this.#options.sweep();
    this.#isSwept = true;
    const stamps = this.#stampSteps(task, fingerprint);
    const ancestors = [...(await findAncestors(this.#options, task, fingerprint))];
    for (;;) {
      const starts = await this.#findStarts(task, ancestors);
      if (!starts.ok) return { kind: 'failed', failure: starts.failure };
      const lease = await this.#options.host.acquire({
        task: task.id,
        services: starts.value.map(({ service, state }) => ({ service, state })),
        workers: task.definition.workers,
        signal,
      });
      if (lease.ok) {
        const session = this.#createSession(task, { starts: starts.value, stamps, lease: lease.value });
        return { kind: 'open', session };
      }
      const { failure } = lease;
      const bad = starts.value.find(({ service }) => service.name === failure.service);
      if (failure.code !== 'service/state-unusable' || bad?.state === undefined) return { kind: 'failed', failure };
      if (bad.ancestor === undefined) return await this.#dropSource(bad.source, failure);
      await this.#options.store.discard(bad.ancestor.entry);
      this.#options.emit({ type: 'warning', task: task.id, failure });
      ancestors.shift();
    }
  }

  /** The services of a task with their states: its own nearest one, else what its dependencies left, else nothing. */
  async #findStarts(task: TaskNode, ancestors: Ancestor[]): Promise<Result<readonly Start[], ServiceFailure>> {
    const starts: Start[] = [];
    for (const name of task.definition.services) {
      const service = this.#options.definitions.get(name);
      if (service === undefined) throw new InvariantError(`${task.id} names the service ${name}, which is not there`);
      const own = task.definition.snapshot?.service === name ? await this.#openAncestor(ancestors) : undefined;
      const start = own === undefined ? this.#findSource(task, service) : ok({ service, ...own });
      if (!start.ok) return start;
      starts.push(start.value);
    }
    return ok(starts);
  }

  async #openAncestor(ancestors: Ancestor[]): Promise<Omit<Start, 'service'> | undefined> {
    for (let [ancestor] = ancestors; ancestor !== undefined; [ancestor] = ancestors) {
      const path = await this.#options.store.openOutput(ancestor.entry, ancestor.state);
      if (path !== undefined) return { ancestor, state: { path, sha256: ancestor.state.hash } };
      ancestors.shift();
    }
    return undefined;
  }

  #findSource(task: TaskNode, service: ServiceDefinition): Result<Start, ServiceFailure> {
    const { graph, wholeGraph = graph } = this.#options;
    const whole = wholeGraph.nodes.get(task.id) ?? task;
    const [source, ...others] = findStateSources(wholeGraph, whole, service.name);
    if (source === undefined) return ok({ service, state: undefined });
    if (!graph.nodes.has(source)) return fail({ code: 'service/state-left-out', service: service.name, task: source });
    if (others.length > 0)
      return fail({ code: 'service/two-states', service: service.name, tasks: [source, ...others] });
    const state = this.#states.get(source);
    if (state === undefined) return fail(this.#toLost(source, service));
    return ok({ service, state, source });
  }

  /** Why there is no state of a task that is to be started from. */
  #toLost(source: TaskId, { name: service }: ServiceDefinition): ServiceFailure {
    const why = this.#lost.get(source);
    if (why?.code === 'service/no-space') return why;
    const reason = why === undefined ? 'it failed, or the run did not wait for it' : describe(why);
    return { code: 'service/state-unusable', service, detail: `${source} left none (${reason})` };
  }

  /** The state of a dependency is of no use: it is forgotten, so that the dependency is executed again. */
  async #dropSource(source: TaskId | undefined, failure: ServiceFailure): Promise<SessionOpening> {
    if (source === undefined) return { kind: 'failed', failure };
    this.#states.delete(source);
    const entry = this.#entries.get(source);
    if (entry !== undefined) await this.#options.store.discard(entry);
    rmSync(this.#pathOf(source), { force: true });
    return { kind: 'remake', task: source, failure };
  }

  #stampSteps(task: TaskNode, { fingerprint }: TaskFingerprint): StepStamps {
    const globs = task.definition.snapshot?.steps;
    if (globs === undefined) return new Map();
    const steps = stepsOf(fingerprint, (path) => this.#options.matches(globs, path));
    return stampSteps(join(this.#options.root, task.directory), Object.keys(steps));
  }

  #createSession(task: TaskNode, { starts, stamps, lease }: SessionParts): ServiceSession {
    for (const { service, ancestor } of starts) {
      if (ancestor === undefined) continue;
      const { entry, kept, applied } = ancestor;
      const { key, tier } = entry;
      this.#options.emit({ type: 'snapshot-ancestor', task: task.id, service: service.name, key, tier, kept, applied });
    }
    const { snapshot } = task.definition;
    const isEmpty = starts.some(({ service, state }) => service.name === snapshot?.service && state === undefined);
    return {
      environment: lease.environment,
      before: isEmpty && snapshot?.base !== undefined ? [snapshot.base] : [],
      renew: async () => {
        const reset = await lease.reset();
        return reset.ok ? undefined : reset.failure;
      },
      capture: async () => {
        const reason = await this.#capture(task, lease);
        const touched = findTouched(join(this.#options.root, task.directory), stamps);
        return touched.length === 0 ? reason : { reason: 'inputs-changed', paths: touched };
      },
      release: () => lease.release(),
    };
  }

  /** Makes the state of a task an output; else why it is none. What an earlier run has left there is no state of this one. */
  async #capture({ id, definition }: TaskNode, lease: ServiceLease): Promise<NotSavedReason | undefined> {
    if (definition.snapshot === undefined) return undefined;
    const { service } = definition.snapshot;
    const path = this.#pathOf(id);
    const captured = await lease.capture(service, path);
    if (captured.ok) this.#states.set(id, { path: captured.value.path, sha256: captured.value.sha256 });
    else this.#lost.set(id, captured.failure);
    if (captured.ok && !captured.value.isElsewhere) return undefined;
    rmSync(path, { force: true });
    if (captured.ok || captured.failure.code === 'service/no-space')
      return { reason: 'no-space', service, path: dirname(path) };
    return { reason: 'state-unknown', service, detail: describe(captured.failure) };
  }

  #pathOf(task: TaskId): string {
    return join(this.#options.root, snapshotPath(task));
  }
}

function describe(failure: ServiceFailure): string {
  return 'detail' in failure ? failure.detail : failure.code;
}
