import type { FingerprintFailure } from '@tr/model';
import { TOO_MANY_FILES, type Words } from './words.js';

type ToolFailed = Extract<FingerprintFailure, { readonly code: 'fingerprint/tool-failed' }>;

/** Words for trouble while computing a key. */
export function describeFingerprintFailure(failure: FingerprintFailure): Words {
  switch (failure.code) {
    case 'fingerprint/tool-failed':
      return {
        what: toolFailed(failure),
        next: 'Install the tool, or take the command out of `tools`: without its output the key would be a guess.',
      };
    case 'fingerprint/unreadable-input':
      return {
        what: `\`${failure.path}\` is an input and cannot be read: ${failure.detail}.`,
        next: /^(?:EMFILE|ENFILE)$/.test(failure.detail)
          ? TOO_MANY_FILES
          : 'Make it readable, or exclude it in `inputs` with a `!` pattern.',
      };
    case 'fingerprint/git-failed':
      return {
        what: `Git could not hash files that its attributes convert: ${failure.detail}.`,
        next: 'Check that `git status` works here, and that the filters named in `.gitattributes` are installed.',
      };
  }
}

function toolFailed({ task, tool, exitCode, output }: ToolFailed): string {
  const how = exitCode === undefined ? 'could not be started' : `ended with exit code ${exitCode}`;
  const what = `The tool command \`${tool}\` of \`${task}\` ${how}`;
  const said = output.trim();
  return said === '' ? `${what}.` : `${what}: ${said}`;
}
