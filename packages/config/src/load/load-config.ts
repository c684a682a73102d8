import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readFileText } from '@tr/quick';
import {
  CONFIG_NAMES,
  errorCode,
  fail,
  joinPath,
  ok,
  OWN_CONFIG_NAME,
  toError,
  TURBO_CONFIG_NAMES,
  type ConfigFailure,
  type Diagnostic,
  type RelativePath,
  type Result,
} from '@tr/model';
import { parseConfigFile, type ParseOutcome } from '../parse/parse-config-file.js';
import type { ConfigFile } from '../parse/parsed-config.js';
import { resolvePackageConfig, type PackageConfig } from '../resolve/package-config.js';
import { resolveRootConfig, type RootConfig } from '../resolve/root-config.js';

/**
 * Reads the configuration at `root` (an absolute native path), or the file `named` from there in its place. That there is
 * none is an error.
 */
export function loadRootConfig(root: string, named?: RelativePath): ParseOutcome<RootConfig> {
  const found = named === undefined ? findConfigFile(root, '') : ok(toConfigFile(named));
  if (!found.ok) return refused(found.failure);
  if (found.value === undefined) return refused({ code: 'config/not-found', directory: root, names: CONFIG_NAMES });
  const file = { ...found.value, place: 'root' } as const;
  const text = readConfigFile(root, file.path);
  if (!text.ok) return refused(text.failure);
  const { config, diagnostics } = parseConfigFile(text.value, file);
  return { config: config === undefined ? undefined : resolveRootConfig(config), diagnostics };
}

/**
 * Reads the configuration of the package at `directory`. A package needs none: then `config` is undefined and there are
 * no diagnostics.
 */
export function loadPackageConfig(root: string, directory: RelativePath): ParseOutcome<PackageConfig> {
  const found = findConfigFile(root, directory);
  if (!found.ok) return refused(found.failure);
  if (found.value === undefined) return { config: undefined, diagnostics: [] };
  const file = { ...found.value, place: 'package' } as const;
  const text = readConfigFile(root, file.path);
  if (!text.ok) return refused(text.failure);
  const { config, diagnostics } = parseConfigFile(text.value, file);
  return { config: config === undefined ? undefined : resolvePackageConfig(config), diagnostics };
}

type FoundFile = Omit<ConfigFile, 'place'>;

/** `existsSync` and not a failing read: most packages have no file, and an ENOENT costs ten times as much. */
function findConfigFile(root: string, directory: RelativePath): Result<FoundFile | undefined, ConfigFailure> {
  const pathOf = (name: string) => joinPath(directory, name);
  const exists = (name: string) => existsSync(`${root}/${pathOf(name)}`);
  if (exists(OWN_CONFIG_NAME)) return ok({ path: pathOf(OWN_CONFIG_NAME), kind: 'own' });
  const [first, second] = TURBO_CONFIG_NAMES.filter(exists).map(pathOf);
  if (first === undefined) return ok(undefined);
  return second === undefined
    ? ok({ path: first, kind: 'turbo' })
    : fail({ code: 'config/two-files', files: [first, second] });
}

/** A file by any name is read as Turborepo's, unless its name is ours. */
function toConfigFile(path: RelativePath): FoundFile {
  return { path, kind: path.split('/').at(-1) === OWN_CONFIG_NAME ? 'own' : 'turbo' };
}

function readConfigFile(root: string, path: RelativePath): Result<string, ConfigFailure> {
  try {
    return ok(readFileText(join(root, path)));
  } catch (error) {
    // Whatever keeps the file from being read, the run cannot go on and the user can mend it.
    const detail = errorCode(error) ?? String(error);
    return fail({ code: 'config/unreadable', file: path, detail });
  }
}

function refused(failure: ConfigFailure): { readonly config: undefined; readonly diagnostics: readonly Diagnostic[] } {
  return { config: undefined, diagnostics: [toError(failure)] };
}
