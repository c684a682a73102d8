/**
 * Workflow commands of GitHub Actions' log viewer. Escapes as its toolkit does: `%`, CR and LF everywhere, `:` and
 * `,` in properties too.
 */

/** Opens a folded section. */
export function openGroup(title: string): string {
  return `::group::${escapeMessage(title)}\n`;
}

/** Closes it. */
export const CLOSE_GROUP = '::endgroup::\n';

/** Heads the log of a failed task: a coloured line instead of a fold, so that nobody has to open it. */
export function failedTitle(title: string): string {
  return `\u001B[;31m${title}\u001B[;0m\n`;
}

/** An annotation on the page of the run. */
export function errorAnnotation(title: string, message: string): string {
  return `::error title=${escapeProperty(title)}::${escapeMessage(message)}\n`;
}

function escapeMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
