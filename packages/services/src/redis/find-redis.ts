import type { ServiceDefinition } from '@tr/model';
import { askVersion } from '../programs/ask-version.js';
import { chooseNewest } from '../programs/choose-version.js';
import { findPrograms, pathFolders } from '../programs/search-path.js';
import type { VersionMemo } from '../programs/version-memo.js';
import { ServiceError } from '../service-error.js';

/** A Redis server that can be started. */
export interface RedisProgram {
  readonly version: string;
  readonly major: number;
  /** `redis 7.0.15`. */
  readonly engine: string;
  readonly file: string;
}

/** Debian's folder may be missing in PATH of an ordinary user; Homebrew's two. */
const FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** The newest Redis on the machine in an accepted version. */
export async function findRedis(
  service: ServiceDefinition,
  { environment, memo }: { readonly environment: Readonly<Record<string, string>>; readonly memo: VersionMemo },
): Promise<RedisProgram> {
  const candidates: RedisProgram[] = [];
  for (const file of findPrograms([...pathFolders(environment), ...FOLDERS], 'redis-server')) {
    const text = await memo.lookup(file, () => askVersion(file));
    const version = /\bv=(\d+(?:\.\d+)*)/.exec(text ?? '')?.[1];
    if (version !== undefined) {
      candidates.push({ version, major: Number.parseInt(version, 10), engine: `redis ${version}`, file });
    }
  }
  const found = chooseNewest(candidates, service.version);
  if (found !== undefined) return found;
  const { name, kind, version } = service;
  const looked = candidates.map((candidate) => `${candidate.version} as ${candidate.file}`);
  throw new ServiceError({ code: 'service/not-found', service: name, kind, version, found: looked });
}
