/**
 * config: the desk file, proven before anything runs.
 *
 * In: the text of a `desk.yaml`, the environment, overrides of the command line, the definitions of
 * strategies. Out: a `Desk`, plain and complete, or every error at once with line, column, key,
 * what was found and what was wanted. Invariants: an unknown or doubled key is never passed over; a
 * figure outside its plausible range is refused; limits have no default; no message shows a value
 * of the environment. Begin with `parse.ts`; `schema.ts` has the keys, `desk.ts` what they become.
 */
export type * from './desk.ts';
export { type Strategies } from './check-book.ts';
export { type Env } from './env.ts';
export { type EnvFile, loadEnv } from './env-file.ts';
export { type ConfigError, formatConfigErrors } from './error.ts';
export { describeDesk, deskHash, deskJsonSchema } from './explain.ts';
export { nearest } from './nearest.ts';
export { deskFile, type DeskOptions, parseDesk, strategyFiles } from './parse.ts';
