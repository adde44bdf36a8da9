import type { Store } from '../../adapters/data/index.ts';
import type { History, HistoryAsk, MarketData } from '../../adapters/index.ts';
import {
  BadInput,
  type DateText,
  dateOfDay,
  DAY_MS,
  formatInstant,
  formatMoney,
  type Instant,
} from '../../base/index.ts';
import {
  type BarRow,
  type Bars,
  barsOfRows,
  type BarsHead,
  rowAt,
  sessionOfDay,
  timeframeMs,
} from '../../market/index.ts';
import {
  type Chunk,
  chunkDays,
  chunksOf,
  finishedSessions,
  missingRuns,
  planChunks,
  type Run,
} from './plan.ts';

export interface PullAsk extends HistoryAsk {
  /** Take the source's bar where it differs from the stored one. */
  readonly replace: boolean;
}

/** How far a pull is, after each request. */
export interface PullProgress extends Chunk {
  readonly symbol: string;
  /** Requests answered, and how many there are. */
  readonly done: number;
  readonly of: number;
  /** Bars that came, so far. */
  readonly bars: number;
}

export interface PullParts {
  readonly source: MarketData;
  readonly store: Store;
  readonly now: () => Instant;
  readonly tell?: (progress: PullProgress) => void;
}

/** A stored bar and what the source says of it now. */
export interface Version {
  /** The bar: its date, or for shorter bars its end. */
  readonly bar: string;
  /** "close was 472.65, now 472.6": the fields that differ. */
  readonly text: string;
}

/** What a pull of one symbol did. */
export interface Pulled extends BarsHead {
  readonly feed: string;
  readonly added: number;
  readonly kept: number;
  readonly replaced: number;
  /** Bars of the series now, its first and last date; null where nothing is stored. */
  readonly bars: number;
  readonly first: DateText | null;
  readonly last: DateText | null;
  readonly path: string | null;
  readonly requests: number;
  /** Stored bars of which the source says something else now; as stored, unless replaced. */
  readonly versions: readonly Version[];
  /** Sessions of the dates asked for, over by now, without a bar. */
  readonly missing: readonly Run[];
  /** Days without a session on which the source has bars; these are not stored. */
  readonly extra: readonly DateText[];
}

/**
 * Brings bars of one symbol into the store. Days that are stored are not asked for again but the
 * newest five; each request's bars are stored before the next one, so that a pull that was cut
 * short goes on where it was. Bars that are not over are never stored.
 *
 * Throws `BadInput` where the source gives a whole series anew (a split or dividend since: then all
 * of it has to be replaced at once), and whatever the source and the store throw.
 */
export function pull(parts: PullParts, ask: PullAsk): Promise<Pulled> {
  return new Pull(parts, ask).run();
}

const FIELDS = ['at', 'open', 'high', 'low', 'close', 'volume'] as const;

class Pull {
  readonly #parts: PullParts;
  readonly #ask: PullAsk;
  readonly #head: BarsHead;
  readonly #isDaily: boolean;
  readonly #held = new Map<number, BarRow>();
  readonly #counts = { added: 0, kept: 0, replaced: 0, requests: 0, bars: 0 };
  readonly #versions: Version[] = [];
  readonly #extra = new Set<number>();
  #path: string | null = null;
  #feed: string;

  constructor(parts: PullParts, ask: PullAsk) {
    const { symbol, timeframe, adjustment } = ask;
    this.#parts = parts;
    this.#ask = ask;
    this.#head = { symbol, timeframe, source: parts.source.tag.source, adjustment };
    this.#isDaily = timeframeMs(timeframe) === DAY_MS;
    this.#feed = parts.source.tag.feed;
  }

  async run(): Promise<Pulled> {
    const { timeframe, from, to } = this.#ask;
    const sessions = finishedSessions(from, to, this.#parts.now());
    await this.#open();
    const held = this.#days();
    const chunks = planChunks(sessions, held, chunkDays(timeframe));
    for (const [i, chunk] of chunks.entries()) {
      const history = await this.#fetch(chunk);
      const rows = this.#fit(history, chunk);
      if (i === 0 && held.length > 0 && this.#isAnew(rows)) {
        await this.#replaceAll(chunk, rows, history);
        break;
      }
      await this.#take(rows, history);
      this.#tell(chunk, i + 1, chunks.length);
    }
    return this.#result(missingRuns(sessions, new Set(this.#days())));
  }

  /** What is stored of the series. */
  async #open(): Promise<void> {
    const { store } = this.#parts;
    const isOurs = (head: BarsHead) =>
      (['symbol', 'timeframe', 'source', 'adjustment'] as const).every(
        (key) => head[key] === this.#head[key],
      );
    const all = store.list();
    const found = all.find((one) => one.state === 'sound' && isOurs(one.meta));
    if (!found) {
      if (all.some(({ state }) => state === 'damaged')) await this.#refuseDamaged();
      return;
    }
    const bars = await store.load(this.#head);
    this.#path = found.path;
    for (let i = 0; i < bars.length; i += 1) this.#hold(rowAt(bars, i));
  }

  /** A damaged file may be this very series: loading it says so; of another series it is not. */
  async #refuseDamaged(): Promise<void> {
    try {
      await this.#parts.store.load(this.#head);
    } catch (error) {
      if (error instanceof BadInput && error.message.startsWith('No bars')) return;
      throw error;
    }
  }

  #hold(row: BarRow): void {
    this.#held.set(this.#keyOf(row), row);
  }

  #keyOf = (row: BarRow): number => (this.#isDaily ? row.day : row.at);

  #days(): number[] {
    return [...new Set([...this.#held.values()].map(({ day }) => day))].sort((a, b) => a - b);
  }

  async #fetch({ from, to }: Chunk): Promise<History> {
    const { source } = this.#parts;
    const { symbol, timeframe, adjustment } = this.#ask;
    const history = await source.history({ symbol, timeframe, from, to, adjustment });
    this.#counts.requests += 1;
    if (history.source !== this.#head.source || history.adjustment !== adjustment) {
      throw new BadInput(
        `Asked "${this.#head.source}" for "${adjustment}", and got bars of "${history.source}" ` +
          `adjusted for "${history.adjustment}"`,
      );
    }
    this.#feed = history.feed;
    return history;
  }

  /** The bars that may be stored: of this symbol and these dates, over, on days with a session. */
  #fit(history: History, { from, to }: Chunk): BarRow[] {
    const now = Math.min(this.#parts.now(), history.receivedAt);
    const { symbol } = this.#ask;
    const stranger = history.rows.find((row) => row.symbol !== symbol);
    if (stranger) throw new BadInput(`Asked for "${symbol}", and got "${stranger.symbol}"`);
    const within = history.rows.filter(
      ({ day, at }) => dateOfDay(day) >= from && dateOfDay(day) <= to && at <= now,
    );
    const isKept = ({ day }: BarRow): boolean => {
      const session = sessionOfDay(day);
      if (!session) this.#extra.add(day);
      return session !== undefined && (!this.#isDaily || session.close <= now);
    };
    const kept = within.filter(isKept);
    this.#counts.bars += kept.length;
    return kept;
  }

  /**
   * Whether the source has recomputed the series: then its new bars do not go with those stored,
   * and a jump between them would look like a move of the market. Never so of raw prices.
   */
  #isAnew(rows: readonly BarRow[]): boolean {
    if (this.#ask.adjustment === 'raw') return false;
    const known = rows.filter((row) => this.#held.has(this.#keyOf(row)));
    if (known.length === 0) {
      throw new BadInput(
        `${this.#name()}: the source no longer has any of the newest bars that are stored, so ` +
          'that nothing tells whether they go together; pull into another --root',
      );
    }
    return known.every((row) => this.#held.get(this.#keyOf(row))?.close !== row.close);
  }

  #name(): string {
    const { symbol, timeframe, source, adjustment } = this.#head;
    return `"${symbol}" ${timeframe} of ${source}, adjusted for ${adjustment}`;
  }

  /** All that is stored and all that is asked for, in one step: two bases never mix. */
  async #replaceAll(probe: Chunk, rows: readonly BarRow[], history: History): Promise<void> {
    const { timeframe, from, to, replace } = this.#ask;
    const versions = rows.flatMap((row) => this.#versionOf(row));
    if (!replace) {
      const [first] = versions;
      throw new BadInput(
        `${this.#name()}: every stored bar asked for again is different now (${first?.bar}: ` +
          `${first?.text}), as after a split or dividend. Nothing was changed; --replace takes ` +
          'the whole series anew',
      );
    }
    const held = this.#days();
    const [start, end] = [dateOfDay(held[0] as number), dateOfDay(held.at(-1) as number)];
    const now = this.#parts.now();
    const all = finishedSessions(start < from ? start : from, end > to ? end : to, now);
    const chunks = chunksOf(
      all.map(({ day }) => day),
      chunkDays(timeframe),
    );
    const fresh = new Map<number, BarRow>();
    let newest = history;
    for (const [i, chunk] of chunks.entries()) {
      newest = await this.#fetch(chunk);
      for (const row of this.#fit(newest, chunk)) fresh.set(this.#keyOf(row), row);
      this.#tell(chunk, i + 1, chunks.length);
    }
    for (const [key, row] of this.#held) {
      if (fresh.has(key)) continue;
      throw new BadInput(
        `${this.#name()}: the source has no bar of ${this.#textOf(row)} any more, which is ` +
          `stored; nothing was changed (asked again after ${probe.from})`,
      );
    }
    await this.#import(
      [...fresh.values()].sort((a, b) => a.at - b.at),
      newest,
    );
  }

  /** Stores the new bars of one reply; those that differ stay as they are, unless replaced. */
  async #take(rows: readonly BarRow[], history: History): Promise<void> {
    const wanted = rows.filter((row) => {
      const versions = this.#versionOf(row);
      this.#versions.push(...versions);
      return this.#ask.replace || versions.length === 0;
    });
    await this.#import(wanted, history);
  }

  async #import(rows: readonly BarRow[], { feed, receivedAt }: History): Promise<void> {
    if (rows.length === 0) return;
    const { store, now } = this.#parts;
    const bars: Bars = barsOfRows(this.#head, rows);
    const { replace } = this.#ask;
    const options = { importedAt: now(), replace, feed, receivedAt };
    const [done] = await store.importBars(bars, options);
    if (!done) return;
    this.#path = done.path;
    this.#counts.added += done.added;
    this.#counts.kept += done.kept;
    this.#counts.replaced += done.replaced;
    for (const row of rows) this.#hold(row);
  }

  /** What is stored of a bar, and what came, where the two differ. */
  #versionOf(row: BarRow): Version[] {
    const stored = this.#held.get(this.#keyOf(row));
    const differing = stored ? FIELDS.filter((field) => stored[field] !== row[field]) : [];
    if (!stored || differing.length === 0) return [];
    const text = differing
      .map((field) => `${field} was ${shown(field, stored)}, now ${shown(field, row)}`)
      .join('; ');
    return [{ bar: this.#textOf(row), text }];
  }

  #textOf = (row: BarRow): string => (this.#isDaily ? dateOfDay(row.day) : formatInstant(row.at));

  #tell(chunk: Chunk, done: number, of: number): void {
    const { symbol } = this.#ask;
    this.#parts.tell?.({ symbol, ...chunk, done, of, bars: this.#counts.bars });
  }

  #result(missing: readonly Run[]): Pulled {
    const { added, kept, replaced, requests } = this.#counts;
    const days = this.#days();
    const [first, last] = [days[0], days.at(-1)];
    return {
      ...this.#head,
      feed: this.#feed,
      added,
      kept,
      replaced,
      bars: this.#held.size,
      first: first === undefined ? null : dateOfDay(first),
      last: last === undefined ? null : dateOfDay(last),
      path: this.#path,
      requests,
      versions: this.#versions,
      missing,
      extra: [...this.#extra].sort((a, b) => a - b).map(dateOfDay),
    };
  }
}

function shown(field: (typeof FIELDS)[number], row: BarRow): string {
  if (field === 'volume') return row.volume === null ? 'unknown' : `${row.volume}`;
  return field === 'at' ? formatInstant(row.at) : formatMoney(row[field]);
}
