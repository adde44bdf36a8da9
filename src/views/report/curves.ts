import { type DateText, type Money, toDollars } from '../../base/index.ts';
import type { Performance } from '../performance.ts';
import type { RunRecord } from '../record.ts';
import { type TimeAxis, timeAxis, valueAxis } from './axis.ts';
import { areaPath, chartOf, linePath } from './chart.ts';
import { extremes } from './downsample.ts';
import { moneyText, percentText, shortMoneyText } from './format.ts';
import { clip, html, type Html } from './html.ts';

const POINTS_MAX = 1_500;
const EQUITY_HEIGHT = 300;
const DRAWDOWN_HEIGHT = 130;

/** Benchmark closes scaled to the equity of its first day; null where it has none. */
function scaledBenchmark(run: RunRecord): (number | null)[] {
  const closes = run.benchmark?.closes ?? run.equity.map(() => null);
  const first = closes.findIndex((close) => close !== null && close > 0);
  if (first < 0) return closes.map(() => null);
  const base = toDollars(run.equity[first]?.equity as Money) / (closes[first] as number);
  return closes.map((close) => (close === null ? null : close * base));
}

/** Equity against the benchmark, and the drawdown below it on the same time axis. */
export function curvesSection(run: RunRecord, performance: Performance): Html {
  if (run.equity.length < 2) return html`<p class="quiet">Too few days to draw a curve.</p>`;
  const x = timeAxis(run.equity.map((point) => point.date));
  return html`${equityChart(run, x)}${drawdownChart(performance, x)}`;
}

function equityChart(run: RunRecord, x: TimeAxis): Html {
  const equity = run.equity.map((point) => toDollars(point.equity));
  const other = scaledBenchmark(run);
  const known = other.flatMap((value, index) => (value === null ? [] : [index]));
  const values = [...equity, ...known.map((index) => other[index] as number)];
  const [low, high] = bounds(values);
  const y = valueAxis(low - (high - low) * 0.03, high + (high - low) * 0.08, EQUITY_HEIGHT);
  const valueAt = (index: number) => other[index] as number;
  const sampled = extremes(known.map(valueAt), POINTS_MAX).map((at) => known[at] as number);
  const ours = linePath(x, y, extremes(equity, POINTS_MAX), (index) => equity[index] as number);
  const name = run.benchmark === null ? '' : clip(run.benchmark.symbol, 12);
  const lastKnown = known.at(-1);
  const ends = [{ value: equity.at(-1) as number, tone: 'ours' }];
  if (lastKnown !== undefined) ends.push({ value: valueAt(lastKnown), tone: 'theirs' });
  const legend = html`<ul class="legend">
    <li>${swatch('ours')}Equity</li>
    ${known.length > 0 ? html`<li>${swatch('theirs')}${name}, scaled to the same start</li>` : ''}
  </ul>`;
  return html`${legend}${chartOf({
    id: 'equity-chart',
    title: 'Equity by day',
    description: describe(run, x.dates, name),
    height: EQUITY_HEIGHT,
    x,
    y,
    label: shortMoneyText,
    paths: html`<path class="line theirs" d="${linePath(x, y, sampled, valueAt)}" /><path
        class="line ours"
        d="${ours}"
      />`,
    ends: ends.map((end) => ({ ...end, text: shortMoneyText(end.value) })),
    reading: (index) => readingOf(run, { equity, other, name }, index),
  })}`;
}

function readingOf(
  run: RunRecord,
  lines: { equity: readonly number[]; other: readonly (number | null)[]; name: string },
  index: number,
) {
  const point = run.equity[index] as RunRecord['equity'][number];
  const other = lines.other[index] ?? null;
  const versus = other === null ? '' : `   ${lines.name} ${shortMoneyText(other)}`;
  const ours = { value: lines.equity[index] as number, tone: 'ours' };
  return {
    lines: [`${point.date}   ${moneyText(point.equity)}${versus}`],
    dots: other === null ? [ours] : [ours, { value: other, tone: 'theirs' }],
  };
}

function describe(run: RunRecord, dates: readonly DateText[], name: string): string {
  const last = run.equity.at(-1) as RunRecord['equity'][number];
  const against = name === '' ? '' : ` The second line is ${name}, scaled to the same start.`;
  const span = `From ${dates[0]} to ${dates.at(-1)} equity went from`;
  return `${span} ${moneyText(run.startEquity)} to ${moneyText(last.equity)}.${against}`;
}

export const swatch = (tone: string): Html =>
  html`<svg class="swatch" aria-hidden="true" width="14" height="10">
    <rect class="${tone}" y="2" width="14" height="6" rx="2" />
  </svg>`;

function bounds(values: readonly number[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}

const fallLabel = (value: number): string => percentText(value, Number.isInteger(value) ? 0 : 1);

function drawdownChart(performance: Performance, x: TimeAxis): Html {
  const falls = performance.drawdown.map((depth) => -100 * depth);
  const [deepest] = bounds(falls);
  const y = valueAxis(Math.min(deepest * 1.08, -1), 0, DRAWDOWN_HEIGHT);
  const indices = extremes(falls, POINTS_MAX);
  const valueAt = (index: number) => falls[index] as number;
  const area = areaPath(x, y, indices, { upper: () => 0, lower: valueAt });
  return html`<h3>Drawdown</h3>
    ${chartOf({
      id: 'drawdown-chart',
      title: 'Drawdown by day',
      description: `Deepest ${percentText(-deepest)}. ${performance.when.maxDrawdown ?? ''}`,
      height: DRAWDOWN_HEIGHT,
      x,
      y,
      label: fallLabel,
      paths: html`<path class="fall" d="${area}" /><path
          class="line fall"
          d="${linePath(x, y, indices, valueAt)}"
        />`,
      ends: [
        {
          value: valueAt(falls.length - 1),
          text: percentText(valueAt(falls.length - 1), 1),
          tone: 'fall',
        },
      ],
      reading: (index) => ({
        lines: [`${x.dates[index]}   ${percentText(valueAt(index))}`],
        dots: [{ value: valueAt(index), tone: 'fall' }],
      }),
    })}`;
}
