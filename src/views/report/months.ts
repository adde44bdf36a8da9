import type { Performance } from '../performance.ts';
import type { PeriodReturn } from '../performance-returns.ts';
import { monthName, numberText, percentText, toned } from './format.ts';
import { html, type Html } from './html.ts';

/** Percent at which a month's cell takes the next deeper of its four tints. */
const TINTS = [0, 1.5, 4, 8];

const MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

function tintOf(percent: number): string {
  const depth = TINTS.filter((from) => Math.abs(percent) > from).length;
  return depth === 0 ? '' : `${percent > 0 ? 'p' : 'm'}${depth}`;
}

/** Years by months with yearly totals, newest year first. */
export function monthsSection(performance: Performance, benchmark: string | null): Html {
  if (performance.months.length === 0) return html`<p class="quiet">No month yet.</p>`;
  const byMonth = new Map(performance.months.map((month) => [month.period, month]));
  const theirs = new Map(performance.benchmarkYears.map((year) => [year.period, year]));
  const rows = performance.years.toReversed().map((year) => {
    const cells = MONTHS.map((month) => monthCell(byMonth, year.period, month));
    const other = benchmark === null ? null : totalCell(theirs.get(year.period), 'theirs');
    return html`<tr role="row">
      <th role="rowheader" scope="row">${year.period}</th>
      ${cells}${totalCell(year, 'total')}${other}
    </tr>`;
  });
  const heads = MONTHS.map(
    (month) => html`<th role="columnheader" scope="col">${monthName(month)}</th>`,
  );
  const other =
    benchmark === null
      ? null
      : html`<th role="columnheader" scope="col" class="theirs">${benchmark}</th>`;
  return html`<p class="quiet">
      Percent by month; first and last may be
      partial.${benchmark === null ? '' : ` The last column is ${benchmark} over the year.`}
    </p>
    <table class="months" role="table" aria-label="Monthly returns in percent">
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" scope="col">Year</th>
          ${heads}
          <th role="columnheader" scope="col">Total</th>
          ${other}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${rows}
      </tbody>
    </table>`;
}

function monthCell(months: ReadonlyMap<string, PeriodReturn>, year: string, month: number): Html {
  const found = months.get(`${year}-${String(month).padStart(2, '0')}`);
  const name = monthName(month);
  if (found === undefined) return html`<td role="cell" class="none" data-month="${name}"></td>`;
  const percent = found.returnPct;
  if (percent === null) return html`<td role="cell" data-month="${name}">n/a</td>`;
  const text = numberText(percent, 1, true);
  return html`<td role="cell" class="${tintOf(percent)}" data-month="${name}">${text}</td>`;
}

function totalCell(year: PeriodReturn | undefined, kind: string): Html {
  const percent = year?.returnPct ?? null;
  const text = percent === null ? 'n/a' : percentText(percent, 1, true);
  return html`<td role="cell" class="${kind}">
    ${percent === null ? text : toned(percent, text)}
  </td>`;
}
