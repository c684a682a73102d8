import { existsSync } from 'node:fs';
import { win32 } from 'node:path';
import { variableName } from './variable-name.js';

/** Where cmd.exe looks for programs. */
export interface ProgramPlaces {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What Windows has when nothing else is said. */
const STANDARD_EXTENSIONS = '.COM;.EXE;.BAT;.CMD';

/**
 * Whether the first program of a cmd.exe command is a batch file, as everything in `node_modules/.bin` is. npm looks at the same.
 * `exists` is asked for absolute paths.
 */
export function startsBatchFile(
  command: string,
  places: ProgramPlaces,
  exists: (path: string) => boolean = existsSync,
): boolean {
  const program = (/^(?:"[^"]*"|'[^']*'|[^ "'])*/.exec(command)?.[0] ?? '').replaceAll('"', '');
  if (program === '') return false;
  const found = listCandidates(program, places).find((path) => exists(path)) ?? program;
  return /\.(?:cmd|bat)$/i.test(found);
}

function listCandidates(program: string, { cwd, env }: ProgramPlaces): readonly string[] {
  const isPath = /[\\/]/.test(program);
  const directories = isPath ? [''] : ['', ...(env[variableName(env, 'PATH', true)] ?? '').split(';')];
  const extensions = (env[variableName(env, 'PATHEXT', true)] ?? STANDARD_EXTENSIONS).split(';');
  if (win32.extname(program) !== '') extensions.unshift('');
  return directories.flatMap((directory) =>
    extensions.map((extension) => win32.resolve(cwd, directory, program + extension)),
  );
}
