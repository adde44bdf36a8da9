import { masked } from '../secret.ts';

const TEXT_MAX = 500;

/** A broker's words as they may go into a report: one line, no secrets, at most 500 characters. */
export const clean = (text: string): string =>
  masked(text)
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, TEXT_MAX);
