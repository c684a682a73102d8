import type { ExportFailure } from '@tr/model';
import { describeMissReasons } from './miss-reason.js';
import type { Words } from './words.js';

/** Words for stored results on their way to a file or from one. */
export function describeExportFailure(failure: ExportFailure): Words {
  switch (failure.code) {
    case 'export/not-stored':
      return {
        what: `There is no stored result of \`${failure.task}\` as it is now: ${describeMissReasons(failure.reasons)}.`,
        next: `Write \`tr run ${failure.task}\` first.`,
      };
    case 'export/several-tasks':
      return {
        what: `\`${failure.task}\` is ${failure.candidates.length} tasks, and a file has the result of one.`,
        next: `Name one of them: ${failure.candidates.map((id) => `\`${id}\``).join(', ')}.`,
      };
    case 'export/terminal':
      return failure.command === 'export'
        ? {
            what: 'An exported result is a tar file, which is nothing for a terminal.',
            next: 'Send it to a file: `tr cache export <task> > result.tar`.',
          }
        : {
            what: 'There is no file to import.',
            next: 'Give it one: `tr cache import < result.tar`.',
          };
    case 'export/write-failed':
      return { what: `The result could not be written (${failure.detail}): the file is not whole.` };
    case 'export/damaged':
      return {
        what: `The file is not byte for byte what \`tr cache export\` writes: ${failure.detail}. Nothing was imported.`,
        next: 'Export it again. A file that `tar` has written anew cannot be imported.',
      };
    case 'export/other-version':
      return {
        what: `The file has version ${failure.version} of the format, which this \`tr\` does not know. Nothing was imported.`,
        next: 'Use the same version of `tr` on both sides.',
      };
    case 'export/untrusted':
      return {
        what: `The file is ${failure.detail}, and \`remoteCache.publicKeys\` asks for a signature. Nothing was imported.`,
        next: 'Export it where `TR_SIGNING_KEY` is set.',
      };
  }
}
