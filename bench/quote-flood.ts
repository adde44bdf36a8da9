import type { Effect, Input } from '../src/engine/index.ts';
import { inFolder } from './folder.ts';
import { openLiveDesk, settled } from './live-desk.ts';
import { rounded } from './measure.ts';
import type { Outcome } from './report.ts';

const PER_SECOND = 10_000;
const SECONDS = Number(process.env['FLOOD_SECONDS'] ?? 60);
const EVERY = 100; // ticks: an order a second, as many as a broker's budget lets through
const SAMPLE_MS = 5_000;
const WARM_SHARE = 0.25; // of the samples: before caches and code have their size

/** Memory that is in use, in MB; garbage is not. */
function usedMb(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

/** MB a minute, by least squares over samples of equal distance. */
function slope(samples: readonly number[], everyMs: number): number {
  const middle = (samples.length - 1) / 2;
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  let [above, below] = [0, 0];
  samples.forEach((value, i) => {
    above += (i - middle) * (value - mean);
    below += (i - middle) ** 2;
  });
  return (above / below) * (60_000 / everyMs);
}

/**
 * Ten thousand quotes a second, every hundredth with a trade that is decided on, and every
 * hundredth of those answered by an order: memory stays, and no order is decided on a price older
 * than its limit. FLOOD_SECONDS sets how long.
 */
export const benchQuoteFlood = (): Promise<Outcome> =>
  inFolder(async (folder) => {
    let [orders, decided, oldestMs] = [0, 0, 0];
    let clock: (() => number) | null = null;
    const seen = (at: number) => {
      decided++;
      oldestMs = Math.max(oldestMs, (clock?.() ?? 0) - at);
    };
    const taken = (_input: Input, effects: readonly Effect[]) => {
      for (const effect of effects) if (effect.kind === 'submit') orders++;
    };
    const desk = await openLiveDesk({ folder, observer: { taken }, seen, every: EVERY });
    clock = desk.now;
    await settled(desk.runner);
    const samples: number[] = [];
    const timer = setInterval(() => samples.push(usedMb()), SAMPLE_MS);
    const cpu = process.cpuUsage();
    const quotes = await desk.sink.flood(PER_SECOND, SECONDS);
    const { user, system } = process.cpuUsage(cpu);
    clearInterval(timer);
    await settled(desk.runner);
    await desk.close();
    const kept = samples.slice(Math.floor(samples.length * WARM_SHARE));
    return {
      figures: {
        seconds: SECONDS,
        quotesPerSecond: Math.round(quotes / SECONDS),
        decided,
        orders,
        oldestMs: rounded(oldestMs),
        heapMb: rounded(kept.at(-1) ?? Number.NaN),
        heapMbPerMinute: rounded(slope(kept, SAMPLE_MS)),
        cpuShare: rounded((user + system) / 1e6 / SECONDS),
      },
      goals: [
        { figure: 'quotesPerSecond', bound: 'at least', value: PER_SECOND * 0.99 },
        { figure: 'oldestMs', bound: 'at most', value: 1_000 },
        { figure: 'heapMbPerMinute', bound: 'at most', value: 0.5 },
      ],
    };
  });
