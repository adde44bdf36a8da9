import { sha256 } from '../../src/base/index.ts';
import { planOfSeed } from './plan.ts';
import type { Violation } from './violations.ts';
import { World } from './world.ts';

/** What came of one world. */
export interface Played {
  readonly seed: number;
  readonly days: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  /** CPU time of the first play, in milliseconds. */
  readonly cpuMs: number;
  /** Hash of all that went over the wire, and of the journal: equal for equal seeds. */
  readonly trace: string;
}

/** Plays the world of a seed to its end. */
export async function play(seed: number, days: number): Promise<Played> {
  const began = process.cpuUsage();
  const world = new World(planOfSeed(seed, days));
  await world.run();
  const { stateChecks, wire, journal, violations, timeline } = world;
  const { user, system } = process.cpuUsage(began);
  const head = journal?.head().hash ?? '';
  return {
    seed,
    days,
    counts: {
      ...Object.fromEntries(world.counts),
      orders: stateChecks.orders,
      fills: stateChecks.fills,
      unknowns: stateChecks.unknowns,
      events: timeline.count,
      records: journal?.head().seq ?? 0,
    },
    faults: { ...Object.fromEntries(wire.faults), ...Object.fromEntries(world.brokerFaults()) },
    violations: violations.list,
    cpuMs: (user + system) / 1_000,
    trace: sha256(`${world.trace.join('\n')}\n${head}`),
  };
}

/** Plays the world of a seed twice: a violation when the two differ. */
export async function playTwice(seed: number, days: number): Promise<Played> {
  const first = await play(seed, days);
  const { trace } = await play(seed, days);
  if (first.trace === trace) return first;
  const text = `The same seed gives the traces ${first.trace} and ${trace}`;
  return { ...first, violations: [...first.violations, { invariant: 0, text, at: 0 }] };
}
