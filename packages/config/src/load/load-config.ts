import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readFileText } from '@tr/quick';
import { errorCode, toError, type ConfigFailure, type Diagnostic, type RelativePath } from '@tr/model';
import { parseConfigFile, type ParseOutcome } from '../parse/parse-config-file.js';
import type { ConfigFile } from '../parse/parsed-config.js';
import { resolvePackageConfig, type PackageConfig } from '../resolve/package-config.js';
import { resolveRootConfig, type RootConfig } from '../resolve/root-config.js';

/** Name of our configuration file. It wins over the names of Turborepo's in the same directory. */
const OWN_CONFIG_NAME = 'turbo-like.config.json';
/** Names of Turborepo's configuration file, of which a directory may have one. */
export const TURBO_CONFIG_NAMES = ['turbo.json', 'turbo.jsonc'] as const;

/**
 * Reads the configuration at `root` (an absolute native path), or the file `named` from there in its place. That there is
 * none is an error.
 */
export function loadRootConfig(root: string, named?: RelativePath): ParseOutcome<RootConfig> {
  const found: Found = named === undefined ? findConfigFile(root, '') : { ok: true, file: toConfigFile(named) };
  if (!found.ok) return refused(found.failure);
  if (found.file === undefined) {
    const names = [OWN_CONFIG_NAME, ...TURBO_CONFIG_NAMES];
    return refused({ code: 'config/not-found', directory: root, names });
  }
  const file = { ...found.file, place: 'root' } as const;
  const text = readConfigFile(root, file.path);
  if (!text.ok) return refused(text.failure);
  const { config, diagnostics } = parseConfigFile(text.text, file);
  return { config: config === undefined ? undefined : resolveRootConfig(config), diagnostics };
}

/**
 * Reads the configuration of the package at `directory`. A package needs none: then `config` is undefined and there are
 * no diagnostics.
 */
export function loadPackageConfig(root: string, directory: RelativePath): ParseOutcome<PackageConfig> {
  const found = findConfigFile(root, directory);
  if (!found.ok) return refused(found.failure);
  if (found.file === undefined) return { config: undefined, diagnostics: [] };
  const file = { ...found.file, place: 'package' } as const;
  const text = readConfigFile(root, file.path);
  if (!text.ok) return refused(text.failure);
  const { config, diagnostics } = parseConfigFile(text.text, file);
  return { config: config === undefined ? undefined : resolvePackageConfig(config), diagnostics };
}

type Found =
  | { readonly ok: true; readonly file: Omit<ConfigFile, 'place'> | undefined }
  | { readonly ok: false; readonly failure: ConfigFailure };

/** `existsSync` and not a failing read: most packages have no file, and an ENOENT costs ten times as much. */
function findConfigFile(root: string, directory: RelativePath): Found {
  const pathOf = (name: string) => (directory === '' ? name : `${directory}/${name}`);
  const exists = (name: string) => existsSync(`${root}/${pathOf(name)}`);
  if (exists(OWN_CONFIG_NAME)) return { ok: true, file: { path: pathOf(OWN_CONFIG_NAME), kind: 'own' } };
  const [first, second] = TURBO_CONFIG_NAMES.filter(exists).map(pathOf);
  if (first === undefined) return { ok: true, file: undefined };
  if (second !== undefined) return { ok: false, failure: { code: 'config/two-files', files: [first, second] } };
  return { ok: true, file: { path: first, kind: 'turbo' } };
}

/** A file by any name is read as Turborepo's, unless its name is ours. */
function toConfigFile(path: RelativePath): Omit<ConfigFile, 'place'> {
  return { path, kind: path.split('/').at(-1) === OWN_CONFIG_NAME ? 'own' : 'turbo' };
}

type Read = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly failure: ConfigFailure };

function readConfigFile(root: string, path: RelativePath): Read {
  try {
    return { ok: true, text: readFileText(join(root, path)) };
  } catch (error) {
    // Whatever keeps the file from being read, the run cannot go on and the user can mend it.
    const detail = errorCode(error) ?? String(error);
    return { ok: false, failure: { code: 'config/unreadable', file: path, detail } };
  }
}

function refused(failure: ConfigFailure): { readonly config: undefined; readonly diagnostics: readonly Diagnostic[] } {
  return { config: undefined, diagnostics: [toError(failure)] };
}
