import { sha256 } from '@tr/hash';
import {
  InvariantError,
  ROOT_PACKAGE,
  toError,
  toWarning,
  type Failure,
  type TaskNode,
  type DeferredInput,
  type TaskGraph,
  type TaskId,
} from '@tr/model';
import {
  renderDryRunJson,
  renderDryRunText,
  type DryRunEnvironment,
  type DryRunPlan,
  type DryRunTask,
} from '@tr/reporter';
import type { GlobalEnvironment, TaskEnvironment } from '@tr/fingerprint';
import { currentBranch, headSha } from '@tr/workspace';
import type { Engine } from './engine.js';
import { EXIT } from './exit-codes.js';
import { outcomesSeen } from './outcomes-seen.js';
import { predictTasks, type PredictedTask } from './predict.js';
import type { PlannedRun } from './run-plan.js';
import { VERSION } from './version.js';
import { withEngine } from './with-engine.js';
import { warn } from './with-project.js';

/** Says what a run would do, as text or in Turborepo's JSON; returns the exit code. */
export async function runDry(run: PlannedRun): Promise<number> {
  const { context, request } = run;
  outcomesSeen.add('d');
  const warnOf = (failure: Failure): void => warn(context, [toWarning(failure)]);
  return await withEngine({ ...run, lookupOnly: true, warn: warnOf }, async (engine) => {
    const global = await engine.fingerprinter.global();
    const predicted = await predictTasks(run.graph, engine);
    const failed = [global, predicted].find((result) => !result.ok);
    if (failed?.ok === false) warn(context, [toError(failed.failure)]);
    if (!global.ok || !predicted.ok) return EXIT.failed;
    const deferred = findDeferred(run.graph);
    const tasks: DryRunTask[] = [];
    for (const node of run.graph.nodes.values()) {
      const described = describeTask(node, predicted.value.get(node.id), engine);
      const deferredBy = deferred.get(node.id);
      const isOwn = node.definition.inputs.deferred !== undefined;
      const atStart = isOwn ? await engine.fingerprinter.inputsAtStart(node) : undefined;
      tasks.push({ ...described, ...(atStart?.ok === true ? { inputs: atStart.value } : {}), deferredBy });
    }
    const plan = describePlan(run, { files: global.value.files, environment: global.value.environment }, tasks);
    context.out.write(request.dry === 'json' ? renderDryRunJson(plan) : renderDryRunText(plan, context.out.colors));
    return EXIT.ok;
  });
}

/** Tasks whose key is known only when others have ended, and why. */
function findDeferred({ nodes, topologicalOrder }: TaskGraph): ReadonlyMap<TaskId, DeferredInput['mode']> {
  const found = new Map<TaskId, DeferredInput['mode']>();
  for (const id of topologicalOrder) {
    const { definition, dependencies = [] } = nodes.get(id) ?? {};
    const modes = definition?.inputs.deferred?.map(({ mode }) => mode) ?? [];
    if (modes.includes('dependencyOutputs')) found.set(id, 'dependencyOutputs');
    else if (modes.length > 0 || dependencies.some((each) => found.has(each))) found.set(id, 'jit');
  }
  return found;
}

function describeTask(
  node: TaskNode,
  predicted: PredictedTask | undefined,
  engine: Engine,
): Omit<DryRunTask, 'deferredBy'> {
  if (predicted === undefined) throw new InvariantError(`${node.id} was not predicted`);
  const { fingerprint, lookup } = predicted;
  return {
    node,
    key: fingerprint.key,
    inputs: fingerprint.fingerprint.inputs,
    externalDependenciesHash: fingerprint.externalClosure?.digest.slice(0, 16) ?? '',
    prediction: lookup.hit
      ? { hit: true, tier: lookup.entry.tier, timeSavedMs: lookup.entry.manifest.durationMs }
      : { hit: false, reasons: lookup.reasons },
    environment: toDryRunEnvironment(
      engine.fingerprinter.environmentOf(node),
      node.definition.env,
      node.definition.passThroughEnv,
    ),
    framework: engine.fingerprinter.frameworkOf(node.package)?.slug ?? '',
  };
}

function describePlan(
  { project, graph, request }: PlannedRun,
  global: { readonly files: DryRunPlan['globalInputs']['files']; readonly environment: GlobalEnvironment },
  tasks: readonly DryRunTask[],
): DryRunPlan {
  const { workspace, config } = project;
  const { git, packages } = workspace;
  const envMode = request.envMode ?? config.envMode;
  // In loose mode everything passes, and Turborepo tells no list.
  const isLoose = envMode === 'loose';
  const globalEnvironment = { ...global.environment, ...(isLoose ? { passThrough: undefined } : {}) };
  return {
    id: createId(),
    version: VERSION,
    kind: workspace.kind,
    globalInputs: {
      files: global.files,
      externalDependenciesHash: '',
      environment: toDryRunEnvironment(
        globalEnvironment,
        config.globalEnv,
        isLoose ? undefined : config.globalPassThroughEnv,
      ),
      engines: packages.get(ROOT_PACKAGE)?.engines,
    },
    packages: graph.packagesInScope.map((name) => ({ name, directory: packages.get(name)?.directory ?? '' })),
    envMode,
    frameworkInference: request.frameworkInference,
    tasks,
    taskArguments: request.taskArguments,
    scm: git && { sha: headSha(git), branch: currentBranch(git) ?? '' },
  };
}

/** Nothing rests on it but that two runs have two: what makes better ones takes Node 5 ms to load. */
function createId(): string {
  return sha256(`${process.pid} ${Date.now()} ${Math.random()} ${Math.random()}`).slice(0, 32);
}

function toDryRunEnvironment(
  { configured, inferred, passThrough }: Pick<TaskEnvironment, 'configured' | 'inferred' | 'passThrough'>,
  env: readonly string[],
  passThroughEnv: readonly string[] | undefined,
): DryRunEnvironment {
  return { env, passThroughEnv, configured, inferred, passthrough: passThrough };
}
