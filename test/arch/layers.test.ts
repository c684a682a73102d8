import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { LAYERS, NOT_IMPORTED, PROCESS_FILES, PURE_PACKAGES, SURROUNDINGS, SURROUNDINGS_FILES } from './layers.js';
import { ROOT, withoutComments } from './source-files.js';

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|(?:^|\n)\s*import\s+'([^']+)'|\brequire\(\s*'([^']+)'\s*\)/g;

function sourcesOf(directory: string): string[] {
  const src = join(ROOT, directory, 'src');
  return readdirSync(src, { recursive: true })
    .map((file) => join(directory, 'src', String(file)))
    .filter((file) => file.endsWith('.ts') && statSync(join(ROOT, file)).isFile());
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? match[4] ?? '');
}

/** `semver/classes/range.js` is a file of `semver`. */
function packageOf(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

const packages = Object.entries(LAYERS).filter(([name]) => name !== 'test');

for (const [name, row] of packages) {
  test(`${name} imports only what its layer lists`, () => {
    const wrong: string[] = [];
    for (const file of sourcesOf(row.directory)) {
      for (const specifier of importsOf(file)) {
        if (specifier.startsWith('.')) continue;
        if (isBuiltin(specifier)) {
          const pure = (PURE_PACKAGES as readonly string[]).includes(name);
          if (pure) wrong.push(`${file}: ${specifier}: ${name} is pure, no Node APIs`);
          continue;
        }
        // A file of an external package may be named (semver documents that); an internal package has one surface.
        const external = packageOf(specifier);
        const isAllowed =
          row.internal.some((internal) => specifier === `@tr/${internal}`) || row.external.includes(external);
        if (!isAllowed)
          wrong.push(`${file}: ${specifier}: the layer row of ${name} does not list it (no deep imports either)`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  test(`${name}: package.json and tsconfig.json mirror its layer`, () => {
    const manifest = JSON.parse(readFileSync(join(ROOT, row.directory, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
      peerDependencies?: Record<string, string>;
    };
    const allowed = new Set([...row.internal.map((internal) => `@tr/${internal}`), ...row.external]);
    const extra = Object.keys(manifest.dependencies ?? {}).filter(
      (dependency) => !allowed.has(dependency) && !dependency.startsWith('@types/'),
    );
    assert.deepEqual(extra, [], 'dependencies beyond the layer row');
    const listed = { ...manifest.dependencies, ...manifest.peerDependencies };
    assert.deepEqual(
      [...allowed].filter((dependency) => listed[dependency] === undefined),
      [],
      'in the layer row without need',
    );
    const imported = new Set(sourcesOf(row.directory).flatMap(importsOf).map(packageOf));
    const unused = Object.keys(manifest.dependencies ?? {}).filter((dependency) => !imported.has(dependency));
    assert.deepEqual(
      unused.filter((dependency) => NOT_IMPORTED[`${name} ${dependency}`] === undefined),
      [],
      'dependencies that nothing imports',
    );
    const tsconfig = JSON.parse(readFileSync(join(ROOT, row.directory, 'tsconfig.json'), 'utf8')) as {
      references: { path: string }[];
    };
    const references = tsconfig.references.map(({ path }) => path.split('/').at(-1) ?? '');
    assert.deepEqual(references.sort(), [...row.internal].sort(), 'references are the layer row');
  });
}

test('the layers have no circle', () => {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): void => {
    assert.ok(!path.includes(name), `circle: ${[...path, name].join(' -> ')}`);
    if (done.has(name)) return;
    for (const internal of LAYERS[name]?.internal ?? []) visit(internal, [...path, name]);
    done.add(name);
  };
  for (const name of Object.keys(LAYERS)) visit(name, []);
});

test('ARCHITECTURE.md has the same table, and a package lies above all that it imports', () => {
  const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  const rows = [...text.matchAll(/^\| (\d) +\| `([\w-]+)` +\|[^|]*\| ([^|]*?) +\|$/gm)].map(
    ([, layer, name = '', imports = '']) => ({ layer: Number(layer), name, imports }),
  );
  assert.deepEqual(rows.map(({ name }) => name).sort(), Object.keys(LAYERS).sort());
  const layerOf = new Map(rows.map(({ name, layer }) => [name, layer]));
  for (const { layer, name, imports } of rows) {
    const internal = LAYERS[name]?.internal ?? [];
    const told = imports === '–' ? [] : imports.split(', ');
    if (imports !== 'any') assert.deepEqual(told.sort(), [...internal].sort(), name);
    const above = internal.filter((each) => (layerOf.get(each) ?? Infinity) >= layer);
    assert.deepEqual(above, [], `${name} is in layer ${layer}`);
  }
});

test('the map and what it points to name files that are there', () => {
  const documents = ['ARCHITECTURE.md', 'cli/README.md', 'packages/store/LAYOUT.md', 'packages/quick/NODE.md'];
  const text = documents.map((document) => readFileSync(join(ROOT, document), 'utf8')).join('\n');
  const paths = [...text.matchAll(/`((?:packages|cli|cache-server|test|docs)\/[\w./-]+)`/g)].map(
    ([, path = '']) => path,
  );
  assert.ok(paths.length > 30, `${paths.length} paths`);
  assert.deepEqual(
    paths.filter((path) => !existsSync(join(ROOT, path))),
    [],
  );
});

test('every package on disk has a layer row', () => {
  const onDisk = readdirSync(join(ROOT, 'packages')).sort();
  const listed = packages
    .filter(([, row]) => row.directory.startsWith('packages/'))
    .map(([name]) => name)
    .sort();
  assert.deepEqual(onDisk, listed);
});

test('processes are started in the listed files only', () => {
  const wrong = packages
    .flatMap(([, row]) => sourcesOf(row.directory))
    .filter((file) =>
      importsOf(file).some((specifier) => specifier === 'node:child_process' || specifier === 'child_process'),
    )
    .filter((file) => PROCESS_FILES[file] === undefined);
  assert.deepEqual(wrong, []);
});

test('environment, arguments, exit and console are touched in cli and the main file of the server only', () => {
  const wrong = packages
    .filter(([name]) => name !== 'cli')
    .flatMap(([, row]) => sourcesOf(row.directory))
    .filter((file) => !SURROUNDINGS_FILES.includes(file))
    .filter((file) => SURROUNDINGS.test(withoutComments(readFileSync(join(ROOT, file), 'utf8'))));
  assert.deepEqual(wrong, []);
});
