/** A promise of the code to itself was broken. Never caught to go on trading. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';
}

/** Something from outside (file, command line) is not as wanted; the message is for a person. */
export class BadInput extends Error {
  override readonly name = 'BadInput';
}

/** Throws `BrokenPromise` with `message` unless `condition` holds; stays on in production. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new BrokenPromise(message);
}

/** Closes a switch: a new case of the union fails to compile here. */
export function unreachable(value: never): never {
  throw new BrokenPromise(`Unreachable case "${JSON.stringify(value)}"`);
}

/** `value`, which must be there; throws with `what` otherwise. */
export function present<T>(value: T | undefined | null, what: string): T {
  if (value === undefined || value === null) throw new BrokenPromise(`Missing ${what}`);
  return value;
}
