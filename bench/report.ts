export type Figures = Readonly<Record<string, number | string | boolean>>;

/** What a figure must reach. */
export interface Goal {
  /** Name among the figures. */
  readonly figure: string;
  readonly bound: 'at most' | 'at least' | 'is';
  readonly value: number | boolean;
}

/** What one benchmark found, in the order in which it is to be read; units are in the names. */
export interface Outcome {
  readonly figures: Figures;
  readonly goals: readonly Goal[];
}

export function meets(figures: Figures, { figure, bound, value }: Goal): boolean {
  const found = figures[figure];
  if (bound === 'is') return found === value;
  if (typeof found !== 'number') return false;
  return bound === 'at most' ? found <= Number(value) : found >= Number(value);
}

const shown = (value: number | string | boolean): string =>
  typeof value === 'number'
    ? value.toLocaleString('en-US', { maximumFractionDigits: 4 })
    : `${value}`;

/** The figures as lines: name, found, goal, met or missed. */
export function table(name: string, { figures, goals }: Outcome): string {
  const lines = Object.entries(figures).map(([figure, found]) => {
    const goal = goals.find((one) => one.figure === figure);
    const wanted = goal ? `${goal.bound} ${shown(goal.value)}` : '';
    const verdict = goal ? (meets(figures, goal) ? 'met' : 'MISSED') : '';
    return `  ${figure.padEnd(26)}${shown(found).padStart(18)}   ${wanted.padEnd(20)}${verdict}`;
  });
  return [name, ...lines.map((line) => line.trimEnd())].join('\n');
}
