import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert } from '../src/base/index.ts';
import { inFolder } from './folder.ts';
import { median, rounded } from './measure.ts';
import type { Outcome } from './report.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
export const CLI = join(ROOT, 'dist', 'apps', 'cli', 'main.js');
const EXAMPLE = join(ROOT, 'examples', 'hierarchical-adaptive');

const DAILY_RUNS = 5;
const BACKTESTS = 7;
const VERSIONS = 15;
const FIRST_SLOT = '2024-12-30T20:55:00Z';
const NEXT_SLOT = '2024-12-31T20:55:00Z';

/** Seconds of a whole process, from its start to its end; throws unless it ends well. */
function secondsOf(args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const seconds = (performance.now() - start) / 1000;
  assert(status === 0, `"${args.join(' ')}" ended with ${status}: ${stderr}`);
  return seconds;
}

function plimsoll(...args: string[]): number {
  assert(existsSync(CLI), `"${CLI}" is not built: run "npm run build"`);
  return secondsOf([CLI, ...args]);
}

/** Median of `rounds`, each beside a start of node alone: the least that any program here takes. */
async function beside(rounds: number, run: () => number | Promise<number>) {
  const found: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < rounds; i++) {
    found.push(await run());
    bare.push(secondsOf(['-e', '0']));
  }
  return { seconds: rounded(median(found)), nodeStartSeconds: rounded(median(bare)) };
}

/** One slot of a desk: the first with all its history, the next one from the journal. */
export async function benchDailyRun(): Promise<Outcome> {
  const nexts: number[] = [];
  const first = await beside(DAILY_RUNS, () =>
    inFolder((folder) => {
      const desk = join(folder, 'desk');
      cpSync(EXAMPLE, desk, { recursive: true });
      const seconds = plimsoll('once', desk, '--stage', 'paper', '--at', FIRST_SLOT);
      nexts.push(plimsoll('once', desk, '--stage', 'paper', '--at', NEXT_SLOT));
      return seconds;
    }),
  );
  return {
    figures: { ...first, nextDaySeconds: rounded(median(nexts)) },
    goals: [
      { figure: 'seconds', bound: 'at most', value: 2 },
      { figure: 'nextDaySeconds', bound: 'at most', value: 2 },
    ],
  };
}

/** Ten years of days from the command line, start and report of figures included. */
export async function benchHav10y(): Promise<Outcome> {
  const desk = join(EXAMPLE, 'desk.yaml');
  const range = ['--from', '2014-01-02', '--to', '2023-12-29'];
  return {
    figures: await beside(BACKTESTS, () => plimsoll('backtest', desk, ...range)),
    goals: [{ figure: 'seconds', bound: 'at most', value: 1 }],
  };
}

export async function benchVersion(): Promise<Outcome> {
  return {
    figures: await beside(VERSIONS, () => plimsoll('--version')),
    goals: [{ figure: 'seconds', bound: 'at most', value: 0.12 }],
  };
}
