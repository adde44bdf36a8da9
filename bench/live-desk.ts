import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { AlpacaBroker, alpacaClient, AlpacaData } from '../src/adapters/alpaca/index.ts';
import { COUNTERPART_TRAITS, RequestBudget, Secret, UNLIMITED } from '../src/adapters/index.ts';
import { openJournal } from '../src/adapters/journal/index.ts';
import { LiveClock, LiveFeed } from '../src/adapters/live/index.ts';
import { Runner, type RunnerParts } from '../src/apps/runner.ts';
import { HOUR_MS, type Instant, type Money } from '../src/base/index.ts';
import type { Journal, Setup } from '../src/engine/index.ts';
import { exchangeDate, nextSession } from '../src/market/index.ts';
import {
  type Decision,
  defineStrategy,
  hold,
  type StrategyDefinition,
  trade,
  z,
} from '../src/strategy/index.ts';
import { setupWith } from './setup.ts';

/*
 * A desk that trades each tick at a paper broker in a process of its own, over loopback, on the
 * wall clock moved to an hour into a session.
 */

const BUY = trade([{ symbol: 'SPY', side: 'buy', quantity: 1 }], 'the tick is even');
const SELL = trade([{ symbol: 'SPY', side: 'sell', quantity: 1 }], 'the tick is odd');
const WAIT = hold('not this tick');
const ACCOUNT = 'PABENCH';

/** Orders on each `every`-th tick; `seen` hears of all of them, as they are decided on. */
const tickStrategy = (every: number, seen: (at: Instant) => void) =>
  defineStrategy({
    name: 'bench-ticks',
    version: '1.0',
    params: z.strictObject({}),
    universe: () => ['SPY'],
    subscriptions: () => [{ symbol: 'SPY', timeframe: '1s', warmup: 0, trigger: true }],
    create: (_params, tools) => {
      const memory = tools.memory({ ticks: 0 });
      let at = 0 as Instant;
      return {
        onBar: (bar) => {
          at = bar.at;
        },
        decide: (): Decision => {
          seen(at);
          const n = memory.ticks++;
          if (n % every !== 0) return WAIT;
          return (n / every) % 2 === 0 ? BUY : SELL;
        },
        facts: () => ({ ticks: memory.ticks }),
      };
    },
  });

const setupOf = ({ every, seen }: Pick<LiveDeskParts, 'every' | 'seen'>): Setup => ({
  ...setupWith({
    strategy: tickStrategy(every ?? 1, seen ?? (() => {})) as unknown as StrategyDefinition,
    params: {},
    series: [{ symbol: 'SPY', timeframe: '1s', adjustment: 'raw' }],
    capital: 1_000_000_000_000 as Money,
    slot: { kind: 'every-bar' },
    record: 'none',
  }),
  broker: COUNTERPART_TRAITS.alpaca,
});

/** A paper broker in another process, which times what comes back. */
async function openSink(shift: number) {
  const path = fileURLToPath(new URL('order-sink.ts', import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const say = (what: object) => child.stdin.write(`${JSON.stringify(what)}\n`);
  const hear = async () => ((await lines.next()) as { value: string }).value;
  say({ shift });
  const { url, keyId, secret } = JSON.parse(await hear()) as Record<string, string>;
  return {
    url: url as string,
    keys: { keyId: new Secret(keyId as string), secret: new Secret(secret as string) },
    /** Sends a price; the milliseconds until the order that answers it was there. */
    ask: async (price: number): Promise<number> => {
      say({ price });
      return Number(await hear()) / 1e6;
    },
    /** Sends so many quotes a second, for so long; how many there were. */
    flood: async (perSecond: number, seconds: number): Promise<number> => {
      say({ flood: { perSecond, seconds } });
      for (;;) {
        const line = await hear();
        if (line.startsWith('{')) return (JSON.parse(line) as { told: number }).told;
      }
    },
    close: () => child.kill(),
  };
}

export interface LiveDeskParts {
  readonly folder: string;
  readonly observer?: RunnerParts['observer'];
  /** Ticks from one order to the next; each when left out. */
  readonly every?: number;
  /** Hears of every tick at the moment in which it is decided on. */
  readonly seen?: (at: Instant) => void;
  /** What the desk's parts are put into, before it opens. */
  readonly around?: (parts: { broker: AlpacaBroker; data: AlpacaData; journal: Journal }) => void;
}

/** Opens the desk and lets it run. */
export async function openLiveDesk({ folder, observer, around, ...parts }: LiveDeskParts) {
  const { open } = nextSession(exchangeDate(Date.now() as Instant));
  const shift = open + HOUR_MS - Date.now();
  const now = () => (Date.now() + shift) as Instant;
  const sink = await openSink(shift);
  const budget = new RequestBudget(UNLIMITED);
  const client = alpacaClient({ stage: 'paper', feed: 'iex', ...sink, budget });
  const broker = new AlpacaBroker({ client, since: now() });
  if (!(await broker.prove(ACCOUNT)).ok) throw new Error('The account is not proven');
  const data = new AlpacaData(client, { now });
  const journal: Journal = openJournal(join(folder, 'journal', 'bench.db'), { account: 'bench' });
  around?.({ broker, data, journal });
  const feed = new LiveFeed({
    data,
    series: [{ symbol: 'SPY', timeframe: '1s', adjustment: 'raw', warmup: 0 }],
    now,
    traits: { closeAfterMs: 0, markEveryMs: HOUR_MS, ageMsMax: 1_000 },
    spreadPctMax: 5,
    streams: true,
  });
  const runner = await Runner.open({
    setup: setupOf(parts),
    journal,
    verified: true,
    identity: { stage: 'paper', build: 'bench', config: '', strategies: {} },
    broker,
    feed,
    clock: () => new LiveClock(() => {}, now),
    observer: observer ?? { taken: () => {} },
    from: exchangeDate(now()),
    to: null,
  });
  broker.listen(
    (reports) => runner.heard(reports),
    () => {},
  );
  const run = runner.run('end');
  const close = async () => {
    runner.stop();
    await run;
    await feed.close();
    await broker.close();
    journal.close();
    sink.close();
  };
  return { runner, sink, now, close };
}

const SETTLED_MS_MAX = 30_000;
const PAUSE_MS = 12; // between two looks

/** Until the account is known and no order is under way. */
export async function settled({ state }: Runner): Promise<void> {
  const began = performance.now();
  for (;;) {
    await new Promise((resolve) => {
      setTimeout(resolve, PAUSE_MS);
    });
    if (state.reconcile.epoch === state.epoch && state.orders.live.size === 0) return;
    if (performance.now() - began > SETTLED_MS_MAX) {
      const live = [...state.orders.live.values()].map(({ status }) => status);
      throw new Error(`Not settled: epoch ${state.reconcile.epoch}, orders ${live.join(', ')}`);
    }
  }
}
