import { isRecord, ok, type PackageManager, type RelativePath, type Result, type WorkspaceFailure } from '@tr/model';
import type { Manifest } from './manifest.js';
import { parseNpmrc } from './npmrc.js';
import { majorOf, type ManagerChoice } from './package-manager.js';
import { toAbsolute } from './paths.js';
import { readTextIfAllowed, readTextIfFile } from './read-text.js';
import { readYamlObject } from './yaml-file.js';

/** What the user's machine says about package managers; the caller reads the environment. */
export interface UserSettings {
  /** Absolute path of the user's `.npmrc`. */
  readonly userNpmrc?: string | undefined;
  /** `npm_config_script_shell`; wins over every file. */
  readonly scriptShell?: string | undefined;
}

/** How a package manager links packages and runs scripts here. */
export interface ManagerSettings {
  readonly manager: PackageManager;
  /** Package globs in order, `!` included; undefined when the manager sees no workspace. */
  readonly globs: readonly string[] | undefined;
  /** The file that has the globs, and the key they are listed under. */
  readonly globsAt: { readonly file: RelativePath; readonly key: string };
  /** True when `workspaces` is there but of no use. */
  readonly invalidWorkspaces: boolean;
  /** False: only `workspace:` specifiers link to packages of the workspace. */
  readonly linksByRange: boolean;
  /** Specifier that a `catalog:` reference stands for; undefined when it is not known (or not followed). */
  readonly findInCatalog: (name: string, catalog: string) => string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** Where the settings are read. */
export interface SettingsSource {
  readonly root: string;
  readonly manifest: Manifest;
  readonly choice: ManagerChoice;
  readonly user: UserSettings;
}

/** Reads the settings of the chosen manager from the files it reads itself, and no others. */
export async function readManagerSettings(source: SettingsSource): Promise<Result<ManagerSettings, WorkspaceFailure>> {
  const { choice } = source;
  switch (choice.name) {
    case 'pnpm':
      return readPnpmSettings(source);
    case 'berry':
      return readBerrySettings(source);
    case 'npm':
    case 'yarn':
    case 'bun': {
      // Bun starts scripts with its own choice of shell and reads no script-shell.
      const scriptShell = choice.name === 'bun' ? undefined : findScriptShell(source, readNpmrc(source.root));
      return ok(toSettings(source, { scriptShell, runsPrePost: true, linksByRange: true }));
    }
  }
}

/** Berry runs scripts in a shell of its own and knows neither pre/post scripts nor a script shell. */
async function readBerrySettings(source: SettingsSource): Promise<Result<ManagerSettings, WorkspaceFailure>> {
  const yarnrc = await readYamlObject(source.root, '.yarnrc.yml', 'enableTransparentWorkspaces');
  if (!yarnrc.ok) return yarnrc;
  const linksByRange = yarnrc.value['enableTransparentWorkspaces'] !== false;
  return ok(toSettings(source, { scriptShell: undefined, runsPrePost: false, linksByRange }));
}

/**
 * pnpm 9 turned two defaults around: linking by range went off, pre/post scripts went on. Versions before it read no
 * settings from pnpm-workspace.yaml.
 */
async function readPnpmSettings(source: SettingsSource): Promise<Result<ManagerSettings, WorkspaceFailure>> {
  const yaml = await readYamlObject(source.root, 'pnpm-workspace.yaml');
  if (!yaml.ok) return yaml;
  const npmrc = readNpmrc(source.root);
  const isOld = (majorOf(source.choice.version) ?? guessPnpmMajor(source.root)) < 9;
  const settings = isOld ? {} : yaml.value;
  const linking = settings['linkWorkspacePackages'] ?? npmrc.get('link-workspace-packages');
  const prePost = settings['enablePrePostScripts'] ?? npmrc.get('enable-pre-post-scripts');
  const ownShell = settings['scriptShell'];
  const facts = {
    scriptShell: source.user.scriptShell ?? (typeof ownShell === 'string' ? ownShell : findScriptShell(source, npmrc)),
    runsPrePost: toBoolean(prePost) ?? !isOld,
    linksByRange: toBoolean(linking) ?? isOld,
  };
  return ok({
    ...toSettings(source, facts),
    globs: readGlobList(yaml.value['packages']),
    globsAt: { file: 'pnpm-workspace.yaml', key: 'packages' },
    invalidWorkspaces: false,
    findInCatalog: (name, catalog) => findInCatalog(yaml.value, name, catalog),
  });
}

interface ScriptFacts {
  readonly scriptShell: string | undefined;
  readonly runsPrePost: boolean;
  readonly linksByRange: boolean;
}

function toSettings(source: SettingsSource, facts: ScriptFacts): ManagerSettings {
  const { workspaces } = source.manifest.fields;
  const globs = readGlobList(isRecord(workspaces) ? workspaces['packages'] : workspaces);
  const isEmptyList = Array.isArray(workspaces) && workspaces.length === 0;
  return {
    manager: { ...source.choice, runsPrePost: facts.runsPrePost, scriptShell: facts.scriptShell },
    globs,
    globsAt: { file: source.manifest.file, key: 'workspaces' },
    invalidWorkspaces: workspaces !== undefined && globs === undefined && !isEmptyList,
    linksByRange: facts.linksByRange,
    findInCatalog: () => undefined,
  };
}

/** An empty list is no workspace. */
function readGlobList(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  return value.every((glob) => typeof glob === 'string') ? value : undefined;
}

function toBoolean(value: unknown): boolean | undefined {
  if (value === true || value === 'true' || value === 'deep') return true;
  return value === false || value === 'false' ? false : undefined;
}

function readNpmrc(root: string): ReadonlyMap<string, string> {
  return parseNpmrc(readTextIfFile(toAbsolute(root, '.npmrc')) ?? '');
}

/**
 * Environment, then the workspace's .npmrc, then the user's: npm's own order. In a container the home directory is often
 * another user's; npm goes on without its .npmrc as well.
 */
function findScriptShell({ user }: SettingsSource, npmrc: ReadonlyMap<string, string>): string | undefined {
  const fromUser = () =>
    user.userNpmrc === undefined ? undefined : parseNpmrc(readTextIfAllowed(user.userNpmrc) ?? '').get('script-shell');
  return user.scriptShell ?? npmrc.get('script-shell') ?? fromUser();
}

/** `lockfileVersion` is on the first lines: 9.0 since pnpm 9. Without a lockfile: a current pnpm. */
function guessPnpmMajor(root: string): number {
  const text = readTextIfFile(toAbsolute(root, 'pnpm-lock.yaml'));
  const version = text === undefined ? undefined : /^lockfileVersion: *'?"?(\d+)/m.exec(text)?.[1];
  return version === undefined ? 9 : Number(version);
}

/** `catalog:` and `catalog:default` are the top `catalog`, any other name is one of `catalogs`. */
function findInCatalog(yaml: Fields, name: string, catalog: string): string | undefined {
  const named = isRecord(yaml['catalogs']) ? yaml['catalogs'][catalog] : undefined;
  const entries = catalog === '' || catalog === 'default' ? yaml['catalog'] : named;
  const specifier = isRecord(entries) && Object.hasOwn(entries, name) ? entries[name] : undefined;
  return typeof specifier === 'string' ? specifier : undefined;
}
