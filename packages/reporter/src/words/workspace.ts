import type { WorkspaceFailure } from '@tr/model';
import { spaced } from './config-problems.js';
import type { Words } from './words.js';

/** Words for trouble with packages, package managers and git. */
export function describeWorkspaceFailure(failure: WorkspaceFailure): Words {
  switch (failure.code) {
    case 'workspace/no-config':
      return {
        what: `No turbo-like.config.json or turbo.json was found in ${failure.cwd} or in a directory above it.`,
        next: `Create turbo-like.config.json ${failure.likelyRoot === undefined ? 'at the root of the workspace' : `in ${failure.likelyRoot}`}: \`{ "tasks": { "build": {} } }\` runs the script \`build\` of every package.json, \`{ "tasks": { "test": { "command": "make test" } } }\` a command. Or name the workspace with \`--cwd\`.`,
      };
    case 'workspace/invalid-manifest':
      return {
        what: `This package.json cannot be used: ${failure.detail.replace(/\(([A-Z][a-z]\w+)\)$/, (_all, name: string) => `(${spaced(name)})`)}.`,
        next: 'Correct it and run again.',
      };
    case 'workspace/duplicate-package':
      return {
        what: `Several packages are named "${failure.name}": ${failure.directories.map(showDirectory).join(', ')}.`,
        next: 'Rename all but one of them, or leave the others out of the workspace globs with a `!` entry.',
      };
    case 'workspace/glob-outside-root':
      return {
        what: `The package glob "${failure.glob}" leads out of the workspace.`,
        next: 'Packages must lie below the directory of the root configuration.',
      };
    case 'workspace/costly-glob':
      return {
        what: `The package glob "${failure.glob}" has so many stars, groups or braces that comparing a name with it could take minutes.`,
        next: 'Write it with fewer of them in a name, or as several globs.',
      };
    case 'workspace/empty-glob':
      return {
        what: `No directory matches "${failure.glob}" in \`packages\` of turbo-like.config.json.`,
        next: 'Correct it: the tasks of the packages meant by it do not run.',
      };
    case 'workspace/no-packages':
      return {
        what: `No package was found: none matches ${failure.globs.map((glob) => `"${glob}"`).join(', ')}.`,
        next: 'Correct the globs of the workspace. A package there needs a package.json with a name.',
      };
    case 'workspace/package-outside-root':
      return {
        what: `The package directory ${failure.directory} is a link that leads out of the workspace.`,
        next: 'Move the package below the directory of the root configuration, or take it out of the globs.',
      };
    case 'workspace/invalid-yaml':
      return { what: `This YAML file cannot be read: ${failure.detail}.`, next: 'Correct it and run again.' };
    case 'workspace/invalid-workspaces':
      return {
        what: `"workspaces" in ${failure.file} is neither a list of globs nor an object with "packages": it is not used.`,
        next: 'Write it as a list, such as ["packages/*"].',
      };
    case 'workspace/invalid-package-manager':
      return {
        what: `"packageManager" is "${failure.value}", which is not of the form name@version.`,
        next: 'Write the exact version in use, such as "npm@10.8.2".',
      };
    case 'workspace/unknown-package-manager':
      return {
        what: `"${failure.value}" is not a package manager known here; the workspace is read as one of ${failure.used}.`,
        next: 'A lockfile that is not understood counts whole.',
      };
    case 'workspace/guessed-package-manager':
      return {
        what: failure.lockfile
          ? `package.json does not name the package manager; ${failure.used} was chosen because of ${failure.lockfile}.`
          : `package.json does not name the package manager and there is no lockfile; ${failure.used} was chosen.`,
        next: `Add "packageManager" to the root package.json, such as "${exampleOf(failure.used)}".`,
      };
    case 'workspace/package-cycle':
      return {
        what:
          failure.packages.length === 1
            ? `The package ${failure.packages.join()} depends on itself.`
            : `These packages depend on each other: ${failure.packages.join(', ')}.`,
        next: 'This works as long as no task waits for itself through `^` dependencies.',
      };
    case 'workspace/no-git':
      return {
        what: `${failure.root} is not in a git repository, so there is nothing to compare with.`,
        next: 'Leave out --affected and `[ref]` filters, or run in a git checkout. A linked work tree needs the main one: mount both.',
      };
    case 'workspace/git-unavailable':
      return { what: `git could not be started: ${failure.detail}.`, next: 'Install git, or put it on the PATH.' };
    case 'workspace/git-failed':
      return { what: `\`git ${failure.command}\` failed: ${failure.detail}.` };
    case 'workspace/unknown-ref':
      return {
        what: `git knows no commit named "${failure.ref}".`,
        next: 'Check the name. In a shallow CI clone, fetch it first (fetch-depth: 0).',
      };
    case 'workspace/no-merge-base':
      return {
        what: `${failure.from} and ${failure.to} have no common ancestor here.`,
        next: 'In a shallow CI clone, fetch more history (fetch-depth: 0).',
      };
    case 'workspace/no-base':
      return {
        what: `No branch to compare with was found (looked for ${failure.tried.join(', ')}): everything counts as affected.`,
        next: 'Fetch that branch, or name one in TURBO_SCM_BASE, such as `origin/main`.',
      };
  }
}

function showDirectory(directory: string): string {
  return directory === '' ? '(root)' : directory;
}

function exampleOf(manager: string): string {
  const versions: Readonly<Record<string, string>> = {
    npm: 'npm@10.8.2',
    pnpm: 'pnpm@10.0.0',
    yarn: 'yarn@1.22.22',
    berry: 'yarn@4.5.0',
    bun: 'bun@1.2.0',
  };
  return versions[manager] ?? `${manager}@1.0.0`;
}
