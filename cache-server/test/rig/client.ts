import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A directory with files, gone with the test. */
export interface Workspace extends Disposable {
  readonly path: string;
  /** Writes more files. */
  add(files: Readonly<Record<string, string>>): void;
  /** Removes a file or a tree. */
  remove(path: string): void;
  has(path: string): boolean;
  read(path: string): string;
}

/** Makes a directory with files: path -> content. */
export function createWorkspace(files: Readonly<Record<string, string>> = {}): Workspace {
  const path = mkdtempSync(join(tmpdir(), 'client-'));
  const add = (more: Readonly<Record<string, string>>): void => {
    for (const [file, content] of Object.entries(more)) {
      mkdirSync(dirname(join(path, file)), { recursive: true });
      writeFileSync(join(path, file), content);
    }
  };
  add(files);
  return {
    path,
    add,
    remove: (file) => rmSync(join(path, file), { recursive: true, force: true }),
    has: (file) => existsSync(join(path, file)),
    read: (file) => readFileSync(join(path, file), 'utf8'),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** What a client did. */
export interface ClientRun {
  readonly code: number | null;
  /** stdout and stderr. */
  readonly output: string;
}

const root = fileURLToPath(new URL('../../../../', import.meta.url));
/** Where clients are looked for first: another version of one, see `scripts/try-client-versions.mjs`. */
const others = process.env['OTHER_CLIENTS'];

/** Runs a client to its end, without blocking the server in this process. Only `env` and the PATH reach it. */
export async function runClient(
  command: readonly [string, ...string[]],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<ClientRun> {
  const [program, ...args] = command;
  const bins = [
    ...(others === undefined ? [] : [join(others, 'node_modules/.bin')]),
    join(root, 'cache-server/node_modules/.bin'),
    join(root, 'node_modules/.bin'),
  ];
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: {
      PATH: [...bins, process.env['PATH'] ?? ''].join(delimiter),
      HOME: options.cwd,
      LANG: 'C.UTF-8',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, output };
}

/** Folder of an installed package. */
export function packageFolder(name: string): string {
  const other = others === undefined ? undefined : join(others, 'node_modules', name);
  if (other !== undefined && existsSync(other)) return other;
  return dirname(createRequire(join(root, 'cache-server/package.json')).resolve(`${name}/package.json`));
}

/** True when a program is in the PATH; tests of a client that is not there are skipped with that reason. */
export function hasProgram(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}
