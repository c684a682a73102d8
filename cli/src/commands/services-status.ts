import { renderServices } from '@tr/reporter';
import { Command } from 'clipanion';
import { EXIT } from '../exit-codes.js';
import { toListed } from '../listed-service.js';
import { ServicesCommand } from './services-command.js';

/** `tr services status`. */
export class ServicesStatusCommand extends ServicesCommand {
  static override paths = [['services', 'status']];
  static override usage = Command.Usage({
    category: 'Services',
    description: 'Say which services run for local work, and where.',
    examples: [['What runs', 'tr services status']],
  });

  override execute(): Promise<number> {
    return this.withServices([], async (_services, kept) => {
      const { out } = this.context;
      out.write(renderServices((await kept.list()).map(toListed), out.colors));
      return EXIT.ok;
    });
  }
}
