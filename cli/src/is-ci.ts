/** True in a job of CI. */
export function isCi(environment: Readonly<Record<string, string>>): boolean {
  return !['', 'false', '0'].includes(environment['CI'] ?? '');
}
