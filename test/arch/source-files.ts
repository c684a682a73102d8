import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository these tests are part of, with a slash at the end. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const NOT_OURS = new Set(['node_modules', 'dist', 'bundle', 'fixtures', 'examples', '.git', '.tr']);

/** A file that a person wrote. */
export interface SourceFile {
  /** Relative to the repository. */
  readonly path: string;
  readonly text: string;
  /** `packages/store`, `cli`, `scripts`: imports below one unit are relative. */
  readonly unit: string;
  /** Part of the product, not of its tests or its tools. */
  readonly isProduct: boolean;
}

/** Every TypeScript file and script of the repository, sorted by path. */
export function readSourceFiles(): readonly SourceFile[] {
  return listFiles('').map((path) => {
    const [first = '', second = ''] = path.split('/');
    const unit = first === 'packages' ? `${first}/${second}` : first;
    return { path, unit, text: readFileSync(join(ROOT, path), 'utf8'), isProduct: path.startsWith(`${unit}/src/`) };
  });
}

function listFiles(directory: string): readonly string[] {
  const entries = readdirSync(join(ROOT, directory), { withFileTypes: true });
  return entries
    .flatMap((entry) => {
      const path = directory === '' ? entry.name : `${directory}/${entry.name}`;
      if (entry.isDirectory()) return NOT_OURS.has(entry.name) ? [] : listFiles(path);
      return /\.(?:ts|mjs)$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [path] : [];
    })
    .sort();
}

/** The text without its comments; string literals that hold `//` or `/*` are not taken for one in our style of code. */
export function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}
