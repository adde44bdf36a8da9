import { type DateText, type Money } from '../../src/base/index.ts';
import {
  type BookSetup,
  type BrokerTraits,
  BUILT_IN_TRAITS,
  type Setup,
} from '../../src/engine/index.ts';
import { nextSession, type Session, sessionOn } from '../../src/market/index.ts';
import type { Limits } from '../../src/risk/index.ts';
import { drawOf } from '../../src/sim/index.ts';
import {
  BROKER_DEFAULTS,
  type BrokerRates,
  CALM_BROKER,
  CALM_MARKET,
  CALM_NETWORK,
  HOSTILE_BROKER,
  HOSTILE_MARKET,
  HOSTILE_NETWORK,
  type HostileBrokerSettings,
  type HostileMarketSettings,
  type MarketRates,
  NETWORK_DEFAULTS,
  type NetworkRates,
  type NetworkSettings,
  NORMAL_BROKER,
  NORMAL_MARKET,
  NORMAL_NETWORK,
} from '../../src/sim/hostile/index.ts';
import { bookOf, deskOf, WIDE } from '../world.ts';
import { rotator, SYMBOLS, wisher } from './books.ts';

export const PROFILES = ['calm', 'normal', 'hostile'] as const;
export type Profile = (typeof PROFILES)[number];

/** How often the process, its clock and its owner do what; expected counts a day. */
export interface LifeRates {
  readonly crashesADay: number;
  /** Of all points around writes and requests, the share at which the process dies. */
  readonly crashAtPoint: number;
  readonly restartsADay: number;
  readonly pausesADay: number;
  readonly stepsADay: number;
  readonly outagesADay: number;
  readonly haltsADay: number;
  readonly flattensADay: number;
  readonly cancelsADay: number;
  /** The disk is full for a while, or refuses a write or a sync. */
  readonly diskFaultsADay: number;
  /** Another process is started for the same desk. */
  readonly secondsADay: number;
}

/** One world, all of it from its seed. */
export interface WorldPlan {
  readonly seed: number;
  readonly profile: Profile;
  readonly setup: Setup;
  readonly broker: HostileBrokerSettings;
  readonly network: NetworkSettings;
  readonly market: HostileMarketSettings;
  readonly life: LifeRates;
  /** Sessions of trouble, oldest first, then one of quiet. */
  readonly sessions: readonly Session[];
  readonly quiet: Session;
  /** The process is stopped after each close, and started before each open. */
  readonly nightly: boolean;
  /** Nothing is sent anywhere: the built-in broker fills at once. */
  readonly dryRun: boolean;
}

const FIRST_DAYS = ['2024-01-08', '2024-03-07', '2024-07-01', '2024-10-31', '2024-11-26'] as const;

const NORMAL_LIFE: LifeRates = {
  crashesADay: 0.2,
  crashAtPoint: 0.001,
  restartsADay: 0.1,
  pausesADay: 0.3,
  stepsADay: 0.05,
  outagesADay: 0.1,
  haltsADay: 0.05,
  flattensADay: 0.03,
  cancelsADay: 0.15,
  diskFaultsADay: 0.1,
  secondsADay: 0.1,
};

const scaledLife = (factor: number): LifeRates =>
  Object.fromEntries(
    Object.entries(NORMAL_LIFE).map(([name, rate]) => [name, rate * factor]),
  ) as unknown as LifeRates;

const FAULTS: Record<Profile, readonly [BrokerRates, NetworkRates, MarketRates, LifeRates]> = {
  calm: [CALM_BROKER, CALM_NETWORK, CALM_MARKET, scaledLife(0.3)],
  normal: [NORMAL_BROKER, NORMAL_NETWORK, NORMAL_MARKET, NORMAL_LIFE],
  hostile: [HOSTILE_BROKER, HOSTILE_NETWORK, HOSTILE_MARKET, scaledLife(3)],
};

/** Draws that make a world; each has its number. */
export const drawer = (seed: number) => {
  const draw = (n: number): number => drawOf(seed, n, 900);
  const pick = <T>(n: number, of: readonly T[]): T => of[Math.floor(draw(n) * of.length)] as T;
  return { draw, pick };
};

/** The world of a seed. */
export function planOfSeed(seed: number, days: number): WorldPlan {
  const { draw, pick } = drawer(seed);
  const profile = pick(1, PROFILES);
  const [brokerRates, rates, marketRates, life] = FAULTS[profile];
  const setup = setupOf(seed);
  const sessions: Session[] = [];
  let session = sessionOn(pick(3, FIRST_DAYS) as DateText) as Session;
  for (let i = 0; i < days; i++) {
    sessions.push(session);
    session = nextSession(session.date);
  }
  const owner = draw(4) < 0.5 ? SYMBOLS : [];
  return {
    seed,
    profile,
    setup,
    broker: {
      ...BROKER_DEFAULTS,
      seed,
      clientIds: setup.broker.clientIds,
      cash: capitalOf(setup),
      ownerSymbols: owner,
      feePerShare: pick(5, [0, 0, 5_000]) as Money,
      rates: brokerRates,
    },
    network: { ...NETWORK_DEFAULTS, seed, rates },
    market: { seed, symbols: marketSymbols(seed), rates: marketRates },
    life,
    sessions,
    quiet: session,
    dryRun: isDryRun(seed),
    nightly: draw(6) < 0.7 || setup.books.some(rests),
  };
}

const isDryRun = (seed: number): boolean => drawer(seed).draw(7) < 0.04;

/** Whether orders of a book may rest over night: these are followed all the time. */
const rests = ({ strategy, watch }: BookSetup): boolean =>
  strategy.name === wisher.name || watch !== undefined;

const marketSymbols = (seed: number): HostileMarketSettings['symbols'] =>
  SYMBOLS.map((symbol, i) => ({
    symbol,
    start: 20 + 80 * drawOf(seed, i, 901),
    volatilityPct: 20 + 30 * drawOf(seed, i, 902),
  }));

const capitalOf = (setup: Setup): Money =>
  setup.books.reduce((sum, { capital }) => sum + capital, 0) as Money;

/** Nothing that was sent arrives, or is left out of a reading, after this time. */
const SETTLE_MS = 60_000;

function traitsOf(seed: number): BrokerTraits {
  const { draw, pick } = drawer(seed);
  return {
    clientIds: draw(10) < 0.5 ? 'unique' : 'none',
    stops: true,
    oco: draw(11) < 0.5,
    settleMs: SETTLE_MS,
    pollMs: pick(12, [15_000, 120_000, 300_000]),
  };
}

/** Approvals that some desks want; the owner looks every quarter of an hour. */
function approvalsAt(seed: number): Pick<Setup, 'approvals'> {
  const { draw, pick } = drawer(seed);
  if (draw(44) > 0.25) return {};
  const opening = { opening: 'required', reducing: 'free' } as const;
  const all = { opening: 'required', reducing: 'required' } as const;
  const rules = pick(45, [opening, all]);
  const timeoutMs = pick(46, [60_000, 1_800_000]);
  return { approvals: { rules, books: {}, timeoutMs, driftPctMax: pick(47, [0.5, 5]) } };
}

/** How the books of some desks share their orders and their cash. */
function sharingAt(seed: number): Pick<Setup, 'crossing' | 'rules'> {
  const { draw, pick } = drawer(seed);
  const rules = {
    broker: 'sim',
    account: pick(48, ['margin', 'cash'] as const),
    intradayMarginFrom: null,
    washSale: pick(49, ['refuse', 'warn', 'off'] as const),
  };
  return {
    ...(draw(28) < 0.3 && { crossing: 'inside' as const }),
    ...(draw(29) < 0.3 && { rules }),
  };
}

/** How a book's positions are guarded. */
function watchAt(seed: number, from: number): Pick<BookSetup, 'watch' | 'leftover'> {
  const { draw, pick } = drawer(seed);
  const watch: NonNullable<BookSetup['watch']> = {
    stopLossPct: pick(from + 1, [null, 1, 5]),
    takeProfitPct: pick(from + 2, [null, 2]),
    holdDaysMax: pick(from + 3, [null, 2]),
    holdDaysMaxAtLoss: pick(from + 4, [null, 1]),
    brokerHeld: draw(from + 5) < 0.6,
    gapMsMax: 60_000,
    stopRequired: draw(from + 8) < 0.3,
    badTickPct: 3,
    confirmTicks: 2,
    confirmMs: 10_000,
    cover: null,
  };
  const kinds = ['cancel', 'reprice', 'carry'] as const;
  return {
    ...(draw(from) < 0.4 && { watch }),
    ...(draw(from + 6) < 0.3 && { leftover: { limit: pick(from + 7, kinds), repricesMax: 2 } }),
  };
}

function setupOf(seed: number): Setup {
  const { draw, pick } = drawer(seed);
  const count = 1 + Math.floor(draw(20) * 3);
  const books = Array.from({ length: count }, (_, i) => bookAt(seed, i));
  return deskOf(books, {
    desk: `desk-${seed}`,
    account: `account-${seed}`,
    broker: isDryRun(seed) ? BUILT_IN_TRAITS : traitsOf(seed),
    limits: { ...limitsAt(seed, 30), ...ratesAt(seed) },
    slippage: pick(40, [
      { warningPct: 0.3, exceededPct: 0.5, abortPct: 1 },
      { warningPct: 100, exceededPct: 100, abortPct: 100 },
    ]),
    dataLimits: { corporateActionPct: 20, lookbackDays: 5, quoteAgeMsMax: 60_000 },
    orderTimeoutMs: pick(41, [60_000, 600_000, 3_600_000]),
    sendWithinMs: pick(42, [5_000, 60_000]),
    fenceMs: 60_000,
    reconcile: { everyMs: pick(43, [900_000, 3_600_000]) },
    record: 'all',
    ...approvalsAt(seed),
    ...sharingAt(seed),
  });
}

/** What stops a runaway loop; the caps are so low that busy days reach them. */
function ratesAt(seed: number): Partial<Limits> {
  const { draw, pick } = drawer(seed);
  if (draw(38) > 0.3) return {};
  return {
    ordersPerSecondMax: pick(39, [2, 5]),
    ordersPerMinuteMax: pick(50, [4, 12]),
    identicalOrdersPerMinuteMax: 3,
    rejectsInARowMax: 5,
  };
}

const SLOTS = [
  { kind: 'session', anchor: 'close', offsetMs: -300_000 },
  { kind: 'session', anchor: 'close', offsetMs: -600_000 },
  { kind: 'session', anchor: 'open', offsetMs: 900_000 },
] as const;

function bookAt(seed: number, i: number): BookSetup {
  const { draw, pick } = drawer(seed);
  const from = 50 + 20 * i;
  const kind = draw(from) < 0.6 ? rotator : wisher;
  const first = Math.floor(draw(from + 1) * SYMBOLS.length);
  const length = 1 + Math.floor(draw(from + 2) * 3);
  const symbols = Array.from({ length }, (_, k) => SYMBOLS[(first + k) % SYMBOLS.length]);
  const params = { seed: seed * 8 + i, symbols, idle: draw(from + 3) * 0.3 };
  return bookOf(kind, params, {
    name: `${kind.name}-${i}`,
    slot: pick(from + 4, SLOTS),
    sizing: pick(from + 5, ['changed-targets', 'changed-targets']),
    capital: pick(from + 6, [20_000_000_000, 100_000_000_000]) as Money,
    limits: limitsAt(seed, from + 7),
    ...watchAt(seed, 200 + from),
  });
}

function limitsAt(seed: number, from: number): Limits {
  const { pick } = drawer(seed);
  return {
    ...WIDE,
    positionPctMax: pick(from, [1_000, 60, 30]),
    cashReservePctMin: pick(from + 1, [0, 0, 5]),
    leverageMax: pick(from + 2, [3, 1, 0.8]),
    buyingPowerPctMax: pick(from + 3, [100, 95]),
    orderNotionalMax: pick(from + 4, [1_000_000_000_000_000, 15_000_000_000]) as Money,
    ordersPerDayMax: pick(from + 5, [1_000_000, 6]),
    dailyLossPctMax: pick(from + 6, [100, 1]),
    drawdownPctMax: pick(from + 7, [100, 3]),
  };
}
