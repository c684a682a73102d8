import { posix } from 'node:path';
import { joinPath, type OutputSpec, type RelativePath } from '@tr/model';
import type { FileIndex } from './files/file-index.js';
import { compileGlob, coversPath, literalStartOf, matchesPath, type Glob } from './globs/glob.js';

/** Of a task: what it writes, and where the paths count from. */
interface Writer {
  readonly directory: RelativePath;
  readonly definition: { readonly outputs: OutputSpec };
}

/** Whether a path relative to the package is an output of the task that git does not track. */
export function untrackedOutputsOf(task: Writer, files: Pick<FileIndex, 'isTracked'>): (name: string) => boolean {
  const isOutput = outputsOf(task);
  return (name) => isOutput(name) && !files.isTracked(fromRoot(task.directory, name));
}

/** An input may lie outside of the package (`../../x`); a path with `..` in it would match `**` of the package itself. */
const fromRoot = (directory: RelativePath, name: string): RelativePath => {
  return name.startsWith('../') ? posix.join(directory, name) : joinPath(directory, name);
};

/** Whether a path relative to the package is an output of the task. */
export function outputsOf({ definition, directory }: Writer): (name: string) => boolean {
  const { include, exclude } = definition.outputs;
  const compile = (patterns: readonly string[]): readonly Glob[] =>
    patterns.flatMap((pattern) => compileGlob(directory, pattern));
  const [written, kept] = [compile(include), compile(exclude)];
  // Nearly every input fails on the first characters; matching it in full would cost more than its stat.
  const inPackage = directory === '' ? '' : `${directory}/`;
  const starts = written
    .map(literalStartOf)
    .map((start) => (start.startsWith(inPackage) ? start.slice(inPackage.length) : ''));
  return (name) => {
    if (!starts.some((start) => name.startsWith(start))) return false;
    const path = fromRoot(directory, name);
    return written.some((glob) => coversPath(glob, path)) && !kept.some((glob) => matchesPath(glob, path));
  };
}
