import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execTr, type TrOptions, type TrResult } from './exec-tr.js';

/** A file of a tree literal: text, JSON, a link, or text with the executable bit. */
export type TreeFile = string | { readonly json: unknown } | { readonly link: string } | { readonly script: string };
/** Path -> file. */
export type Tree = Readonly<Record<string, TreeFile>>;

/** A workspace of its own in a temporary directory. */
export interface TestWorkspace {
  /** Absolute, without links in it. */
  readonly root: string;
  write(files: Tree): void;
  read(path: string): string;
  exists(path: string): boolean;
  remove(path: string): void;
  /** Runs the real CLI in the workspace. */
  tr(args: readonly string[], options?: TrOptions): Promise<TrResult>;
  /** Runs git; throws when it fails. */
  git(...args: string[]): string;
  /** `git add -A` and commit. */
  commit(message?: string): void;
  /** How often the command of `invocation(name)` ran. */
  invocations(name: string): number;
  dispose(): void;
}

/**
 * Shell text that counts one invocation under `name` outside the workspace, so that the count is no input of any task.
 * The directory is next to the workspace: `<root>.invocations`.
 */
export function invocation(root: string, name: string): string {
  return `echo x >> '${root}.invocations/${name}'`;
}

/** Makes an empty directory for a workspace; call `createWorkspace` with it when command text needs its path. */
export function createRoot(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'tr-e2e-')));
}

/** Writes a tree literal below `root`. */
export function writeTree(root: string, files: Tree): void {
  for (const [path, file] of Object.entries(files)) {
    const target = join(root, path);
    mkdirSync(dirname(target), { recursive: true });
    if (typeof file === 'string') writeFileSync(target, file);
    else if ('json' in file) writeFileSync(target, `${JSON.stringify(file.json, null, 2)}\n`);
    else if ('link' in file) symlinkSync(file.link, target);
    else {
      writeFileSync(target, file.script);
      chmodSync(target, 0o755);
    }
  }
}

/** Every file and link below `directory`: path -> content, `link:` target, `x:` before an executable's content; sorted. */
export function readTree(directory: string, prefix = ''): Record<string, string> {
  const found: Record<string, string> = {};
  if (!existsSync(directory)) return found;
  for (const entry of readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(directory, entry.name);
    const name = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) Object.assign(found, readTree(path, name));
    else if (entry.isSymbolicLink()) found[name] = `link:${realLinkText(path)}`;
    else found[name] = `${(lstatSync(path).mode & 0o100) === 0 ? '' : 'x:'}${readFileSync(path, 'latin1')}`;
  }
  return found;
}

function realLinkText(path: string): string {
  return spawnSync('readlink', [path], { encoding: 'utf8' }).stdout.trimEnd();
}

/** Also where a command that outlived its killed run still writes. */
function removeTree(path: string): void {
  for (let left = 1000; ; left--) {
    try {
      rmSync(path, { recursive: true, force: true });
      return;
    } catch (error) {
      if (left === 0 || (error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
    }
  }
}

/** Builds a workspace from a tree literal; a git repository with one commit unless `git` is false. */
export function createWorkspace(
  files: Tree,
  options: { readonly root?: string; readonly git?: boolean } = {},
): TestWorkspace {
  const root = options.root ?? createRoot();
  mkdirSync(`${root}.invocations`, { recursive: true });
  writeTree(root, files);
  const workspace = openWorkspace(root);
  if (options.git !== false) {
    workspace.git('init', '-q', '-b', 'main');
    workspace.commit('first');
  }
  return workspace;
}

/** A handle on a directory that is a workspace already (a clone, a copy of a fixture). */
export function openWorkspace(root: string): TestWorkspace {
  const git = (...args: string[]): string => {
    const run = spawnSync(
      'git',
      [
        '-c',
        'user.name=t',
        '-c',
        'user.email=t@example.com',
        '-c',
        'commit.gpgsign=false',
        '-c',
        'protocol.file.allow=always',
        ...args,
      ],
      { cwd: root, encoding: 'utf8' },
    );
    if (run.status !== 0) throw new Error(`git ${args.join(' ')}: ${run.stderr}`);
    return run.stdout;
  };
  return {
    root,
    git,
    write: (tree) => writeTree(root, tree),
    read: (path) => readFileSync(join(root, path), 'utf8'),
    exists: (path) => existsSync(join(root, path)),
    remove: (path) => removeTree(join(root, path)),
    tr: (args, trOptions) => execTr(root, args, trOptions),
    commit: (message = 'change') => {
      git('add', '-A');
      git('commit', '-q', '-m', message);
    },
    invocations: (name) => {
      const file = join(`${root}.invocations`, name);
      return existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0;
    },
    dispose: () => {
      rmSync(root, { recursive: true, force: true });
      rmSync(`${root}.invocations`, { recursive: true, force: true });
    },
  };
}

/** Copies a committed fixture to a temporary directory and opens it as a git repository with one commit. */
export function copyFixture(source: string): TestWorkspace {
  const root = createRoot();
  cpSync(source, root, { recursive: true, verbatimSymlinks: true });
  return createWorkspace({}, { root });
}
