import { CRASH_CHOICES, type CrashChoice } from '../../src/sim/hostile/index.ts';
import { canonicalDay, type DayName, type Semantics } from './days.ts';
import type { Violation } from './violations.ts';
import { type PlannedCrash, World } from './world.ts';

/** One point of a canonical day: before or after a write, a request or an answer. */
export interface CrashPoint {
  readonly number: number;
  readonly name: string;
}

/** What came of dying at a point, and then again at each of the first points of recovery. */
export interface Crashed {
  readonly states: number;
  readonly failures: readonly {
    readonly crashes: readonly PlannedCrash[];
    readonly violations: readonly Violation[];
  }[];
}

/** What the disk can keep there: all of it, unless a write lies unsynced. */
export const choicesAt = (name: string): readonly CrashChoice[] =>
  name === 'written' ? CRASH_CHOICES : ['all'];

/** The points of a canonical day's first life, in their order. */
export async function pointsOf(name: DayName, semantics: Semantics): Promise<CrashPoint[]> {
  const { plan, script } = canonicalDay(name, semantics);
  const points: CrashPoint[] = [];
  const onPoint = (point: string, life: number): void => {
    if (life === 1) points.push({ number: points.length + 1, name: point });
  };
  const world = new World(plan, { script, onPoint, crashes: [] });
  await world.run();
  if (world.violations.count > 0) {
    const [first] = world.violations.list;
    throw new Error(`"${name}" (${semantics}) fails without a crash: ${first?.text}`);
  }
  return points;
}

interface Outcome {
  readonly violations: readonly Violation[];
  /** Points of the second life. */
  readonly recovery: readonly CrashPoint[];
}

/** Plays a canonical day that dies at these points. */
export async function crashDay(
  name: DayName,
  semantics: Semantics,
  crashes: readonly PlannedCrash[],
): Promise<Outcome> {
  const { plan, script } = canonicalDay(name, semantics);
  const recovery: CrashPoint[] = [];
  const onPoint = (point: string, life: number): void => {
    if (life === 2) recovery.push({ number: recovery.length + 1, name: point });
  };
  const world = new World(plan, { script, onPoint, crashes });
  await world.run();
  return { violations: world.violations.list, recovery };
}

/** Dies at a point, and once more at each of the first `depth` points of what comes after. */
export async function crashTwice(
  name: DayName,
  semantics: Semantics,
  first: PlannedCrash,
  depth: number,
): Promise<Crashed> {
  const failures: Crashed['failures'][number][] = [];
  const once = await crashDay(name, semantics, [first]);
  if (once.violations.length > 0) failures.push({ crashes: [first], ...once });
  let states = 1;
  for (const { number, name: point } of once.recovery.slice(0, depth)) {
    for (const choice of choicesAt(point)) {
      const crashes = [first, { point: number, choice }];
      const { violations } = await crashDay(name, semantics, crashes);
      states++;
      if (violations.length > 0) failures.push({ crashes, violations });
    }
  }
  return { states, failures };
}
