import { subscribe } from 'node:diagnostics_channel';
import { createInterface } from 'node:readline';
import type { IncomingMessage } from 'node:http';
import { RelayMarket, startAlpacaServer } from '../src/adapters/alpaca-server/index.ts';
import { type Instant, type Money, type Price } from '../src/base/index.ts';

/*
 * A paper broker in a process of its own, which sends prices and takes the time until the order
 * that answers each has come in. Lines in: {"shift": ms} once, then {"price": n} or
 * {"flood": …}. Lines out: the origin and keys, then the nanoseconds of each answer, or the count.
 */

const KEYS = { keyId: 'PKBENCHBENCHBENCH', secret: 'bench-bench-bench' };
const SYMBOL = 'SPY';
const PRICE = 400_000_000;

const market = new RelayMarket();
let shift = 0;
let sentAt = 0n;
const now = () => (Date.now() + shift) as Instant;

subscribe('http.server.request.start', (message) => {
  const { request } = message as { request: IncomingMessage };
  if (sentAt === 0n || request.method !== 'POST' || request.url !== '/v2/orders') return;
  process.stdout.write(`${process.hrtime.bigint() - sentAt}\n`);
  sentAt = 0n;
});

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line) as {
    readonly shift?: number;
    readonly price?: number;
    readonly flood?: { readonly perSecond: number; readonly seconds: number };
  };
  if (asked.shift !== undefined) {
    shift = asked.shift;
    const account = { number: 'PABENCH', cash: 1_000_000_000_000 as Money };
    const server = await startAlpacaServer({ now, keys: KEYS, account, settings: {}, market });
    quoteAt(PRICE);
    process.stdout.write(`${JSON.stringify({ url: server.url, ...KEYS })}\n`);
    setInterval(() => server.tick(), 1);
  } else if (asked.price !== undefined) {
    quoteAt(asked.price);
    sentAt = process.hrtime.bigint();
    market.push({ kind: 'trade', symbol: SYMBOL, at: now(), price: asked.price as Price, size: 1 });
  } else if (asked.flood !== undefined) {
    const told = await flood(asked.flood);
    process.stdout.write(`${JSON.stringify({ told })}\n`);
  }
}

/** Quotes at an even pace, every hundredth with a trade; how many there were. */
async function flood({
  perSecond,
  seconds,
}: {
  readonly perSecond: number;
  readonly seconds: number;
}): Promise<number> {
  const began = performance.now();
  let told = 0;
  for (;;) {
    const elapsed = performance.now() - began;
    if (elapsed >= seconds * 1_000) return told;
    for (const due = (elapsed / 1_000) * perSecond; told < due; told++) {
      const price = PRICE + (told % 1_000) * 10_000;
      quoteAt(price);
      if (told % 100 !== 0) continue;
      market.push({ kind: 'trade', symbol: SYMBOL, at: now(), price: price as Price, size: 1 });
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
  }
}

function quoteAt(price: number): void {
  const quote = { bid: price as Price, ask: price as Price, last: price as Price, at: now() };
  market.push({ kind: 'quote', symbol: SYMBOL, quote });
}
