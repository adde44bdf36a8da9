import { performance } from 'node:perf_hooks';
import { describe, expect, test } from 'vitest';
import type { DateText } from '../../../base/index.ts';
import { instantOn } from '../../../market/index.ts';
import type { Json } from './values.ts';
import { Tape } from './tape.ts';

const NOON = instantOn('2024-06-05' as DateText, '12:00');
const SYMBOLS = Array.from({ length: 50 }, (_, i) => `S${i}`);
const FRAME = 20; // messages of one frame

/** Frames of quotes as they come over the wire, each with nanoseconds and cents of its own. */
function frames(count: number): string[] {
  return Array.from({ length: count / FRAME }, (_, f) => {
    const messages = Array.from({ length: FRAME }, (_, i) => {
      const n = f * FRAME + i;
      const bp = 100 + (n % 9_999) / 100;
      const S = SYMBOLS[n % SYMBOLS.length];
      const t = new Date(NOON + n).toISOString().replace('Z', '123456Z');
      return { T: 'q', S, bx: 'V', bp, bs: 3, ax: 'V', ap: bp + 0.02, as: 2, c: ['R'], z: 'B', t };
    });
    return JSON.stringify(messages);
  });
}

function fed(tape: Tape, texts: readonly string[]): number {
  const from = performance.now();
  for (const text of texts) {
    for (const message of JSON.parse(text) as Json[]) tape.take(message, NOON, from);
  }
  return performance.now() - from;
}

function tapeOf(hear: () => void): Tape {
  const tape = new Tape(SYMBOLS, { quote: hear });
  const quotes = SYMBOLS.map((symbol) => ({
    symbol,
    last: 1e6,
    at: NOON - 1,
    bid: null,
    ask: null,
  }));
  tape.prove(SYMBOLS, quotes.map((quote) => ({ ...quote, receivedAt: NOON })) as never, 0);
  return tape;
}

describe('speed of the stream', () => {
  test('a quote is parsed and mapped in microseconds', () => {
    let heard = 0;
    const tape = tapeOf(() => (heard += 1));
    const texts = frames(40_000);
    fed(
      tapeOf(() => undefined),
      texts,
    );
    const rates = [0, 1, 2].map(
      () =>
        40_000 /
        fed(
          tapeOf(() => (heard += 1)),
          texts,
        ),
    );
    expect(fed(tape, texts)).toBeGreaterThan(0);
    expect(heard).toBe(160_000);
    const best = Math.max(...rates);
    if (process.env['SHOW_SPEED']) console.log(`${Math.round(best * 1_000)} quotes/s`);
    expect(best * 1_000).toBeGreaterThan(20_000); // tenfold slack: others share the machine
  });

  test('half a million quotes leave nothing behind', () => {
    const tape = tapeOf(() => undefined);
    const texts = frames(20_000);
    const used = () => {
      globalThis.gc?.();
      return process.memoryUsage().heapUsed;
    };
    for (let i = 0; i < 5; i++) fed(tape, texts);
    const before = used();
    for (let i = 0; i < 25; i++) fed(tape, texts);
    const grownMb = (used() - before) / 1e6;
    if (process.env['SHOW_SPEED']) console.log(`${grownMb.toFixed(1)} MB grown`);
    expect(tape.taken).toBe(600_000);
    expect(grownMb).toBeLessThan(globalThis.gc ? 1 : 60);
  });
});
