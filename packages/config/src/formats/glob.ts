import { isCostlyGlob, isCostlyGroupGlob, type GlobProblem } from '@tr/model';
import { DEFAULT_MARKER, ROOT_MARKER } from './markers.js';
import { refuse, tolerate, type ValueProblem } from './problem.js';

/** Characters a backslash may escape in a glob; before anything else it is a Windows separator. */
const ESCAPABLE = /\\(?![\\*?[\]{}()!+@|,^$ -])/;

/** Checks a glob relative to a package directory (`inputs`, `outputs`). */
export function checkPackageGlob(text: string, allowsDefault: boolean): ValueProblem | undefined {
  const glob = withoutNegation(text);
  if (glob === DEFAULT_MARKER) {
    if (allowsDefault && glob === text) return undefined;
    return tolerate({ code: 'config/misplaced-marker', marker: DEFAULT_MARKER });
  }
  const at = glob.indexOf(ROOT_MARKER);
  if (at > 0) return bad(text, 'root-not-first');
  if (at === 0 && glob[ROOT_MARKER.length] !== '/') return bad(text, 'root-without-slash');
  const path = at === 0 ? glob.slice(ROOT_MARKER.length + 1) : glob;
  // Inputs are matched without a library, in time.
  return !allowsDefault && isCostlyGlob(path) ? bad(text, 'costly') : checkGlob(text, path);
}

/** Checks a glob relative to the root, where no marker has a meaning. */
export function checkWorkspaceGlob(text: string): ValueProblem | undefined {
  const glob = withoutNegation(text);
  if (glob.startsWith('$')) return bad(text, 'variable');
  return checkGlob(text, glob);
}

/** Checks a glob of package directories, which all lie in the workspace. */
export function checkDirectoryGlob(text: string): ValueProblem | undefined {
  const glob = withoutNegation(text);
  if (glob.split('/').includes('..')) return bad(text, 'outside-workspace');
  return isCostlyGroupGlob(glob) ? bad(text, 'costly') : checkWorkspaceGlob(text);
}

/** The glob of an entry that may begin with `!`. */
export function withoutNegation(text: string): string {
  return text.startsWith('!') ? text.slice(1) : text;
}

function checkGlob(text: string, glob: string): ValueProblem | undefined {
  if (glob === '') return tolerate({ code: 'config/invalid-glob', glob: text, problem: 'empty' });
  if (glob.startsWith('/') || /^[A-Za-z]:[\\/]/.test(glob)) return bad(text, 'absolute');
  if (ESCAPABLE.test(glob)) return tolerate({ code: 'config/invalid-glob', glob: text, problem: 'backslash' });
  return undefined;
}

function bad(glob: string, problem: GlobProblem): ValueProblem {
  return refuse({ code: 'config/invalid-glob', glob, problem });
}
