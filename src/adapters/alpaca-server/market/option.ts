import {
  dateOfDay,
  DAY_MS,
  dayNumber,
  type Instant,
  MICROS,
  type Price,
  priceFromDollars,
  weekday,
} from '../../../base/index.ts';
import {
  type BarRow,
  exchangeDay,
  formatOcc,
  instrumentOf,
  type OptionContract,
  parseOcc,
  sessionOfDay,
  type Timeframe,
} from '../../../market/index.ts';
import { aroundPrice } from './replay.ts';
import type { VenueMarket, VenueQuote } from './source.ts';

const YEAR_MS = 365 * DAY_MS;
const WEEKS_LISTED = 8;
const STRIKES_WITHIN = 0.15; // of the price, on either side
const CENT = MICROS / 100;

/** What one option is worth and how it moves. Dollars a share; theta is of a day, vega of 1 %. */
export interface OptionValue {
  readonly price: number;
  readonly delta: number;
  readonly gamma: number;
  readonly theta: number;
  readonly vega: number;
  readonly rho: number;
}

/**
 * Value of a European option without dividends; `rate` and `volatility` are fractions a year.
 * At or past its end it is worth what it delivers. Source: F. Black, M. Scholes, "The Pricing of
 * Options and Corporate Liabilities", 1973, equation 13.
 */
export function optionValue(ask: {
  readonly right: 'call' | 'put';
  readonly spot: number;
  readonly strike: number;
  readonly years: number;
  readonly rate: number;
  readonly volatility: number;
}): OptionValue {
  const { right, spot, strike, years, rate, volatility } = ask;
  const sign = right === 'call' ? 1 : -1;
  if (years <= 0) {
    const price = Math.max(0, sign * (spot - strike));
    return { price, delta: price > 0 ? sign : 0, gamma: 0, theta: 0, vega: 0, rho: 0 };
  }
  const spread = volatility * Math.sqrt(years);
  const d1 = (Math.log(spot / strike) + (rate + volatility ** 2 / 2) * years) / spread;
  const d2 = d1 - spread;
  const paid = strike * Math.exp(-rate * years);
  const density = Math.exp((-d1 * d1) / 2) / Math.sqrt(2 * Math.PI);
  const decay = (-spot * density * volatility) / (2 * Math.sqrt(years));
  return {
    price: sign * (spot * normal(sign * d1) - paid * normal(sign * d2)),
    delta: sign * normal(sign * d1),
    gamma: density / (spot * spread),
    theta: (decay - sign * rate * paid * normal(sign * d2)) / 365,
    vega: (spot * density * Math.sqrt(years)) / 100,
    rho: (sign * paid * years * normal(sign * d2)) / 100,
  };
}

/**
 * Standard normal distribution, to 1e-7 at worst.
 * Source: Abramowitz and Stegun, Handbook of Mathematical Functions, formula 26.2.17.
 */
function normal(x: number): number {
  if (x < 0) return 1 - normal(-x);
  const t = 1 / (1 + 0.2316419 * x);
  const sum =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * sum;
}

export interface OptionSettings {
  /** Percent a year of an unleveraged underlying; a fund of factor 3 has three times as much. */
  readonly volatilityPct: number;
  /** Percent a year. */
  readonly ratePct: number;
  readonly spreadBps: number;
}

export const OPTION_SETTINGS: OptionSettings = { volatilityPct: 20, ratePct: 4, spreadBps: 100 };

/**
 * Another market with options on all it has, valued without a smile at one volatility. Eight weeks
 * of Fridays are listed; a quote is given for every strike and session that has not passed.
 */
export class OptionMarket implements VenueMarket {
  readonly #base: VenueMarket;
  readonly settings: OptionSettings;
  readonly listen?: NonNullable<VenueMarket['listen']>;

  constructor(base: VenueMarket, settings: OptionSettings = OPTION_SETTINGS) {
    this.#base = base;
    this.settings = settings;
    if (base.listen) this.listen = (listener) => base.listen?.(listener) ?? (() => {});
  }

  symbols(): readonly string[] {
    return this.#base.symbols();
  }

  quote(symbol: string, at: Instant): VenueQuote | undefined {
    const contract = contractOf(symbol);
    if (!contract) return this.#base.quote(symbol, at);
    const under = this.#base.quote(contract.root, at);
    const worth = under && this.#valueAt(contract, under.last, at);
    if (!under || !worth) return undefined;
    const last = centsOf(worth.price);
    const { bid, ask } = aroundPrice(last, this.settings.spreadBps);
    return { ...under, last, bid, ask };
  }

  /** Value and greeks of an option, with the volatility as a fraction; undefined for no option. */
  value(symbol: string, at: Instant): (OptionValue & { volatility: number }) | undefined {
    const contract = contractOf(symbol);
    const under = contract && this.#base.quote(contract.root, at);
    const worth = under && this.#valueAt(contract, under.last, at);
    return worth && { ...worth, volatility: this.#volatilityOf(contract as OptionContract) };
  }

  #volatilityOf({ root }: OptionContract): number {
    return (this.settings.volatilityPct / 100) * Math.abs(instrumentOf(root).fundFactor);
  }

  #valueAt(contract: OptionContract, spot: Price, at: Instant): OptionValue | undefined {
    const end = sessionOfDay(dayNumber(contract.expiration))?.close;
    if (end === undefined || at > end) return undefined;
    return optionValue({
      right: contract.right,
      spot: spot / MICROS,
      strike: contract.strikeMills / 1_000,
      years: (end - at) / YEAR_MS,
      rate: this.settings.ratePct / 100,
      volatility: this.#volatilityOf(contract),
    });
  }

  bars(symbol: string, timeframe: Timeframe, from: Instant, to: Instant): readonly BarRow[] {
    const contract = contractOf(symbol);
    if (!contract) return this.#base.bars(symbol, timeframe, from, to);
    const rows = this.#base.bars(contract.root, timeframe, from, to);
    return rows.flatMap((row) => {
      const at = (spot: Price): Price | undefined => {
        const worth = this.#valueAt(contract, spot, row.at);
        return worth && centsOf(worth.price);
      };
      const [open, close, one, other] = [row.open, row.close, row.high, row.low].map(at);
      if (!open || !close || !one || !other) return [];
      const high = Math.max(one, other) as Price;
      const low = Math.min(one, other) as Price;
      return [{ symbol, at: row.at, day: row.day, open, high, low, close, volume: null }];
    });
  }

  options(underlying: string, at: Instant): readonly string[] {
    const spot = this.#base.quote(underlying, at)?.last;
    if (spot === undefined || !/^[A-Z]{1,6}$/.test(underlying)) return [];
    if (instrumentOf(underlying).kind === 'index') return [];
    const strikes = strikesAround(spot / MICROS);
    return expirationsFrom(at).flatMap((day) =>
      strikes.flatMap((strike) =>
        (['call', 'put'] as const).map((right) =>
          formatOcc({
            root: underlying,
            expiration: dateOfDay(day),
            right,
            strikeMills: Math.round(strike * 1_000),
          }),
        ),
      ),
    );
  }
}

/** Parts of an option's symbol; undefined for any other text. */
export function contractOf(symbol: string): OptionContract | undefined {
  if (symbol.length < 16) return undefined;
  try {
    return parseOcc(symbol);
  } catch {
    return undefined;
  }
}

/** Dollars as a price in whole cents, one at least: nothing is quoted at 0. */
const centsOf = (dollars: number): Price =>
  Math.max(CENT, priceFromDollars(Math.round(dollars * 100) / 100)) as Price;

function strikesAround(spot: number): number[] {
  const step = spot < 25 ? 0.5 : spot < 100 ? 1 : spot < 250 ? 2.5 : 5;
  const first = Math.max(step, Math.ceil((spot * (1 - STRIKES_WITHIN)) / step) * step);
  const count = Math.floor((spot * (1 + STRIKES_WITHIN) - first) / step) + 1;
  return Array.from({ length: count }, (_, i) => first + i * step);
}

/** The next Fridays as days since 1970-01-01, each moved back where the exchange is closed. */
function expirationsFrom(at: Instant): number[] {
  const today = exchangeDay(at);
  const friday = today + ((5 - weekday(dateOfDay(today)) + 7) % 7);
  const days: number[] = [];
  for (let week = 0; days.length < WEEKS_LISTED; week++) {
    let day = friday + 7 * week;
    while (!sessionOfDay(day)) day--;
    const end = sessionOfDay(day)?.close ?? 0;
    if (end > at) days.push(day);
  }
  return days;
}
