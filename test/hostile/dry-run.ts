import { PaperBroker } from '../../src/adapters/paper/index.ts';
import type { Money } from '../../src/base/index.ts';
import type { Broker } from '../../src/engine/index.ts';
import type { World } from './world.ts';

/** The built-in broker as a dry run has it: in this process, with books that outlive it. */
export function dryBroker(world: World, store: Map<string, string>): Broker {
  const { seed, setup } = world.plan;
  const settings = {
    seed,
    costs: setup.costs,
    delayMs: [0, 0] as const,
    rejectionPpm: 0,
    randomSlippageBps: 0,
    priceStep: 1,
    shortSelling: false,
  };
  const cash = setup.books.reduce((sum, { capital }) => sum + capital, 0) as Money;
  return new PaperBroker(settings, cash, {
    store: {
      entries: () => store,
      put: (changes) => {
        for (const [key, text] of changes) store.set(key, text);
      },
      close: () => {},
    },
    mark: (symbol, at) => world.market.market.price(symbol, at),
  });
}

/** Invariant 25: a dry run makes no order request to any broker, whatever happens to it. */
export function checkDryRun({ wire, broker, violations }: World): void {
  for (const [kind, count] of wire.counts) {
    violations.must(25, false, () => `A dry run made ${count} requests "${kind}"`);
  }
  const orders = broker.truth.orders.filter(({ external }) => !external).length;
  violations.must(25, orders === 0, () => `A dry run has ${orders} orders at the broker`);
}
