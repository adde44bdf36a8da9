/**
 * adapters/system: the operating system: files that are whole or not there, and who owns a desk.
 *
 * In: paths, text, the folder and account to own. Out: durable files, growing view files, an
 * exclusive ownership. Invariants: no rename without a sync of its folder; at most one process owns
 * a folder or an account; what a killed process owned is free at once, with no file to clean up.
 * Begin with `files.ts` and `ownership.ts`.
 */
export {
  type LineFile,
  openLines,
  syncDirectory,
  writeFileAtomic,
  type WriteOptions,
} from './files.ts';
export { OwnedElsewhere, type Owner, type Ownership, takeOwnership } from './ownership.ts';
