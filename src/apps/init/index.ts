/**
 * init: what `plimsoll init` writes, as texts.
 *
 * In: the desk's name and where the types of the strategy SDK are. Out: paths and texts of a desk
 * that runs at once, with a strategy of the owner's own. Invariants: nothing is written here; no
 * secret is in any text; the desk parses and its strategy type-checks. Begin with `files.ts`.
 */
export { initFiles, type InitFile, type InitOptions } from './files.ts';
