import type { PackageManagerName, PackageName } from '@tr/model';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LockedDependent, Lockfile } from '../src/index.js';
import { parseLockfile } from '../src/index.js';

const ROOT = join(import.meta.dirname, '../../test/fixtures');
const LOCKFILES = ['package-lock.json', 'yarn.lock', 'pnpm-lock.yaml', 'bun.lock'];

/** A workspace made by one version of one package manager; see make-fixtures.mjs. */
export interface Fixture {
  readonly name: string;
  readonly kind: PackageManagerName;
  readonly file: string;
  readonly text: string;
  readonly dependents: readonly LockedDependent[];
  /** Text of the lockfile after one of the changes. */
  after(change: 'after-bump' | 'after-workspace' | 'after-override'): string;
}

export const FIXTURES: readonly Fixture[] = readdirSync(ROOT).toSorted().map(readFixture);

function readFixture(name: string): Fixture {
  const directory = join(ROOT, name);
  const file = LOCKFILES.find((candidate) => existsSync(join(directory, candidate))) ?? '';
  const packages = readdirSync(join(directory, 'packages')).map((child) => `packages/${child}`);
  const read = (path: string): string => readFileSync(join(directory, path), 'utf8');
  return {
    name,
    kind: kindOf(name),
    file,
    text: read(file),
    dependents: ['', ...packages].map((path) => toDependent(path, JSON.parse(read(join(path, 'package.json'))))),
    after: (change) => read(join(change, file)),
  };
}

function kindOf(name: string): PackageManagerName {
  if (name === 'yarn-1') return 'yarn';
  return (['npm', 'berry', 'pnpm', 'bun'] as const).find((kind) => name.startsWith(kind)) ?? 'npm';
}

type Manifest = Readonly<Record<string, Readonly<Record<string, string>> | undefined>> & { readonly name: string };

function toDependent(directory: string, manifest: Manifest): LockedDependent {
  const all = { ...manifest['dependencies'], ...manifest['devDependencies'], ...manifest['optionalDependencies'] };
  const isInternal = (name: string): boolean => name.startsWith('@fix/');
  return {
    name: (directory === '' ? '//' : manifest.name) as PackageName,
    directory,
    externalDependencies: Object.fromEntries(Object.entries(all).filter(([name]) => !isInternal(name))),
    internalDependencies: Object.keys(all).filter(isInternal) as PackageName[],
  };
}

/** Parses, or fails the test. */
export async function parse(kind: PackageManagerName, text: string): Promise<Lockfile> {
  const parsed = await parseLockfile(kind, text, { file: 'lock' });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failure));
  return parsed.value;
}

/** Closures of all packages of a fixture for some text of its lockfile. */
export async function closures(
  fixture: Fixture,
  text: string,
): Promise<Record<string, Readonly<Record<string, string>>>> {
  const lockfile = await parse(fixture.kind, text);
  return Object.fromEntries(fixture.dependents.map((dependent) => [dependent.name, lockfile.closureOf(dependent)]));
}

/** Names of packages whose closure differs. */
export async function changed(fixture: Fixture, before: string, after: string): Promise<string[]> {
  const [old, current] = [await closures(fixture, before), await closures(fixture, after)];
  return Object.keys(old).filter((name) => JSON.stringify(old[name]) !== JSON.stringify(current[name]));
}
