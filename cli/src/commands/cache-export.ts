import { renderTransferResult } from '@tr/reporter';
import { Command, Option } from 'clipanion';
import { toError, toWarning, type Failure } from '@tr/model';
import { EXIT } from '../exit-codes.js';
import { exportTask } from '../transfer/export-task.js';
import type { Project } from '../project.js';
import { countFiles } from '../transfer/count-files.js';
import { ProjectCommand } from './project-command.js';

/** `tr cache export`. */
export class CacheExportCommand extends ProjectCommand {
  static override paths = [['cache', 'export']];
  static override usage = Command.Usage({
    category: 'Cache',
    description: 'Write the stored result of a task to standard output, as a tar file.',
    details: `
      The result is that of the task as it is now; one that only the remote cache has is fetched. The file has \`manifest.json\`,
      \`log\`, \`fingerprint.json\` and \`outputs/\`, and is the same bytes every time. It is signed when TR_SIGNING_KEY is set.
    `,
    examples: [['One result as a file', 'tr cache export web#build > web.tar']],
  });

  task = Option.String({ name: 'task', required: false });
  cacheDir = Option.String('--cache-dir', { description: 'Where results are stored.' });

  override execute(): Promise<number> {
    if (this.context.out.isTTY) return Promise.resolve(this.fail({ code: 'export/terminal', command: 'export' }));
    return this.withProject(async (project) =>
      this.task === undefined
        ? this.fail({ code: 'usage/missing-task', available: project.definitions.taskNames() })
        : await this.export(project, this.task),
    );
  }

  private async export(project: Project, task: string): Promise<number> {
    const { err, stdout } = this.context;
    const write = (bytes: Uint8Array): Promise<void> =>
      new Promise((resolve, reject) => stdout.write(bytes, (error) => (error ? reject(error) : resolve())));
    try {
      const exported = await exportTask({
        project,
        context: this.context,
        task,
        cacheDir: this.cacheDir,
        write,
        warn: (failure) => this.warn([toWarning(failure)]),
      });
      if (!exported.ok) return this.refuse(exported.failure);
      const { manifest, key } = exported.value;
      err.write(renderTransferResult({ kind: 'exported', task: manifest.task, key, ...countFiles(manifest) }));
      return EXIT.ok;
    } catch (error) {
      const detail = error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : undefined;
      if (detail === undefined) throw error;
      this.fail({ code: 'export/write-failed', detail });
      return EXIT.failed;
    }
  }

  private fail(failure: Failure): number {
    return this.refuse([toError(failure)]);
  }
}
