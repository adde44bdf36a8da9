import type { FaultRates } from '../../src/adapters/alpaca-server/index.ts';
import { CALM, type DeskName, newNumber, type VenueTerms } from './terms.ts';
import type { WorldTerms } from './world.ts';

/** Faults of a day on which much goes wrong, each a share of requests or frames, in millionths. */
const badDay = (seed: number): FaultRates => ({
  seed,
  dropBeforePpm: 20_000,
  dropAfterPpm: 20_000,
  unavailablePpm: 1_500,
  rateLimitPpm: 500,
  cutPpm: 10_000,
  loseFramePpm: 100_000,
  repeatFramePpm: 100_000,
  holdFramePpm: 100_000,
});

const PARTLY = { sharePpm: 500_000, pieces: 3, everyMs: 1_500 } as const;

interface Dates {
  readonly from: string;
  readonly to: string;
  readonly quietTo: string;
}

const DAILY: Dates = { from: '2012-09-04', to: '2012-11-30', quietTo: '2012-12-05' };
const BARS: Dates = { from: '2024-01-03', to: '2024-01-05', quietTo: '2024-01-08' };

/** Kinds of worlds, by what goes wrong. */
const KINDS: Readonly<Record<string, (seed: number) => Partial<VenueTerms>>> = {
  calm: () => ({}),
  faults: (seed) => ({ rates: badDay(seed), delayMs: [200, 3_000], partly: PARTLY }),
  mute: () => ({ mute: true, muteData: true }),
  rejections: () => ({ rejectionPpm: 300_000, delayMs: [0, 5_000], partly: PARTLY }),
  lagging: () => ({ lagMs: 20_000, partly: PARTLY }),
  afterwards: () => ({ afterwardsPpm: 300_000, partly: PARTLY }),
  dividends: () => ({ dividendEvery: 5 }),
  everything: (seed) => ({
    rates: badDay(seed),
    delayMs: [0, 5_000],
    partly: PARTLY,
    rejectionPpm: 50_000,
    lagMs: 5_000,
    afterwardsPpm: 50_000,
    dividendEvery: 5,
  }),
};

export const KIND_NAMES: readonly string[] = Object.keys(KINDS);

/** A desk under one kind of trouble, with so many kills. */
export function worldOf(
  desk: DeskName,
  kind: string,
  seed: number,
  given: {
    readonly kills?: number;
    readonly dates?: Partial<Dates>;
    readonly killWithin?: number;
  } = {},
): WorldTerms {
  const { kills = 0, dates, killWithin } = given;
  const isDaily = desk === 'hierarchical-adaptive';
  const { from, to, quietTo } = { ...(isDaily ? DAILY : BARS), ...dates };
  const short = isDaily ? 'HAV' : 'MA';
  const more = KINDS[kind]?.(seed);
  if (more === undefined) throw new Error(`"${kind}" is no kind of world`);
  return {
    name: `${short} ${kind}${kills > 0 ? ` ${kills} kills` : ''} seed ${seed}`,
    venue: { ...CALM, number: newNumber(), desk, from, seed, ...more },
    to,
    quietTo,
    kills,
    killWithin: killWithin ?? (isDaily ? 400 : 120),
    slots: isDaily,
    ...(more.rates !== undefined && { recoveryMs: 300_000 }),
  };
}
