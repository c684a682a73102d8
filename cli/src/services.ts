import type { LocalCache } from '@tr/cache';
import {
  fail,
  InvariantError,
  ok,
  type EventSink,
  type Result,
  type ServiceDefinition,
  type ServiceFailure,
  type TaskFingerprint,
  type TaskNode,
} from '@tr/model';
import { LateAbort } from '@tr/quick';
import { MARKER_VARIABLE } from '@tr/runner';
import type { ServiceHost } from '@tr/services';
import type { Ancestor, AncestorSources, SnapshotServices, SnapshotServicesOptions } from '@tr/snapshot';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CliContext } from './context.js';
import type { Project } from './project.js';
import { sweepStates } from './sweep-states.js';

/** The services of a project, for one command. Nothing of them is loaded before the first question. */
export interface ProjectServices {
  /** What decides results on the side of a task's services. */
  describe(task: TaskNode): Promise<Result<Readonly<Record<string, string>>, ServiceFailure>>;
  /** For a run: gets them ready and keeps their states. */
  createSnapshots(graphs: RunGraphs, emit: EventSink): Promise<SnapshotServices>;
  /** Stored states that a task could start from, nearest first. */
  findAncestors(task: TaskNode, fingerprint: TaskFingerprint): Promise<readonly Ancestor[]>;
  host(): Promise<ServiceHost>;
  /** The run ends early: what is being waited for is given up. */
  stopWaiting(): void;
  /** Stops what was started, and removes what runs have left that were killed. */
  dispose(): Promise<void>;
}

/** What a run runs, and the same with the dependencies that `--only` leaves out. */
type RunGraphs = Pick<SnapshotServicesOptions, 'graph' | 'wholeGraph'>;

/** What they are made from. */
export interface ProjectServicesOptions {
  readonly project: Project;
  readonly context: CliContext;
  readonly cache: LocalCache;
  /** `.tr` of this work tree. */
  readonly stateDirectory: string;
  /** False = nothing is taken from the cache. */
  readonly readsCache: boolean;
  /** Marks every process of this run. */
  readonly marker: string;
  readonly warn: (failure: ServiceFailure) => void;
}

/** Wires the services of a project. */
export function createProjectServices(options: ProjectServicesOptions): ProjectServices {
  const { project, context, cache, stateDirectory, readsCache, marker, warn } = options;
  const { workspace, config } = project;
  const { root } = workspace;
  const servicesDirectory = join(stateDirectory, 'services');
  const ending = new LateAbort();
  let opened: Promise<ServiceHost> | undefined;
  const open = async (): Promise<ServiceHost> => {
    const { createServiceHost } = await import('@tr/services');
    const host = createServiceHost({
      root,
      directory: servicesDirectory,
      environment: context.environment,
      marker: { name: MARKER_VARIABLE, value: marker },
      now: () => Date.now(),
      warn,
      ending: ending.signal,
    });
    await host.sweep();
    return host;
  };
  const host = (): Promise<ServiceHost> => (opened ??= open());
  const descriptions = new Map<string, Promise<Result<string, ServiceFailure>>>();
  const describeOne = async (service: ServiceDefinition): Promise<Result<string, ServiceFailure>> => {
    const { describeService } = await import('@tr/snapshot');
    const identity = await (await host()).identify(service);
    return identity.ok ? ok(describeService(service, identity.value)) : identity;
  };
  const openSources = async (): Promise<AncestorSources> => {
    const { createAncestorSources } = await import('./ancestor-sources.js');
    return createAncestorSources({ project, cache, readsCache });
  };
  return {
    describe: async (task) => {
      const texts: [string, string][] = [];
      for (const name of task.definition.services) {
        const service = config.services.get(name);
        if (service === undefined) throw new InvariantError(`the service ${name} of ${task.id} was not checked`);
        let description = descriptions.get(name);
        if (description === undefined) descriptions.set(name, (description = describeOne(service)));
        const text = await description;
        if (!text.ok) return fail(text.failure);
        texts.push([name, text.value]);
      }
      return ok(Object.fromEntries(texts));
    },
    createSnapshots: async (graphs, emit) => {
      const [{ SnapshotServices }, { sweepEmpty }] = await Promise.all([
        import('@tr/snapshot'),
        import('@tr/services'),
      ]);
      return new SnapshotServices({
        ...(await openSources()),
        ...graphs,
        definitions: config.services,
        host: await host(),
        root,
        sweep: () => {
          sweepStates(project, Date.now());
          sweepEmpty(servicesDirectory, Date.now());
        },
        emit,
      });
    },
    findAncestors: async (task, fingerprint) => {
      const { findAncestors } = await import('@tr/snapshot');
      return await findAncestors(await openSources(), task, fingerprint);
    },
    host,
    stopWaiting: () => ending.abort(),
    dispose: async () => {
      if (opened === undefined && hasRuns(stateDirectory)) await host();
      await (await opened)?.dispose();
    },
  };
}

/** Runs that have started servers and are not over, or were killed: then what they left is removed. */
function hasRuns(stateDirectory: string): boolean {
  try {
    return readdirSync(join(stateDirectory, 'services/runs')).length > 0;
  } catch {
    return false;
  }
}
