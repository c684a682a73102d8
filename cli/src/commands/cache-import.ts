import { toError } from '@tr/model';
import { renderTransferResult } from '@tr/reporter';
import { Command } from 'clipanion';
import { EXIT } from '../exit-codes.js';
import { importResult } from '../transfer/import-result.js';
import { readKeys } from '../remote/remote.js';
import { countFiles } from '../transfer/count-files.js';
import { CacheCommand } from './cache-command.js';

/** `tr cache import`. */
export class CacheImportCommand extends CacheCommand {
  static override paths = [['cache', 'import']];
  static override usage = Command.Usage({
    category: 'Cache',
    description: 'Store the result that is in a tar file of `tr cache export`, from standard input.',
    details: `
      Every byte is verified before the result counts, and it counts only for the task, inputs and environment that it was made from.
      Whether the command really made these outputs is what a signature is for: with \`remoteCache.publicKeys\` only signed files
      are taken. A result that is there already stays.
    `,
    examples: [['Take a result over', 'tr cache import < web.tar']],
  });

  override execute(): Promise<number> {
    const { stdin, out } = this.context;
    if ('isTTY' in stdin && stdin.isTTY === true)
      return Promise.resolve(this.refuse([toError({ code: 'export/terminal', command: 'import' })]));
    return this.withFolder(async (folder, { config }) => {
      const keys = readKeys(config.remoteCache, this.context.environment);
      if (!keys.ok) return this.refuse([toError(keys.failure)]);
      const { trustedKeys } = keys.value;
      const imported = await importResult({ source: stdin, folder, trustedKeys, now: () => Date.now() });
      if (!imported.ok) {
        this.refuse([toError(imported.failure)]);
        return EXIT.failed;
      }
      const { manifest, outcome } = imported.value;
      const { task, actionKey: key } = manifest;
      out.write(renderTransferResult({ kind: outcome, task, key, ...countFiles(manifest) }));
      return EXIT.ok;
    });
  }
}
