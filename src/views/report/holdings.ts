import { type Money, ZERO } from '../../base/index.ts';
import type { EquityPoint, RunRecord } from '../record.ts';
import { timeAxis, valueAxis } from './axis.ts';
import { areaPath, chartOf } from './chart.ts';
import { swatch } from './curves.ts';
import { extremes } from './downsample.ts';
import { countText, moneyText, percentText, toned } from './format.ts';
import { clip, html, type Html } from './html.ts';

const HEIGHT = 200;
const POINTS_MAX = 700;
/** Symbols with a color of their own; the rest is one band. */
const SYMBOLS_MAX = 7;
/** Rows of the last day's holdings, largest first. */
const ROWS_MAX = 200;

/** One band of the stack: percent of equity by day, below zero for shorts and borrowed cash. */
interface Band {
  readonly name: string;
  readonly tone: string;
  readonly percent: readonly number[];
}

const exposureIn = (point: EquityPoint, symbol: string): Money =>
  Object.hasOwn(point.exposure, symbol) ? (point.exposure[symbol] as Money) : ZERO;

const percentOf = (part: number, point: EquityPoint): number =>
  point.equity > 0 ? (100 * part) / point.equity : 0;

/** Symbols by average absolute exposure, largest first. */
function symbolsBySize(points: readonly EquityPoint[]): string[] {
  const sizes = new Map<string, number>();
  for (const point of points) {
    for (const [symbol, exposure] of Object.entries(point.exposure)) {
      const size = Math.abs(percentOf(exposure, point));
      sizes.set(symbol, (sizes.get(symbol) ?? 0) + size);
    }
  }
  const order = [...sizes.entries()].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return order.map(([symbol]) => symbol);
}

function bandsOf(points: readonly EquityPoint[]): Band[] {
  const symbols = symbolsBySize(points);
  const own = symbols.slice(0, symbols.length > SYMBOLS_MAX + 1 ? SYMBOLS_MAX : SYMBOLS_MAX + 1);
  const rest = symbols.slice(own.length);
  const bands: Band[] = own.map((symbol, i) => ({
    name: clip(symbol, 24),
    tone: `c${i + 1}`,
    percent: points.map((point) => percentOf(exposureIn(point, symbol), point)),
  }));
  if (rest.length > 0) {
    const sum = (point: EquityPoint) => rest.reduce((all, s) => all + exposureIn(point, s), 0);
    const percent = points.map((point) => percentOf(sum(point), point));
    bands.push({ name: `${rest.length} others`, tone: `c${SYMBOLS_MAX + 1}`, percent });
  }
  bands.push({
    name: 'Cash',
    tone: 'cash',
    percent: points.map((point) => percentOf(point.cash, point)),
  });
  return bands;
}

interface Edges {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

/** Each band's edges by day; what is above zero piles up, what is below piles down. */
function stacked(bands: readonly Band[], days: number): Edges[] {
  const tops = new Float64Array(days);
  const bottoms = new Float64Array(days);
  return bands.map((band) => {
    const lower: number[] = [];
    const upper: number[] = [];
    band.percent.forEach((value, day) => {
      const pile = value >= 0 ? tops : bottoms;
      const from = pile[day] as number;
      pile[day] = from + value;
      lower.push(Math.min(from, from + value));
      upper.push(Math.max(from, from + value));
    });
    return { lower, upper };
  });
}

const valueAt =
  (edge: readonly number[]) =>
  (index: number): number =>
    edge[index] as number;

/** Holdings over time as a stack of percentages of equity; the last day's as a table. */
export function holdingsSection(run: RunRecord): Html {
  const points = run.equity;
  if (points.length < 2) return html`${lastHoldings(points.at(-1))}`;
  const bands = bandsOf(points);
  const edges = stacked(bands, points.length);
  const x = timeAxis(points.map((point) => point.date));
  const low = edges.flatMap((edge) => edge.lower).reduce((a, b) => Math.min(a, b), 0);
  const high = edges.flatMap((edge) => edge.upper).reduce((a, b) => Math.max(a, b), 1);
  const y = valueAxis(low, high, HEIGHT);
  const indices = shapeIndices(points, bands);
  const paths = edges.map(({ lower, upper }, i) => {
    const area = areaPath(x, y, indices, { upper: valueAt(upper), lower: valueAt(lower) });
    return html`<path class="stack ${bands[i]?.tone ?? ''}" d="${area}" />`;
  });
  return html`${legendOf(bands)}${chartOf({
    id: 'holdings-chart',
    title: 'Holdings by day, percent of equity',
    description: `Average shares of equity: ${bands.map(averageText).join(', ')}.`,
    height: HEIGHT,
    x,
    y,
    label: (value) => percentText(value, 0),
    paths: html`${paths}`,
    ends: [],
    reading: (index) => ({
      lines: [`${x.dates[index]}`, ...readingOf(bands, index)],
      dots: [],
    }),
  })}${lastHoldings(points.at(-1))}`;
}

/**
 * Days that keep the shape of the stack: extremes of each band, and where they are few enough the
 * days on which positions changed with the days before them.
 */
function shapeIndices(points: readonly EquityPoint[], bands: readonly Band[]): number[] {
  const each = Math.max(40, Math.floor(POINTS_MAX / bands.length));
  const kept = new Set(bands.flatMap((band) => extremes(band.percent, each)));
  const turns = points.flatMap((point, i) =>
    i > 0 && samePositions(point, points[i - 1] as EquityPoint) ? [] : [Math.max(0, i - 1), i],
  );
  if (turns.length <= POINTS_MAX) for (const index of turns) kept.add(index);
  return [...kept].sort((a, b) => a - b);
}

function samePositions(a: EquityPoint, b: EquityPoint): boolean {
  const held = Object.keys(a.positions);
  if (held.length !== Object.keys(b.positions).length) return false;
  return held.every((symbol) => a.positions[symbol] === b.positions[symbol]);
}

const averageOf = (band: Band): number =>
  band.percent.reduce((a, b) => a + b, 0) / band.percent.length;

const averageText = (band: Band): string => `${band.name} ${percentText(averageOf(band), 1)}`;

/** What was held on a day, three symbols a line. */
function readingOf(bands: readonly Band[], index: number): string[] {
  const held = bands
    .filter((band) => Math.abs(band.percent[index] as number) >= 0.5)
    .map((band) => `${band.name} ${percentText(band.percent[index] as number, 0)}`);
  return [0, 3, 6].map((from) => held.slice(from, from + 3).join('   ')).filter(Boolean);
}

const legendOf = (bands: readonly Band[]): Html =>
  html`<p class="quiet">Percent of equity by day; the legend has the averages.</p>
    <ul class="legend">
      ${bands.map(
        (band) =>
          html`<li>
            ${swatch(band.tone)}${band.name}
            <span class="quiet">${percentText(averageOf(band), 1)}</span>
          </li>`,
      )}
    </ul>`;

function lastHoldings(point: EquityPoint | undefined): Html | null {
  if (point === undefined) return null;
  const symbols = Object.keys(point.positions).sort(
    (a, b) => Math.abs(exposureIn(point, b)) - Math.abs(exposureIn(point, a)),
  );
  const more = symbols.length - ROWS_MAX;
  const rest = more > 0 ? html`<p class="quiet">and ${countText(more)} smaller ones</p>` : null;
  const rows = symbols.slice(0, ROWS_MAX).map((symbol) => {
    const exposure = exposureIn(point, symbol);
    const quantity = point.positions[symbol] as number;
    return html`<tr>
      <th scope="row">${clip(symbol, 40)}</th>
      <td class="n">${countText(quantity)}</td>
      <td class="n">${toned(exposure < 0 ? -1 : 0, moneyText(exposure))}</td>
      <td class="n">${percentText(percentOf(exposure, point), 1)}</td>
    </tr>`;
  });
  const cash = html`<tr class="sum">
    <th scope="row">Cash</th>
    <td class="n"></td>
    <td class="n">${moneyText(point.cash)}</td>
    <td class="n">${percentText(percentOf(point.cash, point), 1)}</td>
  </tr>`;
  return html`<h3>Held on ${point.date}</h3>
    <div class="scroll" role="region" aria-label="Holdings on the last day" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Symbol</th>
            <th scope="col" class="n">Quantity</th>
            <th scope="col" class="n">Notional</th>
            <th scope="col" class="n">Of equity</th>
          </tr>
        </thead>
        <tbody>
          ${rows}${cash}
        </tbody>
      </table>
    </div>
    ${rest}`;
}
