import { COUNTERPART_TRAITS } from '../../adapters/index.ts';
import { REMOTE_TRAITS } from '../../adapters/paper/index.ts';
import { type BrokerTraits, BUILT_IN_TRAITS, type World } from '../../engine/index.ts';
import type { Desk } from '../config/index.ts';

/** What the broker of a run can do: the one its journal names, else the built-in one. */
export function traitsOf(desk: Desk, world: World | undefined): BrokerTraits {
  const name = world?.broker;
  if (name === 'alpaca' || name === 'schwab') return COUNTERPART_TRAITS[name];
  return desk.simulator.url === null || world !== undefined ? BUILT_IN_TRAITS : REMOTE_TRAITS;
}
