import { readFileSync } from 'node:fs';
import { Command, Option } from 'clipanion';
import { EXIT } from '../exit-codes.js';
import { ServicesCommand } from './services-command.js';

/** `tr services logs`. */
export class ServicesLogsCommand extends ServicesCommand {
  static override paths = [['services', 'logs']];
  static override usage = Command.Usage({
    category: 'Services',
    description: 'Print the logs of services that run for local work.',
    examples: [['Of one service', 'tr services logs db']],
  });
  names = Option.Rest({ name: 'service' });

  override execute(): Promise<number> {
    return this.withServices(this.names, async (services, kept) => {
      const wanted = new Set(services.map(({ name }) => name));
      const started = (await kept.list()).filter(({ name }) => wanted.has(name));
      for (const { logPath } of started)
        if (logPath !== undefined) this.context.out.write(readFileSync(logPath, 'utf8'));
      if (started.length > 0) return EXIT.ok;
      this.refuse([{ severity: 'error', failure: { code: 'usage/no-service-runs', services: this.names } }]);
      return EXIT.failed;
    });
  }
}
