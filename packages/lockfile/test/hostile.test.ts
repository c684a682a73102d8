import type { PackageManagerName, PackageName } from '@tr/model';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LockedDependent } from '../src/index.js';
import { parseLockfile } from '../src/index.js';
import { FIXTURES } from './fixtures.js';

const DEPENDENT: LockedDependent = {
  name: 'a' as PackageName,
  directory: 'a',
  externalDependencies: { x: '1.0.0', __proto__x: '1', constructor: '1', toString: '1' },
  internalDependencies: [],
};

const KINDS: readonly PackageManagerName[] = ['npm', 'pnpm', 'yarn', 'berry', 'bun'];

interface Refused {
  readonly kind: PackageManagerName;
  readonly what: string;
  readonly text: string;
  readonly code?: string;
}

const deep = 200_000;
const REFUSED: readonly Refused[] = [
  { kind: 'npm', what: 'no JSON', text: '{' },
  { kind: 'npm', what: 'a list', text: '[]' },
  { kind: 'npm', what: 'null', text: 'null' },
  { kind: 'npm', what: 'a merge conflict', text: '<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> x\n' },
  { kind: 'npm', what: 'packages as a list', text: '{"lockfileVersion":3,"packages":[]}' },
  { kind: 'npm', what: 'an entry that is text', text: '{"lockfileVersion":3,"packages":{"node_modules/x":"1"}}' },
  {
    kind: 'npm',
    what: 'a version that is a number',
    text: '{"lockfileVersion":3,"packages":{"node_modules/x":{"version":1}}}',
  },
  {
    kind: 'npm',
    what: 'dependencies that are text',
    text: '{"lockfileVersion":3,"packages":{"node_modules/x":{"version":"1","dependencies":"y"}}}',
  },
  {
    kind: 'npm',
    what: 'integrity that is an object',
    text: '{"lockfileVersion":3,"packages":{"node_modules/x":{"version":"1","integrity":{}}}}',
  },
  { kind: 'npm', what: 'an entry of version 1 that is a list', text: '{"lockfileVersion":1,"dependencies":{"x":[]}}' },
  {
    kind: 'npm',
    what: 'devDependencies of a package that are a list',
    text: '{"lockfileVersion":3,"packages":{"packages/a":{"devDependencies":[]}}}',
  },
  {
    kind: 'npm',
    what: 'a devDependency of a package that is no text',
    text: '{"lockfileVersion":3,"packages":{"packages/a":{"devDependencies":{"x":1}}}}',
  },
  { kind: 'npm', what: 'a later version', text: '{"lockfileVersion":4}', code: 'lockfile/unknown-version' },
  {
    kind: 'npm',
    what: 'a version that is an object',
    text: '{"lockfileVersion":{}}',
    code: 'lockfile/unknown-version',
  },
  { kind: 'pnpm', what: 'no YAML', text: 'a: [' },
  { kind: 'pnpm', what: 'text alone', text: 'hello' },
  { kind: 'pnpm', what: 'nothing', text: '', code: 'lockfile/unknown-version' },
  {
    kind: 'pnpm',
    what: 'a merge conflict',
    text: "lockfileVersion: '9.0'\n<<<<<<< HEAD\npackages: {}\n=======\n>>>>>>> x\n",
  },
  { kind: 'pnpm', what: 'a later version', text: "lockfileVersion: '10.0'", code: 'lockfile/unknown-version' },
  { kind: 'pnpm', what: 'packages as a list', text: "lockfileVersion: '9.0'\npackages: [a]\n" },
  {
    kind: 'pnpm',
    what: 'a dependency without a version',
    text: "lockfileVersion: '9.0'\nimporters:\n  a:\n    dependencies:\n      x: {specifier: '1'}\n",
  },
  {
    kind: 'pnpm',
    what: 'a reference that is a list',
    text: "lockfileVersion: '9.0'\nimporters: {}\nsnapshots:\n  x@1:\n    dependencies:\n      y: [1]\n",
  },
  { kind: 'pnpm', what: 'deep nesting', text: `lockfileVersion: ${'['.repeat(deep)}` },
  {
    kind: 'pnpm',
    what: 'deep settings',
    text: `lockfileVersion: '9.0'\nsettings: ${'{a: '.repeat(50)}1${'}'.repeat(50)}`,
  },
  {
    kind: 'pnpm',
    what: 'specifiers that are a list',
    text: 'lockfileVersion: 5.4\nimporters:\n  a:\n    specifiers: [x]\n    dependencies: {x: 1.0.0}\n',
  },
  {
    kind: 'pnpm',
    what: 'a specifier that is a list',
    text: "lockfileVersion: '9.0'\nimporters:\n  a:\n    dependencies:\n      x: {specifier: [1], version: 1.0.0}\n",
  },
  { kind: 'yarn', what: 'no lockfile', text: '# yarn lockfile v1\n\nx@1:\n  version\n' },
  { kind: 'yarn', what: 'an entry that is text', text: '# yarn lockfile v1\n\n"x@1" "y"\n' },
  {
    kind: 'yarn',
    what: 'a merge conflict',
    text: '# yarn lockfile v1\n\n<<<<<<< HEAD\nx@1:\n  version "1"\n=======\n>>>>>>> x\n',
  },
  { kind: 'berry', what: 'an older version', text: '__metadata:\n  version: 3\n', code: 'lockfile/unknown-version' },
  { kind: 'berry', what: 'an entry that is text', text: '__metadata:\n  version: 8\n"x@npm:1": y\n' },
  {
    kind: 'berry',
    what: 'dependencies as a list',
    text: '__metadata:\n  version: 8\n"x@npm:1":\n  version: 1\n  dependencies: [a]\n',
  },
  { kind: 'bun', what: 'no JSON', text: '{"lockfileVersion": 1,' },
  { kind: 'bun', what: 'a later version', text: '{"lockfileVersion": 99}', code: 'lockfile/unknown-version' },
  { kind: 'bun', what: 'no version', text: '{}', code: 'lockfile/unknown-version' },
  { kind: 'bun', what: 'an entry that is an object', text: '{"lockfileVersion":1,"packages":{"x":{}}}' },
  { kind: 'bun', what: 'an entry without a name', text: '{"lockfileVersion":1,"packages":{"x":[]}}' },
  { kind: 'bun', what: 'a workspace that is text', text: '{"lockfileVersion":1,"workspaces":{"a":"b"}}' },
  { kind: 'bun', what: 'a name that is no text', text: '{"lockfileVersion":1,"workspaces":{"a":{"name":1}}}' },
  {
    kind: 'bun',
    what: 'devDependencies that are text',
    text: '{"lockfileVersion":1,"workspaces":{"a":{"devDependencies":"x"}}}',
  },
  {
    kind: 'bun',
    what: 'the binary format',
    text: '#!/usr/bin/env bun\nbun-lockfile-format-v0\n',
    code: 'lockfile/binary',
  },
  { kind: 'bun', what: 'bytes', text: 'a\0b', code: 'lockfile/binary' },
];

describe('a lockfile that is none', () => {
  for (const { kind, what, text, code = 'lockfile/unreadable' } of REFUSED) {
    it(`is refused: ${kind}, ${what}`, async () => {
      const parsed = await parseLockfile(kind, text, { file: 'the.lock' });
      assert.ok(!parsed.ok, 'was accepted');
      assert.equal(parsed.failure.code, code);
      assert.equal(parsed.failure.file, 'the.lock');
      if (parsed.failure.code === 'lockfile/unreadable') assert.notEqual(parsed.failure.detail, '');
    });
  }

  it('is refused by its name when it is the binary one of Bun', async () => {
    const parsed = await parseLockfile('bun', '', { file: 'bun.lockb' });
    assert.deepEqual(parsed, { ok: false, failure: { code: 'lockfile/binary', file: 'bun.lockb' } });
  });

  for (const kind of KINDS)
    it(`is refused or read, never a crash, when it nests deeply: ${kind}`, async () => {
      for (const [open, close] of [
        ['{"a":', '}'],
        ['[', ']'],
        ['{"dependencies":{"x":', '}}'],
      ] as const)
        await parseLockfile(
          kind,
          `{"lockfileVersion":1,"dependencies":${open.repeat(20_000)}1${close.repeat(20_000)}}`,
          { file: 'f' },
        );
    });
});

describe('a lockfile with hostile names', () => {
  const ENTRY =
    '{"version":"1.0.0","integrity":"i","dependencies":{"__proto__":"1","constructor":"1","hasOwnProperty":"1"}}';
  const TEXTS: Readonly<Record<PackageManagerName, string>> = {
    npm: `{"lockfileVersion":3,"__proto__":{"packages":1},"packages":{"__proto__":{"version":"9"},"node_modules/__proto__":${ENTRY},"node_modules/x":${ENTRY},"a":{"dependencies":{"x":"1"}}}}`,
    pnpm: `lockfileVersion: '9.0'\n__proto__: {importers: {}}\nimporters:\n  __proto__: {}\n  a:\n    dependencies:\n      __proto__: {specifier: '1', version: '1.0.0'}\n      x: {specifier: 1.0.0, version: 1.0.0}\npackages:\n  __proto__@1.0.0: {resolution: {integrity: p}}\n  x@1.0.0: {resolution: {integrity: i, __proto__: {a: b}}}\nsnapshots:\n  __proto__: {}\n  x@1.0.0: {dependencies: {__proto__: 1.0.0}}\n`,
    yarn: '# yarn lockfile v1\n\n"__proto__@1":\n  version "1"\n\nx@1.0.0:\n  version "1.0.0"\n  integrity i\n  dependencies:\n    "__proto__" "1"\n    constructor "1"\n',
    berry:
      '__metadata:\n  version: 8\n\n__proto__:\n  version: 1\n\n"x@npm:1.0.0":\n  version: 1.0.0\n  resolution: "x@npm:1.0.0"\n  checksum: i\n  dependencies:\n    __proto__: 1\n    constructor: 1\n',
    bun: `{"lockfileVersion":1,"__proto__":{"packages":{}},"workspaces":{"a":{"name":"a"},"__proto__":{"name":"b"}},"packages":{"__proto__":["__proto__@1"],"x":["x@1.0.0","",${ENTRY},"i"]}}`,
  };
  for (const kind of KINDS)
    it(`finds what is there and pollutes nothing: ${kind}`, async () => {
      const parsed = await parseLockfile(kind, TEXTS[kind], { file: 'f' });
      if (!parsed.ok) assert.fail(JSON.stringify(parsed.failure));
      const closure = parsed.value.closureOf(DEPENDENT);
      assert.match(closure['x@1.0.0'] ?? '', /^i\b/);
      assert.equal(closure['constructor@1'], '');
      assert.equal(closure['toString@1'], '');
      assert.equal(Object.getPrototypeOf(closure), Object.prototype);
      assert.equal(({} as Record<string, unknown>)['version'], undefined);
    });
});

describe('any lockfile cut or changed at random places', () => {
  for (const fixture of FIXTURES)
    it(`is read or refused: ${fixture.name}`, async () => {
      for (let step = 1; step <= 25; step += 1) {
        const at = Math.floor((fixture.text.length * step) / 26);
        for (const text of [
          fixture.text.slice(0, at),
          `${fixture.text.slice(0, at)}{"[:${fixture.text.slice(at + 3)}`,
        ]) {
          const parsed = await parseLockfile(fixture.kind, text, { file: 'f' });
          if (parsed.ok) for (const dependent of fixture.dependents) parsed.value.closureOf(dependent);
        }
      }
    });
});

describe('a lockfile that would take all memory or time', () => {
  const many = 30_000;
  const list = (line: (index: number) => string): string =>
    Array.from({ length: many }, (_, index) => line(index)).join('');
  const aliases = Array.from(
    { length: 18 },
    (_, level) =>
      `a${level}: &a${level} [${Array.from({ length: 20 }, () => (level === 0 ? 'x' : `*a${level - 1}`)).join(', ')}]\n`,
  ).join('');
  const rows: readonly Refused[] = [
    { kind: 'pnpm', what: 'aliases of aliases', text: `lockfileVersion: '9.0'\n${aliases}settings: *a17\n` },
    {
      kind: 'yarn',
      what: 'every version of a name for every dependency',
      text: `# yarn lockfile v1\n\n\n${list((index) => `x@${index}:\n  version "${index}"\n  dependencies:\n    x "none"\n\n`)}`,
    },
    {
      kind: 'berry',
      what: 'every version of a name for every dependency',
      text: `__metadata:\n  version: 8\n\n${list((index) => `"x@npm:${index}":\n  version: ${index}\n  dependencies:\n    x: none\n\n`)}`,
    },
    {
      kind: 'npm',
      what: 'a path of many steps',
      text: `{"lockfileVersion":3,"packages":{"${'a/'.repeat(300_000)}":{"dependencies":{"x":"1"}}}}`,
    },
    {
      kind: 'npm',
      what: 'version 1 nested deeply',
      text: `{"lockfileVersion":1,"dependencies":${'{"x":{"version":"1","dependencies":'.repeat(5000)}{}${'}}'.repeat(5000)}}`,
    },
    {
      kind: 'bun',
      what: 'a path of many steps',
      text: `{"lockfileVersion":1,"packages":{"${'a/'.repeat(300_000)}":["x@1","",{"dependencies":{"y":"1"}}]}}`,
    },
  ];
  for (const { kind, what, text } of rows)
    it(`is refused: ${kind}, ${what}`, async () => {
      const parsed = await parseLockfile(kind, text, { file: 'f' });
      assert.equal(parsed.ok ? undefined : parsed.failure.code, 'lockfile/unreadable');
    });
});

describe('cycles', () => {
  it('end, and everything on them is in the closure', async () => {
    const entry = (dependency: string): string => `{"version":"1.0.0","dependencies":{"${dependency}":"*"}}`;
    const text = `{"lockfileVersion":3,"packages":{"node_modules/x":${entry('y')},"node_modules/y":${entry('z')},"node_modules/z":${entry('x')}}}`;
    const parsed = await parseLockfile('npm', text, { file: 'f' });
    assert.ok(parsed.ok);
    const closure = parsed.value.closureOf({ ...DEPENDENT, externalDependencies: { y: '*' } });
    assert.deepEqual(closure, { 'x@1.0.0': '> y', 'y@1.0.0': '> z', 'z@1.0.0': '> x' });
  });

  it('of links end too', async () => {
    const text =
      '{"lockfileVersion":3,"packages":{"node_modules/x":{"link":true,"resolved":"node_modules/y"},"node_modules/y":{"link":true,"resolved":"node_modules/x"}}}';
    const parsed = await parseLockfile('npm', text, { file: 'f' });
    assert.ok(parsed.ok);
    parsed.value.closureOf(DEPENDENT);
  });
});
