import type { Random } from '../../histories/random.js';
import type { TestWorkspace } from '../../rig/workspace.js';
import type { ParityCase } from '../dry-run.js';
import { directoryOf, once, some, type RandomRepository } from './make-repository.js';

/** Something done to a work tree. */
export interface Edit {
  readonly name: string;
  readonly apply: (workspace: TestWorkspace) => void;
}

const REFS = ['HEAD', 'HEAD~1', 'main', 'topic', 'topic...main', 'topic..HEAD', 'main...HEAD'];
const FLAGS = [
  '--only',
  '--parallel',
  '--continue',
  '--env-mode=loose',
  '--framework-inference=false',
  '--no-cache',
  '--force',
  '--affected',
];
const ADDED = ['new.txt', 'src/new.ts', 'src/deep/n.ts', 'dist/new.js', '.env.new', 'x.log'];

/** One edit: of any file, of a manifest, of a configuration; or a commit. */
export function makeEdit(random: Random, { tree, packages, tasks }: RandomRepository): Edit {
  const path = random.pick(
    Object.keys(tree).filter((file) => !/\.json$|\.yaml$|lock|\.npmrc|\.yarnrc|\/link$/.test(file)),
  );
  const below = `packages/${directoryOf(random.pick(packages))}`;
  const task = random.pick(tasks);
  const text = `${random.below(1e6)}\n`;
  const write = (file: string, content = text): Edit => ({
    name: `write ${file}`,
    apply: (workspace) => workspace.write({ [file]: content }),
  });
  const json = (
    file: string,
    name: string,
    change: (value: Record<string, Record<string, unknown>>) => void,
  ): Edit => ({
    name: `${name} of ${file}`,
    apply: (workspace) => {
      const value = JSON.parse(workspace.read(file)) as Record<string, Record<string, unknown>>;
      change(value);
      workspace.write({ [file]: { json: value } });
    },
  });
  return random.pick<() => Edit>([
    () => write(path),
    () => write(`${below}/${random.pick(ADDED)}`),
    () => write('new-root.txt'),
    () => write(`${below}/.gitignore`, random.pick(['*.md\n', 'src\n', '*.ts\n!a.ts\n'])),
    () => ({ name: `remove ${path}`, apply: (workspace) => workspace.remove(path) }),
    () => ({ name: 'commit', apply: (workspace) => workspace.git('commit', '-qam', 'edit', '--allow-empty') }),
    () =>
      json(`${below}/package.json`, `script ${task}`, (value) =>
        Object.assign((value['scripts'] ??= {}), { [task]: text.trim() }),
      ),
    () => json(`${below}/package.json`, 'version', (value) => Object.assign(value, { description: text })),
    () => json('package.json', 'description', (value) => Object.assign(value, { description: text })),
    () =>
      json('turbo.json', `outputLogs of ${task}`, ({ tasks: all }) =>
        Object.assign(all?.[task] ?? {}, { outputLogs: 'errors-only' }),
      ),
    () =>
      json('turbo.json', `outputs of ${task}`, ({ tasks: all }) =>
        Object.assign(all?.[task] ?? {}, { outputs: ['other/**'] }),
      ),
  ])();
}

/** One call: tasks, filters and flags of every kind. */
export function makeCall(random: Random, repository: RandomRepository): ParityCase {
  const { packages, tasks, env } = repository;
  const names = once(random, 6) ? [`${random.pick(packages)}#${random.pick(tasks)}`] : some(random, tasks);
  const filters = once(random, 3)
    ? []
    : some(random, [0, 1, 2], 2).map(() => `--filter=${makeFilter(random, repository)}`);
  const flags = once(random, 3) ? some(random, FLAGS, 2) : [];
  const args = [...names, ...filters, ...flags, ...(once(random, 10) ? ['--', '--x', 'a b'] : [])];
  const cwd = once(random, 5)
    ? random.pick(['packages', ...packages.map((name) => `packages/${directoryOf(name)}`)])
    : undefined;
  return { name: cwd === undefined ? args.join(' ') : `(${cwd}) ${args.join(' ')}`, args, cwd, env };
}

function makeFilter(random: Random, { packages }: RandomRepository): string {
  const name = random.pick([...packages, ...packages, '*', '@s/*', '*a*', '//', 'no*']);
  const directory = random.pick([
    './packages/*',
    './packages/**',
    './packages/{a,b}',
    `./packages/${directoryOf(random.pick(packages))}`,
    '.',
  ]);
  const before = random.pick(['', '', '', '...', '...^']);
  const after = random.pick(['', '', '', '...', '^...']);
  const range = `[${random.pick(REFS)}]`;
  const core = random.pick([name, name, `{${directory}}`, `${name}{${directory}}`]);
  const selector = random.pick([
    `${before}${core}${after}`,
    `${before}${core}${after}`,
    `${before}${core}${after}${range}`,
    `${before}${range}`,
    directory,
  ]);
  return once(random, 4) ? `!${selector}` : selector;
}
