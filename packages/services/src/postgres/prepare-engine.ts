import { chmodSync, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { errorCode } from '@tr/model';
import { canReach } from '../place/account.js';
import type { Account } from '../process.js';
import type { PostgresPrograms } from './find-postgres.js';

/** Programs that the servers' account can start. */
export interface PreparedEngine {
  readonly programs: PostgresPrograms;
  readonly bin: string;
  /** Environment of every program of it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What preparing may need. */
export interface PrepareOptions {
  readonly account: Account | undefined;
  /** Makes a folder of this run that the account can reach. */
  readonly makeFolder: () => string;
}

const BASE_ENVIRONMENT = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * Installed programs are used where they are. The npm-shipped ones lack, when install scripts did not run, the links
 * their libraries are looked for under; and the servers' account may not be allowed to enter the workspace. Both are
 * answered by a folder of ours: links only, or a copy.
 */
export function prepareEngine(programs: PostgresPrograms, options: PrepareOptions): PreparedEngine {
  if (programs.npmPackage === undefined) return { programs, bin: programs.bin, environment: BASE_ENVIRONMENT };
  const native = dirname(programs.bin);
  const links = readLinks(programs.npmPackage);
  const isReachable = canReach(join(programs.bin, 'postgres'), options.account);
  const isComplete = links.every(({ target }) => existsSync(join(native, target)));
  if (isReachable && isComplete) return { programs, bin: programs.bin, environment: BASE_ENVIRONMENT };
  const folder = options.makeFolder();
  if (isReachable) {
    const lib = join(folder, 'lib');
    mkdirSync(lib);
    openToAll(lib);
    for (const { source, target } of links) link(join(native, source), join(lib, basename(target)));
    return { programs, bin: programs.bin, environment: { ...BASE_ENVIRONMENT, ...libraryPath(lib) } };
  }
  const copy = join(folder, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  for (const name of ['', ...(readdirSync(copy, { recursive: true }) as string[])]) openToAll(join(copy, name));
  for (const { source, target } of links) link(basename(source), join(copy, target));
  return { programs, bin: join(copy, 'bin'), environment: BASE_ENVIRONMENT };
}

/** Whoever installs under a umask of 077 has files that no other account may read, and what we make has the umask of our own. */
function openToAll(path: string): void {
  const stats = lstatSync(path);
  if (!stats.isSymbolicLink()) chmodSync(path, stats.mode | 0o444 | ((stats.mode & 0o100) === 0 ? 0 : 0o111));
}

interface Link {
  /** Both relative to `native`. */
  readonly source: string;
  readonly target: string;
}

/** `native/pg-symlinks.json`, as its install script reads it; only names below `lib` are taken. */
function readLinks(npmPackage: string): readonly Link[] {
  const path = join(npmPackage, 'native', 'pg-symlinks.json');
  const read = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as readonly Partial<Link>[]) : [];
  return read.flatMap(({ source, target }) => {
    const link = { source: toLibrary(source), target: toLibrary(target) };
    return link.source === undefined || link.target === undefined ? [] : [link as Link];
  });
}

function toLibrary(path: string | undefined): string | undefined {
  const relative = normalize(path ?? '').replace(/^native\//, '');
  return /^lib\/[^/]+$/.test(relative) ? relative : undefined;
}

function link(source: string, target: string): void {
  try {
    symlinkSync(source, target);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

function libraryPath(folder: string): Readonly<Record<string, string>> {
  return process.platform === 'darwin' ? { DYLD_LIBRARY_PATH: folder } : { LD_LIBRARY_PATH: folder };
}
