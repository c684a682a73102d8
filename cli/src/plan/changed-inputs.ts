import { posix } from 'node:path';
import { createPathMatcher } from '@tr/fingerprint';
import { CONFIG_NAMES, type InputSpec, type RelativePath, type TaskNode } from '@tr/model';

/** What changed. */
export interface ChangedFiles {
  readonly files: readonly RelativePath[];
  /** Whether git has, or had, the file. Asked for outputs only. */
  readonly isTracked: (path: RelativePath) => boolean;
}

/** Beside explicit inputs these files of the package always count. */
const ALWAYS = ['package.json', ...CONFIG_NAMES];

/**
 * Says whether a changed file is an input of a task, from paths alone, so that files which are gone count too. The rules
 * are those of the fingerprint's inputs.
 */
export function createChangedInputs({ files, isTracked }: ChangedFiles): (node: TaskNode) => boolean {
  const known = new Map<string, boolean>();
  return (node) => {
    const { inputs, outputs } = node.definition;
    const key = JSON.stringify([node.directory, inputs, outputs]);
    const before = known.get(key);
    if (before !== undefined) return before;
    const isInput = createInputMatcher(node);
    const isOutput = createPathMatcher(resolveAll(node.directory, [...outputs.include, ...outputs.exclude.map(not)]));
    const isChanged = files.some((path) => isInput(path) || (isOutput(path) && isTracked(path)));
    known.set(key, isChanged);
    return isChanged;
  };
}

function createInputMatcher({ directory, definition }: TaskNode): (path: RelativePath) => boolean {
  const { inputs } = definition;
  const now = (inputs.deferred ?? []).filter(({ mode }) => mode === 'jit');
  // What one entry leaves out another one may have.
  const matchers = [inputs, ...now].map((entry) => createEntryMatcher(directory, entry));
  return (path) => matchers.some((matches) => matches(path));
}

function createEntryMatcher(
  directory: RelativePath,
  { includeDefault, include, exclude }: Pick<InputSpec, 'includeDefault' | 'include' | 'exclude'>,
): (path: RelativePath) => boolean {
  const isIncluded = createPathMatcher(resolveAll(directory, include.flatMap(withContent)));
  const isExcluded = createPathMatcher(resolveAll(directory, exclude));
  if (includeDefault) {
    const below = directory === '' ? '' : `${directory}/`;
    return (path) => (path.startsWith(below) || isIncluded(path)) && !isExcluded(path);
  }
  // A pattern that names one file wins over exclusions, and so does what always counts.
  const named = new Set(resolveAll(directory, [...include.filter(isName), ...ALWAYS]));
  return (path) => named.has(path) || (isIncluded(path) && !isExcluded(path));
}

/** The name of a directory stands for everything in it. */
function withContent(pattern: string): readonly string[] {
  return isName(pattern) ? [pattern, `${pattern.replace(/\/$/, '')}/**`] : [pattern];
}

const isName = (pattern: string): boolean => !/[*?[{]/.test(pattern);
const not = (pattern: string): string => `!${pattern}`;

/** Patterns of a package as patterns from the root. */
function resolveAll(directory: RelativePath, patterns: readonly string[]): readonly string[] {
  return patterns.map((pattern) =>
    pattern.startsWith('!') ? not(posix.join(directory, pattern.slice(1))) : posix.join(directory, pattern),
  );
}
