import { fail, ok, toError, type Diagnostic, type Failure, type Result } from '@tr/model';
import type { CliContext } from './context.js';
import { runDry } from './dry-run.js';
import { createPlan } from './plan.js';
import type { Project } from './project.js';
import { findRecursion } from './recursion.js';
import type { RunFlags } from './run-flags.js';
import { runPlan } from './run-plan.js';
import { checkRunOptions, type RunRequest } from './run-request.js';
import { readVariable } from './variables.js';
import { refuse, warn, withProject } from './with-project.js';

/** Runs what the flags say, or says what would run; returns the exit code. */
export function executeRun(flags: RunFlags, context: CliContext): Promise<number> {
  const request = createRequest(flags, context);
  if (!request.ok) return Promise.resolve(refuse(context, request.failure));
  return withProject(context, (project) => run(project, request.value, context));
}

async function run(project: Project, request: RunRequest, context: CliContext): Promise<number> {
  if (request.tasks.length === 0) {
    return refuse(context, [toError({ code: 'usage/missing-task', available: project.definitions.taskNames() })]);
  }
  const { cwd, environment } = context;
  const plan = await createPlan(project, { cwd, environment, ...request });
  if (!plan.ok) return refuse(context, plan.failure);
  warn(context, plan.value.warnings);
  const recursion =
    request.dry === undefined
      ? findRecursion(plan.value.graph, { environment, root: project.workspace.root })
      : undefined;
  if (recursion !== undefined) return refuse(context, [toError(recursion)]);
  const input = { project, graph: plan.value.graph, request, context };
  return request.dry === undefined ? runPlan(input) : runDry(input);
}

/** Of options only: a variable of the same meaning gives way. */
function findConflict({ cache, force, noCache }: RunFlags): Failure | undefined {
  const second = force !== undefined ? '--force' : noCache ? '--no-cache' : undefined;
  if (cache === undefined || second === undefined) return undefined;
  return { code: 'usage/conflicting-options', first: '--cache', second };
}

function createRequest(flags: RunFlags, context: CliContext): Result<RunRequest, readonly Diagnostic[]> {
  const conflict = findConflict(flags);
  if (conflict !== undefined) return fail([toError(conflict)]);
  const variable = (name: string): string | undefined => readVariable(context.environment, name);
  const checked = checkRunOptions({
    concurrency: flags.concurrency ?? variable('CONCURRENCY'),
    continue: flags.continueMode,
    force: flags.force ?? variable('FORCE'),
    noCache: flags.noCache,
    cache: flags.cache ?? variable('CACHE'),
    remoteReadOnly: flags.remoteReadOnly ?? variable('REMOTE_CACHE_READ_ONLY'),
    dry: flags.dry,
    outputLogs: flags.outputLogs ?? variable('OUTPUT_LOGS'),
    logOrder: flags.logOrder ?? variable('LOG_ORDER'),
    logPrefix: flags.logPrefix ?? variable('LOG_PREFIX'),
    logFormat: flags.logFormat,
    envMode: flags.envMode ?? variable('ENV_MODE'),
    frameworkInference: flags.frameworkInference,
  });
  if (!checked.ok) return fail(checked.failure.map(toError));
  const { tasks, filters, affected, only, parallel } = flags;
  const cacheDir = flags.cacheDir ?? variable('CACHE_DIR');
  return ok({
    ...checked.value,
    tasks,
    filters,
    affected,
    only,
    parallel,
    cacheDir,
    taskArguments: context.passThrough,
  });
}
