import type { Diagnostic } from '@tr/model';
import { renderDiagnostics } from '@tr/reporter';
import { Command } from 'clipanion';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { CliContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { loadProject, type Project } from '../project.js';

/** A command that needs the project around the current directory. */
export abstract class ProjectCommand extends Command<CliContext> {
  /** Loads the project and goes on with it; prints every diagnostic, and ends with exit code 2 on an error. */
  protected async withProject(run: (project: Project) => Promise<number>): Promise<number> {
    const { cwd, environment } = this.context;
    const project = await loadProject({ cwd, environment });
    if (!project.ok) return this.refuse(project.failure);
    this.warn(project.value.warnings);
    return run(project.value);
  }

  /** Prints diagnostics to stderr. */
  protected warn(diagnostics: readonly Diagnostic[]): void {
    const { err, cwd } = this.context;
    if (diagnostics.length > 0)
      err.write(renderDiagnostics(diagnostics, { colors: err.colors, readLine: createLineReader(cwd) }));
  }

  /** Prints diagnostics, and is the exit code for them. */
  protected refuse(diagnostics: readonly Diagnostic[]): number {
    this.warn(diagnostics);
    return EXIT.usage;
  }
}

/** Reads a line of a file for the caret below an error; undefined when the file is gone. */
function createLineReader(cwd: string): (file: string, line: number) => string | undefined {
  return (file, line) => {
    try {
      return readFileSync(resolve(cwd, file), 'utf8').split('\n')[line - 1];
    } catch {
      return undefined;
    }
  };
}
