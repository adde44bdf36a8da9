import { masked } from './secret.ts';

const TEXT_MAX = 500;

/** A broker's words as they may be shown: one line, without secrets, of at most 500 characters. */
export const plainText = (text: string): string =>
  masked(text)
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, TEXT_MAX);
