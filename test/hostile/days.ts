import type { DateText, Money } from '../../src/base/index.ts';
import type { BookSetup, Setup } from '../../src/engine/index.ts';
import { nextSession, type Session, sessionOn } from '../../src/market/index.ts';
import {
  BROKER_DEFAULTS,
  type BrokerRates,
  NETWORK_DEFAULTS,
  QUIET_BROKER,
  QUIET_MARKET,
  QUIET_NETWORK,
} from '../../src/sim/hostile/index.ts';
import { bookOf, deskOf, WIDE } from '../world.ts';
import { type Step, stepper } from './books.ts';
import type { LifeRates, WorldPlan } from './plan.ts';
import { answer } from './owner.ts';
import type { World } from './world.ts';

/** A day on which one thing happens and nothing goes wrong but what a crash makes of it. */
export interface CanonicalDay {
  readonly name: string;
  readonly plan: WorldPlan;
  readonly script: (world: World) => void;
}

export const DAY_NAMES = [
  'start',
  'rebalance',
  'partial fill',
  'replace',
  'flatten',
  'approval',
  'token loss',
  'end of day',
] as const;
export type DayName = (typeof DAY_NAMES)[number];
export const SEMANTICS = ['unique', 'none'] as const;
export type Semantics = (typeof SEMANTICS)[number];

const NO_TROUBLE: LifeRates = {
  crashesADay: 0,
  crashAtPoint: 0,
  restartsADay: 0,
  pausesADay: 0,
  stepsADay: 0,
  outagesADay: 0,
  haltsADay: 0,
  flattensADay: 0,
  cancelsADay: 0,
  diskFaultsADay: 0,
  secondsADay: 0,
};

const DATE = '2024-03-07' as DateText;
const MINUTE_MS = 60_000;

interface Parts {
  readonly steps?: readonly Step[];
  readonly book?: Partial<BookSetup>;
  readonly setup?: Partial<Setup>;
  readonly rates?: Partial<BrokerRates>;
  readonly script?: (world: World, slot: number) => void;
}

const buyTwo: readonly Step[] = [{ weights: { AAA: 0.4, BBB: 0.3 } }];
const FAR = 0.97; // of the market: a limit that does not fill that day

const PARTS: Record<DayName, Parts> = {
  start: { steps: [{ weights: {} }] },
  rebalance: { steps: buyTwo },
  'partial fill': { steps: buyTwo, rates: { partialFill: 0.9, stuckFill: 0.5 } },
  replace: {
    steps: [{ limit: { symbol: 'AAA', quantity: 50, share: FAR } }],
    book: { leftover: { limit: 'reprice', repricesMax: 2 } },
  },
  flatten: {
    steps: buyTwo,
    script: (world, slot) =>
      world.timeline.at(slot + 40_000, () =>
        world.command({ command: 'flatten', by: 'the owner', reason: 'out' }),
      ),
  },
  approval: {
    steps: buyTwo,
    setup: {
      approvals: {
        rules: { opening: 'required', reducing: 'required' },
        books: {},
        timeoutMs: 30 * MINUTE_MS,
        driftPctMax: 5,
      },
    },
    script: (world, slot) => {
      for (const ms of [5_000, 20_000, 60_000]) {
        world.timeline.at(slot + ms, () => answer(world, 0.1));
      }
    },
  },
  'token loss': {
    steps: buyTwo,
    script: (world, slot) =>
      world.timeline.at(slot + 100, () => {
        world.wire.outage = { until: slot + 45_000, status: 401 };
      }),
  },
  'end of day': { steps: [{ limit: { symbol: 'AAA', quantity: 50, share: FAR } }] },
};

/** One of the canonical days against one kind of broker. */
export function canonicalDay(name: DayName, clientIds: Semantics): CanonicalDay {
  const parts = PARTS[name];
  const first = sessionOn(DATE) as Session;
  const setup = setupOf(parts, clientIds, name);
  const settings = { seed: 7, clientIds, cash: setup.books[0]?.capital as Money };
  const plan: WorldPlan = {
    seed: 7,
    profile: 'calm',
    setup,
    broker: { ...BROKER_DEFAULTS, ...settings, rates: { ...QUIET_BROKER, ...parts.rates } },
    network: { ...NETWORK_DEFAULTS, seed: 7, rates: QUIET_NETWORK },
    market: {
      seed: 7,
      symbols: ['AAA', 'BBB'].map((symbol) => ({ symbol, start: 50, volatilityPct: 15 })),
      rates: QUIET_MARKET,
    },
    life: NO_TROUBLE,
    sessions: [first],
    quiet: nextSession(first.date),
    nightly: true,
    dryRun: false,
  };
  const script = (world: World): void => parts.script?.(world, first.close - 5 * MINUTE_MS);
  return { name, plan, script };
}

function setupOf(parts: Parts, clientIds: Semantics, name: DayName): Setup {
  const params = { symbols: ['AAA', 'BBB'], first: DATE, steps: parts.steps ?? [] };
  const book = bookOf(stepper, params, { name: 'one', ...parts.book });
  return deskOf([book], {
    desk: name,
    account: 'canonical',
    limits: WIDE,
    slippage: { warningPct: 100, exceededPct: 100, abortPct: 100 },
    dataLimits: { corporateActionPct: 20, lookbackDays: 5, quoteAgeMsMax: 60_000 },
    orderTimeoutMs: MINUTE_MS,
    sendWithinMs: MINUTE_MS,
    fenceMs: MINUTE_MS,
    broker: { clientIds, stops: true, oco: true, settleMs: 60_000, pollMs: 15_000 },
    reconcile: { everyMs: 24 * 60 * MINUTE_MS },
    ...parts.setup,
  });
}
