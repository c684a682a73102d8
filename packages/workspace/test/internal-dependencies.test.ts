import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadOk, packageOf } from './support/load.js';
import { pkg, type Tree } from './support/tree.js';

// Every row was seen in the output of turbo 2.11.11 (`--dry=json`, edges of a `^build` graph).

interface Setup {
  readonly manager: string;
  readonly files?: Tree;
  readonly yaml?: string;
  readonly lib?: Readonly<Record<string, unknown>>;
  readonly root?: Readonly<Record<string, unknown>>;
}

function toTree(
  { manager, files = {}, yaml = '', lib = {}, root = {} }: Setup,
  app: Readonly<Record<string, unknown>>,
) {
  return {
    'package.json': { name: 'root', packageManager: manager, workspaces: ['packages/*'], ...root },
    ...(manager.startsWith('pnpm') ? { 'pnpm-workspace.yaml': `packages: ['packages/*']\n${yaml}` } : {}),
    'packages/lib/package.json': pkg('lib', lib),
    'packages/app/package.json': pkg('app', app),
    ...files,
  };
}

async function isInternal(setup: Setup, specifier: string): Promise<boolean> {
  const workspace = await loadOk(toTree(setup, { dependencies: { lib: specifier } }));
  const app = packageOf(workspace, 'app');
  const internal = app.internalDependencies.includes(packageOf(workspace, 'lib').name);
  assert.equal(Object.hasOwn(app.externalDependencies, 'lib'), !internal);
  return internal;
}

const LINKING = ['npm@10.0.0', 'yarn@1.22.19', 'yarn@4.5.0', 'bun@1.2.0', 'pnpm@6.35.1', 'pnpm@7.1.0', 'pnpm@8.15.9'];

/** [specifier, is internal for managers that link by range, is internal for pnpm 9 and later] */
const SPECIFIERS: readonly (readonly [string, boolean, boolean])[] = [
  ['*', true, false],
  ['latest', true, false],
  ['next', true, false],
  ['', true, false],
  ['^', true, false],
  ['x', true, false],
  ['1.0.0', true, false],
  ['=1.0.0', true, false],
  ['v1.0.0', true, false],
  ['~1', true, false],
  [' ^1.0.0 ', true, false],
  ['>= 1.0.0', true, false],
  ['>=1 <2', true, false],
  ['1.0.0 - 2.0.0', true, false],
  ['1.x || 2.x', true, false],
  ['^1.0.0 || latest', true, false],
  ['^2.0.0', false, false],
  ['npm:^1.0.0', true, false],
  ['npm:*', true, false],
  ['npm:^2.0.0', false, false],
  ['npm:lib@^1.0.0', false, false],
  ['npm:lib@*', false, false],
  ['npm:lib@latest', false, false],
  ['npm:other@^1.0.0', false, false],
  ['npm:@scope/lib@1.0.0', false, false],
  ['npm:lib', true, false],
  ['npm:other', true, false],
  ['npm:@scope/lib', true, false],
  ['npm:', true, false],
  ['npm:latest', true, false],
  ['file:../lib', true, false],
  ['link:../lib', true, false],
  ['file:../other', true, false],
  ['file:../../../out', false, false],
  ['link:../../../out', false, false],
  ['./lib', true, false],
  ['user/repo', true, false],
  ['portal:../lib', false, false],
  ['catalog:', false, false],
  ['catalog:default', false, false],
  ['git+ssh://example.org/lib', false, false],
  ['workspace:*', true, true],
  ['workspace:^9', true, true],
  ['workspace:../lib', true, true],
  ['workspace:packages/lib', true, true],
  ['workspace:lib@*', true, true],
  ['workspace:other@*', false, false],
  ['workspace:../nothing', false, false],
  ['workspace:../../../out/lib', false, false],
];

describe('internal dependencies by specifier', () => {
  for (const [specifier, linking, strict] of SPECIFIERS) {
    it(JSON.stringify(specifier), async () => {
      for (const manager of LINKING) assert.equal(await isInternal({ manager }, specifier), linking, manager);
      for (const manager of ['pnpm@9.0.0', 'pnpm@10.2.0', 'pnpm@9.0.0-rc.1']) {
        assert.equal(await isInternal({ manager }, specifier), strict, manager);
      }
    });
  }
});

/** [version of the package, specifier, is internal] */
const VERSIONS: readonly (readonly [string | undefined, string, boolean])[] = [
  [undefined, '^1.0.0', false],
  [undefined, 'latest', false],
  [undefined, '', false],
  [undefined, '*', true],
  [undefined, 'workspace:^1', true],
  [undefined, 'file:../lib', true],
  ['', '^1.0.0', false],
  ['sometag', '^1.0.0', true],
  ['1.0', '^1.0.0', true],
  ['v1.0.0', '^1.0.0', true],
  ['1.0.0+build', '1.0.0', true],
  ['0.0.0', '0.0.1', false],
  ['2.0.0-beta.1', '^2.0.0', false],
  ['2.0.0-beta.1', '>=1.0.0', false],
  ['2.0.0-beta.1', 'x', false],
  ['2.0.0-beta.1', '*', true],
  ['2.0.0-beta.1', '', true],
  ['2.0.0-beta.1', '^2.0.0-beta.0', true],
];

describe('internal dependencies by version', () => {
  for (const [version, specifier, expected] of VERSIONS) {
    it(`${JSON.stringify(specifier)} against ${JSON.stringify(version)}`, async () => {
      assert.equal(await isInternal({ manager: 'npm@10.0.0', lib: { version } }, specifier), expected);
    });
  }
});

const TRUE = 'linkWorkspacePackages: true\n';
/** [what, setup, specifier, is internal] */
const SETTINGS: readonly (readonly [string, Setup, string, boolean])[] = [
  ['pnpm 9, yaml true', { manager: 'pnpm@9.0.0', yaml: TRUE }, '^1.0.0', true],
  ['pnpm 9, yaml true, out of range', { manager: 'pnpm@9.0.0', yaml: TRUE }, '^2.0.0', false],
  ['pnpm 9, yaml deep', { manager: 'pnpm@9.0.0', yaml: 'linkWorkspacePackages: deep\n' }, '^1.0.0', true],
  ['pnpm 9, yaml false', { manager: 'pnpm@9.0.0', yaml: 'linkWorkspacePackages: false\n' }, '^1.0.0', false],
  ['pnpm 8, yaml false', { manager: 'pnpm@8.0.0', yaml: 'linkWorkspacePackages: false\n' }, '^1.0.0', true],
  ['pnpm 9, npmrc true', npmrc('pnpm@9.0.0', 'link-workspace-packages=true'), '^1.0.0', true],
  ['pnpm 9, npmrc deep', npmrc('pnpm@9.0.0', 'link-workspace-packages=deep'), '^1.0.0', true],
  ['pnpm 9, npmrc quoted', npmrc('pnpm@9.0.0', '; a\n# b\nlink-workspace-packages = "true"\n'), '^1.0.0', true],
  ['pnpm 8, npmrc false', npmrc('pnpm@8.0.0', 'link-workspace-packages=false'), '^1.0.0', false],
  ['pnpm 8, npmrc false, workspace:', npmrc('pnpm@8.0.0', 'link-workspace-packages=false'), 'workspace:*', true],
  [
    'pnpm 9, yaml wins over npmrc',
    { ...npmrc('pnpm@9.0.0', 'link-workspace-packages=true'), yaml: 'linkWorkspacePackages: false\n' },
    '^1.0.0',
    false,
  ],
  ['berry, transparent', yarnrc('yarn@4.0.0', true), '^1.0.0', true],
  ['berry, not transparent', yarnrc('yarn@4.0.0', false), '^1.0.0', false],
  ['berry, not transparent, star', yarnrc('yarn@4.0.0', false), '*', false],
  ['berry, not transparent, file:', yarnrc('yarn@4.0.0', false), 'file:../lib', false],
  ['berry, not transparent, workspace:', yarnrc('yarn@4.0.0', false), 'workspace:*', true],
  ['yarn 1 reads no .yarnrc.yml', yarnrc('yarn@1.22.0', false), '^1.0.0', true],
  ['catalog, pnpm 9', { manager: 'pnpm@9.0.0', yaml: 'catalog: {lib: ^1.0.0}\n' }, 'catalog:', false],
  ['catalog of workspace:', { manager: 'pnpm@9.0.0', yaml: "catalog: {lib: 'workspace:*'}\n" }, 'catalog:', true],
  ['catalog, linking', { manager: 'pnpm@9.0.0', yaml: `${TRUE}catalog: {lib: ^1.0.0}\n` }, 'catalog:', true],
  ['catalog, out of range', { manager: 'pnpm@9.0.0', yaml: `${TRUE}catalog: {lib: ^9.0.0}\n` }, 'catalog:', false],
  ['catalog:default', { manager: 'pnpm@9.0.0', yaml: `${TRUE}catalog: {lib: '*'}\n` }, 'catalog:default', true],
  ['named catalog', { manager: 'pnpm@9.0.0', yaml: `${TRUE}catalogs: {x: {lib: ^1.0.0}}\n` }, 'catalog:x', true],
  ['unknown catalog', { manager: 'pnpm@9.0.0', yaml: `${TRUE}catalogs: {x: {lib: ^1.0.0}}\n` }, 'catalog:y', false],
  ['catalogs.default', { manager: 'pnpm@9.0.0', yaml: `${TRUE}catalogs: {default: {lib: '*'}}\n` }, 'catalog:', false],
  ['catalog, pnpm 8', { manager: 'pnpm@8.0.0', yaml: 'catalog: {lib: ^1.0.0}\n' }, 'catalog:', true],
  ['catalog, bun', { manager: 'bun@1.2.0', root: { catalog: { lib: '^1.0.0' } } }, 'catalog:', false],
  [
    'catalog, berry',
    { manager: 'yarn@4.10.0', files: { '.yarnrc.yml': 'catalog: {lib: ^1.0.0}\n' } },
    'catalog:',
    false,
  ],
];

function npmrc(manager: string, text: string): Setup {
  return { manager, files: { '.npmrc': text } };
}

function yarnrc(manager: string, transparent: boolean): Setup {
  return { manager, files: { '.yarnrc.yml': `enableTransparentWorkspaces: ${transparent}\n` } };
}

describe('internal dependencies by setting', () => {
  for (const [what, setup, specifier, expected] of SETTINGS) {
    it(`${what}: ${specifier}`, async () => assert.equal(await isInternal(setup, specifier), expected));
  }
});

/** [what, package.json of app, is internal] */
const KINDS: readonly (readonly [string, Readonly<Record<string, unknown>>, boolean])[] = [
  ['dependencies', { dependencies: { lib: '*' } }, true],
  ['devDependencies', { devDependencies: { lib: '*' } }, true],
  ['optionalDependencies', { optionalDependencies: { lib: '*' } }, true],
  ['peerDependencies alone', { peerDependencies: { lib: '*' } }, false],
  ['peer and dev', { peerDependencies: { lib: '*' }, devDependencies: { lib: '*' } }, true],
  ['dependencies win over dev', { dependencies: { lib: '^9' }, devDependencies: { lib: '*' } }, false],
  ['dependencies win over optional', { dependencies: { lib: '*' }, optionalDependencies: { lib: '^9' } }, true],
  ['optional wins over dev', { devDependencies: { lib: '*' }, optionalDependencies: { lib: '^9' } }, false],
  ['an alias by name', { dependencies: { other: 'workspace:lib@*' } }, true],
  ['an alias with a version range', { dependencies: { other: 'workspace:lib@^1.0.0' } }, false],
  ['an alias by path', { dependencies: { other: 'workspace:../lib' } }, true],
  ['an alias by path from the root', { dependencies: { other: 'workspace:packages/lib' } }, true],
  ['a file: under another name', { dependencies: { other: 'file:../lib' } }, false],
];

describe('internal dependencies by kind', () => {
  for (const [what, app, expected] of KINDS) {
    it(what, async () => {
      const workspace = await loadOk(toTree({ manager: 'npm@10.0.0' }, app));
      assert.deepEqual(packageOf(workspace, 'app').internalDependencies, expected ? ['lib'] : []);
    });
  }

  it('gives the root package its edges, and nobody an edge to it', async () => {
    const setup = { manager: 'npm@10.0.0', root: { version: '1.0.0', dependencies: { lib: '*' } } };
    const workspace = await loadOk(toTree(setup, { dependencies: { root: '*' } }));
    assert.deepEqual(packageOf(workspace, '//').internalDependencies, ['lib']);
    assert.deepEqual(packageOf(workspace, 'app').internalDependencies, []);
  });
});
