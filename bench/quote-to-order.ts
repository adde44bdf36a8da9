import { subscribe } from 'node:diagnostics_channel';
import type { AlpacaData } from '../src/adapters/alpaca/index.ts';
import type { Journal } from '../src/engine/index.ts';
import { inFolder } from './folder.ts';
import { openLiveDesk, settled } from './live-desk.ts';
import { quantile, rounded } from './measure.ts';
import type { Outcome } from './report.ts';

const ORDERS = 1_000;
const WARM = 200; // orders before the timing begins

/** Where the time of our process goes, in milliseconds, a number an order each. */
class Shares {
  /** Syncs between the price and the order. */
  readonly journal: number[] = [];
  /** From the price to the call of the broker, without them. */
  readonly engine: number[] = [];
  /** From that call to the first byte on its way: the SDK, the budget, the connection. */
  readonly client: number[] = [];
  #heardAt = Number.NaN;
  #syncs = 0;
  #submitAt = Number.NaN;

  heard(): void {
    this.#heardAt = performance.now();
    this.#syncs = 0;
  }

  synced(ms: number): void {
    this.#syncs += ms;
  }

  submits(): void {
    this.#submitAt = performance.now();
    this.journal.push(this.#syncs);
    this.engine.push(this.#submitAt - this.#heardAt - this.#syncs);
  }

  leaves(): void {
    this.client.push(performance.now() - this.#submitAt);
  }
}

function timeSyncs(journal: Journal, shares: Shares): void {
  const append = journal.append.bind(journal);
  journal.append = (entries) => {
    const start = performance.now();
    const head = append(entries);
    shares.synced(performance.now() - start);
    return head;
  };
}

/** Tells when a trade came in. */
function timeTrades(data: AlpacaData, shares: Shares): void {
  const stream = data.stream.bind(data);
  data.stream = (symbols, listener) =>
    stream(symbols, {
      ...listener,
      trade: (tick) => {
        shares.heard();
        listener.trade?.(tick);
      },
    });
}

/** A trade on the tape to the bytes of its order at the broker, durable in between. */
export const benchQuoteToOrder = (): Promise<Outcome> =>
  inFolder(async (folder) => {
    const shares = new Shares();
    subscribe('undici:client:sendHeaders', (message) => {
      const { request } = message as { request: { method: string; path: string } };
      if (request.method === 'POST' && request.path === '/v2/orders') shares.leaves();
    });
    const desk = await openLiveDesk({
      folder,
      around: ({ broker, data, journal }) => {
        const submit = broker.submit.bind(broker);
        broker.submit = (intent, at) => {
          shares.submits();
          return submit(intent, at);
        };
        timeTrades(data, shares);
        timeSyncs(journal, shares);
      },
    });
    const times: number[] = [];
    await settled(desk.runner);
    for (let n = 0; n < WARM + ORDERS; n++) {
      const ms = await desk.sink.ask(400_000_000 + n * 10_000);
      if (n >= WARM) times.push(ms);
      await settled(desk.runner);
    }
    await desk.close();
    return outcomeOf(times, shares);
  });

function outcomeOf(times: readonly number[], shares: Shares): Outcome {
  return {
    figures: {
      orders: times.length,
      p50Ms: rounded(quantile(times, 0.5)),
      p99Ms: rounded(quantile(times, 0.99)),
      journalP50Ms: rounded(quantile(shares.journal, 0.5)),
      engineP50Ms: rounded(quantile(shares.engine, 0.5)),
      clientP50Ms: rounded(quantile(shares.client, 0.5)),
    },
    goals: [
      { figure: 'p50Ms', bound: 'at most', value: 1 },
      { figure: 'p99Ms', bound: 'at most', value: 5 },
    ],
  };
}
