import {
  compareStrings,
  fail,
  ok,
  ROOT_PACKAGE,
  toError,
  toWarning,
  type Diagnostic,
  type RelativePath,
  type Result,
  type Workspace,
  type WorkspaceFailure,
} from '@tr/model';
import { findConfigPackages, type ConfigPackageRules } from './config-packages.js';
import { createDirectoryListings, type DirectoryListings } from './directory-listings.js';
import { createLinkCheck } from './link-check.js';
import { linkPackages, type FoundPackage } from './link-packages.js';
import { locateGit } from './locate-git.js';
import { readManagerSettings, type ManagerSettings, type UserSettings } from './manager-settings.js';
import { readManifest, type Manifest } from './manifest.js';
import { findPackageCycles } from './package-cycles.js';
import { findPackageDirectories } from './package-globs.js';
import { detectPackageManager, findLockfile } from './package-manager.js';
import { positionOfEntry } from './positions.js';
import { toAbsolute } from './paths.js';
import { readTextIfFile } from './read-text.js';

/** Everything that is not read from the workspace itself. */
export interface LoadWorkspaceRequest extends ConfigPackageRules {
  /** As `findWorkspaceRoot` gives it: absolute, links resolved. */
  readonly root: string;
  readonly dangerouslyDisablePackageManagerCheck?: boolean;
  readonly user?: UserSettings;
  /** The root is the one package, whatever workspaces there are. Default false. */
  readonly isSingle?: boolean;
}

/** A workspace, and what was odd about it (warnings only). */
export interface LoadedWorkspace {
  readonly workspace: Workspace;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the packages of a workspace. Collects every broken package.json before it fails. Asynchronous only because
 * libraries are loaded when they are needed; the reading itself is synchronous.
 */
export async function loadWorkspace(
  request: LoadWorkspaceRequest,
): Promise<Result<LoadedWorkspace, readonly Diagnostic[]>> {
  const listings = createDirectoryListings(request.root);
  const manifest = readManifest(request.root, '');
  if (!manifest.ok) return failWith([manifest.failure]);
  const javascript = manifest.value ? await readJavaScriptRoot(request, listings, manifest.value) : ok(undefined);
  if (!javascript.ok) return failWith([javascript.failure]);
  const settings = javascript.value?.settings;
  const found = findPackages(request, listings, settings);
  if (!found.ok) return failWith(found.failure);
  const root: FoundPackage = { directory: '', name: ROOT_PACKAGE, manifest: manifest.value };
  const isMonorepo = settings?.globs !== undefined || request.configPackages.length > 0;
  const workspace: Workspace = {
    root: request.root,
    kind: isMonorepo ? 'monorepo' : 'single',
    packages: await linkPackages([root, ...found.value.packages], settings),
    packageManager: settings?.manager,
    lockfile: settings && findLockfile(settings.manager.name, listings('')),
    git: locateGit(request.root),
  };
  const globs = [...(settings?.globs ?? []), ...request.configPackages];
  const diagnostics = [
    ...(javascript.value?.diagnostics ?? []),
    ...warnOfNothing(globs, found.value),
    ...warnOfCycles(workspace),
  ];
  return ok({ workspace, diagnostics });
}

/** A glob of the package manager may well match nothing; ours were written for this, and all of them are. */
function warnOfNothing(globs: readonly string[], { packages, emptyGlobs }: FoundPackages): readonly Diagnostic[] {
  const failures: readonly WorkspaceFailure[] =
    packages.length === 0 && globs.length > 0
      ? [{ code: 'workspace/no-packages', globs }]
      : emptyGlobs.map((glob) => ({ code: 'workspace/empty-glob', glob }));
  return failures.map(toWarning);
}

function failWith(failures: readonly WorkspaceFailure[]): Result<never, readonly Diagnostic[]> {
  return fail(failures.map(toError));
}

function warnOfCycles(workspace: Workspace): readonly Diagnostic[] {
  return findPackageCycles(workspace.packages).map((packages) =>
    toWarning({ code: 'workspace/package-cycle', packages }),
  );
}

interface JavaScriptRoot {
  readonly settings: ManagerSettings;
  readonly diagnostics: readonly Diagnostic[];
}

async function readJavaScriptRoot(
  request: LoadWorkspaceRequest,
  listings: DirectoryListings,
  manifest: Manifest,
): Promise<Result<JavaScriptRoot, WorkspaceFailure>> {
  const mayGuess = request.dangerouslyDisablePackageManagerCheck ?? false;
  const detected = detectPackageManager({ manifest, listing: listings(''), mayGuess });
  if (!detected.ok) return detected;
  const { choice, diagnostics } = detected.value;
  const settings = await readManagerSettings({ root: request.root, manifest, choice, user: request.user ?? {} });
  if (!settings.ok) return settings;
  const invalid = settings.value.invalidWorkspaces
    ? [toWarning({ code: 'workspace/invalid-workspaces', file: manifest.file })]
    : [];
  const globs = request.isSingle === true ? undefined : settings.value.globs;
  return ok({ settings: { ...settings.value, globs }, diagnostics: [...diagnostics, ...invalid] });
}

interface FoundPackages {
  readonly packages: readonly FoundPackage[];
  /** Globs of our own that match nothing. */
  readonly emptyGlobs: readonly string[];
}

/** npm packages first; a directory that our own globs name too stays what it is. Sorted by directory. */
function findPackages(
  request: LoadWorkspaceRequest,
  listings: DirectoryListings,
  settings: ManagerSettings | undefined,
): Result<FoundPackages, readonly WorkspaceFailure[]> {
  const directories = findPackageDirectories({
    root: request.root,
    listings,
    globs: settings?.globs ?? [],
    dot: true,
    neverEnter: ['.yarn', 'bower_components'],
    isPackage: (directory) => listings(directory).files.has('package.json'),
  });
  const configured = findConfigPackages(request.root, listings, request);
  if (!directories.ok) return fail([withPosition(request.root, directories.failure, settings)]);
  if (!configured.ok) return fail([configured.failure]);
  const { names, emptyGlobs } = configured.value;
  const packages: FoundPackage[] = [];
  const failures: WorkspaceFailure[] = [];
  const leadsOut = createLinkCheck(request.root, listings);
  for (const directory of new Set([...directories.value, ...names.keys()])) {
    if (leadsOut(directory)) {
      failures.push({ code: 'workspace/package-outside-root', directory });
      continue;
    }
    const manifest = readManifest(request.root, directory);
    if (!manifest.ok) failures.push(manifest.failure);
    else {
      const name = names.get(directory)?.(manifest.value?.name) ?? manifest.value?.name;
      // Without a name there is no way to speak of a package: Turborepo leaves it out, silently.
      if (name !== undefined) packages.push({ directory, name, manifest: manifest.value });
    }
  }
  failures.push(...findDuplicates(packages));
  return failures.length > 0 ? fail(failures) : ok({ packages, emptyGlobs });
}

/** Says where a glob of the package manager stands, which only its text tells. */
function withPosition(
  root: string,
  failure: WorkspaceFailure,
  settings: ManagerSettings | undefined,
): WorkspaceFailure {
  if (settings === undefined || !('at' in failure) || !('glob' in failure)) return failure;
  const { file, key } = settings.globsAt;
  const text = readTextIfFile(toAbsolute(root, file)) ?? '';
  return { ...failure, at: positionOfEntry(file, text, { key, entry: failure.glob }) };
}

function findDuplicates(packages: readonly FoundPackage[]): readonly WorkspaceFailure[] {
  const directories = new Map<string, RelativePath[]>();
  for (const { name, directory } of packages) {
    const same = directories.get(name);
    if (same) same.push(directory);
    else directories.set(name, [directory]);
  }
  return [...directories]
    .filter(([, same]) => same.length > 1)
    .map(([name, same]) => ({ code: 'workspace/duplicate-package', name, directories: same.sort(compareStrings) }));
}
