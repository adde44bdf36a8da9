import type { TimeAxis, ValueAxis } from './axis.ts';
import { spread } from './downsample.ts';
import { html, type Html } from './html.ts';

/** Width of the drawing in units that stretch with the page; heights are pixels. */
const WIDTH = 1000;
/** Stretches of a chart that answer to the pointer. */
const BANDS_MAX = 120;
/** Labels nearer than this many pixels to each other are left out or moved. */
const LABEL_ROOM = 14;

const short = (value: number): string => String(Math.round(value * 10) / 10);

/** An SVG path through the values at `indices`. */
export function linePath(
  x: TimeAxis,
  y: ValueAxis,
  indices: readonly number[],
  valueAt: (index: number) => number,
): string {
  const points = indices.map(
    (index) => `${short(WIDTH * x.place(index))},${short(y.pixel(valueAt(index)))}`,
  );
  return points.length === 0 ? '' : `M${points.join('L')}`;
}

/** A closed path between an upper and a lower line. */
export function areaPath(
  x: TimeAxis,
  y: ValueAxis,
  indices: readonly number[],
  bounds: { upper: (index: number) => number; lower: (index: number) => number },
): string {
  const upper = linePath(x, y, indices, bounds.upper);
  const lower = linePath(x, y, indices.toReversed(), bounds.lower);
  return upper === '' ? '' : `${upper}L${lower.slice(1)}Z`;
}

export interface Chart {
  readonly id: string;
  readonly title: string;
  /** What a person who cannot see it should know. */
  readonly description: string;
  readonly height: number;
  readonly x: TimeAxis;
  readonly y: ValueAxis;
  readonly label: (value: number) => string;
  /** Paths in the stretched coordinates of `linePath`. */
  readonly paths: Html;
  /** Last values, labeled at the right. */
  readonly ends: readonly {
    readonly value: number;
    readonly text: string;
    readonly tone: string;
  }[];
  /** What the pointer reads at a day; dots are values with a color class. */
  readonly reading: (index: number) => {
    readonly lines: readonly string[];
    readonly dots: readonly { readonly value: number; readonly tone: string }[];
  };
}

/** A chart over time that stretches with the page while its text keeps its size. */
export function chartOf(chart: Chart): Html {
  const { id, height, x, y } = chart;
  const lines = y.ticks.map((tick) => {
    const at = short(y.pixel(tick));
    return html`<line
      class="${tick === 0 ? 'zero' : 'grid'}"
      x1="0"
      x2="100%"
      y1="${at}"
      y2="${at}"
    />`;
  });
  const labels = x.ticks.map(
    ({ place, label }, i) =>
      html`<text class="${i % 2 === 1 ? 'odd' : 'even'}" x="${short(100 * place)}%" y="15"
        >${label}</text
      >`,
  );
  return html`<div class="chart">
    <svg class="plot" role="img" aria-labelledby="${id}-t ${id}-d" height="${height}">
      <title id="${id}-t">${chart.title}</title>
      <desc id="${id}-d">${chart.description}</desc>
      ${lines}<svg
        width="100%"
        height="${height}"
        viewBox="0 0 ${WIDTH} ${height}"
        preserveAspectRatio="none"
      >
        ${chart.paths}
      </svg>
      <g aria-hidden="true">${bands(chart)}</g></svg
    ><svg class="side" aria-hidden="true" height="${height}">${sideLabels(chart)}</svg
    ><svg class="below" aria-hidden="true" height="20">${labels}</svg>
  </div>`;
}

function sideLabels({ y, label, ends, height }: Chart): Html[] {
  const placed = apart(
    ends.map((end) => ({ ...end, at: y.pixel(end.value) })),
    height,
  );
  const free = y.ticks.filter((tick) =>
    placed.every((end) => Math.abs(end.at - y.pixel(tick)) >= LABEL_ROOM),
  );
  const at = (pixel: number) => short(Math.min(height - 2, Math.max(10, pixel + 4)));
  return [
    ...free.map((tick) => html`<text x="6" y="${at(y.pixel(tick))}">${label(tick)}</text>`),
    ...placed.map(
      (end) => html`<text class="end ${end.tone}" x="6" y="${at(end.at)}">${end.text}</text>`,
    ),
  ];
}

/** End labels from the top, each moved down until it does not touch the one above. */
function apart<T extends { readonly at: number }>(ends: readonly T[], height: number): T[] {
  const placed: T[] = [];
  for (const end of [...ends].sort((a, b) => a.at - b.at)) {
    const above = placed.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
    placed.push({ ...end, at: Math.max(end.at, above + LABEL_ROOM) });
  }
  const over = Math.max(0, (placed.at(-1)?.at ?? 0) - (height - 6));
  return placed.map((end) => ({ ...end, at: end.at - over }));
}

const readingLine = (line: string): Html => html`<tspan x="6" dy="15">${line}</tspan>`;

function bands(chart: Chart): Html[] {
  const { x, y, height } = chart;
  const indices = spread(x.dates.length, BANDS_MAX);
  return indices.map((index, i) => {
    const place = x.place(index);
    const left = i === 0 ? 0 : (x.place(indices[i - 1] as number) + place) / 2;
    const next = indices[i + 1];
    const right = next === undefined ? 1 : (x.place(next) + place) / 2;
    const { lines, dots } = chart.reading(index);
    const at = `${(100 * place).toFixed(2)}%`;
    const marks = dots.map(
      ({ value, tone }) =>
        html`<circle class="${tone}" cx="${at}" cy="${short(y.pixel(value))}" r="3.5" />`,
    );
    return html`<g class="b"
      ><rect
        x="${(100 * left).toFixed(2)}%"
        width="${(100 * (right - left)).toFixed(2)}%"
        height="${height}"
      /><line x1="${at}" x2="${at}" y2="${height}" />${marks}<text y="-1"
        >${lines.map(readingLine)}</text
      ></g
    >`;
  });
}
