import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../source.ts';
import { makeDesk } from './desk.ts';
import { CALM, newNumber } from './terms.ts';
import { VenueProcess } from './venue-process.ts';

/** How long a person waits: one slot of the day and the emergency exit, by the built program. */
export interface Timing {
  readonly onceMs: number;
  readonly flattenMs: number;
  readonly orders: number;
}

const MAIN = join(ROOT, 'dist/apps/cli/main.js');
const DATE = '2012-10-01';

/**
 * A daily run of HAV against the broker on loopback, process start to process end, and then a
 * flatten of what it holds. Throws where "dist" is not there, or where it is not flat at the end.
 */
export async function timed(main: string = MAIN): Promise<Timing> {
  if (!existsSync(main)) throw new Error('"dist" is not there: run "npm run build" first');
  const desk = 'hierarchical-adaptive';
  const number = newNumber();
  const venue = await VenueProcess.start({ ...CALM, number, desk, from: DATE, seed: 1 });
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-live-'));
  const run = (...args: string[]): number => {
    const began = performance.now();
    execFileSync(process.execPath, [main, ...args], { stdio: 'pipe' });
    return performance.now() - began;
  };
  try {
    const terms = { number, desk, url: venue.url, clock: 'recorded' } as const;
    makeDesk(folder, { ...terms, markEveryS: 3_600, reconcileEveryMinutes: 390 });
    const stage = ['--stage', 'paper', '--feed', 'live', '--from', DATE, '--to', DATE];
    const onceMs = run('once', folder, ...stage);
    const before = await venue.truth();
    if (Object.keys(before.positions).length === 0) throw new Error('The slot bought nothing');
    const flattenMs = run('flatten', folder, '--confirm', '--reason', 'timing');
    const { positions, orders } = await venue.truth();
    if (Object.keys(positions).length > 0) throw new Error('The exit did not end flat');
    return { onceMs, flattenMs, orders: orders.length };
  } finally {
    await venue.end();
    rmSync(folder, { recursive: true, force: true });
  }
}
