import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after } from 'node:test';

/** Text, an object that becomes JSON, or a link. */
export type TreeEntry = string | { readonly link: string } | { readonly [key: string]: unknown };
export type Tree = Readonly<Record<string, TreeEntry>>;

/** A temporary directory with these files, removed when the test file ends. Links of the path are resolved. */
export function makeTree(tree: Tree = {}): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'tr-workspace-')));
  after(() => rmSync(root, { recursive: true, force: true }));
  writeTree(root, tree);
  return root;
}

export function writeTree(root: string, tree: Tree): void {
  for (const [path, entry] of Object.entries(tree)) {
    const file = join(root, path);
    mkdirSync(path.endsWith('/') ? file : dirname(file), { recursive: true });
    if (path.endsWith('/')) continue;
    if (typeof entry === 'string') writeFileSync(file, entry);
    else if (typeof entry['link'] === 'string') symlinkSync(entry['link'], file);
    else writeFileSync(file, JSON.stringify(entry));
  }
}

/** Runs git with an identity and settings of our own, whatever the machine has. */
export function git(cwd: string, ...args: string[]): string {
  const settings = ['user.name=t', 'user.email=t@example.org', 'protocol.file.allow=always', 'core.autocrlf=false'];
  const flags = settings.flatMap((setting) => ['-c', setting]);
  return execFileSync('git', [...flags, ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

/** A repository with everything in one commit on `main`. */
export function makeRepository(tree: Tree): string {
  const root = makeTree(tree);
  git(root, 'init', '-q', '-b', 'main');
  commitAll(root);
  return root;
}

export function commitAll(root: string): void {
  git(root, 'add', '-A');
  git(root, 'commit', '-q', '--allow-empty', '-m', 'x');
}

/** A package.json of version 1.0.0. */
export function pkg(name: string, more: Readonly<Record<string, unknown>> = {}): TreeEntry {
  return { name, version: '1.0.0', ...more };
}
