import { renderVerifyResult, type VerifyReport } from '@tr/reporter';
import { verifyCache, type VerifyReport as Found } from '@tr/store';
import { Command } from 'clipanion';
import { EXIT } from '../exit-codes.js';
import { CacheCommand } from './cache-command.js';

/** `tr cache verify`. */
export class CacheVerifyCommand extends CacheCommand {
  static override paths = [['cache', 'verify']];
  static override usage = Command.Usage({
    category: 'Cache',
    description: 'Read and hash everything that is stored; set aside what is damaged.',
    details: 'Ends with exit code 1 when something was wrong. The tasks concerned run again when they are needed.',
    examples: [['Check the cache', 'tr cache verify']],
  });

  override execute(): Promise<number> {
    const started = Date.now();
    return this.withCache(verifyCache, (found) => {
      const { out } = this.context;
      const report = {
        ...found,
        problems: listProblems(found),
        quarantined: found.badBlobs.length + found.badEntries.length,
      };
      out.write(renderVerifyResult({ ...report, durationMs: Date.now() - started }, out.colors));
      return report.problems.length === 0 ? EXIT.ok : EXIT.failed;
    });
  }
}

function listProblems({ badBlobs, badEntries, incompleteEntries }: Found): VerifyReport['problems'] {
  return [
    ...badBlobs.map((subject) => ({ kind: 'integrity', subject, detail: 'the bytes are not those of the name' })),
    ...badEntries.map((subject) => ({ kind: 'integrity', subject, detail: 'the manifest cannot be trusted' })),
    ...incompleteEntries.map((subject) => ({
      kind: 'blob-missing',
      subject,
      detail: 'the manifest names a blob that is not there',
    })),
  ];
}
