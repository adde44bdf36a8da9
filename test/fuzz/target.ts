import { type Random } from '../../src/sim/index.ts';

/** What one target of the fuzzer found. */
export interface Fuzzed {
  readonly inputs: number;
  /** Inputs refused with an error that says what, where, found and wanted. */
  readonly refused: number;
  /** Inputs taken, and shown to mean what was meant. */
  readonly taken: number;
  /** Sentences that name the input and what went wrong; empty when all is well. */
  readonly problems: readonly string[];
}

/** Something that takes what comes from outside. Equal seeds give equal inputs. */
export interface Target {
  readonly name: string;
  readonly fuzz: (rounds: number, random: Random) => Fuzzed | Promise<Fuzzed>;
}

const PROBLEMS_MAX = 20;

/** Counts what came of each input. */
export class Tally {
  #inputs = 0;
  #refused = 0;
  readonly #problems: string[] = [];

  refused(): void {
    this.#inputs++;
    this.#refused++;
  }

  taken(): void {
    this.#inputs++;
  }

  problem(text: string): void {
    this.#inputs++;
    if (this.#problems.length < PROBLEMS_MAX) this.#problems.push(text);
  }

  get found(): Fuzzed {
    return {
      inputs: this.#inputs,
      refused: this.#refused,
      taken: this.#inputs - this.#refused - this.#problems.length,
      problems: this.#problems,
    };
  }
}

export const pick = <T>(random: Random, list: readonly T[]): T =>
  list[Math.floor(random() * list.length)] as T;

export const below = (random: Random, count: number): number => Math.floor(random() * count);

/** Values that programs mistake for others. */
export const NASTY: readonly unknown[] = [
  0, -0, -1, 1.5, 1e21, Number('1e309'), Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER,
  Number.MIN_VALUE, '', ' ', '0', '1e3', '-1', 'NaN', 'null', '0x10', '١٢', '１２', '5%', '5 %',
  '1,000', '1_000', '$5', '\u0000', '\u202e', '__proto__', 'constructor', 'a'.repeat(5_000),
  null, undefined, true, false, [], {}, [null], { valueOf: 'x' }, { toString: null },
  new Date(0), () => 1, Symbol.iterator, 10n,
]; // prettier-ignore
