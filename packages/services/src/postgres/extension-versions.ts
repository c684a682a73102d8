import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../process.js';
import type { VersionMemo } from '../programs/version-memo.js';
import type { PostgresPrograms } from './find-postgres.js';

/** What `create extension … cascade` would install. */
export interface ExtensionVersion {
  readonly name: string;
  /** Undefined = it is not there, or does not say. */
  readonly version: string | undefined;
  /** Extensions that are installed with it. */
  readonly requires: readonly string[];
}

/** Finds what is known of extensions by their names; one that is not listed is not there. */
export type ExtensionLookup = (names: readonly string[]) => Promise<readonly ExtensionVersion[]>;

/**
 * The versions of extensions and of all that they require, as the end of an engine's name: `; pgcrypto 1.3`. Sorted; empty
 * without extensions.
 */
export async function describeExtensions(names: readonly string[], lookup: ExtensionLookup): Promise<string> {
  const versions = new Map<string, string>();
  for (let wanted = [...new Set(names)]; wanted.length > 0;) {
    const found = await lookup(wanted);
    for (const name of wanted) {
      versions.set(name, found.find((each) => each.name === name)?.version ?? '(none)');
    }
    const required = new Set(found.flatMap(({ requires }) => requires));
    wanted = [...required].filter((name) => !versions.has(name));
  }
  const texts = [...versions].map(([name, version]) => `${name} ${version}`).sort();
  return texts.length === 0 ? '' : `; ${texts.join(', ')}`;
}

/** Reads the control files of an installation: they say what its server would install. */
export async function lookUpControlFiles(programs: PostgresPrograms, memo: VersionMemo): Promise<ExtensionLookup> {
  const folder = await findShareFolder(programs, memo);
  return (names) => Promise.resolve(folder === undefined ? [] : names.flatMap((name) => readControl(folder, name)));
}

/** `pg_config` says where, and is beside the others in some packages only; else it is where it is built to be. */
async function findShareFolder({ bin }: PostgresPrograms, memo: VersionMemo): Promise<string | undefined> {
  const program = join(bin, 'pg_config');
  const told = await memo.lookup(program, async () => {
    const call = { file: program, args: ['--sharedir'], env: { LC_ALL: 'C' }, cwd: '/', account: undefined };
    const asked = await runProgram(call, 10_000);
    return asked.code === 0 ? asked.stdout.trim() : undefined;
  });
  const built = [join(bin, '..', 'share', 'postgresql'), join(bin, '..', 'share')];
  return [...(told === undefined ? [] : [told]), ...built].find((folder) => existsSync(join(folder, 'extension')));
}

/** Names come from the configuration: one that is no name of a file is no extension. */
function readControl(folder: string, name: string): readonly ExtensionVersion[] {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.$-]*$/.test(name)) return [];
  let text: string;
  try {
    text = readFileSync(join(folder, 'extension', `${name}.control`), 'utf8');
  } catch {
    return [];
  }
  const requires = readSetting(text, 'requires') ?? '';
  return [{ name, version: readSetting(text, 'default_version'), requires: requires.split(/[\s,]+/).filter(Boolean) }];
}

/** `name = 'value' # comment`, the quotes may be left away. */
function readSetting(text: string, name: string): string | undefined {
  const found = new RegExp(`^\\s*${name}\\s*=?\\s*(?:'((?:[^']|'')*)'|([^\\s#']+))`, 'm').exec(text);
  return found?.[1]?.replaceAll("''", "'") ?? found?.[2];
}
