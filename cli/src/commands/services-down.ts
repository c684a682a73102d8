import { renderServicesDown } from '@tr/reporter';
import { Command, Option } from 'clipanion';
import { EXIT } from '../exit-codes.js';
import { ServicesCommand } from './services-command.js';

/** `tr services down`. */
export class ServicesDownCommand extends ServicesCommand {
  static override paths = [['services', 'down']];
  static override usage = Command.Usage({
    category: 'Services',
    description: 'Stop services and remove their data.',
    examples: [['All of them', 'tr services down']],
  });
  names = Option.Rest({ name: 'service' });

  override execute(): Promise<number> {
    return this.withServices(this.names, async (_services, kept) => {
      const ended = (await kept.list()).map(({ name }) => name).filter((name) => isAsked(name, this.names));
      await kept.down(this.names.length === 0 ? undefined : this.names);
      this.context.out.write(renderServicesDown(ended));
      return EXIT.ok;
    });
  }
}

function isAsked(name: string, names: readonly string[]): boolean {
  return names.length === 0 || names.includes(name);
}
