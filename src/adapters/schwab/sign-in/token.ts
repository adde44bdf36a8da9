import * as fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { MINUTE_MS, type Instant } from '../../../base/index.ts';
import { NotSent } from '../../http.ts';
import type { Secret } from '../../secret.ts';
import type { Grant, SchwabAuth } from './auth.ts';
import { plainText } from '../http-json.ts';
import { type TokenAge, tokenAge } from './token-age.ts';
import {
  type Disk,
  type FileMark,
  readTokenFile,
  sweepTokenFiles,
  TokenFileError,
  tokenMark,
  type TokenSet,
  writeTokenFile,
} from './token-file.ts';

/**
 * The right to change the token file: one process at a time, taken back by the operating system
 * when that process ends.
 */
export type TokenClaim = () => Promise<
  { readonly ok: true; readonly release: () => Promise<void> } | { readonly ok: false }
>;

/** Thrown where there is no token to send with: the request did not leave. */
export class NoToken extends NotSent {
  /** True where only a new sign-in helps. */
  readonly isDead: boolean;

  constructor(message: string, isDead: boolean) {
    super(message);
    this.isDead = isDead;
  }
}

export interface TokenOptions {
  readonly path: string;
  readonly auth: Pick<SchwabAuth, 'refresh'>;
  readonly claim: TokenClaim;
  readonly now: () => Instant;
  readonly disk?: Disk;
  /** Between two looks at a file that another process is about to renew. */
  readonly againMs?: number;
}

/** An access token is renewed when it has less than this left. */
const AHEAD_MS = 5 * MINUTE_MS;
/** With less than this left it is not sent: it could end on the way. */
const LEAST_MS = 10_000;
/** More than an access token could promise. */
const AHEAD_MAX_MS = 25 * MINUTE_MS;
/** A token younger than this is not to blame for a 401. */
const YOUNG_MS = 30_000;
/** A refresh token that was refused is tried again no sooner. */
const PROBE_MS = 5 * MINUTE_MS;
/** After a renewal that failed, the next one comes no sooner. */
const REST_MS = 5_000;
/** As long as another process may take for its renewal. */
const PATIENCE_MS = 15_000;

interface Refusal {
  /** The refresh token that was refused. */
  readonly refresh: string;
  readonly reason: string;
  readonly at: Instant;
}

/**
 * The tokens of one sign-in, shared through their file by all processes. One renewal at a time; a
 * new token is on the disk before it is first used; the last good one is never given up; a sign-in
 * by another process is noticed at the next request.
 */
export class SchwabTokens {
  readonly #options: TokenOptions;
  #tokens: TokenSet;
  #mark: FileMark | null;
  #renewing: Promise<void> | null = null;
  /** Tokens of the broker that the disk has not taken yet. */
  #unsaved: TokenSet | null = null;
  #refusal: Refusal | null = null;
  #failure: { readonly error: NoToken; readonly at: number } | null = null;

  /** Throws `TokenFileError` where there is no usable file. */
  constructor(options: TokenOptions) {
    this.#options = options;
    this.#mark = tokenMark(options.path);
    this.#tokens = readTokenFile(options.path);
  }

  /** How old the sign-in is; a newer one in the file counts at once. */
  age(): TokenAge {
    this.#look();
    const { createdAt, refresh } = this.#tokens;
    const refused = this.#refusal?.refresh === refresh.reveal() ? this.#refusal.reason : null;
    return tokenAge(createdAt, this.#options.now(), refused);
  }

  /** When the access token at hand ends. */
  get expiresAt(): Instant {
    return this.#tokens.expiresAt;
  }

  /**
   * The token for a request that leaves now, renewed in the background when it ends soon.
   * Throws `NoToken`.
   */
  async bearer(): Promise<Secret> {
    this.#look();
    const left = this.#left();
    if (left >= AHEAD_MS) return this.#tokens.access;
    const renewal = this.#renew();
    if (left >= LEAST_MS) {
      renewal.catch(() => undefined);
      return this.#tokens.access;
    }
    await renewal;
    if (this.#left() >= LEAST_MS) return this.#tokens.access;
    throw new NoToken('The Schwab token in the file has ended', false);
  }

  /**
   * Sees to it that the token lives `aheadMs` from now, at most 25 minutes: asked before a window
   * in which nothing may fail (F054). Returns when it ends. Throws `NoToken`.
   */
  async ensure(aheadMs: number): Promise<Instant> {
    this.#look();
    if (this.#left() < Math.min(aheadMs, AHEAD_MAX_MS)) await this.#renew();
    return this.#tokens.expiresAt;
  }

  /**
   * The broker refused `used`: one renewal for all who saw it. True where there is another token
   * now; false where there is none, or where so young a token cannot be the reason.
   */
  async renewed(used: Secret): Promise<boolean> {
    this.#look();
    const isSame = () => this.#tokens.access.reveal() === used.reveal();
    if (!isSame()) return true;
    const bornAt = this.#tokens.expiresAt - this.#tokens.expiresIn * 1_000;
    if (this.#options.now() - bornAt < YOUNG_MS) return false;
    await this.#renew(used).catch(() => undefined);
    return !isSame();
  }

  #left = (): number => this.#tokens.expiresAt - this.#options.now();

  /** Takes what another process has put into the file; what cannot be read changes nothing. */
  #look(): void {
    const mark = tokenMark(this.#options.path);
    if (mark === this.#mark || mark === null) return;
    try {
      const found = readTokenFile(this.#options.path);
      if (found.refresh.reveal() !== this.#tokens.refresh.reveal()) this.#failure = null;
      this.#tokens = found;
      this.#mark = mark;
    } catch (error) {
      if (!(error instanceof TokenFileError)) throw error;
    }
  }

  /** The renewal under way, or a new one; what failed a moment ago fails again without asking. */
  #renew(refused: Secret | null = null): Promise<void> {
    this.#renewing ??= this.#renewRested(refused).finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #renewRested(refused: Secret | null): Promise<void> {
    const failure = this.#failure;
    if (failure && Math.abs(this.#options.now() - failure.at) < REST_MS) throw failure.error;
    try {
      await this.#renewOnce(refused);
      this.#failure = null;
    } catch (cause) {
      // Whatever it is, the request that wanted a token did not leave.
      const error = cause instanceof NoToken ? cause : new NoToken(wordsOf(cause), false);
      this.#failure = { error, at: this.#options.now() };
      throw error;
    }
  }

  /** One renewal, by whichever process gets the right to it. */
  async #renewOnce(refused: Secret | null): Promise<void> {
    const before = this.#tokens.access.reveal();
    const deadline = performance.now() + PATIENCE_MS;
    const isNew = () =>
      this.#tokens.access.reveal() !== before &&
      this.#tokens.access.reveal() !== refused?.reveal() &&
      this.#left() >= LEAST_MS;
    for (;;) {
      const claim = await this.#options.claim();
      this.#look();
      if (claim.ok) {
        try {
          if (!isNew()) await this.#renewAlone();
          return;
        } finally {
          await claim.release();
        }
      }
      if (isNew()) return;
      if (performance.now() > deadline) {
        throw new NoToken('Another process is renewing the Schwab token and does not end', false);
      }
      await wait(this.#options.againMs ?? 100);
      this.#look();
      if (isNew()) return;
    }
  }

  /** We alone may change the file. */
  async #renewAlone(): Promise<void> {
    if (this.#unsaved !== null) return this.#keep(this.#unsaved);
    this.#probe();
    const grant = await this.#ask();
    if (grant.kind === 'granted') return this.#keep(grant.tokens);
    if (grant.kind === 'failed') throw new NoToken(grant.reason, false);
    // Somebody may have signed in while we asked: the file decides, not what we remember (F056).
    const refresh = this.#tokens.refresh.reveal();
    this.#look();
    if (this.#tokens.refresh.reveal() === refresh) {
      this.#refusal = { refresh, reason: grant.reason, at: this.#options.now() };
      throw deadToken(grant.reason);
    }
    if (this.#left() >= LEAST_MS) return;
    const again = await this.#ask();
    if (again.kind === 'granted') return this.#keep(again.tokens);
    throw new NoToken(again.reason, again.kind === 'refused');
  }

  /** Throws where the refresh token was refused a short while ago. */
  #probe(): void {
    const refusal = this.#refusal;
    if (refusal === null || refusal.refresh !== this.#tokens.refresh.reveal()) return;
    if (this.#options.now() - refusal.at < PROBE_MS) throw deadToken(refusal.reason);
  }

  async #ask(): Promise<Grant> {
    try {
      return await this.#options.auth.refresh(this.#tokens);
    } catch (error) {
      throw new NoToken(wordsOf(error), false);
    }
  }

  /** Puts new tokens on the disk, and only then to use. */
  #keep(tokens: TokenSet): void {
    const { path, disk = fs } = this.#options;
    this.#look();
    // A newer sign-in in the file outlives a renewal of the old one.
    if (tokens.createdAt < this.#tokens.createdAt) {
      this.#unsaved = null;
      return;
    }
    this.#unsaved = tokens;
    try {
      writeTokenFile(path, tokens, disk);
    } catch (error) {
      // It may be in its place and yet not be durable: it is written again before it is used.
      this.#mark = tokenMark(path);
      const { code } = error as NodeJS.ErrnoException;
      throw new NoToken(`The new Schwab token could not be saved (${code ?? 'no code'})`, false);
    }
    this.#unsaved = null;
    this.#tokens = tokens;
    // The file is read again at the next request: somebody may have signed in since.
    this.#mark = null;
    this.#refusal = null;
    sweepTokenFiles(path);
  }
}

function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return plainText(`The Schwab token could not be renewed: ${words}`);
}

const deadToken = (reason: string): NoToken =>
  new NoToken(`The Schwab sign-in has ended, run "plimsoll login schwab": ${reason}`, true);
