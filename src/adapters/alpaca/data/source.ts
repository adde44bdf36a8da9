import type { Alpaca } from '@alpacahq/alpaca-trade-api/rest';
import { addDays, BadInput, type DateText, type Instant } from '../../../base/index.ts';
import {
  type BarRow,
  instantOn,
  instrumentOf,
  type Quote,
  type Timeframe,
  timeframeMs,
} from '../../../market/index.ts';
import type { HttpReply } from '../../http.ts';
import type {
  DataTag,
  History,
  HistoryAsk,
  MarketData,
  MarketListener,
  MarketStream,
  OptionChainAsk,
  OptionQuote,
  TradeTick,
} from '../../market-data.ts';
import type { AlpacaClient } from '../client.ts';
import { actionsOf, type CorporateAction } from './actions.ts';
import { rowOfBar, seriesOf, wireTimeframe } from './bars.ts';
import { chainOf, quoteOfOption } from './options.ts';
import { eachPage, listOf, objectOf } from './pages.ts';
import { type Snapshot, snapshotOf, tradeOf } from './quotes.ts';
import { AlpacaStream, DATA_STREAM_TERMS, type DataStreamTerms } from './stream.ts';
import { isIndex, type Json, ownOf, recordOf, wireSymbol } from './values.ts';

/** What may differ from desk to desk. */
export interface AlpacaDataOptions {
  readonly now?: () => Instant;
  /**
   * How long after the close a day's bar counts as complete: the closing auction is on the tape
   * about two seconds after it, on a busy day later.
   */
  readonly dailySettleMs?: number;
  /** Bars within the day outside of regular hours too. */
  readonly extendedHours?: boolean;
  readonly streamTerms?: Partial<DataStreamTerms>;
}

const DAILY_SETTLE_MS = 60_000;
const BARS_PAGE = 10_000;
const CHAIN_PAGE = 1_000;
const SYMBOLS_MAX = 100; // of one request: its address stays short
const ADJUSTMENTS = { raw: 'raw', splits: 'split', all: 'all' } as const;

type Run = (sdk: Alpaca, init: RequestInit) => Promise<unknown>;

/**
 * Market data of Alpaca. Its questions go by lane "data" of the client's budget; the client, which
 * others share, stays open. A question that cannot be answered in full throws.
 */
export class AlpacaData implements MarketData {
  readonly tag: DataTag;
  readonly #client: AlpacaClient;
  readonly #now: () => Instant;
  readonly #settleMs: number;
  readonly #isExtended: boolean;
  readonly #terms: DataStreamTerms;
  #stream: AlpacaStream | null = null;

  constructor(client: AlpacaClient, options: AlpacaDataOptions = {}) {
    this.tag = { source: 'alpaca', feed: client.feed };
    this.#client = client;
    this.#now = options.now ?? (() => Date.now() as Instant);
    this.#settleMs = options.dailySettleMs ?? DAILY_SETTLE_MS;
    this.#isExtended = options.extendedHours ?? false;
    this.#terms = { ...DATA_STREAM_TERMS, ...options.streamTerms };
  }

  /**
   * `asof` says on which date the symbol meant what is sought; today where it is left out.
   * Options have raw prices only, and bars of their trades.
   */
  async history(ask: HistoryAsk, asof?: DateText): Promise<History> {
    const { symbol, timeframe, from, to, adjustment } = ask;
    const isOption = instrumentOf(symbol).kind === 'option';
    const wire = wireSymbol(symbol);
    if (isOption && adjustment !== 'raw') {
      throw new BadInput(`Bars of option "${symbol}" are "raw" only, asked for "${adjustment}"`);
    }
    const asked = {
      symbols: wire,
      timeframe: wireTimeframe(timeframe),
      start: new Date(instantOn(from, '00:00')),
      end: new Date(instantOn(addDays(to, 1), '00:00') - 1),
      limit: BARS_PAGE,
    };
    const stock = { ...asked, adjustment: ADJUSTMENTS[adjustment], feed: this.#client.feed };
    const what = `bars of "${symbol}"`;
    const rows: BarRow[] = [];
    const page = (pageToken: string | undefined): Run => {
      const named = asof === undefined ? {} : { asof };
      return (sdk, init) =>
        isOption
          ? sdk.marketData.options.optionBarsRaw({ ...asked, ...nextOf(pageToken) }, init)
          : sdk.marketData.stocks.stockBarsRaw({ ...stock, ...named, ...nextOf(pageToken) }, init);
    };
    await eachPage(
      what,
      (token) => this.#ask(page(token)),
      (found) => this.#takeBars(rows, listOf(what, found, 'bars', wire), symbol, timeframe),
    );
    const receivedAt = this.#now();
    return { ...this.tag, adjustment, receivedAt, rows: seriesOf(rows, from, to) };
  }

  /** One request a hundred symbols. A stock's `at` is the older of last price and both sides. */
  async quotes(symbols: readonly string[]): Promise<readonly Quote[]> {
    const ofOptions = symbols.filter((symbol) => instrumentOf(symbol).kind === 'option');
    const others = symbols.filter((symbol) => !ofOptions.includes(symbol) && !isIndex(symbol));
    const found = [...(await this.snapshots(others)).values()].map(({ quote }) => quote);
    const options = await this.#optionSnapshots(ofOptions);
    const receivedAt = this.#now();
    for (const symbol of ofOptions) {
      found.push(quoteOfOption(symbol, options.get(symbol), receivedAt));
    }
    return found.filter((quote) => quote !== null);
  }

  /** All that is known of stocks right now, by our symbols; unknown ones have no parts. */
  async snapshots(symbols: readonly string[]): Promise<ReadonlyMap<string, Snapshot>> {
    const found = new Map<string, Snapshot>();
    for (const some of chunksOf(symbols)) {
      const asked = { symbols: some.map(wireSymbol).join(','), feed: this.#client.feed };
      const reply = await this.#ask((sdk, init) =>
        sdk.marketData.stocks.stockSnapshotsRaw(asked, init),
      );
      const page = objectOf('snapshots', reply);
      const receivedAt = this.#now();
      for (const symbol of some) {
        found.set(symbol, snapshotOf(symbol, ownOf(page, wireSymbol(symbol)), receivedAt));
      }
    }
    return found;
  }

  /** Every print of a stock in a span of time that was not taken back since, oldest first. */
  async trades(symbol: string, from: Instant, to: Instant): Promise<readonly TradeTick[]> {
    const what = `trades of "${symbol}"`;
    const [start, end] = [new Date(from), new Date(to)];
    const asked = { symbols: wireSymbol(symbol), start, end, limit: BARS_PAGE };
    const ticks: TradeTick[] = [];
    await eachPage(
      what,
      (pageToken) =>
        this.#ask((sdk, init) => {
          const { feed } = this.#client;
          return sdk.marketData.stocks.stockTradesRaw(
            { ...asked, feed, ...nextOf(pageToken) },
            init,
          );
        }),
      (page) => {
        for (const value of listOf(what, page, 'trades', asked.symbols)) {
          const tick = tradeOf(symbol, value, this.#now());
          if (tick !== null && tick.at >= from && tick.at <= to) ticks.push(tick);
        }
      },
    );
    return ticks.sort((a, b) => a.at - b.at);
  }

  /** Quotes of all options exchanges with the feed "sip", made up of them ones with "iex". */
  async chain(ask: OptionChainAsk): Promise<readonly OptionQuote[]> {
    const found = new Map<string, OptionQuote>();
    const asked = {
      underlyingSymbol: ask.underlying.replaceAll(/[^A-Z0-9]/g, ''),
      feed: this.#optionFeed,
      limit: CHAIN_PAGE,
      expirationDateGte: new Date(ask.expirationFrom),
      expirationDateLte: new Date(ask.expirationTo),
      ...(ask.right === undefined ? {} : { type: ask.right }),
    };
    await eachPage(
      `options on "${ask.underlying}"`,
      (pageToken) =>
        this.#ask((sdk, init) => {
          return sdk.marketData.options.optionChainRaw({ ...asked, ...nextOf(pageToken) }, init);
        }),
      (page) => {
        for (const quote of chainOf(recordOf(page['snapshots']) ?? {}, ask)) {
          found.set(quote.symbol, quote);
        }
      },
    );
    return [...found.values()].sort((a, b) => (a.symbol < b.symbol ? -1 : 1));
  }

  /**
   * What was announced for these symbols, to be processed from one date to another, by ex-date.
   * The vendor promises no time by which an announcement is there: none found is no proof of none.
   */
  async corporateActions(
    symbols: readonly string[],
    from: DateText,
    to: DateText,
  ): Promise<readonly CorporateAction[]> {
    const found = new Map<string, CorporateAction>();
    for (const some of chunksOf(symbols)) {
      const span = { start: new Date(from), end: new Date(to), limit: CHAIN_PAGE };
      const asked = { symbols: some.map(wireSymbol).join(','), ...span };
      await eachPage(
        'corporate actions',
        (pageToken) =>
          this.#ask((sdk, init) => {
            return sdk.marketData.corporateActions.corporateActionsRaw(
              { ...asked, ...nextOf(pageToken) },
              init,
            );
          }),
        (page) => {
          const actions = recordOf(page['corporate_actions']);
          if (actions === null) throw new Error('Alpaca answered without "corporate_actions"');
          for (const one of actionsOf(actions, new Set(some))) found.set(one.id + one.symbol, one);
        },
      );
    }
    return [...found.values()].sort((a, b) => (a.exDate < b.exDate ? -1 : 1));
  }

  /** One at a time: the broker gives one connection to a key. Stocks only. */
  stream(symbols: readonly string[], listener: MarketListener): MarketStream {
    if (this.#stream !== null && !this.#stream.isClosed) {
      throw new BadInput('The market data of these keys is streaming already: close that first');
    }
    this.#stream = new AlpacaStream({
      url: `${this.#client.dataStreamUrl}/v2/${this.#client.feed}`,
      keys: this.#client.keys,
      symbols: symbols.map(wireSymbol),
      listener,
      ask: (some) => this.quotes(some),
      now: this.#now,
      terms: this.#terms,
    });
    return this.#stream;
  }

  async close(): Promise<void> {
    await this.#stream?.close();
  }

  get #optionFeed(): 'opra' | 'indicative' {
    return this.#client.feed === 'sip' ? 'opra' : 'indicative';
  }

  #ask(run: Run): Promise<HttpReply> {
    return this.#client.call('data', run);
  }

  #takeBars(rows: BarRow[], list: unknown[], symbol: string, timeframe: Timeframe): void {
    const settleMs = timeframeMs(timeframe) === timeframeMs('1d') ? this.#settleMs : 0;
    const completeBy = (this.#now() - settleMs) as Instant;
    const terms = { symbol, timeframe, completeBy, isExtended: this.#isExtended };
    for (const value of list) {
      const row = rowOfBar(value, terms);
      if (row !== null) rows.push(row);
    }
  }

  async #optionSnapshots(symbols: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
    const found = new Map<string, unknown>();
    for (const some of chunksOf(symbols)) {
      const asked = { symbols: some.map(wireSymbol).join(','), feed: this.#optionFeed };
      const take = (page: Json): void => {
        const snapshots = recordOf(page['snapshots']) ?? {};
        for (const symbol of some) {
          const value = ownOf(snapshots, wireSymbol(symbol));
          if (value !== undefined) found.set(symbol, value);
        }
      };
      const run = (pageToken: string | undefined) => {
        return this.#ask((sdk, init) =>
          sdk.marketData.options.optionSnapshotsRaw({ ...asked, ...nextOf(pageToken) }, init),
        );
      };
      await eachPage('snapshots of options', run, take);
    }
    return found;
  }
}

const nextOf = (pageToken: string | undefined) => (pageToken === undefined ? {} : { pageToken });

function* chunksOf(symbols: readonly string[]): Generator<readonly string[]> {
  for (let i = 0; i < symbols.length; i += SYMBOLS_MAX) yield symbols.slice(i, i + SYMBOLS_MAX);
}
