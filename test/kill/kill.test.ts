import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Run } from './check.ts';
import { campaign, newTallies, POINTS, wholeRun } from './campaign.ts';

const SEED = Number(process.env['PLIMSOLL_KILL_SEED'] ?? 9);
const TO = '2023-02-24';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let whole: Run;
beforeAll(async () => {
  whole = await wholeRun(join(folder, 'whole'), TO);
});

describe('the built program, killed at each of the points (F001, F021, F027)', () => {
  test(`comes to what a run left alone comes to, seed ${SEED}`, async () => {
    const tallies = newTallies();
    const own = { folder: join(folder, 'killed'), seed: SEED, cycles: POINTS.length, to: TO };
    await campaign({ ...own, tallies }, whole);
    expect(Object.values(tallies).flatMap(({ violations }) => violations)).toEqual([]);
    const kills = Object.values(tallies).map((tally) => tally.kills);
    expect(kills.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(POINTS.length - 2);
    expect(whole.orders.length).toBeGreaterThan(50);
  });
});
