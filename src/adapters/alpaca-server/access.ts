import { createHash, timingSafeEqual } from 'node:crypto';
import { Secret } from '../secret.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/i;

/**
 * Whether a request is for this machine by name and comes from no web page: a page on another name
 * that points here, and a page's script, are turned away (F077).
 */
export const isLoopback = (headers: Headers): boolean =>
  LOOPBACK.test(String(headers.host ?? '')) && headers.origin === undefined;

const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The account's keys; compared in a time that tells nothing of them. */
export class Keys {
  readonly #digest: Buffer;

  constructor({ keyId, secret }: { readonly keyId: string; readonly secret: string }) {
    this.#digest = digestOf(`${keyId}\n${new Secret(secret).reveal()}`);
  }

  are(keyId: unknown, secret: unknown): boolean {
    const isText = typeof keyId === 'string' && typeof secret === 'string';
    const given = digestOf(isText ? `${keyId}\n${secret}` : '');
    return timingSafeEqual(given, this.#digest) && isText;
  }

  areIn(headers: Headers): boolean {
    return this.are(headers['apca-api-key-id'], headers['apca-api-secret-key']);
  }
}
