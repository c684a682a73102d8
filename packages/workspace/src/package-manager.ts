import {
  fail,
  isRecord,
  ok,
  toWarning,
  type Diagnostic,
  type LockfileLocation,
  type PackageManagerName,
  type RelativePath,
  type Result,
  type WorkspaceFailure,
} from '@tr/model';
import type { DirectoryListing } from './directory-listings.js';
import type { Manifest } from './manifest.js';
import { positionOfKey } from './positions.js';

/** A package manager by name, and the version as it is written (a range for `devEngines`). */
export interface ManagerChoice {
  readonly name: PackageManagerName;
  readonly version: string | undefined;
}

/** In the order they are looked for when nothing names the manager. */
const LOCKFILES: readonly (readonly [RelativePath, PackageManagerName])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['yarn.lock', 'yarn'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

/** What is at the root of the workspace. */
export interface RootFacts {
  readonly manifest: Manifest;
  readonly listing: DirectoryListing;
  /** True with `dangerouslyDisablePackageManagerCheck`: guessing is what the user asked for. */
  readonly mayGuess: boolean;
}

/**
 * The package manager: `packageManager`, else `devEngines.packageManager`, else the one whose lockfile is there, else
 * npm. A guess is noted where it decides something, in a manifest with `workspaces`, unless there can be no other.
 */
export function detectPackageManager(
  facts: RootFacts,
): Result<{ readonly choice: ManagerChoice; readonly diagnostics: readonly Diagnostic[] }, WorkspaceFailure> {
  const declared = readDeclared(facts.manifest);
  const guess = guessFromLockfile(facts.listing);
  if (declared === undefined) return ok({ choice: guess.choice, diagnostics: noteGuess(facts, guess) });
  const choice = parseChoice(declared, facts.listing);
  if (choice) return ok({ choice, diagnostics: [] });
  if (facts.mayGuess) return ok({ choice: guess.choice, diagnostics: [] });
  if (isKnown(declared.name)) {
    const at = positionOfKey(facts.manifest.file, facts.manifest.text, declared.path);
    return fail({ code: 'workspace/invalid-package-manager', at, value: declared.written });
  }
  const failure: WorkspaceFailure = {
    code: 'workspace/unknown-package-manager',
    value: declared.written,
    used: guess.choice.name,
  };
  return ok({ choice: guess.choice, diagnostics: [toWarning(failure)] });
}

/** Names a manager gives its lockfile, the preferred one first. */
export function lockfileNamesOf(name: PackageManagerName): readonly RelativePath[] {
  const own = name === 'berry' ? 'yarn' : name;
  return LOCKFILES.flatMap(([file, manager]) => (manager === own ? [file] : []));
}

/** Whether a path from the root is the lockfile of any manager. */
export function isLockfile(path: RelativePath): boolean {
  return LOCKFILES.some(([file]) => file === path);
}

/** Where the lockfile of a manager lies; undefined when there is none. */
export function findLockfile(name: PackageManagerName, root: DirectoryListing): LockfileLocation | undefined {
  const path = lockfileNamesOf(name).find((file) => root.files.has(file));
  return path === undefined ? undefined : { kind: name, path };
}

interface Declared {
  /** Where in the manifest. */
  readonly path: readonly string[];
  readonly written: string;
  readonly name: string;
  readonly version: string | undefined;
  /** `packageManager` must be exact, as corepack wants it; `devEngines` may be a range or leave it out. */
  readonly exact: boolean;
}

function readDeclared({ fields }: Manifest): Declared | undefined {
  const written = fields['packageManager'];
  if (typeof written === 'string' && written !== '') {
    const [name, version] = splitAtSign(written);
    return { path: ['packageManager'], written, name, version, exact: true };
  }
  const devEngines = isRecord(fields['devEngines']) ? fields['devEngines']['packageManager'] : undefined;
  const engine: unknown = Array.isArray(devEngines) ? devEngines[0] : devEngines;
  if (!isRecord(engine) || typeof engine['name'] !== 'string') return undefined;
  const { name, version } = engine;
  const range = typeof version === 'string' ? version : undefined;
  return { path: ['devEngines', 'packageManager'], written: name, name, version: range, exact: false };
}

function splitAtSign(text: string): readonly [string, string | undefined] {
  const at = text.indexOf('@');
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

const EXACT = /^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?$/;

function isKnown(name: string): boolean {
  return name === 'npm' || name === 'pnpm' || name === 'yarn' || name === 'bun';
}

/** corepack also takes the address of a tarball, and a digest behind the version: neither is part of it. */
function parseChoice(declared: Declared, root: DirectoryListing): ManagerChoice | undefined {
  const { name, exact } = declared;
  const isAddress = /^https?:/.test(declared.version ?? '');
  if (exact && !isAddress && !EXACT.test(declared.version ?? '')) return undefined;
  const version = isAddress ? undefined : declared.version?.replace(/\+.*$/, '');
  if (name === 'npm' || name === 'pnpm' || name === 'bun') return { name, version };
  if (name !== 'yarn') return undefined;
  const major = majorOf(version);
  const isBerry = major === undefined ? root.files.has('.yarnrc.yml') : major >= 2;
  return { name: isBerry ? 'berry' : 'yarn', version };
}

/** First number of a version or a range (`^9.1.0`, `>=8 <10`); undefined when there is none. */
export function majorOf(version: string | undefined): number | undefined {
  const digits = version === undefined ? undefined : /\d+/.exec(version)?.[0];
  return digits === undefined ? undefined : Number(digits);
}

interface Guess {
  readonly choice: ManagerChoice;
  readonly lockfile: RelativePath | undefined;
}

function guessFromLockfile(root: DirectoryListing): Guess {
  const [lockfile, name] = LOCKFILES.find(([file]) => root.files.has(file)) ?? [undefined, undefined];
  if (name === 'yarn' && root.files.has('.yarnrc.yml'))
    return { choice: { name: 'berry', version: undefined }, lockfile };
  if (name === undefined && root.files.has('pnpm-workspace.yaml')) {
    return { choice: { name: 'pnpm', version: undefined }, lockfile };
  }
  return { choice: { name: name ?? 'npm', version: undefined }, lockfile };
}

/** Nobody else's lockfile is there, and every version of this manager starts scripts in the same way: not so pnpm's and Yarn's. */
function isPlain({ files }: DirectoryListing, { choice: { name } }: Guess): boolean {
  if (name !== 'npm' && name !== 'bun') return false;
  const found = LOCKFILES.filter(([file]) => files.has(file));
  return found.length > 0 && found.every(([, manager]) => manager === name);
}

function noteGuess(facts: RootFacts, guess: Guess): readonly Diagnostic[] {
  const matters = facts.manifest.fields['workspaces'] !== undefined || facts.listing.files.has('pnpm-workspace.yaml');
  if (facts.mayGuess || !matters || isPlain(facts.listing, guess)) return [];
  const failure: WorkspaceFailure = {
    code: 'workspace/guessed-package-manager',
    used: guess.choice.name,
    lockfile: guess.lockfile,
  };
  return [toWarning(failure)];
}
