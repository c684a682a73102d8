import {
  fail,
  InvariantError,
  ok,
  toError,
  type CacheEntry,
  type Diagnostic,
  type Failure,
  type Result,
  type TaskGraph,
  type TaskNode,
} from '@tr/model';
import { writeExport } from '@tr/transport';
import type { CliContext } from '../context.js';
import type { Engine } from '../engine.js';
import { createPlainPlan } from '../plan/plan.js';
import { fingerprintTasks } from '../predict.js';
import type { Project } from '../project.js';
import { readKeys } from '../remote/remote.js';
import { createLookingRequest, withEngine } from '../with-engine.js';

/** Which result to export, and where it goes. */
export interface ExportTask {
  readonly project: Project;
  readonly context: CliContext;
  /** As typed: `web#build`, or `build` when one package has it. */
  readonly task: string;
  /** As given by an option. */
  readonly cacheDir: string | undefined;
  /** What it returns holds the bytes back. Rejects when they cannot be written. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  readonly warn: (failure: Failure) => void;
}

type Trouble = readonly Diagnostic[];

/** Writes the stored result of a task as it is now, wherever it is stored; executes nothing. */
export async function exportTask(request: ExportTask): Promise<Result<CacheEntry, Trouble>> {
  const { project, context, task } = request;
  const keys = readKeys(project.config.remoteCache, context.environment);
  if (!keys.ok) return fail([toError(keys.failure)]);
  const looking = createLookingRequest(context, {
    tasks: [task],
    policy: { local: { read: true, write: true }, remote: { read: true, write: false } },
    cacheDir: request.cacheDir,
  });
  if (!looking.ok) return looking;
  const plan = await createPlainPlan(project, context, { tasks: [task], filters: ['*'] });
  if (!plan.ok) return plan;
  const node = findOne(plan.value.graph, task);
  if (!node.ok) return fail([toError(node.failure)]);
  return await withEngine(
    { project, context, graph: plan.value.graph, request: looking.value, lookupOnly: false, warn: request.warn },
    async (engine): Promise<Result<CacheEntry, Trouble>> => {
      const stored = await findStored(engine, plan.value.graph, node.value);
      if (!stored.ok) return fail([toError(stored.failure)]);
      const { manifest } = stored.value;
      const home = await engine.cache.tasks.bringHome(stored.value);
      if (!home.ok) return fail([toError({ code: 'export/not-stored', task: node.value.id, reasons: [home.failure] })]);
      const { signingKey } = keys.value;
      const failure = await writeExport({ manifest, blobs: home.value.blobs, signingKey, write: request.write });
      return failure === undefined ? ok(stored.value) : fail([toError(failure)]);
    },
  );
}

function findOne(graph: TaskGraph, task: string): Result<TaskNode, Failure> {
  const nodes = [...graph.nodes.values()].filter(({ isEntryPoint, command }) => isEntryPoint && command !== undefined);
  const [only] = nodes;
  if (only === undefined) return fail({ code: 'export/not-stored', task, reasons: [{ reason: 'not-cacheable' }] });
  if (nodes.length === 1) return ok(only);
  return fail({ code: 'export/several-tasks', task, candidates: nodes.map(({ id }) => id).toSorted() });
}

async function findStored(engine: Engine, graph: TaskGraph, node: TaskNode): Promise<Result<CacheEntry, Failure>> {
  const fingerprints = await fingerprintTasks(graph, engine);
  if (!fingerprints.ok) return fingerprints;
  const fingerprint = fingerprints.value.get(node.id);
  if (fingerprint === undefined) throw new InvariantError(`${node.id} has no fingerprint`);
  const lookup = await engine.cache.tasks.lookup(node, fingerprint);
  if (lookup.hit) return ok(lookup.entry);
  return fail({ code: 'export/not-stored', task: node.id, reasons: lookup.reasons });
}
