import { greet } from '@mixed/greeting';
import { formatCents } from '@mixed/money';
import escape from 'escape-string-regexp';

/** The text of a receipt. */
export function receipt(name: string, cents: number): string {
  return `${greet(name)} You paid ${formatCents(cents)}.`;
}

/** Whether `text` is a receipt for `name`. */
export function isReceiptFor(name: string, text: string): boolean {
  return new RegExp(`, ${escape(name)}\\.`).test(text);
}
