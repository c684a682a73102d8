import type { SpawnRequest } from '../ports.js';
import { toShellInvocation } from './shell.js';

/** What `spawn` is given. */
export interface SpawnCall {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: SpawnCallOptions;
}

/** Those of Node's options that count here. */
interface SpawnCallOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdio: ['ignore' | 'pipe' | 'inherit', output: number | 'pipe', errors: number | 'pipe'];
  readonly detached: boolean;
  readonly windowsVerbatimArguments: boolean;
  readonly windowsHide: boolean;
}

/** A command that reads from the terminal has to stay in our session, where the terminal is. Windows has no sessions. */
export function hasOwnGroup({ stdin }: Pick<SpawnRequest, 'stdin'>, platform: NodeJS.Platform): boolean {
  return platform !== 'win32' && stdin !== 'terminal';
}

/**
 * How a command is started, with both outputs in `output`. On Windows it stays at our console: `windowsHide` would give it one of
 * its own, which Ctrl-C does not reach.
 */
export function toSpawnCall(request: SpawnRequest, output: number | 'pipe', platform: NodeJS.Platform): SpawnCall {
  const { command, shell, cwd, env, stdin } = request;
  const { file, args, verbatim } = toShellInvocation(command, shell, platform);
  const input = { none: 'ignore', open: 'pipe', terminal: 'inherit' } as const;
  const options: SpawnCallOptions = {
    cwd,
    env,
    stdio: [input[stdin], output, output],
    detached: hasOwnGroup(request, platform),
    windowsVerbatimArguments: verbatim,
    windowsHide: false,
  };
  return { file, args, options };
}
