/**
 * proof: what shows that a run is what it says.
 *
 * In: the records of a journal with the setup of that run; what was decided live and what a rerun
 * on official closes says. Out: the first effect that differs, byte for byte; a verdict on a day.
 * Invariants: nothing is compared loosely where bytes can be compared; absence is a difference.
 * Begin with `replay.ts`.
 */
export * from './replay.ts';
export * from './validation.ts';
