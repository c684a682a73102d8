import { homedir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import {
  createTaskDefinitions,
  loadPackageConfig,
  loadRootConfig,
  type RootConfig,
  type TaskDefinitions,
} from '@tr/config';
import {
  fail,
  ok,
  ROOT_PACKAGE,
  toError,
  type Diagnostic,
  type RelativePath,
  type Result,
  type Workspace,
} from '@tr/model';
import { findWorkspaceRoot, loadWorkspace } from '@tr/workspace';
import { readCacheBounds } from './cache-limits.js';
import { readVariable } from './variables.js';

/** One checkout with its configuration: everything that is known before a command says what it wants. */
export interface Project {
  readonly workspace: Workspace;
  readonly config: RootConfig;
  readonly definitions: TaskDefinitions;
  /** Warnings; errors end the loading. */
  readonly warnings: readonly Diagnostic[];
}

/** What the command line says instead of the workspace. */
export interface ProjectOptions {
  /** Path of the root configuration, from the current directory. */
  readonly rootConfigFile?: string | undefined;
  /** Whatever workspaces there are, the root is the one package. */
  readonly isSingle?: boolean;
}

/** Where to look, and the variables that count. */
export interface ProjectRequest extends ProjectOptions {
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Loads the project around `cwd`, or says everything that is wrong with it. */
export async function loadProject(request: ProjectRequest): Promise<Result<Project, readonly Diagnostic[]>> {
  const found = findWorkspaceRoot(request.cwd);
  if (!found.ok) return fail([toError(found.failure)]);
  const { root } = found.value;
  const rootConfig = loadRootConfig(root, findConfigFile(request, root));
  const diagnostics: Diagnostic[] = [...rootConfig.diagnostics];
  if (rootConfig.config === undefined) return fail(diagnostics);
  const bounds = readCacheBounds(request.environment);
  if (!bounds.ok) return fail([...diagnostics, toError(bounds.failure)]);
  const config = { ...rootConfig.config, cache: { ...rootConfig.config.cache, ...bounds.value } };

  const packageConfigs = createConfigReader(root);
  const loaded = await loadWorkspace({
    root,
    isSingle: request.isSingle === true,
    configPackages: request.isSingle === true ? [] : config.packages,
    packageConfigName: (directory) => packageConfigs(directory).config?.name,
    dangerouslyDisablePackageManagerCheck: config.dangerouslyDisablePackageManagerCheck,
    user: {
      userNpmrc: findUserNpmrc(request.environment),
      scriptShell: request.environment['npm_config_script_shell'],
    },
  });
  if (!loaded.ok) return fail([...diagnostics, ...loaded.failure]);
  const { workspace } = loaded.value;
  diagnostics.push(...loaded.value.diagnostics);

  const members = [...workspace.packages.values()].map((member) => {
    // The root's own file is the root configuration, not a package's.
    const parsed = member.name === ROOT_PACKAGE ? undefined : packageConfigs(member.directory);
    diagnostics.push(...(parsed?.diagnostics ?? []));
    return { name: member.name, directory: member.directory, config: parsed?.config, scripts: member.scripts };
  });
  const definitions = createTaskDefinitions(config, members, { single: workspace.kind === 'single' });
  diagnostics.push(...definitions.diagnostics);
  if (diagnostics.some(({ severity }) => severity === 'error')) return fail(diagnostics);
  return ok({ workspace, config, definitions, warnings: diagnostics });
}

function findUserNpmrc(environment: ProjectRequest['environment']): string | undefined {
  const home = environment['HOME'] ?? findHome();
  return environment['npm_config_userconfig'] ?? (home ? join(home, '.npmrc') : undefined);
}

/** Undefined for a user whom the system does not know: containers are started as any number. */
function findHome(): string | undefined {
  try {
    return homedir();
  } catch {
    return undefined;
  }
}

/** The configuration that the call or a variable names, from the root. */
function findConfigFile({ cwd, environment, rootConfigFile }: ProjectRequest, root: string): RelativePath | undefined {
  const named = rootConfigFile ?? readVariable(environment, 'ROOT_TURBO_JSON');
  return named === undefined ? undefined : relative(root, resolve(cwd, named)).split(sep).join('/');
}

/** Reads each package's file once: its name is needed before its tasks are. */
function createConfigReader(root: string): (directory: RelativePath) => ReturnType<typeof loadPackageConfig> {
  const read = new Map<RelativePath, ReturnType<typeof loadPackageConfig>>();
  return (directory) => {
    const known = read.get(directory);
    if (known !== undefined) return known;
    const parsed = loadPackageConfig(root, directory);
    read.set(directory, parsed);
    return parsed;
  };
}
