/**
 * apps: the processes people start.
 *
 * In: a desk on disk and a command line. Out: backtests, runs, answers. `config` proves a desk,
 * `wire.ts` alone picks adapters, `runner.ts` is the one loop, `cli/` is what is typed, `init/`
 * what a new desk is made of. Invariants: journal before act; the stage is known to `wire.ts` only;
 * nothing is printed to standard output but results. Begin with `runner.ts`.
 */
export type { Observer } from './recorder.ts';
export { type Identity, Runner, type RunnerParts } from './runner.ts';
