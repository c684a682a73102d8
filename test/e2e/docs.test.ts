/** What README and docs show is tried: configurations are read, commands are run. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { parseConfigFile } from '@tr/config';
import { disposeAfterEach } from '../rig/dispose-after-each.js';
import { execTr } from '../rig/exec-tr.js';
import { createSample } from '../rig/samples.js';
import { createRoot, createWorkspace, type TestWorkspace, type Tree } from '../rig/workspace.js';

const keep = disposeAfterEach();

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter((path) =>
  path.endsWith('.md'),
);

interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

/** Every fenced block of a page. */
function blocksOf(page: string): readonly Block[] {
  const source = readFileSync(join(ROOT, page), 'utf8');
  return [...source.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(({ index, 1: language = '', 2: text = '' }) => ({
    page,
    line: source.slice(0, index).split('\n').length,
    language,
    text,
  }));
}

const BLOCKS = PAGES.flatMap(blocksOf);

/** Whole configuration files; the reference page shows single keys, and has a test of its own. */
const CONFIGS = BLOCKS.filter(({ language, text }) => language === 'jsonc' && text.startsWith('{'));

test('there are configurations to try', () => assert.ok(CONFIGS.length >= 4));

for (const { page, line, text } of CONFIGS) {
  test(`${page}:${line} is a sound configuration`, () => {
    const place = text.includes('"extends"') ? 'package' : 'root';
    const { diagnostics } = parseConfigFile(text, { path: 'turbo-like.config.json', kind: 'own', place });
    assert.deepEqual(diagnostics, []);
  });
}

/** `web` and the like, as the pages name them; every task they run is there. */
function createExample(): TestWorkspace {
  return keep(
    createSample({
      config: {
        services: { db: { type: 'postgres' }, redis: { type: 'redis' } },
        tasks: { test: {}, lint: {}, seed: { command: 'true', snapshot: { service: 'db', steps: [] } } },
      },
      files: {
        'apps/web/package.json': { json: { name: 'web', version: '1.0.0', scripts: { build: 'true', test: 'true' } } },
        'services/pricing/package.json': { json: { name: 'pricing', scripts: { test: 'true' } } },
        'package.json': {
          json: {
            name: 'shop',
            private: true,
            packageManager: 'npm@10.8.2',
            workspaces: ['packages/*', 'apps/*', 'services/*'],
          },
        },
      },
    }),
  );
}

/** What a recipe for a CI system runs, as it would be typed: `taskrun` is `tr` under a name that is nobody else's. */
const RECIPES = BLOCKS.filter(({ language }) => language === 'yaml').map((block) => ({
  ...block,
  text: block.text.replaceAll(/^[ -]*(?:run: )?npx --no taskrun /gm, '$ tr '),
}));

const CALLS = [...BLOCKS.filter(({ language }) => language === 'console'), ...RECIPES].flatMap(({ page, line, text }) =>
  text
    .split('\n')
    .filter((each) => each.startsWith('$ tr '))
    .map((each, at) => ({
      where: `${page}:${line + at + 1}`,
      call: each
        .slice(2)
        .replace(/ +#.*$/, '')
        .trim(),
    })),
);

/** The part of the library that is used. */
interface Yaml {
  readonly loadAll: (text: string) => readonly unknown[];
}

test('recipes for CI systems are YAML, and run something', () => {
  const { loadAll } = createRequire(import.meta.url)('js-yaml') as Yaml;
  const blocks = BLOCKS.filter(({ language }) => language === 'yaml');
  assert.ok(blocks.length >= 4);
  for (const { page, line, text } of blocks)
    for (const document of loadAll(text)) assert.equal(typeof document, 'object', `${page}:${line}`);
  assert.equal(RECIPES.filter(({ text }) => /^\$ tr run /m.test(text)).length, 5);
});

/** In which directories the sources lie that read variables. */
const SOURCES = [
  'cli/src',
  'cache-server/src',
  ...readdirSync(join(ROOT, 'packages')).map((name) => `packages/${name}/src`),
];

test('every variable TR_… that a page names is known to the sources', () => {
  const known = new Set<string>();
  for (const folder of SOURCES)
    for (const file of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.ts'))
        for (const [name, word] of readFileSync(join(ROOT, folder, file), 'utf8').matchAll(
          /\bTR_[A-Z_]*[A-Z]\b|'(?!TR_)([A-Z_]{3,})'/g,
        ))
          // Options are looked up by their names without the prefix.
          known.add(word === undefined ? name : `TR_${word}`);
  const unknown = PAGES.flatMap((page) =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\bTR_(?!CACHE_)[A-Z_]*[A-Z]\b/g)]
      .filter(([name]) => !known.has(name))
      .map(([name]) => `${page}: ${name}`),
  );
  assert.deepEqual(unknown, []);
});

test('docs/command-line.md names every variable that the command line reads', () => {
  const page = readFileSync(join(ROOT, 'docs/command-line.md'), 'utf8');
  const read = readdirSync(join(ROOT, 'cli/src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const source = readFileSync(join(ROOT, 'cli/src', file), 'utf8');
      const plain = [...source.matchAll(/\b(?:environment|env)\['([A-Z_]+)'\]/g)].map(([, name = '']) => name);
      const prefixed = [...source.matchAll(/\b(?:find|read)Variable\([a-z.]*[eE]nvironment, '([A-Z_]+)'\)/g)];
      return [...plain, ...prefixed.map(([, name = '']) => `TR_${name}`)];
    });
  assert.ok(read.length > 10);
  // Where a user's files are is the system's to say; what GitHub gives a job that may ask for a token goes with `TR_OIDC_AUDIENCE`.
  const isOthers = (name: string): boolean => name === 'HOME' || name.startsWith('ACTIONS_ID_TOKEN');
  const unnamed = read.filter((name) => !page.includes(`\`${name}\``) && !isOthers(name));
  assert.deepEqual(unnamed, []);
});

/** Every Markdown page beside the code. */
const ALL_PAGES = [
  '.',
  'docs',
  'cli',
  'cache-server',
  ...['packages', 'examples', 'integrations'].flatMap((each) =>
    readdirSync(join(ROOT, each)).map((name) => `${each}/${name}`),
  ),
].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name)),
);

/** As code hosts make them of a heading. */
function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

test('every link to a page, a file or a heading of this repository leads somewhere', () => {
  const withoutBlocks = (path: string): string =>
    readFileSync(join(ROOT, path), 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '');
  const hasHeading = (path: string, anchor: string): boolean =>
    [...withoutBlocks(path).matchAll(/^#+ (.+)$/gm)].some(([, heading = '']) => toAnchor(heading) === anchor);
  const leadsNowhere = (page: string, link: string): boolean => {
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? page : join(dirname(page), path);
    return !existsSync(join(ROOT, target)) || (anchor !== undefined && !hasHeading(target, anchor));
  };
  const links = ALL_PAGES.flatMap((page) =>
    [...withoutBlocks(page).matchAll(/\]\((?![a-z]+:)([^)\s]+)\)/g)].map(([, link = '']) => ({ page, link })),
  );
  assert.ok(links.length > 50);
  assert.deepEqual(
    links.filter(({ page, link }) => leadsNowhere(page, link)),
    [],
  );
});

test('docs/command-line.md has every option of the help, and no other', async () => {
  const page = readFileSync(join(ROOT, 'docs/command-line.md'), 'utf8');
  const optionsOf = (text: string): ReadonlySet<string> =>
    new Set([...text.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option));
  const calls = [...readFileSync(join(ROOT, 'docs/command-line.md'), 'utf8').matchAll(/`tr ([a-z]+(?: [a-z]+)?)/g)];
  assert.ok(calls.length >= 8);
  const help = await Promise.all(
    calls.map(async ([, words = '']) => (await execTr(ROOT, [...words.split(' '), '--help'])).stdout),
  );
  const shown = help.map((text) => text.split('\nOptions\n')[1]?.split('\n\n')[0] ?? '').join('\n');
  assert.deepEqual([...optionsOf(page)].sort(), [...optionsOf(shown)].sort());
});

test('there are commands to try', () => assert.ok(CALLS.length >= 10));

for (const { where, call } of CALLS) {
  test(`${where}: ${call}`, async () => {
    const example = createExample();
    const run = await example.tr(
      call
        .split(' ')
        .slice(1)
        .map((word) => word.replaceAll("'", '')),
    );
    assert.equal(run.exitCode, 0, run.stderr);
    assert.doesNotMatch(run.stderr, /^(?:usage|config|graph)\//m);
    if (call.startsWith('tr services up')) await example.tr(['services', 'down']);
  });
}

/** Stands for the interpreter: says its version, and what it was asked to do. */
const PYTHON = '#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.12.1" || echo "ran $*"\n';

test('the Django example of the README, as it is shown', async () => {
  const config = CONFIGS.find(({ page }) => page === 'README.md')?.text ?? '';
  assert.match(config, /manage\.py test/);
  const files: Tree = {
    'turbo-like.config.json': config,
    'manage.py': 'main()\n',
    'orders/models.py': 'class Order: pass\n',
    'requirements.txt': 'Django\n',
  };
  const bin = createRoot();
  keep(createWorkspace({ python3: PYTHON }, { root: bin, git: false }));
  chmodSync(join(bin, 'python3'), 0o755);
  const workspace = keep(createWorkspace(files));
  const env = { PATH: `${bin}:${process.env['PATH']}` };
  const first = await workspace.tr(['run', 'test'], { env });
  assert.equal(first.exitCode, 0, first.stderr);
  assert.match(first.stdout, /^check: ran manage\.py check$/m);
  assert.match(first.stdout, /^test: ran manage\.py test$/m);
  const again = await workspace.tr(['run', 'test', '--log-format=json'], { env, cwd: 'orders' });
  assert.deepEqual(again.outcomes, { '//#check': 'fresh', '//#test': 'fresh' });
  workspace.write({ 'orders/models.py': 'class Order:\n    total = 0\n' });
  const why = await workspace.tr(['why', 'test'], { env });
  assert.match(why.stdout, /~ orders\/models\.py/);
  const other = await workspace.tr(['why', 'test'], { env: { ...env, DJANGO_DEBUG: '1' } });
  assert.match(other.stdout, /\+ DJANGO_DEBUG/);
});
