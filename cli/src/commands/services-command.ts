import { findNearest, toError, toWarning, type ServiceDefinition } from '@tr/model';
import type { KeptService, KeptServices } from '@tr/services';
import { join } from 'node:path';
import { EXIT } from '../exit-codes.js';
import type { Project } from '../project.js';
import { createStateDirectory, resolveStateDirectories } from '../state-directory.js';
import { ProjectCommand } from './project-command.js';

/** What the commands about services that outlive a run have in common. */
export abstract class ServicesCommand extends ProjectCommand {
  /** Goes on with the services that `names` names (all of the configuration when it is empty) and what keeps them. */
  protected withServices(
    names: readonly string[],
    run: (services: readonly ServiceDefinition[], kept: KeptServices, project: Project) => Promise<number>,
  ): Promise<number> {
    return this.withProject(async (project) => {
      const { services } = project.config;
      const unknown = names.find((name) => !services.has(name));
      if (unknown !== undefined) {
        const nearest = findNearest(unknown, services.keys());
        return this.refuse([
          toError({ code: 'usage/unknown-service', service: unknown, nearest, known: [...services.keys()] }),
        ]);
      }
      const wanted = [...services.values()].filter(({ name }) => names.length === 0 || names.includes(name));
      return await run(wanted, await this.openKept(project), project);
    });
  }

  /** Prints what `print` makes of each named service that was started; undefined = it does not count. Fails when none does. */
  protected printStarted(
    names: readonly string[],
    print: (service: KeptService) => string | undefined,
  ): Promise<number> {
    return this.withServices(names, async (services, kept) => {
      const wanted = new Set(services.map(({ name }) => name));
      const texts = (await kept.list()).flatMap((service) => (wanted.has(service.name) ? (print(service) ?? []) : []));
      for (const text of texts) this.context.out.write(text);
      if (texts.length > 0) return EXIT.ok;
      this.refuse([toError({ code: 'usage/no-service-runs', services: names })]);
      return EXIT.failed;
    });
  }

  private async openKept({ workspace, config }: Project): Promise<KeptServices> {
    const { own } = resolveStateDirectories(workspace.root, workspace.git, config.cache.dir);
    createStateDirectory(own);
    const { createKeptServices } = await import('@tr/services');
    return createKeptServices({
      root: workspace.root,
      directory: join(own, 'services'),
      environment: this.context.environment,
      now: () => Date.now(),
      warn: (failure) => this.warn([toWarning(failure)]),
    });
  }
}
