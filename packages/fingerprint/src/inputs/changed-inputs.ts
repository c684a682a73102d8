import { OWN_CONFIG_NAME, type InputSpec, type RelativePath, type TaskNode } from '@tr/model';
import { joinPath } from '../files/work-tree.js';
import { compileGlob } from '../globs/glob.js';
import { createDeclaredMatcher } from '../globs/path-matcher.js';
import { ALWAYS_INPUTS } from './package-inputs.js';

/** What changed. */
export interface ChangedFiles {
  readonly files: readonly RelativePath[];
  /** Whether git has, or had, the file. Asked for outputs only. */
  readonly isTracked: (path: RelativePath) => boolean;
}

/** What our own configuration of the package says may be any other part of the key. */
const ALWAYS = [...ALWAYS_INPUTS, OWN_CONFIG_NAME];

/** Says whether a changed file is an input of a task, from paths alone, so that files which are gone count too. */
export function createChangedInputs({ files, isTracked }: ChangedFiles): (node: TaskNode) => boolean {
  const known = new Map<string, boolean>();
  return (node) => {
    const { inputs, outputs } = node.definition;
    const key = JSON.stringify([node.directory, inputs, outputs]);
    const before = known.get(key);
    if (before !== undefined) return before;
    const isInput = createInputMatcher(node);
    const isOutput = createDeclaredMatcher(node.directory, outputs);
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

/** By the rules of `walkInputs`. */
function createEntryMatcher(
  directory: RelativePath,
  { includeDefault, include, exclude }: Pick<InputSpec, 'includeDefault' | 'include' | 'exclude'>,
): (path: RelativePath) => boolean {
  if (includeDefault) return createDeclaredMatcher(directory, { include: [...include, '**'], exclude });
  const isDeclared = createDeclaredMatcher(directory, { include, exclude });
  // A pattern that names one file wins over exclusions, and so does what always counts.
  const literals = include.flatMap((pattern) => compileGlob(directory, pattern)).map(({ literal }) => literal);
  const named = new Set([...literals, ...ALWAYS.map((name) => joinPath(directory, name))]);
  return (path) => named.has(path) || isDeclared(path);
}
