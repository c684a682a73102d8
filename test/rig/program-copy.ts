import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { cleanEnvironment, TR_BIN } from './exec-tr.js';

/** A copy of the program at a place of its own, without the compiled code of earlier runs and without the packages it may use. */
export interface ProgramCopy {
  /** Absolute. */
  readonly place: string;
  /** Names of the files of compiled code beside it. */
  listCode(): readonly string[];
  run(
    root: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): { readonly status: number | null; readonly stdout: string; readonly text: string };
}

/** Makes it; removed at the end of the test. */
export function copyProgram(t: TestContext): ProgramCopy {
  const place = mkdtempSync(join(tmpdir(), 'tr-copy-'));
  t.after(() => rmSync(place, { recursive: true, force: true }));
  for (const part of ['bin', 'bundle'])
    cpSync(join(dirname(TR_BIN), '..', part), join(place, part), {
      recursive: true,
      filter: (path) => !basename(path).startsWith('.code-'),
    });
  return {
    place,
    listCode: () => readdirSync(join(place, 'bundle')).filter((name) => name.startsWith('.code-')),
    run: (root, args, env) => {
      const call = [join(place, 'bin/tr.cjs'), 'run', ...args];
      const { status, stdout, stderr } = spawnSync(process.execPath, call, {
        cwd: root,
        encoding: 'utf8',
        env: cleanEnvironment(env),
      });
      return { status, stdout, text: stdout + stderr };
    },
  };
}
