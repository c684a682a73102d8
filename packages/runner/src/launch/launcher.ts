import {
  InvariantError,
  type Package,
  type PackageManager,
  type TaskFingerprint,
  type TaskNode,
  type Workspace,
} from '@tr/model';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Launcher, LaunchPlan, LaunchStep } from '../ports.js';
import { isCmd } from '../process/shell.js';
import { startsBatchFile, type ProgramPlaces } from './batch-file.js';
import { computeBinPath, withPath } from './bin-path.js';
import { findLifecycleSteps, type LifecycleStep } from './lifecycle.js';
import { findManagerIdentity, toManagerCommand, type MachineFacts, type ManagerIdentity } from './manager-identity.js';
import { readPackageVariables } from './package-variables.js';
import { appendArguments, quoteForCmd, quoteForPosix } from './quote.js';

/** `direct`: scripts are started by ourselves, as the manager would. `package-manager`: through `npm run` and the like. */
export type LaunchMode = 'direct' | 'package-manager';

/** Managers that know Plug'n'Play. */
const PNP_MANAGERS: ReadonlySet<string> = new Set(['berry', 'pnpm']);

/**
 * Preloaders that a program goes through, to one that may have been started before a file was changed, or by another
 * task, with which it is stopped. Spring's client then ends with code 0, as if all had gone well.
 */
const NO_PRELOADERS: Readonly<Record<string, string>> = { DISABLE_SPRING: '1' };

/** What a launcher knows. */
export interface LauncherOptions {
  readonly workspace: Pick<Workspace, 'root' | 'kind' | 'packages' | 'packageManager'>;
  readonly mode: LaunchMode;
  /** Absolute path of the Node program scripts are told about (`NODE`). */
  readonly nodeExecPath: string;
  readonly facts: Omit<MachineFacts, 'isMonorepo'>;
  /** Absolute native path of the directory `tr` was called in (`TURBO_INVOCATION_DIR`). */
  readonly invocationDirectory: string;
}

/** Turns tasks into commands. Reads nothing before the first task executes. */
export function createLauncher(options: LauncherOptions): Launcher {
  return new ScriptLauncher(options);
}

class ScriptLauncher implements Launcher {
  readonly #options: LauncherOptions;
  #identity: ManagerIdentity | undefined;
  #mode: LaunchMode | undefined;

  constructor(options: LauncherOptions) {
    this.#options = options;
  }

  plan(node: TaskNode, fingerprint: TaskFingerprint): LaunchPlan {
    const { workspace } = this.#options;
    const { packageManager } = workspace;
    const owner = workspace.packages.get(node.package);
    if (owner === undefined) throw new InvariantError(`package ${node.package} is not in the workspace`);
    const launch: Launch = {
      node,
      owner,
      cwd: join(workspace.root, owner.directory),
      args: fingerprint.fingerprint.arguments,
      base: { ...NO_PRELOADERS, ...fingerprint.environment, ...this.#taskVariables(node, fingerprint) },
    };
    const shell = node.isScript ? packageManager?.scriptShell : undefined;
    if (node.isScript && packageManager !== undefined && this.#modeFor(packageManager) === 'package-manager') {
      return this.#complete(launch, undefined, [this.#throughManager(launch, packageManager)]);
    }
    return this.#complete(launch, shell, this.#direct(launch, shell, findLifecycleSteps(node, owner, packageManager)));
  }

  #complete({ cwd }: Launch, shell: string | undefined, steps: readonly LaunchStep[]): LaunchPlan {
    const findWithheld = (): readonly string[] =>
      Object.keys(this.#options.facts.environment).filter((name) => steps.every(({ env }) => env[name] === undefined));
    return { cwd, shell, steps, findWithheld };
  }

  /** With Plug'n'Play scripts find their packages through what the manager preloads: only it can start them. */
  #modeFor(manager: PackageManager): LaunchMode {
    const { mode, workspace } = this.#options;
    const hasPnp = PNP_MANAGERS.has(manager.name) && existsSync(join(workspace.root, '.pnp.cjs'));
    this.#mode ??= hasPnp ? 'package-manager' : mode;
    return this.#mode;
  }

  /** Turborepo gives scripts the task's hash in 16 digits. */
  #taskVariables(node: TaskNode, { key }: TaskFingerprint): Record<string, string> {
    const { invocationDirectory } = this.#options;
    return {
      TURBO_HASH: key.slice(0, 16),
      TURBO_INVOCATION_DIR: invocationDirectory,
      TR_TASK: node.id,
      TR_KEY: key,
    };
  }

  #throughManager({ node, args, base, cwd }: Launch, manager: PackageManager): LaunchStep {
    const program = toManagerCommand(manager.name);
    const words = ['run', node.task, ...(manager.name === 'npm' && args.length > 0 ? ['--'] : []), ...args];
    return { command: this.#append(program, words, { shell: undefined, cwd, env: base }), env: base };
  }

  /** A command with arguments, quoted for the shell that gets it. */
  #append(command: string, args: readonly string[], { shell, ...places }: ShellPlaces): string {
    if (args.length === 0) return command;
    if (!isCmd(shell, this.#options.facts.platform)) return appendArguments(command, args, quoteForPosix);
    const forBatchFile = startsBatchFile(command, places);
    return appendArguments(command, args, (argument) => quoteForCmd(argument, forBatchFile));
  }

  #direct(launch: Launch, shell: string | undefined, steps: readonly LifecycleStep[]): readonly LaunchStep[] {
    const { workspace } = this.#options;
    const { cwd, owner, args, base } = launch;
    const manager = workspace.packageManager?.name;
    const environment = owner.hasManifest
      ? withPath(base, (path) => computeBinPath({ root: workspace.root, directory: cwd }, manager, path))
      : base;
    const shared = launch.node.isScript
      ? { ...withoutScriptVariables(environment), ...this.#scriptVariables(launch) }
      : environment;
    return steps.map(({ event, script, isMain }) => ({
      command: isMain ? this.#append(script, args, { shell, cwd, env: environment }) : script,
      env: event === undefined ? shared : { ...shared, npm_lifecycle_event: event, npm_lifecycle_script: script },
    }));
  }

  /** What every manager tells a script. */
  #scriptVariables({ cwd }: Launch): Record<string, string> {
    const { workspace, nodeExecPath, facts } = this.#options;
    const { packageManager, root } = workspace;
    const manifest = join(cwd, 'package.json');
    const variables: Record<string, string> = {
      npm_command: 'run-script',
      npm_package_json: manifest,
      npm_node_execpath: nodeExecPath,
      NODE: nodeExecPath,
      INIT_CWD: cwd,
      ...readPackageVariables(manifest),
    };
    if (packageManager === undefined) return variables;
    this.#identity ??= findManagerIdentity(packageManager, { ...facts, isMonorepo: workspace.kind === 'monorepo' });
    const { userAgent, execPath } = this.#identity;
    variables['npm_config_user_agent'] = userAgent;
    if (execPath !== undefined) variables['npm_execpath'] = execPath;
    if (packageManager.name === 'pnpm') variables['PNPM_SCRIPT_SRC_DIR'] = cwd;
    if (packageManager.name === 'berry') variables['PROJECT_CWD'] = root;
    return variables;
  }
}

/** What the script that started us was told is not about the script we start. */
function withoutScriptVariables(environment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/^npm_(package|lifecycle)_/.test(name)));
}

interface ShellPlaces extends ProgramPlaces {
  readonly shell: string | undefined;
}

interface Launch {
  readonly node: TaskNode;
  readonly owner: Package;
  readonly cwd: string;
  readonly args: readonly string[];
  /** Environment before anything about scripts. */
  readonly base: Readonly<Record<string, string>>;
}
