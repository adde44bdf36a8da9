/**
 * engine: the one function that is the system, and what it needs to live.
 *
 * In: inputs (bars, slots, observations, reports, commands), each at its instant. Out: effects
 * (what to send, ask and tell) and the state. Invariants: the same inputs give the same state and
 * effects; nothing is asked of the world but by an effect; every order passes the last gate in
 * `work.ts`; a provisional bar is taken back; the stage is not known here. Begin with `step.ts`,
 * then `input.ts`, `effect.ts`, `state.ts`; `ports.ts` is how the world is reached.
 */
export * from './codec.ts';
export { equityPoint } from './day.ts';
export * from './effect.ts';
export { exitIsOver } from './flatten/flatten.ts';
export * from './fold.ts';
export * from './input.ts';
export * from './ports.ts';
export * from './reconcile/reconcile.ts';
export * from './records.ts';
export * from './setup.ts';
export * from './snapshot.ts';
export * from './state.ts';
export * from './step.ts';
export * from './watch/policy.ts';
export { heldBack } from './wire.ts';
