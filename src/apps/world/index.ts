/**
 * apps/world: the broker and the market of a desk that trades a market that lives.
 *
 * In: a desk, its secrets, a stage. Out: a world that is proven before anything is sent: account,
 * keys, hosts and stage agree. Nobody else in `apps` knows which broker it is.
 * Begin with `open.ts`.
 */
export { KEY_NAMES, pairOf, type Secrets, secretsOf } from './credentials.ts';
export { askedOf, brokerSeen, examine } from './examine.ts';
export { OpenWorld, openWorld, type Stage, type WorldOptions } from './open.ts';
export { traitsOf } from './traits.ts';
