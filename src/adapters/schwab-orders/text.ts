import { masked } from '../secret.ts';

const TEXT_MAX = 500;

/** A broker's text as it may go into reports: no secret, no control character, 500 at most. */
export const plain = (text: string): string =>
  masked(text)
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, TEXT_MAX);
