import { spawnSync } from 'node:child_process';
import { posix } from 'node:path';
import { createPathMatcher } from '@tr/fingerprint';
import type { Difference } from './compare.js';
import { asList, asRecord, asText, type Answer, type Json } from './dry-run.js';

/** Where a difference was seen. */
export interface Sighting {
  /** The checkout. */
  readonly root: string;
  /** What turbo answered. */
  readonly turbo: Answer;
}

/** A difference we chose. */
export interface KnownDifference {
  /** First cell of its row in docs/turborepo.md, "What differs on purpose". */
  readonly row: string;
  readonly reason: string;
  readonly explains: (difference: Difference, sighting: Sighting) => boolean;
}

/** The one list of what differs on purpose in the dry run. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    row: 'no `packageManager` field',
    reason: 'A run needs no package manager; which lockfile there is tells enough.',
    explains: ({ field, turbo }) => field === 'exit' && asText(turbo).includes('packageManager'),
  },
  {
    row: 'unknown key in the configuration',
    reason: 'A later Turborepo may have it: a warning.',
    explains: ({ field, turbo }) => field === 'exit' && asText(turbo).includes('Found an unknown key'),
  },
  {
    row: 'a mistake in the configuration of what takes no part',
    reason: 'One call tells what is wrong anywhere; turbo looks at the configurations of the packages it comes to.',
    explains: ({ field, turbo, ours }) =>
      field === 'exit' && turbo === 'exit code 0' && /turbo\.jsonc?:\d+:\d+ config\//.test(asText(ours)),
  },
  {
    row: 'a glob that Turborepo cannot read',
    reason: 'What is not a pattern stands for itself, and an exclusion counts; turbo refuses it, or takes no notice.',
    explains: (difference, sighting) =>
      /(?:bad pattern|malformed glob|failed to parse glob)/.test(
        difference.field === 'exit' ? asText(difference.turbo) : '',
      ) ||
      (difference.field === 'inputs' && difference.ours === undefined && hasUnreadableExclusion(difference, sighting)),
  },
  {
    row: 'the directory `.tr`',
    reason: 'Our state is never an input; turbo takes it for a directory like any other.',
    explains: ({ field, key = '' }) => /^(?:inputs|files)$/.test(field) && /^(?:\.\.\/)*\.tr\//.test(key),
  },
  {
    row: 'own untracked outputs among the inputs',
    reason: 'A task would miss because it ran. A file git tracks is an input all the same.',
    explains: (difference, sighting) =>
      difference.field === 'inputs' && difference.ours === undefined && isUntrackedOutput(difference, sighting),
  },
  {
    row: 'conversion by git (`text`, `eol`, `core.autocrlf`)',
    reason: 'Turbo knows the root .gitattributes only, so that one file has two hashes: as committed, and as edited.',
    explains: (difference, sighting) => {
      if (difference.field !== 'inputs') return false;
      const file = fileOf(difference, sighting);
      return (
        hashObject(sighting.root, ['--', file]) === difference.ours &&
        hashObject(sighting.root, ['--no-filters', '--', file]) === difference.turbo
      );
    },
  },
  {
    row: 'a lockfile that lacks a package',
    reason: 'The closures it does tell are used; turbo gives up on the lockfile as a whole.',
    explains: ({ field, of, key = '', ours }) =>
      field === 'files' && of === 'globalCacheInputs' && ours === undefined && LOCK_FILES.includes(key),
  },
  {
    row: 'an input of a root task out of the repository',
    reason: 'Who names a file means it; turbo counts it for a package, and not for the root.',
    explains: ({ field, of, key = '', turbo }) =>
      field === 'inputs' && of.startsWith('//#') && key.startsWith('../') && turbo === undefined,
  },
  {
    row: 'a flag given twice',
    reason: 'A script that has it can be called with another value; turbo refuses.',
    explains: ({ field, turbo }) => field === 'exit' && asText(turbo).includes('cannot be used multiple times'),
  },
  {
    row: 'a single package, from a directory below it',
    reason: 'It is the only thing that can be meant; turbo finds no task and ends well.',
    explains: ({ field, turbo }, { turbo: answer }) =>
      field === 'tasks' &&
      turbo === undefined &&
      asRecord(answer.json)['monorepo'] === false &&
      asList(asRecord(answer.json)['tasks']).length === 0,
  },
  {
    row: 'a patch file that is missing',
    reason: 'Installing fails without it, running does not.',
    explains: ({ field, turbo }) => field === 'exit' && asText(turbo).includes('external resolution generation failed'),
  },
];

const LOCK_FILES = ['package.json', 'package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'bun.lock'];

/** The choice behind a difference; undefined = it is a bug. */
export function findKnown(difference: Difference, sighting: Sighting): KnownDifference | undefined {
  return KNOWN_DIFFERENCES.find(({ explains }) => explains(difference, sighting));
}

function isUntrackedOutput(difference: Difference, sighting: Sighting): boolean {
  const task = findTask(difference, sighting);
  const globs = (key: string): readonly string[] =>
    asList(task[key]).map((glob) => posix.join(asText(task['directory']), asText(glob)));
  // The name of a directory stands for what is in it.
  const outputs = globs('outputs').flatMap((glob) => (glob.includes('*') ? [glob] : [glob, `${glob}/**`]));
  const isOutput = createPathMatcher([...outputs, ...globs('excludedOutputs').map((glob) => `!${glob}`)]);
  const file = fileOf(difference, sighting);
  if (!isOutput(file)) return false;
  return spawnSync('git', ['ls-files', '--error-unmatch', '--', file], { cwd: sighting.root }).status !== 0;
}

/** Parentheses, and `**` beside other characters. */
const UNREADABLE = /^!.*(?:[()]|\*\*[^/]|[^/!]\*\*)/;

function hasUnreadableExclusion(difference: Difference, sighting: Sighting): boolean {
  const definition = asRecord(findTask(difference, sighting)['resolvedTaskDefinition']);
  return asList(definition['inputs']).some((glob) => UNREADABLE.test(asText(glob)));
}

/** Path of an input from the root. */
function fileOf(difference: Difference, sighting: Sighting): string {
  return posix.join(asText(findTask(difference, sighting)['directory']), difference.key ?? '');
}

function findTask({ of }: Difference, { turbo }: Sighting): { readonly [key: string]: Json } {
  const tasks = asList(asRecord(turbo.json)['tasks']).map(asRecord);
  return tasks.find(({ taskId }) => taskId === of) ?? {};
}

function hashObject(root: string, args: readonly string[]): string {
  return spawnSync('git', ['hash-object', ...args], { cwd: root, encoding: 'utf8' }).stdout.trim();
}
