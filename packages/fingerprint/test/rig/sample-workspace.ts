import { rmSync, symlinkSync } from 'node:fs';
import { TestRepository } from './repository.js';

/**
 * A workspace with every kind of file the rules speak of. What is expected below was seen in the dry run of Turborepo
 * 2.11 on the same tree.
 */
export function workspace(): TestRepository {
  const repository = TestRepository.withGit();
  repository.write({
    '.gitignore': 'node_modules\ndist\n*.log\n.env\nbuild\n',
    'package.json': '{}',
    'root.txt': 'r',
    'tools/t.sh': 't',
    'apps/web/package.json': '{"name":"web"}',
    'apps/web/turbo.json': '{}',
    'apps/web/.gitignore': '!build\n',
    'apps/web/README.md': 'gone',
    'apps/web/.env': 'e',
    'apps/web/src/a.ts': 'a',
    'apps/web/src/b.ts': 'b',
    'apps/web/src/.m.ts': 'm',
    'apps/web/src/[x].ts': 'x',
    'apps/web/src/q(1).ts': 'q',
    'apps/web/src/sub/c.ts': 'c',
    'apps/web/src/sub/.hidden': 'h',
    'apps/web/app/(g)/page.tsx': 'p',
    'apps/web/nested/package.json': '{"name":"nested"}',
    'apps/web/build/x.js': 'x',
    'apps/web/dist/o.js': 'o',
    'apps/web/node_modules/x/i.js': 'i',
    'apps/web/gen/tracked.log': 't',
    'packages/lib/package.json': '{"name":"lib"}',
    'packages/lib/src/l.ts': 'l',
    'packages/lib/src/k.log': 'k',
    'packages/lib/node_modules/y/i.js': 'y',
  });
  symlinkSync('../../packages/lib/src', repository.path('apps/web/linkdir'));
  symlinkSync('src/a.ts', repository.path('apps/web/linkfile'));
  symlinkSync('nowhere', repository.path('apps/web/broken'));
  repository.git('add', '-A', '.');
  repository.git('add', '-f', 'apps/web/gen/tracked.log', 'apps/web/dist/o.js');
  repository.git('commit', '-q', '-m', 'x');
  repository.settle();
  rmSync(repository.path('apps/web/README.md'));
  repository.write({ 'apps/web/src/new.ts': 'n', 'apps/web/dist/new.js': 'n', 'apps/web/gen/other.log': 'o' });
  return repository;
}

/** Everything below `src`. */
export const SRC = [
  'src/.m.ts',
  'src/[x].ts',
  'src/a.ts',
  'src/b.ts',
  'src/new.ts',
  'src/q(1).ts',
  'src/sub/.hidden',
  'src/sub/c.ts',
];
/** Always inputs of explicit lists. */
export const OWN = ['package.json', 'turbo.json'];
/** The default inputs of `apps/web`. */
export const DEFAULT = [
  '.gitignore',
  'app/(g)/page.tsx',
  'build/x.js',
  'dist/o.js',
  'gen/tracked.log',
  'linkdir',
  'linkdir/k.log',
  'linkdir/l.ts',
  'linkfile',
  'nested/package.json',
  ...OWN,
  ...SRC,
];
/** Names but some. */
export const without = (names: readonly string[], ...gone: readonly string[]): readonly string[] =>
  names.filter((name) => !gone.includes(name));
/** Names that do not lie in a directory. */
export const outside = (names: readonly string[], directory: string): readonly string[] =>
  names.filter((name) => !name.startsWith(`${directory}/`));
