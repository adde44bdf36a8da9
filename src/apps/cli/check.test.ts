import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Probe, Secret } from '../../adapters/index.ts';
import type { Instant } from '../../base/index.ts';
import { check, type CheckOptions, type CheckWiring } from './check.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-check-'));
  copyFileSync('examples/ma-crossover/desk.yaml', join(folder, 'desk.yaml'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

async function checking(options: Partial<CheckOptions> = {}, wiring?: CheckWiring) {
  let out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text: unknown): boolean => {
    out += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
  const code = await check(folder, { bars: [], set: [], ...options }, wiring);
  return { code, out };
}

const credentials = [{ name: 'ID', value: new Secret('your-key') }];

describe('plimsoll check', () => {
  test('ends with the word that all is sound', async () => {
    const { code, out } = await checking();
    expect(out).toMatch(/^Desk "ma-crossover": capital/);
    expect(out).toMatch(/^ok {3}Disk /m);
    expect(out).toMatch(/Configuration and data are sound\n$/);
    expect(code).toBe(0);
  });

  test('with a stage fails where no broker is named, and asks nobody', async () => {
    const { code, out } = await checking({ stage: 'paper' });
    expect(code).toBe(1);
    expect(out).toMatch(/^fail Broker .* this desk names no broker\. Set broker/m);
    expect(out).toMatch(/Not fit to start: 1 of \d+ lines fail\n$/);
  });

  test('shows what is wrong with the keys where the broker cannot be opened', async () => {
    const wiring: CheckWiring = {
      seen: async (_, stage) => ({ name: 'alpaca', stage, credentials }),
      open: () => Promise.reject(new Error('the keys are not right')),
    };
    const { code, out } = await checking({ stage: 'live' }, wiring);
    expect(code).toBe(1);
    expect(out).toMatch(/^fail Credentials .*ID is a placeholder/m);
    expect(out).toMatch(/^fail Broker .*the keys are not right/m);
  });

  test('asks the broker, and closes it, as one JSON object', async () => {
    let closed = 0;
    const probe: Probe = {
      identity: () => Promise.reject(new Error('down')),
      clock: async () => ({ offsetMs: 0, at: 0 }),
      sessions: async () => [],
      entitlement: async () => 'iex',
    };
    const wiring: CheckWiring = {
      seen: async () => null,
      open: async ({ desk }) => ({
        asked: {
          probe,
          desk,
          now: Date.UTC(2024, 10, 25) as Instant,
          accountClass: 'paper',
          accountNumber: null,
          needs: { optionsLevel: 0, shorting: false },
          feed: 'iex',
          journal: null,
        },
        close: async () => {
          closed += 1;
          throw new Error('late');
        },
      }),
    };
    const { code, out } = await checking({ stage: 'paper', json: true }, wiring);
    const { ok, desk, findings } = JSON.parse(out) as {
      ok: boolean;
      desk: string;
      findings: { line: string; verdict: string }[];
    };
    expect([code, ok, desk, closed]).toEqual([1, false, 'ma-crossover', 1]);
    const failed = findings.filter(({ verdict }) => verdict === 'fail');
    expect(failed.map(({ line }) => line)).toEqual(['Account', 'Calendar']);
    expect(findings.at(-1)?.verdict).toBe('fail');
  });
});
