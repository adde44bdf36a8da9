import { BadInput, canonical, sha256 } from '../../src/base/index.ts';
import type { Entry, Journal, JournalHead, JournalRecord } from '../../src/engine/index.ts';
import { DiskError, type HostileDisk } from '../../src/sim/hostile/index.ts';
import type { Life } from './timeline.ts';

/** Points at which the process can die inside of a write. */
export type WritePoint = 'writes' | 'written' | 'synced';

export interface JournalHooks {
  /** Called inside of each write; throws when the process dies there. */
  readonly point: (point: WritePoint) => void;
  /** Called with what is durable from now on. */
  readonly durable: (entries: readonly Entry[]) => void;
}

/** What an earlier life proved of the log: one that begins with the same text need not again. */
export interface Proven {
  log: string;
  records: readonly Kept[];
  contents: ReadonlyMap<string, string>;
  hash: string;
}

interface Kept {
  readonly text: string;
  readonly hash: string;
  readonly kind: string;
}

const LOG = 'log';
const SNAPSHOT = 'snapshot';
const KIND = ',"kind":"';
const GENESIS = '0'.repeat(64);
export const nothingProven = (): Proven => ({
  log: '',
  records: [],
  contents: new Map(),
  hash: GENESIS,
});
const LENGTH = 8; // digits of a payload's length, and of that length's own hash
const SUM = 16; // and of its hash
const HEADER = 2 * LENGTH + SUM;

/** A journal of groups in one file of the hostile disk, opened by one life. */
export class SimJournal implements Journal {
  readonly #life: Life;
  readonly #disk: HostileDisk;
  readonly #hooks: JournalHooks;
  readonly #records: Kept[];
  readonly #contents: Map<string, string>;
  #loose: [key: string, text: string][] = [];
  #hash: string;

  /**
   * Reads and proves the whole log; an incomplete last group is cut off. Throws `BadInput` for any
   * other damage.
   */
  constructor(life: Life, disk: HostileDisk, hooks: JournalHooks, proven = nothingProven()) {
    this.#life = life;
    this.#disk = disk;
    this.#hooks = hooks;
    const log = disk.read(LOG);
    const known = log?.startsWith(proven.log) ? proven : nothingProven();
    this.#records = [...known.records];
    this.#contents = new Map(known.contents);
    this.#hash = known.hash;
    if (log === undefined) {
      disk.append(LOG, '');
      disk.sync(LOG);
      disk.syncDirectory();
      return;
    }
    const { payloads, end } = groupsOf(log, known.log.length);
    for (const payload of payloads) this.#takeGroup(payload);
    const records = [...this.#records];
    const contents = new Map(this.#contents);
    Object.assign(proven, { log: log.slice(0, end), records, contents, hash: this.#hash });
    if (end === log.length) disk.sync(LOG);
    else this.#replace(LOG, log.slice(0, end));
  }

  /** A file is replaced whole, or not at all. */
  #replace(name: string, text: string): void {
    this.#disk.write(`${name}.new`, text);
    this.#disk.sync(`${name}.new`);
    this.#disk.rename(`${name}.new`, name);
    this.#disk.syncDirectory();
  }

  #takeGroup(payload: string): void {
    for (const line of payload.split('\n')) {
      if (line.startsWith('"')) {
        const text = JSON.parse(line) as string;
        this.#contents.set(sha256(text), text);
      } else this.#takeRecord(line);
    }
  }

  #takeRecord(line: string): void {
    const hash = line.slice(0, GENESIS.length);
    const text = line.slice(GENESIS.length);
    this.#hash = sha256(this.#hash + text);
    if (hash !== this.#hash) {
      throw new BadInput(`Record ${this.#records.length + 1} breaks the chain`);
    }
    this.#records.push({ text, hash, kind: kindOf(text) });
  }

  head(): JournalHead {
    return { seq: this.#records.length, hash: this.#hash };
  }

  append(entries: readonly Entry[]): JournalHead {
    this.#life.check();
    this.#hooks.point('writes');
    let hash = this.#hash;
    let seq = this.#records.length;
    const kept: Kept[] = [];
    for (const { at, kind, body } of entries) {
      const text = canonical({ at, body, kind, seq: ++seq });
      hash = sha256(hash + text);
      kept.push({ text, hash, kind });
    }
    const contents = this.#loose.map(([, text]) => JSON.stringify(text));
    const lines = kept.map((one) => one.hash + one.text);
    this.#write(groupOf([...contents, ...lines].join('\n')));
    this.#loose = [];
    this.#records.push(...kept);
    this.#hash = hash;
    this.#hooks.durable(entries);
    this.#hooks.point('synced');
    return this.head();
  }

  #write(group: string): void {
    try {
      this.#disk.append(LOG, group);
      this.#hooks.point('written');
      this.#disk.sync(LOG);
    } catch (error) {
      if (error instanceof DiskError) this.#life.refused = true;
      throw error;
    }
  }

  *read(afterSeq = 0): Generator<JournalRecord> {
    for (let i = afterSeq; i < this.#records.length; i++) yield this.#recordAt(i);
  }

  #recordAt(i: number): JournalRecord {
    const { text, hash } = this.#records[i] as Kept;
    return { ...(JSON.parse(text) as JournalRecord), hash };
  }

  *ofKind(kind: string): Generator<JournalRecord> {
    for (let i = 0; i < this.#records.length; i++) {
      if (this.#records[i]?.kind === kind) yield this.#recordAt(i);
    }
  }

  saveSnapshot(seq: number, state: string): void {
    this.#life.check();
    const hash = this.#hashAt(seq);
    this.#replace(SNAPSHOT, `${sha256(hash + state)}${String(seq).padStart(LENGTH, '0')}${state}`);
  }

  #hashAt(seq: number): string {
    return seq === 0 ? GENESIS : (this.#records[seq - 1]?.hash ?? 'none');
  }

  latestSnapshot(): { readonly seq: number; readonly state: string } | undefined {
    const text = this.#disk.read(SNAPSHOT);
    if (text === undefined) return undefined;
    const seq = Number(text.slice(GENESIS.length, GENESIS.length + LENGTH));
    const state = text.slice(GENESIS.length + LENGTH);
    const proven = sha256(this.#hashAt(seq) + state) === text.slice(0, GENESIS.length);
    return proven ? { seq, state } : undefined;
  }

  putContent(text: string): string {
    const key = sha256(text);
    if (this.#contents.has(key)) return key;
    this.#contents.set(key, text);
    this.#loose.push([key, text]);
    return key;
  }

  content(hash: string): string | undefined {
    return this.#contents.get(hash);
  }

  close(): void {}
}

/** The kind of a record's canonical text, whose last members are kind and seq. */
function kindOf(text: string): string {
  const from = text.lastIndexOf(KIND) + KIND.length;
  return text.slice(from, text.indexOf('"', from));
}

const headOf = (length: number): string => {
  const digits = length.toString(16).padStart(LENGTH, '0');
  return digits + sha256(digits).slice(0, LENGTH);
};

const groupOf = (payload: string): string =>
  headOf(payload.length) + sha256(payload).slice(0, SUM) + payload;

/**
 * Payloads of whole groups from `from` on, and where the last one ends; the rest is one that never
 * was whole.
 * Throws `BadInput` for whatever else is wrong: nothing is skipped.
 */
function groupsOf(log: string, from: number): { payloads: string[]; end: number } {
  const payloads: string[] = [];
  let end = from;
  while (end + HEADER <= log.length) {
    const head = log.slice(end, end + 2 * LENGTH);
    const length = Number.parseInt(head.slice(0, LENGTH), 16);
    if (headOf(length) !== head) {
      if (isEmpty(log, end)) break;
      throw new BadInput(`The group at byte ${end} has a damaged head`);
    }
    const next = end + HEADER + length;
    if (next > log.length) break;
    const payload = log.slice(end + HEADER, next);
    if (sha256(payload).slice(0, SUM) !== log.slice(end + 2 * LENGTH, end + HEADER)) {
      if (next < log.length) throw new BadInput(`The group at byte ${end} is damaged`);
      break;
    }
    payloads.push(payload);
    end = next;
  }
  return { payloads, end };
}

/** Whether a disk that never got to write it left nothing but zeros from there on. */
const isEmpty = (log: string, from: number): boolean => /^\0*$/.test(log.slice(from));
