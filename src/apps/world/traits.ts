import { REMOTE_TRAITS } from '../../adapters/paper/index.ts';
import { type BrokerTraits, BUILT_IN_TRAITS, type World } from '../../engine/index.ts';
import type { Desk } from '../config/index.ts';

/**
 * What the brokers of other companies can do. Linked pairs are sent one by one and ended by us:
 * the broker's own pairs are orders of their own that no journal named (docs/decisions/0016).
 */
export const COUNTERPART_TRAITS: Readonly<Record<string, BrokerTraits>> = {
  alpaca: { clientIds: 'unique', stops: true, oco: false, settleMs: 30_000, pollMs: 2_000 },
  schwab: { clientIds: 'none', stops: true, oco: false, settleMs: 60_000, pollMs: 2_000 },
};

/** What the broker of a run can do: the one its journal names, else the built-in one. */
export function traitsOf(desk: Desk, world: World | undefined): BrokerTraits {
  const traits = world === undefined ? undefined : COUNTERPART_TRAITS[world.broker];
  if (traits !== undefined) return traits;
  return desk.simulator.url === null || world !== undefined ? BUILT_IN_TRAITS : REMOTE_TRAITS;
}
