import type { Diagnostic } from '@tr/model';
import { readFileText } from '@tr/quick';
import { renderDiagnostics } from '@tr/reporter';
import { resolve } from 'node:path';
import type { CliContext } from './context.js';
import { EXIT } from './exit-codes.js';
import { loadProject, type Project, type ProjectOptions } from './project.js';

/** Loads the project and goes on with it; prints every diagnostic, and ends with exit code 2 on an error. */
export async function withProject(
  context: CliContext,
  run: (project: Project) => Promise<number>,
  options: ProjectOptions = {},
): Promise<number> {
  const { cwd, environment } = context;
  const project = await loadProject({ ...options, cwd, environment });
  if (!project.ok) return refuse(context, project.failure);
  warn(context, project.value.warnings);
  return run(project.value);
}

/** Prints diagnostics to stderr. */
export function warn(context: CliContext, diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length === 0) return;
  const { err, cwd } = context;
  err.write(renderDiagnostics(diagnostics, { colors: err.colors, readLine: createLineReader(cwd) }));
}

/** Prints diagnostics, and is the exit code for them. */
export function refuse(context: CliContext, diagnostics: readonly Diagnostic[]): number {
  warn(context, diagnostics);
  return EXIT.usage;
}

/** Reads a line of a file for the caret below an error; undefined when the file is gone. */
function createLineReader(cwd: string): (file: string, line: number) => string | undefined {
  return (file, line) => {
    try {
      return readFileText(resolve(cwd, file)).split('\n')[line - 1];
    } catch {
      return undefined;
    }
  };
}
