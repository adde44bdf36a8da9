/**
 * adapters: the ports made real, one folder a counterpart; none imports another.
 *
 * In: the ports of `engine/ports.ts`. Out: `data` (bars of files and the store), `journal`
 * (SQLite), `paper` (the built-in broker, durable), `replay` (recorded bars on a virtual clock),
 * `system` (files, ownership). Each has its own door; apps import the folder they wire. What comes
 * from outside is parsed here, once.
 */
export type { Store } from './data/index.ts';
export type { DurableMap } from './journal/index.ts';
