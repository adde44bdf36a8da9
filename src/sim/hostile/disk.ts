import { drawOf } from '../random.ts';

/** What of the writes that no sync confirmed is there after a crash. */
export type CrashChoice =
  /** Nothing of them. */
  | 'none'
  | 'all'
  /** The first ones, whole. */
  | 'prefix'
  /** The first ones, and a part of the next. */
  | 'torn'
  /** The first ones, and zeros in place of the next. */
  | 'zeros'
  /** Each by itself, zeros where one before a kept one is lost. */
  | 'subset';

export const CRASH_CHOICES: readonly CrashChoice[] = [
  'none',
  'all',
  'prefix',
  'torn',
  'zeros',
  'subset',
];

/** An operation that the disk refused; nothing of it happened. */
export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly code: 'ENOSPC' | 'EIO' | 'ENOENT';

  constructor(code: DiskError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export interface DiskSettings {
  readonly seed: number;
  /** Characters it holds; Infinity for no bound. */
  readonly capacity: number;
}

interface File {
  /** What the process reads: whole writes, oldest first. */
  written: string[];
  size: number;
  /** How many of the writes a sync has confirmed. */
  synced: number;
  /** What is on the platter, where a rewrite that no sync has confirmed replaced it. */
  platter: string[] | null;
}

/** A change of names that no sync of the directory confirmed. */
type NameChange =
  | { readonly kind: 'create'; readonly name: string; readonly file: File }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'remove'; readonly name: string };

/**
 * A disk with a page cache. Files are texts of one byte a character, written by appending or by
 * replacing all; what a crash leaves of unsynced writes and unsynced names belongs to the seed and
 * the crash's number. Sync, and directory sync after creating, renaming or removing, make certain.
 */
export class HostileDisk {
  readonly #settings: DiskSettings;
  #names = new Map<string, File>();
  #durableNames = new Map<string, File>();
  #changes: NameChange[] = [];
  #writes = 0;
  #crashes = 0;
  #failWrite = Number.NaN;
  #failsSyncs = 0;
  #filled = 0;

  constructor(settings: DiskSettings) {
    this.#settings = settings;
  }

  /** How often it was written to. */
  get writes(): number {
    return this.#writes;
  }

  get used(): number {
    let sum = this.#filled;
    for (const { size } of this.#names.values()) sum += size;
    return sum;
  }

  /** The `n`th write from now on fails, 1 for the next. */
  failWrite(n: number): void {
    this.#failWrite = this.#writes + n;
  }

  /** The next `count` syncs fail; what they should have confirmed stays unconfirmed. */
  failSyncs(count: number): void {
    this.#failsSyncs = count;
  }

  /** Others fill the disk so that `left` characters are free. */
  fill(left: number): void {
    this.#filled = 0;
    this.#filled = Math.max(0, this.#settings.capacity - left - this.used);
  }

  list(): string[] {
    return [...this.#names.keys()].sort();
  }

  /** All of a file; undefined where there is none of that name. */
  read(name: string): string | undefined {
    return this.#names.get(name)?.written.join('');
  }

  append(name: string, text: string): void {
    this.#admit(text);
    const file = this.#open(name);
    file.written.push(text);
    file.size += text.length;
  }

  /** Replaces all of a file, in place: a crash may leave neither the old text nor the new. */
  write(name: string, text: string): void {
    this.#admit(text);
    const file = this.#open(name);
    file.platter ??= file.written.slice(0, file.synced);
    file.written = [text];
    file.size = text.length;
    file.synced = 0;
  }

  #admit(text: string): void {
    this.#writes++;
    if (this.#writes === this.#failWrite) throw new DiskError('EIO', 'The disk refused a write');
    if (this.#settings.capacity === Number.POSITIVE_INFINITY) return;
    if (this.used + text.length > this.#settings.capacity) {
      throw new DiskError('ENOSPC', 'No space is left on the disk');
    }
  }

  #open(name: string): File {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const file: File = { written: [], size: 0, synced: 0, platter: null };
    this.#names.set(name, file);
    this.#changes.push({ kind: 'create', name, file });
    return file;
  }

  #existing(name: string): File {
    const file = this.#names.get(name);
    if (file === undefined) throw new DiskError('ENOENT', `No file "${name}" is on the disk`);
    return file;
  }

  /** All that was written to the file is on the platter, once this returns. */
  sync(name: string): void {
    const file = this.#existing(name);
    this.#admitSync();
    file.synced = file.written.length;
    file.platter = null;
  }

  /** Replaces `to` at once, whole; lasts after a crash only once the directory is synced. */
  rename(from: string, to: string): void {
    const file = this.#existing(from);
    this.#names.delete(from);
    this.#names.set(to, file);
    this.#changes.push({ kind: 'rename', from, to });
  }

  remove(name: string): void {
    this.#existing(name);
    this.#names.delete(name);
    this.#changes.push({ kind: 'remove', name });
  }

  /** All names are on the platter, once this returns. */
  syncDirectory(): void {
    this.#admitSync();
    this.#durableNames = new Map(this.#names);
    this.#changes = [];
  }

  #admitSync(): void {
    if (this.#failsSyncs === 0) return;
    this.#failsSyncs--;
    throw new DiskError('EIO', 'The disk refused to sync');
  }

  /** The power goes. `choice` says what of the unsynced stays; left out: drawn. */
  crash(choice?: CrashChoice): void {
    const n = ++this.#crashes;
    const draw = (purpose: number) => drawOf(this.#settings.seed, n, purpose);
    const picked = CRASH_CHOICES[Math.floor(draw(70) * CRASH_CHOICES.length)] as CrashChoice;
    const chosen = choice ?? picked;
    this.#names = this.#namesAfter(chosen, draw(71));
    this.#durableNames = new Map(this.#names);
    this.#changes = [];
    let i = 0;
    for (const file of new Set(this.#names.values())) {
      const nth = i++;
      this.#crashFile(file, chosen, (k) => drawOf(this.#settings.seed, n * 64 + nth, 72 + k));
    }
  }

  /** Changes of names happen in their order; how many of them are kept is the crash's choice. */
  #namesAfter(choice: CrashChoice, share: number): Map<string, File> {
    const names = new Map(this.#durableNames);
    const count = this.#changes.length;
    const kept = choice === 'none' ? 0 : choice === 'all' ? count : Math.floor(share * (count + 1));
    for (const change of this.#changes.slice(0, kept)) {
      if (change.kind === 'create') names.set(change.name, change.file);
      else if (change.kind === 'remove') names.delete(change.name);
      else {
        const file = names.get(change.from);
        names.delete(change.from);
        if (file !== undefined) names.set(change.to, file);
      }
    }
    return names;
  }

  #crashFile(file: File, choice: CrashChoice, draw: (k: number) => number): void {
    const { platter } = file;
    const base = platter ?? file.written.slice(0, file.synced);
    const loose = platter === null ? file.written.slice(file.synced) : file.written;
    if (loose.length === 0 && platter === null) return;
    const left = survivors(loose, choice, draw);
    // A rewrite of which nothing arrived leaves the old text, any other a part of the new one.
    const text = platter !== null && left !== '' ? [left] : left === '' ? base : [...base, left];
    file.written = text;
    file.size = text.reduce((sum, part) => sum + part.length, 0);
    file.synced = text.length;
    file.platter = null;
  }
}

/** What is left of unsynced writes. */
function survivors(
  loose: readonly string[],
  choice: CrashChoice,
  draw: (k: number) => number,
): string {
  const count = loose.length;
  if (choice === 'none' || count === 0) return '';
  if (choice === 'all') return loose.join('');
  if (choice === 'subset') {
    const kept = loose.map((text, i) => (draw(8 + (i & 31)) < 0.5 ? text : zeros(text.length)));
    return kept.join('').replace(/\0+$/, '');
  }
  const whole = Math.floor(draw(0) * (choice === 'prefix' ? count + 1 : count));
  const start = loose.slice(0, whole).join('');
  if (choice === 'prefix') return start;
  const next = loose[whole] as string;
  const cut = Math.floor(draw(1) * next.length);
  return choice === 'torn' ? start + next.slice(0, cut) : start + zeros(next.length);
}

const zeros = (length: number): string => '\0'.repeat(length);
