import { type Money, money } from '../../../src/base/index.ts';
import { differences, violations } from './check.ts';
import { Desk } from './desk.ts';
import { type BrokerDriver, type Case, Unsupported, type World, type WorldOptions } from './kit.ts';

export type Outcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'fail'; readonly reason: string };

const DEFAULTS: WorldOptions = {
  cash: money(100_000_000_000),
  fillAfterMs: 0,
  pieces: 1,
  feePerShare: 0 as Money,
  shorting: false,
  answers: [],
};

/** What becomes of one case on one broker: a world of its own, and all checks after it. */
export async function play(one: Case, driver: BrokerDriver, deadlineMs?: number): Promise<Outcome> {
  const reason = one.skips?.[driver.name] ?? driver.absent;
  if (reason !== null) return { kind: 'skip', reason };
  const options = { ...DEFAULTS, ...one.options };
  let world: World | null = null;
  try {
    world = await driver.start(options);
    const desk = new Desk(world, options.cash, deadlineMs);
    world.books?.((symbol) => desk.positions.get(symbol) ?? 0);
    await one.run(world, desk);
    if (!driver.name.startsWith('recorded')) await settled(world, desk);
    return { kind: 'ok' };
  } catch (error) {
    return { kind: 'fail', reason: reasonOf(error) };
  } finally {
    await world?.close();
  }
}

/** Faults end, books come to agree, and then everything must hold. */
async function settled(world: World, desk: Desk): Promise<void> {
  const [idle] = world.unstruck();
  if (idle !== undefined) throw new Error(`the fault of the case never struck: ${idle}`);
  world.heal();
  const late: { left: readonly string[] } = { left: [] };
  try {
    await desk.until(async () => {
      late.left = await differences(desk);
      return late.left.length === 0;
    }, 'the books agree');
  } catch (error) {
    if (late.left.length === 0) throw error;
  }
  const found = await violations(desk);
  if (found.length > 0) throw new Error(found.join('; '));
}

function reasonOf(error: unknown): string {
  if (error instanceof Unsupported) return error.message;
  if (!(error instanceof Error)) return String(error);
  const isOwn = error.constructor === Error;
  const where = /at .*?((?:src|test)\/[^)\n]+)/.exec(error.stack ?? '')?.[1] ?? '';
  return isOwn ? error.message : `${error.name}: ${error.message} (${where})`;
}
