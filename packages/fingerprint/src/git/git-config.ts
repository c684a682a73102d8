import { dirname, isAbsolute, join } from 'node:path';
import type { GitLocation } from '@tr/model';
import { readTextIfThere } from '../files/read-text.js';

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
}

/** Includes may include; git stops at ten as well. */
const MOST_INCLUDES = 10;

/**
 * Reads git's configuration without starting git: system, user and repository files, `include.path`, `includeIf` on
 * the git directory, and the `GIT_CONFIG_*` variables (git-config in git's documentation). Other conditions of
 * `includeIf` are taken as met: for what is asked here, a setting too many costs time and a setting too few a wrong id.
 */
export function readGitConfig({ git, processEnv }: GitConfigSources): GitConfig {
  const settings = new Map<string, string>();
  for (const path of configFiles(git, processEnv)) readInto(settings, { path, git, processEnv, depth: 0 });
  readVariables(settings, processEnv);
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

/** Resolves the `~/` that git allows in paths. */
export function expandHome(path: string, processEnv: GitConfigSources['processEnv']): string {
  const home = homeOf(processEnv);
  return path.startsWith('~/') && home !== undefined ? join(home, path.slice(2)) : path;
}

function homeOf(processEnv: GitConfigSources['processEnv']): string | undefined {
  return processEnv['HOME'] || processEnv['USERPROFILE'] || undefined;
}

function configFiles(git: GitLocation, processEnv: GitConfigSources['processEnv']): readonly string[] {
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
  files.push(join(git.commonDir, 'config'), join(git.gitDir, 'config.worktree'));
  return files.filter((path) => path !== '');
}

interface ConfigFile extends GitConfigSources {
  readonly path: string;
  readonly depth: number;
}

function readInto(settings: Map<string, string>, file: ConfigFile): void {
  const text = readTextIfThere(file.path);
  if (text === undefined) return;
  for (const [name, value] of parseConfig(text)) {
    settings.set(name, value);
    if (!isInclude(name, file) || file.depth >= MOST_INCLUDES) continue;
    const path = expandHome(value, file.processEnv);
    const absolute = isAbsolute(path) ? path : join(dirname(file.path), path);
    readInto(settings, { ...file, path: absolute, depth: file.depth + 1 });
  }
}

function isInclude(name: string, { git }: ConfigFile): boolean {
  if (name === 'include.path') return true;
  if (!name.startsWith('includeif.') || !name.endsWith('.path')) return false;
  const condition = name.slice('includeif.'.length, -'.path'.length);
  const directory = /^gitdir(?:\/i)?:(.*)$/.exec(condition)?.[1];
  // Only a plain directory prefix is decided here.
  if (directory === undefined || !/^\/[^*?[]*\/$/.test(directory)) return true;
  return `${git.gitDir}/`.startsWith(directory);
}

/** `GIT_CONFIG_COUNT` with its keys and values: what `git -c` and CI systems use. */
function readVariables(settings: Map<string, string>, processEnv: GitConfigSources['processEnv']): void {
  const count = Number(processEnv['GIT_CONFIG_COUNT'] ?? 0);
  for (let at = 0; at < count && at < 1000; at++) {
    const name = processEnv[`GIT_CONFIG_KEY_${at}`];
    const value = processEnv[`GIT_CONFIG_VALUE_${at}`];
    if (name !== undefined && value !== undefined) settings.set(lowerCaseEnds(name), value);
  }
}

function lowerCaseEnds(name: string): string {
  const first = name.indexOf('.');
  const last = name.lastIndexOf('.');
  return name.slice(0, first).toLowerCase() + name.slice(first, last) + name.slice(last).toLowerCase();
}

const BLANKS = /[ \t\r\n\f\v]*/y;
const COMMENT = /[#;].*/y;
const HEADER = /\[[ \t]*([\w.-]+)(?:[ \t]+"((?:[^"\\\n]|\\.)*)")?[ \t]*\]/y;
const NAME = /([A-Za-z][\w-]*)[ \t]*(=)?/y;
const REST = /.*/y;

/** Settings in the order of the file. A line that is not understood is skipped: git itself will complain about it. */
export function parseConfig(text: string): readonly (readonly [name: string, value: string])[] {
  const settings: [string, string][] = [];
  const written = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  let at = 0;
  const take = (expression: RegExp): RegExpExecArray | null => {
    expression.lastIndex = at;
    const match = expression.exec(written);
    at += match?.[0].length ?? 0;
    return match;
  };
  let section = '';
  while (at < written.length) {
    if (take(BLANKS)?.[0] || take(COMMENT) !== null) continue;
    const header = take(HEADER);
    if (header !== null) {
      const subsection = header[2]?.replace(/\\(.)/g, '$1');
      section = (header[1] ?? '').toLowerCase() + (subsection === undefined ? '' : `.${subsection}`);
      continue;
    }
    const name = take(NAME);
    if (name === null || section === '') {
      take(REST);
      continue;
    }
    const value = name[2] === undefined ? undefined : readValue(written, at);
    at = value?.end ?? at;
    settings.push([`${section}.${(name[1] ?? '').toLowerCase()}`, value?.text ?? 'true']);
    take(REST);
  }
  return settings;
}

interface ConfigValue {
  readonly text: string;
  /** Of the line that it ends on. */
  readonly end: number;
}

/**
 * Quotes, escapes and comments of a value. A backslash at the end of a line goes on with the next one, except in a comment: a path of
 * Windows there does not swallow the setting below.
 */
function readValue(written: string, from: number): ConfigValue {
  let text = '';
  let isQuoted = false;
  /** Up to the last character that is not a blank outside of quotes. */
  let length = 0;
  let at = from;
  for (; at < written.length && written[at] !== '\n'; at++) {
    const char = written.charAt(at);
    if (!isQuoted && (char === '#' || char === ';')) break;
    if (char === '"') isQuoted = !isQuoted;
    else if (char === '\\') {
      const escaped = written.charAt(++at);
      if (escaped !== '\n') text += ESCAPES[escaped] ?? escaped;
    } else if (isQuoted || !/\s/.test(char)) text += char;
    else {
      if (text !== '') text += char;
      continue;
    }
    length = text.length;
  }
  return { text: text.slice(0, length), end: at };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b' };
