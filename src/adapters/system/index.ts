/**
 * adapters/system: the operating system: files that are whole or not there, who owns a desk, and
 * how people reach the process that runs one.
 *
 * In: paths, text, the folder and account to own, requests. Out: durable files, growing view files,
 * an exclusive ownership, answers, a halt latch that needs no process. Invariants: no rename
 * without a sync of its folder; at most one process owns a folder or an account; what a killed
 * process owned is free at once; a latch that cannot be read is a STOP. Begin with `files.ts`.
 */
export {
  type LineFile,
  openLines,
  syncDirectory,
  writeFileAtomic,
  type WriteOptions,
} from './files.ts';
export {
  askControl,
  type ControlAnswer,
  type ControlHandler,
  type ControlListener,
  type ControlRequest,
  ControlUnanswered,
  listenControl,
} from './control.ts';
export { haltLatch, type HaltLatch, latchPath, releaseHaltLatch, setHaltLatch } from './latch.ts';
export {
  claimRight,
  OwnedElsewhere,
  type Owner,
  type Ownership,
  takeOwnership,
} from './ownership.ts';
