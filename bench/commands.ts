import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openDurableMap } from '../src/adapters/journal/index.ts';
import { startBrokerServer } from '../src/adapters/paper/index.ts';
import { askControl } from '../src/adapters/system/index.ts';
import type { DateText, Money } from '../src/base/index.ts';
import { exitIsOver } from '../src/engine/index.ts';
import { loadDesk } from '../src/apps/load.ts';
import { openDesk, type RunningDesk, type RunOptions } from '../src/apps/wire.ts';
import { NO_COSTS } from '../src/portfolio/index.ts';
import { makeDesk } from '../test/kill/desk.ts';
import { inFolder } from './folder.ts';
import { quantile, rounded } from './measure.ts';
import type { Outcome } from './report.ts';

const HALTS = 200;
const DATE = '2023-06-15' as DateText;
const TEN_MINUTES_MS = 600_000;
const CAPITAL = 100_000_000_000 as Money;

/**
 * How long people wait: a halt over the control socket, durable and answered, and the emergency
 * exit of two positions at the built-in broker behind a loopback port, second reading included.
 */
export const benchCommands = (): Promise<Outcome> =>
  inFolder(async (folder) => {
    const store = openDurableMap(join(folder, 'broker.db'));
    const settings = {
      seed: 3,
      costs: NO_COSTS,
      delayMs: [0, 0] as const,
      rejectionPpm: 0,
      randomSlippageBps: 0,
      priceStep: 10_000,
      shortSelling: false,
    };
    const server = await startBrokerServer({ settings, cash: CAPITAL, store, port: 0 });
    const home = join(folder, 'desk');
    mkdirSync(home);
    makeDesk(home, server.url);
    try {
      return await measure(home);
    } finally {
      await server.close();
      store.close();
    }
  });

async function open(home: string, speed: RunOptions['speed']): Promise<RunningDesk> {
  const loaded = await loadDesk(home, { sets: [], bars: {} });
  const observer = { taken: () => {} };
  return openDesk(loaded, { stage: 'paper', speed, from: DATE, to: DATE, fresh: false, observer });
}

async function measure(home: string): Promise<Outcome> {
  const first = await open(home, 'max');
  await first.runner.run('one-slot');
  await first.close();
  const desk = await open(home, 1);
  const run = desk.runner.run('end');
  const halts: number[] = [];
  for (let i = 0; i < HALTS; i++) halts.push(await timedHalt(home, i));
  const held = desk.runner.state.books.filter(({ ledger }) => ledger.positions.size > 0).length;
  const began = performance.now();
  const asked = { kind: 'flatten', by: 'bench', reason: 'measured' } as const;
  await askControl(home, asked, TEN_MINUTES_MS);
  while (!exitIsOver(desk.runner.state)) {
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  const flattenMs = performance.now() - began;
  const outcome = desk.runner.state.flatten?.outcome ?? 'none';
  desk.runner.stop();
  await run;
  await desk.close();
  return {
    figures: {
      halts: HALTS,
      haltP50Ms: rounded(quantile(halts, 0.5)),
      haltP99Ms: rounded(quantile(halts, 0.99)),
      haltMaxMs: rounded(Math.max(...halts)),
      positions: held,
      flattenMs: rounded(flattenMs),
      flat: outcome === 'flat',
    },
    goals: [
      { figure: 'haltMaxMs', bound: 'at most', value: 100 },
      { figure: 'flattenMs', bound: 'at most', value: 2_000 },
      { figure: 'flat', bound: 'is', value: true },
    ],
  };
}

/** One halt, answered when it is on the disk. */
async function timedHalt(home: string, i: number): Promise<number> {
  const began = performance.now();
  const reason = `measured ${i}`;
  await askControl(home, { kind: 'halt', by: 'bench', level: 'NO_NEW_RISK', reason }, 10_000);
  return performance.now() - began;
}
