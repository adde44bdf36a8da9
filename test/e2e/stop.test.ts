import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  copyExample,
  recordsOf,
  type Running,
  scratch,
  STACK,
  start,
  told,
} from './cli.fixture.ts';

const folder = scratch('stop');
const dates = ['--from', '2012-01-03'];

/** Waits until the running desk has printed this. */
async function printed(run: Running, text: string | RegExp): Promise<void> {
  for (const until = Date.now() + 20_000; Date.now() < until;) {
    if (run.out().search(text) >= 0) return;
    if (run.child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`"${String(text)}" was not printed: ${run.out().slice(-500)}`);
}

const IN_TIME_MS = 5_000;

async function endAfter(run: Running, signal: NodeJS.Signals) {
  const asked = performance.now();
  run.child.kill(signal);
  const late = setTimeout(() => run.child.kill('SIGKILL'), IN_TIME_MS);
  const ran = await run.ended;
  clearTimeout(late);
  return { ...ran, ms: performance.now() - asked };
}

describe('a run that is asked to end', () => {
  test.each([
    ['SIGTERM', 'max', /^2012-/m],
    ['SIGINT', 'max', /^2012-/m],
    ['SIGTERM', '60x', 'Journal  '],
  ] as const)('by %s at speed %s ends in good order, soon', async (signal, speed, text) => {
    const desk = copyExample('hierarchical-adaptive', join(folder, `${signal}-${speed}`));
    const run = start(['run', desk, '--stage', 'paper', '--speed', speed, ...dates]);
    await printed(run, text);
    const { code, err, ms } = await endAfter(run, signal);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(ms).toBeLessThan(IN_TIME_MS);
    expect(await told(['journal', 'verify', desk])).toMatchObject({ ok: true, notes: [] });
  });
});

describe('a second instance (F026, invariant 26)', () => {
  test('is refused by name of the owner, and nothing is lost', async () => {
    const desk = copyExample('hierarchical-adaptive', join(folder, 'owned'));
    const first = start(['run', desk, '--stage', 'paper', '--speed', '60x', ...dates]);
    await printed(first, 'Journal  ');
    const before = recordsOf(desk, 'start');
    const others = [
      ['run', desk, '--stage', 'paper'],
      ['once', desk, '--stage', 'dry-run'],
      ['run', desk, '--stage', 'paper', '--fresh'],
    ].map((args) => start([...args, ...dates, '--json']).ended);
    for (const { code, out, err } of await Promise.all(others)) {
      expect(code).not.toBe(0);
      expect(out).toBe('');
      expect(err).toContain(`is owned by process "${first.child.pid}"`);
      expect(err).not.toMatch(STACK);
    }
    expect(first.child.exitCode).toBeNull();
    expect(recordsOf(desk, 'start')).toEqual(before);
    expect(await told(['status', desk])).toMatchObject({ epoch: 1, stage: 'paper' });
    first.child.kill('SIGKILL');
    await first.ended;
    const to = ['--to', '2012-01-31'];
    const after = await told(['run', desk, '--stage', 'paper', ...dates, ...to]);
    const alone = copyExample('hierarchical-adaptive', join(folder, 'alone'));
    expect(after).toEqual(await told(['run', alone, '--stage', 'paper', ...dates, ...to]));
    expect(await told(['journal', 'verify', desk])).toMatchObject({ ok: true });
  });
});
