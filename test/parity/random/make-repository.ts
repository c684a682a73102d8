import type { Random } from '../../histories/random.js';
import type { Tree, TreeFile } from '../../rig/workspace.js';
import { repository, type PackageFacts } from '../rules/rule.js';

/** A small workspace that a seed decides. Most of them are valid. */
export interface RandomRepository {
  readonly tree: Tree;
  /** Names of packages, in the order they may depend on each other: later ones on earlier ones. */
  readonly packages: readonly string[];
  /** Tasks of the root configuration. */
  readonly tasks: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const NAMES = ['a', 'b', '@s/c', 'd-lib', '@s/e', 'f.x'];
/** A task depends on earlier ones alone, so that there is no cycle among them. */
const TASKS = ['gen', 'build', 'lint', 'test', 'ci:all', 'dev'];
const FILES = [
  'src/a.ts',
  'src/deep/b.tsx',
  'README.md',
  '.env',
  'cfg/x.json',
  'dist/out.js',
  'a ü.txt',
  '[x].txt',
  'x.log',
];
const ROOT_FILES = ['root.txt', 'cfg/x.json', 'cfg/no.json', '.env', 'tsconfig.json', 'docs/readme.md'];
const LINKS = ['README.md', 'src', '../../root.txt', '../../cfg', 'nowhere'];
const GLOBS = [
  'src/**',
  'src',
  'src/*',
  '**/*.{ts,tsx}',
  '*.md',
  '**',
  '*',
  '.env*',
  'cfg/{x,y}.json',
  '{src,cfg}/**',
  'dist/**',
  '**/deep/**',
  'src/**/',
  './src/**',
  '*.log',
  'src/[!b].ts',
  '[x].txt',
  '$TURBO_ROOT$/root.txt',
  '$TURBO_ROOT$/cfg/**',
  '../*/package.json',
  'l*',
];
const EXCLUSIONS = ['!src/deep/**', '!**/*.tsx', '!src', '!dist/**', '!.env', '!*.md', '!$TURBO_ROOT$/cfg/no.json'];
const OUTPUTS = [
  'dist/**',
  'dist',
  '!dist/out.js',
  'gen/',
  '**',
  '*.md',
  './src/gen/**',
  '$TURBO_ROOT$/out/**',
  'a/{b,c}/**',
];
const VARIABLES = ['A', 'B', 'A_X', 'A_Y', 'NEXT_PUBLIC_X', 'CI'];
const PATTERNS = [...VARIABLES, 'A_*', '!A_X', '*_X', '!NEXT_PUBLIC_*', 'A\\*'];
const GLOBALS = ['root.txt', 'cfg/**', '!cfg/no.json', './.env', '*.json', '{root,other}.txt'];
const IGNORED = [
  'node_modules\n.tr\n.turbo\ndist\n',
  'node_modules/\n.tr\n.turbo\ndist/*\n!dist/out.js\n*.log\n',
  '.tr\n.turbo\n.env*\n',
];

/** True once in `times`. */
export const once = (random: Random, times: number): boolean => random.below(times) === 0;

/** One to `most` different entries of `list`. */
export function some<T>(random: Random, list: readonly T[], most = 3): readonly T[] {
  const count = 1 + random.below(most);
  return [...new Set(Array.from({ length: count }, () => random.pick(list)))];
}

/** Makes the workspace of a seed. */
export function makeRepository(random: Random): RandomRepository {
  const packages = NAMES.slice(0, 3 + random.below(NAMES.length - 2));
  const tasks = TASKS.filter((name) => name === 'build' || !once(random, 3));
  const manager = random.pick(['npm', 'pnpm', 'yarn', 'berry', 'bun'] as const);
  const links = manager === 'pnpm' || manager === 'berry' ? ['workspace:*', 'workspace:^'] : ['*', '^1.0.0', '1.0.0'];
  const directories = packages.map(directoryOf);
  const facts = packages.map((name, at): [string, PackageFacts] => {
    const needed = packages.filter((_, other) => other < at && once(random, 2));
    const needs = Object.fromEntries(needed.map((other) => [other, random.pick(links)]));
    const scripts = Object.fromEntries(tasks.flatMap((task) => (once(random, 4) ? [] : [[task, `echo ${task}`]])));
    return [
      directoryOf(name),
      { name, scripts, [random.pick(['dependencies', 'devDependencies', 'peerDependencies'])]: needs },
    ];
  });
  const turbo = {
    ...(once(random, 2) ? { globalEnv: some(random, PATTERNS) } : {}),
    ...(once(random, 3) ? { globalPassThroughEnv: some(random, PATTERNS) } : {}),
    ...(once(random, 2) ? { globalDependencies: some(random, GLOBALS) } : {}),
    ...(once(random, 5) ? { envMode: random.pick(['strict', 'loose']) } : {}),
    tasks: Object.fromEntries([
      ...tasks.map((name) => [name, makeTask(random, name, { tasks, packages })]),
      ...(once(random, 2) ? [[`${random.pick(packages)}#build`, makeTask(random, 'build', { tasks, packages })]] : []),
      ...(once(random, 2) ? [['//#build', makeTask(random, 'build', { tasks, packages })]] : []),
    ]),
  };
  const files: Record<string, TreeFile> = { '.gitignore': random.pick(IGNORED) };
  for (const name of ROOT_FILES) if (!once(random, 4)) files[name] = `${name}\n`;
  for (const directory of directories) {
    for (const name of FILES) if (!once(random, 2)) files[`packages/${directory}/${name}`] = `${directory} ${name}\n`;
    if (once(random, 4)) files[`packages/${directory}/link`] = { link: random.pick(LINKS) };
    if (once(random, 2)) continue;
    const own = some(random, tasks).map(
      (name) => [name, makeTask(random, name, { tasks, packages, isOwn: true })] as const,
    );
    files[`packages/${directory}/turbo.json`] = { json: { extends: ['//'], tasks: Object.fromEntries(own) } };
  }
  const root = { scripts: { build: 'echo root' }, ...(once(random, 6) ? { devDependencies: { a: links[0] } } : {}) };
  const tree = repository({ turbo, packages: Object.fromEntries(facts), files, root, manager });
  const set = VARIABLES.filter(() => once(random, 2));
  return { tree, packages, tasks, env: Object.fromEntries(set.map((name) => [name, random.pick(['1', '', 'x y'])])) };
}

/** The last part of the name. */
export const directoryOf = (name: string): string => name.slice(name.indexOf('/') + 1);

interface Surroundings {
  readonly tasks: readonly string[];
  readonly packages: readonly string[];
  /** In the configuration of a package, which inherits. */
  readonly isOwn?: boolean;
}

/** A definition with any of the keys. */
function makeTask(random: Random, name: string, { tasks, packages, isOwn = false }: Surroundings): object {
  const earlier = tasks.filter((other) => other !== 'dev' && TASKS.indexOf(other) < TASKS.indexOf(name));
  const edges = earlier.flatMap((other) => [other, `^${other}`, `${random.pick(packages)}#${other}`]);
  // Nothing may wait for a server.
  if (name !== 'dev') edges.push(`^${name}`);
  const list = (entries: readonly string[]): readonly string[] =>
    isOwn && once(random, 3) ? [...entries, '$TURBO_EXTENDS$'] : entries;
  const inputs = [
    ...(once(random, 2) ? ['$TURBO_DEFAULT$'] : []),
    ...some(random, GLOBS),
    ...(once(random, 2) ? some(random, EXCLUSIONS, 2) : []),
  ];
  return {
    ...(once(random, 2) ? { dependsOn: list(some(random, edges)) } : {}),
    ...(once(random, 2) ? { inputs: list(inputs) } : {}),
    ...(once(random, 2) ? { outputs: list(some(random, OUTPUTS)) } : {}),
    ...(once(random, 3) ? { env: list(some(random, PATTERNS)) } : {}),
    ...(once(random, 5) ? { passThroughEnv: list(some(random, PATTERNS)) } : {}),
    ...(once(random, 8) ? { cache: false } : {}),
    ...(once(random, 8) ? { outputLogs: random.pick(['none', 'new-only', 'hash-only']) } : {}),
    ...(once(random, 12) ? { with: [random.pick(tasks)] } : {}),
    ...(name === 'dev' ? { persistent: true, cache: false } : {}),
    ...(isOwn && once(random, 12) ? { extends: false } : {}),
  };
}
