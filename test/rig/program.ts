import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A built clone of this repository: what starts the CLI, and what starts the cache server. */
export interface Program {
  /** What it is called in a story. */
  readonly name: string;
  readonly bin: string;
  readonly serverBin: string;
}

/** The clone at `directory`, absolute; built, with its CLI bundled. */
export function programIn(directory: string, name: string): Program {
  return {
    name,
    bin: join(directory, 'cli/bin/tr.cjs'),
    serverBin: join(directory, 'cache-server/bin/tr-cache-server.js'),
  };
}

/** This clone. */
export const OWN_PROGRAM = programIn(fileURLToPath(new URL('../../..', import.meta.url)), 'own');
