/** Whether a text says how many tasks run at once: a whole number from 1, or a percentage above 0. As Turborepo reads it. */
export function isConcurrency(text: string): boolean {
  if (/^\d{1,9}$/.test(text)) return Number(text) >= 1;
  return /^\d{1,9}(\.\d+)?%$/.test(text) && Number(text.slice(0, -1)) > 0;
}
