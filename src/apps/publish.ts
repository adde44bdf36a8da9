import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type LineFile, openLines, writeFileAtomic } from '../adapters/system/index.ts';
import { formatInstant, type Instant } from '../base/index.ts';
import type { DecisionRecord, Effect, Input, State } from '../engine/index.ts';
import {
  logLine,
  stateFile,
  tradeLine,
  tradeRow,
  TRADE_COLUMNS,
  updateLine,
  type UpdateKind,
} from '../views/index.ts';
import type { Observer } from './recorder.ts';

const BACKUPS_KEPT = 10;
const LINES_WAITING_MAX = 500; // TICK lines in one write
const FLUSH_MS = 1_000; // nobody waits longer for them
const DECIDED_KEPT = 1_000; // orders whose fills are still to come

const FILES = {
  trades: 'live_trades.csv',
  equity: 'live_trading_equity.jsonl',
  fills: 'live_trading_trades.jsonl',
  updates: 'live_trading_updates.jsonl',
} as const;

export interface PublisherHead {
  readonly desk: string;
  readonly stage: string;
  /** When the run began, in its own time; null for one that begins now. */
  readonly created: Instant | null;
}

export interface PublisherOptions {
  /** The export files start anew: they are about to be told everything from the beginning. */
  readonly fresh: boolean;
  /** Market time between two TICK lines. */
  readonly tickEveryMs: number;
}

/** The files that people and other programs read; views of the journal, never read back. */
export class Publisher implements Observer {
  readonly #folder: string;
  readonly #head: PublisherHead;
  readonly #options: PublisherOptions;
  readonly #lines: Record<keyof typeof FILES, LineFile>;
  #log: { day: string; file: LineFile } | null = null;
  #last: DecisionRecord | null = null;
  #decidedAt = new Map<string, Instant>();
  #trades = 0;
  #created: Instant | null;
  #tickAt = 0;
  #began = false;
  #waiting: string[] = [];
  #flushedMs = 0;
  #stateMs = Number.NEGATIVE_INFINITY;

  constructor(folder: string, head: PublisherHead, options: PublisherOptions) {
    this.#folder = folder;
    this.#head = head;
    this.#created = head.created;
    this.#options = options;
    const { fresh } = options;
    for (const name of ['exports', 'state/backups', 'logs']) {
      mkdirSync(join(folder, name), { recursive: true });
    }
    const open = (name: string) => {
      const path = join(folder, 'exports', name);
      if (fresh && existsSync(path)) truncateSync(path);
      return openLines(path);
    };
    this.#lines = {
      trades: open(FILES.trades),
      equity: open(FILES.equity),
      fills: open(FILES.fills),
      updates: open(FILES.updates),
    };
    if (statSync(join(folder, 'exports', FILES.trades)).size === 0) {
      this.#lines.trades.append([TRADE_COLUMNS]);
    }
    if (fresh) {
      for (const name of readdirSync(join(folder, 'logs'))) rmSync(join(folder, 'logs', name));
    }
  }

  /** Whether all export files are there; one that was deleted is told everything anew. */
  static isWhole(folder: string): boolean {
    return Object.values(FILES).every((name) => existsSync(join(folder, 'exports', name)));
  }

  /** Its files are as the journal is: what comes next is added to `trades` fills after `last`. */
  goOn(last: DecisionRecord | null, trades: number): void {
    this.#began = true;
    this.#last = last;
    this.#trades = trades;
  }

  taken(input: Input, effects: readonly Effect[], state: State): void {
    this.#created ??= input.at;
    if (!this.#began) {
      this.#began = true;
      this.#update(state, 'INIT');
    }
    for (const effect of effects) this.#tell(effect, state);
    if (input.kind === 'bars' && input.decide === 'every-bar') this.#tick(state);
    if (input.kind === 'close') this.#writeStateInTime(state);
  }

  #tell(effect: Effect, state: State): void {
    const line = logLine(state.at, effect);
    if (line !== null) this.#logFile(formatInstant(state.at).slice(0, 10)).append([line]);
    if (effect.kind === 'decision') this.#last = effect.record;
    if (effect.kind === 'submit') this.#decided(effect.intent.id, effect.intent.at);
    if (effect.kind === 'equity')
      this.#lines.equity.append([updateLine(state, 'TICK', this.#trades)]);
    if (effect.kind !== 'fill') return;
    this.#trades++;
    const { record } = effect;
    const reason = this.#last?.action === 'orders' ? 'Signal' : 'Rebalance';
    this.#lines.trades.append([tradeRow(record, this.#head.stage, reason)]);
    this.#lines.fills.append([tradeLine(record, this.#decidedAt.get(record.order) ?? record.at)]);
    this.#decidedAt.delete(record.order);
    this.#update(state, 'TRADE');
  }

  #decided(id: string, at: Instant): void {
    this.#decidedAt.set(id, at);
    if (this.#decidedAt.size <= DECIDED_KEPT) return;
    const [oldest] = this.#decidedAt.keys();
    if (oldest !== undefined) this.#decidedAt.delete(oldest);
  }

  #tick(state: State): void {
    if (state.at - this.#tickAt < this.#options.tickEveryMs) return;
    this.#tickAt = state.at;
    this.#update(state, 'TICK');
  }

  /** Lines of ticks are written in groups; anything else at once. */
  #update(state: State, kind: UpdateKind): void {
    this.#waiting.push(updateLine(state, kind, this.#trades));
    const now = performance.now();
    const isFull = this.#waiting.length >= LINES_WAITING_MAX || now - this.#flushedMs > FLUSH_MS;
    if (kind === 'TICK' && !isFull) return;
    this.#flushedMs = now;
    this.flush();
  }

  /** Puts lines that wait into their files. */
  flush(): void {
    this.#lines.updates.append(this.#waiting);
    this.#lines.equity.append(this.#waiting);
    this.#waiting = [];
  }

  #logFile(day: string): LineFile {
    if (this.#log?.day === day) return this.#log.file;
    this.#log?.file.close();
    this.#log = { day, file: openLines(join(this.#folder, 'logs', `${day}.log`)) };
    return this.#log.file;
  }

  /** A recording that is played fast has many closes a second; the newest is enough for readers. */
  #writeStateInTime(state: State): void {
    const now = performance.now();
    if (now - this.#stateMs < FLUSH_MS) return;
    this.#stateMs = now;
    this.writeState(state);
  }

  /** Replaces `state.json`, and keeps the former one among the newest backups. */
  writeState(state: State): void {
    this.#created ??= state.at;
    const head = { ...this.#head, created: this.#created };
    const text = `${JSON.stringify(stateFile(state, head, this.#last), null, 2)}\n`;
    writeFileAtomic(join(this.#folder, 'state', 'state.json'), text);
    const backups = join(this.#folder, 'state', 'backups');
    const stamp = formatInstant(state.at).slice(0, 19).replace(/[-:]/g, '').replace('T', '_');
    writeFileSync(join(backups, `state_backup_${stamp}.json`), text);
    const names = readdirSync(backups).sort();
    for (const name of names.slice(0, Math.max(0, names.length - BACKUPS_KEPT))) {
      rmSync(join(backups, name));
    }
  }

  close(): void {
    this.flush();
    for (const file of Object.values(this.#lines)) file.close();
    this.#log?.file.close();
  }
}
