import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A fresh directory; `dispose` removes it with everything below. */
export interface TempDirectory {
  readonly path: string;
  dispose(): void;
}

/** Makes a directory below the system's place for temporary files. */
export function createTempDirectory(): TempDirectory {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'tr-contract-')));
  return { path, dispose: () => rmSync(path, { recursive: true, force: true }) };
}
