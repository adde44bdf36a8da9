import { type Instant, sha256 } from '../../base/index.ts';
import { exchangeOffsetMs } from '../../market/index.ts';

/** A UUID that belongs to these words alone: the same in every run. Its form is version 4. */
export function uuidOf(...words: readonly (string | number)[]): string {
  const hex = sha256(words.join('|'));
  const variant = '89ab'[Number.parseInt(hex[16] as string, 16) % 4] as string;
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`];
  return [...parts, `${variant}${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const [TIME_DIGITS, COUNT_DIGITS, TAIL_DIGITS] = [10, 8, 8];

/** A ULID: ten digits of the instant, eight of the count, so that it rises, eight of the seed. */
export function ulidOf(at: Instant, count: number, seed: number): string {
  const tail = Number.parseInt(sha256(`${seed}|${count}`).slice(0, 10), 16);
  return digits(at, TIME_DIGITS) + digits(count, COUNT_DIGITS) + digits(tail, TAIL_DIGITS);
}

function digits(value: number, length: number): string {
  let text = '';
  for (let left = value; text.length < length; left = Math.floor(left / 32)) {
    text = (CROCKFORD[left % 32] as string) + text;
  }
  return text;
}

const pad = (value: number, length = 2): string => String(value).padStart(length, '0');

/** The instant's New York wall clock as 17 digits, "20220202135509981", and the id of its event. */
export function activityId(at: Instant, uuid: string): string {
  const wall = new Date(at + exchangeOffsetMs(at)).toISOString();
  return `${wall.replace(/\D/g, '')}::${uuid}`;
}

/**
 * An instant as Alpaca writes it, with nanoseconds: those below the millisecond are the event's
 * own, so that what happened within one millisecond keeps its order.
 */
export const nanoText = (at: Instant, count: number): string =>
  `${new Date(at).toISOString().slice(0, -1)}${pad(count % 1_000_000, 6)}Z`;

/** An instant with the offset of New York, to the second: "2025-06-24T14:15:22-04:00". */
export function exchangeText(at: Instant): string {
  const offset = exchangeOffsetMs(at);
  const hours = Math.abs(offset / 3_600_000);
  return `${new Date(at + offset).toISOString().slice(0, 19)}-${pad(hours)}:00`;
}
