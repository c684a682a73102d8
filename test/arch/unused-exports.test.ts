import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { readSourceFiles, withoutComments, type SourceFile } from './source-files.js';

/**
 * Values (functions, constants, classes) that the product does not use itself, with the reason why they are there.
 * Types are not looked at: one that names a parameter or a result is exported with the function that has it.
 */
const FOR_OTHERS: Readonly<Record<string, string>> = {
  'cli/src/main.ts main': 'entry.ts calls it in the bundle',
  'cli/src/main.ts kindsOfWork': 'load-main.ts calls it in the bundle',
  'packages/store/src/memory/memory-action-store.ts createMemoryActionStore': 'the second implementation of the port',
  'packages/store/src/memory/memory-blob-store.ts createMemoryBlobStore': 'the second implementation of the port',
};

const DECLARATION = /^export (?:abstract |async )*(?:const|function\*?|class) ([\w$]+)/gm;
/** `import { a, type b as c } from 'd'`, and the same with `export`. */
const CLAUSE = /^(import|export)\s+(?:type\s+)?\{([^}]*)\}\s+from\s+'([^']+)'/gm;
const STAR = /^export \* from '([^']+)'/gm;
/** `(await import('d')).a`, `const { a } = await import('d')` and `import('d').then(({ a }) => …)`. */
const LAZY =
  /import\('(?<one>[^']+)'\)\)\.(?<name>[\w$]+)|\{ (?<names>[^}]*) \} = (?:\()?await import\(\s*'(?<many>[^']+)'|import\('(?<later>[^']+)'\)\.then\(\(\{ (?<given>[^}]*) \}\)/g;

interface Use {
  readonly by: SourceFile;
  readonly name: string;
  /** Path of the file that the name is taken from: `packages/x/src/index.ts` for `@tr/x`. */
  readonly from: string;
  readonly isReexport: boolean;
}

const files = readSourceFiles();
const uses = files.flatMap(usesIn);

function usesIn(by: SourceFile): readonly Use[] {
  const clauses = [...by.text.matchAll(CLAUSE)].flatMap(([, word, names = '', specifier = '']) =>
    namesIn(names).map((name) => ({ by, name, from: locate(by, specifier), isReexport: word === 'export' })),
  );
  const lazy = [...by.text.matchAll(LAZY)].flatMap(({ groups: { one, name, names, many, later, given } = {} }) =>
    namesIn(name ?? names ?? given ?? '').map((each) => ({
      by,
      name: each,
      from: locate(by, one ?? many ?? later ?? ''),
      isReexport: false,
    })),
  );
  return [...clauses, ...lazy];
}

function namesIn(list: string): readonly string[] {
  return list
    .split(',')
    .map(
      (part) =>
        part
          .trim()
          .replace(/^type\s+/, '')
          .split(/\s+as\s+|:/)[0] ?? '',
    )
    .filter((name) => name !== '');
}

function locate(by: SourceFile, specifier: string): string {
  const [, name] = /^@tr\/(.+)$/.exec(specifier) ?? [];
  if (name !== undefined) return `${name === 'cache-server' ? '' : 'packages/'}${name}/src/index.ts`;
  if (!specifier.startsWith('.')) return specifier;
  return posix.join(posix.dirname(by.path), specifier).replace('/dist/', '/').replace(/\.js$/, '.ts');
}

interface Declared {
  readonly file: SourceFile;
  readonly name: string;
  /** The package's index.ts, when it passes the name on. */
  readonly index: string | undefined;
}

const declared: readonly Declared[] = files
  .filter(({ isProduct }) => isProduct)
  .flatMap((file) =>
    [...file.text.matchAll(DECLARATION)].map(([, name = '']) => ({ file, name, index: indexOf(file, name) })),
  );

function indexOf(file: SourceFile, name: string): string | undefined {
  const index = files.find(({ path }) => path === `${file.unit}/src/index.ts`);
  if (index === undefined) return undefined;
  const isStarred = [...index.text.matchAll(STAR)].some(([, specifier = '']) => locate(index, specifier) === file.path);
  const isNamed = uses.some((use) => use.isReexport && use.by === index && use.name === name && use.from === file.path);
  return isStarred || isNamed ? index.path : undefined;
}

function usersOf({ file, name, index }: Declared, through: 'any' | 'index'): readonly SourceFile[] {
  const places = through === 'index' ? [index] : [index, file.path];
  return uses
    .filter((use) => !use.isReexport && use.name === name && places.includes(use.from) && use.by !== file)
    .map(({ by }) => by);
}

const labelOf = ({ file, name }: Declared): string => `${file.path} ${name}`;

test('the repository is read as it is written: names, imports and surfaces are found', () => {
  assert.ok(declared.length > 300, `${declared.length} exported values`);
  const known = declared.find(({ name }) => name === 'parseFilter');
  assert.equal(known?.index, 'packages/task-graph/src/index.ts');
  assert.ok(usersOf(known, 'index').some(({ path }) => path === 'cli/src/plan/scope.ts'));
});

test('an exported value is imported by another file', () => {
  assert.deepEqual(
    declared.filter((value) => usersOf(value, 'any').length === 0).map(labelOf),
    [],
    'take the word `export` away',
  );
});

test('an exported value is used by the product, not only by its tests', () => {
  const isUsed = (value: Declared): boolean =>
    withoutComments(value.file.text).split(new RegExp(`(?<![\\w$])${value.name.replaceAll('$', '\\$')}(?![\\w$])`))
      .length > 2 || usersOf(value, 'any').some(({ isProduct, unit }) => isProduct || unit === 'scripts');
  const unused = declared.filter((value) => !isUsed(value)).map(labelOf);
  assert.deepEqual(
    unused.filter((label) => FOR_OTHERS[label] === undefined),
    [],
    'dead: delete it, or give the reason in FOR_OTHERS',
  );
  assert.deepEqual(
    Object.keys(FOR_OTHERS).filter((label) => !unused.includes(label)),
    [],
    'in FOR_OTHERS without need',
  );
});

test('a value in index.ts is taken from there by somebody', () => {
  assert.deepEqual(
    declared.filter((value) => value.index !== undefined && usersOf(value, 'index').length === 0).map(labelOf),
    [],
    'the surface of a package is what others use: take it out of index.ts',
  );
});
