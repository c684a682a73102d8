import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { GitLocation, InputSpec, OutputSpec } from '@tr/model';
import { createFileIndex, type FileIndex, type FileIndexOptions, type GitRunner } from '../../src/index.js';

const opened: string[] = [];
process.on('exit', () => {
  for (const directory of opened) rmSync(directory, { recursive: true, force: true });
});

/** A real directory under the temporary one, removed at the end of the test process. */
export function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'tr-fingerprint-')));
  opened.push(directory);
  return directory;
}

/** Inputs as a configuration would give them: `$TURBO_DEFAULT$` and `!` understood. */
export function toSpec(inputs: readonly string[]): InputSpec {
  const rest = inputs.filter((each) => each !== '$TURBO_DEFAULT$');
  return {
    includeDefault: inputs.length === 0 || rest.length < inputs.length,
    include: rest.filter((each) => !each.startsWith('!')),
    exclude: rest.filter((each) => each.startsWith('!')).map((each) => each.slice(1)),
  };
}

/** Of a task that writes nothing. */
export const NO_OUTPUTS: OutputSpec = { include: [], exclude: [] };

/** A directory with files, and git in it when asked for. */
export class TestRepository {
  readonly root: string;
  readonly home: string;
  /** Calls that reached the git port. */
  readonly gitCalls: (readonly string[])[] = [];

  constructor(root = temporaryDirectory(), home = temporaryDirectory()) {
    this.root = root;
    this.home = home;
  }

  static withGit(...initArguments: readonly string[]): TestRepository {
    const repository = new TestRepository();
    repository.git('init', '-q', '-b', 'main', ...initArguments);
    return repository;
  }

  get env(): Readonly<Record<string, string>> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: this.home,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@example.org',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@example.org',
    };
  }

  path(...names: readonly string[]): string {
    return join(this.root, ...names);
  }

  write(files: Readonly<Record<string, string | Buffer>>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(this.path(path)), { recursive: true });
      writeFileSync(this.path(path), content);
    }
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', args, {
      cwd: this.root,
      env: this.env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Adds and commits everything, and makes the index newer than every file. */
  commit(): void {
    this.git('add', '-A', '.');
    this.git('commit', '-q', '-m', 'x');
    this.settle();
  }

  /** Moves the index's time an hour ahead, so that no entry is racy: tests do not sleep. */
  settle(indexPath = this.path('.git', 'index')): void {
    const later = Date.now() / 1000 + 3600;
    utimesSync(indexPath, later, later);
  }

  get location(): GitLocation {
    return this.locate(this.root);
  }

  get branch(): string | undefined {
    return this.git('branch', '--show-current').trim() || undefined;
  }

  readonly locate = (directory: string): GitLocation => {
    const ask = (...args: readonly string[]): string => this.git('-C', directory, 'rev-parse', ...args).trim();
    const gitDir = ask('--absolute-git-dir');
    const commonDir = ask('--path-format=absolute', '--git-common-dir');
    return { workTree: ask('--show-toplevel'), gitDir, commonDir, mainWorkTree: undefined };
  };

  readonly runGit: GitRunner = (args, input, submodule) => {
    this.gitCalls.push(args);
    const { workTree } = submodule ?? this.location;
    const done = spawnSync('git', args, { cwd: workTree, env: this.env, input, maxBuffer: 1 << 28 });
    return Promise.resolve({ exitCode: done.status ?? undefined, stdout: done.stdout, stderr: String(done.stderr) });
  };

  /** `options` replaces parts; without git pass `git: undefined`. */
  open(options: Partial<FileIndexOptions> = {}): FileIndex {
    return createFileIndex({
      root: this.root,
      git: 'git' in options ? undefined : this.location,
      locateGit: this.locate,
      findBranch: () => this.branch,
      memoPath: this.path('.tr', 'memo.json'),
      packageDirectories: [],
      excludedDirectories: ['.tr'],
      processEnv: this.env,
      runGit: this.runGit,
      countsModes: false,
      ...options,
    });
  }

  /** Ids by path; fails the test when the index fails. */
  async inputs(inputs: readonly string[] = [], directory = '', index = this.open()): Promise<Record<string, string>> {
    const answer = await index.inputsOf(directory, toSpec(inputs), NO_OUTPUTS);
    if (!answer.ok) throw new Error(JSON.stringify(answer.failure));
    return { ...answer.value };
  }

  /** What git itself would store for each path now. */
  hashObject(...paths: readonly string[]): Record<string, string> {
    return Object.fromEntries(paths.map((path) => [path, this.git('hash-object', '--', path).trim()]));
  }

  /** Replaces an id in git's index by another one, leaving everything else as it is. */
  patchIndex(id: string, by: string, indexPath = this.path('.git', 'index')): void {
    const bytes = readFileSync(indexPath);
    const at = bytes.indexOf(Buffer.from(id, 'hex'));
    if (at < 0) throw new Error(`no ${id} in the index`);
    Buffer.from(by, 'hex').copy(bytes, at);
    writeFileSync(indexPath, bytes);
    this.settle(indexPath);
  }
}
