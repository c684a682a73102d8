import { fail, ok, toError, type Diagnostic, type Failure, type Result } from '@tr/model';
import type { CliContext } from './context.js';
import { createEngine, type Engine, type EngineRequest } from './engine.js';
import { openRemote } from './remote/open-remote.js';
import { checkRunOptions, type RunRequest } from './run-request.js';
import { readRunVariables } from './run-variables.js';
import { readVariable } from './variables.js';
import { warn } from './with-project.js';

/** What a command that executes nothing works with. */
export interface LookingRequest extends Omit<EngineRequest, 'remote' | 'emit'> {
  /** True = what the remote has is told, and stays there. */
  readonly lookupOnly: boolean;
  readonly warn: (failure: Failure) => void;
}

/** What such a command is asked, as it was typed. */
export interface LookingOptions extends Pick<RunRequest, 'tasks' | 'policy' | 'cacheDir'> {
  readonly envMode?: string | undefined;
}

/** The same, understood: what is not typed is as in a run without options, so that keys are the same. */
export function createLookingRequest(
  context: CliContext,
  { tasks, policy, cacheDir, envMode }: LookingOptions,
): Result<EngineRequest['request'], readonly Diagnostic[]> {
  const { environment, passThrough } = context;
  const typed = { envMode };
  const variables = readRunVariables(typed, environment, ['envMode']);
  warn(context, variables.diagnostics);
  const options = checkRunOptions(envMode === undefined ? variables.options : typed);
  if (!options.ok) return fail(options.failure.map(toError));
  return ok({
    tasks,
    policy,
    taskArguments: passThrough,
    cacheDir: cacheDir ?? readVariable(environment, 'CACHE_DIR'),
    envMode: options.value.envMode,
    frameworkInference: options.value.frameworkInference,
  });
}

/** Wires the packages together for a command that executes nothing, and ends everything after `use`. */
export async function withEngine<T>(request: LookingRequest, use: (engine: Engine) => Promise<T>): Promise<T> {
  const { lookupOnly, warn: tell, ...wanted } = request;
  const remote = await openRemote({
    config: wanted.project.config.remoteCache,
    environment: wanted.context.environment,
    policy: { read: wanted.request.policy.remote.read, write: false },
    lookupOnly,
    warn: tell,
  });
  const emit: EngineRequest['emit'] = (event) => event.type === 'warning' && tell(event.failure);
  const engine = await createEngine({ ...wanted, remote, emit });
  try {
    return await use(engine);
  } finally {
    await engine.cache.finishRemote(() => AbortSignal.abort());
    await engine.finish();
  }
}
