import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HALT_LEVELS, isAtLeast } from '../../risk/index.ts';
import { haltLatch, latchPath, releaseHaltLatch, setHaltLatch } from './latch.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-latch-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const halt = { level: 'CANCEL_ONLY', by: 'ann', reason: 'news' } as const;

describe('the halt latch (F065, invariant 16)', () => {
  test('is nothing before it is set, and what was set after', () => {
    expect(haltLatch(latchPath(folder))).toBeNull();
    expect(setHaltLatch(folder, halt)).toEqual(halt);
    expect(haltLatch(latchPath(folder))).toEqual(halt);
  });

  test('is for its owner alone', () => {
    setHaltLatch(folder, halt);
    expect(statSync(latchPath(folder)).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(latchPath(folder))).mode & 0o777).toBe(0o700);
  });

  test('stands until it is released, which happens once', () => {
    setHaltLatch(folder, halt);
    expect(releaseHaltLatch(folder)).toBe(true);
    expect(existsSync(latchPath(folder))).toBe(false);
    expect(haltLatch(latchPath(folder))).toBeNull();
    expect(releaseHaltLatch(folder)).toBe(false);
  });

  test('is only ever raised, whatever is set in whatever order', () => {
    const level = fc.constantFrom(...HALT_LEVELS.filter((one) => one !== 'NONE'));
    fc.assert(
      fc.property(fc.array(level, { minLength: 1, maxLength: 5 }), (levels) => {
        for (const one of levels) setHaltLatch(folder, { ...halt, level: one });
        const found = haltLatch(latchPath(folder))?.level;
        const highest = levels.reduce((a, b) => (isAtLeast(a, b) ? a : b));
        releaseHaltLatch(folder);
        expect(found).toBe(highest);
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    ['an empty file, as of "touch"', ''],
    ['half a file', '{"level":"NO_NEW_RISK","by":"a'],
    ['no object', 'null'],
    ['an unknown level', '{"level":"MAYBE","by":"a","reason":"b"}'],
    ['a level that is none', '{"level":"NONE","by":"a","reason":"b"}'],
    ['nobody', '{"level":"NO_NEW_RISK","reason":"b"}'],
    ['too much', `{"level":"NO_NEW_RISK","by":"a","reason":"${'b'.repeat(5_000)}"}`],
  ])('is a STOP when it has %s', (_, text) => {
    mkdirSync(dirname(latchPath(folder)));
    writeFileSync(latchPath(folder), text);
    expect(haltLatch(latchPath(folder))?.level).toBe('STOP');
    expect(setHaltLatch(folder, halt).level).toBe('STOP');
    expect(releaseHaltLatch(folder)).toBe(true);
  });

  test('is a STOP when it is a folder, or its folder is a file', () => {
    mkdirSync(latchPath(folder), { recursive: true });
    expect(haltLatch(latchPath(folder))?.level).toBe('STOP');
    rmSync(dirname(latchPath(folder)), { recursive: true });
    writeFileSync(dirname(latchPath(folder)), '');
    expect(haltLatch(latchPath(folder))?.level).toBe('STOP');
  });

  test.skipIf(process.getuid?.() === 0)('is a STOP when its folder may not be read', () => {
    setHaltLatch(folder, halt);
    chmodSync(dirname(latchPath(folder)), 0o000);
    expect(haltLatch(latchPath(folder))?.level).toBe('STOP');
    chmodSync(dirname(latchPath(folder)), 0o700);
  });

  test('keeps long words within what it can read back', () => {
    setHaltLatch(folder, { ...halt, reason: 'x'.repeat(100_000) });
    expect(haltLatch(latchPath(folder))?.level).toBe('CANCEL_ONLY');
    expect(readFileSync(latchPath(folder)).length).toBeLessThan(4_096);
  });

  test('costs a look at the disk, within 20 microseconds a call', () => {
    const path = latchPath(folder);
    for (let i = 0; i < 2_000; i++) haltLatch(path);
    const rounds = Array.from({ length: 5 }, () => {
      const began = performance.now();
      for (let i = 0; i < 2_000; i++) haltLatch(path);
      return ((performance.now() - began) / 2_000) * 1_000;
    });
    expect(Math.min(...rounds)).toBeLessThan(20);
  });
});
