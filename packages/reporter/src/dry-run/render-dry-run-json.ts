import type { DryRunPlan } from './dry-run-plan.js';
import { toTurboShape } from './turbo-shape.js';

/** `tr run --dry=json`: one object in Turborepo's shape, two spaces, a final newline. */
export function renderDryRunJson(plan: DryRunPlan): string {
  return `${JSON.stringify(toTurboShape(plan), undefined, 2)}\n`;
}
