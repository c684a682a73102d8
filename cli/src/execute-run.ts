import { fail, ok, sorted, toError, type Diagnostic, type Failure, type Result } from '@tr/model';
import type { CliContext } from './context.js';
import { expectedOf, type ValuedOption } from './option-values.js';
import { createPlan } from './plan/plan.js';
import type { Project } from './project.js';
import { findRecursion } from './recursion.js';
import type { RunFlags } from './run-flags.js';
import { runPlan } from './run-plan.js';
import { checkRunOptions, type RunRequest } from './run-request.js';
import { readRunVariables } from './run-variables.js';
import { readVariable } from './variables.js';
import { refuse, warn, withProject } from './with-project.js';

/** Runs what the flags say, or says what would run; returns the exit code. */
export function executeRun(flags: RunFlags, context: CliContext): Promise<number> {
  const request = createRequest(flags, context);
  if (!request.ok) return Promise.resolve(refuse(context, request.failure));
  const { rootTurboJson, singlePackage } = flags;
  const options = { rootConfigFile: rootTurboJson, isSingle: singlePackage };
  return withProject(context, (project) => run(withGlobalDeps(project, flags), request.value, context), options);
}

async function run(project: Project, request: RunRequest, context: CliContext): Promise<number> {
  if (request.tasks.length === 0) {
    return refuse(context, [toError({ code: 'usage/missing-task', available: project.definitions.taskNames() })]);
  }
  const { cwd, environment } = context;
  const plan = await createPlan(project, { cwd, environment, ...request, waits: !request.parallel });
  if (!plan.ok) return refuse(context, plan.failure);
  warn(context, plan.value.warnings);
  const recursion =
    request.dry === undefined
      ? findRecursion(plan.value.graph, { environment, root: project.workspace.root })
      : undefined;
  if (recursion !== undefined) return refuse(context, [toError(recursion)]);
  const whole = request.only
    ? await createPlan(project, { cwd, environment, ...request, only: false, waits: false })
    : undefined;
  const wholeGraph = whole?.ok === true ? whole.value.graph : undefined;
  const input = { project, graph: plan.value.graph, wholeGraph, request, context };
  return request.dry === undefined ? runPlan(input) : (await import('./dry-run.js')).runDry(input);
}

/** Of options only: a variable of the same meaning gives way. */
function findConflict({ cache, force, noCache, remoteOnly }: RunFlags): Failure | undefined {
  const others = { '--force': force !== undefined, '--no-cache': noCache, '--remote-only': remoteOnly !== undefined };
  const second = Object.entries(others).find(([, isGiven]) => isGiven)?.[0];
  if (cache === undefined || second === undefined) return undefined;
  return { code: 'usage/conflicting-options', first: '--cache', second };
}

function createRequest(flags: RunFlags, context: CliContext): Result<RunRequest, readonly Diagnostic[]> {
  const conflict = findConflict(flags);
  if (conflict !== undefined) return fail([toError(conflict)]);
  const variables = readRunVariables(flags, context.environment);
  if (variables.diagnostics.some(({ severity }) => severity === 'error')) return fail(variables.diagnostics);
  warn(context, variables.diagnostics);
  const given = { ...variables.options, ...definedOf(flags) };
  const checked = checkRunOptions(given);
  if (!checked.ok) return fail(checked.failure.map(toError));
  const empty = findEmpty(flags);
  if (empty !== undefined)
    return fail([toError({ code: 'usage/missing-value', option: empty, expected: expectedOf(empty) })]);
  const { tasks, filters, affected, only, parallel } = flags;
  const cacheDir = flags.cacheDir ?? readVariable(context.environment, 'CACHE_DIR');
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

/** An option that cannot do without a value and has none behind its `=`; undefined when there is none. */
function findEmpty(flags: RunFlags): ValuedOption | undefined {
  if (flags.cacheDir === '') return '--cache-dir';
  if (flags.rootTurboJson === '') return '--root-turbo-json';
  return flags.globalDeps.includes('') ? '--global-deps' : undefined;
}

/** What is on the command line. */
function definedOf(flags: RunFlags): Partial<RunFlags> {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
}

/** The files of `--global-deps` count like those of the configuration. */
function withGlobalDeps(project: Project, { globalDeps }: RunFlags): Project {
  if (globalDeps.length === 0) return project;
  const globalDependencies = sorted([...project.config.globalDependencies, ...globalDeps]);
  return { ...project, config: { ...project.config, globalDependencies } };
}
