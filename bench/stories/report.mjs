import { median } from '../measure.mjs';

const seconds = (value) => value.toFixed(1);

/** Collects what rounds of a story have measured, and prints it as one table. */
export class StoryReport {
  #sides;
  /** phase -> side -> runs */
  #phases = new Map();
  #parts = new Map();
  #round = 0;

  /** `sides`: names of the columns; the first is what the others are compared with. */
  constructor(title, sides) {
    this.title = title;
    this.#sides = sides;
  }

  /** Runs each side of a phase once; who goes first changes from phase to phase. */
  phase(name, sides) {
    const turns = Object.entries(sides);
    if ((this.#round += 1) % 2 === 0) turns.reverse();
    for (const [side, measure] of turns) this.#add(this.#phases, name, side, measure);
  }

  /** One part of our side, for its share of CPU. */
  part(name, measure) {
    this.#add(this.#parts, name, 'ours', measure);
  }

  #add(all, name, side, measure) {
    const { wall, cpu } = measure();
    console.error(`${this.title}, ${name}, ${side}: ${seconds(wall)} s, CPU ${seconds(cpu)} s`);
    const phase = all.get(name) ?? {};
    all.set(name, { ...phase, [side]: [...(phase[side] ?? []), { wall, cpu }] });
  }

  print() {
    const [first, ...others] = this.#sides;
    console.log(`\n${this.title}: wall / CPU seconds; ratios of wall / CPU to \`${first}\`\n`);
    row('phase', ...this.#sides, ...others.map((side) => `${side} / ${first}`));
    row('---', ...this.#sides.map(() => '---'), ...others.map(() => '---'));
    for (const [name, phase] of this.#phases) {
      const pair = (side, show) => (phase[side] === undefined ? '–' : ['wall', 'cpu'].map(show).join(' / '));
      const cells = this.#sides.map((side) => pair(side, (key) => seconds(middle(phase[side], key))));
      // A side that was measured in one phase only stands for all: it does the same in each.
      const base = phase[first] ?? this.#onlyRuns(first);
      const ratios = others.map((side) => pair(side, (key) => ratio(phase[side], base, key)));
      row(name, ...cells, ...ratios);
    }
    const zero = this.#parts.get('from zero')?.ours;
    if (zero === undefined) return;
    console.log('\nThe migrated and seeded database only, ours:\n');
    row('', 'wall', 'CPU', 'CPU / from zero');
    row('---', '---', '---', '---');
    for (const [name, { ours }] of this.#parts)
      row(name, seconds(middle(ours, 'wall')), seconds(middle(ours, 'cpu')), ratio(ours, zero, 'cpu'));
  }

  #onlyRuns(side) {
    return [...this.#phases.values()].find((phase) => phase[side] !== undefined)[side];
  }
}

function row(...cells) {
  console.log(`| ${cells.join(' | ')} |`);
}

function middle(runs, key) {
  return median(runs.map((run) => run[key]));
}

/** Of the runs of one round each, as other load on the machine weighs on both alike. */
function ratio(runs, others, key) {
  return median(runs.map((run, i) => run[key] / others[i][key])).toFixed(2);
}
