import type { Diagnostic } from '@tr/model';
import { Command, type BaseContext } from 'clipanion';
import type { CliContext } from '../context.js';
import type { Project } from '../project.js';
import { refuse, warn, withProject } from '../with-project.js';

/** What clipanion adds for itself. */
export type CommandContext = CliContext & BaseContext;

/** A command that needs the project around the current directory. */
export abstract class ProjectCommand extends Command<CommandContext> {
  /** Loads the project and goes on with it; prints every diagnostic, and ends with exit code 2 on an error. */
  protected withProject(run: (project: Project) => Promise<number>): Promise<number> {
    return withProject(this.context, run);
  }

  /** Prints diagnostics to stderr. */
  protected warn(diagnostics: readonly Diagnostic[]): void {
    warn(this.context, diagnostics);
  }

  /** Prints diagnostics, and is the exit code for them. */
  protected refuse(diagnostics: readonly Diagnostic[]): number {
    return refuse(this.context, diagnostics);
  }
}
