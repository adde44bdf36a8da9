import { formatMoney, type Money } from '../../base/index.ts';
import { FIGURES, type Performance, type RunRecord } from '../../views/index.ts';
import { dollars } from './print.ts';

const SHOWN = [
  'totalReturn',
  'cagr',
  'volatility',
  'sharpe',
  'sortino',
  'calmar',
  'maxDrawdown',
  'grossExposure',
  'turnover',
  'winRate',
  'profitFactor',
  'benchmarkReturn',
  'alpha',
  'beta',
];

/** What a run came to, for a terminal. */
export function summary(run: RunRecord, performance: Performance): string[] {
  const last = run.equity.at(-1);
  const { from, to, days } = performance;
  const lines = [
    '',
    `${run.desk}: ${run.stage}, ${from ?? '-'} to ${to ?? '-'}, ${days} trading days`,
    ...run.notes.map((text) => `! ${text}`),
    '',
    row('Start equity', dollars(run.startEquity)),
    row('Final equity', dollars(last?.equity ?? run.startEquity)),
  ];
  for (const figure of FIGURES) {
    if (SHOWN.includes(figure.key)) lines.push(row(figure.label, show(performance, figure.key)));
  }
  lines.push(row('Decisions', `${run.decisions.length}`), row('Fills', `${run.fills.length}`));
  lines.push(row('Holdings', holdings(run)));
  return lines;
}

/** A label and its text, aligned with every other line of a summary. */
export const row = (label: string, text: string): string => `${label.padEnd(22)} ${text}`;

function holdings(run: RunRecord): string {
  const held = Object.entries(run.equity.at(-1)?.positions ?? {});
  return held.length === 0 ? 'cash only' : held.map(([symbol, n]) => `${n} ${symbol}`).join(', ');
}

function show(performance: Performance, key: (typeof FIGURES)[number]['key']): string {
  const value = performance.figures[key] as number | null;
  const figure = FIGURES.find((one) => one.key === key);
  if (value === null) return `N/A (${performance.notes[key] ?? 'not enough data'})`;
  const when = performance.when[key];
  const unit = figure?.unit === 'percent' ? ' %' : '';
  const text = figure?.unit === 'money' ? dollars(value as Money) : `${value.toFixed(2)}${unit}`;
  return when === undefined ? text : `${text}  (${when})`;
}

/** Figures as plain JSON, money as decimal text. */
export function plainFigures(performance: Performance): Record<string, string | number | null> {
  const plain: Record<string, string | number | null> = {};
  for (const { key, unit } of FIGURES) {
    const value = performance.figures[key] as number | null;
    plain[key] = value !== null && unit === 'money' ? formatMoney(value as Money) : value;
  }
  return plain;
}
