import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createRunningDigest } from '@tr/hash';
import { renderServices } from '@tr/reporter';
import { fail, ok, snapshotPath, toError, type Failure, type Result, type TaskNode } from '@tr/model';
import type { KeptServices, StoredState } from '@tr/services';
import { Command, Option } from 'clipanion';
import { executeRun } from '../execute-run.js';
import { EXIT } from '../exit-codes.js';
import { expectedOf } from '../option-values.js';
import { createPlainPlan } from '../plan/plan.js';
import type { Project } from '../project.js';
import { readPlainRunFlags } from '../run-flags.js';
import { toListed } from '../listed-service.js';
import { ServicesCommand } from './services-command.js';

/** `tr services up`: servers for local work. */
export class ServicesUpCommand extends ServicesCommand {
  static override paths = [['services', 'up']];
  static override usage = Command.Usage({
    category: 'Services',
    description: 'Start services for local work.',
    details: `
      They run until \`tr services down\`, apart from those of tasks: a run never changes what you have in them. With \`--from\` the
      service starts with the state that a task with \`snapshot\` leaves; the task runs first, if it has to.
    `,
    examples: [
      ['All services, empty', 'tr services up'],
      ['A migrated and seeded database', 'tr services up db --from seed'],
    ],
  });

  names = Option.Rest({ name: 'service' });
  from = Option.String('--from', { description: 'The task whose state the service of its `snapshot` starts with.' });

  /** What runs is thrown away first. */
  protected readonly beginsAgain: boolean = false;

  override execute(): Promise<number> {
    return this.withServices(this.names, async (services, kept, project) => {
      if (services.length === 0) return this.refuse([toError({ code: 'usage/no-services' })]);
      // On a given server the task of `--from` needs the very database that is thrown away.
      const given = services.flatMap(({ name, url }) => (url === undefined ? [] : [name]));
      if (this.beginsAgain) await kept.down(given);
      const state = await this.findState(project);
      if (!state.ok) return typeof state.failure === 'number' ? state.failure : this.refuse([toError(state.failure)]);
      if (this.beginsAgain) await kept.down(services.map(({ name }) => name));
      const started = await Promise.all(
        services.map((service) =>
          kept.up(
            { service, state: service.name === state.value?.service ? state.value.state : undefined },
            new AbortController().signal,
          ),
        ),
      );
      const failures = started.flatMap((result) => (result.ok ? [] : [toError(result.failure)]));
      if (failures.length > 0) this.refuse(failures);
      await this.tell(kept);
      return failures.length > 0 ? EXIT.failed : EXIT.ok;
    });
  }

  private async tell(kept: KeptServices): Promise<void> {
    const { out } = this.context;
    out.write(renderServices((await kept.list()).map(toListed), out.colors));
  }

  /** Runs the task of `--from`; a number is the exit code of a run that failed. */
  private async findState(
    project: Project,
  ): Promise<Result<{ readonly service: string; readonly state: StoredState } | undefined, Failure | number>> {
    if (this.from === undefined) return ok(undefined);
    const found = await this.findTask(project, this.from);
    if (!found.ok) return found;
    const { id, definition } = found.value;
    const flags = readPlainRunFlags([id, '--output-logs=new-only']);
    const exitCode = flags === undefined ? EXIT.usage : await executeRun(flags, this.context);
    if (exitCode !== EXIT.ok) return fail(exitCode);
    const service = definition.snapshot?.service ?? '';
    const path = join(project.workspace.root, snapshotPath(id));
    if (!existsSync(path)) {
      return fail({ code: 'service/state-unusable', service, detail: `${id} has left none (the run above says why)` });
    }
    const digest = createRunningDigest();
    for await (const bytes of createReadStream(path)) digest.update(bytes as Buffer);
    return ok({ service, state: { path, sha256: digest.finish().hash } });
  }

  private async findTask(project: Project, task: string): Promise<Result<TaskNode, Failure>> {
    const plan = await createPlainPlan(project, this.context, { tasks: [task], filters: [] });
    const [first] = plan.ok ? [] : plan.failure;
    if (first !== undefined) return fail(first.failure);
    const nodes = plan.ok ? [...plan.value.graph.nodes.values()] : [];
    const node = nodes.find(({ isEntryPoint, definition }) => isEntryPoint && definition.snapshot !== undefined);
    if (node !== undefined) return ok(node);
    const withState = nodes.filter(({ definition }) => definition.snapshot !== undefined).map(({ id }) => id);
    const expected = withState.length > 0 ? withState.join(', ') : expectedOf('--from');
    return fail({ code: 'usage/invalid-option', option: '--from', value: task, expected });
  }
}
