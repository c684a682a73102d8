import type { Failure } from '@tr/model';
import { createEngine, type Engine, type EngineRequest } from './engine.js';
import { openRemote } from './remote/open-remote.js';

/** What a command that executes nothing works with. */
export interface LookingRequest extends Omit<EngineRequest, 'remote' | 'emit'> {
  /** True = what the remote has is told, and stays there. */
  readonly lookupOnly: boolean;
  readonly warn: (failure: Failure) => void;
}

/** Wires the packages together for a command that executes nothing, and ends everything after `use`. */
export async function withEngine<T>(request: LookingRequest, use: (engine: Engine) => Promise<T>): Promise<T> {
  const { lookupOnly, warn, ...wanted } = request;
  const remote = await openRemote({
    config: wanted.project.config.remoteCache,
    environment: wanted.context.environment,
    policy: { read: wanted.request.policy.remote.read, write: false },
    lookupOnly,
    warn,
  });
  const emit: EngineRequest['emit'] = (event) => event.type === 'warning' && warn(event.failure);
  const engine = await createEngine({ ...wanted, remote, emit });
  try {
    return await use(engine);
  } finally {
    await engine.cache.finishRemote(() => AbortSignal.abort());
    await engine.finish();
  }
}
