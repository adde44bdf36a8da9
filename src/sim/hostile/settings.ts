import type { Money, Price } from '../../base/index.ts';
import type { Instant } from '../../base/index.ts';
import { drawOf } from '../random.ts';

/** How often the broker does what; shares of orders, fills or readings, 0 to 1, unless named. */
export interface BrokerRates {
  /** Accepted, and rejected some seconds later (F007). */
  readonly lateReject: number;
  /** Refused at once by a rule of its own. */
  readonly refused: number;
  /** Executed in the moment of the request, before anybody hears of the order (F016). */
  readonly instantFill: number;
  /** Fills come in pieces, some of them minutes apart (F013). */
  readonly partialFill: number;
  /** The rest of an order in pieces never comes while the session lasts. */
  readonly stuckFill: number;
  /** A fill is reported after the order was reported canceled. */
  readonly lateFill: number;
  /** A cancel takes up to half a minute, in which fills go on (F008). */
  readonly slowCancel: number;
  /** A cancel is taken, and refused later. */
  readonly cancelRefused: number;
  readonly bust: number;
  readonly correction: number;
  /** Ten times or a tenth of the market's price, corrected minutes later (F020). */
  readonly absurdPrice: number;
  /** A status that no table knows, in a reading of an order. */
  readonly unknownStatus: number;
  /** The answer to a new order does not name it (F004). */
  readonly locationMissing: number;
  /** A reading of an order tells the cumulative quantity without executions (F014). */
  readonly cumulativeOnly: number;
  /** A reading of positions is up to two minutes old (F032). */
  readonly positionLag: number;
  /** A list of orders misses the newest ones. */
  readonly listLag: number;
  /** A list of orders ends a page early: its oldest ones are missing (F033). */
  readonly missingPage: number;
  /** Where one of a linked pair fills, the other one ends only a moment later. */
  readonly slowLink: number;
  /** The rest are expected counts a day. */
  readonly ownerADay: number;
  readonly dividendsADay: number;
  readonly feesADay: number;
  readonly transfersADay: number;
  readonly unknownActivitiesADay: number;
  readonly maintenanceADay: number;
  readonly restrictionsADay: number;
}

export const NORMAL_BROKER: BrokerRates = {
  lateReject: 0.01,
  refused: 0.005,
  instantFill: 0.05,
  partialFill: 0.15,
  stuckFill: 0.05,
  lateFill: 0.05,
  slowCancel: 0.2,
  cancelRefused: 0.05,
  bust: 0.005,
  correction: 0.005,
  absurdPrice: 0.001,
  unknownStatus: 0.01,
  locationMissing: 0.02,
  cumulativeOnly: 0.1,
  positionLag: 0.2,
  listLag: 0.1,
  missingPage: 0.01,
  slowLink: 0.2,
  ownerADay: 0.02,
  dividendsADay: 0.05,
  feesADay: 0.1,
  transfersADay: 0.02,
  unknownActivitiesADay: 0.002,
  maintenanceADay: 0.05,
  restrictionsADay: 0.005,
};

const scaled = (factor: (name: keyof BrokerRates) => number): BrokerRates =>
  Object.fromEntries(
    Object.entries(NORMAL_BROKER).map(([name, rate]) => [
      name,
      Math.min(0.9, rate * factor(name as keyof BrokerRates)),
    ]),
  ) as unknown as BrokerRates;

export const CALM_BROKER: BrokerRates = scaled(() => 0.1);
export const HOSTILE_BROKER: BrokerRates = scaled(() => 4);
/** Fills come whole and at once; nothing is late and nobody else acts. */
export const QUIET_BROKER: BrokerRates = scaled(() => 0);

export interface HostileBrokerSettings {
  readonly seed: number;
  /** As in the traits of a broker: it enforces our ids for ever, or knows none. */
  readonly clientIds: 'unique' | 'none';
  readonly cash: Money;
  readonly shortSelling: boolean;
  readonly feePerShare: Money;
  /** What the owner trades by hand; empty: nothing. */
  readonly ownerSymbols: readonly string[];
  /** Least and most of the time between a request and the order's working there, milliseconds. */
  readonly workMs: readonly [number, number];
  /** From working to the first fill of a marketable order. */
  readonly fillMs: readonly [number, number];
  /** Most by which a list or lookup of orders lags. */
  readonly listLagMaxMs: number;
  readonly positionLagMaxMs: number;
  /** Requests in any minute before it answers 429; half of those it answers so it has taken. */
  readonly requestsPerMinute: number;
  readonly rates: BrokerRates;
}

export const BROKER_DEFAULTS: Omit<HostileBrokerSettings, 'seed' | 'cash'> = {
  clientIds: 'unique',
  shortSelling: false,
  feePerShare: 0 as Money,
  ownerSymbols: [],
  workMs: [1, 400],
  fillMs: [1, 4_000],
  listLagMaxMs: 5_000,
  positionLagMaxMs: 120_000,
  requestsPerMinute: 200,
  rates: NORMAL_BROKER,
};

/** Where the broker's executions get their prices; undefined where nothing trades, as in a halt. */
export interface HostilePrices {
  price(symbol: string, at: Instant): Price | undefined;
}

/** What is drawn for; each draw belongs to the seed, one of these and a count alone. */
const PURPOSES = {
  work: 100, workMs: 101, lateReject: 102, refused: 103, instantFill: 104, fillMs: 105,
  partialFill: 106, pieces: 107, stuckFill: 108, pieceMs: 109, lateFill: 110, lateFillMs: 111,
  slowCancel: 112, cancelMs: 113, cancelRefused: 114, bust: 115, bustMs: 116, correction: 117,
  correctionMs: 118, correctionBy: 119, absurdPrice: 120, absurdUp: 121, unknownStatus: 122,
  locationMissing: 123, cumulativeOnly: 124, positionLag: 125, positionLagMs: 126, listLag: 127,
  listLagMs: 128, missingPage: 129, missing: 130, slowLink: 131, linkMs: 132, taken: 133,
  lateRejectMs: 134, lateFillPart: 135, splitCancels: 136, splitSeenMs: 137,
  ownerADay: 140, dividendsADay: 150, feesADay: 160, transfersADay: 170,
  unknownActivitiesADay: 180, maintenanceADay: 190, restrictionsADay: 200,
} as const; // prettier-ignore

export type Purpose = keyof typeof PURPOSES;

/** Draws from a seed, and whether what a rate says happens. */
export class Dice {
  readonly #seed: number;
  rates: BrokerRates;

  constructor(seed: number, rates: BrokerRates) {
    this.#seed = seed;
    this.rates = rates;
  }

  /** Uniform in [0, 1); `nth` tells draws of one purpose and count apart, up to nine. */
  draw(purpose: Purpose, count: number, nth = 0): number {
    return drawOf(this.#seed, count, PURPOSES[purpose] + nth);
  }

  /** Whole milliseconds from `least` up to `most`, mostly near the least. */
  wait(purpose: Purpose, count: number, [least, most]: readonly [number, number]): number {
    return least + Math.floor(this.draw(purpose, count) ** 2 * (most - least + 1));
  }

  happens(purpose: Purpose & keyof BrokerRates, count: number): boolean {
    const rate = this.rates[purpose];
    return rate > 0 && this.draw(purpose, count) < rate;
  }

  /** How often what is expected `rate` times a day happens on `day`: 0, 1 or 2. */
  count(purpose: Purpose & keyof BrokerRates, day: number): number {
    const rate = this.rates[purpose];
    if (rate === 0) return 0;
    const drawn = this.draw(purpose, day);
    return drawn < rate * rate * 0.25 ? 2 : drawn < rate ? 1 : 0;
  }
}
