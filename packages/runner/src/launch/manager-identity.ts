import { errorCode, type PackageManager, type PackageManagerName } from '@tr/model';
import { realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { variableName } from './variable-name.js';

/** How a package manager shows itself to the scripts it runs. */
export interface ManagerIdentity {
  /** `npm_config_user_agent`. */
  readonly userAgent: string;
  /** `npm_execpath`: the file behind the manager's command; undefined when it is not in PATH. */
  readonly execPath: string | undefined;
}

/** What is known about this process and machine. */
export interface MachineFacts {
  /** Version of Node, with its `v`. */
  readonly nodeVersion: string;
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** The environment we were started with. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isMonorepo: boolean;
}

/** The command that starts each manager. */
export function toManagerCommand(name: PackageManagerName): string {
  return name === 'berry' ? 'yarn' : name;
}

/**
 * The identity that the manager itself would give. When this manager started us (as in an npm script), what it says
 * there is taken over; else it is put together, with `?` for a version that nothing tells.
 */
export function findManagerIdentity(manager: PackageManager, facts: MachineFacts): ManagerIdentity {
  const command = toManagerCommand(manager.name);
  const { environment } = facts;
  const told = environment['npm_config_user_agent'];
  if (told?.startsWith(`${command}/`)) {
    return { userAgent: told, execPath: environment['npm_execpath'] ?? findInPath(command, facts) };
  }
  const parts = [`${command}/${manager.version ?? '?'}`];
  if (manager.name !== 'npm') parts.push('npm/?');
  parts.push(`node/${facts.nodeVersion}`, facts.platform, facts.arch);
  if (manager.name === 'npm') parts.push(`workspaces/${facts.isMonorepo}`);
  return { userAgent: parts.join(' '), execPath: findInPath(command, facts) };
}

/**
 * What the command's shim on Windows starts, from where the shim lies: `npm install -g`, and the installer of Node, put them so.
 * A shim itself cannot be started by Node, as scripts do with `npm_execpath`.
 */
const BEHIND_SHIM: Readonly<Record<string, string>> = {
  npm: 'node_modules/npm/bin/npm-cli.js',
  pnpm: 'node_modules/pnpm/bin/pnpm.cjs',
  yarn: 'node_modules/yarn/bin/yarn.js',
};

function findInPath(command: string, { environment, platform }: MachineFacts): string | undefined {
  const path = environment[variableName(environment, 'PATH', platform === 'win32')] ?? '';
  const behind = BEHIND_SHIM[command];
  const shims = [...(behind === undefined ? [] : [behind]), `${command}.exe`, `${command}.cmd`];
  const names = platform === 'win32' ? shims : [command];
  for (const directory of path.split(delimiter)) {
    if (directory === '') continue;
    for (const name of names) {
      try {
        return realpathSync(join(directory, name));
      } catch (error) {
        // Not in this directory; on to the next.
        if (errorCode(error) === undefined) throw error;
      }
    }
  }
  return undefined;
}
