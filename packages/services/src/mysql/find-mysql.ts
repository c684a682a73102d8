import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ServiceDefinition } from '@tr/model';
import { askVersion } from '../programs/ask-version.js';
import { chooseNewest } from '../programs/choose-version.js';
import { expandFolders, findPrograms, pathFolders } from '../programs/search-path.js';
import type { VersionMemo } from '../programs/version-memo.js';
import { ServiceError } from '../service-error.js';

/** A MariaDB or MySQL server that can be started. */
export interface MysqlPrograms {
  readonly product: 'mariadb' | 'mysql';
  readonly version: string;
  /** `10.11`: data files of another one need an upgrade. */
  readonly series: string;
  /** `mariadb 10.11.14-MariaDB-0+deb12u2`. */
  readonly engine: string;
  /** The server. */
  readonly file: string;
  /** Folders of its helpers. */
  readonly folders: readonly string[];
}

/** Debian's folders, which an ordinary user's PATH lacks, and Homebrew's. */
export const MYSQL_FOLDERS = [
  ['usr', 'sbin'],
  ['usr', 'bin'],
  ['opt', 'homebrew', 'opt', 'm*', 'bin'],
  ['usr', 'local', 'opt', 'm*', 'bin'],
];

/** The newest one in an accepted version. A service of kind `mysql` takes MySQL, and MariaDB where there is none. */
export async function findMysql(
  service: ServiceDefinition,
  search: { readonly environment: Readonly<Record<string, string>>; readonly memo: VersionMemo },
): Promise<MysqlPrograms> {
  const folders = [...pathFolders(search.environment), ...MYSQL_FOLDERS.flatMap(expandFolders)];
  const candidates: MysqlPrograms[] = [];
  for (const name of ['mariadbd', 'mysqld']) {
    for (const file of findPrograms(folders, name)) {
      const text = await search.memo.lookup(file, () => askVersion(file, '--no-defaults'));
      const candidate = text === undefined ? undefined : toPrograms(file, text);
      const isKnown = candidates.some((other) => realpathSync(other.file) === realpathSync(file));
      if (candidate !== undefined && !isKnown) candidates.push(candidate);
    }
  }
  const products = service.kind === 'mysql' ? (['mysql', 'mariadb'] as const) : (['mariadb'] as const);
  for (const product of products) {
    const found = chooseNewest(
      candidates.filter((candidate) => candidate.product === product),
      service.version,
    );
    if (found !== undefined) return found;
  }
  const { name, kind, version } = service;
  const looked = candidates.map((candidate) => `${candidate.engine} as ${candidate.file}`);
  throw new ServiceError({ code: 'service/not-found', service: name, kind, version, found: looked });
}

/** A helper of the server, e.g. `mariadb-install-db`. */
export function findHelper({ folders }: MysqlPrograms, names: readonly string[]): string | undefined {
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}

function toPrograms(file: string, text: string): MysqlPrograms | undefined {
  const version = /\bVer (\d+\.\d+\.\d+\S*)/.exec(text)?.[1];
  const series = version === undefined ? undefined : /^\d+\.\d+/.exec(version)?.[0];
  if (version === undefined || series === undefined) return undefined;
  const product = /mariadb/i.test(text) ? 'mariadb' : 'mysql';
  const bin = dirname(realpathSync(file));
  const folders = [dirname(file), bin, join(dirname(bin), 'bin'), join(dirname(bin), 'scripts')];
  return { product, version, series, engine: `${product} ${version}`, file, folders: [...new Set(folders)] };
}
