import { add, formatInstant, type Money, times, ZERO } from '../../base/index.ts';
import { multiplierOf } from '../performance-trades.ts';
import type { FillRecord } from '../record.ts';
import { countText, moneyText, priceText, toned } from './format.ts';
import { bytesOf, clip, html, type Html } from './html.ts';

const TEXT_MAX = 48;
/** Bytes all fills may take on the page. */
const PAGE_SHARE = 700_000;

const notionalOf = (fill: FillRecord): Money =>
  times(fill.price, fill.quantity, multiplierOf(fill.symbol));

function rowOf(fill: FillRecord, books: boolean): Html {
  const time = formatInstant(fill.at).slice(11, 19);
  const pnl =
    fill.realizedPnl === 0 ? '' : toned(fill.realizedPnl, moneyText(fill.realizedPnl, true));
  const book = books ? html`<td>${clip(fill.book, TEXT_MAX)}</td>` : null;
  return html`<tr>
    <td class="date"><time>${fill.date}</time> <span class="quiet">${time}</span></td>
    <td>${clip(fill.symbol, TEXT_MAX)}</td>
    <td>${fill.side}</td>
    <td class="n">${countText(fill.quantity)}</td>
    <td class="n">${priceText(fill.price)}</td>
    <td class="n">${moneyText(notionalOf(fill))}</td>
    <td class="n">${moneyText(fill.fee)}</td>
    <td class="n">${pnl}</td>
    ${book}
    <td class="id">${clip(fill.order, TEXT_MAX)}</td>
  </tr>`;
}

/** All fills, newest first, by year. */
export function fillsSection(fills: readonly FillRecord[]): Html {
  if (fills.length === 0) return html`<p class="quiet">No fills.</p>`;
  const books = new Set(fills.map((fill) => fill.book)).size > 1;
  const years = new Map<string, { rows: Html[]; fills: FillRecord[] }>();
  let [size, left] = [0, fills.length];
  for (const fill of fills.toReversed()) {
    const row = rowOf(fill, books);
    size += bytesOf(row);
    if (size > PAGE_SHARE) break;
    const key = fill.date.slice(0, 4);
    const year = years.get(key) ?? { rows: [], fills: [] };
    years.set(key, year);
    year.rows.push(row);
    year.fills.push(fill);
    left--;
  }
  const parts = [...years].map(([year, found], i) => yearOf(year, found, { books, open: i === 0 }));
  const rest = left > 0 ? html`<p>${countText(left)} earlier fills are in the journal.</p>` : null;
  return html`<p class="quiet">
      ${countText(fills.length)} fills, newest first. Times are UTC; P&amp;L is what a fill
      realized, after fees.
    </p>
    ${parts}${rest}`;
}

function yearOf(
  year: string,
  found: { rows: readonly Html[]; fills: readonly FillRecord[] },
  how: { books: boolean; open: boolean },
): Html {
  const sum = (pick: (fill: FillRecord) => Money) =>
    found.fills.reduce((total, fill) => add(total, pick(fill)), ZERO);
  const pnl = sum((fill) => fill.realizedPnl);
  const totals = html`${countText(found.rows.length)} fills, fees
  ${moneyText(sum((fill) => fill.fee))}, realized ${toned(pnl, moneyText(pnl, true))}`;
  const book = how.books ? html`<th scope="col">Book</th>` : null;
  return html`<details class="year" ${how.open ? html` open=""` : null}>
    <summary>${year} <span class="quiet">${totals}</span></summary>
    <div class="scroll" role="region" aria-label="Fills of ${year}" tabindex="0">
      <table class="fills">
        <thead>
          <tr>
            <th scope="col">Date</th>
            <th scope="col">Symbol</th>
            <th scope="col">Side</th>
            <th scope="col" class="n">Quantity</th>
            <th scope="col" class="n">Price</th>
            <th scope="col" class="n">Notional</th>
            <th scope="col" class="n">Fee</th>
            <th scope="col" class="n">P&amp;L</th>
            ${book}
            <th scope="col">Order</th>
          </tr>
        </thead>
        <tbody>
          ${found.rows}
        </tbody>
      </table>
    </div>
  </details>`;
}
