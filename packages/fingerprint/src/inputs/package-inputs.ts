import { TURBO_CONFIG_NAMES, type InputSpec, type OutputSpec } from '@tr/model';
import { compileGlob, type Glob } from '../globs/glob.js';
import { walkDefault, type DefaultWalk } from './default-inputs.js';
import type { WalkContext } from './walk-context.js';
import { walkGlob } from './walk-glob.js';

/**
 * Files of a package that count although no explicit input names them, as in Turborepo. Our own configuration is not
 * among them: what it says of a task is in the fingerprint by its parts, and where it is the only one of a repository, a
 * word about some other task would do every installation and every migration again.
 */
export const ALWAYS_INPUTS: readonly string[] = ['package.json', ...TURBO_CONFIG_NAMES];

/** Walks the inputs `spec` means for the package in `context.directory`; they end up in its collector. */
export function walkInputs(context: WalkContext, spec: InputSpec, walk: Omit<DefaultWalk, 'exclusions'>): void {
  const compile = (patterns: readonly string[]): readonly Glob[] =>
    patterns.flatMap((pattern) => compileGlob(context.directory, pattern));
  const exclusions = compile(spec.exclude);
  if (spec.includeDefault) walkDefault(context, { ...walk, exclusions });
  // Beside the default set every exclusion wins; among explicit inputs a pattern that names one file does. That is also
  // why the package's own configuration cannot be left out there.
  const literalRule = spec.includeDefault ? 'exclusion-wins' : 'literal-wins';
  const include = spec.includeDefault ? spec.include : [...spec.include, ...ALWAYS_INPUTS];
  for (const glob of compile(include)) walkGlob(context, { glob, exclusions, literalRule });
}

/**
 * Walks what lies where a task writes. With `trackedBy` in the context that is what git tracks there, which are inputs as well,
 * whatever the inputs say: somebody may edit them, and a task that changes files in place (a formatter, a committed changelog)
 * depends on what they hold.
 */
export function walkOutputs(context: WalkContext, outputs: OutputSpec): void {
  const compile = (patterns: readonly string[]): readonly Glob[] =>
    patterns.flatMap((pattern) => compileGlob(context.directory, pattern));
  const exclusions = compile(outputs.exclude);
  for (const glob of compile(outputs.include)) {
    walkGlob(context, { glob, exclusions, literalRule: 'exclusion-wins' });
  }
}

/** For walks that enter every directory. */
export const NO_SKIPPED_NAMES: ReadonlySet<string> = new Set<string>();
