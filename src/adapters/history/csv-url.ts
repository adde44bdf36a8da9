import { BadInput, dayNumber, type Instant, MINUTE_MS } from '../../base/index.ts';
import { type BarRow, exchangeDay, type Quote } from '../../market/index.ts';
import type { DataTag, History, HistoryAsk, MarketData } from '../market-data.ts';
import { WebClient, type WebOptions } from './web.ts';

export interface CsvUrlOptions extends WebOptions {
  /** With {symbol}, and {from} and {to} where the host takes dates as "2024-01-05". */
  readonly template: string;
  readonly now: () => Instant;
  /** Reads what came, by the rules of files of bars; throws `BadInput` on what is no such file. */
  readonly parse: (bytes: Uint8Array, ask: HistoryAsk) => Promise<readonly BarRow[]>;
}

/** A day's bar of today is not taken sooner after its close. */
const SETTLED_MS = 20 * MINUTE_MS;
const FIELD = /\{([^{}]*)\}/g;

/** Bars of a file behind an address: CSV, JSON lines or Parquet, as in files on disk. */
export class CsvUrlHistory implements MarketData {
  readonly tag: DataTag = { source: 'csv', feed: 'unknown' };
  readonly #options: CsvUrlOptions;
  readonly #web: WebClient;

  /** Throws `BadInput` unless the template is an address that may be asked, with a {symbol}. */
  constructor(options: CsvUrlOptions) {
    const { template } = options;
    checkTemplate(template);
    this.#options = options;
    this.#web = new WebClient(filled(template, { symbol: 'A', from: 'A', to: 'A' }), options);
  }

  /** What the prices are adjusted for is as the caller says: a file does not tell. */
  async history(ask: HistoryAsk): Promise<History> {
    const { template, parse, now } = this.#options;
    const url = new URL(filled(template, ask));
    const { status, bytes } = await this.#web.get(url);
    if (status !== 200) throw new BadInput(`${url.host} answers ${status} on "${ask.symbol}"`);
    const receivedAt = now();
    const [first, last] = [dayNumber(ask.from), dayNumber(ask.to)];
    const today = exchangeDay(receivedAt);
    const rows = (await parse(bytes, ask)).filter(
      ({ day, at }) =>
        day >= first &&
        day <= last &&
        at + (ask.timeframe === '1d' && day >= today ? SETTLED_MS : 0) <= receivedAt,
    );
    return { ...this.tag, adjustment: ask.adjustment, receivedAt, rows };
  }

  /** None: files of bars have no newest price. */
  async quotes(): Promise<readonly Quote[]> {
    return [];
  }

  async close(): Promise<void> {
    await this.#web.close();
  }
}

function checkTemplate(template: string): void {
  const names = [...template.matchAll(FIELD)].map(([, name]) => name ?? '');
  const stranger = names.find((name) => !['symbol', 'from', 'to'].includes(name));
  const where = /^[a-z]+:\/\/[^/?#]*/i.exec(template)?.[0] ?? template;
  if (stranger !== undefined) {
    throw new BadInput(`Address: found "{${stranger}}", wanted {symbol}, {from} or {to}`);
  }
  if (/[{}]/.test(where)) throw new BadInput(`Address: "${where}" may not change with the symbol`);
  if (!names.includes('symbol')) {
    throw new BadInput(
      `Address "${template}" has no {symbol}: each symbol would get the same bars`,
    );
  }
}

const filled = (
  template: string,
  values: { readonly symbol: string; readonly from: string; readonly to: string },
): string =>
  template.replace(FIELD, (_, name: 'symbol' | 'from' | 'to') => encodeURIComponent(values[name]));
