import { trouble } from './remote-backend.js';

/** More of the text of an error is not told, characters. */
const MAX_TEXT = 200;

/**
 * The trouble that an error is which nobody foresaw: a bug of ours, which costs a hit or an upload and never the run. It says where
 * the error was thrown, without the directory.
 */
export function unexpected(error: unknown): ReturnType<typeof trouble> {
  return trouble('bug', error instanceof Error ? `${describe(error)}${placeOf(error)}` : typeof error);
}

/** The text of an error of the system may name files and addresses; its code does not. */
function describe(error: Error): string {
  const text = 'code' in error && typeof error.code === 'string' ? error.code : error.message;
  return `${error.name}: ${text.split('\n', 1)[0]?.slice(0, MAX_TEXT)}`;
}

function placeOf({ stack = '' }: Error): string {
  const place = /^ +at .*?([^/\\() ]+:[0-9]+:[0-9]+)\)?$/m.exec(stack)?.[1];
  return place === undefined ? '' : ` (${place})`;
}
