import {
  type FigureGroup,
  type FigureRow,
  FIGURES,
  type FigureUnit,
} from '../../src/views/index.ts';
import { item, page, sentence, wrapped } from './text.ts';

const GROUPS: Readonly<Record<FigureGroup, string>> = {
  return: 'Return',
  risk: 'Risk',
  activity: 'Activity',
  trades: 'Closed trades',
  benchmark: 'Against the benchmark',
};

const UNITS: Readonly<Record<FigureUnit, string>> = {
  percent: 'percent',
  ratio: 'ratio',
  money: 'dollars, exact',
  days: 'days',
  count: 'count',
  bps: 'basis points',
};

const READING =
  'Letters in the formulas: `E` is the equity at the end of a day; `r` are daily returns, the ' +
  'first against the start equity; `x` is `r` less the risk-free rate over 252; `b` are daily ' +
  'returns of the benchmark. Percentages are in percent: 12.5 is 12.5 %.';

const ABSENT =
  'A figure that its sample cannot carry is N/A, with the reason beside it: "from 30 returns" ' +
  'in a formula says how large a sample has to be. In `--json` it is null, and `notes` has the ' +
  'reason under its key. Dollars are decimal text there.';

const OURS =
  'Where no source is named the definition is our own. On synthetic prices no figure is a result.';

function figure({ key, label, unit, formula, source }: FigureRow): string {
  const from = source === 'Our definition' ? '' : ` Source: ${sentence(source)}`;
  return item(`**${label}** (\`${key}\`, ${UNITS[unit]}): ${sentence(formula)}${from}`);
}

/** `docs/guides/figures.md`. */
export function figuresPage(): string {
  const groups = Object.entries(GROUPS).map(([group, title]) => {
    const rows = FIGURES.filter((row) => row.group === group);
    return `## ${title}\n\n${rows.map(figure).join('\n')}`;
  });
  return page('Figures', 'the table in `src/views/performance-figures.ts`', [
    ...[READING, ABSENT, OURS].map((text) => wrapped(text)),
    ...groups,
  ]);
}
