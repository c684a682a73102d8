import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { GitLocation } from '@tr/model';
import { readTextIfThere } from '../files/read-text.js';
import { readConfigVariables } from './config-variables.js';
import { isConditionMet } from './include-condition.js';
import { parseConfig, type Setting } from './parse-config.js';

/** Settings of git that decide which files are ignored and how they are hashed. */
export interface GitConfig {
  /** Last value of a setting: section and name in lower case, the subsection as it is (`filter.lfs.clean`). */
  get(name: string): string | undefined;
  /** Every setting whose name starts with `prefix`, sorted: `name=value`. */
  startingWith(prefix: string): readonly string[];
}

/** What {@link readGitConfig} is given. */
export interface GitConfigSources {
  readonly git: GitLocation;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  /** The branch that is checked out; undefined on a detached HEAD. */
  readonly findBranch: (git: GitLocation) => string | undefined;
}

/** Includes may include; git stops at ten as well. */
const MOST_INCLUDES = 10;

/**
 * Reads git's configuration without starting git: system, user and repository files, `include.path`, `includeIf`, and the `GIT_CONFIG_*`
 * variables (git-config in git's documentation).
 */
export function readGitConfig(sources: GitConfigSources): GitConfig {
  // What is included for an address has none, or git refuses it.
  const remoteUrls = (): readonly string[] =>
    readAll(sources, () => []).flatMap(([name, value]) => (/^remote\.[^]*\.url$/.test(name) ? [value] : []));
  const settings = new Map(readAll(sources, remoteUrls));
  return {
    get: (name) => settings.get(name),
    startingWith: (prefix) =>
      [...settings]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, value]) => `${name}=${value}`)
        .sort(),
  };
}

/** True for what git takes as yes. A name without a value is a yes. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && /^(?:true|yes|on|1)$/i.test(value);
}

/** Directory of git's own files in a home directory, by its XDG rule; undefined without a home. */
export function userConfigDirectory(processEnv: GitConfigSources['processEnv']): string | undefined {
  const xdg = processEnv['XDG_CONFIG_HOME'];
  if (xdg) return join(xdg, 'git');
  const home = homeOf(processEnv);
  return home && join(home, '.config', 'git');
}

/** The file that a setting names, seen from the top of the work tree, where git goes to; undefined when it names none. */
export function settingFile(
  value: string,
  top: string,
  processEnv: GitConfigSources['processEnv'],
): string | undefined {
  return value === '' ? undefined : resolve(top, expandHome(value, processEnv));
}

/** Resolves the `~/` that git allows in paths. */
function expandHome(path: string, processEnv: GitConfigSources['processEnv']): string {
  const home = homeOf(processEnv);
  return path.startsWith('~/') && home !== undefined ? join(home, path.slice(2)) : path;
}

function homeOf(processEnv: GitConfigSources['processEnv']): string | undefined {
  return processEnv['HOME'] || processEnv['USERPROFILE'] || undefined;
}

function configFiles({ git, processEnv }: GitConfigSources): readonly string[] {
  const files: string[] = [];
  if (!isTrue(processEnv['GIT_CONFIG_NOSYSTEM'])) {
    files.push(processEnv['GIT_CONFIG_SYSTEM'] ?? '/etc/gitconfig');
    const programs = processEnv['ProgramFiles'];
    if (programs !== undefined) files.push(join(programs, 'Git', 'etc', 'gitconfig'));
  }
  const global = processEnv['GIT_CONFIG_GLOBAL'];
  const userDirectory = userConfigDirectory(processEnv);
  const home = homeOf(processEnv);
  if (global !== undefined) files.push(global);
  else {
    if (userDirectory !== undefined) files.push(join(userDirectory, 'config'));
    if (home !== undefined) files.push(join(home, '.gitconfig'));
  }
  const shared = join(git.commonDir, 'config');
  files.push(shared);
  const extension = readSettings(shared).findLast(([name]) => name === 'extensions.worktreeconfig');
  if (isTrue(extension?.[1])) files.push(join(git.gitDir, 'config.worktree'));
  return files.filter((path) => path !== '');
}

function readSettings(path: string): readonly Setting[] {
  return parseConfig(readTextIfThere(path) ?? '');
}

/** Every setting, in the order in which the later one counts. */
function readAll(sources: GitConfigSources, remoteUrls: () => readonly string[]): readonly Setting[] {
  const reading: Reading = { ...sources, settings: [], remoteUrls };
  for (const path of configFiles(sources)) readInto(reading, path, 0);
  addAll(reading, { settings: readConfigVariables(sources.processEnv), depth: 0 });
  return reading.settings;
}

interface Reading extends GitConfigSources {
  readonly settings: Setting[];
  readonly remoteUrls: () => readonly string[];
}

function readInto(reading: Reading, path: string, depth: number): void {
  addAll(reading, { settings: readSettings(path), path, depth });
}

interface SettingSource {
  readonly settings: readonly Setting[];
  /** Of the file; undefined for variables. */
  readonly path?: string;
  readonly depth: number;
}

function addAll(reading: Reading, { settings, path, depth }: SettingSource): void {
  for (const setting of settings) {
    const [name, value] = setting;
    reading.settings.push(setting);
    if (depth >= MOST_INCLUDES || !isInclude(reading, name, path)) continue;
    const included = expandHome(value, reading.processEnv);
    if (isAbsolute(included)) readInto(reading, included, depth + 1);
    else if (path !== undefined) readInto(reading, join(dirname(path), included), depth + 1);
  }
}

function isInclude(
  { git, processEnv, findBranch, remoteUrls }: Reading,
  name: string,
  path: string | undefined,
): boolean {
  if (name === 'include.path') return true;
  const condition = /^includeif\.([^]*)\.path$/.exec(name)?.[1];
  if (condition === undefined) return false;
  return isConditionMet(condition, {
    git,
    home: homeOf(processEnv),
    path,
    remoteUrls,
    findBranch: () => findBranch(git),
  });
}
