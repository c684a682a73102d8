import { join } from 'node:path';
import { runProgram } from '../../process.js';
import { askVersion } from '../../programs/ask-version.js';
import { chooseNewest } from '../../programs/choose-version.js';
import { expandFolders, findPrograms, pathFolders } from '../../programs/search-path.js';
import type { VersionMemo } from '../../programs/version-memo.js';
import { POSTGRES_FOLDERS } from '../find-postgres.js';

const TIMEOUT_MS = 30 * 60 * 1000;

/** PostgreSQL's own programs for a database as a file. */
export interface DumpPrograms {
  readonly dump: string;
  readonly restore: string;
}

/** The newest `pg_dump` and `pg_restore` that can read a server of this version; undefined = there are none. */
export async function findDumpPrograms(
  major: number,
  { environment, memo }: { readonly environment: Readonly<Record<string, string>>; readonly memo: VersionMemo },
): Promise<DumpPrograms | undefined> {
  const folders = [...POSTGRES_FOLDERS.flatMap(expandFolders), ...pathFolders(environment)];
  const candidates: { readonly version: string; readonly file: string }[] = [];
  for (const file of findPrograms(folders, 'pg_dump')) {
    const text = await memo.lookup(file, () => askVersion(file));
    const version = /\(PostgreSQL\) (\d+(?:\.\d+)*)/.exec(text ?? '')?.[1];
    if (version !== undefined) candidates.push({ version, file });
  }
  const found = chooseNewest(candidates, `>=${major}`)?.file;
  return found === undefined ? undefined : { dump: found, restore: join(found, '..', 'pg_restore') };
}

/** Runs one of them on a database; the password is in no list of processes. Rejects with what it says. */
export async function runOn(url: string, file: string, args: readonly string[]): Promise<void> {
  const address = new URL(url);
  const password = decodeURIComponent(address.password);
  address.password = '';
  const env = { LC_ALL: 'C', PATH: '/usr/bin:/bin', PGPASSWORD: password };
  const call = { file, args: [...args, '--dbname', address.toString()], env, cwd: '/', account: undefined };
  const outcome = await runProgram(call, TIMEOUT_MS);
  if (outcome.code !== 0) throw new Error(outcome.stderr.trim().split('\n').at(-1) ?? 'it failed');
}
