import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync, type Dirent } from 'node:fs';
import { join, relative } from 'node:path';
import { OUTPUT_NAMES } from './settings.js';
import { Turns } from './turns.js';

/** Where the parts of a scene lie, relative to its base. */
export interface SceneShape {
  readonly kind: string;
  /** The workspace. */
  readonly root: string;
  /** The git work tree; undefined without git. */
  readonly top: string | undefined;
  /** Packages, relative to the workspace; `''` is the root. */
  readonly packages: readonly string[];
  /** Other texts of files that may be put in place together, relative to the workspace: path -> text. */
  readonly variants: readonly Readonly<Record<string, string>>[];
}

/** What a call came to. */
export interface Answer {
  readonly exitCode: number | null;
  readonly text: string;
}

/** A call of `tr`, where it is made, relative to the workspace. */
export interface Call {
  readonly args: readonly string[];
  readonly cwd: string;
}

/** A call that takes longer hangs, milliseconds. */
const LIMIT_MS = 180_000;

/** A workspace with all that is around it, in a directory of its own (`base`): repository, home, tools. */
export class Scene {
  readonly base: string;
  /** Variables of every call. */
  readonly variables = new Map<string, string>();
  /** Variables of every call that copies of the scene do not have: how to get at a remote. */
  readonly surroundings = new Map<string, string>();
  /** Files below `each` that may be there without being an output: edited by hand, or of a record that was lost. */
  readonly strangers = new Set<string>();
  /** Who makes the calls. */
  turns = new Turns();
  /** The call that was compared last. */
  lastCall: Call | undefined;
  #shape: SceneShape;
  readonly #live = new Set<ChildProcess>();

  constructor(base: string, shape: SceneShape) {
    this.base = base;
    this.#shape = shape;
  }

  get shape(): SceneShape {
    return this.#shape;
  }

  /** The directory below `base` that holds all of the workspace and of its work tree. */
  get outermost(): string {
    return join(this.base, this.shape.root.split('/')[0] ?? '');
  }

  /** The workspace is in another directory below `base` now. */
  noteMove(name: string): void {
    const move = (path: string): string => [name, ...path.split('/').slice(1)].join('/');
    const { root, top } = this.#shape;
    this.#shape = { ...this.#shape, root: move(root), top: top === undefined ? undefined : move(top) };
  }

  /** An empty directory for a scene, on the file system that `directory` lies on. */
  static makeBase(directory: string): string {
    const base = realpathSync(mkdtempSync(join(directory, 'tr-diff-')));
    mkdirSync(join(base, 'home'));
    return base;
  }

  get root(): string {
    return join(this.base, this.shape.root);
  }

  get top(): string | undefined {
    return this.shape.top === undefined ? undefined : join(this.base, this.shape.top);
  }

  get environment(): Record<string, string> {
    const path = `${join(this.base, 'tools')}:${process.env['PATH'] ?? ''}`;
    const own = [...this.variables, ...this.surroundings];
    return { PATH: path, HOME: join(this.base, 'home'), ...Object.fromEntries(own) };
  }

  /** Runs the real CLI and waits for it. */
  tr(
    args: readonly string[],
    options: { readonly cwd?: string; readonly onStart?: (child: ChildProcess) => void } = {},
  ): Promise<Answer> {
    const child = spawn(process.execPath, [this.turns.next().bin, ...args], {
      cwd: join(this.root, options.cwd ?? ''),
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#live.add(child);
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    const bytes: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => bytes.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => bytes.push(chunk));
    options.onStart?.(child);
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (exitCode) => {
        this.#live.delete(child);
        clearTimeout(limit);
        resolve({ exitCode, text: Buffer.concat(bytes).toString() });
      });
    });
  }

  /** Runs git in the work tree; undefined when it failed. */
  git(...args: string[]): string | undefined {
    const { top } = this;
    if (top === undefined) return undefined;
    const run = spawnSync('git', [...IDENTITY, ...args], { cwd: top, env: this.environment, encoding: 'utf8' });
    return run.status === 0 ? run.stdout : undefined;
  }

  /** Writes a file of the workspace. */
  write(path: string, text: string): void {
    const target = join(this.root, path);
    mkdirSync(join(target, '..'), { recursive: true });
    writeFileSync(target, text);
  }

  /** Files and links of the workspace that are no outputs, no state and not git's; relative, sorted. */
  listSources(): string[] {
    return this.#list(this.root).filter((path) => !isOutput(path));
  }

  /** Files and links that lie where outputs do. */
  listOutputs(): string[] {
    return this.#list(this.root).filter(isOutput);
  }

  /** Directories of sources. */
  listDirectories(): string[] {
    const directories: string[] = [];
    this.#list(this.root, directories);
    return directories.filter((path) => !isOutput(path));
  }

  dispose(): void {
    rmSync(this.base, { recursive: true, force: true });
  }

  #list(directory: string, directories: string[] = []): string[] {
    const found: string[] = [];
    for (const entry of entriesOf(directory)) {
      if (entry.name === '.git' || entry.name === '.tr') continue;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) {
        directories.push(relative(this.root, path));
        found.push(...this.#list(path, directories));
      } else found.push(relative(this.root, path));
    }
    return found;
  }
}

const IDENTITY = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'protocol.file.allow=always'];

/** Whether a path lies where the tasks of a scene write. */
export function isOutput(path: string): boolean {
  return path.split('/').some((name) => OUTPUT_NAMES.has(name));
}

function entriesOf(directory: string): Dirent[] {
  return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
}
