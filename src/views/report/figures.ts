import type { Money } from '../../base/index.ts';
import type { Performance } from '../performance.ts';
import type { Drawdown } from '../performance-drawdown.ts';
import {
  type FigureGroup,
  type FigureKey,
  type FigureRow,
  FIGURES,
} from '../performance-figures.ts';
import type { RunRecord } from '../record.ts';
import { countText, dated, moneyText, numberText, percentText, toned } from './format.ts';
import { clip, html, type Html } from './html.ts';

const ROWS = new Map<FigureKey, FigureRow>(FIGURES.map((row) => [row.key, row]));

/** A figure as the page shows it; "n/a" where the sample cannot carry it. */
export function figureText(performance: Performance, key: FigureKey): Html {
  const row = ROWS.get(key) as FigureRow;
  const value = performance.figures[key];
  if (value === null) return html`<span class="quiet">n/a</span>`;
  const text = valueText(row, value);
  return row.signed ? toned(value, text) : html`${text}`;
}

function valueText(row: FigureRow, value: number): string {
  switch (row.unit) {
    case 'percent':
      return percentText(value, Math.abs(value) < 1000 ? 2 : 0, row.signed);
    case 'ratio':
      return numberText(value, 2);
    case 'money':
      return moneyText(value as Money, row.signed);
    case 'days':
      return `${numberText(value, Number.isInteger(value) ? 0 : 1)} days`;
    case 'bps':
      return `${numberText(value, 2)} bp`;
    case 'count':
      return countText(value);
  }
}

/** The headline figures. A tile without a value says why. */
export function tiles(run: RunRecord, performance: Performance): Html {
  const text = (key: FigureKey) => figureText(performance, key);
  const symbol = run.benchmark === null ? null : clip(run.benchmark.symbol, 12);
  const against = (key: FigureKey) => (symbol === null ? null : html`${symbol} ${text(key)}`);
  const when = performance.when.maxDrawdown ?? 'none';
  return html`<dl class="tiles">
    ${[
      tile(performance, 'endEquity', html`from ${moneyText(run.startEquity)}`),
      tile(performance, 'totalReturn', against('benchmarkReturn')),
      tile(performance, 'cagr', against('benchmarkCagr')),
      tile(performance, 'sharpe', html`Sortino ${text('sortino')}`),
      tile(performance, 'maxDrawdown', html`${dated(when)}`),
      tile(
        performance,
        'volatility',
        symbol === null ? null : html`beta ${text('beta')} to ${symbol}`,
      ),
      tile(
        performance,
        'winRate',
        html`${text('trades')} closed trades, profit factor ${text('profitFactor')}`,
      ),
      tile(
        performance,
        'feesPaid',
        html`slippage ${text('slippageBps')}, ${text('fills')} fills, turnover ${text('turnover')} a
        year`,
      ),
    ]}
  </dl>`;
}

function tile(performance: Performance, key: FigureKey, detail: Html | null): Html {
  const missing = performance.figures[key] === null;
  const note = missing ? html`${performance.notes[key] ?? ''}` : detail;
  return html`<div class="tile">
    <dt>${ROWS.get(key)?.label ?? ''}</dt>
    <dd class="value">${figureText(performance, key)}</dd>
    <dd class="detail">${note}</dd>
  </div>`;
}

const GROUPS: readonly (readonly [FigureGroup, string])[] = [
  ['return', 'Return'],
  ['risk', 'Risk'],
  ['activity', 'Activity and costs'],
  ['trades', 'Closed trades'],
  ['benchmark', 'Against the benchmark'],
];

/** All figures by group: what they are at a glance, formulas and sources folded away. */
export function figuresSection(performance: Performance): Html {
  const groups = GROUPS.map(([group, title]) => {
    const rows = FIGURES.filter((row) => row.group === group).map((row) => {
      const about = [performance.when[row.key], performance.notes[row.key]].filter(Boolean);
      const note =
        about.length === 0
          ? null
          : html`<div class="quiet">${dated(clip(about.join('; '), 240))}</div>`;
      return html`<tr>
        <th scope="row">${row.label}${note}</th>
        <td class="n">${figureText(performance, row.key)}</td>
      </tr>`;
    });
    return html`<div class="group">
      <h3>${title}</h3>
      <table>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
  });
  return html`<div class="groups">${groups}</div>
    ${formulas(performance)}`;
}

function formulas(performance: Performance): Html {
  const rows = FIGURES.map(
    (row) =>
      html`<tr>
        <th scope="row">${row.label}</th>
        <td>${row.formula}</td>
        <td>${row.source}</td>
      </tr>`,
  );
  return html`<details class="year">
    <summary>Formulas and sources</summary>
    <p class="quiet">
      r: daily returns, the first against the start equity; x: r less the risk-free rate
      (${percentText(performance.riskFreePct)} a year) by day; b: the benchmark's daily returns; E:
      equity at day's end. A year has 252 trading days or 365.25 calendar days.
    </p>
    <div class="scroll" role="region" aria-label="Formulas" tabindex="0">
      <table class="formulas">
        <thead>
          <tr>
            <th scope="col">Figure</th>
            <th scope="col">Formula</th>
            <th scope="col">Source</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </details>`;
}

const DRAWDOWNS_SHOWN = 5;

/** The deepest drawdowns with their dates. */
export function drawdownTable(drawdowns: readonly Drawdown[]): Html | null {
  if (drawdowns.length === 0) return null;
  const rows = drawdowns.slice(0, DRAWDOWNS_SHOWN).map(
    ({ depth, peak, trough, recovery, days }) =>
      html`<tr>
        <td><time>${peak}</time></td>
        <td><time>${trough}</time></td>
        <td>${dated(recovery ?? 'not yet')}</td>
        <td class="n">${countText(days)}</td>
        <td class="n">${percentText(100 * depth)}</td>
      </tr>`,
  );
  return html`<h3>Deepest drawdowns</h3>
    <div class="scroll" role="region" aria-label="Deepest drawdowns" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Peak</th>
            <th scope="col">Trough</th>
            <th scope="col">Recovery</th>
            <th scope="col" class="n">Days</th>
            <th scope="col" class="n">Depth</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
}
