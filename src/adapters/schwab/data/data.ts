import { addDays, BadInput, type DateText, type Instant, weekday } from '../../../base/index.ts';
import type { Quote } from '../../../market/index.ts';
import type { BrokerSession } from '../../counterpart.ts';
import type { Lane } from '../../budget.ts';
import type {
  DataTag,
  History,
  HistoryAsk,
  MarketData,
  MarketListener,
  MarketStream,
  OptionQuote,
} from '../../market-data.ts';
import {
  chainOf,
  chainQuery,
  type Expiration,
  expirationsOf,
  halvesOf,
  type SchwabChainAsk,
} from './chain.ts';
import { historyQuery, historyRowsOf } from './history.ts';
import { sessionOfHours } from './hours.ts';
import { type QuoteSeen, quoteSeenOf } from './quotes.ts';
import { schwabSymbol } from './symbol.ts';
import type { Query, SchwabHttp, SchwabReply } from '../http.ts';
import { recordOf } from '../http-json.ts';

export interface SchwabDataOptions {
  /** Used to read only. */
  readonly http: Pick<SchwabHttp, 'send'>;
  readonly now: () => Instant;
  /** The account's one streamer; without it there is no stream. */
  readonly streamer?: {
    market(symbols: readonly string[], listener: MarketListener): MarketStream;
  };
}

const MARKET_DATA = '/marketdata/v1';
const SYMBOLS_MAX = 100; // of one request: its path stays below 4 KB
const SESSIONS_MAX = 15; // one request each

/** The gateway cannot carry so many contracts at once. */
const TOO_BIG = 'protocol.http.TooBigBody';

/** Market data of Schwab. Each call throws where there is no answer that can be relied on. */
export class SchwabData implements MarketData {
  readonly #options: SchwabDataOptions;
  #feed = 'unknown';
  readonly stream?: NonNullable<MarketData['stream']>;

  constructor(options: SchwabDataOptions) {
    this.#options = options;
    const { streamer } = options;
    if (streamer) this.stream = (symbols, listener) => streamer.market(symbols, listener);
  }

  /** The feed is told by the quotes, "unknown" before the first: "sip", "nfl", "delayed". */
  get tag(): DataTag {
    return { source: 'schwab', feed: this.#feed };
  }

  /** Bars adjusted for splits. Their volumes are those of all venues. */
  async history(ask: HistoryAsk): Promise<History> {
    const { json } = await this.#get('/pricehistory', historyQuery(ask));
    const receivedAt = this.#options.now();
    const rows = historyRowsOf(json, ask, receivedAt);
    return { source: 'schwab', feed: 'sip', adjustment: 'splits', receivedAt, rows };
  }

  async quotes(symbols: readonly string[]): Promise<readonly Quote[]> {
    const seen = await this.look(symbols);
    return seen.flatMap(({ quote }) => (quote === null ? [] : [quote]));
  }

  /** Quotes with what else is known of each symbol; one that the reply lacks is left out. */
  async look(symbols: readonly string[]): Promise<readonly QuoteSeen[]> {
    const once = [...new Set(symbols)];
    const parts = Array.from({ length: Math.ceil(once.length / SYMBOLS_MAX) }, (_, i) =>
      once.slice(i * SYMBOLS_MAX, (i + 1) * SYMBOLS_MAX),
    );
    const seen = (await Promise.all(parts.map((part) => this.#lookAt(part)))).flat();
    if (seen.length > 0) this.#feed = feedOf(seen);
    return seen;
  }

  async #lookAt(symbols: readonly string[]): Promise<QuoteSeen[]> {
    const { json } = await this.#get('/quotes', { symbols: symbols.map(schwabSymbol).join(',') });
    const receivedAt = this.#options.now();
    const body = recordOf(json);
    if (body === null) throw new Error('Schwab’s reply to a request for quotes has none');
    return symbols.flatMap((symbol) => quoteSeenOf(symbol, body, receivedAt) ?? []);
  }

  /** Options on an underlying; a chain that is too big for one reply is asked for in parts. */
  async chain(ask: SchwabChainAsk): Promise<readonly OptionQuote[]> {
    const reply = await this.#send('/chains', chainQuery(ask));
    const halves = reply.problem?.code === TOO_BIG ? halvesOf(ask) : null;
    if (halves === null) return chainOf(answered(reply).json, ask);
    const [first, second] = halves;
    return [...(await this.chain(first)), ...(await this.chain(second))];
  }

  async expirations(underlying: string): Promise<readonly Expiration[]> {
    const symbol = schwabSymbol(underlying);
    return expirationsOf((await this.#get('/expirationchain', { symbol })).json);
  }

  /** The exchanges' session on a date from today to a year ahead; null on a day without one. */
  async session(date: DateText): Promise<BrokerSession | null> {
    const { json } = await this.#get('/markets', { markets: 'equity', date });
    return sessionOfHours(json, date);
  }

  /** Sessions from one date to another, both included: one request for each weekday, at most 15. */
  async sessions(from: DateText, to: DateText): Promise<readonly BrokerSession[]> {
    const found: BrokerSession[] = [];
    let asked = 0;
    for (let date = from; date <= to; date = addDays(date, 1)) {
      if (weekday(date) === 0 || weekday(date) === 6) continue;
      if (++asked > SESSIONS_MAX) {
        throw new BadInput(`From "${from}" to "${to}" are more than ${SESSIONS_MAX} weekdays`);
      }
      const session = await this.session(date);
      if (session !== null) found.push(session);
    }
    return found;
  }

  async close(): Promise<void> {
    // Connections belong to whoever made them.
  }

  async #get(path: string, query: Query): Promise<SchwabReply> {
    return answered(await this.#send(path, query));
  }

  #send(path: string, query: Query): Promise<SchwabReply> {
    const lane: Lane = 'data';
    return this.#options.http.send({ method: 'GET', path: MARKET_DATA + path, query, lane });
  }
}

/** The reply where it is an answer; throws with what it says otherwise. */
function answered(reply: SchwabReply): SchwabReply {
  if (reply.status === 200 && reply.json !== undefined) return reply;
  const said = reply.problem?.message ?? 'no body of theirs';
  throw new Error(`Schwab answers ${reply.status} to a request for market data: ${said}`);
}

/** Which tape the quotes come from: the worst of them counts. */
function feedOf(seen: readonly QuoteSeen[]): string {
  if (seen.some(({ isRealtime }) => isRealtime === false)) return 'delayed';
  if (seen.some(({ isRealtime }) => isRealtime === null)) return 'unknown';
  const types = new Set(seen.map(({ quoteType }) => quoteType).filter((type) => type !== null));
  if (types.has('NFL')) return 'nfl';
  return types.has('NBBO') && types.size === 1 ? 'sip' : 'unknown';
}
