import { type Instant, MICROS, MINUTE_MS, present, type Price } from '../../base/index.ts';
import type { Session } from '../../market/index.ts';
import { drawOf } from '../random.ts';
import type { Split } from './day.ts';
import type { HostilePrices } from './settings.ts';

/** How often the market does what; shares of symbol-days, or of quotes where it says so. */
export interface MarketRates {
  /** Opens 4 to 25 percent away from the last close. */
  readonly gap: number;
  /** Pauses of five minutes to an hour; some of them last over the close. */
  readonly halt: number;
  readonly split: number;
  /** Of quotes, in windows of five seconds: a price from 1 to 1000 percent away. */
  readonly badTick: number;
  /** Of quotes: a bid above the ask, or a spread of half the price. */
  readonly crossed: number;
  /** Of quotes: zeros in place of prices. */
  readonly zero: number;
  /** Of quotes: nothing in place of prices. */
  readonly missing: number;
  /** Of quotes: minutes to days old. */
  readonly stale: number;
}

export const NORMAL_MARKET: MarketRates = {
  gap: 0.01,
  halt: 0.01,
  split: 0.0005,
  badTick: 0.002,
  crossed: 0.001,
  zero: 0.001,
  missing: 0.001,
  stale: 0.001,
};

const scaled = (factor: number): MarketRates =>
  Object.fromEntries(
    Object.entries(NORMAL_MARKET).map(([name, rate]) => [name, rate * factor]),
  ) as unknown as MarketRates;

export const CALM_MARKET: MarketRates = scaled(0.1);
export const HOSTILE_MARKET: MarketRates = scaled(10);
export const QUIET_MARKET: MarketRates = scaled(0);

export interface MarketSymbol {
  readonly symbol: string;
  /** First price in dollars. */
  readonly start: number;
  /** Percent a year. */
  readonly volatilityPct: number;
}

export interface HostileMarketSettings {
  readonly seed: number;
  readonly symbols: readonly MarketSymbol[];
  readonly rates: MarketRates;
}

export type QuoteFault = 'badTick' | 'crossed' | 'wide' | 'zero' | 'missing' | 'stale';

/** A quote as a feed would show it; micro-dollars, null where nothing is shown. */
export interface HostileQuote {
  readonly symbol: string;
  /** When the venue says it was. */
  readonly at: Instant;
  readonly bid: number | null;
  readonly ask: number | null;
  readonly last: number | null;
  readonly halted: boolean;
  /** What is wrong with it; null: nothing. The feed does not say so. */
  readonly fault: QuoteFault | null;
}

/** A day's or part of a day's bar in micro-dollars. */
export interface HostileBar {
  readonly symbol: string;
  readonly end: Instant;
  readonly day: number;
  readonly open: Price;
  readonly high: Price;
  readonly low: Price;
  readonly close: Price;
  readonly volume: number;
}

interface Track {
  readonly symbol: string;
  readonly index: number;
  readonly sigma: number;
  /** Prices at equal steps of the session, straight lines between them. */
  readonly path: Float64Array;
  haltFrom: number;
  haltTo: number;
  volume: number;
}

const KNOTS = 13; // half-hours of a full session
const CENT = 10_000;
const DAYS_A_YEAR = 252;
const FAULT_WINDOW_MS = 5_000;
const SPLITS = [[2, 1], [3, 1], [10, 1], [3, 2], [1, 10], [1, 4]] as const; // prettier-ignore
/** Draws of a symbol: its own block of purposes, from here. */
const BLOCK = 1_000;
const BLOCK_SIZE = 32;

/**
 * A market of a few symbols, day after day: `startDay` draws a session, and every price of it
 * belongs to the seed and the instant alone, whoever asks and how often.
 */
export class HostileMarket implements HostilePrices {
  readonly #seed: number;
  readonly #tracks: Map<string, Track>;
  #rates: MarketRates;
  #session: Session | null = null;

  constructor({ seed, symbols, rates }: HostileMarketSettings) {
    this.#seed = seed;
    this.#rates = rates;
    this.#tracks = new Map(
      symbols.map(({ symbol, start, volatilityPct }, index) => {
        const sigma = volatilityPct / 100 / Math.sqrt(DAYS_A_YEAR);
        const path = new Float64Array(KNOTS + 1).fill(cents(start * MICROS));
        return [symbol, { symbol, index, sigma, path, haltFrom: 0, haltTo: 0, volume: 0 }];
      }),
    );
  }

  /** Switches all faults off; a halt under way ends. */
  quiet(): void {
    this.#rates = QUIET_MARKET;
    for (const track of this.#tracks.values()) track.haltTo = 0;
  }

  /** Draws the next session; the splits that take effect with it. Sessions come in their order. */
  startDay(session: Session): Split[] {
    this.#session = session;
    const splits: Split[] = [];
    for (const track of this.#tracks.values()) {
      const split = this.#splitOf(track, session.day);
      if (split !== null) splits.push(split);
      this.#walk(track, session, split);
    }
    return splits;
  }

  #draw(track: Track, count: number, nth: number): number {
    return drawOf(this.#seed, count, BLOCK + track.index * BLOCK_SIZE + nth);
  }

  #splitOf(track: Track, day: number): Split | null {
    if (this.#draw(track, day, 0) >= this.#rates.split) return null;
    const close = track.path[KNOTS] as number;
    const pick = Math.floor(this.#draw(track, day, 1) * SPLITS.length);
    const [numerator, denominator] = SPLITS[pick] as (typeof SPLITS)[number];
    const isSane = (close * denominator) / numerator >= 2 * MICROS && denominator * close < 1e10;
    return isSane ? { symbol: track.symbol, numerator, denominator } : null;
  }

  #walk(track: Track, session: Session, split: Split | null): void {
    const { path, sigma } = track;
    const { day, open, close } = session;
    const draw = (nth: number) => this.#draw(track, day, nth);
    let price = path[KNOTS] as number;
    if (split !== null) price = (price * split.denominator) / split.numerator;
    let gap = sigma * 1.2 * (draw(2) + draw(3) - 1);
    if (draw(4) < this.#rates.gap) gap = (draw(2) < 0.5 ? -1 : 1) * (0.04 + 0.2 * draw(3));
    price *= 1 + gap;
    path[0] = cents(price);
    const step = sigma * Math.sqrt(12 / KNOTS);
    for (let i = 1; i <= KNOTS; i++) {
      price *= 1 + step * (drawOf(this.#seed, day * 16 + i, BLOCK + track.index) - 0.5);
      path[i] = cents(price);
    }
    track.volume = 100_000 + Math.floor(draw(5) * 900_000);
    track.haltFrom = 0;
    track.haltTo = 0;
    if (draw(6) >= this.#rates.halt) return;
    track.haltFrom = open + Math.floor(draw(7) ** 0.5 * (close - open));
    track.haltTo = track.haltFrom + Math.ceil((5 + 55 * draw(8) ** 2) * MINUTE_MS);
  }

  #track(symbol: string): Track | undefined {
    return this.#tracks.get(symbol);
  }

  isHalted(symbol: string, at: Instant): boolean {
    const track = this.#track(symbol);
    return track !== undefined && at >= track.haltFrom && at < track.haltTo;
  }

  /** What executions get: undefined in a halt and for a symbol that does not trade here. */
  price(symbol: string, at: Instant): Price | undefined {
    const track = this.#track(symbol);
    if (track === undefined || (at >= track.haltFrom && at < track.haltTo)) return undefined;
    return this.#at(track, at);
  }

  #at({ path }: Track, at: number): Price {
    const session = this.#session;
    if (session === null || at >= session.close) return path[KNOTS] as Price;
    if (at <= session.open) return path[0] as Price;
    const place = ((at - session.open) / (session.close - session.open)) * KNOTS;
    const i = Math.floor(place);
    const [from, to] = [path[i] as number, path[i + 1] as number];
    return cents(from + (place - i) * (to - from)) as Price;
  }

  /** The market as a feed shows it; in a halt, as it was when it began. Throws for a stranger. */
  quote(symbol: string, at: Instant): HostileQuote {
    const track = present(this.#track(symbol), `symbol "${symbol}" of the market`);
    const halted = at >= track.haltFrom && at < track.haltTo;
    const asOf = (halted ? track.haltFrom : at) as Instant;
    const last = this.#at(track, asOf);
    const half = Math.max(CENT / 2, Math.round(last / 10_000));
    const bid = Math.max(CENT, cents(last - half));
    const ask = Math.max(bid + CENT, cents(last + half));
    const fault = this.#faultAt(track, at);
    if (fault === null) return { symbol, at: asOf, bid, ask, last, halted, fault };
    return this.#spoiled(track, { symbol, at: asOf, bid, ask, last }, fault, halted);
  }

  #faultAt(track: Track, at: number): QuoteFault | null {
    const { badTick, crossed, zero, missing, stale } = this.#rates;
    const sum = badTick + crossed + zero + missing + stale;
    if (sum === 0) return null;
    let draw = this.#draw(track, Math.floor(at / FAULT_WINDOW_MS), 10);
    if (draw >= sum) return null;
    if ((draw -= badTick) < 0) return 'badTick';
    if ((draw -= crossed) < 0) return draw < -crossed / 2 ? 'crossed' : 'wide';
    if ((draw -= zero) < 0) return 'zero';
    return draw < missing ? 'missing' : 'stale';
  }

  #spoiled(
    track: Track,
    good: { symbol: string; at: Instant; bid: number; ask: number; last: number },
    fault: QuoteFault,
    halted: boolean,
  ): HostileQuote {
    const { symbol, at, bid, ask, last } = good;
    const drawn = this.#draw(track, Math.floor(at / FAULT_WINDOW_MS), 11);
    const said = { symbol, at, halted, fault };
    switch (fault) {
      case 'badTick': {
        const factor = drawn < 0.5 ? 1 + 10 * (2 * drawn) ** 3 : 1 - 0.95 * (2 * drawn - 1);
        const off = cents(last * factor);
        return { ...said, bid: cents(bid * factor), ask: cents(ask * factor) + CENT, last: off };
      }
      case 'crossed':
        return { ...said, bid: ask + CENT, ask: bid, last };
      case 'wide':
        return { ...said, bid: cents(bid * 0.75), ask: cents(ask * 1.25), last };
      case 'zero':
        return { ...said, bid: 0, ask: 0, last: drawn < 0.5 ? 0 : last };
      case 'missing':
        return { ...said, bid: null, ask: null, last: drawn < 0.5 ? null : last };
      default: {
        const age = Math.ceil(2 * MINUTE_MS + drawn ** 4 * 3 * 24 * 60 * MINUTE_MS);
        return { ...good, at: (at - age) as Instant, halted, fault };
      }
    }
  }

  /** The bar of the session so far, or of all of it from its close on. Throws before a session. */
  bar(symbol: string, at: Instant): HostileBar {
    const track = present(this.#track(symbol), `symbol "${symbol}" of the market`);
    const session = present(this.#session, 'session of the market');
    const end = Math.min(at, session.close) as Instant;
    const share = Math.max(0, (end - session.open) / (session.close - session.open));
    const close = this.#at(track, end);
    const open = track.path[0] as Price;
    let [high, low] = [Math.max(open, close), Math.min(open, close)];
    for (let i = 1; i <= Math.floor(share * KNOTS); i++) {
      high = Math.max(high, track.path[i] as number);
      low = Math.min(low, track.path[i] as number);
    }
    const volume = Math.max(1, Math.floor(track.volume * share));
    const range = { open, high: high as Price, low: low as Price, close };
    return { symbol, end, day: session.day, ...range, volume };
  }
}

/** Micro-dollars in whole cents, at least one. */
const cents = (micros: number): number => Math.max(CENT, Math.round(micros / CENT) * CENT);
