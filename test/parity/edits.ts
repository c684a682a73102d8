import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checkout } from './checkout.js';
import { openTools, type ParityCase } from './dry-run.js';
import type { CaseResult } from './report.js';
import { runCases } from './run-cases.js';

/** One way in which a work tree differs from its last commit. */
interface Edit {
  readonly name: string;
  /** Undefined = this checkout has nothing for it. */
  readonly apply: (root: string, directory: string) => void;
}

const LOCKFILES = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock'];

const EDITS: readonly Edit[] = [
  {
    name: 'changed, added and deleted files',
    apply: (root, directory) => {
      const [changed, deleted] = git(root, 'ls-files', directory)
        .split('\n')
        .filter((file) => !file.endsWith('.json'));
      if (changed) writeFileSync(join(root, changed), 'changed\r\n');
      if (deleted) rmSync(join(root, deleted));
      writeFileSync(join(root, directory, 'parity added ü.txt'), 'added\n');
    },
  },
  {
    name: 'links',
    apply: (root, directory) => {
      symlinkSync('package.json', join(root, directory, 'parity-link'));
      symlinkSync('nowhere', join(root, directory, 'parity-broken'));
      const [sibling] = readdirSync(join(root, directory), { withFileTypes: true }).filter((each) =>
        each.isDirectory(),
      );
      if (sibling) symlinkSync(sibling.name, join(root, directory, 'parity-directory-link'));
    },
  },
  {
    name: 'ignored files, .env, line endings',
    apply: (root, directory) => {
      writeFileSync(join(root, directory, '.env'), 'A=1\n');
      writeFileSync(join(root, directory, '.env.local'), 'A=2\n');
      writeFileSync(join(root, directory, '.gitignore'), 'parity-*\n!parity-kept\n');
      writeFileSync(join(root, directory, 'parity-ignored'), 'i\n');
      writeFileSync(join(root, directory, 'parity-kept'), 'k\n');
      writeFileSync(join(root, directory, '.gitattributes'), '*.crlf text eol=lf\n');
      writeFileSync(join(root, directory, 'a.crlf'), 'a\r\nb\r\n');
    },
  },
  { name: 'a file of the root', apply: (root) => writeFileSync(join(root, 'parity-root.txt'), 'root\n') },
  { name: 'the root package.json', apply: (root) => appendFileSync(join(root, 'package.json'), '\n') },
  {
    name: 'the root .gitattributes',
    apply: (root) => appendFileSync(join(root, '.gitattributes'), '\n*.zip binary\n'),
  },
  {
    name: 'the root configuration',
    apply: (root) =>
      appendFileSync(join(root, existsSync(join(root, 'turbo.json')) ? 'turbo.json' : 'turbo.jsonc'), '\n'),
  },
  ...[5, 100].map((count) => ({
    name: `the lockfile of HEAD~${count}`,
    apply: (root: string) => {
      for (const lockfile of LOCKFILES.filter((name) => existsSync(join(root, name)))) {
        spawnSync('git', ['checkout', '-q', `HEAD~${count}`, '--', lockfile], { cwd: root });
      }
    },
  })),
  {
    name: 'blank lines in the lockfile',
    apply: (root) => {
      for (const lockfile of LOCKFILES.filter((name) => existsSync(join(root, name)))) {
        appendFileSync(join(root, lockfile), '\n\n');
      }
    },
  },
  {
    name: 'a lockfile that cannot be read',
    apply: (root) => {
      for (const lockfile of LOCKFILES.filter((name) => existsSync(join(root, name)))) {
        writeFileSync(join(root, lockfile), '{ <<<<<<< nonsense');
      }
    },
  },
  {
    name: 'no lockfile',
    apply: (root) => {
      for (const lockfile of LOCKFILES) rmSync(join(root, lockfile), { force: true });
    },
  },
  { name: 'a deleted package', apply: (root, directory) => rmSync(join(root, directory), { recursive: true }) },
];

/** Applies each edit to a clone of the checkout and compares both tools on it. */
export async function runOnEdits(checkout: Checkout): Promise<readonly CaseResult[]> {
  const [name, directory] = [...checkout.packages].sort(([a], [b]) => (a < b ? -1 : 1))[0] ?? [];
  if (name === undefined || directory === undefined || checkout.commits === 0) return [];
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'tr-parity-')));
  const tools = openTools(root);
  const results: CaseResult[] = [];
  try {
    git(checkout.root, 'clone', '-q', '--local', checkout.root, root);
    for (const { name: edit, apply } of EDITS) {
      apply(root, directory);
      results.push(...(await runCases(tools, root, createCases(checkout, { edit, name }))));
      git(root, 'checkout', '-q', '-f', 'HEAD', '--', '.');
      git(root, 'reset', '-q');
      git(root, 'clean', '-q', '-f', '-d', '-x');
    }
    return results;
  } finally {
    tools.dispose();
    rmSync(root, { recursive: true, force: true });
  }
}

function createCases(
  { taskNames }: Checkout,
  { edit, name }: { readonly edit: string; readonly name: string },
): readonly ParityCase[] {
  const generic = taskNames.filter((task) => !task.includes('#'));
  const main = generic.find((task) => task === 'build') ?? generic[0] ?? 'build';
  const calls = [
    ...generic.slice(0, 3).map((task) => [task, `--filter=${name}`]),
    [main],
    [main, '--affected'],
    [main, '--filter=[HEAD]'],
    [main, '--filter=...[HEAD]'],
  ];
  return calls.map((args) => ({ name: `${edit}: ${args.join(' ')}`, args }));
}

function git(cwd: string, ...args: readonly string[]): string {
  const run = spawnSync('git', args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (run.status !== 0) throw new Error(`git ${args.join(' ')}: ${run.stderr}`);
  return run.stdout;
}
