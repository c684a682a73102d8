import type { ConfigFormat } from '@tr/model';
import type { Format } from '../schema/schema-node.js';
import { isConcurrency } from './concurrency.js';
import { parseDuration } from './duration.js';
import { checkDirectoryGlob, checkPackageGlob, checkWorkspaceGlob } from './glob.js';
import {
  checkDependency,
  checkSiblingReference,
  checkTaskReference,
  checkVariable,
  checkVariableName,
} from './names.js';
import { refuse, tolerate, type ValueProblem } from './problem.js';
import { parseSize } from './size.js';

/** Checks a string or number against the `format` its schema names; undefined when it is well formed. */
export function checkFormat(format: Format, value: string | number): ValueProblem | undefined {
  const text = String(value);
  switch (format) {
    case 'input-glob':
      return checkPackageGlob(text, true);
    case 'output-glob':
      return checkPackageGlob(text, false);
    case 'workspace-glob':
      return checkWorkspaceGlob(text);
    case 'directory-glob':
      return checkDirectoryGlob(text);
    case 'variable':
      return checkVariable(text);
    case 'variable-name':
      return checkVariableName(text);
    case 'dependency':
      return checkDependency(text);
    case 'task-reference':
      return checkTaskReference(text);
    case 'sibling-reference':
      return checkSiblingReference(text);
    case 'duration':
      return parseDuration(text) === undefined ? invalid(text, 'duration') : undefined;
    case 'timeout':
      return isTimeout(value) ? undefined : invalid(text, 'timeout');
    case 'size':
      return parseSize(text) === undefined ? invalid(text, 'size') : undefined;
    case 'concurrency':
      return isConcurrency(text) ? undefined : invalid(text, 'concurrency');
    case 'command':
    case 'package-name':
    case 'branch-glob':
      return text.trim() === '' ? invalid(text, 'not-empty') : undefined;
    case 'service-name':
      return SERVICE_NAME.test(text) ? undefined : invalid(text, 'service-name');
    case 'service-url':
      return isServiceUrl(text) ? undefined : invalid(text, 'service-url');
    case 'worker-names':
      return /\{[ni]\}/.test(text) ? undefined : invalid(text, 'worker-names');
    case 'pattern':
      return isPattern(text) ? undefined : invalid(text, 'regular-expression');
    case 'version-range':
      return /^[\d\s.x*<>=~^|-]*\d[\d\s.x*<>=~^|-]*$/.test(text) ? undefined : invalid(text, 'version-range');
    case 'path':
      return text === '' ? tolerate({ code: 'config/invalid-format', value: text, format: 'not-empty' }) : undefined;
    case 'tag':
      return undefined;
  }
}

const SERVICE_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;

function isServiceUrl(text: string): boolean {
  return /^\$[A-Za-z_][A-Za-z0-9_]*$/.test(text) || (/^[a-z][a-z0-9+]*:\/\//.test(text) && URL.canParse(text));
}

function isPattern(text: string): boolean {
  try {
    return text !== '' && new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}

function isTimeout(value: string | number): boolean {
  if (typeof value === 'number') return value > 0;
  return (parseDuration(value) ?? 0) > 0;
}

function invalid(value: string, format: ConfigFormat): ValueProblem {
  return refuse({ code: 'config/invalid-format', value, format });
}
