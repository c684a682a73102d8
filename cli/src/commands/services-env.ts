import { renderServiceVariables } from '@tr/reporter';
import { Command, Option } from 'clipanion';
import { EXIT } from '../exit-codes.js';
import { ServicesCommand } from './services-command.js';

/** `tr services env`. */
export class ServicesEnvCommand extends ServicesCommand {
  static override paths = [['services', 'env']];
  static override usage = Command.Usage({
    category: 'Services',
    description: 'Print the variables of running services, for a shell. They contain passwords.',
    details: 'In a shell: `eval "$(tr services env)"`.',
    examples: [['Of one service', 'tr services env db']],
  });
  names = Option.Rest({ name: 'service' });

  override execute(): Promise<number> {
    return this.withServices(this.names, async (services, kept) => {
      const wanted = new Set(services.map(({ name }) => name));
      const running = (await kept.list()).filter(({ name, isRunning }) => isRunning && wanted.has(name));
      for (const { environment } of running) this.context.out.write(renderServiceVariables(environment));
      if (running.length > 0) return EXIT.ok;
      this.refuse([{ severity: 'error', failure: { code: 'usage/no-service-runs', services: this.names } }]);
      return EXIT.failed;
    });
  }
}
