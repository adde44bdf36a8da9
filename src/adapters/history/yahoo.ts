import {
  addDays,
  BadInput,
  type DateText,
  DAY_MS,
  type Instant,
  SECOND_MS,
} from '../../base/index.ts';
import { exchangeDate, instantOn, type Quote, type Timeframe } from '../../market/index.ts';
import type { DataTag, History, HistoryAsk, MarketData } from '../market-data.ts';
import { tickPrice } from './tick.ts';
import { WebClient, type WebOptions } from './web.ts';
import { oddReply, rowsOf } from './yahoo-rows.ts';
import { type Chart, type ChartFailure, chartReply } from './yahoo-schema.ts';
import { yahooSymbol } from './yahoo-symbol.ts';

export const YAHOO_ENDPOINT = 'https://query1.finance.yahoo.com';

export interface YahooOptions extends WebOptions {
  /** Another host that answers as Yahoo does. */
  readonly endpoint?: string | undefined;
  readonly now: () => Instant;
}

const INTERVALS: Readonly<Partial<Record<Timeframe, string>>> = {
  '1m': '1m',
  '2m': '2m',
  '5m': '5m',
  '15m': '15m',
  '30m': '30m',
  '60m': '60m',
  '1h': '60m',
  '1d': '1d',
};
const SAME_GRANULARITY: Readonly<Record<string, string>> = { '1h': '60m' };
/** Exchanges whose sessions fall on New York's dates. */
const ZONES: readonly string[] = ['America/New_York', 'America/Chicago'];
const NO_ROWS = /data doesn't exist for startdate|no data found for this date range/i;
const QUOTE_BACK_DAYS = 7;

/**
 * Bars and last prices of Yahoo's chart endpoint; no credentials. Prices in its columns are
 * adjusted for splits; dividends are taken in by adjusted close over close; raw prices come of
 * undoing each split since, so that the chart is asked up to now.
 */
export class YahooHistory implements MarketData {
  readonly tag: DataTag = { source: 'yahoo', feed: 'unknown' };
  readonly #web: WebClient;
  readonly #now: () => Instant;

  constructor({ endpoint = YAHOO_ENDPOINT, now, ...web }: YahooOptions) {
    this.#web = new WebClient(endpoint, web);
    this.#now = now;
  }

  /**
   * Throws `BadInput` for a symbol or timeframe that is not there, and an `Error` for a reply that
   * cannot be believed. No bars in the dates asked for is no error.
   */
  async history(ask: HistoryAsk): Promise<History> {
    const interval = INTERVALS[ask.timeframe];
    if (interval === undefined) {
      const known = Object.keys(INTERVALS).join(', ');
      throw new BadInput(`Yahoo has no bars of "${ask.timeframe}", only ${known}`);
    }
    if (ask.adjustment === 'all' && ask.timeframe !== '1d') {
      throw new BadInput('Yahoo adjusts for dividends in daily bars only: ask for "splits"');
    }
    const now = this.#now();
    const after = instantOn(addDays(ask.to, 1), '00:00');
    const until = ask.adjustment === 'raw' ? Math.max(after, now) : after;
    const span = { from: instantOn(ask.from, '00:00'), until };
    const chart = await this.#chart(ask.symbol, interval, span);
    const rows = chart === null ? [] : rowsOf(chart, ask, now);
    const { adjustment } = ask;
    return { ...this.tag, adjustment, receivedAt: this.#now(), rows };
  }

  /** Last prices; a symbol that is unknown, or whose price cannot be read, is left out. */
  async quotes(symbols: readonly string[]): Promise<readonly Quote[]> {
    const found: Quote[] = [];
    for (const symbol of symbols) {
      const quote = await this.#quote(symbol).catch((error: unknown) => {
        if (error instanceof BadInput) return null;
        throw error;
      });
      if (quote !== null) found.push(quote);
    }
    return found;
  }

  async #quote(symbol: string): Promise<Quote | null> {
    const now = this.#now();
    const from = instantOn(dateBefore(now), '00:00');
    const chart = await this.#chart(symbol, '1d', { from, until: now });
    const { regularMarketPrice, regularMarketTime } = chart?.meta ?? {};
    const last = tickPrice(regularMarketPrice ?? Number.NaN);
    if (last === null || regularMarketTime === null || regularMarketTime === undefined) return null;
    const at = (regularMarketTime * SECOND_MS) as Instant;
    return { symbol, at, receivedAt: this.#now(), last, bid: null, ask: null };
  }

  /** The chart of one symbol; null where it has nothing in that span. */
  async #chart(
    symbol: string,
    interval: string,
    { from, until }: { readonly from: Instant; readonly until: number },
  ): Promise<Chart | null> {
    const theirs = yahooSymbol(symbol);
    const url = new URL(`/v8/finance/chart/${encodeURIComponent(theirs)}`, this.#web.base);
    url.search = new URLSearchParams({
      period1: `${Math.floor(from / SECOND_MS)}`,
      period2: `${Math.ceil(until / SECOND_MS)}`,
      interval,
      events: 'div,split',
    }).toString();
    const { status, bytes } = await this.#web.get(url);
    const { result, error } = chartOf(symbol, status, bytes);
    if (error) return refused(symbol, error);
    const [chart] = result ?? [];
    if (status !== 200 || !chart || result?.length !== 1) {
      throw oddReply(symbol, `status ${status} with ${result?.length ?? 0} charts`);
    }
    checkMeta(chart, symbol, theirs, interval);
    return chart;
  }

  async close(): Promise<void> {
    await this.#web.close();
  }
}

const dateBefore = (now: Instant): DateText =>
  exchangeDate((now - QUOTE_BACK_DAYS * DAY_MS) as Instant);

function chartOf(symbol: string, status: number, bytes: Uint8Array) {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString()) as unknown;
  } catch {
    throw oddReply(symbol, `status ${status}, and not JSON`);
  }
  const parsed = chartReply.safeParse(value);
  if (parsed.success) return parsed.data.chart;
  const [issue] = parsed.error.issues;
  const at = issue?.path.slice(0, 8).join('.') ?? '';
  throw oddReply(symbol, `status ${status}, "${at}": ${issue?.message ?? 'another shape'}`);
}

const clean = (text: string): string => text.replace(/\p{C}/gu, ' ').slice(0, 300);

/** A refusal in the source's words; null where it only means that there are no bars then. */
function refused(symbol: string, { code, description }: ChartFailure): null {
  const words = clean(description ?? '');
  if (NO_ROWS.test(words)) return null;
  throw new BadInput(`Yahoo on "${symbol}": ${clean(code ?? 'no code')}: ${words}`);
}

/** What came has to be what was asked for: another symbol or step would pass for it. */
function checkMeta({ meta }: Chart, symbol: string, theirs: string, interval: string): void {
  const { currency, exchangeTimezoneName: zone, dataGranularity: step } = meta;
  if (meta.symbol.toUpperCase() !== theirs) {
    throw oddReply(symbol, `it is on "${meta.symbol.slice(0, 40)}"`);
  }
  if (step && (SAME_GRANULARITY[step] ?? step) !== interval) {
    throw oddReply(symbol, `its bars are of "${step}", wanted "${interval}"`);
  }
  if (currency && currency !== 'USD') {
    throw new BadInput(`"${symbol}" is in "${currency}"; only dollars are traded here`);
  }
  if (zone && !ZONES.includes(zone)) {
    throw new BadInput(`"${symbol}" trades by the clock of "${zone}", not by New York's`);
  }
}
